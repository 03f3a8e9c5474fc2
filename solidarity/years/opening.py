"""Opening a school year: its state, and last year's envelopes proposed again from what it was given."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from solidarity.budgets.commands import NewEnvelope, add_envelope
from solidarity.budgets.sources import restriction_of
from solidarity.rules.access import Person
from solidarity.rules.calendar import paris_day, previous_school_year, school_year_bounds
from solidarity.rules.errors import Conflict
from solidarity.rules.funding import Contribution
from solidarity.rules.money import Cents
from solidarity.rules.year_end import FormerEnvelope, Proposal, named_again, proposals
from solidarity.rulesets.queries import rulesets
from solidarity.store.statements import Statement
from solidarity.store.tables import ContributionRow, EnvelopeRow, SchoolRow, SchoolYearRow, TransferRow
from solidarity.store.transaction import hold, joined, reading, retrying, writing
from solidarity.trail.commands import Subject, record

# What an envelope was given when it was opened; what the end of its year took out does not count.
_GIVEN: Final = Statement(
    "SELECT movement.about_id, SUM(entry.amount_cents) AS cents FROM ledger_movement movement"
    " JOIN ledger_entry entry ON entry.movement = movement.id"
    " WHERE movement.about_kind = 'envelope' AND movement.kind = 'allocated' GROUP BY movement.about_id"
)
_YEAR_IF_NEW: Final = Statement(
    "INSERT INTO school_year (label, state, changed_at) VALUES ({}, 'open', {})"
    " ON CONFLICT (label) DO NOTHING RETURNING label"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Opening:
    """What a year opens with; `proposals` are the envelopes of the year before that it does not have yet."""

    school_year: str
    former_year: str
    is_open: bool
    is_closed: bool
    is_former_closed: bool
    has_ruleset: bool
    unallocated_cents: Cents
    opened: tuple[str, ...]
    proposals: tuple[Proposal, ...]


async def opening_of(school_year: str, now: datetime) -> Opening:
    """What opening the year would do; nothing changes. Raises `Unreadable` for a year that is none."""
    school_year_bounds(school_year)
    former_year = previous_school_year(school_year)
    async with reading():
        states = {row["label"]: row["state"] for row in await SchoolYearRow.select()}
        gifts = await _left_of(school_year)
        former = await _former(former_year, school_year)
        names = [
            row["name"]
            for row in await EnvelopeRow.select(EnvelopeRow.name)
            .where(EnvelopeRow.school_year == school_year)
            .order_by(EnvelopeRow.name)
        ]
        known = await rulesets()
    missing = [one for one in former if one.name not in names]
    return Opening(
        school_year=school_year,
        former_year=former_year,
        is_open=states.get(school_year) == "open",
        is_closed=states.get(school_year) == "closed",
        is_former_closed=states.get(former_year) == "closed",
        has_ruleset=any(one.school_year == school_year and one.state == "in_force" for one in known),
        unallocated_cents=sum(gift.left_cents for gift in gifts),
        opened=tuple(names),
        proposals=proposals(missing, gifts, paris_day(now)),
    )


async def open_year(school_year: str, *, by: Person | None, now: datetime) -> bool:
    """Let money and requests in; False when it was open already. Raises `Conflict("school-year-closed")`."""
    school_year_bounds(school_year)
    async with writing():
        if await _YEAR_IF_NEW.rows(school_year, now):
            about = Subject(kind="school_year", id=school_year)
            await record("school_year.opened", about=about, by=by, at=now)
            return True
        row = await hold(SchoolYearRow, school_year)
        assert row is not None, "years are never deleted"
        if row.state == "closed":
            raise Conflict("school-year-closed", school_year=school_year)
    return False


async def open_envelopes(wanted: Sequence[NewEnvelope], *, by: Person | None, now: datetime) -> list[str]:
    """Open the envelopes that the year does not have yet, by name; answers the names of those it opened.

    Each is one transaction. Raises `Conflict` ("envelope-not-covered", "school-year-closed").
    """
    return [new.name for new in wanted if await retrying(partial(_open_once, new, by=by, now=now))]


async def _open_once(new: NewEnvelope, *, by: Person | None, now: datetime) -> bool:
    async with joined():
        # Two who open the same year at once take turns at its row, so that no name comes twice.
        await hold(SchoolYearRow, new.school_year)
        if await EnvelopeRow.exists().where(
            (EnvelopeRow.school_year == new.school_year) & (EnvelopeRow.name == new.name)
        ):
            return False
        await add_envelope(new, by=by, now=now)
    return True


def envelope_again(proposal: Proposal, school_year: str, amount_cents: Cents) -> NewEnvelope:
    """The envelope of last year, for another year and amount."""
    former = proposal.former
    return NewEnvelope(
        name=former.name,
        school_year=school_year,
        category=former.category,
        school=former.school,
        region_code=former.region_code,
        allocated_cents=amount_cents,
    )


async def _left_of(school_year: str) -> list[Contribution]:
    rows = await ContributionRow.select().where(ContributionRow.school_year == school_year)
    return [
        Contribution(
            id=str(row["id"]),
            restriction=restriction_of(row),
            left_cents=row["amount_cents"] - row["allocated_cents"] - row["settled_cents"],
        )
        for row in rows
    ]


async def _former(school_year: str, following: str) -> list[FormerEnvelope]:
    given = {row["about_id"]: int(row["cents"]) for row in await _GIVEN.rows()}
    for move in await TransferRow.select().where(
        (TransferRow.school_year == school_year) & (TransferRow.state == "approved")
    ):
        given[str(move["source"])] -= move["amount_cents"]
        given[str(move["target"])] += move["amount_cents"]
    rows = await EnvelopeRow.select().where(EnvelopeRow.school_year == school_year)
    columns = (SchoolRow.id, SchoolRow.slug, SchoolRow.region_code)
    schools = {row["id"]: row for row in await SchoolRow.select(*columns)}
    return [
        FormerEnvelope(
            name=named_again(row["name"], school_year, following),
            category=row["category"],
            school=schools[row["school"]]["slug"] if row["school"] else None,
            region_code=row["region_code"],
            school_region=schools[row["school"]]["region_code"] if row["school"] else None,
            opened_cents=given.get(str(row["id"]), 0),
        )
        for row in rows
    ]
