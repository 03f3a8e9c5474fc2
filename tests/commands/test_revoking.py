"""Ending an aid: what is not paid is free again, what is paid stays, nothing decided is edited."""

import asyncio
import json
from collections import Counter

import pytest

from solidarity.budgets.commands import record_payment
from solidarity.budgets.queries import check_ledger
from solidarity.decisions.commands import decide
from solidarity.decisions.revoking import revocation_preview, revoke
from solidarity.requests.queries import request_view
from solidarity.rules.errors import Conflict, RuleError, Unknown
from solidarity.store.tables import DecisionRow, LedgerMovementRow, LetterRow
from tests.build import GRANT, LATER, NOW, REFUSE, a_line, a_request, a_ruleset, an_envelope
from tests.commands.books import actions, assert_books_agree, figures, refused
from tests.databases import Database
from tests.people import Cast, the_cast

WHY = "L’élève a quitté l’école le 12 novembre."


@pytest.fixture
async def cast(database: Database) -> Cast:
    people = await the_cast()
    await a_ruleset(activated_by=people.second)
    return people


async def test_what_is_not_paid_is_free_again_and_a_letter_says_so(cast: Cast) -> None:
    envelope = await an_envelope(50_000)
    reference = await a_request(a_line(20_000), a_line(5_000), by=cast.director)
    await decide(reference, GRANT, by=cast.administrator, now=NOW)
    [first] = await DecisionRow.select()
    preview = await revocation_preview(reference, cast.second)
    assert preview is not None
    assert (preview.freed_cents, preview.paid_cents) == (25_000, 0)
    done = await revoke(reference, WHY, by=cast.second, now=LATER)
    assert (done.freed_cents, done.decision_number) == (25_000, 2)
    assert await figures(envelope) == (0, 0, 50_000)
    view = await request_view(reference, cast.director)
    assert (view.status.value, view.granted_cents) == ("decided", 0)
    assert [(one.number, one.outcome) for one in view.decisions] == [(1, "granted_full"), (2, "terminated")]
    before, after = await DecisionRow.select().order_by(DecisionRow.number)
    assert before == first
    assert (after["supersedes"], after["note"]) == (first["id"], WHY)
    grant, end = await LetterRow.select().order_by(LetterRow.number)
    assert (end["kind"], end["supersedes"], end["decision"]) == ("termination", grant["id"], after["id"])
    facts = json.loads(end["facts"])
    assert facts["reasons"][0]["text"] == WHY
    assert "ne sera pas versé 250,00 €" in facts["reasons"][0]["figures"].replace("\u202f", " ").replace(
        "\u00a0", " "
    )
    assert facts["replaces"]["number"] == grant["number"]
    assert (await actions(reference))[-1] == "request.revoke"
    kinds = [row["kind"] for row in await LedgerMovementRow.select().order_by(LedgerMovementRow.number)]
    assert kinds[-2:] == ["released", "released"]
    assert await revocation_preview(reference, cast.second) is None
    with refused(Conflict, "nothing-in-force"):
        await revoke(reference, WHY, by=cast.second, now=LATER)
    with refused(Conflict, "nothing-to-pay"):
        await record_payment(reference, by=cast.second, now=LATER)
    assert await check_ledger() == []
    await assert_books_agree()


async def test_only_a_grant_that_is_not_paid_yet_can_be_ended(cast: Cast) -> None:
    await an_envelope(50_000)
    paid = await a_request(a_line(20_000), by=cast.director)
    with refused(Conflict, "state"):
        await revoke(paid, WHY, by=cast.second, now=LATER)
    await decide(paid, GRANT, by=cast.administrator, now=NOW)
    with refused(Unknown):
        await revoke("2026-999999", WHY, by=cast.second, now=LATER)
    await record_payment(paid, by=cast.administrator, now=LATER)
    with refused(Conflict, "nothing-to-release"):
        await revoke(paid, WHY, by=cast.second, now=LATER)
    never = await a_request(a_line(20_000), by=cast.director)
    await decide(never, REFUSE, by=cast.administrator, now=NOW)
    with refused(Conflict, "nothing-in-force"):
        await revoke(never, WHY, by=cast.second, now=LATER)
    assert await check_ledger() == []


async def test_either_paid_or_ended(cast: Cast) -> None:
    envelope = await an_envelope(200_000)
    references = [await a_request(a_line(10_000), by=cast.director) for _ in range(6)]
    for reference in references:
        await decide(reference, GRANT, by=cast.administrator, now=NOW)

    async def told(act: object) -> str:
        try:
            await act  # type: ignore[misc]
        except RuleError as refusal:
            return refusal.code
        return "done"

    acts = [
        act
        for reference in references
        for act in (
            record_payment(reference, by=cast.administrator, now=LATER),
            revoke(reference, WHY, by=cast.second, now=LATER),
            revoke(reference, WHY, by=cast.administrator, now=LATER),
        )
    ]
    found = Counter(await asyncio.gather(*(told(act) for act in acts)))
    assert found["done"] == 6
    assert set(found) <= {"done", "nothing-to-pay", "nothing-in-force", "nothing-to-release"}
    ended = await DecisionRow.count().where(DecisionRow.outcome == "terminated")
    assert await figures(envelope) == (0, 0, 200_000 - (6 - ended) * 10_000)
    assert await check_ledger() == []
    await assert_books_agree()
