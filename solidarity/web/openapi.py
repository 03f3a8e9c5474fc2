"""The OpenAPI 3.1 description of the API, made from what the routes declare, for anybody with an account."""

import re
from typing import Any, Final

from litestar import Litestar, Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute

from solidarity.version import VERSION
from solidarity.web.access import SIGNED_IN, need_of
from solidarity.web.answers import json_text, text_answer
from solidarity.web.describing import LIST_QUERY, Described, Query, described_by, describes
from solidarity.web.schemas import Schema, Schemas
from solidarity.web.visit import API_ROOT

PROBLEM_TYPE: Final = "application/problem+json"
_PATH_PART: Final = re.compile(r"{(\w+)(?::\w+)?}")
_ALWAYS_REFUSED: Final = (400, 401, 403, 429, 503)
_TITLES: Final = {
    400: "Malformed request, query parameter, cursor or limit.",
    401: "No valid bearer token.",
    403: "The role, or the scope of the token, does not allow this.",
    404: "Absent, or outside what the caller may see.",
    409: "The state of things does not allow this.",
    412: "Somebody changed it since the version in If-Match.",
    413: "The body is larger than allowed.",
    415: "The body is of a type that is not read here.",
    422: "Fields in fault, each with its JSON pointer.",
    428: "If-Match is missing.",
    429: "Too many requests; see Retry-After.",
    503: "Try again after Retry-After seconds.",
}
_PROBLEM: Final[Schema] = {
    "type": "object",
    "description": "RFC 9457; `type` is a stable slug.",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "figures": {"type": "object"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "code", "detail"],
                "properties": {
                    "pointer": {"type": "string"},
                    "code": {"type": "string"},
                    "detail": {"type": "string"},
                },
            },
        },
    },
}
_KEY_PARAMETER: Final[Schema] = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "The same key and body give the same answer again; with another body it is a 422.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
}
_VERSION_PARAMETER: Final[Schema] = {
    "name": "If-Match",
    "in": "header",
    "required": True,
    "description": "The version that was read, in quotation marks.",
    "schema": {"type": "string", "pattern": '^"[0-9]{1,9}"$'},
}


@get(f"{API_ROOT}/openapi.json", opt={**SIGNED_IN, **describes("This description", answer=dict[str, Any])})
async def openapi_json(request: Request[Any, Any, Any]) -> Response[bytes]:
    state = request.app.state
    if "openapi_text" not in state:
        state["openapi_text"] = json_text(description_of(request.app))
    return text_answer(state["openapi_text"])


def description_of(app: Litestar) -> Schema:
    """The whole description; a route of the API that does not describe itself is our own mistake."""
    schemas = Schemas()
    schemas.components["Problem"] = _PROBLEM
    paths: dict[str, Schema] = {}
    for route in app.routes:
        if isinstance(route, HTTPRoute) and route.path.startswith(API_ROOT):
            _add_route(route, paths, schemas)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Solidarity", "version": VERSION, "license": {"name": "MIT", "identifier": "MIT"}},
        "servers": [{"url": API_ROOT}],
        "security": [{"bearer": []}],
        "paths": dict(sorted(paths.items())),
        "components": {
            "securitySchemes": {"bearer": {"type": "http", "scheme": "bearer"}},
            "schemas": schemas.components,
        },
    }


def _add_route(route: HTTPRoute, paths: dict[str, Schema], schemas: Schemas) -> None:
    for method, (handler, _) in route.route_handler_map.items():
        if method == "OPTIONS":
            continue
        assert isinstance(handler, HTTPRouteHandler), "a route of HTTP has handlers of HTTP"
        described = described_by(handler.opt)
        assert described, f"{method} {route.path} does not describe itself"
        for one in described:
            path = (one.path or _PATH_PART.sub(r"{\1}", route.path_format)).removeprefix(API_ROOT)
            operation = _operation(one, f"{method.lower()}{path}", path, schemas)
            operation["x-needs"] = getattr(need_of(handler), "name", "public")
            paths.setdefault(path, {})[method.lower()] = operation


def _operation(described: Described, name: str, path: str, schemas: Schemas) -> Schema:
    operation: Schema = {
        "operationId": re.sub(r"\W+", "_", name).strip("_"),
        "summary": described.summary,
        "parameters": _parameters(described, path),
        "responses": _responses(described, path, schemas),
    }
    if described.body is not None:
        operation["requestBody"] = _body(described, schemas)
    return operation


def _parameters(described: Described, path: str) -> list[Schema]:
    named: list[Schema] = [
        {"name": name, "in": "path", "required": True, "schema": {"type": "string", "minLength": 1}}
        for name in _PATH_PART.findall(path)
    ]
    wanted = (*described.query, *(LIST_QUERY if described.is_list else ()))
    named.extend(_query_parameter(one) for one in wanted)
    if described.is_repeatable:
        named.append(_KEY_PARAMETER)
    if described.needs_version:
        named.append(_VERSION_PARAMETER)
    return named


def _query_parameter(query: Query) -> Schema:
    schema: Schema = {"type": "string", "maxLength": 120}
    if query.words:
        schema = {"type": "string", "enum": list(query.words)}
    if query.pattern:
        schema = {"type": "string", "pattern": query.pattern}
    return {
        "name": query.name,
        "in": "query",
        "required": False,
        "description": query.about,
        "schema": schema,
    }


def _body(described: Described, schemas: Schemas) -> Schema:
    shape = described.body
    if isinstance(shape, dict):
        return {"required": True, "content": {kind: {"schema": shape} for kind in described.body_types}}
    schema = schemas.of(shape, is_read=True)
    is_needed = bool(schemas.components[shape.__name__]["required"])
    return {"required": is_needed, "content": {kind: {"schema": schema} for kind in described.body_types}}


def _responses(described: Described, path: str, schemas: Schemas) -> Schema:
    answer: Schema = {"description": "Done."}
    if described.answer_types != ("application/json",):
        bytes_of_a_file = {"schema": {"type": "string", "format": "binary"}}
        answer["content"] = dict.fromkeys(described.answer_types, bytes_of_a_file)
    elif described.answer is not None:
        answer["content"] = {"application/json": {"schema": _answer_schema(described, schemas)}}
    responses: Schema = {str(described.status): answer}
    for status in sorted(_refusals(described, path)):
        problem: Schema = {"description": _TITLES[status]}
        problem["content"] = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        if status in {429, 503}:
            problem["headers"] = {"Retry-After": {"schema": {"type": "string"}}}
        responses[str(status)] = problem
    return responses


def _answer_schema(described: Described, schemas: Schemas) -> Schema:
    schema = schemas.of(described.answer, is_read=False)
    if not described.is_list:
        return schema
    return {
        "type": "object",
        "required": ["items", "next_cursor"],
        "properties": {
            "items": {"type": "array", "items": schema},
            "next_cursor": {"type": ["string", "null"]},
        },
    }


def _refusals(described: Described, path: str) -> set[int]:
    found = {*_ALWAYS_REFUSED, *described.refusals}
    if "{" in path:
        found.add(404)
    if described.body is not None:
        found |= {413, 415, 422}
    if described.is_repeatable:
        found |= {404, 409, 422}
    if described.needs_version:
        found |= {409, 412, 428}
    return found
