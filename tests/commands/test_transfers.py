"""Transfers between envelopes: two people, never below what is spoken for, sources and books in step."""

import asyncio
from uuid import uuid4

import pytest

from solidarity.budgets.commands import NewContribution, NewEnvelope, add_contribution, add_envelope
from solidarity.budgets.queries import check_ledger
from solidarity.budgets.transfers import (
    NewTransfer,
    approve_transfer,
    propose_transfer,
    return_transfer,
    transfer_view,
    transfers,
)
from solidarity.rules.errors import Conflict, Invalid, NotAllowed, RuleError, Unknown
from solidarity.store.tables import EnvelopeRow, SchoolYearRow, TransferRow
from solidarity.store.transaction import writing
from tests.build import LATER, NOW, SCHOOL_YEAR, a_line, a_request, a_ruleset, an_envelope
from tests.commands.books import actions, assert_books_agree, figures, refused
from tests.databases import Database
from tests.people import Cast, the_cast


@pytest.fixture
async def cast(database: Database) -> Cast:
    people = await the_cast()
    await a_ruleset(activated_by=people.second)
    return people


def a_transfer(source: object, target: object, amount_cents: int = 30_000) -> NewTransfer:
    return NewTransfer(source=source, target=target, amount_cents=amount_cents, reason="Plus de besoins.")  # type: ignore[arg-type]


async def _allocated(envelope: object) -> int:
    row = await EnvelopeRow.select().where(EnvelopeRow.id == envelope).first()
    assert row is not None
    return int(row["allocated_cents"])


async def test_two_people_move_money_and_the_opening_amount_stays_written(cast: Cast) -> None:
    source, target = await an_envelope(50_000), await an_envelope(10_000)
    made = await propose_transfer(a_transfer(source, target), by=cast.administrator, now=NOW)
    assert await figures(source) == (30_000, 0, 20_000)
    assert await check_ledger() == []
    with refused(NotAllowed, "same-person"):
        await approve_transfer(made, note=None, by=cast.administrator, now=NOW)
    await approve_transfer(made, note="D’accord.", by=cast.second, now=LATER)
    assert (await _allocated(source), await _allocated(target)) == (20_000, 40_000)
    assert await figures(source) == (0, 0, 20_000)
    view = await transfer_view(made)
    assert (view.state, view.answered_by, view.answer_note) == ("approved", "Marc Delattre", "D’accord.")
    assert [one.id for one in await transfers(school_year=SCHOOL_YEAR)] == [made]
    assert (await actions())[-2:] == ["transfer.proposed", "transfer.approved"]
    for again in (approve_transfer, return_transfer):
        with refused(Conflict, "transfer-answered"):
            await again(made, note=None, by=cast.second, now=LATER)
    assert await check_ledger() == []
    await assert_books_agree()


async def test_a_returned_transfer_frees_what_it_set_aside(cast: Cast) -> None:
    source, target = await an_envelope(50_000), await an_envelope(10_000)
    made = await propose_transfer(a_transfer(source, target), by=cast.administrator, now=NOW)
    await return_transfer(made, note=None, by=cast.second, now=LATER)
    assert await figures(source) == (0, 0, 50_000)
    assert await figures(target) == (0, 0, 10_000)
    assert await check_ledger() == []
    await assert_books_agree()


async def test_what_is_spoken_for_is_never_moved(cast: Cast) -> None:
    source, target = await an_envelope(50_000), await an_envelope(10_000)
    await a_request(a_line(30_000), by=cast.director)
    with refused(Conflict, "transfer-not-covered"):
        await propose_transfer(a_transfer(source, target), by=cast.administrator, now=NOW)
    await propose_transfer(a_transfer(source, target, 20_000), by=cast.administrator, now=NOW)
    assert await figures(source) == (50_000, 0, 0)
    await assert_books_agree()


async def test_only_two_known_envelopes_of_one_open_year(cast: Cast) -> None:
    source = await an_envelope(50_000)
    gift = NewContribution(
        funder="Fondation", amount_cents=9_000, received_on=NOW.date(), school_year="2027-2028"
    )
    await add_contribution(gift, by=None, now=NOW)
    later = NewEnvelope(
        name="Après",
        school_year="2027-2028",
        category=None,
        school=None,
        region_code=None,
        allocated_cents=9_000,
    )
    other_year = await add_envelope(later, by=None, now=NOW)
    for target, code in (
        (source, "transfer-same-envelope"),
        (uuid4(), "envelope-unknown"),
        (other_year, "transfer-other-year"),
    ):
        with refused(Invalid) as refusal:
            await propose_transfer(a_transfer(source, target, 1_000), by=cast.administrator, now=NOW)
        assert [(one.pointer, one.code) for one in refusal.error.problems] == [("/to", code)]
    with refused(Unknown):
        await approve_transfer(uuid4(), note=None, by=cast.second, now=NOW)
    target = await an_envelope(1_000)
    async with writing():
        await SchoolYearRow.insert(SchoolYearRow(label=SCHOOL_YEAR, state="closed", changed_at=NOW))
    with refused(Conflict, "school-year-closed"):
        await propose_transfer(a_transfer(source, target, 1_000), by=cast.administrator, now=NOW)
    assert await TransferRow.count() == 0


async def test_money_for_transport_does_not_become_money_for_food(cast: Cast) -> None:
    gift = NewContribution(
        funder="Région",
        amount_cents=50_000,
        received_on=NOW.date(),
        school_year=SCHOOL_YEAR,
        category="transport",
    )
    await add_contribution(gift, by=None, now=NOW)
    envelope = NewEnvelope(
        name="Transport",
        school_year=SCHOOL_YEAR,
        category="transport",
        school=None,
        region_code=None,
        allocated_cents=50_000,
    )
    source = await add_envelope(envelope, by=None, now=NOW)
    target = await an_envelope(10_000, category="food")
    made = await propose_transfer(a_transfer(source, target), by=cast.administrator, now=NOW)
    with refused(Conflict, "envelope-not-covered"):
        await approve_transfer(made, note=None, by=cast.second, now=NOW)
    assert (await transfer_view(made)).state == "proposed"
    assert await check_ledger() == []


async def test_crossing_transfers_at_once(cast: Cast) -> None:
    first, other = await an_envelope(20_000), await an_envelope(20_000)
    asked = [(first, other), (other, first)] * 6
    made = await asyncio.gather(
        *(
            propose_transfer(a_transfer(one, two, 5_000), by=cast.administrator, now=NOW)
            for one, two in asked
        ),
        return_exceptions=True,
    )
    kept = [one for one in made if not isinstance(one, BaseException)]
    assert len(kept) == 8
    assert {one.code for one in made if isinstance(one, RuleError)} == {"transfer-not-covered"}
    await asyncio.gather(*(approve_transfer(one, note=None, by=cast.second, now=NOW) for one in kept))
    assert await _allocated(first) + await _allocated(other) == 40_000
    assert await figures(first) == (0, 0, 20_000)
    assert await check_ledger() == []
    await assert_books_agree()


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE transfer SET answered_by = prepared_by, answered_at = prepared_at, state = 'approved'",
        "UPDATE transfer SET state = 'approved'",
        "UPDATE transfer SET target = source",
        "UPDATE transfer SET amount_cents = 0",
    ],
)
async def test_the_database_itself_refuses(cast: Cast, change: str) -> None:
    source, target = await an_envelope(50_000), await an_envelope(10_000)
    await propose_transfer(a_transfer(source, target), by=cast.administrator, now=NOW)
    with pytest.raises(Exception, match=r"(?i)check"):
        await TransferRow.raw(change)
