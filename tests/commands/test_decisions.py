"""Deciding: what is written, what needs two people, and what is refused."""

import json
from datetime import date

import pytest

from solidarity.decisions.commands import approve, decide, return_to_preparer
from solidarity.requests.case import assess_request
from solidarity.requests.commands import submit, withdraw
from solidarity.requests.queries import request_assessment, request_view
from solidarity.rules.deciding import Choice, Verdict
from solidarity.rules.errors import Conflict, Invalid, NotAllowed, RuleError, Unknown
from solidarity.rules.ruleset import assess, assessment_from_json
from solidarity.rulesets.commands import activate_ruleset, load_ruleset
from solidarity.store.tables import (
    DecisionLineRow,
    DecisionRow,
    LetterRow,
    ProposalRow,
    ReservationRow,
)
from solidarity.trail.queries import events_about
from tests.build import (
    BAND,
    GRANT,
    KEPT_BACK,
    LATER,
    NOW,
    REFUSE,
    RULES,
    a_draft,
    a_line,
    a_request,
    a_ruleset,
    a_student,
    an_envelope,
)
from tests.commands.books import actions, assert_books_agree, digest, figures, refused, request_row
from tests.databases import Database
from tests.people import Cast, the_cast

LANE = """
[[rule]]
id = "lane"
kind = "emergency"
title = { fr = "Voie d’urgence", en = "Emergency lane" }
applies_to = ["*"]
amount = "400.00"
quota = 3
ratify_within = "P15D"
"""


@pytest.fixture
async def cast(database: Database) -> Cast:
    people = await the_cast()
    await a_ruleset(extra=BAND, activated_by=people.second)
    return people


def grants(*cents: int, override_reason: str | None = None) -> Choice:
    granted = dict(enumerate(cents, start=1))
    return Choice(verdict=Verdict.GRANT, granted_cents=granted, override_reason=override_reason)


async def test_a_grant_is_decided_committed_and_told(cast: Cast) -> None:
    envelope = await an_envelope(50_000)
    reference = await a_request(a_line(20_000), a_line(5_000), by=cast.director)
    outcome = await decide(reference, GRANT, by=cast.administrator, now=LATER)
    assert outcome.status == "decided"
    view = await request_view(reference, cast.director)
    decision = view.decision
    assert decision is not None
    assert (view.status.value, view.decided_at, view.granted_cents) == ("decided", LATER, 25_000)
    assert (decision.number, decision.outcome, decision.granted_by_line) == (
        1,
        "granted_full",
        (20_000, 5_000),
    )
    assert (decision.prepared_by, decision.approved_by) == ("Claire Fontaine", None)
    assert await figures(envelope) == (0, 25_000, 25_000)
    states = await ReservationRow.select(ReservationRow.state)
    assert {row["state"] for row in states} == {"committed"}
    trace = (await events_about("request", reference))[-2:]
    letter = await LetterRow.select().first()
    assert letter is not None
    assert [event.action for event in trace] == ["request.take_into_review", "request.decide"]
    assert trace[1].detail == {
        "outcome": "granted_full",
        "granted_cents": 25_000,
        "decision": 1,
        "letter": letter["number"],
        "ruleset": decision.ruleset_sha256,
        "override_reason": None,
    }
    await assert_books_agree()


async def test_a_decision_keeps_all_it_was_taken_on(cast: Cast) -> None:
    await an_envelope(50_000)
    reference = await a_request(a_line(20_000, category="food"), by=cast.director)
    row = await request_row(reference)
    live = await assess_request(row, now=LATER)
    await decide(reference, GRANT, by=cast.administrator, now=LATER)
    stored = await DecisionRow.select().first()
    assert stored is not None
    assert assessment_from_json(json.loads(stored["assessment"])) == live.assessment
    assert assess(live.rules.ruleset, live.case) == live.assessment
    assert json.loads(stored["facts"])["student"]["quotient_familial_cents"] == 40_000
    assert (stored["decided_on"], stored["school_year"]) == (date(2026, 11, 13), "2026-2027")
    assert await request_assessment(reference, cast.auditor, now=NOW) == live.assessment


