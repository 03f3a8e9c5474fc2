"""Accounts, sessions and tokens: making them, ending them, signing in."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from solidarity.people.passwords import acceptable_password, hash_password, matches, needs_rehash
from solidarity.people.queries import person_from_row
from solidarity.rules.access import Person, Role
from solidarity.rules.errors import Conflict, Unknown
from solidarity.rules.text import clean, clean_email
from solidarity.store.tables import ApiTokenRow, PersonRow, SchoolRow, SessionRow, SignInAttemptRow
from solidarity.store.transaction import hold, writing
from solidarity.trail.commands import Subject, held_chain_head, record

TRIES_PER_ACCOUNT = 5
TRIES_PER_ADDRESS = 20
ACCOUNT_WINDOW = timedelta(minutes=15)
ADDRESS_WINDOW = timedelta(hours=1)
TOKEN_PREFIX = "sol_"  # noqa: S105 - a prefix that secret scanners know, not a secret


@dataclass(frozen=True, kw_only=True, slots=True)
class SignedInSession:
    """A session just opened; `token` exists here and in the cookie, nowhere else."""

    token: str
    person: Person


@dataclass(frozen=True, kw_only=True, slots=True)
class SignInRefused:
    """Why nobody was signed in: `wrong` for any pair that does not fit, or `too-many`."""

    code: str
    retry_after: int = 0


def secret_sha256(secret: str) -> str:
    """The only form in which a session or token secret is stored."""
    return hashlib.sha256(secret.encode()).hexdigest()


async def create_person(
    email: str,
    *,
    role: Role,
    name: str,
    school: str | None = None,
    password: str | None = None,
    language: str = "fr",
    by: Person | None,
    now: datetime,
) -> Person:
    """Make an account. Raises `Unreadable` for a field, `Unknown` school, `Conflict("email-taken")`."""
    address = clean_email(email)
    shown = clean(name, most=160)
    if (role is Role.DIRECTOR) != (school is not None):
        raise Conflict("director-needs-school" if role is Role.DIRECTOR else "school-only-for-director")
    password_hash = None
    if password is not None:
        known = [word for word in [*address.split("@"), *shown.split(), school or ""] if word]
        password_hash = await hash_password(acceptable_password(password, known_words=known))
    async with writing():
        school_row = await SchoolRow.objects().where(SchoolRow.slug == school).first() if school else None
        if school and school_row is None:
            raise Unknown("school-unknown")
        await held_chain_head()
        if await PersonRow.exists().where(PersonRow.email == address):
            raise Conflict("email-taken")
        row = PersonRow(
            id=uuid4(),
            email=address,
            name=shown,
            role=role.value,
            school=school_row.id if school_row else None,
            language=language,
            password_hash=password_hash,
            created_at=now,
            disabled_at=None,
        )
        await PersonRow.insert(row)
        detail = {"role": role.value, "school": school}
        await record(
            "person.created", about=Subject(kind="person", id=str(row.id)), by=by, at=now, detail=detail
        )
    return person_from_row(row.to_dict(), school_slug=school)


async def set_password(email: str, password: str, *, by: Person | None, now: datetime) -> None:
    """Replace the password and end every session of the account."""
    row = await _person(email)
    known = [*row["email"].split("@"), *row["name"].split()]
    password_hash = await hash_password(acceptable_password(password, known_words=known))
    async with writing():
        await PersonRow.update({PersonRow.password_hash: password_hash}).where(PersonRow.id == row["id"])
        await _end_sessions(row["id"], now)
        await record(
            "person.password_changed", about=Subject(kind="person", id=str(row["id"])), by=by, at=now
        )


async def disable_person(email: str, *, by: Person | None, now: datetime) -> None:
    """Close an account: its sessions and tokens end with it."""
    row = await _person(email)
    async with writing():
        await PersonRow.update({PersonRow.disabled_at: now}).where(PersonRow.id == row["id"])
        await _end_sessions(row["id"], now)
        await ApiTokenRow.update({ApiTokenRow.ended_at: now}).where(
            (ApiTokenRow.person == row["id"]) & ApiTokenRow.ended_at.is_null()
        )
        await record("person.disabled", about=Subject(kind="person", id=str(row["id"])), by=by, at=now)


async def issue_token(
    email: str, *, scope: str, expires_days: int | None, by: Person | None, now: datetime, real_now: datetime
) -> str:
    """A new token for programs; the answer is the only copy of its secret. Raises `Unknown` account."""
    row = await _person(email)
    if row["disabled_at"] is not None:
        raise Conflict("account-disabled")
    secret = TOKEN_PREFIX + secrets.token_urlsafe(32)
    token = ApiTokenRow(
        id=uuid4(),
        token_sha256=secret_sha256(secret),
        person=row["id"],
        scope=scope,
        created_at=real_now,
        expires_at=None if expires_days is None else real_now + timedelta(days=expires_days),
        ended_at=None,
        used_on=None,
    )
    async with writing():
        await ApiTokenRow.insert(token)
        about = Subject(kind="person", id=str(row["id"]))
        await record("token.issued", about=about, by=by, at=now, detail={"scope": scope})
    return secret


async def sign_in(
    email: str, password: str, *, address: str, now: datetime, real_now: datetime
) -> SignedInSession | SignInRefused:
    """Open a session. An unknown, wrong or disabled account gets the same answer, after the same time."""
    account = secret_sha256(email.strip().casefold())
    row = await PersonRow.select().where(PersonRow.email == email.strip().casefold()).first()
    # The try is noted before the password is looked at: a burst of guesses is counted like a row of them.
    attempt = _attempt(account, address, real_now)
    async with writing():
        if row is not None:
            await hold(PersonRow, row["id"])
        wait = await _must_wait(account, address, real_now)
        if wait:
            return SignInRefused(code="too-many", retry_after=wait)
        await SignInAttemptRow.insert(attempt)
    usable = row is not None and row["disabled_at"] is None
    right = await matches(password, row["password_hash"] if row is not None and usable else None)
    if row is None or not right:
        return SignInRefused(code="wrong")
    return await _open_session(row, password, attempt=attempt.id, now=now, real_now=real_now)


async def _open_session(
    row: dict[str, Any], password: str, *, attempt: UUID, now: datetime, real_now: datetime
) -> SignedInSession:
    token = secrets.token_urlsafe(32)
    stronger = await hash_password(password) if needs_rehash(row["password_hash"]) else None
    async with writing():
        if stronger:
            await PersonRow.update({PersonRow.password_hash: stronger}).where(PersonRow.id == row["id"])
        await SessionRow.insert(
            SessionRow(
                id=uuid4(),
                token_sha256=secret_sha256(token),
                person=row["id"],
                csrf_secret=secrets.token_hex(32),
                created_at=real_now,
                seen_at=real_now,
                ended_at=None,
            )
        )
        await SignInAttemptRow.update({SignInAttemptRow.succeeded: True}).where(
            SignInAttemptRow.id == attempt
        )
        person = person_from_row(row, school_slug=await _slug(row["school"]))
        await record("person.signed_in", about=Subject(kind="person", id=str(row["id"])), by=person, at=now)
    return SignedInSession(token=token, person=person)


async def sign_out(session_id: UUID, *, by: Person, now: datetime, real_now: datetime) -> None:
    """End one session for good."""
    async with writing():
        await SessionRow.update({SessionRow.ended_at: real_now}).where(SessionRow.id == session_id)
        await record("person.signed_out", about=Subject(kind="person", id=str(by.id)), by=by, at=now)


async def set_language(person: Person, language: str) -> None:
    """Remember the language in which somebody reads."""
    assert language in {"fr", "en"}, "the form offers only these"
    async with writing():
        await PersonRow.update({PersonRow.language: language}).where(PersonRow.id == person.id)


async def touch_session(session_id: UUID, *, real_now: datetime) -> None:
    """Note that a session is still in use."""
    async with writing():
        row = await hold(SessionRow, session_id)
        if row is not None:
            await SessionRow.update({SessionRow.seen_at: real_now}).where(SessionRow.id == session_id)


async def _person(email: str) -> dict[str, Any]:
    row = await PersonRow.select().where(PersonRow.email == email.strip().casefold()).first()
    if row is None:
        raise Unknown("person-unknown")
    return row


async def _slug(school: UUID | None) -> str | None:
    if school is None:
        return None
    row = await SchoolRow.select(SchoolRow.slug).where(SchoolRow.id == school).first()
    return row["slug"] if row else None


async def _end_sessions(person: UUID, at: datetime) -> None:
    await SessionRow.update({SessionRow.ended_at: at}).where(
        (SessionRow.person == person) & SessionRow.ended_at.is_null()
    )


async def _must_wait(account: str, address: str, now: datetime) -> int:
    for column, value, window, most in (
        (SignInAttemptRow.account, account, ACCOUNT_WINDOW, TRIES_PER_ACCOUNT),
        (SignInAttemptRow.address, address[:64], ADDRESS_WINDOW, TRIES_PER_ADDRESS),
    ):
        failed = await (
            SignInAttemptRow.select(SignInAttemptRow.at)
            .where(
                (column == value)
                & (SignInAttemptRow.at > now - window)
                & (SignInAttemptRow.succeeded.eq(False))
            )
            .order_by(SignInAttemptRow.at, ascending=False)
            .limit(most)
        )
        if len(failed) >= most:
            return max(1, int((failed[-1]["at"] + window - now).total_seconds()))
    return 0


def _attempt(account: str, address: str, at: datetime) -> SignInAttemptRow:
    return SignInAttemptRow(id=uuid4(), account=account, address=address[:64], at=at, succeeded=False)
