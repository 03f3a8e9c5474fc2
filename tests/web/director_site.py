"""The real pages of directors on a test's database, and people who visit them without JavaScript."""

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from html import unescape
from io import BytesIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pikepdf
from litestar import Litestar

from solidarity.archive import Archive
from solidarity.clock import Clock
from solidarity.people import pages as people_pages
from solidarity.people.authenticator import AccountAuthenticator
from solidarity.requests import pages as requests_pages
from solidarity.requests import wording as requests_wording
from solidarity.rules.access import Action, Person
from solidarity.schools import pages as schools_pages
from solidarity.schools import wording as schools_wording
from solidarity.settings import Settings
from solidarity.store.tables import SessionRow
from solidarity.store.transaction import writing
from solidarity.web.house import House
from solidarity.web.site import build_site
from solidarity.web.templating import NavigationEntry
from solidarity.web.toolkit import make_web
from solidarity.web.wording import Wording
from tests.build import NOW, a_ruleset, an_envelope
from tests.people import Cast, the_cast

SECRET = "the key of the directors' site, long enough for anybody"
_TOKEN = re.compile(r'name="_csrf" value="([0-9a-f]+)"')
_TAG = re.compile(r"<[^>]+>")
_SPACES = re.compile(r"[\s\u00a0\u202f]+")


def director_site(files: Path) -> Litestar:
    """The site, keeping its files there; it is built once, for templates take time to compile."""
    app = _site()
    app.state["house"] = House(
        settings=Settings(secret_key=SECRET), archive=Archive(root=files), clock=Clock(frozen=NOW)
    )
    return app


@cache
def _site() -> Litestar:
    """The handlers of people, schools and requests as the product puts them together."""
    web = make_web(
        authenticator=AccountAuthenticator(),
        clock=Clock(frozen=NOW),
        real_now=lambda: NOW,
        random_bytes=lambda count: b"\x07" * count,
        secret_key=SECRET,
        navigation=(
            NavigationEntry(label=Wording(fr="Accueil", en="Home"), path="/"),
            NavigationEntry(
                label=Wording(fr="Demandes", en="Requests"), path="/demandes", action=Action.VIEW_REQUESTS
            ),
            NavigationEntry(
                label=Wording(fr="Élèves", en="Students"), path="/eleves", action=Action.VIEW_STUDENTS
            ),
        ),
        sentences=(schools_wording.SENTENCES, requests_wording.SENTENCES),
    )
    return build_site([*people_pages.HANDLERS, *schools_pages.HANDLERS, *requests_pages.HANDLERS], web=web)


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """One answer, with its words as a person reads them."""

    status: int
    html: str
    content: bytes
    headers: dict[str, str]

    @property
    def words(self) -> str:
        return _SPACES.sub(" ", unescape(_TAG.sub(" ", self.html))).strip()

    @property
    def target(self) -> str:
        return self.headers.get("location", "")

    @property
    def title(self) -> str:
        found = re.search(r"<title>(.*?)</title>", self.html, re.DOTALL)
        return " ".join(unescape(found[1]).split()) if found else ""


class Visitor:
    """Somebody with a browser without JavaScript; nobody is signed in when there is no token."""

    def __init__(self, app: Litestar, token: str | None) -> None:
        cookies = {"solidarity": token} if token else {}
        self._client = httpx.AsyncClient(
            transport=httpx.ASGITransport(app=app),  # type: ignore[arg-type]
            base_url="http://127.0.0.1:8000",
            cookies=cookies,
        )
        self._csrf = ""

    async def get(self, path: str) -> Answer:
        return _answer(await self._client.get(path))

    async def post(
        self, path: str, data: dict[str, Any] | None = None, *, files: Any = None, live: bool = False
    ) -> Answer:
        if not self._csrf:
            found = _TOKEN.search((await self.get("/compte")).html)
            self._csrf = found[1] if found else ""
        sent = {"_csrf": self._csrf, **(data or {})}
        headers = {"hx-request": "true"} if live else {}
        return _answer(await self._client.post(path, data=sent, files=files, headers=headers))

    async def leave(self) -> None:
        await self._client.aclose()


