"""A small network with money and rules, and requests decided in it, for the tests of the letter service."""

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from solidarity.budgets.commands import NewContribution, NewEnvelope, add_contribution, add_envelope
from solidarity.decisions.commands import decide
from solidarity.people.commands import create_person
from solidarity.requests.commands import NewRequest, create_draft, submit
from solidarity.requests.lines import NewLine
from solidarity.rules.access import Person, Role
from solidarity.rules.deciding import Choice, Verdict
from solidarity.rulesets.commands import activate_ruleset, load_ruleset
from solidarity.schools.commands import NewSchool, NewStudent, add_student, load_schools

NOW = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
GRANT = Choice(verdict=Verdict.GRANT, granted_cents={})
RULES = """
[ruleset]
id = "essai-2026"
title = { fr = "Barème d’essai", en = "Trial scale" }
school_year = "2026-2027"
valid_from = 2026-09-01
valid_to = 2027-08-31

[[rule]]
id = "quotient"
kind = "eligibility"
title = { fr = "Quotient familial maximal", en = "Highest quotient familial" }
applies_to = ["*"]
require = "student.quotient_familial_cents <= 60000"
severity = "refer"
message = { fr = "Le quotient est de {value}, la limite de {limit}.", en = "The quotient is {value}, the limit {limit}." }

[[rule]]
id = "plafond"
kind = "cap"
title = { fr = "Plafond par ligne", en = "Cap per line" }
applies_to = ["*"]
per = "line"
amount = "150.00"
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Network:
    director: Person
    stranger: Person
    administrator: Person
    second: Person
    auditor: Person


async def a_network(*, envelope_cents: int = 1_000_000) -> Network:
    await load_schools([_school("roubaix", "Roubaix"), _school("evreux", "Évreux")], by=None, now=NOW)
    people = Network(
        director=await _person("direction@roubaix.example.org", Role.DIRECTOR, "roubaix"),
        stranger=await _person("direction@evreux.example.org", Role.DIRECTOR, "evreux"),
        administrator=await _person("gestion1@example.org", Role.ADMINISTRATOR),
        second=await _person("gestion2@example.org", Role.ADMINISTRATOR),
        auditor=await _person("audit@example.org", Role.AUDITOR),
    )
    ruleset = await load_ruleset(RULES, by=people.administrator, now=NOW)
    await activate_ruleset(ruleset, by=people.second, now=NOW)
    await _envelope(envelope_cents)
    return people


def _school(slug: str, town: str) -> NewSchool:
    return NewSchool(
        slug=slug,
        name=f"École de Production de {town}",
        town=town,
        region_code="32",
        region="Hauts-de-France",
        trades=("usinage",),
        status="active",
    )


async def _person(email: str, role: Role, school: str | None = None) -> Person:
    return await create_person(
        email, role=role, name=email.partition("@")[0], school=school, by=None, now=NOW
    )


async def _envelope(allocated_cents: int) -> None:
    gift = NewContribution(
        funder="Fondation des essais",
        amount_cents=allocated_cents,
        received_on=NOW.date(),
        school_year="2026-2027",
    )
    await add_contribution(gift, by=None, now=NOW)
    envelope = NewEnvelope(
        name="Général",
        school_year="2026-2027",
        category=None,
        school=None,
        region_code=None,
        allocated_cents=allocated_cents,
    )
    await add_envelope(envelope, by=None, now=NOW)


PUPIL = NewStudent(
    school="roubaix",
    given_name="Maëlle",
    family_name="d’Œuvray",
    birth_date=date(2010, 3, 14),
    trade="usinage",
    quotient_familial_cents=40_000,
)
LINE = NewLine(
    category="transport",
    kind="pass",
    description="Abonnement Roubaix – Lille",
    amount_cents=12_000,
    frequency="once",
    period_from=date(2026, 11, 1),
    period_to=date(2027, 6, 30),
    supplier=None,
    facts={},
)


async def a_request(
    network: Network,
    *,
    pupil: NewStudent = PUPIL,
    amount_cents: int = 12_000,
    lines: tuple[NewLine, ...] | None = None,
) -> str:
    """A request that was sent; answers its reference."""
    student = await add_student(pupil, confirm_distinct="another", by=network.director, now=NOW)
    asked = lines or (replace(LINE, amount_cents=amount_cents),)
    new = NewRequest(student=student, urgency="normal", narrative="récit privé", lines=asked)
    reference = await create_draft(new, by=network.director, now=NOW)
    await submit(reference, by=network.director, now=NOW)
    return reference


async def a_letter(
    network: Network,
    *,
    pupil: NewStudent = PUPIL,
    amount_cents: int = 12_000,
    choice: Choice = GRANT,
) -> str:
    """A decided request; answers its reference."""
    reference = await a_request(network, pupil=pupil, amount_cents=amount_cents)
    await decide(reference, choice, by=network.administrator, now=NOW)
    return reference
