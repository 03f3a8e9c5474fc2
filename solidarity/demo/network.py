"""The schools of the network from the product's own list, and the pupils invented for them."""

import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

from solidarity.demo.size import DemoSize
from solidarity.rules.calendar import age_on
from solidarity.schools.commands import NewSchool, NewStudent, match_key
from solidarity.schools.csv_files import read_schools

DATA = Path(__file__).parent.parent / "data"
GIRLS_PERCENT = 11
BOARDERS_PERCENT = 22
ALONE_PERCENT = 7
ENGLISH_PERCENT = 3
QUOTIENTS = ((54, 60, 499), (20, 500, 699), (9, 700, 899), (5, 900, 1199), (2, 1200, 1900))
"""Percent of the pupils, and between which euros their quotient familial lies; for the rest it is unknown."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Pupil:
    """An invented pupil; seniors were there last year."""

    new: NewStudent
    is_senior: bool


def network(size: DemoSize) -> list[NewSchool]:
    """The active schools asked for, with second schools beyond the list, then those out of partnership."""
    read = read_schools((DATA / "schools.csv").read_bytes())
    assert not read.problems, "the product's own list is readable"
    listed = [school for _row, school in read.rows]
    active = [school for school in listed if school.status == "active"]
    others = [school for school in listed if school.status != "active"]
    return [*active[: size.schools], *_second_schools(active, size.schools - len(active)), *others]


def _second_schools(active: list[NewSchool], count: int) -> Iterator[NewSchool]:
    for place in range(max(0, count)):
        first, number = active[place % len(active)], place // len(active) + 2
        yield replace(
            first,
            slug=f"{first.slug}-{number}",
            name=f"{first.name} ({number})",
            note="École inventée pour la démonstration.",
        )


def pupils(size: DemoSize, schools: list[NewSchool], *, first_year: int) -> dict[str, list[Pupil]]:
    """The pupils of each active school; `first_year` is the year in which the school year begins."""
    active = [school for school in schools if school.status == "active"]
    taken: set[str] = set()
    found: dict[str, list[Pupil]] = {school.slug: [] for school in active}
    for school, count in zip(active, _shared_out(size, len(active)), strict=True):
        dice = size.dice("pupils", school.slug)
        while len(found[school.slug]) < count:
            pupil = _pupil(school, dice, first_year)
            key = match_key(pupil.new.given_name, pupil.new.family_name, pupil.new.birth_date)
            if key not in taken:
                taken.add(key)
                found[school.slug].append(pupil)
    return found


def _shared_out(size: DemoSize, schools: int) -> list[int]:
    """How many pupils each school has: about as many, and all together the number asked for."""
    if schools == 0:
        return []
    dice = size.dice("shares")
    weights = [dice.uniform(24, 36) for _ in range(schools)]
    counts = [int(size.students * weight / sum(weights)) for weight in weights]
    for place in range(size.students - sum(counts)):
        counts[place % schools] += 1
    return counts


def _pupil(school: NewSchool, dice: random.Random, first_year: int) -> Pupil:
    words = _people()
    is_girl = dice.randrange(100) < GIRLS_PERCENT
    family = dice.choice(words["families"])
    if dice.randrange(100) < 3:
        family = f"{family}-{dice.choice(words['families'])}"
    birth = date(first_year - 18, 1, 1) + timedelta(days=dice.randrange(4 * 365))
    guardian = _guardian(school, family, dice, is_adult=age_on(birth, date(first_year, 11, 1)) >= 18)
    return Pupil(
        new=NewStudent(
            school=school.slug,
            given_name=dice.choice(words["girls" if is_girl else "boys"]),
            family_name=family,
            birth_date=birth,
            trade=dice.choice(school.trades),
            boarder=dice.randrange(100) < BOARDERS_PERCENT,
            quotient_familial_cents=_quotient(dice),
            household_size=None if dice.randrange(100) < 8 else dice.choice((1, 2, 3, 3, 4, 4, 5, 6, 7)),
            guardian_name=guardian[0] if guardian else None,
            guardian_address=guardian[1] if guardian else None,
            letter_language="en" if dice.randrange(100) < ENGLISH_PERCENT else "fr",
        ),
        is_senior=birth.year < first_year - 16 or dice.randrange(100) < 5,
    )


def _guardian(
    school: NewSchool, family: str, dice: random.Random, *, is_adult: bool
) -> tuple[str, str] | None:
    if is_adult or dice.randrange(100) < ALONE_PERCENT:
        return None
    words = _people()
    surname = family if dice.randrange(100) < 75 else dice.choice(words["families"])
    street = f"{dice.randrange(1, 140)}, {dice.choice(words['streets'])}"
    return f"{dice.choice(words['adults'])} {surname}", f"{street}\n{school.address}"


def invented_adult(dice: random.Random) -> str:
    """The name of somebody who has an account."""
    words = _people()
    return f"{dice.choice(words['adults'])} {dice.choice(words['families'])}"


def _quotient(dice: random.Random) -> int | None:
    drawn = dice.randrange(100)
    for percent, least, most in QUOTIENTS:
        if drawn < percent:
            return dice.randrange(least, most + 1) * 100
        drawn -= percent
    return None


@cache
def _people() -> dict[str, list[str]]:
    with (DATA / "people.toml").open("rb") as file:
        words: dict[str, list[str]] = tomllib.load(file)
    return words
