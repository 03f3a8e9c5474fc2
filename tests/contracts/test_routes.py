"""Every route of the real application with what it needs, against the list written down."""

import re
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from solidarity.clock import Clock
from solidarity.rules.access import ALLOWED, WRITES, Action, Role
from solidarity.settings import Settings
from solidarity.web.access import census
from tests.contracts.project import python_files, read
from tests.contracts.routes import ROUTES

NOON = datetime(2026, 11, 2, 11, 0, tzinfo=UTC)
# Everybody may ask these without signing in: nothing else, ever, by accident.
OPEN = {
    "GET /healthz",
    "GET /readyz",
    "GET /favicon.ico",
    "GET /connexion",
    "POST /connexion",
    "GET /verify",
    "POST /verify",
    "GET /aide",
    "GET /accessibilite",
    "GET /mentions-legales",
}
# Pages that show what an act would be, before it is one; the outbox shows who was written to.
BEFORE_AN_ACT = {
    "/baremes/nouveau",
    "/baremes/{ruleset_id}/mettre-en-vigueur",
    "/baremes/{ruleset_id}/modifier",
    "/baremes/{ruleset_id}/modifier/texte",
    "/courriels",
    "/financeurs/contributions/nouvelle",
    "/financeurs/enveloppes/nouvelle",
    "/demandes/a-renouveler",
    "/demandes/nouvelle",
    "/demandes/nouvelle/{student_id}",
    "/demandes/{reference}/envoyee",
    "/demandes/{reference}/modifier",
    "/demandes/{reference}/reexamen",
    "/demandes/{reference}/retirer",
    "/demandes/{reference}/verifier",
    "/eleves/nouveau",
    "/eleves/{student_id}/modifier",
    "/instruction",
    "/instruction/{reference}",
    "/instruction/{reference}/arreter",
    "/instruction/{reference}/reexamen",
    "/instruction/a-ratifier",
    "/instruction/liste-attente",
    "/instruction/non-reclamees",
    "/instruction/reexamens",
}


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Litestar:
    from solidarity.app import create_app

    folder = tmp_path_factory.mktemp("files")
    settings = Settings(
        secret_key="a secret of the tests, long enough", storage_url=f"file://{folder}", render_workers=0
    )
    return create_app(settings, clock=Clock(frozen=NOON), manage_engine=False)


def test_the_application_has_exactly_the_routes_written_down(app: Litestar) -> None:
    found = census(app)
    assert {route: need for route, need in found.items() if ROUTES.get(route) != need} == {}
    assert set(ROUTES) - set(found) == set()


def test_what_is_public_is_chosen(app: Litestar) -> None:
    public = {route for route, need in census(app).items() if need == "public" and "/static" not in route}
    assert public == OPEN


@pytest.mark.parametrize("route", [route for route, need in ROUTES.items() if need != "public"])
def test_nobody_gets_in_without_signing_in(app: Litestar, route: str) -> None:
    method, _, path = route.partition(" ")
    address = re.sub(
        r"\{[a-z_]+_id\}", str(UUID(int=7)), re.sub(r"\{(?!\w+_id)[a-z_]+\}", "2026-000001", path)
    )
    client = TestClient(app, base_url="http://127.0.0.1")
    answer = client.request(method, address, headers={"origin": "http://127.0.0.1"}, follow_redirects=False)
    if path.startswith("/api/"):
        assert (answer.status_code, answer.json()["type"]) == (401, "unauthenticated")
    else:
        assert answer.status_code == 303
        assert answer.headers["location"].startswith("/connexion")


def test_a_get_that_needs_an_act_only_shows_the_page_before_it(app: Litestar) -> None:
    acts = {action.value for action in WRITES}
    shown = {route for route, need in census(app).items() if route.startswith("GET ") and need in acts}
    assert {route.removeprefix("GET ") for route in shown} <= BEFORE_AN_ACT
    assert not [route for route in shown if route.startswith("GET /api/")]


def test_an_auditor_decides_nothing() -> None:
    for action in (Action.DECIDE, Action.APPROVE, Action.REVIEW, Action.SUBMIT_REQUEST, Action.ADD_STUDENT):
        assert action not in ALLOWED[Role.AUDITOR]


def test_every_capability_is_on_the_map_of_the_site() -> None:
    """A module of pages, API or sentences that the application forgot would be silently absent."""
    app = read(Path("solidarity/app.py"))
    modules = [
        path
        for path in python_files("solidarity")
        if len(path.parts) == 3
        and path.name in {"pages.py", "api.py", "wording.py"}
        and path.parts[1] not in {"web", "rules", "cli"}
        and ("HANDLERS" in read(path) or "SENTENCES" in read(path))
    ]
    forgotten = [
        str(path) for path in modules if f"from solidarity.{path.parts[1]} import {path.stem} as" not in app
    ]
    assert modules
    assert forgotten == []
