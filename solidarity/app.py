"""The map of the site: every capability's pages and API, put together into one application."""

import json
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from litestar import Litestar, Response, get

from solidarity.archive import Archive
from solidarity.audit import pages as audit_pages
from solidarity.audit import wording as audit_wording
from solidarity.budgets import api as budgets_api
from solidarity.budgets import pages as budgets_pages
from solidarity.budgets import transfer_api, transfer_pages
from solidarity.budgets import wording as budgets_wording
from solidarity.clock import Clock, real_now
from solidarity.decisions import api as decisions_api
from solidarity.decisions import api_revisions, revision_pages
from solidarity.decisions import pages as decisions_pages
from solidarity.decisions import wording as decisions_wording
from solidarity.letters import api as letters_api
from solidarity.letters import pages as letters_pages
from solidarity.letters import wording as letters_wording
from solidarity.people import api as people_api
from solidarity.people import pages as people_pages
from solidarity.people.authenticator import AccountAuthenticator
from solidarity.reports import api as reports_api
from solidarity.reports import giving_pages, radar_pages
from solidarity.reports import pages as reports_pages
from solidarity.reports import wording as reports_wording
from solidarity.requests import api as requests_api
from solidarity.requests import pages as requests_pages
from solidarity.requests import wording as requests_wording
from solidarity.rules.access import Action
from solidarity.rulesets import api as rulesets_api
from solidarity.rulesets import pages as rulesets_pages
from solidarity.rulesets import simulation_api, simulation_pages
from solidarity.rulesets import wording as rulesets_wording
from solidarity.schools import api as schools_api
from solidarity.schools import pages as schools_pages
from solidarity.schools import wording as schools_wording
from solidarity.settings import Settings, read_settings
from solidarity.store.engine import (
    DatabaseBusy,
    DatabaseUnavailable,
    TryAgain,
    current_engine,
    make_engine,
    running,
)
from solidarity.store.migrate import pending
from solidarity.store.tables import SchoolRow
from solidarity.trail import api as trail_api
from solidarity.version import VERSION
from solidarity.web.access import PUBLIC
from solidarity.web.house import House
from solidarity.web.site import build_site
from solidarity.web.templating import NavigationEntry
from solidarity.web.toolkit import make_web
from solidarity.web.visit import Language
from solidarity.web.wording import Wording
from solidarity.years import pages as years_pages
from solidarity.years import wording as years_wording

NAVIGATION = (
    NavigationEntry(label=Wording(fr="Accueil", en="Home"), path="/"),
    NavigationEntry(label=Wording(fr="Instruction", en="Review"), path="/instruction", action=Action.DECIDE),
    NavigationEntry(
        label=Wording(fr="Demandes", en="Requests"), path="/demandes", action=Action.VIEW_REQUESTS
    ),
    NavigationEntry(label=Wording(fr="Élèves", en="Students"), path="/eleves", action=Action.VIEW_STUDENTS),
    NavigationEntry(label=Wording(fr="Lettres", en="Letters"), path="/lettres", action=Action.VIEW_LETTERS),
    NavigationEntry(label=Wording(fr="Budget", en="Budget"), path="/budget", action=Action.VIEW_BUDGET),
    NavigationEntry(label=Wording(fr="Radar", en="Radar"), path="/radar", action=Action.VIEW_LEDGER),
    NavigationEntry(
        label=Wording(fr="Financeurs", en="Funders"), path="/financeurs", action=Action.VIEW_LEDGER
    ),
    NavigationEntry(label=Wording(fr="Exercices", en="Years"), path="/exercices", action=Action.VIEW_LEDGER),
    NavigationEntry(label=Wording(fr="Barèmes", en="Rulesets"), path="/baremes", action=Action.VIEW_RULESETS),
    NavigationEntry(
        label=Wording(fr="Journal", en="Event log"), path="/audit/evenements", action=Action.VIEW_EVENTS
    ),
)

PAGES = (
    people_pages,
    schools_pages,
    requests_pages,
    decisions_pages,
    letters_pages,
    budgets_pages,
    audit_pages,
    transfer_pages,
    revision_pages,
    rulesets_pages,
    simulation_pages,
    reports_pages,
    giving_pages,
    radar_pages,
    years_pages,
)
APIS = (
    people_api,
    schools_api,
    requests_api,
    decisions_api,
    api_revisions,
    letters_api,
    budgets_api,
    reports_api,
    transfer_api,
    rulesets_api,
    simulation_api,
    trail_api,
)
SENTENCES = (
    schools_wording.SENTENCES,
    requests_wording.SENTENCES,
    decisions_wording.SENTENCES,
    letters_wording.SENTENCES,
    audit_wording.SENTENCES,
    budgets_wording.SENTENCES,
    rulesets_wording.SENTENCES,
    reports_wording.SENTENCES,
    years_wording.SENTENCES,
)


@get("/healthz", opt=PUBLIC)
async def healthz() -> Response[bytes]:
    """The process answers."""
    return _status(200, {"status": "ok", "version": VERSION})


@get("/readyz", opt=PUBLIC)
async def readyz() -> Response[bytes]:
    """The database answers and has this version's schema."""
    try:
        waiting = await pending(current_engine())
        await SchoolRow.count()
    except Exception:  # whatever is wrong with the database, the answer is the same
        return _status(503, {"status": "unavailable"})
    return _status(
        200 if not waiting else 503, {"status": "migrations" if waiting else "ok", "version": VERSION}
    )


def _status(code: int, told: dict[str, str]) -> Response[bytes]:
    headers = {"retry-after": "5"} if code == 503 else {}
    content = json.dumps(told).encode()
    return Response(content, status_code=code, media_type="application/json", headers=headers)


def create_app(
    settings: Settings,
    *,
    clock: Clock,
    manage_engine: bool = True,
    real_time: Callable[[], datetime] = real_now,
) -> Litestar:
    """The application. `manage_engine=False` leaves the engine to whoever started it, as tests do."""
    assert settings.secret_key is not None, "serve checks the secret before it builds the application"
    locale: Language = "en" if settings.locale == "en" else "fr"
    web = make_web(
        authenticator=AccountAuthenticator(),
        clock=clock,
        real_now=real_time,
        random_bytes=secrets.token_bytes,
        secret_key=settings.secret_key,
        locale=locale,
        base_url=settings.base_url,
        allowed_hosts=settings.allowed_hosts,
        navigation=NAVIGATION,
        sentences=SENTENCES,
        busy=(DatabaseBusy, DatabaseUnavailable, TryAgain),
    )
    handlers: list[Any] = [healthz, readyz]
    for module in (*PAGES, *APIS):
        handlers.extend(module.HANDLERS)
    app = build_site(handlers, web=web, lifespan=[_engine_of(settings)] if manage_engine else [])
    app.state["house"] = House(
        settings=settings, archive=Archive(root=settings.storage_directory), clock=clock
    )
    return app


def _engine_of(settings: Settings) -> Callable[[Litestar], Any]:
    @asynccontextmanager
    async def life(_app: Litestar) -> AsyncIterator[None]:
        async with running(make_engine(settings.database_url)):
            yield

    return life


def app_from_environment() -> Litestar:
    """What a server process calls; `serve` checked the settings and set the demo's clock among them."""
    settings = read_settings()
    return create_app(settings, clock=Clock(frozen=settings.now))
