"""Every fault becomes an answer here: a page that says what to do next, or problem+json for the API."""

import json
import logging
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import quote, urlsplit

from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from solidarity.rules.errors import (
    Conflict,
    Gone,
    Invalid,
    NotAllowed,
    Problem,
    RuleError,
    Stale,
    TooMany,
    Unknown,
    Unreadable,
)
from solidarity.web.access import SignInNeeded, own_path
from solidarity.web.csrf import FORM_FIELD, ForgedForm
from solidarity.web.gate import Refused
from solidarity.web.respond import Page
from solidarity.web.typed import Typed
from solidarity.web.visit import Visit, visit_of
from solidarity.web.wording import NEXT_STEPS, TITLES, of_status

log = logging.getLogger("solidarity.web")

_STATUS_OF_RULE: Final[dict[type[RuleError], int]] = {
    Unknown: 404,
    NotAllowed: 403,
    Conflict: 409,
    Invalid: 422,
    Stale: 412,
    Gone: 410,
    TooMany: 429,
}
_CODE_OF_STATUS: Final[dict[int, str]] = {
    401: "unauthenticated",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    409: "conflict",
    410: "gone",
    413: "body-too-large",
    415: "unsupported-media-type",
    428: "version-required",
    429: "too-many",
    500: "internal",
    503: "busy",
}
_BUSY_SECONDS: Final = 2
_SECRET_FIELDS: Final = frozenset({FORM_FIELD, "password", "mot_de_passe"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Refusal:
    """A fault, as an answer: status, stable code, the figures of its sentence, the problem of each field."""

    status: int
    code: str
    figures: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()


def refusal_of(fault: Exception, *, busy: tuple[type[Exception], ...]) -> Refusal:
    """The refusal a fault stands for; a fault nobody foresaw is a 500."""
    match fault:
        case RuleError():
            return _of_rule(fault)
        case Unreadable():
            return Refusal(status=422, code=fault.code, figures=fault.figures)
        case Refused():
            headers = {"connection": "close"} if fault.status == 413 else {}
            return Refusal(status=fault.status, code=fault.code, figures=fault.figures, headers=headers)
        case SignInNeeded():
            return Refusal(status=401, code="unauthenticated", headers={"www-authenticate": "Bearer"})
        case ForgedForm():
            return Refusal(status=403, code="forged-form")
        case ValidationException():
            return _of_parameter(fault)
        case HTTPException():
            return _of_http(fault)
        case RecursionError() | UnicodeDecodeError():
            return Refusal(status=400, code="malformed")
    if isinstance(fault, busy) or _is_locked(fault):
        return Refusal(status=503, code="busy", headers={"retry-after": str(_BUSY_SECONDS)})
    return Refusal(status=500, code="internal")


def _of_rule(fault: RuleError) -> Refusal:
    status = next((status for kind, status in _STATUS_OF_RULE.items() if isinstance(fault, kind)), 409)
    headers = {"retry-after": str(fault.retry_after)} if isinstance(fault, TooMany) else {}
    problems = fault.problems if isinstance(fault, Invalid) else ()
    return Refusal(status=status, code=fault.code, figures=fault.figures, headers=headers, problems=problems)


def _of_parameter(fault: ValidationException) -> Refusal:
    first = fault.extra[0] if isinstance(fault.extra, list) and fault.extra else {}
    name = first.get("key", "?") if isinstance(first, dict) else "?"
    return Refusal(status=400, code="invalid-parameter", figures={"name": name})


def _of_http(fault: HTTPException) -> Refusal:
    allow = {"allow": fault.headers["allow"]} if fault.headers and "allow" in fault.headers else {}
    otherwise = "malformed" if fault.status_code < 500 else "internal"
    return Refusal(
        status=fault.status_code, code=_CODE_OF_STATUS.get(fault.status_code, otherwise), headers=allow
    )


def _is_locked(fault: Exception) -> bool:
    return isinstance(fault, sqlite3.OperationalError) and ("locked" in str(fault) or "busy" in str(fault))


def answer_fault(request: Request[Any, Any, Any], fault: Exception) -> Response[Any]:
    """The exception handler of the whole application."""
    web = request.app.state["web"]
    refusal = refusal_of(fault, busy=web.busy)
    visit = visit_of(request.scope)
    if refusal.status >= 500:
        log.error(
            "request %s failed: %s %s",
            visit.request_id,
            request.method,
            request.scope["path"],
            exc_info=fault,
        )
    if visit.is_api:
        return problem_json(request, refusal)
    if isinstance(fault, SignInNeeded):
        return _to_sign_in(request)
    return _error_page(request, refusal, fault)


def problem_json(request: Request[Any, Any, Any], refusal: Refusal) -> Response[bytes]:
    """RFC 9457; `type` is the stable code, `errors` only exists for 422."""
    visit = visit_of(request.scope)
    speaker = request.app.state["web"].speakers[visit.language]
    body: dict[str, Any] = {
        "type": refusal.code,
        "title": of_status(TITLES, refusal.status, visit.language),
        "status": refusal.status,
        "detail": speaker.say(refusal.code, refusal.figures),
    }
    if refusal.figures:
        body["figures"] = {name: _plain(value) for name, value in refusal.figures.items()}
    if refusal.status == 422:
        body["errors"] = [
            {"pointer": one.pointer, "code": one.code, "detail": speaker.say(one.code, one.figures)}
            for one in refusal.problems
        ]
    if refusal.status >= 500:
        body["request_id"] = visit.request_id
    return Response(
        json.dumps(body, ensure_ascii=False).encode("utf-8", "replace"),
        status_code=refusal.status,
        media_type="application/problem+json",
        headers=dict(refusal.headers),
    )


def _plain(value: object) -> object:
    return value if isinstance(value, int | str | bool) or value is None else str(value)


def _to_sign_in(request: Request[Any, Any, Any]) -> Response[Any]:
    """The sign-in page, which comes back to the page that was asked for, or that held the form."""
    if request.method == "GET":
        query = request.scope["query_string"].decode("latin-1")
        back = request.scope["path"] + (f"?{query}" if query else "")
    else:
        back = urlsplit(request.headers.get("referer", "")).path
    target = f"/connexion?suite={quote(own_path(back), safe='/')}"
    if request.headers.get("hx-request") == "true":
        return Response(b"", status_code=401, headers={"HX-Redirect": target}, media_type="text/html")
    return Response(b"", status_code=303, headers={"location": target}, media_type="text/html")


def _error_page(request: Request[Any, Any, Any], refusal: Refusal, fault: Exception) -> Page:
    visit = visit_of(request.scope)
    status = 409 if refusal.status == 412 else refusal.status
    speaker = request.app.state["web"].speakers[visit.language]
    context = {
        "status": status,
        "title": of_status(TITLES, status, visit.language),
        "sentence": speaker.say(refusal.code, refusal.figures),
        "problems": [speaker.say(one.code, one.figures) for one in refusal.problems],
        "next_step": of_status(NEXT_STEPS, status, visit.language),
        "again": _typed_again(request, visit, fault),
        "again_path": request.scope["path"],
    }
    headers = {name: value for name, value in refusal.headers.items() if name != "www-authenticate"}
    return Page("error.html", context, status=status, headers=headers)


def _typed_again(
    request: Request[Any, Any, Any], visit: Visit, fault: Exception
) -> list[tuple[str, str]] | None:
    """What was typed in a form of a past session, to be confirmed; never for a form from another site."""
    typed = request.scope["state"].get("typed")
    if (
        not isinstance(fault, ForgedForm)
        or not fault.same_site
        or not isinstance(typed, Typed)
        or typed.files
    ):
        return None
    assert not visit.is_api
    return [
        (name, value)
        for name, values in typed.values.items()
        for value in values
        if name not in _SECRET_FIELDS
    ]
