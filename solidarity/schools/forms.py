"""What may be typed about a student."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from solidarity.rules.access import Person
from solidarity.rules.calendar import age_on
from solidarity.rules.money import format_euros
from solidarity.schools.commands import EDITABLE, NewStudent
from solidarity.schools.queries import SchoolView, StudentView
from solidarity.web.forms import Form

FEWEST_LETTERS: Final = 2
YOUNGEST: Final = 10
OLDEST: Final = 30
MOST_HOUSEHOLD: Final = 30
FIELDS: Final = (
    "given_name",
    "family_name",
    "birth_date",
    "trade",
    "boarder",
    "quotient_familial",
    "household_size",
    "guardian_name",
    "guardian_address",
    "letter_language",
)


@dataclass(frozen=True, kw_only=True, slots=True)
class StudentTyped:
    """A student as typed, every field readable."""

    given_name: str
    family_name: str
    birth_date: date
    trade: str | None
    boarder: bool
    quotient_familial_cents: int | None
    household_size: int | None
    guardian_name: str | None
    guardian_address: str | None
    letter_language: str

    def changes(self) -> dict[str, Any]:
        """By column name, for a change."""
        return {name: getattr(self, name) for name in sorted(EDITABLE)}

    def as_new(self, school: str) -> NewStudent:
        return NewStudent(school=school, **self.changes())


def read_student(form: Form, *, today: date) -> StudentTyped | None:
    """A student; None when a problem was noted beside its field."""
    given_name = form.person_name("given_name")
    family_name = form.person_name("family_name")
    birth_date = form.day("birth_date")
    if birth_date is not None:
        _check_birth_date(form, birth_date, today)
    trade = form.text("trade", most=120, required=False)
    quotient = form.amount("quotient_familial", required=False)
    household = form.whole("household_size", least=1, most=MOST_HOUSEHOLD, required=False)
    guardian = form.text("guardian_name", most=160, required=False)
    address = form.text("guardian_address", most=400, lines=True, required=False)
    language = form.one_of("letter_language", ("fr", "en"), required=False)
    _check_guardian(form)
    if form.errors or given_name is None or family_name is None or birth_date is None:
        return None
    return StudentTyped(
        given_name=given_name,
        family_name=family_name,
        birth_date=birth_date,
        trade=trade,
        boarder=form.flag("boarder"),
        quotient_familial_cents=quotient,
        household_size=household,
        guardian_name=guardian,
        guardian_address=address,
        letter_language=language or "fr",
    )


def read_school(form: Form, schools: Iterable[SchoolView], person: Person) -> str | None:
    """The school of a new student: a director's own, or the one an administrator chose."""
    if person.school_slug is not None:
        return person.school_slug
    return form.one_of("school", [school.slug for school in schools])


def read_search(form: Form) -> str | None:
    """What is searched for in names; None when it is too short to mean anything."""
    found = form.text("q", most=100, required=False)
    if found is not None and len(found) < FEWEST_LETTERS:
        form.refuse("q", "search-too-short")
    return None if form.errors else found or ""


def written(student: StudentView) -> dict[str, str]:
    """A student as the fields of the form show it."""
    amount = student.quotient_familial_cents
    return {
        "given_name": student.given_name,
        "family_name": student.family_name,
        "birth_date": f"{student.birth_date:%d/%m/%Y}",
        "trade": student.trade or "",
        "boarder": "yes" if student.boarder else "",
        "quotient_familial": "" if amount is None else _plain_euros(amount),
        "household_size": "" if student.household_size is None else str(student.household_size),
        "guardian_name": student.guardian_name or "",
        "guardian_address": student.guardian_address or "",
        "letter_language": student.letter_language,
        "version": str(student.version),
    }


def differences(form: Form, stored: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """For a page that shows both: field, what is stored now, what was typed; only where they differ."""
    found = []
    for name in FIELDS:
        typed = form.value(name).replace("\r\n", "\n").strip()
        if typed != stored[name] and not (name == "boarder" and bool(typed) == bool(stored[name])):
            found.append((name, stored[name], typed))
    return found


def _check_birth_date(form: Form, birth_date: date, today: date) -> None:
    if birth_date > today:
        form.refuse("birth_date", "birth-date-in-future")
    elif age_on(birth_date, today) > OLDEST:
        form.refuse("birth_date", "birth-date-too-old", most=OLDEST)
    elif age_on(birth_date, today) < YOUNGEST:
        form.refuse("birth_date", "birth-date-too-young", least=YOUNGEST)


def _check_guardian(form: Form) -> None:
    """A letter needs both a name and an address, or neither."""
    name, address = form.value("guardian_name").strip(), form.value("guardian_address").strip()
    if address and not name:
        form.refuse("guardian_name", "guardian-name-needed")
    if name and not address:
        form.refuse("guardian_address", "guardian-address-needed")


def _plain_euros(cents: int) -> str:
    """An amount as a field shows it: without its sign."""
    return format_euros(cents, "fr").removesuffix("€").strip(" \u00a0\u202f")
