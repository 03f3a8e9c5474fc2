"""The end of a school year: figures known before, two people, stopped anywhere and resumed, and the next year."""

import asyncio
import sqlite3
from datetime import UTC, date, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from solidarity.budgets.commands import (
    NewContribution,
    NewEnvelope,
    add_contribution,
    add_envelope,
    record_payment,
)
from solidarity.budgets.queries import check_ledger, statement
from solidarity.decisions.commands import decide
from solidarity.decisions.revoking import revoke
from solidarity.reports.use_queries import dedicated
from solidarity.requests.review import request_information
from solidarity.rules.errors import Conflict, Invalid, NotAllowed, Stale, Unknown
from solidarity.rules.year_end import Blocker, Choices, Fate, Step
from solidarity.schools.commands import edit_student
from solidarity.store.tables import (
    ContributionRow,
    DecisionRow,
    EnvelopeRow,
    RequestRow,
    SchoolYearRow,
    StudentRow,
    YearClosingRow,
)
from solidarity.store.transaction import writing
from solidarity.trail.queries import verify_log
from solidarity.years.commands import confirm_closing, finish_closing, prepare_closing
from solidarity.years.means import confirm_means, means_to_confirm
from solidarity.years.opening import envelope_again, open_envelopes, open_year, opening_of
from solidarity.years.queries import closing_of, year_plan, years
from tests.build import GRANT, NOW, SCHOOL_YEAR, a_draft, a_line, a_request, a_ruleset, a_student
from tests.commands.books import actions, digest, refused, request_row
from tests.databases import Database
from tests.people import Cast, the_cast

AFTER = datetime(2027, 9, 20, 8, 0, tzinfo=UTC)
LAST_DAY = datetime(2027, 8, 31, 20, 0, tzinfo=UTC)
NEXT = "2027-2028"
REFUSED = (sqlite3.Error, asyncpg.PostgresError)


class Year:
    """A year as it ends: one grant paid, one to be paid, one nobody claims, and requests still open."""

    paid: str
    staying: str
    unclaimed: str
    draft: str
    asked: str
    sent: str
    gifts: dict[str, str]


@pytest.fixture
async def cast(database: Database) -> Cast:
    people = await the_cast()
    await a_ruleset(activated_by=people.second)
    return people


async def a_gift(funder: str, amount_cents: int, *, year: str = SCHOOL_YEAR, **terms: object) -> str:
    new = NewContribution(
        funder=funder,
        amount_cents=amount_cents,
        received_on=NOW.date(),
        school_year=year,
        **terms,  # type: ignore[arg-type]
    )
    return str(await add_contribution(new, by=None, now=NOW))


def an_opening(name: str, cents: int, *, category: str | None = None, year: str = SCHOOL_YEAR) -> NewEnvelope:
    return NewEnvelope(
        name=name, school_year=year, category=category, school=None, region_code=None, allocated_cents=cents
    )


async def a_year(cast: Cast) -> Year:
    year = Year()
    year.gifts = {
        "Région": await a_gift("Région", 60_000, category="transport"),
        "Ville": await a_gift("Ville", 30_000, category="food", until=date(2027, 6, 30)),
        "Fondation": await a_gift("Fondation", 100_000),
    }
    for new in (
        an_opening("Transport", 60_000, category="transport"),
        an_opening("Repas", 20_000, category="food"),
        an_opening("Toutes aides", 80_000),
    ):
        await add_envelope(new, by=None, now=NOW)
    by = cast.director
    granted = [await a_request(a_line(cents), by=by) for cents in (12_000, 10_000, 9_000)]
    year.paid, year.staying, year.unclaimed = granted
    for reference in granted:
        await decide(reference, GRANT, by=cast.administrator, now=NOW)
    await record_payment(year.paid, by=cast.administrator, now=NOW)
    year.draft = await a_draft(by=by)
    year.asked = await a_request(a_line(5_000, category="food"), by=by)
    await request_information(year.asked, "Le bail ?", due_date=None, by=cast.administrator, now=NOW)
    year.sent = await a_request(a_line(7_000), by=by)
    return year


def everything(year: Year) -> Choices:
    return Choices(
        close_undecided=True,
        lapsing=frozenset({year.unclaimed}),
        fates={year.gifts["Ville"]: Fate.RETURN},
    )


async def confirmed(cast: Cast, choices: Choices) -> None:
    await prepare_closing(SCHOOL_YEAR, choices, version=0, by=cast.administrator, now=AFTER)
    await confirm_closing(SCHOOL_YEAR, version=1, by=cast.second, now=AFTER)


