"""Accounts, sessions and tokens: what each command leaves in the database, and what it refuses."""

import asyncio
from datetime import timedelta

import pytest

from solidarity.people.commands import (
    ACCOUNT_WINDOW,
    TRIES_PER_ACCOUNT,
    TRIES_PER_ADDRESS,
    SignedInSession,
    SignInRefused,
    create_person,
    disable_person,
    issue_token,
    secret_sha256,
    set_language,
    set_password,
    sign_in,
    sign_out,
    touch_session,
)
from solidarity.people.queries import (
    ABSOLUTE,
    SEEN_EVERY,
    accounts,
    addresses_for_school,
    person_by_email,
    person_for_token,
    session_for,
)
from solidarity.rules.access import Role, Scope
from solidarity.rules.errors import Conflict, RuleError, Unknown, Unreadable
from solidarity.store.tables import ApiTokenRow, PersonRow, SessionRow, SignInAttemptRow
from solidarity.trail.queries import events
from tests.build import LATER, NOW, a_person, a_school
from tests.commands.books import actions, digest, refused
from tests.databases import Database

PASSWORD = "quatre marmottes sous la pluie"
ANOTHER = "les tilleuls de la gare du nord"


async def test_an_account_is_made_with_its_trace(database: Database) -> None:
    await a_school("roubaix")
    made = await create_person(
        " Nadia.Lemaire@Example.ORG ",
        role=Role.DIRECTOR,
        name=" Nadia Lemaire ",
        school="roubaix",
        by=None,
        now=NOW,
    )
    assert (made.email, made.name, made.school_slug) == (
        "nadia.lemaire@example.org",
        "Nadia Lemaire",
        "roubaix",
    )
    assert await person_by_email("nadia.lemaire@example.org") == made
    assert made.school_id is not None
    assert await addresses_for_school(made.school_id) == [made.email]
    newest = (await events(before=None, limit=1))[0]
    assert (newest.action, newest.about_id) == ("person.created", str(made.id))
    assert newest.detail == {"role": "director", "school": "roubaix"}


async def test_an_account_that_cannot_be_is_refused_and_changes_nothing(database: Database) -> None:
    await a_school("roubaix")
    await a_person(Role.AUDITOR, "Odile Perrin")
    before = await digest()
    taken = "odile.perrin@example.org"
    wrong: list[tuple[type[RuleError], str, str, Role, str | None]] = [
        (Conflict, "email-taken", taken.upper(), Role.AUDITOR, None),
        (Conflict, "director-needs-school", "a@example.org", Role.DIRECTOR, None),
        (Conflict, "school-only-for-director", "a@example.org", Role.AUDITOR, "roubaix"),
        (Unknown, "school-unknown", "a@example.org", Role.DIRECTOR, "nowhere"),
    ]
    for kind, code, email, role, school in wrong:
        with refused(kind, code):
            await create_person(email, role=role, name="Quelqu’un", school=school, by=None, now=NOW)
    for email, password, code in (
        ("a@example.org", "court", "password-short"),
        ("a@example.org", "motdepasse123", "password-easy"),
        ("a@example.org", "x" * 129, "password-long"),
        ("no address", PASSWORD, "email"),
    ):
        with pytest.raises(Unreadable, match=code):
            await create_person(
                email, role=Role.AUDITOR, name="Quelqu’un", password=password, by=None, now=NOW
            )
    assert await digest() == before


async def _signed_in(email: str, password: str = PASSWORD, *, minutes: int = 0) -> SignedInSession:
    found = await sign_in(
        email, password, address="192.0.2.7", now=NOW, real_now=NOW + timedelta(minutes=minutes)
    )
    assert isinstance(found, SignedInSession), found
    return found


async def test_a_session_opens_stays_while_used_and_ends(database: Database) -> None:
    person = await a_person(Role.AUDITOR, "Odile Perrin", password=PASSWORD)
    session = await _signed_in(person.email.upper())
    key = secret_sha256(session.token)
    stored = await SessionRow.select()
    assert [row["token_sha256"] for row in stored] == [key]
    assert session.token not in str(stored)
    found = await session_for(key, at=NOW)
    assert found is not None
    assert found.signed_in.person == person == session.person
    assert not found.is_quiet
    quiet = await session_for(key, at=NOW + SEEN_EVERY + timedelta(seconds=1))
    assert quiet is not None
    assert quiet.is_quiet
    for minutes in range(20, 12 * 60, 20):
        await touch_session(found.id, real_now=NOW + timedelta(minutes=minutes))
        assert await session_for(key, at=NOW + timedelta(minutes=minutes)) is not None
    assert await session_for(key, at=NOW + timedelta(minutes=12 * 60 - 20 + 31)) is None
    assert await session_for(key, at=NOW + ABSOLUTE + timedelta(seconds=1)) is None
    await sign_out(found.id, by=person, now=NOW, real_now=NOW)
    assert await session_for(key, at=NOW) is None
    assert await session_for(secret_sha256("invented"), at=NOW) is None
    assert (await actions())[-2:] == ["person.signed_in", "person.signed_out"]


async def test_wrong_unknown_and_disabled_get_the_same_answer(database: Database) -> None:
    person = await a_person(Role.AUDITOR, "Odile Perrin", password=PASSWORD)
    silent = await a_person(Role.AUDITOR, "Sans Mot")
    closed = await a_person(Role.AUDITOR, "Compte Clos", password=PASSWORD)
    await disable_person(closed.email, by=None, now=NOW)
    written = await actions()
    for email, password in (
        (person.email, ANOTHER),
        ("personne@example.org", PASSWORD),
        (closed.email, PASSWORD),
        (silent.email, ""),
    ):
        answer = await sign_in(email, password, address="192.0.2.7", now=NOW, real_now=NOW)
        assert answer == SignInRefused(code="wrong")
    assert await SessionRow.count() == 0
    assert await actions() == written


