"""Decisions, transfers, revocations, reviews and withdrawals at the same moment, on shared envelopes."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from uuid import UUID

import pytest

from solidarity.budgets.commands import record_payment
from solidarity.budgets.queries import check_ledger
from solidarity.budgets.transfers import NewTransfer, approve_transfer, propose_transfer
from solidarity.decisions.appeals import Answer, answer_appeal, file_appeal
from solidarity.decisions.commands import decide
from solidarity.decisions.revoking import revoke
from solidarity.requests.commands import withdraw
from solidarity.requests.review import put_on_hold
from solidarity.requests.waiting import serve_waiting_list
from solidarity.rules.deciding import Choice, Verdict
from solidarity.rules.errors import RuleError
from solidarity.store.tables import DecisionRow, EnvelopeRow, LetterRow
from tests.build import GRANT, LATER, NOW, a_line, a_request, a_ruleset, an_envelope
from tests.commands.books import assert_books_agree
from tests.databases import Database
from tests.people import Cast, the_cast

PART = Choice(verdict=Verdict.GRANT, granted_cents={1: 5_000})
MORE = Answer(upholds=True, granted_cents={1: 9_000})
TRANSFERS, GROUPS = 8, 4


@pytest.fixture
async def cast(database: Database) -> Cast:
    people = await the_cast()
    await a_ruleset(activated_by=people.second)
    return people


async def _requests(cast: Cast, count: int, *, granted: bool) -> list[str]:
    found = [await a_request(a_line(10_000), by=cast.director) for _ in range(count)]
    for reference in found if granted else []:
        await decide(reference, PART, by=cast.administrator, now=NOW)
    return found


def _acts(
    cast: Cast, new: list[str], granted: list[str], proposed: list[UUID]
) -> dict[str, list[Awaitable[object]]]:
    one, two, school = cast.administrator, cast.second, cast.director
    return {
        "decide": [decide(each, GRANT, by=two, now=LATER) for each in new],
        "withdraw": [withdraw(each, by=school, now=LATER) for each in new[::2]],
        "revoke": [revoke(each, "Départ.", by=one, now=LATER) for each in granted],
        "pay": [record_payment(each, by=two, now=LATER) for each in granted[::2]],
        "correct": [answer_appeal(each, MORE, by=two, now=LATER) for each in granted[1::2]],
        "transfer": [approve_transfer(each, note=None, by=two, now=LATER) for each in proposed],
        "serve": [serve_waiting_list(now=LATER) for _ in range(3)],
    }


async def test_exact_counts_and_not_a_cent_over(cast: Cast) -> None:
    first, other = await an_envelope(100_000), await an_envelope(60_000)
    sides = [(first, other), (other, first)]
    proposed = [
        await propose_transfer(
            NewTransfer(source=source, target=target, amount_cents=500, reason="Équilibre."),
            by=cast.administrator,
            now=NOW,
        )
        for source, target in sides * (TRANSFERS // 2)
    ]
    granted = await _requests(cast, 8, granted=True)
    for reference in granted[1::2]:
        await file_appeal(reference, "Plus cher.", by=cast.director, now=NOW)
    new = await _requests(cast, 8, granted=False)
    for reference in await _requests(cast, GROUPS, granted=False):
        await put_on_hold(reference, "no_credit", due_date=None, by=cast.second, now=NOW)
    acts = _acts(cast, new, granted, proposed)
    told = [(name, act) for name, those in acts.items() for act in those]
    found = Counter(await asyncio.gather(*(_told(name, act) for name, act in told)))
    assert found["transfer done"] == TRANSFERS
    assert found["serve done"] == 3
    assert found["decide done"] + found["withdraw done"] == 8
    # Whatever came first on a granted request: one payment at most, never both the end and a correction twice.
    ended = await DecisionRow.count().where(DecisionRow.outcome == "terminated")
    corrected = await DecisionRow.count().where(DecisionRow.outcome == "corrected")
    assert (ended, corrected) == (found["revoke done"], found["correct done"])
    assert found["pay done"] + ended >= 4
    assert (
        await LetterRow.count() == await DecisionRow.count() == 8 + found["decide done"] + ended + corrected
    )
    rows = await EnvelopeRow.select(EnvelopeRow.allocated_cents).where(EnvelopeRow.id.is_in([first, other]))
    assert sum(row["allocated_cents"] for row in rows) == 160_000
    assert await check_ledger() == []
    await assert_books_agree()


async def _told(name: str, act: Awaitable[object]) -> str:
    try:
        await act
    except RuleError as refusal:
        return f"{name} {refusal.code}"
    return f"{name} done"