async def carried() -> dict[str, int]:
    rows = await ContributionRow.select(
        ContributionRow.amount_cents, ContributionRow.funder.name.as_alias("name")
    ).where(ContributionRow.school_year == NEXT)
    return {row["name"]: row["amount_cents"] for row in rows}


async def test_the_preview_says_to_the_cent_what_is_going_to_happen(cast: Cast) -> None:
    year = await a_year(cast)
    before = await digest()
    usual = await year_plan(SCHOOL_YEAR)
    assert {one.reference for one in usual.closing} == {year.draft, year.asked}
    assert usual.blockers == {Blocker.UNDECIDED: 1}
    assert (usual.staying_cents, usual.lapsing_cents) == (19_000, 0)
    plan = await year_plan(SCHOOL_YEAR, everything(year))
    assert await digest() == before
    assert (plan.released_cents, plan.lapsing_cents, plan.staying_cents) == (12_000, 9_000, 10_000)
    assert {end.gift.funder: (end.fate, end.rest_cents) for end in plan.ends} == {
        "Région": (Fate.CARRY, 38_000),
        "Ville": (Fate.RETURN, 30_000),
        "Fondation": (Fate.CARRY, 100_000),
    }
    assert plan.emptied_cents == 20_000 + 80_000 + 38_000


async def test_two_people_do_what_the_preview_said_and_the_past_stays_as_it_was(cast: Cast) -> None:
    year = await a_year(cast)
    then = {row.id: row for row in await statement(SCHOOL_YEAR, LAST_DAY)}
    await prepare_closing(SCHOOL_YEAR, everything(year), version=0, by=cast.administrator, now=AFTER)
    for refusal, code, version, by in (
        (NotAllowed, "same-person", 1, cast.administrator),
        (Stale, None, 7, cast.second),
    ):
        with refused(refusal, code):
            await confirm_closing(SCHOOL_YEAR, version=version, by=by, now=AFTER)
    with refused(Conflict, "year-not-confirmed"):
        await finish_closing(SCHOOL_YEAR, by=cast.second, now=AFTER)
    await confirm_closing(SCHOOL_YEAR, version=1, by=cast.second, now=AFTER)
    left = await finish_closing(SCHOOL_YEAR, by=cast.second, now=AFTER)

    assert left.is_done
    assert await carried() == {"Région": 38_000, "Fondation": 100_000}
    assert (await request_row(year.asked))["status_message"] == "year_end"
    assert {one.reference for one in left.staying} == {year.staying}
    assert await check_ledger() == []
    assert (await verify_log()).valid
    assert {row.id: row for row in await statement(SCHOOL_YEAR, LAST_DAY)} == then
    table = await dedicated(SCHOOL_YEAR)
    assert (table.total.to_carry_cents, table.total.carried_cents, table.total.returned_cents) == (
        38_000,
        38_000,
        30_000,
    )
    assert (await dedicated(NEXT)).total.opening_cents == 38_000
    assert [one for one in await actions() if one.startswith("school_year")] == [
        "school_year.prepared",
        "school_year.confirmed",
        "school_year.closed",
    ]
    view = await closing_of(SCHOOL_YEAR)
    assert view is not None
    assert (view.state, view.prepared_by, view.confirmed_by) == ("done", "Claire Fontaine", "Marc Delattre")
    after = await digest()
    await finish_closing(SCHOOL_YEAR, by=cast.administrator, now=AFTER)
    assert await digest() == after


@pytest.mark.parametrize("most_items", [1, 3])
async def test_stopped_anywhere_and_resumed_by_two_at_once_it_ends_the_same(
    cast: Cast, most_items: int
) -> None:
    year = await a_year(cast)
    await confirmed(cast, everything(year))
    for _ in range(20):
        runs = [
            finish_closing(SCHOOL_YEAR, by=by, now=AFTER, most_items=most_items)
            for by in (cast.administrator, cast.second)
        ]
        found = await asyncio.gather(*runs, return_exceptions=True)
        assert [one for one in found if isinstance(one, BaseException)] == []
        assert await check_ledger() == []
        if (await year_plan(SCHOOL_YEAR)).is_done:
            break
    assert (await year_plan(SCHOOL_YEAR)).is_done
    assert await carried() == {"Région": 38_000, "Fondation": 100_000}
    rows = await EnvelopeRow.select().where(EnvelopeRow.school_year == SCHOOL_YEAR)
    assert {row["name"]: (row["allocated_cents"], row["committed_cents"]) for row in rows} == {
        "Transport": (22_000, 10_000),
        "Repas": (0, 0),
        "Toutes aides": (0, 0),
    }
    done = await actions()
    counts = {"request.close": 3, "request.revoke": 1, "contribution.carried": 2, "contribution.returned": 1}
    assert {action: done.count(action) for action in counts} == counts
    assert done.count("school_year.closed") == 1
    assert (await verify_log()).valid


