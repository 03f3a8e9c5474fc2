"""Who is signed in, and who has an account."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from solidarity.rules.access import Person, Role, Scope
from solidarity.store.statements import rows_by_key, selection
from solidarity.store.tables import ApiTokenRow, PersonRow, SchoolRow, SessionRow
from solidarity.store.transaction import reading

_SESSION = selection(SessionRow, "WHERE token_sha256 = {}")
_TOKEN = selection(ApiTokenRow, "WHERE token_sha256 = {}")
IDLE = {
    Role.DIRECTOR: timedelta(minutes=60),
    Role.ADMINISTRATOR: timedelta(minutes=30),
    Role.AUDITOR: timedelta(minutes=30),
}
ABSOLUTE = timedelta(hours=12)
SEEN_EVERY = timedelta(minutes=2)


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedIn:
    """Who acts in this request, and the session by which they do; a program has no session."""

    person: Person
    session_id: UUID | None = None
    csrf_secret: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenSession:
    """A session that is still good; `is_quiet` when its last use was noted some time ago."""

    id: UUID
    signed_in: SignedIn
    is_quiet: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Account:
    """One account in a list."""

    email: str
    name: str
    role: Role
    school: str | None
    disabled: bool


def person_from_row(row: dict[str, Any], *, school_slug: str | None, scope: Scope = Scope.WRITE) -> Person:
    """The person of a row of `person`."""
    return Person(
        id=row["id"],
        email=row["email"],
        name=row["name"],
        role=Role(row["role"]),
        school_id=row["school"],
        school_slug=school_slug,
        language="en" if row["language"] == "en" else "fr",
        scope=scope,
    )


async def session_for(token_sha256: str, *, at: datetime) -> OpenSession | None:
    """The session with this secret, unless it ended, was idle too long or is too old. `at` is real time."""
    async with reading():
        row = await _SESSION.row(token_sha256)
        if row is None or row["ended_at"] is not None:
            return None
        found = await _person(row["person"])
    if found is None or at - row["seen_at"] > IDLE[found.role] or at - row["created_at"] > ABSOLUTE:
        return None
    signed_in = SignedIn(person=found, session_id=row["id"], csrf_secret=row["csrf_secret"])
    return OpenSession(id=row["id"], signed_in=signed_in, is_quiet=at - row["seen_at"] > SEEN_EVERY)


async def person_for_token(token_sha256: str, *, at: datetime) -> SignedIn | None:
    """Whoever this token belongs to, unless it ended or expired. `at` is real time."""
    async with reading():
        token = await _TOKEN.row(token_sha256)
        if token is None or token["ended_at"] is not None:
            return None
        if token["expires_at"] is not None and token["expires_at"] <= at:
            return None
        found = await _person(token["person"], scope=Scope(token["scope"]))
    return None if found is None else SignedIn(person=found)


async def person_by_email(email: str) -> Person | None:
    """The person with this address, disabled ones excepted."""
    row = await PersonRow.select(PersonRow.id).where(PersonRow.email == email).first()
    return None if row is None else await _person(row["id"])


async def accounts() -> list[Account]:
    """Every account, by role and address."""
    rows = await PersonRow.select(
        PersonRow.email,
        PersonRow.name,
        PersonRow.role,
        PersonRow.disabled_at,
        PersonRow.school.slug.as_alias("school_slug"),
    ).order_by(PersonRow.role, PersonRow.email)
    return [
        Account(
            email=row["email"],
            name=row["name"],
            role=Role(row["role"]),
            school=row["school_slug"],
            disabled=row["disabled_at"] is not None,
        )
        for row in rows
    ]


async def addresses_for_school(school: UUID) -> list[str]:
    """The mail addresses of a school's directors."""
    rows = await PersonRow.select(PersonRow.email).where(
        (PersonRow.school == school) & PersonRow.disabled_at.is_null()
    )
    return sorted(row["email"] for row in rows)


async def _person(person_id: UUID, scope: Scope = Scope.WRITE) -> Person | None:
    rows = await rows_by_key(PersonRow, [person_id])
    if not rows or rows[0]["disabled_at"] is not None:
        return None
    row, slug = rows[0], None
    if row["school"] is not None:
        school = await rows_by_key(SchoolRow, [row["school"]])
        slug = school[0]["slug"] if school else None
    return person_from_row(row, school_slug=slug, scope=scope)
