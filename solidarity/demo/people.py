"""The accounts of the demo: a director for each active school, two administrators, an auditor."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from solidarity.demo.network import invented_adult
from solidarity.demo.size import DemoSize
from solidarity.people.commands import create_person
from solidarity.rules.access import Person, Role
from solidarity.schools.commands import NewSchool

FIRST_ADMINISTRATOR, SECOND_ADMINISTRATOR = "gestion1@example.org", "gestion2@example.org"
AUDITOR = "audit@example.org"


@dataclass(frozen=True, kw_only=True, slots=True)
class Team:
    """Everybody with an account; directors by the slug of their school."""

    directors: dict[str, Person]
    first: Person
    second: Person
    auditor: Person


def director_of(slug: str) -> str:
    """The address of the director of a school."""
    return f"directeur.{slug}@example.org"


async def make_team(
    size: DemoSize, schools: Sequence[NewSchool], *, password_for: Callable[[str], str], now: datetime
) -> Team:
    """Make every account, each with its own password."""

    async def make(email: str, role: Role, school: str | None = None) -> Person:
        name = invented_adult(size.dice("account", email))
        return await create_person(
            email, role=role, name=name, school=school, password=password_for(email), by=None, now=now
        )

    first = await make(FIRST_ADMINISTRATOR, Role.ADMINISTRATOR)
    second = await make(SECOND_ADMINISTRATOR, Role.ADMINISTRATOR)
    auditor = await make(AUDITOR, Role.AUDITOR)
    directors = {
        school.slug: await make(director_of(school.slug), Role.DIRECTOR, school.slug)
        for school in schools
        if school.status == "active"
    }
    return Team(directors=directors, first=first, second=second, auditor=auditor)