async def test_a_year_is_closed_only_when_nobody_waits_for_a_person(cast: Cast) -> None:
    year = await a_year(cast)
    with refused(Conflict, "year-not-over"):
        await prepare_closing(SCHOOL_YEAR, Choices(), version=0, by=cast.administrator, now=NOW)
    for wrong in (
        Choices(lapsing=frozenset({year.draft})),
        Choices(fates={year.gifts["Ville"]: Fate.CARRY}),
        Choices(fates={str(uuid4()): Fate.RETURN}),
    ):
        with refused(Invalid):
            await prepare_closing(SCHOOL_YEAR, wrong, version=0, by=cast.administrator, now=AFTER)
    with refused(Unknown):
        await confirm_closing(SCHOOL_YEAR, version=0, by=cast.second, now=AFTER)
    await prepare_closing(SCHOOL_YEAR, Choices(), version=0, by=cast.administrator, now=AFTER)
    with refused(Conflict, "year-not-ready") as refusal:
        await confirm_closing(SCHOOL_YEAR, version=1, by=cast.second, now=AFTER)
    assert refusal.error.figures["undecided"] == 1
    with refused(Stale):
        await prepare_closing(SCHOOL_YEAR, Choices(), version=0, by=cast.second, now=AFTER)
    await decide(year.sent, GRANT, by=cast.administrator, now=AFTER)
    await confirm_closing(SCHOOL_YEAR, version=1, by=cast.second, now=AFTER)
    with refused(Conflict, "year-closing-confirmed"):
        await prepare_closing(SCHOOL_YEAR, Choices(), version=2, by=cast.second, now=AFTER)
    late = await a_request(a_line(1_000), by=cast.director)
    with refused(Conflict, "year-not-ready"):
        await finish_closing(SCHOOL_YEAR, by=cast.second, now=AFTER)
    await decide(late, GRANT, by=cast.administrator, now=AFTER)
    left = await finish_closing(SCHOOL_YEAR, by=None, now=AFTER)
    assert left.todo == dict.fromkeys(Step, 0)
    kept = {end.gift.funder: end.rest_cents for end in left.ends if end.fate is Fate.KEEP}
    assert kept == {"Ville": 30_000}, "lapsed money stays until somebody says what becomes of it"
    assert (await dedicated(SCHOOL_YEAR)).total.to_carry_cents == 30_000 + (await carried())["Région"]


async def test_a_closed_year_takes_no_money_and_no_decision_but_still_pays(cast: Cast) -> None:
    year = await a_year(cast)
    await confirmed(cast, everything(year))
    await finish_closing(SCHOOL_YEAR, by=cast.second, now=AFTER)
    with refused(Conflict, "school-year-closed"):
        await a_gift("Mairie", 1_000)
    with refused(Conflict, "school-year-closed"):
        await add_envelope(an_opening("Encore", 1_000), by=None, now=AFTER)
    [contribution] = await ContributionRow.select().where(ContributionRow.id == UUID(year.gifts["Région"]))
    [envelope] = (await EnvelopeRow.select().where(EnvelopeRow.school_year == SCHOOL_YEAR))[:1]
    [decision] = (await DecisionRow.select().where(DecisionRow.supersedes.is_null()))[:1]
    for table, row in ((ContributionRow, contribution), (EnvelopeRow, envelope), (DecisionRow, decision)):
        with pytest.raises(REFUSED):
            async with writing():
                await table.insert(
                    table(**{**row, "id": uuid4(), **({"number": 9} if "number" in row else {})})
                )

    await record_payment(year.staying, by=cast.administrator, now=AFTER)
    assert await check_ledger() == []


async def test_a_request_in_a_closed_year_is_not_decided(cast: Cast) -> None:
    await a_gift("Fondation", 100_000)
    await add_envelope(an_opening("Toutes aides", 80_000), by=None, now=NOW)
    small, large = [await a_request(a_line(cents), by=cast.director) for cents in (7_000, 35_000)]
    async with writing():
        await SchoolYearRow.insert(SchoolYearRow(label=SCHOOL_YEAR, state="closed", changed_at=NOW))
    for reference in (small, large):
        with refused(Conflict, "school-year-closed"):
            await decide(reference, GRANT, by=cast.administrator, now=NOW)
    assert await DecisionRow.count() == 0


