"""Which ruleset applies, its parsed form, and the versions of the workshop."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from solidarity.rules.calendar import previous_school_year
from solidarity.rules.errors import Conflict, Unknown
from solidarity.rules.ruleset import Ruleset, parse
from solidarity.rules.ruleset.portrait import Portrait, portrait
from solidarity.rules.ruleset.written import Written, read_written
from solidarity.store.statements import Statement
from solidarity.store.tables import RulesetRow

_IN_FORCE: Final = Statement(
    "SELECT id, valid_from, valid_to, source FROM ruleset "
    "WHERE school_year = {} AND state = 'in_force' ORDER BY valid_from DESC, activated_at DESC"
)

EXAMPLES: Final = Path(__file__).parents[2] / "rulesets"
"""The rulesets that ship with the program, each an example to start from."""

_OVERVIEW = (
    RulesetRow.id,
    RulesetRow.slug,
    RulesetRow.sha256,
    RulesetRow.title_fr,
    RulesetRow.title_en,
    RulesetRow.school_year,
    RulesetRow.valid_from,
    RulesetRow.valid_to,
    RulesetRow.state,
    RulesetRow.created_at,
    RulesetRow.created_by,
    RulesetRow.created_by.name.as_alias("author"),
    RulesetRow.activated_at,
    RulesetRow.activated_by.name.as_alias("activator"),
)


class Standing(StrEnum):
    """Where a version stands, as people say it: a draft may also have been set aside, a future one waits."""

    DRAFT = "draft"
    IN_FORCE = "in_force"
    WAITING = "waiting"
    RETIRED = "retired"
    SET_ASIDE = "set_aside"


@dataclass(frozen=True, kw_only=True, slots=True)
class RulesetView:
    """One version of a ruleset in a list; the system has no author."""

    id: UUID
    slug: str
    sha256: str
    title_fr: str
    title_en: str
    school_year: str
    valid_from: date
    valid_to: date
    state: str
    created_at: datetime
    created_by: UUID | None
    author: str | None
    activated_at: datetime | None
    activator: str | None

    def standing(self, today: date) -> Standing:
        if self.state == "in_force":
            return Standing.WAITING if today < self.valid_from else Standing.IN_FORCE
        if self.state == "retired":
            return Standing.RETIRED if self.activated_at else Standing.SET_ASIDE
        return Standing.DRAFT


@dataclass(frozen=True, kw_only=True, slots=True)
class ShippedExample:
    """A ruleset that comes with the program."""

    name: str
    ruleset: Ruleset
    source: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RulesetInForce:
    """The ruleset that applies, ready to assess with."""

    id: UUID
    ruleset: Ruleset


async def ruleset_for(school_year: str, day: date) -> RulesetInForce:
    """The ruleset in force for a school year: of several, the one that began last by that day.

    Before the first of them begins, that first one; a year that is over keeps its last one.

    Raises `Conflict("no-ruleset")` when none was ever activated for that year.
    """
    rows = await _IN_FORCE.rows(school_year)
    if not rows:
        raise Conflict("no-ruleset", school_year=school_year)
    valid = [row for row in rows if row["valid_from"] <= day <= row["valid_to"]]
    begun = [row for row in rows if row["valid_from"] <= day]
    row = (valid or begun or rows[-1:])[0]
    return RulesetInForce(id=row["id"], ruleset=parsed(row["source"]))


async def ruleset_by_id(ruleset_id: UUID) -> RulesetInForce:
    """One version of a ruleset, in force or not; an old one can always be loaded."""
    row = await RulesetRow.select().where(RulesetRow.id == ruleset_id).first()
    if row is None:
        raise Unknown
    return RulesetInForce(id=row["id"], ruleset=parsed(row["source"]))


async def rulesets() -> list[RulesetView]:
    """Every version, newest school year first."""
    rows = await RulesetRow.select(*_OVERVIEW).order_by(
        RulesetRow.school_year, RulesetRow.created_at, ascending=False
    )
    return [_view(row) for row in rows]


async def ruleset_source(ruleset_id: UUID) -> tuple[RulesetView, str]:
    """One version with its text, as it was written."""
    query = RulesetRow.select(*_OVERVIEW, RulesetRow.source).where(RulesetRow.id == ruleset_id)
    row = await query.first()
    if row is None:
        raise Unknown
    return _view(row), row["source"]


async def ruleset_in_force(ruleset_id: UUID) -> tuple[RulesetView, str]:
    """As `ruleset_source`, of a version in force; any other is unknown to whom may not see the workshop."""
    view, source = await ruleset_source(ruleset_id)
    if view.state != "in_force":
        raise Unknown
    return view, source


async def version_to_compare(view: RulesetView) -> UUID | None:
    """What a version is compared with unless somebody chooses: what it replaces, else the year before."""
    known = [one for one in await rulesets() if one.state == "in_force" and one.id != view.id]
    latest_first = sorted(known, key=lambda one: one.valid_from, reverse=True)
    for school_year in (view.school_year, previous_school_year(view.school_year)):
        in_force = [one for one in latest_first if one.school_year == school_year]
        begun = [one for one in in_force if one.valid_from <= view.valid_from]
        if in_force:
            return (begun or in_force[-1:])[0].id
    return None


def shipped_examples() -> tuple[ShippedExample, ...]:
    """The rulesets of the folder, by name."""
    return tuple(
        ShippedExample(name=path.stem, ruleset=parsed(source), source=source)
        for path in sorted(EXAMPLES.glob("*.toml"))
        for source in [path.read_text(encoding="utf-8")]
    )


@lru_cache(maxsize=32)
def parsed(source: str) -> Ruleset:
    """The parsed ruleset; parsing takes milliseconds, assessing microseconds."""
    return parse(source)


@lru_cache(maxsize=32)
def written(source: str) -> Written:
    return read_written(source)


@lru_cache(maxsize=16)
def portrait_of(source: str) -> Portrait:
    """The readable form of a text; its examples are worked out, which takes a moment."""
    return portrait(written(source))


def _view(row: dict[str, Any]) -> RulesetView:
    return RulesetView(**{name: row[name] for name in RulesetView.__dataclass_fields__})
