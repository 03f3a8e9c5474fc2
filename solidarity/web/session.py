"""Who is asking: the session cookie of pages and the bearer token of the API, never one for the other."""

import hashlib
import re
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final, Protocol

from litestar import Request

from solidarity.web.cookies import cookie_line, cookie_name, read_cookie
from solidarity.web.visit import SignedIn, Visit, visit_of

SESSION_COOKIE: Final = "solidarity"
TOKEN_BYTES: Final = 32
_SESSION_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}\Z")
_BEARER: Final = re.compile(rb"[Bb]earer +([A-Za-z0-9_.~+/=-]{16,200})\Z")

__all__ = [
    "Authenticator",
    "SignedIn",
    "forget_session",
    "identify",
    "new_token",
    "remember_session",
    "token_sha256",
]


class Authenticator(Protocol):
    """Finds the person behind a secret, of which it only ever sees the hash (hexadecimal SHA-256)."""

    async def person_for_session(self, token_sha256: str, *, at: datetime) -> SignedIn | None: ...

    async def person_for_token(self, token_sha256: str, *, at: datetime) -> SignedIn | None: ...


def new_token(random_bytes: Callable[[int], bytes]) -> str:
    """A fresh secret of 256 bits, safe in a cookie and in a header."""
    return urlsafe_b64encode(random_bytes(TOKEN_BYTES)).rstrip(b"=").decode("ascii")


def token_sha256(token: str) -> str:
    """What is stored and looked up instead of the secret."""
    return hashlib.sha256(token.encode("utf-8")).hexdigest()


async def identify(
    headers: Iterable[tuple[bytes, bytes]], visit: Visit, authenticator: Authenticator
) -> SignedIn | None:
    """The person who sends this request; a cookie never opens the API, a token never opens a page."""
    if visit.is_api:
        token = _bearer_token(headers)
        return await authenticator.person_for_token(token_sha256(token), at=visit.at) if token else None
    cookie = read_cookie(headers, cookie_name(SESSION_COOKIE, plain=visit.plain_cookies))
    if cookie is None or not _SESSION_TOKEN.match(cookie):
        return None
    return await authenticator.person_for_session(token_sha256(cookie), at=visit.at)


def _bearer_token(headers: Iterable[tuple[bytes, bytes]]) -> str | None:
    lines = [value for name, value in headers if name == b"authorization"]
    match = _BEARER.match(lines[0].strip()) if len(lines) == 1 else None
    return match.group(1).decode("ascii") if match else None


def remember_session(request: Request[Any, Any, Any], token: str) -> None:
    """The answer to this request will carry the new session; whatever id the browser sent is forgotten."""
    visit = visit_of(request.scope)
    visit.set_cookies.append(cookie_line(SESSION_COOKIE, token, plain=visit.plain_cookies))


def forget_session(request: Request[Any, Any, Any]) -> None:
    """The answer to this request will remove the session from the browser."""
    visit = visit_of(request.scope)
    visit.set_cookies.append(cookie_line(SESSION_COOKIE, "", plain=visit.plain_cookies, age=timedelta(0)))
