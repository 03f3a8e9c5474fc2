"""Non-take-up: schools that ask for far fewer pupils than expected, and pupils helped only last year."""

from collections import Counter
from dataclasses import dataclass

from solidarity.requests.renewals import NotRenewed, not_renewed
from solidarity.rules.access import Person
from solidarity.rules.take_up import QUOTIENT_BANDS, Band, TakeUp, take_up
from solidarity.store.tables import SchoolRow, StudentRow
from solidarity.store.transaction import reading

# The number of the band as `band_of` counts it; -1 is an unknown quotient.
_BAND = (
    "CASE WHEN student.quotient_familial_cents IS NULL THEN -1 "
    + " ".join(
        f"WHEN student.quotient_familial_cents < {end} THEN {number}"
        for number, end in enumerate(QUOTIENT_BANDS)
    )
    + f" ELSE {len(QUOTIENT_BANDS)} END"
)
# A draft is an intention; what was withdrawn or closed was asked all the same.
_BANDS = (
    "SELECT school.slug AS school, pupils.band, COUNT(*) AS pupils, SUM(pupils.asked) AS asked FROM ("  # noqa: S608
    f"SELECT student.school AS school, {_BAND} AS band,"
    " CASE WHEN EXISTS (SELECT 1 FROM aid_request request WHERE request.student = student.id"
    "  AND request.school_year = {} AND request.status <> 'draft') THEN 1 ELSE 0 END AS asked"
    " FROM student) AS pupils JOIN school ON school.id = pupils.school"
    " WHERE school.status = 'active' GROUP BY school.slug, pupils.band"
)


@dataclass(frozen=True, kw_only=True, slots=True)
class SchoolTakeUp:
    """One school: how many pupils had a request, how many are expected, how many of last year are missing."""

    slug: str
    name: str
    found: TakeUp
    not_renewed: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeUpView:
    """`quiet` are the schools far below what is expected; the others follow by name."""

    quiet: tuple[SchoolTakeUp, ...]
    others: tuple[SchoolTakeUp, ...]
    not_renewed: tuple[NotRenewed, ...]


async def take_up_view(person: Person, school_year: str) -> TakeUpView:
    """Every active school with pupils; no pupil is named."""
    missing = await not_renewed(person, school_year)
    by_school = Counter(one.school for one in missing)
    async with reading():
        rows = await StudentRow.raw(_BANDS, school_year)
        names = {row["slug"]: row["name"] for row in await SchoolRow.select(SchoolRow.slug, SchoolRow.name)}
    schools: dict[str, dict[int, Band]] = {}
    for row in rows:
        band = Band(pupils=int(row["pupils"]), asked=int(row["asked"]))
        schools.setdefault(row["school"], {})[int(row["band"])] = band
    found = [
        SchoolTakeUp(
            slug=one.school, name=names[one.school], found=one, not_renewed=by_school.get(one.school, 0)
        )
        for one in take_up(schools)
    ]
    return TakeUpView(
        quiet=tuple(one for one in found if one.found.is_far_below),
        others=tuple(
            sorted((one for one in found if not one.found.is_far_below), key=lambda one: (one.name, one.slug))
        ),
        not_renewed=tuple(missing),
    )
