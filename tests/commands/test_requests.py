"""What a director does with a request: every act with its effect, its trace, and what it refuses."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest

from solidarity.decisions.commands import decide
from solidarity.requests.commands import edit_request, remove_document, submit, withdraw
from solidarity.requests.lists import Filter, count_by_status, requests
from solidarity.requests.queries import document, request_assessment, request_view
from solidarity.requests.review import request_information
from solidarity.rules.errors import Conflict, Invalid, Stale, Unknown
from solidarity.rules.lifecycle import RequestState
from solidarity.store.tables import LineRow, ReservationRow, SchoolYearRow
from solidarity.trail.queries import events_about
from tests.build import (
    GRANT,
    KEPT_BACK,
    LATER,
    NOW,
    a_document,
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

NEEDS_PAPER = """
[facts.distance]
type = "number"
unit = "km_one_way"
label = { fr = "Distance", en = "Distance" }
kinds = ["transport.pass"]

[[rule]]
id = "income-proof"
kind = "documents"
title = { fr = "Justificatif", en = "Proof" }
applies_to = ["food"]
all_of = ["income"]
message = { fr = "Il manque : {missing}.", en = "Missing: {missing}." }
"""


@pytest.fixture
async def cast(database: Database) -> Cast:
    people = await the_cast()
    await a_ruleset(extra=NEEDS_PAPER, activated_by=people.second)
    return people


async def test_a_draft_reserves_nothing_and_is_assessed(cast: Cast) -> None:
    envelope = await an_envelope(50_000)
    reference = await a_draft(a_line(45_000), by=cast.director)
    view = await request_view(reference, cast.director)
    assert (reference, view.status, view.version) == ("2026-000001", RequestState.DRAFT, 1)
    assert (view.requested_cents, view.proposed_cents, view.outcome) == (45_000, 40_000, "payable")
    assert view.credit_enough
    assert await figures(envelope) == (0, 0, 50_000)
    assert await actions(reference) == ["request.drafted"]
    assert await a_draft(by=cast.neighbour) == "2026-000002"
    assert [found.reference for found in await requests(cast.auditor, Filter())] == []


async def test_lines_that_cannot_be_are_all_named(cast: Cast) -> None:
    student = await a_student(cast.director)
    wrong = (
        a_line(category="transport", kind="rocket"),
        a_line(0, frequency="daily", period_to=date(2026, 10, 1)),
        a_line(facts={"distance": Decimal("1.2345"), "colour": "blue"}),
    )
    before = await digest()
    with refused(Invalid) as refusal:
        await a_draft(*wrong, by=cast.director, student=student)
    found = {(problem.pointer, problem.code) for problem in refusal.error.problems}
    assert found == {
        ("/lines/0/kind", "kind-unknown"),
        ("/lines/1/frequency", "frequency-unknown"),
        ("/lines/1/period_to", "period-reversed"),
        ("/lines/1/amount_cents", "amount-out-of-range"),
        ("/lines/2/facts/distance", "fact-not-number"),
        ("/lines/2/facts/colour", "fact-unknown"),
    }
    later = a_line(period_from=date(2029, 1, 1), period_to=date(2029, 2, 1))
    with refused(Invalid) as unknown_year:
        await a_draft(later, by=cast.director, student=student)
    assert [problem.code for problem in unknown_year.error.problems] == ["no-ruleset"]
    with refused(Unknown, "student-unknown"):
        await a_draft(by=cast.stranger, student=student)
    with refused(Unknown, "student-unknown"):
        await a_draft(by=cast.director, student=uuid4())
    assert await digest() == before


async def test_exact_facts_come_back_as_they_were_typed(cast: Cast) -> None:
    facts = {"distance": Decimal("12.400")}
    reference = await a_draft(a_line(facts=facts), by=cast.director)
    assert (await request_view(reference, cast.director)).lines[0].facts == facts


async def test_sending_sets_the_proposed_amount_aside(cast: Cast) -> None:
    envelope = await an_envelope(50_000)
    reference = await a_draft(a_line(45_000), by=cast.director)
    sent = await submit(reference, by=cast.director, now=LATER)
    row = await request_row(reference)
    assert sent.enough
    assert (row["status"], row["submitted_at"], row["version"]) == ("submitted", LATER, 2)
    assert await figures(envelope) == (40_000, 0, 10_000)
    trace = (await events_about("request", reference))[-1]
    assert (trace.action, trace.actor) == ("request.submit", "Nadia Lemaire")
    assert trace.detail == {"proposed_cents": 40_000, "enough": True}
    await assert_books_agree()


async def test_without_credit_a_request_is_sent_all_the_same(cast: Cast) -> None:
    envelope = await an_envelope(19_999)
    lines = (a_line(10_000), a_line(10_000, category="housing"))
    reference = await a_draft(*lines, by=cast.director)
    sent = await submit(reference, by=cast.director, now=NOW)
    row = await request_row(reference)
    assert not sent.enough
    assert (row["status"], row["credit_enough"]) == ("submitted", False)
    assert await figures(envelope) == (0, 0, 19_999)
    assert await ReservationRow.count() == 0
    assert not (await request_assessment(reference, cast.director, now=NOW)).budget.enough
    await assert_books_agree()


async def test_the_most_specific_envelope_with_enough_pays_each_line(cast: Cast) -> None:
    general = await an_envelope(100_000)
    transport = await an_envelope(100_000, category="transport")
    region = await an_envelope(100_000, region_code="32")
    region_food = await an_envelope(9_999, category="food", region_code="32")
    own = await an_envelope(15_000, school="roubaix")
    own_transport = await an_envelope(15_000, category="transport", school="roubaix")
    elsewhere = await an_envelope(100_000, category="food", school="lille")
    lines = (
        a_line(15_000),
        a_line(10_000),
        a_line(10_000, category="food"),
        a_line(1_000),
    )
    await a_request(*lines, by=cast.director)
    rows = await ReservationRow.select().order_by(ReservationRow.position)
    assert [row["envelope"] for row in rows] == [own_transport, own, region, own]
    for untouched in (general, transport, region_food, elsewhere):
        assert (await figures(untouched))[0] == 0
    await a_request(a_line(9_999, category="food"), by=cast.director)
    await a_request(a_line(9_000), by=cast.stranger)
    rows = await ReservationRow.select().order_by(ReservationRow.at, ReservationRow.amount_cents)
    assert {row["amount_cents"]: row["envelope"] for row in rows}[9_999] == region_food
    assert {row["amount_cents"]: row["envelope"] for row in rows}[9_000] == transport
    await assert_books_agree()


async def test_a_kept_back_share_is_not_reserved_except_for_emergencies(database: Database) -> None:
    people = await the_cast()
    await a_ruleset(extra=KEPT_BACK, activated_by=people.second)
    envelope = await an_envelope(40_000)
    over = await a_draft(a_line(36_001), by=people.director)
    assert not (await submit(over, by=people.director, now=NOW)).enough
    normal = await a_request(a_line(30_000), by=people.director)
    urgent = await a_draft(a_line(10_000), by=people.director, urgency="emergency")
    assert (await submit(urgent, by=people.director, now=NOW)).enough
    assert await figures(envelope) == (40_000, 0, 0)
    assessment = await request_assessment(normal, people.administrator, now=NOW)
    assert assessment.budget.enough
    assert assessment.largest_grantable_cents == 30_000
    await decide(normal, GRANT, by=people.administrator, now=NOW)
    assert await figures(envelope) == (10_000, 30_000, 0)
    await assert_books_agree()


async def test_another_school_sees_and_moves_nothing(cast: Cast) -> None:
    await an_envelope(100_000)
    reference = await a_draft(by=cast.director)
    paper = await a_document(reference, by=cast.director)
    for status in ("draft", "submitted"):
        before = await digest()
        with refused(Unknown):
            await request_view(reference, cast.stranger)
        with refused(Unknown):
            await request_assessment(reference, cast.stranger, now=NOW)
        with refused(Unknown):
            await document(reference, paper, cast.stranger)
        with refused(Unknown):
            await edit_request(reference, version=1, narrative="vu", by=cast.stranger, now=NOW)
        with refused(Unknown):
            await a_document(reference, by=cast.stranger)
        with refused(Unknown):
            await remove_document(reference, paper, by=cast.stranger, now=NOW)
        with refused(Unknown):
            await submit(reference, by=cast.stranger, now=NOW)
        with refused(Unknown):
            await withdraw(reference, by=cast.neighbour, now=NOW)
        assert await requests(cast.stranger, Filter(q=reference)) == []
        assert await count_by_status(cast.stranger, Filter()) == {}
        assert await digest() == before
        if status == "draft":
            await submit(reference, by=cast.director, now=NOW)


async def test_an_unknown_reference_is_unknown(cast: Cast) -> None:
    with refused(Unknown):
        await submit("2026-999999", by=cast.director, now=NOW)
    with refused(Unknown):
        await request_view("2026-999999", cast.administrator)


async def test_a_draft_is_changed_from_its_last_version(cast: Cast) -> None:
    await an_envelope(100_000)
    reference = await a_draft(by=cast.director)
    other = await a_student(cast.director, quotient_familial_cents=70_000)
    await edit_request(
        reference,
        version=1,
        urgency="emergency",
        narrative="",
        student=other,
        lines=[a_line(5_000), a_line(6_000, category="food")],
        by=cast.director,
        now=LATER,
    )
    view = await request_view(reference, cast.director)
    assert (view.version, view.urgency, view.narrative, view.student.id) == (2, "emergency", None, other)
    assert (view.requested_cents, view.outcome, view.changed_at) == (11_000, "incomplete", LATER)
    assert [line.category for line in view.lines] == ["transport", "food"]
    assert await actions(reference) == ["request.drafted", "request.changed"]
    before = await digest()
    with refused(Stale):
        await edit_request(reference, version=1, narrative="trop tard", by=cast.director, now=LATER)
    with refused(Invalid):
        await edit_request(reference, version=2, lines=[], by=cast.director, now=LATER)
    with refused(Unknown, "student-unknown"):
        stranger_s = await a_student(cast.stranger)
        before = await digest()
        await edit_request(reference, version=2, student=stranger_s, by=cast.director, now=LATER)
    assert await digest() == before
    assert await LineRow.count() == 2


async def test_a_sent_request_is_not_changed(cast: Cast) -> None:
    await an_envelope(100_000)
    reference = await a_request(by=cast.director)
    before = await digest()
    with refused(Conflict, "state"):
        await edit_request(reference, version=2, narrative="encore", by=cast.director, now=NOW)
    with refused(Conflict, "state"):
        await submit(reference, by=cast.director, now=NOW)
    assert await digest() == before


async def test_a_paper_makes_an_incomplete_request_payable(cast: Cast) -> None:
    await an_envelope(100_000)
    reference = await a_draft(a_line(5_000, category="food"), by=cast.director)
    assert (await request_row(reference))["outcome"] == "incomplete"
    paper = await a_document(reference, by=cast.director)
    assert (await request_row(reference))["outcome"] == "payable"
    assert (await document(reference, paper, cast.auditor)).kind == "income"
    await remove_document(reference, paper, by=cast.director, now=NOW)
    assert (await request_row(reference))["outcome"] == "incomplete"
    trace = await events_about("request", reference)
    assert [event.action for event in trace][1:] == ["request.document_added", "request.document_removed"]
    assert trace[2].detail == {"document": str(paper), "kind": "income"}
    before = await digest()
    with refused(Unknown):
        await remove_document(reference, paper, by=cast.director, now=NOW)
    assert await digest() == before
    for _ in range(10):
        await a_document(reference, by=cast.director)
    with refused(Conflict, "documents-too-many"):
        await a_document(reference, by=cast.director)


async def test_a_paper_of_another_request_is_not_removed(cast: Cast) -> None:
    first, second = await a_draft(by=cast.director), await a_draft(by=cast.director)
    paper = await a_document(first, by=cast.director)
    with refused(Unknown):
        await remove_document(second, paper, by=cast.director, now=NOW)
    with refused(Unknown):
        await document(second, paper, cast.director)
    assert (await document(first, paper, cast.director)).id == paper


async def test_a_withdrawn_request_gives_its_money_back(cast: Cast) -> None:
    envelope = await an_envelope(50_000)
    reference = await a_request(a_line(20_000), by=cast.director)
    await withdraw(reference, by=cast.director, now=LATER)
    assert (await request_row(reference))["status"] == "withdrawn"
    assert await figures(envelope) == (0, 0, 50_000)
    trace = (await events_about("request", reference))[-1]
    assert (trace.action, trace.detail) == ("request.withdraw", {"released_cents": 20_000})
    await assert_books_agree()
    before = await digest()
    with refused(Conflict, "state"):
        await withdraw(reference, by=cast.director, now=LATER)
    assert await digest() == before


async def test_an_answer_sets_the_new_amount_aside(cast: Cast) -> None:
    envelope = await an_envelope(30_000)
    reference = await a_request(a_line(20_000), by=cast.director)
    await request_information(reference, "Quel abonnement ?", due_date=None, by=cast.administrator, now=NOW)
    version = (await request_row(reference))["version"]
    await edit_request(
        reference,
        version=version,
        answer="Le mensuel.",
        lines=[a_line(30_000)],
        by=cast.director,
        now=NOW,
    )
    assert await figures(envelope) == (20_000, 0, 10_000)
    assert (await submit(reference, by=cast.director, now=LATER)).enough
    row = await request_row(reference)
    assert (row["status"], row["submitted_at"], row["answer"]) == ("in_review", NOW, "Le mensuel.")
    assert row["status_message"] is None
    assert await figures(envelope) == (30_000, 0, 0)
    assert (await actions(reference))[-2:] == ["request.changed", "request.answer"]
    await assert_books_agree()


async def test_an_answer_that_asks_too_much_keeps_nothing_aside(cast: Cast) -> None:
    envelope = await an_envelope(30_000)
    reference = await a_request(a_line(20_000), by=cast.director)
    await request_information(reference, "?", due_date=None, by=cast.administrator, now=NOW)
    version = (await request_row(reference))["version"]
    await edit_request(reference, version=version, lines=[a_line(30_001)], by=cast.director, now=NOW)
    assert not (await submit(reference, by=cast.director, now=LATER)).enough
    assert await figures(envelope) == (0, 0, 30_000)
    await assert_books_agree()


async def test_a_closed_school_year_takes_no_request(cast: Cast) -> None:
    await an_envelope(30_000)
    reference = await a_draft(by=cast.director)
    await SchoolYearRow.insert(SchoolYearRow(label="2026-2027", state="closed", changed_at=NOW))
    before = await digest()
    with refused(Conflict, "school-year-closed"):
        await submit(reference, by=cast.director, now=NOW)
    assert await digest() == before


async def test_what_was_granted_before_counts_the_next_time(cast: Cast) -> None:
    await an_envelope(500_000)
    student = await a_student(cast.director)
    for _ in range(2):
        reference = await a_request(a_line(30_000), by=cast.director, student=student)
        await decide(reference, GRANT, by=cast.administrator, now=NOW)
    third = await a_request(a_line(40_000), by=cast.director, student=student)
    assessment = await request_assessment(third, cast.director, now=NOW)
    assert (assessment.proposed_cents, assessment.lines[0].binding_rule) == (30_000, "year-cap")
    await decide(third, GRANT, by=cast.administrator, now=NOW)
    fourth = await a_draft(a_line(1), by=cast.director, student=student)
    assert (await request_assessment(fourth, cast.director, now=NOW)).proposed_cents == 0
    frozen = await request_assessment(reference, cast.auditor, now=LATER)
    assert frozen.proposed_cents == 30_000
    assert (await request_view(third, cast.auditor)).granted_cents == 30_000
    await assert_books_agree()


async def test_a_reused_line_keeps_its_values(cast: Cast) -> None:
    line = replace(a_line(12_345), supplier="Ilévia", frequency="monthly")
    reference = await a_draft(line, by=cast.director)
    view = await request_view(reference, cast.director)
    assert view.lines == (line,)
    assert view.requested_cents == 12_345 * 8
