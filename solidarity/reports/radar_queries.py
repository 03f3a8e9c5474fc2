"""The radar: what each part of the fund will have granted on 31 August, and what will be left of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from piccolo.query.functions import Sum

from solidarity.rules.calendar import previous_school_year
from solidarity.rules.forecast import Forecast, Grants, Known, Year, forecast
from solidarity.rules.money import Cents
from solidarity.store.tables import ContributionRow, EnvelopeRow, FundingRow, SchoolRow
from solidarity.store.transaction import reading

PAST_YEARS: Final = 3
"""How many years back a forecast looks."""


class Part(StrEnum):
    """By what the fund is cut into lines."""

    CATEGORY = "category"
    ENVELOPE = "envelope"
    REGION = "region"
    SCHOOL = "school"
    FUNDER = "funder"


PLACES: Final = (Part.REGION, Part.SCHOOL)
"""These draw on envelopes of everybody; only some have an envelope of their own."""

_SIGNATURE: Final = (
    "COALESCE(envelope.category, '') || '/' || COALESCE(envelope.region_code, '') || '/' ||"
    " COALESCE(owner.slug, '')"
)
_KEYS: Final[Mapping[Part | None, str]] = {
    None: "''",
    Part.CATEGORY: "COALESCE(envelope.category, '')",
    Part.ENVELOPE: _SIGNATURE,
    Part.REGION: "school.region_code",
    Part.SCHOOL: "school.slug",
    Part.FUNDER: "contribution.funder",
}
_OWN: Final[Mapping[Part, str]] = {
    Part.REGION: " AND envelope.region_code = school.region_code",
    Part.SCHOOL: " AND envelope.school = school.id",
}
# A grant is what one request got on one day, whatever number of lines and contributions it took.
_GRANTS: Final = (
    "SELECT part, school_year, day, SUM(cents) AS cents, COUNT(*) AS grants,"
    " SUM(CAST(cents AS DOUBLE PRECISION) * cents) AS squares FROM ("
    "SELECT {key} AS part, funding.school_year, funding.day, funding.request,"
    " SUM(funding.amount_cents) AS cents"
    " FROM funding JOIN envelope ON envelope.id = funding.envelope"
    " JOIN aid_request request ON request.id = funding.request JOIN school ON school.id = request.school"
    " JOIN contribution ON contribution.id = funding.contribution"
    " LEFT JOIN school owner ON owner.id = envelope.school"
    " WHERE funding.school_year >= {place} AND funding.school_year <= {place}{own}"
    " GROUP BY 1, funding.school_year, funding.day, funding.request"
    " HAVING SUM(funding.amount_cents) <> 0) AS given"
    " GROUP BY part, school_year, day ORDER BY part, school_year, day"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """One part of the fund; `own` is what envelopes of a place alone will grant of all it gets."""

    key: str
    name: str
    allocated_cents: Cents | None
    last_year_cents: Cents
    forecast: Forecast
    own: Forecast | None

    @property
    def _spent(self) -> Forecast | None:
        return None if self.allocated_cents is None else self.own or self.forecast

    @property
    def left_cents(self) -> Cents | None:
        """What will be left on 31 August; below zero what will be missing."""
        return self._left(lambda one: one.expected_cents)

    @property
    def least_left_cents(self) -> Cents | None:
        return self._left(lambda one: one.most_cents)

    @property
    def most_left_cents(self) -> Cents | None:
        return self._left(lambda one: one.least_cents)

    def _left(self, granted: Any) -> Cents | None:
        if self._spent is None or self.allocated_cents is None:
            return None
        return self.allocated_cents - int(granted(self._spent))

    @property
    def exhausted_on(self) -> date | None:
        return self._spent.exhausted_on if self._spent else None

    @property
    def exhausted_early(self) -> date | None:
        return self._spent.exhausted_early if self._spent else None


@dataclass(frozen=True, kw_only=True, slots=True)
class Radar:
    """The whole fund, and its lines in one of the ways to cut it."""

    school_year: str
    today: date
    whole: Line
    reserved_cents: Cents
    lines: tuple[Line, ...]


async def radar(school_year: str, part: Part, *, today: date) -> Radar:
    """Forecast the whole fund and each part of it."""
    years = _years(school_year)
    async with reading():
        network = await grants_by(None, years)
        grants = await grants_by(part, years)
        own = await grants_by(part, years, is_own=True) if part in PLACES else {}
        names, allocated = await _named(part, school_year)
        money = await _money(school_year)
    past = _past(network.get("", {}), years)
    whole = _line("", "", network.get("", {}), money["allocated_cents"], past=past, years=years, today=today)
    # A place that got something last year and nothing yet is what the radar is for.
    told = years[:2] if part in PLACES else years[:1]
    keys = {key for key, by_year in grants.items() if any(year in by_year for year in told)} | set(allocated)
    lines = [
        _line(
            key,
            names.get(key, key),
            grants.get(key, {}),
            allocated.get(key),
            past=past,
            years=years,
            today=today,
            own=own.get(key, {}) if part in PLACES else None,
        )
        for key in keys
    ]
    return Radar(
        school_year=school_year,
        today=today,
        whole=whole,
        reserved_cents=money["reserved_cents"],
        lines=tuple(sorted(lines, key=lambda line: (line.key == "", line.name, line.key))),
    )


def _years(school_year: str) -> list[str]:
    """The year and those before it, newest first."""
    found = [school_year]
    for _ in range(PAST_YEARS):
        found.append(previous_school_year(found[-1]))
    return found


async def grants_by(
    part: Part | None, years: Sequence[str], *, is_own: bool = False
) -> dict[str, dict[str, Year]]:
    """The grants of the years, newest first, by part and then by year; of a place perhaps only its own."""
    own = _OWN[part] if part is not None and is_own else ""
    query = _GRANTS.replace("{key}", _KEYS[part]).replace("{own}", own).replace("{place}", "{}")
    rows = await FundingRow.raw(query, years[-1], years[0])
    found: dict[tuple[str, str], list[Grants]] = {}
    for row in rows:
        found.setdefault((str(row["part"]), row["school_year"]), []).append(
            Grants(
                day=row["day"] if isinstance(row["day"], date) else date.fromisoformat(row["day"]),
                cents=int(row["cents"]),
                squares=int(row["squares"]),
                count=int(row["grants"]),
            )
        )
    by_part: dict[str, dict[str, Year]] = {}
    for (key, year), grants in found.items():
        by_part.setdefault(key, {})[year] = Year(school_year=year, grants=tuple(grants))
    return by_part


def _past(by_year: Mapping[str, Year], years: Sequence[str]) -> tuple[Year, ...]:
    return tuple(by_year[year] for year in years[1:] if year in by_year)


def _line(
    key: str,
    name: str,
    by_year: Mapping[str, Year],
    allocated_cents: Cents | None,
    *,
    past: tuple[Year, ...],
    years: Sequence[str],
    today: date,
    own: Mapping[str, Year] | None = None,
) -> Line:
    def foreseen(found: Mapping[str, Year], cents: Cents | None) -> Forecast:
        this_year = found.get(years[0]) or Year(school_year=years[0], grants=())
        known = Known(this_year=this_year, past=_past(found, years), network=past)
        return forecast(known, today=today, allocated_cents=cents)

    has_own = own is not None and allocated_cents is not None
    last = by_year.get(years[1])
    return Line(
        key=key,
        name=name,
        allocated_cents=allocated_cents,
        last_year_cents=last.total_cents if last else 0,
        forecast=foreseen(by_year, None if own is not None else allocated_cents),
        own=foreseen(own or {}, allocated_cents) if has_own else None,
    )


async def _money(school_year: str) -> dict[str, Cents]:
    """What is allocated, and set aside for requests that wait, in all envelopes of a year."""
    rows = await EnvelopeRow.select(
        Sum(EnvelopeRow.allocated_cents, alias="allocated_cents"),
        Sum(EnvelopeRow.reserved_cents, alias="reserved_cents"),
    ).where(EnvelopeRow.school_year == school_year)
    return {name: int(cents or 0) for name, cents in rows[0].items()}


async def _named(part: Part, school_year: str) -> tuple[dict[str, str], dict[str, Cents]]:
    """The names of the parts, and what is allocated to each."""
    if part is Part.FUNDER:
        return await _gifts(school_year)
    envelopes = await EnvelopeRow.select(
        EnvelopeRow.name,
        EnvelopeRow.category,
        EnvelopeRow.region_code,
        EnvelopeRow.allocated_cents,
        EnvelopeRow.school.slug.as_alias("slug"),
    ).where(EnvelopeRow.school_year == school_year)
    names = await _places(part)
    allocated: dict[str, Cents] = {}
    for row in sorted(envelopes, key=lambda row: row["name"]):
        key = _envelope_key(part, row)
        if key is None:
            continue
        allocated[key] = allocated.get(key, 0) + row["allocated_cents"]
        if part is Part.ENVELOPE:
            names[key] = f"{names[key]}, {row['name']}" if key in names else row["name"]
    return names, allocated


def _envelope_key(part: Part, row: Mapping[str, str | None]) -> str | None:
    match part:
        case Part.REGION:
            return row["region_code"]
        case Part.SCHOOL:
            return row["slug"]
        case Part.ENVELOPE:
            return "/".join(row[name] or "" for name in ("category", "region_code", "slug"))
        case _:
            return row["category"] or ""


async def _places(part: Part) -> dict[str, str]:
    if part not in PLACES:
        return {}
    rows = await SchoolRow.select(SchoolRow.slug, SchoolRow.name, SchoolRow.region_code, SchoolRow.region)
    if part is Part.REGION:
        return {row["region_code"]: row["region"] for row in rows}
    return {row["slug"]: row["name"] for row in rows}


async def _gifts(school_year: str) -> tuple[dict[str, str], dict[str, Cents]]:
    rows: Iterable[dict[str, Any]] = await ContributionRow.select(
        ContributionRow.funder,
        ContributionRow.funder.name.as_alias("name"),
        ContributionRow.amount_cents,
        ContributionRow.settled_cents,
    ).where(ContributionRow.school_year == school_year)
    names: dict[str, str] = {}
    allocated: dict[str, Cents] = {}
    for row in rows:
        key = str(row["funder"])
        names[key] = row["name"]
        allocated[key] = allocated.get(key, 0) + row["amount_cents"] - row["settled_cents"]
    return names, allocated