async def test_less_than_proposed_is_partial_and_frees_the_rest(cast: Cast) -> None:
    envelope = await an_envelope(50_000)
    reference = await a_request(a_line(20_000), a_line(5_000), by=cast.director)
    await decide(reference, grants(7_500, 0), by=cast.administrator, now=NOW)
    view = await request_view(reference, cast.director)
    assert view.decision is not None
    assert (view.decision.outcome, view.decision.granted_by_line) == ("granted_partial", (7_500, 0))
    assert await figures(envelope) == (0, 7_500, 42_500)
    lines = await DecisionLineRow.select().order_by(DecisionLineRow.position)
    assert [(row["granted_cents"], row["envelope"]) for row in lines] == [(7_500, envelope), (0, None)]
    await assert_books_agree()


async def test_money_moves_between_the_lines_of_one_request(cast: Cast) -> None:
    envelope = await an_envelope(30_000)
    reference = await a_request(
        a_line(20_000, category="food"), a_line(20_000, category="food"), by=cast.director
    )
    assert await figures(envelope) == (20_000, 0, 10_000)
    await decide(reference, grants(16_000, 14_000), by=cast.administrator, now=NOW)
    assert await figures(envelope) == (0, 30_000, 0)
    await assert_books_agree()


async def test_a_refusal_frees_everything(cast: Cast) -> None:
    envelope = await an_envelope(50_000)
    reference = await a_request(a_line(20_000), by=cast.director)
    await decide(reference, REFUSE, by=cast.administrator, now=NOW)
    view = await request_view(reference, cast.director)
    assert view.decision is not None
    assert (view.decision.outcome, view.decision.reason_codes) == ("refused", ("not_eligible",))
    assert await figures(envelope) == (0, 0, 50_000)
    await assert_books_agree()


@pytest.mark.parametrize(
    ("choice", "kind", "code"),
    [
        (grants(0), Conflict, "nothing-to-grant"),
        (grants(20_001), Invalid, "more-than-asked"),
        (grants(-1), Invalid, "more-than-asked"),
        (grants(1, 1), Invalid, "line-unknown"),
    ],
)
async def test_a_choice_that_cannot_be_changes_nothing(
    cast: Cast, choice: Choice, kind: type[RuleError], code: str
) -> None:
    await an_envelope(50_000)
    reference = await a_request(a_line(20_000), by=cast.director)
    before = await digest()
    with refused(kind) as refusal:
        await decide(reference, choice, by=cast.administrator, now=NOW)
    error = refusal.error
    found = [problem.code for problem in error.problems] if isinstance(error, Invalid) else [error.code]
    assert found == [code]
    assert await digest() == before


async def test_an_outcome_that_is_not_payable_needs_a_reason_and_two_people(cast: Cast) -> None:
    await an_envelope(50_000)
    student = await a_student(cast.director, quotient_familial_cents=60_001)
    reference = await a_request(a_line(20_000), by=cast.director, student=student)
    assert (await request_assessment(reference, cast.auditor, now=NOW)).largest_grantable_cents == 0
    before = await digest()
    with refused(Invalid) as refusal:
        await decide(reference, GRANT, by=cast.administrator, now=NOW)
    assert [problem.code for problem in refusal.error.problems] == ["override-needed"]
    assert await digest() == before
    choice = grants(20_000, override_reason="Situation connue de l’assistante sociale.")
    assert (await decide(reference, choice, by=cast.administrator, now=NOW)).status == "awaiting_approval"
    await approve(reference, note=None, by=cast.second, now=NOW)
    stored = await DecisionRow.select().first()
    assert stored is not None
    assert (stored["approvals_required"], stored["override_reason"]) == (2, choice.override_reason)
    await assert_books_agree()


