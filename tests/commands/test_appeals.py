"""Appeals and ratifications: other people look again, new decisions replace old ones, the books agree."""

import asyncio
import json
from datetime import date, timedelta

import pytest

from solidarity.budgets.commands import record_payment
from solidarity.budgets.queries import check_ledger
from solidarity.decisions.appeals import (
    Answer,
    answer_appeal,
    approve_answer,
    file_appeal,
    return_answer,
    take_appeal,
    withdraw_appeal,
)
from solidarity.decisions.commands import approve, decide
from solidarity.decisions.ratifying import ratify, to_ratify
from solidarity.decisions.revoking import revoke
from solidarity.requests.commands import submit
from solidarity.requests.queries import request_view
from solidarity.rules.access import Role
from solidarity.rules.deciding import Choice, Verdict
from solidarity.rules.errors import Conflict, Invalid, NotAllowed
from solidarity.store.tables import AppealRow, DecisionRow, LetterRow, RatificationRow
from tests.build import (
    GRANT,
    LATER,
    NOW,
    REFUSE,
    a_document,
    a_draft,
    a_line,
    a_person,
    a_request,
    a_ruleset,
    an_envelope,
)
from tests.commands.books import actions, assert_books_agree, figures, refused, request_row
from tests.commands.test_decisions import LANE
from tests.databases import Database
from tests.people import Cast, the_cast

GROUNDS = "Le père a perdu son emploi après la demande."
KEEP = Answer(upholds=False, granted_cents={}, reason="Rien de nouveau au dossier.")
MORE = Answer(upholds=True, granted_cents={})


@pytest.fixture
async def cast(database: Database) -> Cast:
    people = await the_cast()
    await a_ruleset(extra=LANE, activated_by=people.second)
    return people


def grants(*cents: int) -> Choice:
    return Choice(verdict=Verdict.GRANT, granted_cents=dict(enumerate(cents, start=1)))


async def test_a_correction_replaces_the_decision_and_commits_the_difference(cast: Cast) -> None:
    envelope = await an_envelope(50_000)
    reference = await a_request(a_line(20_000), a_line(5_000), by=cast.director)
    with refused(Conflict, "state"):
        await file_appeal(reference, GROUNDS, by=cast.director, now=NOW)
    await decide(reference, grants(10_000, 5_000), by=cast.administrator, now=NOW)
    await file_appeal(reference, GROUNDS, by=cast.director, now=NOW)
    with refused(Conflict, "appeal-already-open"):
        await file_appeal(reference, GROUNDS, by=cast.director, now=NOW)
    with refused(Conflict, "appeal-open"):
        await revoke(reference, "Fin.", by=cast.administrator, now=NOW)
    with refused(NotAllowed, "took-part"):
        await answer_appeal(reference, MORE, by=cast.administrator, now=LATER)
    with refused(Conflict, "appeal-not-better"):
        unchanged = Answer(upholds=True, granted_cents={1: 10_000})
        await answer_appeal(reference, unchanged, by=cast.second, now=LATER)
    assert await answer_appeal(reference, MORE, by=cast.second, now=LATER) == "upheld"
    view = await request_view(reference, cast.director)
    assert [one.outcome for one in view.decisions] == ["granted_partial", "corrected"]
    assert view.granted_cents == 25_000
    assert await figures(envelope) == (0, 25_000, 25_000)
    [appeal] = await AppealRow.select()
    first, new = await DecisionRow.select().order_by(DecisionRow.number)
    assert (appeal["state"], appeal["decision"], appeal["outcome"]) == ("upheld", first["id"], new["id"])
    assert (new["supersedes"], new["prepared_by"]) == (first["id"], cast.second.id)
    assert appeal["answer_by"] > NOW.date()
    letters = await LetterRow.select().order_by(LetterRow.number)
    assert [(one["kind"], one["supersedes"]) for one in letters] == [
        ("partial", None),
        ("correction", letters[0]["id"]),
    ]
    assert sum(one["amount_cents"] for one in json.loads(letters[1]["facts"])["payment"]["instalments"]) == (
        25_000
    )
    assert (await actions(reference))[-2:] == ["request.appeal", "request.appeal_uphold"]
    assert await check_ledger() == []
    await assert_books_agree()


