"""Which contribution pays: named with the decision, never more than was given, never against a restriction."""

import asyncio
import json
import sqlite3
from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from solidarity.budgets.accounts import check_ledger
from solidarity.budgets.commands import NewContribution, NewEnvelope, add_contribution, add_envelope
from solidarity.budgets.remainders import carry, give_back, may_be_carried, take_out
from solidarity.budgets.sources import Line, empty_envelope, move_sources, release_funding
from solidarity.decisions.commands import decide
from solidarity.reports.use_queries import dedicated
from solidarity.rules.deciding import Choice, Verdict
from solidarity.rules.errors import Conflict, RuleError
from solidarity.store.ddl import run
from solidarity.store.migrations import m11_funding
from solidarity.store.tables import ContributionRow, EnvelopeRow, EnvelopeSourceRow, FunderRow, FundingRow
from solidarity.store.transaction import hold_many, writing
from tests.build import GRANT, LATER, NOW, SCHOOL_YEAR, a_line, a_request, a_ruleset
from tests.commands.books import assert_books_agree, digest, refused, request_row
from tests.databases import Database
from tests.people import Cast, the_cast

REFUSED_BY_DATABASE = (sqlite3.IntegrityError, asyncpg.IntegrityConstraintViolationError)
SOON = date(2026, 12, 31)


@pytest.fixture
async def cast(database: Database) -> Cast:
    people = await the_cast()
    await a_ruleset(activated_by=people.second)
    return people


async def a_gift(amount_cents: int, funder: str = "Fondation", **restriction: Any) -> UUID:
    new = NewContribution(
        funder=funder,
        amount_cents=amount_cents,
        received_on=NOW.date(),
        school_year=SCHOOL_YEAR,
        **restriction,
    )
    return await add_contribution(new, by=None, now=NOW)


async def an_envelope_of(allocated_cents: int, **place: Any) -> UUID:
    known: dict[str, Any] = {"category": None, "school": None, "region_code": None}
    new = NewEnvelope(
        name=f"Enveloppe {uuid4()}",
        school_year=SCHOOL_YEAR,
        allocated_cents=allocated_cents,
        **{**known, **place},
    )
    return await add_envelope(new, by=None, now=NOW)


async def used() -> dict[str, int]:
    """Used cents by funder."""
    rows = await EnvelopeSourceRow.select(
        EnvelopeSourceRow.contribution.funder.name.as_alias("funder"), EnvelopeSourceRow.used_cents
    )
    found: Counter[str] = Counter()
    for row in rows:
        found[row["funder"]] += row["used_cents"]
    return dict(found)


async def a_grant(cast: Cast, *amounts: int) -> str:
    reference = await a_request(*(a_line(amount) for amount in amounts), by=cast.director)
    await decide(reference, GRANT, by=cast.administrator, now=LATER)
    return reference


async def test_what_lapses_first_pays_first_and_says_why(cast: Cast) -> None:
    open_gift = await a_gift(50_000, "Libre")
    soon = await a_gift(15_000, "Bientôt", until=SOON)
    unripe = await a_gift(10_000, "Transport", category="transport")
    envelope = await an_envelope_of(75_000, category="transport")
    reference = await a_grant(cast, 9_000, 8_000)
    assert await used() == {"Bientôt": 15_000, "Transport": 2_000, "Libre": 0}
    rows = await FundingRow.select().order_by(FundingRow.position).order_by(FundingRow.reason)
    assert [(row["position"], row["contribution"], row["amount_cents"], row["reason"]) for row in rows] == [
        (1, soon, 9_000, "lapses_first"),
        (2, soon, 6_000, "lapses_first"),
        (2, unripe, 2_000, "restricted"),
    ]
    assert json.loads(rows[0]["passed_over"]) == {
        str(open_gift): ["not_needed"],
        str(unripe): ["not_needed"],
    }
    request = await request_row(reference)
    assert {row["request"] for row in rows} == {request["id"]}
    assert {row["envelope"] for row in rows} == {envelope}
    assert await check_ledger() == []
    await assert_books_agree()


async def test_what_has_lapsed_pays_no_more_though_the_envelope_has_it(cast: Cast) -> None:
    await a_gift(20_000, "Bientôt", until=SOON)
    await a_gift(10_000, "Libre")
    await an_envelope_of(30_000)
    reference = await a_request(a_line(15_000), by=cast.director)
    before = await digest()
    with refused(Conflict, "contributions-short") as refusal:
        await decide(reference, GRANT, by=cast.administrator, now=NOW + timedelta(days=60))
    assert refusal.error.figures["missing_cents"] == 5_000
    assert await digest() == before
    less = Choice(verdict=Verdict.GRANT, granted_cents={1: 10_000})
    await decide(reference, less, by=cast.administrator, now=NOW + timedelta(days=60))
    assert await used() == {"Bientôt": 0, "Libre": 10_000}
    assert await check_ledger() == []