@pytest.mark.parametrize("extra", ["", KEPT_BACK])
@pytest.mark.parametrize("credit", [100_000, 24_000, 9_001])
async def test_the_largest_grantable_passes_and_one_cent_more_does_not(
    database: Database, extra: str, credit: int
) -> None:
    people = await the_cast()
    await a_ruleset(extra=BAND + extra, activated_by=people.second)
    await an_envelope(credit)
    reference = await a_request(a_line(20_000, category="food"), a_line(12_000), by=people.director)
    most = (await request_assessment(reference, people.administrator, now=NOW)).largest_grantable_cents
    usable = credit - (credit // 10 + (credit % 10 >= 5) if extra else 0)
    assert most == min(16_000 + 12_000, usable)
    first = min(most, 16_000)
    one_more = grants(first, most - first + 1) if most < 28_000 else grants(16_001, 12_000)
    before = await digest()
    with refused(RuleError) as refusal:
        await decide(reference, one_more, by=people.administrator, now=NOW)
    error = refusal.error
    expected = "override-needed" if usable > most else "envelope-exhausted"
    assert expected == (error.problems[0].code if isinstance(error, Invalid) else error.code)
    assert await digest() == before
    outcome = await decide(reference, grants(first, most - first), by=people.administrator, now=NOW)
    assert outcome.status == "decided"
    await assert_books_agree()


async def test_without_credit_nothing_is_decided(cast: Cast) -> None:
    await an_envelope(10_000)
    reference = await a_request(a_line(20_000), by=cast.director)
    before = await digest()
    with refused(Conflict, "envelope-exhausted"):
        await decide(reference, GRANT, by=cast.administrator, now=NOW)
    override = grants(20_000, override_reason="Urgent.")
    with refused(Conflict, "envelope-exhausted"):
        await decide(reference, override, by=cast.administrator, now=NOW)
    assert await digest() == before
    more = await an_envelope(20_000)
    await decide(reference, GRANT, by=cast.administrator, now=NOW)
    assert await figures(more) == (0, 20_000, 0)
    await assert_books_agree()


async def test_money_set_aside_for_others_is_not_spent(cast: Cast) -> None:
    envelope = await an_envelope(30_000)
    first = await a_request(a_line(20_000), by=cast.director)
    second = await a_request(a_line(20_000), by=cast.neighbour)
    with refused(Conflict, "envelope-exhausted"):
        await decide(second, GRANT, by=cast.administrator, now=NOW)
    await decide(first, GRANT, by=cast.administrator, now=NOW)
    await decide(second, grants(10_000), by=cast.administrator, now=NOW)
    assert await figures(envelope) == (0, 30_000, 0)
    await assert_books_agree()


async def test_two_people_decide_above_the_band(cast: Cast) -> None:
    envelope = await an_envelope(100_000)
    reference = await a_request(a_line(30_000), a_line(1), by=cast.director)
    assert (await decide(reference, GRANT, by=cast.administrator, now=NOW)).status == "awaiting_approval"
    view = await request_view(reference, cast.second)
    assert view.proposal is not None
    assert (view.proposal.granted_by_line, view.proposal.prepared_by) == ((30_000, 1), "Claire Fontaine")
    assert await DecisionRow.count() == await LetterRow.count() == 0
    assert await figures(envelope) == (30_001, 0, 69_999)
    before = await digest()
    with refused(NotAllowed, "same-person"):
        await approve(reference, note=None, by=cast.administrator, now=NOW)
    with refused(NotAllowed, "same-person"):
        await return_to_preparer(reference, note=None, by=cast.administrator, now=NOW)
    assert await digest() == before
    await approve(reference, note="Vu.", by=cast.second, now=LATER)
    stored = await DecisionRow.select().first()
    assert stored is not None
    assert (stored["prepared_by"], stored["approved_by"]) == (cast.administrator.id, cast.second.id)
    answered = await ProposalRow.select().first()
    assert answered is not None
    assert (answered["state"], answered["answer_note"], answered["answered_at"]) == ("approved", "Vu.", LATER)
    assert await figures(envelope) == (0, 30_001, 69_999)
    assert (await actions(reference))[-3:] == [
        "request.take_into_review",
        "request.prepare",
        "request.approve",
    ]
    await assert_books_agree()


async def test_a_returned_proposal_is_prepared_again(cast: Cast) -> None:
    envelope = await an_envelope(100_000)
    reference = await a_request(a_line(40_000), by=cast.director)
    await decide(reference, grants(35_000), by=cast.administrator, now=NOW)
    assert await figures(envelope) == (35_000, 0, 65_000)
    await return_to_preparer(reference, note="Trop peu.", by=cast.second, now=NOW)
    row = await request_row(reference)
    assert (row["status"], (await actions(reference))[-1]) == ("in_review", "request.return")
    await decide(reference, GRANT, by=cast.second, now=LATER)
    assert await figures(envelope) == (40_000, 0, 60_000)
    with refused(NotAllowed, "same-person"):
        await approve(reference, note=None, by=cast.second, now=LATER)
    await approve(reference, note=None, by=cast.administrator, now=LATER)
    states = await ProposalRow.select(ProposalRow.state).order_by(ProposalRow.state)
    assert [row["state"] for row in states] == ["approved", "returned"]
    assert await figures(envelope) == (0, 40_000, 60_000)
    await assert_books_agree()


async def test_a_withdrawn_proposal_is_not_approved(cast: Cast) -> None:
    envelope = await an_envelope(100_000)
    reference = await a_request(a_line(40_000), by=cast.director)
    await decide(reference, GRANT, by=cast.administrator, now=NOW)
    await withdraw(reference, by=cast.director, now=NOW)
    before = await digest()
    with refused(Conflict, "state"):
        await approve(reference, note=None, by=cast.second, now=NOW)
    assert await digest() == before
    assert await figures(envelope) == (0, 0, 100_000)
    await assert_books_agree()


async def test_rules_that_changed_meanwhile_stop_the_approval(cast: Cast) -> None:
    await an_envelope(100_000)
    reference = await a_request(a_line(40_000), by=cast.director)
    await decide(reference, GRANT, by=cast.administrator, now=NOW)
    lower = await load_ruleset(RULES.replace('"400.00"', '"350.00"'), by=None, now=NOW)
    await activate_ruleset(lower, by=cast.second, now=NOW)
    before = await digest()
    with refused(Conflict, "assessment-changed"):
        await approve(reference, note=None, by=cast.second, now=NOW)
    assert await digest() == before
    await return_to_preparer(reference, note=None, by=cast.second, now=NOW)
    await decide(reference, GRANT, by=cast.administrator, now=NOW)
    await approve(reference, note=None, by=cast.second, now=NOW)
    assert (await request_view(reference, cast.auditor)).granted_cents == 35_000
    await assert_books_agree()


async def test_an_emergency_is_decided_by_one_and_ratified_later(database: Database) -> None:
    people = await the_cast()
    await a_ruleset(extra=LANE, activated_by=people.second)
    await an_envelope(100_000)
    reference = await a_request(a_line(40_000), by=people.director, urgency="emergency")
    assert (await decide(reference, GRANT, by=people.administrator, now=NOW)).status == "decided"
    stored = await DecisionRow.select().first()
    assert stored is not None
    assert (stored["is_emergency"], stored["ratify_by"]) == (True, date(2026, 11, 27))
    overdue = NOW.replace(month=12)
    late = await a_draft(a_line(40_000), by=people.director, urgency="emergency")
    await submit(late, by=people.director, now=overdue)
    assert (await decide(late, GRANT, by=people.administrator, now=overdue)).status == "awaiting_approval"


async def test_a_director_of_another_school_cannot_even_try(cast: Cast) -> None:
    await an_envelope(100_000)
    reference = await a_request(by=cast.director)
    before = await digest()
    for act in (
        decide(reference, GRANT, by=cast.stranger, now=NOW),
        approve(reference, note=None, by=cast.stranger, now=NOW),
        return_to_preparer(reference, note=None, by=cast.stranger, now=NOW),
    ):
        with refused(Unknown):
            await act
    for role in (cast.director, cast.auditor):
        with refused(Conflict, "state"):
            await decide(reference, GRANT, by=role, now=NOW)
    assert await digest() == before


async def test_numbers_have_no_gap_although_decisions_fail(cast: Cast) -> None:
    await an_envelope(30_000)
    for _ in range(3):
        passing = await a_request(a_line(10_000), by=cast.director)
        failing = await a_request(a_line(30_000), by=cast.neighbour)
        await decide(passing, GRANT, by=cast.administrator, now=NOW)
        with refused(Conflict, "envelope-exhausted"):
            await decide(failing, GRANT, by=cast.administrator, now=NOW)
    letters = await LetterRow.select(LetterRow.number).order_by(LetterRow.number)
    assert [row["number"] for row in letters] == ["L2026-000001", "L2026-000002", "L2026-000003"]
    await assert_books_agree()
