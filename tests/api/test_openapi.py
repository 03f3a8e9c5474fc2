"""The description of the API is whole, and what the API answers is what it says."""

import re
from typing import Any

from tests.api.callers import STUDENT, Callers, a_line

PATHS = {
    "/me": {"get"},
    "/openapi.json": {"get"},
    "/schools": {"get"},
    "/schools/{slug}": {"get"},
    "/students": {"get", "post"},
    "/students/{student_id}": {"get", "patch"},
    "/requests": {"get", "post"},
    "/requests/{reference}": {"get", "patch"},
    "/requests/{reference}/documents": {"post"},
    "/requests/{reference}/documents/{document_id}": {"get"},
    "/requests/{reference}/assessment": {"get"},
    "/requests/{reference}/submit": {"post"},
    "/requests/{reference}/withdraw": {"post"},
    "/requests/{reference}/request-information": {"post"},
    "/requests/{reference}/hold": {"post"},
    "/requests/{reference}/resume": {"post"},
    "/requests/{reference}/close": {"post"},
    "/requests/{reference}/decide": {"post"},
    "/requests/{reference}/approve": {"post"},
    "/requests/{reference}/return": {"post"},
    "/requests/{reference}/revoke": {"post"},
    "/requests/{reference}/ratify": {"post"},
    "/requests/{reference}/appeal": {"post"},
    "/requests/{reference}/appeal/answer": {"post"},
    "/requests/{reference}/appeal/approve": {"post"},
    "/requests/{reference}/appeal/return": {"post"},
    "/requests/{reference}/appeal/take": {"post"},
    "/requests/{reference}/appeal/withdraw": {"post"},
    "/requests/{reference}/appeals": {"get"},
    "/requests/{reference}/timeline": {"get"},
    "/letters": {"get"},
    "/letters/{number}": {"get"},
    "/letters/{number}.pdf": {"get"},
    "/budget": {"get"},
    "/contributions": {"get", "post"},
    "/contributions/{contribution_id}/funding": {"get"},
    "/envelopes": {"post"},
    "/envelopes/transfers": {"get", "post"},
    "/envelopes/transfers/{transfer_id}/approve": {"post"},
    "/envelopes/transfers/{transfer_id}/return": {"post"},
    "/ledger/entries": {"get"},
    "/rulesets": {"get", "post"},
    "/rulesets/{ruleset_id}": {"get"},
    "/rulesets/{ruleset_id}/activate": {"post"},
    "/rulesets/{ruleset_id}/simulate": {"post"},
    "/events": {"get"},
    "/events/checkpoint": {"get"},
    "/events/verify": {"get"},
}


async def _description(callers: Callers) -> Any:
    answer = await callers.director.get("/openapi.json")
    assert answer.status_code == 200
    return answer.json()


async def test_every_path_is_described_for_anybody_with_a_token(callers_on_sqlite: Callers) -> None:
    found = await _description(callers_on_sqlite)
    assert found["openapi"].startswith("3.1")
    assert {path: set(operations) for path, operations in found["paths"].items()} == PATHS
    assert (await callers_on_sqlite.nobody.get("/openapi.json")).status_code == 401
    operations = [one for path in found["paths"].values() for one in path.values()]
    assert len({one["operationId"] for one in operations}) == len(operations)
    for one in operations:
        assert {"400", "401", "403", "429", "503"} <= set(one["responses"])
    references = set(re.findall(r"#/components/schemas/(\w+)", str(found)))
    assert references == set(found["components"]["schemas"])


async def test_what_is_answered_has_the_described_shape(callers_on_sqlite: Callers) -> None:
    callers = callers_on_sqlite
    description = await _description(callers)
    reference = (
        await callers.director.a_request(a_line(40_000), a_line(9_000, category="food", kind="canteen"))
    )["reference"]
    student = (await callers.director.post("/students", {**STUDENT, "family_name": "Delcourt"})).json()["id"]
    await callers.administrator.post(f"/requests/{reference}/decide", {"outcome": "grant"})
    await callers.second.post(f"/requests/{reference}/approve")
    letter = (await callers.auditor.get("/letters")).json()["items"][0]["number"]
    ruleset = (await callers.auditor.get("/rulesets")).json()["items"][0]["id"]
    contribution = (await callers.auditor.get("/contributions")).json()["items"][0]["id"]
    filled = {
        "slug": "roubaix",
        "student_id": student,
        "reference": reference,
        "document_id": "6b7a6a9e-4f4e-4a63-9a0e-1d7a3c2f5b11",
        "number": letter,
        "ruleset_id": ruleset,
        "contribution_id": contribution,
    }
    faults = []
    for path, operations in description["paths"].items():
        if "get" not in operations:
            continue
        answer = await callers.administrator.get(path.format(**filled))
        declared = operations["get"]["responses"].get(str(answer.status_code))
        if declared is None:
            faults.append((path, answer.status_code, "undeclared"))
            continue
        [(media_type, content)] = declared["content"].items()
        if answer.headers["content-type"] != media_type:
            faults.append((path, answer.headers["content-type"], media_type))
        elif media_type != "application/pdf":
            faults += [
                (path, where, what) for where, what in _faults(answer.json(), content["schema"], description)
            ]
    assert faults == []


_KINDS: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "boolean": bool,
    "integer": int,
    "number": (int, float),
    "null": type(None),
}


def _faults(value: Any, schema: dict[str, Any], whole: Any, where: str = "") -> list[tuple[str, str]]:
    """Where a value is not what its schema says: the part of JSON Schema that our description uses."""
    if "$ref" in schema:
        return _faults(value, whole["components"]["schemas"][schema["$ref"].rpartition("/")[2]], whole, where)
    if "anyOf" in schema:
        tried = [_faults(value, one, whole, where) for one in schema["anyOf"]]
        return [] if [] in tried else tried[0]
    kinds = schema.get("type", list(_KINDS))
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not any(
        isinstance(value, _KINDS[kind]) and not (kind != "boolean" and value is True) for kind in kinds
    ):
        return [(where, f"{value!r} is not {kinds}")]
    found: list[tuple[str, str]] = []
    if isinstance(value, dict):
        properties = schema.get("properties", {})
        found += [(f"{where}/{name}", "missing") for name in schema.get("required", []) if name not in value]
        if properties and "errors" not in properties:
            found += [(f"{where}/{name}", "undescribed") for name in value if name not in properties]
        for name, inner in value.items():
            found += _faults(inner, properties.get(name, {}), whole, f"{where}/{name}")
    if isinstance(value, list):
        for place, inner in enumerate(value):
            found += _faults(inner, schema.get("items", {}), whole, f"{where}/{place}")
    return found


async def test_a_path_of_a_later_version_does_not_exist_yet(callers_on_sqlite: Callers) -> None:
    for path in (
        "/audit/samples",
        "/payments/batches",
    ):
        assert (await callers_on_sqlite.administrator.post(path, {})).status_code in {404, 405}
