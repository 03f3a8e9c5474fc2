"""Reports of use: how many pupils a funder’s money helped, where, with what; and the dedicated funds."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from solidarity.reports.queries import FunderView, funder, gifts
from solidarity.rules.cells import Helped, Published, published
from solidarity.rules.dedicated_funds import DedicatedFunds, RestrictedGift, dedicated_funds
from solidarity.rules.money import Cents
from solidarity.store.tables import ContributionRow, EnvelopeSourceRow, FundingRow, LedgerMovementRow
from solidarity.store.transaction import reading

# A pupil is counted in the region of the school that asked.
_HELPED = (
    "SELECT request.student AS student, line.category AS category, school.region_code AS region_code,"
    " SUM(funding.amount_cents) AS cents"
    " FROM funding JOIN contribution gift ON gift.id = funding.contribution"
    " JOIN aid_request request ON request.id = funding.request"
    " JOIN aid_line line ON line.request = funding.request AND line.position = funding.position"
    " JOIN school ON school.id = request.school"
    " WHERE gift.funder = {} AND gift.school_year = {}"
    " GROUP BY request.student, line.category, school.region_code HAVING SUM(funding.amount_cents) > 0"
)
_RETURNED = (
    "SELECT entry.debit_ref AS contribution, SUM(entry.amount_cents) AS cents FROM ledger_entry entry"
    " JOIN ledger_movement movement ON movement.id = entry.movement"
    " WHERE movement.kind = 'returned' AND entry.debit_kind = 'contribution' GROUP BY entry.debit_ref"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class UseReport:
    """What a funder is told of a school year."""

    funder: FunderView
    school_year: str
    opening_cents: Cents
    received_cents: Cents
    helped: Published

    @property
    def used_cents(self) -> Cents:
        return self.funder.used_cents

    @property
    def settled_cents(self) -> Cents:
        """What was carried to the next year or returned."""
        return self.funder.settled_cents

    @property
    def left_cents(self) -> Cents:
        return self.funder.left_cents


async def use_report(funder_id: UUID, school_year: str, *, today: date) -> UseReport:
    """The report of one funder's year; raises `Unknown`."""
    async with reading():
        found = await funder(funder_id, school_year, today=today)
        rows = await FundingRow.raw(_HELPED, funder_id, school_year)
    opening = sum(gift.amount_cents for gift in found.gifts if gift.carried_from is not None)
    return UseReport(
        funder=found,
        school_year=school_year,
        opening_cents=opening,
        received_cents=found.given_cents - opening,
        helped=published(
            Helped(
                person=str(row["student"]),
                row=row["region_code"],
                column=row["category"],
                amount_cents=int(row["cents"]),
            )
            for row in rows
        ),
    )


async def dedicated(school_year: str) -> DedicatedFunds:
    """The dedicated funds of a school year: its restricted contributions, as they stand."""
    async with reading():
        restricted = [one for one in await gifts(school_year) if not one.restriction.is_open]
        returned = {UUID(row["contribution"]): int(row["cents"]) for row in await _rows(_RETURNED)}
        carried = await _carried()
        before = await _used_by({one.carried_from for one in restricted if one.carried_from is not None})
    return dedicated_funds(
        RestrictedGift(
            contribution=str(one.id),
            funder=one.funder,
            opening_cents=one.amount_cents if one.carried_from is not None else 0,
            received_cents=one.amount_cents if one.carried_from is None else 0,
            used_cents=one.used_cents,
            returned_cents=returned.get(one.id, 0),
            carried_cents=carried.get(one.id, 0),
            used_before_cents=before.get(one.carried_from) if one.carried_from is not None else None,
        )
        for one in restricted
    )


async def _rows(sql: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await LedgerMovementRow.raw(sql)
    return found


async def _carried() -> Mapping[UUID, Cents]:
    """What the closing of a year moved on, by the contribution it came from."""
    rows = await ContributionRow.select(ContributionRow.carried_from, ContributionRow.amount_cents).where(
        ContributionRow.carried_from.is_not_null()
    )
    found: dict[UUID, Cents] = {}
    for row in rows:
        found[row["carried_from"]] = found.get(row["carried_from"], 0) + row["amount_cents"]
    return found


async def _used_by(contributions: set[UUID]) -> Mapping[UUID, Cents]:
    if not contributions:
        return {}
    rows = await EnvelopeSourceRow.select(EnvelopeSourceRow.contribution, EnvelopeSourceRow.used_cents).where(
        EnvelopeSourceRow.contribution.is_in(list(contributions))
    )
    found = dict.fromkeys(contributions, 0)
    for row in rows:
        found[row["contribution"]] += row["used_cents"]
    return found
