"""A small site that uses every part of the web toolkit, with three people who may sign in."""

import hashlib
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal
from uuid import UUID

from litestar import Litestar, Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery
from msgspec import UNSET, Struct, UnsetType

from solidarity.clock import Clock
from solidarity.rules.access import Action, Person, Role, Scope
from solidarity.rules.errors import Conflict, Gone, Stale, TooMany, Unknown
from solidarity.web.access import PUBLIC, SIGNED_IN, needs
from solidarity.web.body import CENTS, Typed, read_body
from solidarity.web.csrf import CHANGES_NOTHING
from solidarity.web.forms import form_with, read_form
from solidarity.web.respond import Page, SeeOther, page, required_version, see_other
from solidarity.web.site import build_site
from solidarity.web.templating import TEMPLATE_DIRECTORY, NavigationEntry
from solidarity.web.toolkit import make_web
from solidarity.web.wording import Wording

NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
SECRET = "the key of the example site, long enough for anybody"
DIRECTOR_TOKEN = "d" * 43
ADMINISTRATOR_TOKEN = "a" * 43
API_DIRECTOR = "sol_" + "d" * 40
API_ADMINISTRATOR = "sol_" + "a" * 40
API_READER = "sol_" + "r" * 40


@dataclass(frozen=True, kw_only=True, slots=True)
class Session:
    person: Person
    session_id: UUID | None
    csrf_secret: str | None


def a_person(
    role: Role, *, name: str = "Inès Lefèvre", scope: Scope = Scope.WRITE, language: str = "fr"
) -> Person:
    school = role is Role.DIRECTOR
    return Person(
        id=UUID(int=1 + list(Role).index(role)),
        email=f"{role.value}@example.org",
        name=name,
        role=role,
        school_id=UUID(int=50) if school else None,
        school_slug="ecole-a" if school else None,
        language="en" if language == "en" else "fr",
        scope=scope,
    )


