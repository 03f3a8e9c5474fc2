"""Simulations as pages show them: how far they are, and what came out."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from solidarity.rules.errors import Unknown
from solidarity.rules.ruleset.simulated_totals import Summary
from solidarity.rulesets.simulations import OPEN, summary_from_text
from solidarity.store.tables import SchoolRow, SimulationRow

MOST_LISTED: Final = 50
_LISTED: Final = (
    SimulationRow.id,
    SimulationRow.ruleset,
    SimulationRow.school_year,
    SimulationRow.state,
    SimulationRow.done,
    SimulationRow.total,
    SimulationRow.problem,
    SimulationRow.asked_at,
    SimulationRow.finished_at,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulationView:
    """One simulation in a list."""

    id: UUID
    ruleset: UUID
    school_year: str
    state: str
    done: int
    total: int
    problem: str | None
    asked_by: str
    asked_at: datetime
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


async def simulations_of(ruleset_id: UUID) -> list[SimulationView]:
    """The simulations of a ruleset, newest first."""
    rows = await (
        SimulationRow.select(*_LISTED, SimulationRow.asked_by.name.as_alias("asked_by"))
        .where(SimulationRow.ruleset == ruleset_id)
        .order_by(SimulationRow.asked_at, SimulationRow.id, ascending=False)
        .limit(MOST_LISTED)
    )
    return [SimulationView(**row) for row in rows]


async def simulation(ruleset_id: UUID, simulation_id: UUID) -> tuple[SimulationView, Summary | None]:
    """One simulation of that ruleset, with its result once it is done; raises `Unknown`."""
    row: dict[str, Any] | None = await (
        SimulationRow.select(*_LISTED, SimulationRow.result, SimulationRow.asked_by.name.as_alias("asked_by"))
        .where((SimulationRow.id == simulation_id) & (SimulationRow.ruleset == ruleset_id))
        .first()
    )
    if row is None:
        raise Unknown
    result = row.pop("result")
    return SimulationView(**row), None if result is None else summary_from_text(result)


async def school_names() -> dict[str, str]:
    """The names of all schools by slug: a summary knows slugs only."""
    rows = await SchoolRow.select(SchoolRow.slug, SchoolRow.name)
    return {row["slug"]: row["name"] for row in rows}


async def region_names() -> dict[str, str]:
    """The names of regions by code."""
    rows = await SchoolRow.select(SchoolRow.region_code, SchoolRow.region)
    return {row["region_code"]: row["region"] for row in rows}