def _answer(response: httpx.Response) -> Answer:
    is_text = response.headers.get("content-type", "").startswith("text/html")
    return Answer(
        status=response.status_code,
        html=response.text if is_text else "",
        content=response.content,
        headers=dict(response.headers),
    )


async def a_session(person: Person) -> str:
    """Somebody signed in; answers the secret of the cookie."""
    token = hashlib.sha256(person.email.encode()).hexdigest()[:43]
    async with writing():
        await SessionRow.insert(
            SessionRow(
                id=uuid4(),
                token_sha256=hashlib.sha256(token.encode()).hexdigest(),
                person=person.id,
                csrf_secret="5" * 64,
                created_at=NOW,
                seen_at=NOW,
                ended_at=None,
            )
        )
    return token


def a_pdf(text: str = "Facture") -> bytes:
    """A small, whole PDF of one page."""
    made = pikepdf.new()
    made.add_blank_page(page_size=(300, 200))
    made.docinfo["/Title"] = text
    out = BytesIO()
    made.save(out)
    return out.getvalue()


PAPERS = """
[facts.distance]
type = "number"
unit = "km_one_way"
label = { fr = "distance en km", en = "distance in km" }
kinds = ["transport.car"]

[[rule]]
id = "far-enough"
kind = "eligibility"
title = { fr = "Distance minimale", en = "Shortest distance" }
applies_to = ["transport.car"]
require = "line.facts.distance_milli > 3000"
severity = "refuse"
message = { fr = "L’école est trop proche.", en = "The school is too near." }

[[rule]]
id = "income-paper"
kind = "documents"
title = { fr = "Justificatif de revenus", en = "Proof of income" }
applies_to = ["*"]
all_of = ["income"]
message = { fr = "Il manque : {missing}.", en = "Missing: {missing}." }

[[rule]]
id = "expense-paper"
kind = "documents"
title = { fr = "Preuve de la dépense", en = "Proof of the expense" }
applies_to = ["transport"]
any_of = ["pass", "invoice"]
message = { fr = "Il manque un de ces documents : {missing}.", en = "One of these is missing: {missing}." }
"""
"""Two rules on documents and a fact, for `a_ruleset(extra=PAPERS)`."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    """The site with rules and money, the cast, and who visits."""

    cast: Cast
    director: Visitor
    stranger: Visitor
    administrator: Visitor
    auditor: Visitor
    nobody: Visitor
    archive: Archive


async def a_desk(files: Path) -> Desk:
    """A site that is ready for work: rules in force, 5,000.00 € for transport, 1,000.00 € for anything."""
    cast = await the_cast()
    await a_ruleset(extra=PAPERS, by=cast.administrator, activated_by=cast.second)
    await an_envelope(500_000, category="transport")
    await an_envelope(100_000)
    app = director_site(files)
    return Desk(
        cast=cast,
        director=Visitor(app, await a_session(cast.director)),
        stranger=Visitor(app, await a_session(cast.stranger)),
        administrator=Visitor(app, await a_session(cast.administrator)),
        auditor=Visitor(app, await a_session(cast.auditor)),
        nobody=Visitor(app, None),
        archive=app.state["house"].archive,
    )


def typed_request(changes: dict[str, str] | None = None) -> dict[str, str]:
    """What a director types for a travel pass of two months, with some fields changed."""
    return {
        "urgency": "normal",
        "narrative": "",
        "lines-0-kind": "transport.pass",
        "lines-0-amount": "84,10",
        "lines-0-frequency": "monthly",
        "lines-0-period_from": "12/11/2026",
        "lines-0-period_to": "31/12/2026",
        **(changes or {}),
    }
