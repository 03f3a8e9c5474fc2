"""From handlers to an application: guards, faults, dependencies and shell, put together in one way only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from litestar import Litestar, Request
from litestar.di import Provide
from litestar.types import ControllerRouterHandler

from solidarity.rules.access import Person
from solidarity.web import about
from solidarity.web.access import SignInNeeded, check_access, require_access
from solidarity.web.csrf import require_own_form
from solidarity.web.problems import answer_fault
from solidarity.web.shell import put_shell_around
from solidarity.web.static import favicon, static_file
from solidarity.web.toolkit import Web
from solidarity.web.visit import visit_of


def build_site(
    route_handlers: Sequence[ControllerRouterHandler],
    *,
    web: Web,
    **options: Any,
) -> Litestar:
    """A Litestar application in which nothing is open by accident.

    Handlers may ask for `person: NamedDependency[Person]`, `now: NamedDependency[datetime]` (business time)
    and `real_now: NamedDependency[datetime]` (sessions and tokens).
    Raises `UndeclaredAccess` for a handler without `opt=needs(…)`, `SIGNED_IN` or `PUBLIC`.
    """
    app = Litestar(
        [*route_handlers, *about.HANDLERS, static_file, favicon],
        guards=[require_access, require_own_form],
        dependencies={
            "person": Provide(_person, sync_to_thread=False),
            "now": Provide(_now, sync_to_thread=False),
            "real_now": Provide(_real_now, sync_to_thread=False),
        },
        exception_handlers={Exception: answer_fault},
        openapi_config=None,
        logging_config=None,
        **options,
    )
    app.state["web"] = web
    check_access(app)
    put_shell_around(app, web)
    return app


def _person(request: Request[Any, Any, Any]) -> Person:
    person = visit_of(request.scope).person
    if person is None:
        raise SignInNeeded
    return person


def _now(request: Request[Any, Any, Any]) -> datetime:
    now: datetime = request.app.state["web"].clock.now()
    return now


def _real_now(request: Request[Any, Any, Any]) -> datetime:
    return visit_of(request.scope).at
