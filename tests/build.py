"""Builders of the tests: each makes one thing, and its arguments say only what the test is about."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any
from uuid import UUID

from solidarity.budgets.commands import NewContribution, NewEnvelope, add_contribution, add_envelope
from solidarity.people.commands import create_person
from solidarity.requests.commands import NewDocument, NewRequest, add_document, create_draft, submit
from solidarity.requests.lines import NewLine
from solidarity.rules.access import Person, Role
from solidarity.rules.deciding import Choice, Verdict
from solidarity.rules.text import search_key
from solidarity.rulesets.commands import activate_ruleset, load_ruleset
from solidarity.schools.commands import NewSchool, NewStudent, add_student, load_schools

NOW = datetime(2026, 11, 12, 9, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 13, 14, 0, tzinfo=UTC)
SCHOOL_YEAR = "2026-2027"
GRANT = Choice(verdict=Verdict.GRANT, granted_cents={})
REFUSE = Choice(verdict=Verdict.REFUSE, granted_cents={}, reason_codes=("not_eligible",))

REGIONS = {"32": "Hauts-de-France", "28": "Normandie"}
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
id = "line-cap"
kind = "cap"
title = { fr = "Plafond par ligne", en = "Cap per line" }
applies_to = ["*"]
per = "line"
amount = "400.00"

[[rule]]
id = "year-cap"
kind = "cap"
title = { fr = "Plafond annuel", en = "Yearly cap" }
applies_to = ["*"]
per = "student_year"
amount = "900.00"

[[rule]]
id = "two-people"
kind = "approval"
title = { fr = "Deux personnes au-delà de 300 €", en = "Two people above €300" }
applies_to = ["*"]
bands = [{ up_to = "300.00", approvals = 1 }, { approvals = 2 }]
"""
KEPT_BACK = """
[[rule]]
id = "kept-back"
kind = "reserve"
title = { fr = "Réserve pour les urgences", en = "Kept back for emergencies" }
applies_to = ["*"]
share = "10%"
until = 2027-03-31
except_urgency = "emergency"
"""
"""One more rule for `a_ruleset(extra=…)`: a tenth of every envelope waits for emergencies."""

BAND = """
[[rule]]
id = "margin"
kind = "scale"
title = { fr = "Marge d’appréciation", en = "Discretion band" }
applies_to = ["food"]
on = "student.quotient_familial_cents"
brackets = [{ rate_min = "50%", rate_max = "80%" }]
missing = "refer"
"""
"""One more rule: for food the administrator chooses between half and four fifths."""

_numbers = count(1)
_FAMILY_NAMES = ("Caron", "Dhaene", "Fournier", "Hélin", "Lévêque", "Mercier", "Petit", "Thibaut")


async def a_school(slug: str = "roubaix", *, region_code: str = "32", status: str = "active") -> str:
    """A school of the network; answers its slug."""
    await load_schools(
        [
            NewSchool(
                slug=slug,
                name=f"École de Production de {slug.title()}",
                town=slug.title(),
                region_code=region_code,
                region=REGIONS[region_code],
                trades=("usinage",),
                status=status,
            )
        ],
        by=None,
        now=NOW,
    )
    return slug


async def a_person(
    role: Role, name: str, *, school: str | None = None, password: str | None = None
) -> Person:
    """Somebody with an account, who may act."""
    email = f"{search_key(name).replace(' ', '.')}@example.org"
    return await create_person(
        email, role=role, name=name, school=school, password=password, by=None, now=NOW
    )


async def a_student(by: Person, **facts: Any) -> UUID:
    """A student of the director's school, each one another person."""
    number = next(_numbers)
    known: dict[str, Any] = {
        "school": by.school_slug,
        "given_name": "Maëlle",
        "family_name": f"{_FAMILY_NAMES[number % 8]} {_letters(number)}",
        "birth_date": date(2010, 3, 14),
        "quotient_familial_cents": 40_000,
    }
    return await add_student(NewStudent(**(known | facts)), confirm_distinct=None, by=by, now=NOW)


async def a_ruleset(*, extra: str = "", by: Person | None = None, activated_by: Person) -> UUID:
    """The rules of the tests, and some more, in force."""
    ruleset = await load_ruleset(RULES + extra, by=by, now=NOW)
    await activate_ruleset(ruleset, by=activated_by, now=NOW)
    return ruleset


async def an_envelope(
    allocated_cents: int,
    *,
    category: str | None = None,
    school: str | None = None,
    region_code: str | None = None,
    by: Person | None = None,
) -> UUID:
    """An envelope filled by a contribution of its own."""
    number = next(_numbers)
    gift = NewContribution(
        funder=f"Fondation {number}",
        amount_cents=allocated_cents,
        received_on=NOW.date(),
        school_year=SCHOOL_YEAR,
    )
    await add_contribution(gift, by=by, now=NOW)
    envelope = NewEnvelope(
        name=f"Enveloppe {number}",
        school_year=SCHOOL_YEAR,
        category=category,
        school=school,
        region_code=region_code,
        allocated_cents=allocated_cents,
    )
    return await add_envelope(envelope, by=by, now=NOW)


def a_line(amount_cents: int = 12_000, *, category: str = "transport", **facts: Any) -> NewLine:
    """One line of a request, asked once."""
    kinds = {"transport": "pass", "housing": "rent", "food": "canteen"}
    known: dict[str, Any] = {
        "category": category,
        "kind": kinds[category],
        "description": "Abonnement de l’année",
        "amount_cents": amount_cents,
        "frequency": "once",
        "period_from": date(2026, 11, 1),
        "period_to": date(2027, 6, 30),
        "supplier": None,
        "facts": {},
    }
    return NewLine(**(known | facts))


async def a_draft(*lines: NewLine, by: Person, student: UUID | None = None, urgency: str = "normal") -> str:
    """A request nobody sent yet; answers its reference."""
    new = NewRequest(
        student=student or await a_student(by),
        urgency=urgency,
        narrative="Le père a perdu son emploi.",
        lines=lines or (a_line(),),
    )
    return await create_draft(new, by=by, now=NOW)


async def a_request(*lines: NewLine, by: Person, student: UUID | None = None, urgency: str = "normal") -> str:
    """A request that was sent; answers its reference."""
    reference = await a_draft(*lines, by=by, student=student, urgency=urgency)
    await submit(reference, by=by, now=NOW)
    return reference


async def a_document(reference: str, *, by: Person, kind: str = "income") -> UUID:
    """A supporting document of a request, as if the archive had kept it."""
    new = NewDocument(
        kind=kind,
        file_name="avis.pdf",
        media_type="application/pdf",
        size=1234,
        sha256=f"{next(_numbers):064x}",
    )
    return await add_document(reference, new, by=by, now=NOW)


def _letters(number: int) -> str:
    """A number as a name can carry it: 1 is A, 27 is AA."""
    text = ""
    while number:
        number, letter = divmod(number - 1, 26)
        text = chr(ord("A") + letter) + text
    return text
