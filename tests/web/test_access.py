"""Who gets through: declared beside every route, checked in one order."""

import pytest
from litestar import Litestar, get
from litestar.testing import TestClient

from solidarity.web.access import UndeclaredAccess, census, own_path
from tests.web.example_site import API_ADMINISTRATOR, API_DIRECTOR, API_READER, DIRECTOR_TOKEN, example_site


def bearer(token: str) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"}


def test_a_route_that_declares_nothing_stops_the_start() -> None:
    @get("/forgotten")
    async def forgotten() -> str:
        return "open"

    with pytest.raises(UndeclaredAccess, match="GET /forgotten"):
        example_site(forgotten)


def test_the_census_names_what_every_route_needs(site: Litestar) -> None:
    found = census(site)
    assert found["POST /api/v1/things/{reference}/decide"] == "decide"
    assert found["GET /"] == "public"
    assert found["GET /private"] == "signed-in"
    assert "undeclared" not in found.values()


def test_nobody_is_sent_to_sign_in_and_back(client: TestClient[Litestar]) -> None:
    answer = client.get("/private?a=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/connexion?suite=/private%3Fa%3D1"


def test_htmx_is_told_to_load_the_sign_in_page(client: TestClient[Litestar]) -> None:
    answer = client.get("/private", headers={"hx-request": "true"})
    assert answer.status_code == 401
    assert answer.headers["hx-redirect"] == "/connexion?suite=/private"


def test_a_role_that_may_not_is_told_so(director: TestClient[Litestar]) -> None:
    answer = director.post("/decide")
    assert answer.status_code == 403
    assert "Votre rôle ne permet pas cette action" in answer.text


@pytest.mark.parametrize(
    ("token", "reference", "status"),
    [
        (None, "mine", 401),
        (None, "other", 401),
        ("sol_" + "x" * 40, "mine", 401),
        (API_DIRECTOR, "other", 404),
        (API_DIRECTOR, "mine", 403),
        (API_ADMINISTRATOR, "other", 404),
        (API_ADMINISTRATOR, "mine", 200),
    ],
)
def test_the_api_refuses_in_one_order(
    client: TestClient[Litestar], token: str | None, reference: str, status: int
) -> None:
    headers = bearer(token) if token else {}
    answer = client.post(f"/api/v1/things/{reference}/decide", headers=headers)
    assert answer.status_code == status
    if status >= 400:
        assert answer.json()["status"] == status
    assert ("www-authenticate" in answer.headers) == (status == 401)


def test_a_token_that_only_reads_does_not_write(client: TestClient[Litestar]) -> None:
    assert client.post("/api/v1/things/mine/submit", headers=bearer(API_READER)).status_code == 403


def test_a_cookie_never_opens_the_api_and_a_token_never_a_page(client: TestClient[Litestar]) -> None:
    assert client.get("/api/v1/things", headers={"cookie": f"solidarity={DIRECTOR_TOKEN}"}).status_code == 401
    assert client.get("/private", headers=bearer(API_DIRECTOR)).status_code == 303


@pytest.mark.parametrize(
    "value", ["Bearer", "Bearer ", "Basic abc", "bearer \x00", "Bearer " + "a" * 5000, "Bearer é"]
)
def test_a_malformed_token_is_nobody(client: TestClient[Litestar], value: str) -> None:
    answer = client.get("/api/v1/things", headers={"authorization": value.encode("latin-1")})
    assert answer.status_code == 401


@pytest.mark.parametrize(
    ("asked", "followed"),
    [
        ("/demandes?etat=a", "/demandes?etat=a"),
        ("/", "/"),
        (None, "/"),
        ("", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("https:evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/a\r\nset-cookie: x=1", "/"),
        ("/a\tb", "/"),
        ("demandes", "/"),
        ("/" + "a" * 3000, "/"),
    ],
)
def test_only_own_paths_are_followed(asked: str | None, followed: str) -> None:
    assert own_path(asked) == followed


@pytest.mark.parametrize(
    ("header", "status"),
    [({}, 428), ({"if-match": '"3"'}, 200), ({"if-match": "3"}, 400), ({"if-match": "*"}, 400)],
)
def test_an_edit_says_which_version_it_read(
    client: TestClient[Litestar], header: dict[str, str], status: int
) -> None:
    answer = client.post("/api/v1/things/mine/submit", headers={**bearer(API_DIRECTOR), **header})
    assert answer.status_code == status
