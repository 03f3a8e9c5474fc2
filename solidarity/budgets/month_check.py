"""The totals by month that triggers keep, against the entries they come from: differences named."""

from datetime import UTC, datetime
from typing import Final

from solidarity.budgets.source_check import SourceFault
from solidarity.rules.calendar import paris_day
from solidarity.store.engine import current_engine
from solidarity.store.tables import LedgerEntryRow, LedgerMonthRow, LedgerPlaceRow

Totals = dict[tuple[str, str, str], int]
"""Cents of the accounts, by kind, ref and month of Paris."""

# An hour of UTC lies in one month of Paris, for months begin at full hours; which one is said by our
# calendar, not by the database, so that this check does not repeat what it checks.
_HOURS: Final = {
    "sqlite": "substr(movement.at, 1, 13)",
    "postgres": "to_char(movement.at AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24')",
}
_BY_HOUR: Final = (
    "SELECT entry.{side}_kind AS kind, entry.{side}_ref AS ref, {hour} AS hour,"
    " SUM(entry.amount_cents) AS cents"
    " FROM ledger_entry entry JOIN ledger_movement movement ON movement.id = entry.movement GROUP BY 1, 2, 3"
)
_PLACES: Final = (
    "SELECT COUNT(*) AS how_many FROM (SELECT debit_ref AS ref, movement FROM ledger_entry UNION"
    " SELECT credit_ref, movement FROM ledger_entry) side WHERE side.ref <> ''"
)


async def month_faults() -> list[SourceFault]:
    """Rebuild every total of every month, and count the places of movements."""
    rows = await LedgerMonthRow.select()
    found = []
    for side in ("debit", "credit"):
        expected = await _rebuilt(side)
        stored = {
            (row["account_kind"], row["account_ref"], row["month"]): row[f"{side}_cents"] for row in rows
        }
        found += [
            SourceFault(
                what=f"month.{side}_cents",
                id=" ".join(part for part in key if part),
                expected=str(expected.get(key, 0)),
                found=str(stored.get(key, 0)),
            )
            for key in sorted(expected.keys() | stored.keys())
            if expected.get(key, 0) != stored.get(key, 0)
        ]
    return found + await _places_apart()


async def _rebuilt(side: str) -> Totals:
    hour = _HOURS["sqlite" if current_engine().engine_type == "sqlite" else "postgres"]
    found: Totals = {}
    for row in await LedgerEntryRow.raw(_BY_HOUR.format(side=side, hour=hour)):
        at = datetime.strptime(row["hour"], "%Y-%m-%d %H").replace(tzinfo=UTC)
        day = paris_day(at)
        key = (row["kind"], row["ref"], f"{day.year:04}-{day.month:02}")
        found[key] = found.get(key, 0) + int(row["cents"])
    return found


async def _places_apart() -> list[SourceFault]:
    [row] = await LedgerEntryRow.raw(_PLACES)
    expected, found = int(row["how_many"]), await LedgerPlaceRow.count()
    if expected == found:
        return []
    return [SourceFault(what="places", id="ledger_place", expected=str(expected), found=str(found))]
