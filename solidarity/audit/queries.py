"""What an auditor sees of a school year at a glance."""

from collections.abc import Mapping
from dataclasses import dataclass

from piccolo.query.functions import Count

from solidarity.rules.money import Cents
from solidarity.store.tables import DecisionLineRow, DecisionRow, JobRow, LetterRow, RequestRow
from solidarity.store.transaction import reading

# Only the last decision of a request is in force; those before it were replaced.
_GRANTED = (
    "SELECT line.category AS category, COUNT(DISTINCT decision.request) AS requests,"
    " SUM(line.granted_cents) AS granted_cents"
    " FROM decision_line line JOIN decision ON decision.id = line.decision"
    " WHERE decision.school_year = {} AND line.granted_cents > 0 AND decision.number ="
    " (SELECT MAX(later.number) FROM decision later WHERE later.request = decision.request)"
    " GROUP BY line.category ORDER BY line.category"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class GrantedView:
    """What was granted in one category, and to how many requests."""

    category: str
    requests: int
    granted_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class YearView:
    """The counts of one school year; requests by state, decisions by outcome."""

    school_year: str
    requests: Mapping[str, int]
    decisions: Mapping[str, int]
    granted: tuple[GrantedView, ...]
    letters: int
    letters_set_aside: int

    @property
    def granted_cents(self) -> Cents:
        return sum(one.granted_cents for one in self.granted)


async def year_view(school_year: str) -> YearView:
    """The school year in figures; a draft is its author's affair and not counted."""
    async with reading():
        granted = await DecisionLineRow.raw(_GRANTED, school_year)
        return YearView(
            school_year=school_year,
            requests=await _requests(school_year),
            decisions=await _decisions(school_year),
            granted=tuple(
                GrantedView(
                    category=row["category"],
                    requests=int(row["requests"]),
                    granted_cents=int(row["granted_cents"]),
                )
                for row in granted
            ),
            letters=await LetterRow.count().where(LetterRow.school_year == school_year),
            letters_set_aside=await JobRow.count().where(
                (JobRow.kind == "letter") & JobRow.set_aside_at.is_not_null()
            ),
        )


async def _requests(school_year: str) -> dict[str, int]:
    rows = await (
        RequestRow.select(RequestRow.status, Count(alias="how_many"))
        .where((RequestRow.school_year == school_year) & (RequestRow.status != "draft"))
        .group_by(RequestRow.status)
    )
    return {row["status"]: int(row["how_many"]) for row in rows}


async def _decisions(school_year: str) -> dict[str, int]:
    rows = await (
        DecisionRow.select(DecisionRow.outcome, Count(alias="how_many"))
        .where(DecisionRow.school_year == school_year)
        .group_by(DecisionRow.outcome)
    )
    return {row["outcome"]: int(row["how_many"]) for row in rows}
