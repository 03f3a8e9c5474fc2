"""People who sign in, their sessions and their tokens."""

from piccolo.table import Table

from solidarity.store.columns import day, flag, identity, link, moment, prose, small, words
from solidarity.store.tables.schools import SchoolRow


class PersonRow(Table, tablename="person"):
    """One person with an account; a director has a school, nobody else has one."""

    id = identity()
    email = words(254, unique=True)
    name = words(160)
    role = words(20)
    school = link(SchoolRow, null=True)
    language = words(2)
    password_hash = prose(null=True)
    created_at = moment()
    disabled_at = moment(null=True)


class SessionRow(Table, tablename="session"):
    """One browser session; only the hash of its secret is kept."""

    id = identity()
    token_sha256 = words(64, unique=True)
    person = link(PersonRow)
    csrf_secret = words(64)
    created_at = moment()
    seen_at = moment()
    ended_at = moment(null=True)


class ApiTokenRow(Table, tablename="api_token"):
    """One token of a program; only its hash is kept."""

    id = identity()
    token_sha256 = words(64, unique=True)
    person = link(PersonRow)
    scope = words(10)
    created_at = moment()
    expires_at = moment(null=True)
    ended_at = moment(null=True)
    used_on = day(null=True)


class SignInAttemptRow(Table, tablename="sign_in_attempt"):
    """One try to sign in, by hash of the address typed, for throttling."""

    id = identity()
    account = words(64)
    address = words(64)
    at = moment()
    succeeded = flag()


class IdempotencyRow(Table, tablename="idempotency"):
    """The answer given to one idempotency key, written in the transaction of its effect."""

    id = identity()
    person = link(PersonRow)
    key = words(255)
    route = words(300)
    body_sha256 = words(64)
    status = small()
    answer = prose()
    created_at = moment()
