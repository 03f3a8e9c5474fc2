"""Forms only our own pages can send: a token bound to the session, and the browser's word on the origin."""

import hashlib
import hmac
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler

from solidarity.web.cookies import cookie_line, cookie_name, read_cookie
from solidarity.web.session import new_token
from solidarity.web.typed import read_typed
from solidarity.web.visit import Visit, visit_of

FORM_FIELD: Final = "_csrf"
HEADER: Final = "x-csrf-token"
SEED_COOKIE: Final = "solidarity-form"
CHANGES_NOTHING: Final[dict[str, Any]] = {"changes_nothing": True}
"""Joined to `opt` of a POST that only computes an answer, such as checking a letter: it needs no token."""

_SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS"})


class ForgedForm(Exception):  # noqa: N818
    """The form does not come from one of our pages; `same_site` says that it may be offered again."""

    def __init__(self, *, same_site: bool) -> None:
        super().__init__("the form did not come from this session")
        self.same_site = same_site


def form_token(visit: Visit, *, secret_key: str) -> str:
    """The token of this session; somebody who is not signed in gets one tied to a cookie of his browser."""
    if visit.signed_in and visit.signed_in.csrf_secret:
        key, message = visit.signed_in.csrf_secret, f"session:{visit.signed_in.session_id}"
    else:
        key, message = secret_key, f"visitor:{visit.form_seed or ''}"
    return hmac.new(key.encode(), message.encode(), hashlib.sha256).hexdigest()


def ensure_seed(visit: Visit, random_bytes: Any) -> None:
    """Give a visitor who is about to see a form the cookie that his token will be tied to."""
    if visit.signed_in is None and visit.form_seed is None:
        visit.form_seed = new_token(random_bytes)
        visit.set_cookies.append(cookie_line(SEED_COOKIE, visit.form_seed, plain=visit.plain_cookies))


def read_seed(headers: list[tuple[bytes, bytes]], *, plain: bool) -> str | None:
    return read_cookie(headers, cookie_name(SEED_COOKIE, plain=plain))


async def require_own_form(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of every page that changes something; the API has no cookie and needs none."""
    visit = visit_of(connection.scope)
    if visit.is_api or connection.scope.get("method") in _SAFE_METHODS or handler.opt.get("changes_nothing"):
        return
    if not _is_same_site(connection):
        raise ForgedForm(same_site=False)
    assert isinstance(connection, Request)
    given = connection.headers.get(HEADER) or (await read_typed(connection)).first(FORM_FIELD)
    expected = form_token(visit, secret_key=connection.app.state["web"].secret_key)
    has_seed = visit.signed_in is not None or visit.form_seed is not None
    if not has_seed or not hmac.compare_digest(given.encode("utf-8", "replace"), expected.encode()):
        raise ForgedForm(same_site=True)


def _is_same_site(connection: ASGIConnection[Any, Any, Any, Any]) -> bool:
    if connection.headers.get("sec-fetch-site", "same-origin") not in {"same-origin", "none"}:
        return False
    origin = connection.headers.get("origin")
    if origin is None:
        return True
    return urlsplit(origin).netloc.lower() == connection.headers.get("host", "").lower()
