"""The cast of the tests: two directors of one region, a stranger from elsewhere, two administrators, an auditor."""

from dataclasses import dataclass

from solidarity.rules.access import Person, Role
from tests.build import a_person, a_school


@dataclass(frozen=True, kw_only=True, slots=True)
class Cast:
    """`director` acts for Roubaix, `neighbour` for Lille, in the same region; `stranger` for Évreux."""

    director: Person
    neighbour: Person
    stranger: Person
    administrator: Person
    second: Person
    auditor: Person


async def the_cast() -> Cast:
    """Three schools and six people."""
    await a_school("roubaix", region_code="32")
    await a_school("lille", region_code="32")
    await a_school("evreux", region_code="28")
    return Cast(
        director=await a_person(Role.DIRECTOR, "Nadia Lemaire", school="roubaix"),
        neighbour=await a_person(Role.DIRECTOR, "Paul Vasseur", school="lille"),
        stranger=await a_person(Role.DIRECTOR, "Inès Roussel", school="evreux"),
        administrator=await a_person(Role.ADMINISTRATOR, "Claire Fontaine"),
        second=await a_person(Role.ADMINISTRATOR, "Marc Delattre"),
        auditor=await a_person(Role.AUDITOR, "Odile Perrin"),
    )