async def test_a_refusal_may_become_a_grant_or_stay_one(cast: Cast) -> None:
    envelope = await an_envelope(50_000)
    reference = await a_request(a_line(20_000), by=cast.director)
    await decide(reference, REFUSE, by=cast.administrator, now=NOW)
    await file_appeal(reference, GROUNDS, by=cast.director, now=NOW)
    await withdraw_appeal(reference, by=cast.director, now=NOW)
    with refused(Conflict, "appeal-none"):
        await answer_appeal(reference, KEEP, by=cast.second, now=LATER)
    await file_appeal(reference, GROUNDS, by=cast.director, now=NOW)
    with refused(Invalid):
        await answer_appeal(reference, Answer(upholds=False, granted_cents={}), by=cast.second, now=LATER)
    assert await answer_appeal(reference, KEEP, by=cast.second, now=LATER) == "dismissed"
    letters = await LetterRow.select().order_by(LetterRow.number)
    assert [one["kind"] for one in letters] == ["refusal", "maintained"]
    assert json.loads(letters[1]["facts"])["reasons"][0]["text"] == KEEP.reason
    with refused(Conflict, "appeal-already-answered"):
        await file_appeal(reference, GROUNDS, by=cast.director, now=LATER)
    assert await DecisionRow.count() == 1
    assert await figures(envelope) == (0, 0, 50_000)
    granted = await a_request(a_line(20_000), by=cast.director)
    await decide(granted, REFUSE, by=cast.administrator, now=NOW)
    await file_appeal(granted, GROUNDS, by=cast.director, now=NOW)
    half = Answer(upholds=True, granted_cents={1: 8_000})
    assert await answer_appeal(granted, half, by=cast.second, now=LATER) == "partly_upheld"
    assert await figures(envelope) == (0, 8_000, 42_000)
    assert await check_ledger() == []
    await assert_books_agree()


async def test_new_papers_may_come_with_a_review(cast: Cast) -> None:
    await an_envelope(50_000)
    reference = await a_request(a_line(20_000), by=cast.director)
    await decide(reference, REFUSE, by=cast.administrator, now=NOW)
    with refused(Conflict, "state"):
        await a_document(reference, by=cast.director)
    await file_appeal(reference, GROUNDS, by=cast.director, now=NOW)
    before = await request_row(reference)
    await a_document(reference, by=cast.director)
    assert await request_row(reference) == before
    await answer_appeal(reference, MORE, by=cast.second, now=LATER)
    with refused(Conflict, "state"):
        await a_document(reference, by=cast.director)
    [kept] = [one for one in await DecisionRow.select() if one["outcome"] == "corrected"]
    assert [one["kind"] for one in json.loads(kept["facts"])["documents"]] == ["income"]


async def test_a_large_correction_takes_two_people(cast: Cast) -> None:
    envelope = await an_envelope(100_000)
    reference = await a_request(a_line(40_000), by=cast.director)
    await decide(reference, grants(10_000), by=cast.administrator, now=NOW)
    await file_appeal(reference, GROUNDS, by=cast.director, now=NOW)
    await take_appeal(reference, by=cast.second, now=NOW)
    assert await answer_appeal(reference, MORE, by=cast.second, now=LATER) == "under_review"
    with refused(NotAllowed, "same-person"):
        await approve_answer(reference, by=cast.second, now=LATER)
    with refused(Conflict, "appeal-awaits-approval"):
        await answer_appeal(reference, KEEP, by=cast.second, now=LATER)
    await return_answer(reference, note="Moins.", by=cast.administrator, now=LATER)
    await answer_appeal(reference, MORE, by=cast.second, now=LATER)
    assert await approve_answer(reference, by=cast.administrator, now=LATER) == "upheld"
    last = (await request_view(reference, cast.director)).decision
    assert last is not None
    assert (last.prepared_by, last.approved_by) == ("Marc Delattre", "Claire Fontaine")
    assert await figures(envelope) == (0, 40_000, 60_000)
    assert await check_ledger() == []
    await assert_books_agree()


