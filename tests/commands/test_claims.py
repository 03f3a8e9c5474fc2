"""Grants nobody claims: one reminder without a name, then a release by a person, by a new decision."""

import json
from datetime import date, datetime, time, timedelta

import pytest

from solidarity.budgets.commands import record_payment
from solidarity.budgets.queries import check_ledger
from solidarity.decisions.claims import release_unclaimed, remind_of_claims, unclaimed
from solidarity.decisions.commands import decide
from solidarity.rules.calendar import PARIS
from solidarity.rules.claims import ClaimStage, claim_stage
from solidarity.rules.errors import Conflict
from solidarity.store.tables import DecisionRow, LetterRow, MailRow
from tests.build import GRANT, NOW, a_line, a_request, a_ruleset, an_envelope
from tests.commands.books import actions, assert_books_agree, figures, refused
from tests.databases import Database
from tests.people import Cast, the_cast


@pytest.fixture
async def cast(database: Database) -> Cast:
    people = await the_cast()
    await a_ruleset(activated_by=people.second)
    return people


@pytest.mark.parametrize(
    ("today", "is_reminded", "stage"),
    [
        (date(2027, 5, 31), False, ClaimStage.OPEN),
        (date(2027, 6, 1), False, ClaimStage.TO_REMIND),
        (date(2027, 6, 1), True, ClaimStage.REMINDED),
        (date(2027, 7, 1), False, ClaimStage.TO_REMIND),
        (date(2027, 7, 2), False, ClaimStage.LAPSED),
        (date(2027, 7, 2), True, ClaimStage.LAPSED),
    ],
)
def test_the_last_day_is_still_in_time(today: date, is_reminded: bool, stage: ClaimStage) -> None:
    assert claim_stage(date(2027, 7, 1), today, is_reminded=is_reminded) is stage


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=PARIS)


async def test_reminded_once_and_released_by_a_person(cast: Cast) -> None:
    envelope = await an_envelope(50_000)
    paid = await a_request(a_line(10_000), by=cast.director)
    forgotten = await a_request(a_line(20_000), by=cast.director)
    for reference in (paid, forgotten):
        await decide(reference, GRANT, by=cast.administrator, now=NOW)
    await record_payment(paid, by=cast.administrator, now=NOW)
    [listed] = await unclaimed(NOW)
    assert (listed.reference, listed.unpaid_cents, listed.stage) == (forgotten, 20_000, ClaimStage.OPEN)
    letter = await LetterRow.select().where(LetterRow.decision == listed.decision).first()
    assert letter is not None
    assert json.loads(letter["facts"])["payment"]["claim_by_on"] == listed.claim_by.isoformat()
    assert await remind_of_claims(now=NOW) == []
    soon = _noon(listed.claim_by - timedelta(days=10))
    assert await remind_of_claims(now=soon) == [forgotten]
    assert await remind_of_claims(now=soon) == []
    [mail] = await MailRow.select()
    assert mail["recipient"] == cast.director.email
    assert forgotten in mail["body"]
    assert "Maëlle" not in mail["subject"] + mail["body"]
    assert (await actions(forgotten))[-1] == "request.claim_reminded"
    with refused(Conflict, "claim-still-open"):
        await release_unclaimed(forgotten, by=cast.second, now=_noon(listed.claim_by))
    late = _noon(listed.claim_by + timedelta(days=1))
    assert [one.stage for one in await unclaimed(late)] == [ClaimStage.LAPSED]
    with refused(Conflict, "claim-still-open"):
        await release_unclaimed(paid, by=cast.second, now=late)
    await release_unclaimed(forgotten, by=cast.second, now=late)
    assert await figures(envelope) == (0, 0, 40_000)
    last = await DecisionRow.select().order_by(DecisionRow.decided_at, ascending=False).first()
    assert last is not None
    assert (last["outcome"], last["note"]) == (
        "terminated",
        "L’aide n’a pas été réclamée avant le 30 juin 2027.",
    )
    assert await unclaimed(late) == []
    assert await check_ledger() == []
    await assert_books_agree()
