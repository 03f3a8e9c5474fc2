"""Rulesets for programs: reading them, loading a draft, putting one in force."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from solidarity.rules.access import Action, Person
from solidarity.rules.errors import Invalid, Problem, Unknown
from solidarity.rules.ruleset import Fault, check
from solidarity.rulesets.commands import activate_ruleset, load_ruleset
from solidarity.rulesets.queries import RulesetView, ruleset_source, rulesets
from solidarity.trail.acting import Nothing, carry_out
from solidarity.web.access import needs
from solidarity.web.answers import json_answer
from solidarity.web.body import Typed, read_body
from solidarity.web.describing import describes
from solidarity.web.gate import Refused
from solidarity.web.listing import read_listing
from solidarity.web.visit import visit_of

ONE: Final = "/api/v1/rulesets/{ruleset_id:str}"
TEXT_TYPES: Final = ("application/toml", "text/plain")
_READ_AS_TEXT: Final = frozenset({*TEXT_TYPES, "text/toml", "text/x-toml", "application/octet-stream", ""})
MOST_CHARACTERS: Final = 400_000
MOST_FAULTS: Final = 100

Incoming = Request[Any, Any, Any]


class TitleJson(Struct, frozen=True, kw_only=True):
    """The title in both languages."""

    fr: str
    en: str


class RulesetJson(Struct, frozen=True, kw_only=True):
    """One version of a ruleset; `slug` is the id written in its text."""

    id: UUID
    slug: str
    sha256: str
    title: TitleJson
    school_year: str
    valid_from: date
    valid_to: date
    status: str
    created_at: datetime
    activated_at: datetime | None


class RulesetTextJson(RulesetJson, frozen=True, kw_only=True):
    """One version of a ruleset with its text, as it was written."""

    source: str


class SourceBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The text of a ruleset, for those who would rather send JSON."""

    source: Annotated[str, Typed(MOST_CHARACTERS, lines=True)]


async def in_scope(_person: Person, path: Mapping[str, Any]) -> None:
    """Raise `Unknown` for a ruleset that does not exist, whatever the role may do."""
    await ruleset_source(ruleset_id_of(path["ruleset_id"]))


@get(
    "/api/v1/rulesets",
    opt={
        **needs(Action.VIEW_RULESETS),
        **describes("Rulesets, newest school year first", answer=RulesetJson, is_list=True),
    },
)
async def list_rulesets(request: Incoming) -> Response[bytes]:
    listing = read_listing(request, "rulesets")
    found = await rulesets()
    after = listing.after_word()
    ids = [str(one.id) for one in found]
    if after is not None and after not in ids:
        raise Refused(400, "cursor-unreadable")
    rest = found if after is None else found[ids.index(after) + 1 :]
    return json_answer(listing.page(rest, place=lambda one: (str(one.id),), item=_ruleset_json))


@get(
    ONE,
    opt={
        **needs(Action.VIEW_RULESETS, within=in_scope),
        **describes("One ruleset with its text", answer=RulesetTextJson),
    },
)
async def one_ruleset(ruleset_id: FromPath[str]) -> Response[bytes]:
    return json_answer(_with_text(*await ruleset_source(ruleset_id_of(ruleset_id))))


@post(
    "/api/v1/rulesets",
    status_code=201,
    opt={
        **needs(Action.EDIT_RULESETS),
        **describes(
            "Load a ruleset as a draft; the same text twice is the same ruleset",
            body={"type": "string", "maxLength": MOST_CHARACTERS},
            body_types=TEXT_TYPES,
            answer=RulesetTextJson,
            status=201,
            is_repeatable=True,
        ),
    },
)
async def create_ruleset(
    request: Incoming, person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Response[bytes]:
    source = await _source(request)
    _refuse_faults(check(source), visit_of(request.scope).language)

    async def act() -> RulesetTextJson:
        loaded = await load_ruleset(source, by=person, now=now)
        return _with_text(*await ruleset_source(loaded))

    return await carry_out(request, act, now=now, status=201)


@post(
    f"{ONE}/activate",
    status_code=200,
    opt={
        **needs(Action.ACTIVATE_RULESET, within=in_scope),
        **describes(
            "Put in force a ruleset that somebody else loaded",
            body=Nothing,
            answer=RulesetJson,
            is_repeatable=True,
        ),
    },
)
async def activate(
    request: Incoming,
    ruleset_id: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    found = ruleset_id_of(ruleset_id)
    await ruleset_source(found)
    await read_body(request, Nothing)

    async def act() -> RulesetJson:
        await activate_ruleset(found, by=person, now=now)
        view, _ = await ruleset_source(found)
        return _ruleset_json(view)

    return await carry_out(request, act, now=now)


async def _source(request: Incoming) -> str:
    """The text of the body: TOML as it is, or inside a JSON object."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type == "application/json":
        return (await read_body(request, SourceBody)).source
    if media_type not in _READ_AS_TEXT:
        raise Refused(415, "toml-expected")
    try:
        text = (await request.body()).decode("utf-8")
    except UnicodeDecodeError:
        raise Refused(400, "toml-not-utf8") from None
    if len(text) > MOST_CHARACTERS:
        problem = Problem(pointer="", code="text-too-long", figures={"most": MOST_CHARACTERS})
        raise Invalid((problem,))
    return text


def _refuse_faults(faults: tuple[Fault, ...], language: str) -> None:
    if not faults:
        return
    raise Invalid(
        tuple(
            Problem(
                pointer=f"/rule/{fault.rule}" if fault.rule else "",
                code="ruleset-fault",
                figures={
                    "line": "?" if fault.line is None else fault.line,
                    "fault": fault.code,
                    "message": fault.message.in_language(language),
                    "remedy": fault.remedy.in_language(language),
                },
            )
            for fault in faults[:MOST_FAULTS]
        )
    )


def ruleset_id_of(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Unknown from None


def _ruleset_json(view: RulesetView) -> RulesetJson:
    return RulesetJson(**_fields(view))


def _with_text(view: RulesetView, source: str) -> RulesetTextJson:
    return RulesetTextJson(**_fields(view), source=source)


def _fields(view: RulesetView) -> dict[str, Any]:
    return {
        "id": view.id,
        "slug": view.slug,
        "sha256": view.sha256,
        "title": TitleJson(fr=view.title_fr, en=view.title_en),
        "school_year": view.school_year,
        "valid_from": view.valid_from,
        "valid_to": view.valid_to,
        "status": view.state,
        "created_at": view.created_at,
        "activated_at": view.activated_at,
    }


HANDLERS: list[Any] = [list_rulesets, one_ruleset, create_ruleset, activate]
