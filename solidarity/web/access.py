"""What each route needs: declared beside it, checked before it runs, listed in one census."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from litestar import Litestar
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler
from litestar.routes import HTTPRoute

from solidarity.rules.access import Action, Person, may
from solidarity.rules.errors import NotAllowed
from solidarity.web.visit import visit_of

Within = Callable[[Person, Mapping[str, Any]], Awaitable[None]]
"""Raises `Unknown` when the object named in the path is outside the person's scope."""

_NEEDS: Final = "needs"


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """What a route asks of its caller; without an action, only to be signed in."""

    action: Action | None = None
    public: bool = False
    within: Within | None = None

    @property
    def name(self) -> str:
        if self.public:
            return "public"
        return self.action.value if self.action else "signed-in"


def needs(action: Action, *, within: Within | None = None) -> dict[str, Any]:
    """For `opt=` of a handler: who asks must be allowed `action`.

    `within` is called with the person and the path parameters when the role is refused, so that an object
    of another school is 404 before the role is 403. A role that is allowed costs no extra
    query: the handler's own query answers 404.
    """
    return {_NEEDS: Need(action=action, within=within)}


PUBLIC: Final[dict[str, Any]] = {_NEEDS: Need(public=True)}
"""For `opt=` of a handler that anybody may call."""

SIGNED_IN: Final[dict[str, Any]] = {_NEEDS: Need()}
"""For `opt=` of a handler that concerns only the person who calls it."""


class SignInNeeded(Exception):  # noqa: N818 - read aloud: "raise SignInNeeded"
    """Nobody is signed in: 401 for a program, the sign-in page for a person."""


class UndeclaredAccess(Exception):  # noqa: N818
    """A handler that says neither what it needs nor that it is public; the application does not start."""


def need_of(handler: BaseRouteHandler) -> Need | None:
    need = handler.opt.get(_NEEDS)
    return need if isinstance(need, Need) else None


async def require_access(connection: ASGIConnection[Any, Any, Any, Any], handler: BaseRouteHandler) -> None:
    """The guard of the whole application: who asks, then scope, then role."""
    if connection.scope.get("method") == "OPTIONS":
        return
    need = need_of(handler)
    assert need is not None, "every handler is checked when the application is built"
    if need.public:
        return
    person = visit_of(connection.scope).person
    if person is None:
        raise SignInNeeded
    if need.action is None or may(person, need.action):
        return
    if need.within is not None:
        await need.within(person, connection.path_params)
    raise NotAllowed


def census(app: Litestar) -> dict[str, str]:
    """Every route with what it needs: `{"POST /api/v1/requests/{reference}/decide": "decide"}`."""
    return {
        f"{method} {path}": need.name if need else "undeclared" for method, path, need in _declared_needs(app)
    }


def check_access(app: Litestar) -> None:
    """Raise `UndeclaredAccess` when a route is neither protected nor declared public."""
    undeclared = [f"{method} {path}" for method, path, need in _declared_needs(app) if need is None]
    if undeclared:
        raise UndeclaredAccess(f"needs(…), SIGNED_IN or PUBLIC is missing: {', '.join(sorted(undeclared))}")


def _declared_needs(app: Litestar) -> list[tuple[str, str, Need | None]]:
    found: list[tuple[str, str, Need | None]] = []
    for route in app.routes:
        if not isinstance(route, HTTPRoute):
            found.append(("ASGI", route.path, None))
            continue
        for method, (handler, _) in sorted(route.route_handler_map.items()):
            assert isinstance(handler, HTTPRouteHandler)
            if method != "OPTIONS":
                found.append((str(method), route.path_format, need_of(handler)))
    return found


def own_path(target: str | None) -> str:
    """`target` when it is a path of this site, else `/`: the only thing a redirect may follow."""
    if not target or not target.startswith("/") or target.startswith(("//", "/\\")):
        return "/"
    if len(target) > 2000 or any(
        ord(letter) <= 32 or ord(letter) == 127 or letter == "\\" for letter in target
    ):
        return "/"
    parts = urlsplit(target)
    return "/" if parts.scheme or parts.netloc else target