async def test_an_aid_that_ends_after_the_closing_frees_money_for_the_next_year(cast: Cast) -> None:
    year = await a_year(cast)
    await confirmed(cast, everything(year))
    await finish_closing(SCHOOL_YEAR, by=cast.second, now=AFTER)
    await revoke(year.staying, "L’élève est parti.", by=cast.administrator, now=AFTER)
    plan = await year_plan(SCHOOL_YEAR)
    assert (plan.emptied_cents, plan.todo[Step.ENVELOPES]) == (10_000, 1)
    await finish_closing(SCHOOL_YEAR, by=cast.second, now=AFTER)
    rows = await ContributionRow.select().where(ContributionRow.school_year == NEXT)
    assert sorted(row["amount_cents"] for row in rows) == [10_000, 38_000, 100_000]
    assert await check_ledger() == []


async def test_the_next_year_opens_with_last_years_envelopes_once(cast: Cast) -> None:
    year = await a_year(cast)
    await confirmed(cast, everything(year))
    await finish_closing(SCHOOL_YEAR, by=cast.second, now=AFTER)
    before = await digest()
    found = await opening_of(NEXT, AFTER)
    assert await digest() == before
    assert (found.unallocated_cents, found.has_ruleset, found.is_former_closed) == (138_000, False, True)
    assert {one.former.name: one.amount_cents for one in found.proposals} == {
        "Transport": 60_000,
        "Repas": 20_000,
        "Toutes aides": 58_000,
    }
    assert await open_year(NEXT, by=cast.administrator, now=AFTER)
    assert not await open_year(NEXT, by=cast.second, now=AFTER)
    wanted = [envelope_again(one, NEXT, one.amount_cents) for one in found.proposals]
    both = await asyncio.gather(*(open_envelopes(wanted, by=cast.second, now=AFTER) for _ in range(2)))
    assert sorted(both[0] + both[1]) == ["Repas", "Toutes aides", "Transport"]
    assert (await opening_of(NEXT, AFTER)).proposals == ()
    assert await check_ledger() == []
    with refused(Conflict, "school-year-closed"):
        await open_year(SCHOOL_YEAR, by=cast.second, now=AFTER)
    listed = {one.school_year: (one.is_closed, one.left_cents) for one in await years(AFTER)}
    assert listed == {SCHOOL_YEAR: (True, 0), NEXT: (False, 138_000)}


async def test_means_are_confirmed_once_a_year(cast: Cast) -> None:
    old, unknown = (
        await a_student(cast.director),
        await a_student(cast.director, quotient_familial_cents=None),
    )
    assert await means_to_confirm(cast.director, now=NOW) == []
    [view] = await means_to_confirm(cast.director, now=AFTER)
    assert (view.id, view.confirmed_for) == (old, SCHOOL_YEAR)
    assert await means_to_confirm(cast.stranger, now=AFTER) == []
    with refused(Unknown):
        await confirm_means(old, version=1, by=cast.stranger, now=AFTER)
    with refused(Unknown):
        await confirm_means(unknown, version=1, by=cast.director, now=AFTER)
    with refused(Stale):
        await confirm_means(old, version=3, by=cast.director, now=AFTER)
    for _ in range(2):
        await confirm_means(old, version=1, by=cast.director, now=AFTER)
    assert await means_to_confirm(cast.director, now=AFTER) == []
    assert (await actions()).count("student.means_confirmed") == 1
    change = {"quotient_familial_cents": 31_000}
    await edit_student(unknown, change, version=1, by=cast.director, now=AFTER)
    row = await StudentRow.select().where(StudentRow.id == unknown).first()
    assert row is not None
    assert row["means_confirmed_for"] == NEXT


async def test_a_closing_confirmed_by_whoever_prepared_it_cannot_be_written(cast: Cast) -> None:
    await prepare_closing(SCHOOL_YEAR, Choices(), version=0, by=cast.administrator, now=AFTER)
    with pytest.raises(REFUSED):
        async with writing():
            await YearClosingRow.update(
                {
                    YearClosingRow.state: "confirmed",
                    YearClosingRow.confirmed_by: cast.administrator.id,
                    YearClosingRow.confirmed_at: AFTER,
                }
            ).where(YearClosingRow.school_year == SCHOOL_YEAR)
    assert await RequestRow.count() == 0
