"""The API reads JSON strictly and reports everything that is wrong with it."""

from datetime import date
from typing import Annotated, Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient

from solidarity.rules.errors import Problem
from solidarity.web.body import parse_json
from solidarity.web.gate import Refused
from solidarity.web.shapes import take
from tests.web.example_site import API_DIRECTOR

JSON = "application/json"


def send(
    client: TestClient[Litestar], body: bytes, kind: str | None = JSON, path: str = "/api/v1/things"
) -> Any:
    headers = {"authorization": f"Bearer {API_DIRECTOR}"}
    if kind is not None:
        headers["content-type"] = kind
    return client.post(path, content=body, headers=headers)


@pytest.mark.parametrize(
    ("body", "kind", "status", "code"),
    [
        (b'{"reason": "x"}', JSON, 200, None),
        (b'{"reason": "x"}', "application/json; charset=utf-8", 200, None),
        (b'{"reason": "x"}', "application/json; charset=latin-1", 415, "unsupported-media-type"),
        (b'{"reason": "x"}', "text/plain", 415, "unsupported-media-type"),
        (b'{"reason": "x"}', "application/x-www-form-urlencoded", 415, "unsupported-media-type"),
        (b'{"reason": "x"}', None, 415, "unsupported-media-type"),
        (b"", None, 422, "invalid"),
        (b"", JSON, 422, "invalid"),
        (b'{"reason": "x"', JSON, 400, "json-unreadable"),
        (b'{"reason": "\xff"}', JSON, 400, "json-unreadable"),
        (b'\xef\xbb\xbf{"reason": "x"}', JSON, 400, "json-unreadable"),
        ('{"reason": "x"}'.encode("utf-16"), JSON, 400, "json-unreadable"),
        (b'{"reason": "x", "reason": "y"}', JSON, 400, "json-duplicate-key"),
        (b'{"reason": "\\u0000"}', JSON, 400, "json-text-broken"),
        (b'{"reason": "\\ud800"}', JSON, 400, "json-text-broken"),
        (b'{"reason": "a\nb"}', JSON, 400, "json-unreadable"),
        (b'{"reason": NaN}', JSON, 400, "json-unreadable"),
        (b'{"reason": 1e999999}', JSON, 400, "json-unreadable"),
        (b"[" * 100_000, JSON, 400, "json-too-deep"),
        (b'{"a":' * 100_000, JSON, 400, "json-too-deep"),
        (b'{"reason": ' + b"9" * 5000 + b"}", JSON, 400, "json-unreadable"),
        (b"[]", JSON, 422, "invalid"),
        (b'"text"', JSON, 422, "invalid"),
        (b"null", JSON, 422, "invalid"),
    ],
)
def test_what_is_sent_is_read_strictly(
    client: TestClient[Litestar], body: bytes, kind: str | None, status: int, code: str | None
) -> None:
    answer = send(client, body, kind)
    assert answer.status_code == status
    assert code is None or answer.json()["type"] == code


def test_brackets_inside_texts_are_not_depth() -> None:
    assert parse_json(b'{"reason": "' + b"[" * 500 + b'"}') == {"reason": "[" * 500}


def test_an_action_without_required_fields_takes_an_empty_body(client: TestClient[Litestar]) -> None:
    assert send(client, b"", None, "/api/v1/withdraw").json() == {"note": None}
    assert send(client, b"{}", JSON, "/api/v1/withdraw").json() == {"note": None}


def test_every_problem_is_reported_at_once_with_its_pointer(client: TestClient[Litestar]) -> None:
    body = b"""{"reason": 7, "surprise": 1, "a/b~c": 1, "boarder": "yes", "lines": [
        {"amount_cents": 12.5, "category": "transport"},
        {"amount_cents": -1, "category": "rocket", "extra": true},
        {"amount_cents": "5"},
        3
    ]}"""
    answer = send(client, body).json()
    found = {(one["pointer"], one["code"]) for one in answer["errors"]}
    assert found == {
        ("/reason", "text-expected"),
        ("/surprise", "unknown-field"),
        ("/a~1b~0c", "unknown-field"),
        ("/boarder", "boolean-expected"),
        ("/lines/0/amount_cents", "cents-expected"),
        ("/lines/1/amount_cents", "amount-negative"),
        ("/lines/1/category", "value-unreadable"),
        ("/lines/1/extra", "unknown-field"),
        ("/lines/2/amount_cents", "cents-expected"),
        ("/lines/2/category", "required"),
        ("/lines/3", "object-expected"),
    }
    assert all(one["detail"] for one in answer["errors"])


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("true", "cents-expected"),
        ("1e3", "cents-expected"),
        ("12.0", "cents-expected"),
        ("null", "cents-expected"),
        ("10000000001", "amount-too-large"),
        ("9" * 400, "amount-too-large"),
    ],
)
def test_an_amount_is_a_whole_number_of_cents(client: TestClient[Litestar], value: str, code: str) -> None:
    body = f'{{"reason": "x", "lines": [{{"amount_cents": {value}, "category": "food"}}]}}'
    errors = send(client, body.encode()).json()["errors"]
    assert [(one["pointer"], one["code"]) for one in errors] == [("/lines/0/amount_cents", code)]


@pytest.mark.parametrize(
    ("reason", "code"),
    [
        ("", "required"),
        ("   ", "required"),
        ("a" * 41, "text-too-long"),
        ("a\u202eb", "text-direction"),
        ("\ufffd", "text-broken"),
        ("\u200b", "text-invisible"),
    ],
)
def test_texts_go_through_the_one_gate(client: TestClient[Litestar], reason: str, code: str) -> None:
    answer = send(client, msgspec.json.encode({"reason": reason}))
    assert [one["code"] for one in answer.json()["errors"]] == [code]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-01", date(2026, 11, 1)),
        ("01/11/2026", "day-unreadable"),
        ("2026-02-30", "day-impossible"),
        ("0001-01-01", "day-out-of-range"),
        (20261101, "day-unreadable"),
    ],
)
def test_a_day_is_an_iso_date(value: object, expected: object) -> None:
    problems: list[Problem] = []
    taken = take(value, date, problems)
    assert (problems[0].code if problems else taken) == expected


def test_bounds_declared_on_a_field_are_kept() -> None:
    problems: list[Problem] = []
    take(20, Annotated[int, msgspec.Meta(le=12)], problems, "/months")
    assert problems == [Problem(pointer="/months", code="out-of-range", figures={"most": 12})]


def test_a_deep_text_is_refused_before_it_is_parsed() -> None:
    with pytest.raises(Refused, match="json-too-deep"):
        parse_json(b'{"a":' * 40 + b"1" + b"}" * 40)