def hashed(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


class InMemory:
    """Sessions and tokens by hash, as the store would find them."""

    def __init__(self) -> None:
        director, administrator = a_person(Role.DIRECTOR), a_person(Role.ADMINISTRATOR, name="Karim Benali")
        reader = a_person(Role.DIRECTOR, scope=Scope.READ)
        self.sessions = {
            hashed(DIRECTOR_TOKEN): Session(person=director, session_id=UUID(int=100), csrf_secret="one"),
            hashed(ADMINISTRATOR_TOKEN): Session(
                person=administrator, session_id=UUID(int=101), csrf_secret="two"
            ),
        }
        self.tokens = {
            hashed(token): Session(person=person, session_id=None, csrf_secret=None)
            for token, person in (
                (API_DIRECTOR, director),
                (API_ADMINISTRATOR, administrator),
                (API_READER, reader),
            )
        }

    async def person_for_session(self, token_sha256: str, *, at: datetime) -> Session | None:  # noqa: ARG002
        return self.sessions.get(token_sha256)

    async def person_for_token(self, token_sha256: str, *, at: datetime) -> Session | None:  # noqa: ARG002
        return self.tokens.get(token_sha256)


class StoreBusy(Exception):  # noqa: N818
    """What a store raises when it cannot write now."""


@get("/", opt=PUBLIC)
async def home() -> Page:
    return page("error.html", _error_context(200))


def _error_context(status: int) -> dict[str, Any]:
    return {
        "status": status,
        "title": "Accueil",
        "sentence": "Bonjour",
        "problems": [],
        "next_step": "",
        "again": None,
        "again_path": "",
    }


@get("/private", opt=SIGNED_IN)
async def private(person: NamedDependency[Person], now: NamedDependency[datetime]) -> dict[str, str]:
    return {"name": person.name, "now": now.isoformat()}


@get("/form", opt=PUBLIC)
async def show_form(request: Request[Any, Any, Any]) -> Page:
    return page("people/sign_in.html", {"form": form_with(request, {"suite": "/"})})


@post("/form", opt=PUBLIC, status_code=200)
async def send_form(request: Request[Any, Any, Any]) -> Page | SeeOther:
    form = await read_form(request)
    form.email("email")
    form.amount("amount")
    for line in form.group("lines"):
        line.day("from")
    if form.errors:
        return page("people/sign_in.html", {"form": form}, status=422)
    return see_other("/private", done="account-saved")


@post("/decide", opt=needs(Action.DECIDE), status_code=200)
async def decide() -> str:
    return "decided"


@post("/check", opt={**PUBLIC, **CHANGES_NOTHING}, status_code=200)
async def check() -> str:
    return "checked"


FAULTS: dict[str, Exception] = {
    "unknown": Unknown(),
    "conflict": Conflict("envelope-exhausted", available_cents=123_456),
    "stale": Stale(),
    "gone": Gone(),
    "too-many": TooMany(30),
    "busy": StoreBusy(),
    "recursion": RecursionError(),
    "broken": ZeroDivisionError("secret detail"),
}


@get("/fault/{name:str}", opt=PUBLIC)
async def fault(name: FromPath[str]) -> str:
    raise FAULTS[name]


@get("/api/v1/fault/{name:str}", opt=PUBLIC)
async def api_fault(name: FromPath[str]) -> str:
    raise FAULTS[name]


@get("/api/v1/things", opt=SIGNED_IN)
async def things(limit: FromQuery[int] = 50) -> dict[str, int]:
    return {"limit": limit}


async def in_scope(person: Person, path_params: Any) -> None:
    if path_params["reference"] != "mine":
        raise Unknown


@post("/api/v1/things/{reference:str}/decide", opt=needs(Action.DECIDE, within=in_scope), status_code=200)
async def api_decide(reference: FromPath[str]) -> dict[str, str]:
    if reference != "mine":
        raise Unknown
    return {"decided": reference}


@post("/api/v1/things/{reference:str}/submit", opt=needs(Action.SUBMIT_REQUEST), status_code=200)
async def api_submit(request: Request[Any, Any, Any], reference: FromPath[str]) -> dict[str, int]:
    return {"version": required_version(request)}


class LineBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    amount_cents: Annotated[int, CENTS]
    category: Literal["transport", "housing", "food"]
    facts: dict[str, Any] = {}


class ThingBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    reason: Annotated[str, Typed(40)]
    lines: list[LineBody] = []
    boarder: bool | None = None
    note: Annotated[str, Typed(200, lines=True)] | UnsetType | None = UNSET


class OptionalBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    note: str | None = None


@post("/api/v1/things", opt=SIGNED_IN, status_code=200)
async def create_thing(request: Request[Any, Any, Any]) -> dict[str, Any]:
    body = await read_body(request, ThingBody)
    return {"reason": body.reason, "lines": len(body.lines)}


@post("/api/v1/withdraw", opt=SIGNED_IN, status_code=200)
async def withdraw(request: Request[Any, Any, Any]) -> dict[str, Any]:
    return {"note": (await read_body(request, OptionalBody)).note}


@get("/gallery", opt=PUBLIC)
async def gallery(request: Request[Any, Any, Any]) -> Page:
    return page("gallery.html", {"form": form_with(request, {"category": "transport"})})


@post("/gallery", opt=PUBLIC, status_code=200)
async def gallery_sent(request: Request[Any, Any, Any]) -> Page:
    form = await read_form(request)
    form.person_name("name")
    form.amount("amount")
    form.day("from", required=False)
    form.one_of("category", ["transport", "housing", "food"])
    form.file("file")
    return page("gallery.html", {"form": form}, status=422)


HANDLERS = [
    home, private, show_form, send_form, decide, check, fault, api_fault, things, api_decide, api_submit,
    create_thing, withdraw, gallery, gallery_sent,
]  # fmt: skip


def random_bytes(count: int) -> bytes:
    return b"\x07" * count


def example_site(
    *more: Any, base_url: str | None = None, allowed_hosts: tuple[str, ...] = (), **options: Any
) -> Litestar:
    web = make_web(
        authenticator=InMemory(),
        clock=Clock(frozen=NOW),
        real_now=lambda: NOW,
        random_bytes=random_bytes,
        secret_key=SECRET,
        base_url=base_url,
        allowed_hosts=allowed_hosts,
        navigation=(
            NavigationEntry(
                label=Wording(fr="Demandes", en="Requests"), path="/demandes", action=Action.VIEW_REQUESTS
            ),
            NavigationEntry(
                label=Wording(fr="Élèves", en="Pupils"), path="/eleves", action=Action.VIEW_STUDENTS
            ),
            NavigationEntry(
                label=Wording(fr="Budget", en="Budget"), path="/budget", action=Action.VIEW_BUDGET
            ),
            NavigationEntry(
                label=Wording(fr="Barèmes", en="Rules"), path="/baremes", action=Action.VIEW_RULESETS
            ),
            NavigationEntry(
                label=Wording(fr="Lettres", en="Letters"), path="/lettres", action=Action.VIEW_LETTERS
            ),
        ),
        sentences=(
            {"envelope-exhausted": ("Il ne reste que {available_cents}.", "Only {available_cents} is left.")},
        ),
        busy=(StoreBusy,),
        template_directories=(TEMPLATE_DIRECTORY, Path(__file__).parent / "templates"),
    )
    return build_site([*HANDLERS, *more], web=web, **options)
