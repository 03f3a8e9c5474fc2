"""A decision and its letter are one: number, facts and work to do are written together or not at all."""

import asyncio
import json
from dataclasses import replace
from datetime import date

import pytest

from solidarity.decisions.commands import decide
from solidarity.rules.deciding import Choice, Verdict
from solidarity.rules.errors import Conflict
from solidarity.rules.letter import Ground, LetterFacts, LetterKind, facts_from_json
from solidarity.store.tables import DecisionRow, FundSettingRow, JobRow, LetterRow, RequestRow
from tests.databases import Database
from tests.letters.network import GRANT, NOW, PUPIL, a_letter, a_network, a_request


async def _facts() -> LetterFacts:
    row = await LetterRow.select().first()
    assert row is not None
    return facts_from_json(row["facts"].encode())


async def test_a_decision_writes_its_letter_and_the_work_to_do(database: Database) -> None:
    network = await a_network()
    reference = await a_letter(network)
    letters = await LetterRow.select()
    jobs = await JobRow.select()
    facts = facts_from_json(letters[0]["facts"].encode())
    assert [letter["number"] for letter in letters] == ["L2026-000001"]
    assert [(job["kind"], job["ref"], job["priority"]) for job in jobs] == [
        ("letter", str(letters[0]["id"]), 0)
    ]
    assert facts.kind is LetterKind.GRANT
    assert facts.request_reference == reference
    assert facts.total_granted_cents == 12_000
    assert facts.pupil.name == "Maëlle d’Œuvray"
    assert facts.verification_code == letters[0]["verification_code"]
    assert facts.verify_url.endswith(f"/verify?number=L2026-000001&code={facts.verification_code}")
    assert "récit privé" not in letters[0]["facts"]
    assert facts.log.size > 0


async def test_an_incomplete_letter_aborts_the_decision(database: Database) -> None:
    network = await a_network()
    reference = await a_request(network)
    await FundSettingRow.insert(FundSettingRow(key="letterhead", value=_letterhead_without_signatory()))
    with pytest.raises(Conflict) as refusal:
        await decide(reference, GRANT, by=network.administrator, now=NOW)
    assert refusal.value.code == "letter-incomplete"
    assert "signatory.family_name" in str(refusal.value.figures["items"])
    assert await LetterRow.count() == await JobRow.count() == await DecisionRow.count() == 0
    row = await RequestRow.select(RequestRow.status).first()
    assert row == {"status": "submitted"}


def _letterhead_without_signatory() -> str:
    from solidarity.letters.letterhead import EXAMPLE

    return EXAMPLE.read_text(encoding="utf-8").replace('family_name = "Vandenbroucke"', 'family_name = " "')


async def test_a_minor_without_guardian_is_written_to_at_the_school(database: Database) -> None:
    await a_letter(await a_network())
    facts = await _facts()
    assert facts.addressee_lines == (
        "Aux représentants légaux de Maëlle d’Œuvray",
        "aux bons soins de : École de Production de Roubaix",
        "Roubaix",
    )
    assert facts.payment is not None
    assert facts.payment.payee == "École de Production de Roubaix, pour le compte de l’élève"


async def test_a_guardian_is_addressed_and_paid_in_the_family_s_language(database: Database) -> None:
    pupil = replace(
        PUPIL,
        guardian_name="Nguyễn Thị Hoa",
        guardian_address="3 rue du Cœur\n59100 Roubaix",
        letter_language="en",
    )
    await a_letter(await a_network(), pupil=pupil)
    facts = await _facts()
    assert facts.language == "en"
    assert facts.addressee_lines == ("Nguyễn Thị Hoa", "3 rue du Cœur", "59100 Roubaix")
    assert facts.payment is not None
    assert facts.payment.payee == "Nguyễn Thị Hoa"
    assert facts.subject == "your request for transport aid – aid granted"


async def test_an_adult_pupil_is_addressed_in_person(database: Database) -> None:
    pupil = replace(PUPIL, birth_date=date(2008, 11, 12), guardian_name="Nguyễn Thị Hoa")
    await a_letter(await a_network(), pupil=pupil)
    facts = await _facts()
    assert facts.addressee_lines[0] == "Maëlle d’Œuvray"
    assert facts.payment is not None
    assert facts.payment.payee == "Maëlle d’Œuvray"


async def test_a_partial_grant_names_the_limit_that_applied(database: Database) -> None:
    await a_letter(await a_network(), amount_cents=40_000)
    facts = await _facts()
    assert facts.kind is LetterKind.PARTIAL
    assert facts.total_granted_cents == 15_000
    assert [(reason.ground, reason.rule) for reason in facts.reasons] == [
        (Ground.LIMITED, "Plafond par ligne (plafond)")
    ]
    assert facts.lines[0].reason == facts.reasons[0].text
    assert "400,00" in facts.reasons[0].figures
    assert facts.payment is not None
    assert sum(one.amount_cents for one in facts.payment.instalments) == 15_000


async def test_a_refusal_names_the_rule_and_the_value_that_failed(database: Database) -> None:
    pupil = replace(PUPIL, quotient_familial_cents=74_200)
    await a_letter(await a_network(), pupil=pupil, choice=Choice(verdict=Verdict.REFUSE, granted_cents={}))
    facts = await _facts()
    assert facts.kind is LetterKind.REFUSAL
    assert facts.total_granted_cents == 0
    assert facts.other_help
    assert facts.payment is None
    [reason] = facts.reasons
    assert reason.rule == "Quotient familial maximal (quotient)"
    assert "742,00" in reason.text
    assert "742,00" in reason.figures


async def test_a_refusal_for_want_of_credit_says_so(database: Database) -> None:
    network = await a_network(envelope_cents=5_000)
    choice = Choice(verdict=Verdict.REFUSE, granted_cents={}, reason_codes=("no_credit",))
    await a_letter(network, choice=choice)
    [reason] = (await _facts()).reasons
    assert reason.ground is Ground.NO_CREDIT
    assert reason.figures.startswith("demandé 120,00")


async def test_numbers_have_no_gap_when_many_decide_at_once_and_some_fail(database: Database) -> None:
    network = await a_network(envelope_cents=15 * 12_000)
    references = [await a_request(network) for _ in range(15)]
    late = [await a_request(network) for _ in range(5)]
    outcomes = await asyncio.gather(
        *(decide(one, GRANT, by=network.administrator, now=NOW) for one in [*references, *late]),
        return_exceptions=True,
    )
    failed = [one for one in outcomes if isinstance(one, Conflict)]
    assert [one.code for one in failed] == ["envelope-exhausted"] * 5
    numbers = [row["number"] for row in await LetterRow.select(LetterRow.number).order_by(LetterRow.number)]
    assert numbers == [f"L2026-{number:06}" for number in range(1, 16)]


async def test_the_frozen_facts_are_canonical(database: Database) -> None:
    await a_letter(await a_network())
    row = await LetterRow.select(LetterRow.facts, LetterRow.content_sha256).first()
    assert row is not None
    value = json.loads(row["facts"])
    assert row["facts"] == json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
