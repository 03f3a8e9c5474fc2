"""A form only counts when it comes from one of our own pages, in the session that asked for it."""

import re

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from tests.web.example_site import ADMINISTRATOR_TOKEN

GOOD = {"email": "ines@example.org", "amount": "12,50"}


def token_in(page: str) -> str:
    found = re.search(r'name="_csrf" value="([0-9a-f]{64})"', page)
    assert found is not None
    return found.group(1)


def test_a_form_with_its_own_token_is_taken(director: TestClient[Litestar]) -> None:
    token = token_in(director.get("/form").text)
    answer = director.post("/form", data={**GOOD, "_csrf": token})
    assert answer.status_code == 303
    assert answer.headers["location"] == "/private"


def test_the_token_may_come_in_a_header(director: TestClient[Litestar]) -> None:
    token = token_in(director.get("/form").text)
    assert director.post("/form", data=GOOD, headers={"x-csrf-token": token}).status_code == 303


def test_a_visitor_has_a_token_of_his_browser(client: TestClient[Litestar]) -> None:
    page = client.get("/form")
    assert "solidarity-form=" in page.headers["set-cookie"]
    assert "HttpOnly" in page.headers["set-cookie"]
    assert client.post("/form", data={**GOOD, "_csrf": token_in(page.text)}).status_code == 303


def test_a_visitor_without_the_cookie_is_refused(client: TestClient[Litestar]) -> None:
    token = token_in(client.get("/form").text)
    client.cookies.clear()
    assert client.post("/form", data={**GOOD, "_csrf": token}).status_code == 403


@pytest.mark.parametrize("token", ["", "0" * 64, "é", "x" * 10_000])
def test_a_wrong_token_is_refused(director: TestClient[Litestar], token: str) -> None:
    assert director.post("/form", data={**GOOD, "_csrf": token}).status_code == 403


def test_the_token_of_another_session_is_refused(director: TestClient[Litestar]) -> None:
    token = token_in(director.get("/form").text)
    director.cookies.set("solidarity", ADMINISTRATOR_TOKEN)
    assert director.post("/form", data={**GOOD, "_csrf": token}).status_code == 403


@pytest.mark.parametrize(
    "header",
    [
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:9"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
    ],
)
def test_another_site_is_refused_even_with_the_token(
    director: TestClient[Litestar], header: dict[str, str]
) -> None:
    token = token_in(director.get("/form").text)
    answer = director.post("/form", data={**GOOD, "_csrf": token}, headers=header)
    assert answer.status_code == 403
    assert "Confirmer" not in answer.text


def test_our_own_origin_is_fine(director: TestClient[Litestar]) -> None:
    token = token_in(director.get("/form").text)
    headers = {"origin": "http://127.0.0.1:8000", "sec-fetch-site": "same-origin"}
    assert director.post("/form", data={**GOOD, "_csrf": token}, headers=headers).status_code == 303


def test_a_past_session_keeps_what_was_typed_and_asks_again(director: TestClient[Litestar]) -> None:
    typed = {
        "email": "<b>ines</b>@example.org",
        "amount": "12,50",
        "password": "secret word",
        "_csrf": "0" * 64,
    }
    answer = director.post("/form", data=typed)
    assert answer.status_code == 403
    assert "&lt;b&gt;ines&lt;/b&gt;@example.org" in answer.text
    assert "secret word" not in answer.text
    again = {"email": "ines@example.org", "amount": "12,50", "_csrf": token_in(answer.text)}
    assert director.post("/form", data=again).status_code == 303


def test_a_post_that_changes_nothing_needs_no_token(client: TestClient[Litestar]) -> None:
    assert client.post("/check").text == "checked"


def test_the_api_has_no_cookie_and_needs_no_token(client: TestClient[Litestar]) -> None:
    assert (
        client.post("/api/v1/withdraw", headers={"cookie": f"solidarity={ADMINISTRATOR_TOKEN}"}).status_code
        == 401
    )
