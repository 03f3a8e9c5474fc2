"""Strict reading of the API's JSON: nothing guessed, every fault of a body reported at once.

An endpoint declares the shape of its body and reads it in one line:

    class DecideBody(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
        outcome: Literal["grant", "refuse"]
        lines: list[LineBody] | UnsetType = UNSET
        note: Annotated[str, Typed(1000, lines=True)] | None = None

    body = await read_body(request, DecideBody)

`Annotated[int, CENTS]` is an amount; a text is cleaned by `rules.text.clean`, at most 200 characters unless
`Typed` says otherwise; a field with a default may be left out. Numbers with decimals arrive as `Decimal`.
"""

import json
import re
from decimal import Decimal
from typing import Any, Final, TypeVar

from litestar import Request

from solidarity.rules.errors import Invalid, Problem
from solidarity.web.gate import Refused
from solidarity.web.shapes import CENTS, Typed, take

__all__ = ["CENTS", "Typed", "parse_json", "read_body", "read_json", "take"]

Body = TypeVar("Body")
MOST_DEPTH: Final = 32
_STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKET: Final = re.compile(rb"[\[\]{}]")


async def read_body(request: Request[Any, Any, Any], shape: type[Body]) -> Body:
    """The body as `shape`. Raises `Refused` (400, 415) when it is not JSON, `Invalid` with every problem."""
    problems: list[Problem] = []
    taken = take(await read_json(request), shape, problems)
    if problems:
        raise Invalid(tuple(problems))
    assert isinstance(taken, shape)
    return taken


async def read_json(request: Request[Any, Any, Any]) -> object:
    """The JSON value of the body; an empty body without a content type is `{}`."""
    content_type = request.headers.get("content-type")
    raw = await request.body()
    if content_type is None and not raw:
        return {}
    if not _is_json(content_type or ""):
        raise Refused(415, "unsupported-media-type")
    return parse_json(raw) if raw else {}


def _is_json(content_type: str) -> bool:
    kind, _, parameters = content_type.lower().partition(";")
    charset = parameters.replace(" ", "").replace('"', "")
    return kind.strip() == "application/json" and charset in {"", "charset=utf-8"}


def parse_json(raw: bytes) -> object:
    """A JSON text in UTF-8; raises a 400 for duplicate keys, deep nesting, NaN, NUL and lone surrogates."""
    _check_depth(raw)
    try:
        text = raw.decode("utf-8")
        value = json.loads(
            text, object_pairs_hook=_without_duplicates, parse_float=_decimal, parse_constant=_no_constant
        )
    except (ValueError, RecursionError) as fault:
        raise Refused(400, "json-unreadable") from fault
    if "\\u" in text and _has_broken_text(value):
        raise Refused(400, "json-text-broken")
    return value


def _check_depth(raw: bytes) -> None:
    if raw.count(b"[") + raw.count(b"{") <= MOST_DEPTH:
        return
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub(b"", raw)):
        depth += 1 if bracket in b"[{" else -1
        if depth > MOST_DEPTH:
            raise Refused(400, "json-too-deep")


def _without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise Refused(400, "json-duplicate-key", key=key[:60].encode("utf-8", "replace").decode())
        found[key] = value
    return found


def _decimal(text: str) -> Decimal:
    if len(text) > 40 or re.search(r"[eE][+-]?[0-9]{3,}", text):
        raise ValueError(text)
    return Decimal(text)


def _no_constant(name: str) -> object:
    raise ValueError(name)


def _has_broken_text(value: object) -> bool:
    match value:
        case str():
            return "\x00" in value or any(0xD800 <= ord(letter) <= 0xDFFF for letter in value)
        case dict():
            return any(_has_broken_text(key) or _has_broken_text(inner) for key, inner in value.items())
        case list():
            return any(_has_broken_text(inner) for inner in value)
    return False