async def test_a_funder_pays_no_more_than_the_share_it_set(cast: Cast) -> None:
    await a_gift(40_000, "Moitié", max_share=5_000, until=SOON)
    with refused(Conflict, "envelope-not-covered"):
        await an_envelope_of(40_000)
    await a_gift(40_000, "Libre")
    await an_envelope_of(80_000)
    await a_grant(cast, 25_001)
    assert await used() == {"Moitié": 12_500, "Libre": 12_501}
    await a_grant(cast, 10_000, 10_000)
    assert await used() == {"Moitié": 22_500, "Libre": 22_501}
    rows = await FundingRow.select(FundingRow.position, FundingRow.request, FundingRow.amount_cents).where(
        FundingRow.contribution.max_share.is_not_null()
    )
    assert sorted(row["amount_cents"] for row in rows) == [5_000, 5_000, 12_500]
    assert await check_ledger() == []


async def test_money_for_later_fills_no_envelope_yet(cast: Cast) -> None:
    await a_gift(20_000, usable_from=SOON)
    with refused(Conflict, "envelope-not-covered"):
        await an_envelope_of(20_000)


async def test_thirty_decisions_on_one_restricted_gift(cast: Cast) -> None:
    references = [await a_request(a_line(10_000), by=cast.director) for _ in range(30)]
    gift = await a_gift(75_000, "Roubaix", schools=("roubaix",), category="transport", max_share=5_000)
    other = await a_gift(75_000, "Libre")
    await an_envelope_of(150_000, category="transport", school="roubaix")

    async def told(reference: str, by: Any) -> str:
        try:
            await decide(reference, GRANT, by=by, now=LATER)
        except RuleError as refusal:
            return refusal.code
        return "done"

    people = (cast.administrator, cast.second)
    found = await asyncio.gather(
        *(told(reference, people[place % 2]) for place, reference in enumerate(references))
    )
    assert Counter(found) == {"done": 15, "envelope-exhausted": 15}
    assert await used() == {"Roubaix": 75_000, "Libre": 75_000}
    rows = await FundingRow.select(FundingRow.contribution, FundingRow.amount_cents)
    assert Counter((row["contribution"], row["amount_cents"]) for row in rows) == {
        (gift, 5_000): 15,
        (other, 5_000): 15,
    }
    assert await check_ledger() == []
    await assert_books_agree()


async def test_the_database_itself_refuses(cast: Cast) -> None:
    await a_gift(20_000, "Une")
    await an_envelope_of(20_000)
    stranger = await a_gift(5_000, "Autre")
    await a_grant(cast, 15_000)
    row = await FundingRow.select().first()
    assert row is not None
    for change in ("used_cents = amount_cents + 1", "used_cents = -1", "amount_cents = 14999"):
        with pytest.raises(REFUSED_BY_DATABASE):
            await EnvelopeSourceRow.raw(f"UPDATE envelope_source SET {change}")
    for table in ("funding", "source_move"):
        for change in (f"UPDATE {table} SET amount_cents = 1", f"DELETE FROM {table}"):
            if table == "funding":
                with pytest.raises(REFUSED_BY_DATABASE, match="append-only: funding"):
                    await FundingRow.raw(change)
    for wrong in (
        {"contribution": stranger},
        {"amount_cents": 0},
        {"amount_cents": -1},
        {"kind": "released"},
        {"envelope": uuid4()},
        {"request": uuid4()},
    ):
        with pytest.raises(REFUSED_BY_DATABASE):
            await FundingRow.insert(FundingRow(**{**row, "id": uuid4(), **wrong}))
    for wrong in ("max_share = 0", "max_share = 10001", "until = '2026-01-01', usable_from = '2026-01-02'"):
        with pytest.raises(REFUSED_BY_DATABASE):
            await ContributionRow.raw(f"UPDATE contribution SET {wrong}")
    assert await check_ledger() == []


async def test_what_is_released_goes_back_to_what_lapses_last_first(cast: Cast) -> None:
    await a_gift(10_000, "Bientôt", until=SOON)
    await a_gift(20_000, "Libre")
    envelope = await an_envelope_of(30_000)
    reference = await a_grant(cast, 16_000)
    request = await request_row(reference)
    line = Line(position=1, envelope=envelope, category="transport", amount_cents=7_000)
    async with writing():
        await hold_many(EnvelopeRow, [envelope])
        await release_funding(request["id"], [line], now=LATER)
    assert await used() == {"Bientôt": 9_000, "Libre": 0}
    [fault] = [one for one in await check_ledger() if one.what == "envelope.funding"]
    assert (fault.expected, fault.found) == ("16000", "9000")
    with pytest.raises(AssertionError, match="no more is given back"):
        async with writing():
            await release_funding(
                request["id"],
                [Line(position=1, envelope=envelope, category="transport", amount_cents=9_001)],
                now=LATER,
            )


