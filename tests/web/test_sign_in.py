"""Signing in and out, through HTTP and with a real database."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from solidarity.clock import Clock
from solidarity.people import pages
from solidarity.people.authenticator import AccountAuthenticator
from solidarity.people.commands import create_person, disable_person
from solidarity.rules.access import Role
from solidarity.web.site import build_site
from solidarity.web.toolkit import make_web
from tests.databases import Database
from tests.web.example_site import HANDLERS, SECRET
from tests.web.test_csrf import token_in

START = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
PASSWORD = "vélo bleu sur le quai 7"


class Hands:
    """A machine clock that a test moves."""

    def __init__(self) -> None:
        self.at = START

    def now(self) -> datetime:
        return self.at


@pytest.fixture
def hands() -> Hands:
    return Hands()


@pytest.fixture
async def browser(sqlite_database: Database, hands: Hands) -> AsyncIterator[httpx.AsyncClient]:
    await create_person(
        "karim@example.org",
        role=Role.ADMINISTRATOR,
        name="Karim Benali",
        password=PASSWORD,
        by=None,
        now=START,
    )
    random = iter(range(1, 250))
    web = make_web(
        authenticator=AccountAuthenticator(),
        clock=Clock(frozen=START),
        real_now=hands.now,
        random_bytes=lambda count: bytes([next(random)]) * count,
        secret_key=SECRET,
    )
    site = build_site([*pages.HANDLERS, *HANDLERS], web=web)
    transport = httpx.ASGITransport(app=site)  # type: ignore[arg-type]
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield client


async def sign_in(
    browser: httpx.AsyncClient,
    *,
    email: str = "karim@example.org",
    password: str = PASSWORD,
    to: str = "/private",
) -> httpx.Response:
    page = await browser.get("/connexion", params={"suite": to})
    data = {"email": email, "password": password, "suite": to, "_csrf": token_in(page.text)}
    return await browser.post("/connexion", data=data)


async def test_a_person_signs_in_and_comes_back_where_he_wanted(browser: httpx.AsyncClient) -> None:
    answer = await sign_in(browser)
    assert answer.status_code == 303
    assert answer.headers["location"] == "/private"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    assert (await browser.get("/private")).json()["name"] == "Karim Benali"


async def test_signing_in_never_leads_to_another_site(browser: httpx.AsyncClient) -> None:
    assert (await sign_in(browser, to="//evil.example")).headers["location"] == "/"


async def test_a_planted_session_is_not_kept(browser: httpx.AsyncClient) -> None:
    browser.cookies.set("solidarity", "p" * 43, domain="127.0.0.1")
    await sign_in(browser)
    assert browser.cookies.get("solidarity", domain="127.0.0.1") != "p" * 43
    browser.cookies.clear()
    browser.cookies.set("solidarity", "p" * 43, domain="127.0.0.1")
    assert (await browser.get("/private")).status_code == 303


async def test_unknown_wrong_and_disabled_read_the_same(browser: httpx.AsyncClient) -> None:
    await create_person(
        "gone@example.org", role=Role.AUDITOR, name="Gone", password=PASSWORD, by=None, now=START
    )
    await disable_person("gone@example.org", by=None, now=START)
    texts = set()
    for email in ("nobody@example.org", "karim@example.org", "gone@example.org"):
        password = "not the password at all" if email.startswith("karim") else PASSWORD
        answer = await sign_in(browser, email=email, password=password)
        assert answer.status_code == 422
        assert "solidarity=" not in answer.headers.get("set-cookie", "")
        texts.add(answer.text.replace(email, "…"))
    assert len(texts) == 1
    assert "L’adresse ou le mot de passe ne convient pas." in texts.pop()


async def test_the_sixth_try_waits_and_says_how_long(browser: httpx.AsyncClient, hands: Hands) -> None:
    for _ in range(5):
        assert (await sign_in(browser, password="not the password at all")).status_code == 422
    answer = await sign_in(browser)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) <= 900
    assert "Recommencez dans 15" in answer.text
    hands.at = START + timedelta(minutes=16)
    assert (await sign_in(browser)).status_code == 303


@pytest.mark.parametrize(
    ("email", "password", "message"),
    [
        ("", PASSWORD, "Écrivez une adresse électronique."),
        ("karim@example.org", "", "Écrivez votre mot de passe."),
        ("karim\x00@example.org", PASSWORD, "illisibles"),
        ("karim@example.org", "a" * 129, "Pas plus de 128 caractères."),
    ],
)
async def test_what_cannot_be_an_account_is_said_at_the_field(
    browser: httpx.AsyncClient, email: str, password: str, message: str
) -> None:
    answer = await sign_in(browser, email=email, password=password)
    assert answer.status_code == 422
    assert message in answer.text
    assert PASSWORD not in answer.text


async def test_signing_out_ends_the_session_for_good(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    stolen = browser.cookies.get("solidarity", domain="127.0.0.1")
    page = await browser.get("/compte")
    answer = await browser.post("/deconnexion", data={"_csrf": token_in(page.text)})
    assert answer.headers["location"] == "/connexion"
    assert "cache" in answer.headers["clear-site-data"]
    assert "Vous êtes déconnecté." in (await browser.get("/connexion")).text
    browser.cookies.set("solidarity", stolen or "", domain="127.0.0.1")
    assert (await browser.get("/private")).status_code == 303


async def test_an_idle_session_ends(browser: httpx.AsyncClient, hands: Hands) -> None:
    await sign_in(browser)
    hands.at = START + timedelta(minutes=25)
    assert (await browser.get("/private")).status_code == 200
    hands.at = START + timedelta(minutes=50)
    assert (await browser.get("/private")).status_code == 200
    hands.at = START + timedelta(minutes=81)
    assert (await browser.get("/private")).status_code == 303


async def test_disabling_an_account_ends_it_at_once(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    await disable_person("karim@example.org", by=None, now=START)
    assert (await browser.get("/private")).status_code == 303


async def test_the_language_is_the_person_s_own(browser: httpx.AsyncClient) -> None:
    await sign_in(browser)
    page = await browser.get("/compte")
    assert '<html lang="fr">' in page.text
    data = {"language": "en", "suite": "/compte", "_csrf": token_in(page.text)}
    answer = await browser.post("/compte/langue", data=data)
    assert answer.headers["location"] == "/compte"
    page = await browser.get("/compte", headers={"accept-language": "fr"})
    assert '<html lang="en">' in page.text
    assert "Your preferences are saved." in page.text
    assert (await browser.post("/compte/langue", data={**data, "language": "xx"})).status_code == 422


async def test_nobody_has_no_account_page(browser: httpx.AsyncClient) -> None:
    assert (await browser.get("/compte")).headers["location"] == "/connexion?suite=/compte"
    assert (await browser.post("/deconnexion")).status_code == 303