async def test_too_many_tries_are_slowed_down_by_account(database: Database) -> None:
    person = await a_person(Role.AUDITOR, "Odile Perrin", password=PASSWORD)
    for number in range(TRIES_PER_ACCOUNT):
        answer = await sign_in(person.email, ANOTHER, address=f"192.0.2.{number}", now=NOW, real_now=NOW)
        assert answer == SignInRefused(code="wrong")
    answer = await sign_in(person.email, PASSWORD, address="192.0.2.99", now=NOW, real_now=NOW)
    assert answer == SignInRefused(code="too-many", retry_after=int(ACCOUNT_WINDOW.total_seconds()))
    await _signed_in(person.email, minutes=16)


async def test_too_many_tries_are_slowed_down_by_address(database: Database) -> None:
    person = await a_person(Role.AUDITOR, "Odile Perrin", password=PASSWORD)
    for number in range(TRIES_PER_ADDRESS):
        await sign_in(f"someone{number}@example.org", ANOTHER, address="192.0.2.7", now=NOW, real_now=NOW)
    answer = await sign_in(person.email, PASSWORD, address="192.0.2.7", now=NOW, real_now=NOW)
    assert isinstance(answer, SignInRefused)
    assert answer.code == "too-many"
    assert isinstance(
        await sign_in(person.email, PASSWORD, address="192.0.2.8", now=NOW, real_now=NOW), SignedInSession
    )


async def test_a_burst_of_guesses_is_slowed_down_too(database: Database) -> None:
    person = await a_person(Role.AUDITOR, "Odile Perrin", password=PASSWORD)
    guesses = [ANOTHER] * 11 + [PASSWORD]
    answers = await asyncio.gather(
        *(
            sign_in(person.email, guess, address=f"192.0.2.{number}", now=NOW, real_now=NOW)
            for number, guess in enumerate(guesses)
        )
    )
    slowed = SignInRefused(code="too-many", retry_after=int(ACCOUNT_WINDOW.total_seconds()))
    assert len(answers) - answers.count(slowed) == TRIES_PER_ACCOUNT


async def test_a_new_password_ends_every_session(database: Database) -> None:
    person = await a_person(Role.AUDITOR, "Odile Perrin", password=PASSWORD)
    session = await _signed_in(person.email)
    before = await digest()
    with pytest.raises(Unreadable, match="password-easy"):
        await set_password(person.email, "odile.perrin@example.org", by=None, now=NOW)
    with refused(Unknown):
        await set_password("personne@example.org", ANOTHER, by=None, now=NOW)
    assert await digest() == before
    await set_password(person.email, ANOTHER, by=None, now=LATER)
    assert await session_for(secret_sha256(session.token), at=NOW) is None
    answer = await sign_in(person.email, PASSWORD, address="192.0.2.7", now=NOW, real_now=NOW)
    assert answer == SignInRefused(code="wrong")
    await _signed_in(person.email, ANOTHER)
    assert "person.password_changed" in await actions()


async def test_a_closed_account_loses_sessions_and_tokens(database: Database) -> None:
    person = await a_person(Role.ADMINISTRATOR, "Claire Fontaine", password=PASSWORD)
    session = await _signed_in(person.email)
    token = await issue_token(person.email, scope="write", expires_days=None, by=None, now=NOW, real_now=NOW)
    await disable_person(person.email, by=None, now=LATER)
    assert await session_for(secret_sha256(session.token), at=NOW) is None
    assert await person_for_token(secret_sha256(token), at=NOW) is None
    assert await person_by_email(person.email) is None
    assert [account.disabled for account in await accounts()] == [True]
    with refused(Conflict, "account-disabled"):
        await issue_token(person.email, scope="read", expires_days=1, by=None, now=NOW, real_now=NOW)
    assert (await actions())[-1] == "person.disabled"


async def test_a_token_is_kept_as_a_hash_and_expires(database: Database) -> None:
    person = await a_person(Role.ADMINISTRATOR, "Claire Fontaine")
    token = await issue_token(person.email, scope="read", expires_days=30, by=None, now=NOW, real_now=NOW)
    key = secret_sha256(token)
    assert token.startswith("sol_")
    assert token not in str(await ApiTokenRow.select())
    found = await person_for_token(key, at=NOW + timedelta(days=30, seconds=-1))
    assert found is not None
    assert (found.person.id, found.person.scope, found.session_id) == (person.id, Scope.READ, None)
    assert await person_for_token(key, at=NOW + timedelta(days=30)) is None
    assert (await events(before=None, limit=1))[0].detail == {"scope": "read"}
    with refused(Unknown, "person-unknown"):
        await issue_token(
            "personne@example.org", scope="read", expires_days=1, by=None, now=NOW, real_now=NOW
        )


async def test_the_language_is_remembered(database: Database) -> None:
    person = await a_person(Role.AUDITOR, "Odile Perrin")
    await set_language(person, "en")
    again = await person_by_email(person.email)
    assert again is not None
    assert again.language == "en"


async def test_of_several_who_take_one_address_one_gets_it(database: Database) -> None:
    async def take() -> object:
        try:
            return await create_person(
                "odile@example.org", role=Role.AUDITOR, name="Odile Perrin", by=None, now=NOW
            )
        except Conflict as refusal:
            return refusal.code

    answers = await asyncio.gather(*(take() for _ in range(8)))
    assert sorted(str(answer) for answer in answers if isinstance(answer, str)) == ["email-taken"] * 7
    assert await PersonRow.count() == 1
    assert await SignInAttemptRow.count() == 0