async def test_a_transfer_takes_along_what_may_serve_there(cast: Cast) -> None:
    await a_gift(10_000, "Repas", category="food")
    await a_gift(20_000, "Libre")
    source = await an_envelope_of(30_000, category="food")
    target = await an_envelope_of(1, category="transport") if await a_gift(1, "Un") else source
    async with writing():
        await hold_many(EnvelopeRow, [source, target])
        moved = await move_sources(source, target, 20_000, now=LATER)
    assert sum(cents for _gift, cents in moved) == 20_000
    rows = await EnvelopeSourceRow.select(
        EnvelopeSourceRow.envelope,
        EnvelopeSourceRow.amount_cents,
        EnvelopeSourceRow.contribution.funder.name.as_alias("funder"),
    ).where(EnvelopeSourceRow.amount_cents > 0)
    found = {(row["envelope"], row["funder"]): row["amount_cents"] for row in rows}
    assert found == {(source, "Repas"): 10_000, (target, "Libre"): 20_000, (target, "Un"): 1}
    with refused(Conflict, "envelope-not-covered"):
        async with writing():
            await move_sources(source, target, 1, now=LATER)
    async with writing():
        assert [cents for _gift, cents in await empty_envelope(source)] == [10_000]
    assert {one.what for one in await check_ledger()} >= {"source.amount_cents"}


async def test_what_a_year_leaves_is_carried_or_returned(cast: Cast) -> None:
    lasting = await a_gift(20_000, "Libre", category="transport", max_share=9_000)
    lapsing = await a_gift(9_000, "Bientôt", until=SOON)
    spare = await a_gift(500, "Reste")
    envelope = await an_envelope_of(29_000, category="transport")
    await a_grant(cast, 6_000, 4_000)
    paid = await used()
    later = datetime(2027, 9, 2, 8, 0, tzinfo=UTC)
    async with writing():
        assert await take_out(envelope, by=cast.administrator, now=later) == 19_000
        assert await take_out(envelope, by=cast.administrator, now=later) == 0
    assert await check_ledger() == []
    async with writing():
        following = await carry(lasting, "2027-2028", by=cast.administrator, now=later)
        assert await carry(lasting, "2027-2028", by=cast.administrator, now=later) is None
        assert not may_be_carried(SOON, "2027-2028")
        returned = await give_back(lapsing, by=cast.administrator, now=later)
        assert await give_back(lapsing, by=cast.administrator, now=later) == 0
    assert await check_ledger() == []
    rows = {row["id"]: row for row in await ContributionRow.select()}
    assert following is not None
    opened = rows[following]
    assert (opened["amount_cents"], opened["carried_from"]) == (20_000 - paid["Libre"], lasting)
    assert (opened["school_year"], opened["category"], opened["max_share"]) == (
        "2027-2028",
        "transport",
        9_000,
    )
    assert rows[lasting]["settled_cents"] == opened["amount_cents"]
    assert returned == rows[lapsing]["settled_cents"] == 9_000 - paid["Bientôt"]
    row = await EnvelopeRow.select().where(EnvelopeRow.id == envelope).first()
    assert row is not None
    assert (row["allocated_cents"], row["committed_cents"]) == (10_000, 10_000)
    table = await dedicated(SCHOOL_YEAR)
    assert (table.total.carried_cents, table.total.returned_cents) == (opened["amount_cents"], returned)
    assert all(line.is_settled for line in table.lines)
    assert (await dedicated("2027-2028")).total.opening_cents == table.total.to_carry_cents
    for wrong in ("settled_cents = amount_cents + 1", "settled_cents = -1"):
        with pytest.raises(REFUSED_BY_DATABASE):
            await ContributionRow.raw(f"UPDATE contribution SET {wrong}")
    assert rows[spare]["settled_cents"] == 0


async def test_a_changed_figure_is_named(cast: Cast) -> None:
    await a_gift(20_000)
    await an_envelope_of(20_000)
    await a_grant(cast, 15_000)
    async with writing():
        await EnvelopeSourceRow.update({EnvelopeSourceRow.used_cents: 14_999}, force=True)
    [fault] = await check_ledger()
    assert (fault.what, fault.expected, fault.found) == ("source.used_cents", "15000", "14999")


async def test_what_was_decided_before_is_attributed_by_the_migration(cast: Cast) -> None:
    await a_gift(10_000, "Bientôt", until=SOON)
    await a_gift(30_000, "Libre")
    await an_envelope_of(40_000)
    for amounts in ((4_000, 3_000), (5_000,), (6_000,)):
        await a_grant(cast, *amounts)
    async with writing():
        for statement in (
            'DROP TABLE "funding"',
            'DROP TABLE "source_move"',
            'DROP INDEX "envelope_source_contribution_index"',
        ):
            await run(statement)
        await m11_funding._make_sources()
        await m11_funding._make_funding()
        await m11_funding._attribute()
    assert await used() == {"Bientôt": 10_000, "Libre": 8_000}
    rows = await FundingRow.select()
    assert {(row["reason"], row["day"]) for row in rows} == {("afterwards", LATER.date())}
    assert sum(row["amount_cents"] for row in rows) == 18_000
    assert await check_ledger() == []
    assert await FunderRow.count() == 2
