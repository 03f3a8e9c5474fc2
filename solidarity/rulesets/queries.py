"""Which ruleset applies, and its parsed form."""

from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any
from uuid import UUID

from solidarity.rules.errors import Conflict, Unknown
from solidarity.rules.ruleset import Ruleset, parse
from solidarity.store.tables import RulesetRow

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
    RulesetRow.activated_at,
)


@dataclass(frozen=True, kw_only=True, slots=True)
class RulesetView:
    """One version of a ruleset in a list."""

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
    activated_at: datetime | None


@dataclass(frozen=True, kw_only=True, slots=True)
class RulesetInForce:
    """The ruleset that applies, ready to assess with."""

    id: UUID
    ruleset: Ruleset


async def ruleset_for(school_year: str, day: date) -> RulesetInForce:
    """The ruleset in force for a school year; of several, the one valid on the day, else the latest.

    Raises `Conflict("no-ruleset")` when none was ever activated for that year.
    """
    rows = await (
        RulesetRow.select()
        .where((RulesetRow.school_year == school_year) & (RulesetRow.state == "in_force"))
        .order_by(RulesetRow.valid_from, ascending=False)
    )
    if not rows:
        raise Conflict("no-ruleset", school_year=school_year)
    valid = [row for row in rows if row["valid_from"] <= day <= row["valid_to"]]
    row = (valid or rows)[0]
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
    row = await RulesetRow.select().where(RulesetRow.id == ruleset_id).first()
    if row is None:
        raise Unknown
    source = row.pop("source")
    return _view(row), source


@lru_cache(maxsize=32)
def parsed(source: str) -> Ruleset:
    """The parsed ruleset; parsing takes milliseconds, assessing microseconds."""
    return parse(source)


def _view(row: dict[str, Any]) -> RulesetView:
    return RulesetView(**{name: row[name] for name in RulesetView.__dataclass_fields__})
