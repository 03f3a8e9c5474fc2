"""Broken and hostile input as data: each line is refused with its status, and changes nothing."""

import json
from typing import Any

import pytest

from solidarity.store.tables import TABLES
from tests.api.callers import STUDENT, Callers, a_line

JSON = {"content-type": "application/json"}
PUPIL = {**STUDENT, "family_name": "Delcourt"}


def _text(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


BODIES: dict[str, tuple[bytes, dict[str, str], int]] = {
    "empty": (b"", JSON, 422),
    "empty-without-type": (b"", {}, 422),
    "truncated": (b'{"given_name": "M', JSON, 400),
    "not-utf8": (b'{"given_name": "\xff\xfe"}', JSON, 400),
    "utf16": ('{"a": 1}'.encode("utf-16"), JSON, 400),
    "byte-order-mark": (b"\xef\xbb\xbf" + _text(PUPIL), JSON, 400),
    "duplicate-key": (b'{"school": "roubaix", "school": "lille"}', JSON, 400),
    "lone-surrogate": (b'{"given_name": "\\ud800"}', JSON, 400),
    "nul": (b'{"given_name": "a\\u0000b"}', JSON, 400),
    "nan": (b'{"household_size": NaN}', JSON, 400),
    "deep": (b"[" * 100_000, JSON, 400),
    "deep-objects": (b'{"a":' * 50_000, JSON, 400),
    "plain-text": (_text(PUPIL), {"content-type": "text/plain"}, 415),
    "form": (b"given_name=Ma", {"content-type": "application/x-www-form-urlencoded"}, 415),
    "no-type": (_text(PUPIL), {}, 415),
    "other-charset": (_text(PUPIL), {"content-type": "application/json; charset=latin-1"}, 415),
    "too-large": (b'"' + b"a" * 1_100_000 + b'"', JSON, 413),
    "a-list": (_text([PUPIL]), JSON, 422),
    "a-string": (_text("pupil"), JSON, 422),
    "null": (b"null", JSON, 422),
}

STUDENT_FIELDS: dict[str, tuple[str, Any]] = {
    "unknown-field": ("nickname", "Mimi"),
    "id": ("id", "6b7a6a9e-4f4e-4a63-9a0e-1d7a3c2f5b11"),
    "version": ("version", 7),
    "created-by": ("created_by", "me"),
    "name-missing": ("given_name", ...),
    "name-null": ("given_name", None),
    "name-empty": ("given_name", ""),
    "name-blank": ("given_name", "   "),
    "name-invisible": ("given_name", "\u200b\u200b"),
    "name-number": ("given_name", 12),
    "name-101": ("given_name", "a" * 101),
    "name-bidi": ("given_name", "Ma\u202eëlle"),
    "name-replacement": ("given_name", "Ma\ufffdlle"),
    "name-tag": ("given_name", "<script>alert(1)</script>"),
    "name-newline": ("given_name", "Ma\nelle"),
    "birth-missing": ("birth_date", ...),
    "birth-31-11": ("birth_date", "2010-11-31"),
    "birth-month-13": ("birth_date", "2010-13-01"),
    "birth-french": ("birth_date", "14/03/2010"),
    "birth-short-year": ("birth_date", "10-03-14"),
    "birth-number": ("birth_date", 20100314),
    "birth-instant": ("birth_date", "2010-03-14T00:00:00Z"),
    "birth-today": ("birth_date", "2026-11-12"),
    "birth-future": ("birth_date", "2027-01-01"),
    "birth-1900": ("birth_date", "1900-01-01"),
    "birth-9999": ("birth_date", "9999-12-31"),
    "birth-0001": ("birth_date", "0001-01-01"),
    "quotient-float": ("quotient_familial_cents", 12.1),
    "quotient-whole-float": ("quotient_familial_cents", 12.0),
    "quotient-text": ("quotient_familial_cents", "1210"),
    "quotient-negative": ("quotient_familial_cents", -1),
    "quotient-huge": ("quotient_familial_cents", 10**400),
    "quotient-boolean": ("quotient_familial_cents", True),
    "household-0": ("household_size", 0),
    "household-31": ("household_size", 31),
    "boarder-text": ("boarder", "true"),
    "boarder-number": ("boarder", 1),
    "boarder-null": ("boarder", None),
    "language": ("letter_language", "de"),
    "guardian-text": ("guardian", "Madame Caron"),
    "guardian-half": ("guardian", {"name": "Madame Caron"}),
    "guardian-unknown": ("guardian", {"name": "Mme Caron", "address": "3 rue Haute", "iban": "FR76"}),
    "guardian-sign": ("guardian", {"name": "Mme <Caron>", "address": "3 rue Haute"}),
}

LINE_FIELDS: dict[str, tuple[str, Any]] = {
    "category": ("category", "drinks"),
    "kind": ("kind", "rent"),
    "kind-long": ("kind", "k" * 41),
    "amount-0": ("amount_cents", 0),
    "amount-negative": ("amount_cents", -5),
    "amount-float": ("amount_cents", 12.5),
    "amount-text": ("amount_cents", "12.10"),
    "amount-boolean": ("amount_cents", True),
    "amount-huge": ("amount_cents", 10**30),
    "amount-beyond": ("amount_cents", 10_000_000_001),
    "frequency": ("frequency", "weekly"),
    "period-reversed": ("period_to", "2026-10-01"),
    "period-endless": ("period_to", "2099-01-01"),
    "period-impossible": ("period_from", "2027-02-29"),
    "other-year": ("period_from", "2031-09-01"),
    "description-missing": ("description", ...),
    "description-long": ("description", "d" * 301),
    "total": ("total_cents", 1),
    "facts-list": ("facts", []),
    "fact-unknown": ("facts", {"magic": 1}),
    "fact-name": ("facts", {"a/b~c": 1}),
    "fact-nested": ("facts", {"distance": {"km": 1}}),
}


async def _fingerprint() -> list[tuple[str, int]]:
    return [(table.__name__, await table.count()) for table in TABLES]


async def test_bodies_that_cannot_be_read(callers_on_sqlite: Callers) -> None:
    before = await _fingerprint()
    wrong = []
    for name, (content, headers, status) in BODIES.items():
        answer = await callers_on_sqlite.director.send("POST", "/students", content=content, headers=headers)
        is_problem = answer.headers["content-type"] == "application/problem+json"
        if answer.status_code != status or not is_problem or "detail" not in answer.json():
            wrong.append((name, answer.status_code, answer.text))
    assert wrong == []
    assert await _fingerprint() == before


async def test_fields_of_a_student(callers_on_sqlite: Callers) -> None:
    before = await _fingerprint()
    wrong = []
    for name, (field, value) in STUDENT_FIELDS.items():
        body = {key: one for key, one in {**PUPIL, field: value}.items() if one is not ...}
        answer = await callers_on_sqlite.director.post("/students", body)
        pointers = [error["pointer"] for error in answer.json().get("errors", [])]
        if (
            answer.status_code != 422
            or not pointers
            or not all(one.startswith(f"/{field}") for one in pointers)
        ):
            wrong.append((name, answer.status_code, answer.text))
    assert wrong == []
    assert await _fingerprint() == before


async def test_fields_of_a_line(callers_on_sqlite: Callers) -> None:
    student = await callers_on_sqlite.director.a_student()
    before = await _fingerprint()
    wrong = []
    for name, (field, value) in LINE_FIELDS.items():
        line = {key: one for key, one in {**a_line(), field: value}.items() if one is not ...}
        body = {"student": student, "urgency": "normal", "lines": [line]}
        answer = await callers_on_sqlite.director.post("/requests", body)
        errors = answer.json().get("errors", [])
        if answer.status_code != 422 or not errors or not errors[0]["pointer"].startswith("/lines/0/"):
            wrong.append((name, answer.status_code, answer.text))
    assert wrong == []
    assert await _fingerprint() == before


async def test_every_problem_is_told_at_once(callers_on_sqlite: Callers) -> None:
    body = {
        "urgency": "soon",
        "lines": [a_line(-1), {**a_line(), "category": "x", "more": 1}],
        "status": "decided",
    }
    answer = await callers_on_sqlite.director.post("/requests", body)
    assert {error["pointer"] for error in answer.json()["errors"]} == {
        "/status",
        "/student",
        "/urgency",
        "/lines/0/amount_cents",
        "/lines/1/category",
        "/lines/1/more",
    }


@pytest.mark.parametrize(
    "id_",
    [
        "0",
        "-1",
        "1.0",
        "1e0",
        "9223372036854775808",
        "1;2",
        "null",
        "%27",
        "6b7a6a9e4f4e4a639a0e1d7a3c2f5b11",
    ],
)
async def test_an_id_that_is_none_is_absent(callers_on_sqlite: Callers, id_: str) -> None:
    for path in (f"/students/{id_}", f"/requests/{id_}", f"/letters/{id_}", f"/letters/{id_}.pdf"):
        assert (await callers_on_sqlite.administrator.get(path)).status_code == 404
    assert (await callers_on_sqlite.auditor.get(f"/rulesets/{id_}")).status_code == 404


@pytest.mark.parametrize(
    "name", ["true", "null", "None", "N", "O’Brien", "D'Arc-Lys", "Nguyễn Thị", "محمد", "Ødegård"]
)
async def test_unusual_names_are_kept_as_typed(callers_on_sqlite: Callers, name: str) -> None:
    answer = await callers_on_sqlite.director.post("/students", {**PUPIL, "given_name": f"  {name} "})
    assert (answer.status_code, answer.json()["given_name"]) == (201, name)


async def test_a_likely_duplicate_is_named_only_to_those_who_may_know(callers: Callers) -> None:
    first = await callers.director.post("/students", {**PUPIL, "given_name": "Élodie"})
    again = await callers.director.post("/students", {**PUPIL, "given_name": "E\u0301lodie"})
    assert (again.status_code, again.json()["type"]) == (409, "duplicate-student")
    assert again.json()["figures"] == {"student": first.json()["id"]}
    elsewhere = {**PUPIL, "given_name": "Elodie", "school": "lille"}
    other = await callers.neighbour.post("/students", elsewhere)
    assert (other.status_code, "figures" in other.json()) == (409, False)
    distinct = await callers.neighbour.post("/students", {**elsewhere, "confirm_distinct": "Sa cousine."})
    assert distinct.status_code == 201


async def test_an_action_takes_an_empty_body_or_an_empty_object(callers_on_sqlite: Callers) -> None:
    director = callers_on_sqlite.director
    for options in ({}, {"content": b"{}", "headers": JSON}, {"content": b"", "headers": JSON}):
        reference = (await director.a_draft())["reference"]
        answer = await director.send("POST", f"/requests/{reference}/submit", **options)
        assert answer.status_code == 200, answer.text
    reference = (await director.a_draft())["reference"]
    refused = await director.post(f"/requests/{reference}/submit", {"force": True})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (422, "/force")


async def test_keys_and_versions_that_cannot_be_read(callers_on_sqlite: Callers) -> None:
    director = callers_on_sqlite.director
    for key in ("k" * 256, "é".encode(), b""):
        answer = await director.post("/students", PUPIL, headers={"idempotency-key": key})
        assert answer.status_code == 400, key
    reference = (await director.a_draft())["reference"]
    for version in ("1", '"one"', 'W/"1"', "*", '"99999999999"'):
        answer = await director.send(
            "PATCH", f"/requests/{reference}", json={"narrative": "x"}, headers={"if-match": version}
        )
        assert answer.status_code == 400, version