async def test_what_was_paid_stays_in_its_envelope(cast: Cast) -> None:
    own, general = await an_envelope(12_000, school="roubaix"), await an_envelope(50_000)
    reference = await a_request(a_line(20_000), by=cast.director)
    await decide(reference, grants(10_000), by=cast.administrator, now=NOW)
    await record_payment(reference, by=cast.administrator, now=NOW)
    await file_appeal(reference, GROUNDS, by=cast.director, now=NOW)
    with refused(Conflict, "envelope-exhausted"):
        await answer_appeal(reference, MORE, by=cast.second, now=LATER)
    little = Answer(upholds=True, granted_cents={1: 12_000})
    await answer_appeal(reference, little, by=cast.second, now=LATER)
    assert await figures(own) == (0, 2_000, 0)
    assert await record_payment(reference, by=cast.administrator, now=LATER) == 2_000
    assert await figures(own) == (0, 0, 0)
    assert await figures(general) == (0, 0, 50_000)
    moved = await a_request(a_line(30_000), by=cast.director)
    await decide(moved, grants(1_000), by=cast.administrator, now=NOW)
    await file_appeal(moved, GROUNDS, by=cast.director, now=NOW)
    await answer_appeal(moved, MORE, by=cast.second, now=LATER)
    assert await figures(general) == (0, 30_000, 20_000)
    assert await check_ledger() == []
    await assert_books_agree()


async def test_an_emergency_is_ratified_by_somebody_else_or_blocks_the_lane(cast: Cast) -> None:
    await an_envelope(500_000)
    first = await a_request(a_line(40_000), by=cast.director, urgency="emergency")
    assert (await decide(first, GRANT, by=cast.administrator, now=NOW)).status == "decided"
    [listed] = await to_ratify(NOW)
    assert (listed.reference, listed.is_overdue, listed.ratify_by) == (first, False, date(2026, 11, 27))
    late = NOW + timedelta(days=16)
    assert [one.is_overdue for one in await to_ratify(late)] == [True]
    second = await a_request(a_line(40_000), by=cast.director, urgency="emergency")
    assert (await decide(second, GRANT, by=cast.administrator, now=late)).status == "awaiting_approval"
    with refused(NotAllowed, "same-person"):
        await ratify(first, note=None, by=cast.administrator, now=late)
    with refused(Conflict, "nothing-to-ratify"):
        await ratify(second, note=None, by=cast.second, now=late)
    await ratify(first, note="Vu.", by=cast.second, now=late)
    with refused(Conflict, "nothing-to-ratify"):
        await ratify(first, note=None, by=cast.second, now=late)
    assert (await actions(first))[-1] == "request.ratify"
    assert (await approve(second, note=None, by=cast.second, now=late)).status == "decided"
    assert await to_ratify(late) == [], "two people decided the second: there is nothing left to ratify"
    third = await a_request(a_line(40_000), by=cast.director, urgency="emergency")
    assert (await decide(third, GRANT, by=cast.administrator, now=late)).status == "decided"
    await revoke(third, "Fin.", by=cast.second, now=late)
    assert await to_ratify(late + timedelta(days=40)) == []
    with pytest.raises(Exception, match=r"(?i)append-only"):
        await RatificationRow.raw("UPDATE ratification SET ratified_by = decided_by")


async def test_the_quota_holds_between_students_who_share_nothing(cast: Cast) -> None:
    await an_envelope(200_000, school="roubaix")
    await an_envelope(200_000, school="evreux")
    references = []
    for place in range(8):
        director = (cast.director, cast.stranger)[place % 2]
        draft = await a_draft(a_line(31_000), by=director, urgency="emergency")
        await submit(draft, by=director, now=NOW)
        references.append(draft)
    third = await a_person(Role.ADMINISTRATOR, "Hugo Masson")
    people = (cast.administrator, cast.second, third)
    found = await asyncio.gather(
        *(
            decide(reference, GRANT, by=people[place % 3], now=LATER)
            for place, reference in enumerate(references)
        )
    )
    assert sorted(one.status for one in found) == ["awaiting_approval"] * 5 + ["decided"] * 3
    waiting = next(one.reference for one in found if one.status == "awaiting_approval")
    [proposer] = [people[place % 3] for place, reference in enumerate(references) if reference == waiting]
    other = next(one for one in people if one.id != proposer.id)
    assert (await approve(waiting, note=None, by=other, now=LATER)).status == "decided"
    await assert_books_agree()
