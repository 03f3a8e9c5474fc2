"""What a live service was tried with and did not stand at first, and the class of it: texts as data."""

from typing import Any

import httpx
import pytest

from tests.api.callers import STUDENT, Callers, a_line
from tests.api.papers import a_pdf
from tests.web.asgi import ask

NAUGHTY: dict[str, str] = {
    "markup": "<script>alert(1)</script>",
    "attribute": '"><img src=x onerror=alert(1)>',
    "sql": "'; DROP TABLE student;--",
    "template": "{{ config.__class__ }}",
    "template-block": "{% raw %}",
    "file-image": '<img src="file:///etc/passwd">',
    "style": "<style>*{display:none}</style>",
    "script-address": "javascript:alert(1)",
    "path": "../../etc/passwd",
    "device": "CON",
    "reversed": "\u202egnp.exe",
    "isolated": "a\u2066b\u2069",
    "nothing-visible": "\u200b\u200b",
    "replacement": "\ufffd",
    "not-a-character": "\ufffe",
    "nul": "a\x00b",
    "bell": "a\x07b",
    "header": "a\r\nSet-Cookie: a=b",
    "line-separator": "a\u2028b",
    "next-line": "a\u0085b",
    "percent": "%00%s%n",
    "wildcards": "%_\\",
    "formula": "=1+1",
    "command": "=cmd|'/c calc'!A1",
    "sum": "@SUM(1)",
    "tab-first": "\tx",
    "null": "null",
    "not-a-number": "NaN",
    "digits": "9" * 400,
    "arabic-digits": "١٢",
    "wide-digits": "１２",
    "half": "½",
    "emoji": "😀",
    "beyond-16-bits": "\U0010ffff",
    "stacked-marks": "Z" + "\u0300" * 300,
    "decomposed": "e\u0301",
    "ligature": "ﬀ",
    "one-sign-of-18": "ﷺ" * 30,
    "many-words": "a b c d e f g h i j " * 9,
    "right-to-left": "مرحبا",
    "cyrillic": "аdmin",
    "long-word": "a" * 5000,
    "many-lines": "a\n" * 10_000,
    "nested": "[" * 2000,
    "spaces": "   ",
}


def _filled(field: str, text: str, student: str) -> tuple[str, dict[str, Any]]:
    """The route and the body that carry the text in this field."""
    person = {**STUDENT, "family_name": "Delcourt", "confirm_distinct": "autre"}
    asked = {"student": student, "urgency": "normal", "lines": [a_line()]}
    bodies: dict[str, tuple[str, dict[str, Any]]] = {
        "given_name": ("/students", {**person, "given_name": text}),
        "family_name": ("/students", {**person, "family_name": text}),
        "trade": ("/students", {**person, "trade": text}),
        "school": ("/students", {**person, "school": text}),
        "confirm_distinct": ("/students", {**person, "confirm_distinct": text}),
        "guardian-name": ("/students", {**person, "guardian": {"name": text, "address": "3 rue Haute"}}),
        "guardian-address": ("/students", {**person, "guardian": {"name": "Mme Caron", "address": text}}),
        "student": ("/requests", {**asked, "student": text}),
        "narrative": ("/requests", {**asked, "narrative": text}),
        "description": ("/requests", {**asked, "lines": [a_line(description=text)]}),
        "supplier": ("/requests", {**asked, "lines": [a_line(supplier=text)]}),
        "kind": ("/requests", {**asked, "lines": [a_line(kind=text)]}),
        "fact": ("/requests", {**asked, "lines": [a_line(facts={"distance": text})]}),
        "fact-name": ("/requests", {**asked, "lines": [a_line(facts={text: 1})]}),
    }
    return bodies[field]


SEARCHED = {"anais " * 20: True, "a n i s " * 15: True, "b d f g h j k m " * 7: False, "ﷺ" * 100: False}
FIELDS = (
    *("given_name", "family_name", "trade", "school", "confirm_distinct", "guardian-name"),
    *("guardian-address", "student", "narrative", "description", "supplier", "kind", "fact", "fact-name"),
)
STEPS: dict[str, tuple[str, str]] = {
    "request-information": ("message", "in_review"),
    "hold": ("reason", "in_review"),
    "close": ("reason", "in_review"),
    "decide": ("note", "in_review"),
}
SEARCHES = ("/students", "/requests", "/letters", "/events")


def _is_sound(answer: httpx.Response) -> bool:
    """An answer of ours: done, or refused with a problem that says nothing of the machine."""
    if answer.status_code in {200, 201}:
        return True
    is_problem = answer.headers["content-type"] == "application/problem+json"
    told = answer.text
    inside = ("Traceback", "sqlite", "asyncpg", "solidarity/")
    return answer.status_code < 500 and is_problem and not any(word in told for word in inside)


@pytest.mark.parametrize("field", FIELDS)
async def test_naughty_texts_in_every_field(callers: Callers, field: str) -> None:
    student = await callers.director.a_student()
    wrong = []
    for name, text in NAUGHTY.items():
        path, body = _filled(field, text, student)
        answer = await callers.director.post(path, body)
        if not _is_sound(answer):
            wrong.append((name, answer.status_code, answer.text[:200]))
    assert wrong == []


@pytest.mark.parametrize("step", STEPS)
async def test_naughty_texts_in_what_an_administrator_writes(callers_on_sqlite: Callers, step: str) -> None:
    field, _ = STEPS[step]
    reference = (await callers_on_sqlite.director.a_request())["reference"]
    more = {"outcome": "grant"} if step == "decide" else {}
    wrong = []
    for name, text in NAUGHTY.items():
        answer = await callers_on_sqlite.administrator.post(
            f"/requests/{reference}/{step}", {field: text, **more}
        )
        if not _is_sound(answer):
            wrong.append((name, answer.status_code, answer.text[:200]))
    assert wrong == []
    assert (await callers_on_sqlite.auditor.get(f"/requests/{reference}/timeline")).status_code == 200


@pytest.mark.parametrize("path", SEARCHES)
async def test_naughty_texts_in_searches(callers: Callers, path: str) -> None:
    wrong = []
    for parameter in ("q", "cursor", "school", "school_year", "status"):
        for name, text in NAUGHTY.items():
            answer = await callers.administrator.get(path, params={parameter: text[:900]})
            if not _is_sound(answer):
                wrong.append((parameter, name, answer.status_code, answer.text[:200]))
    assert wrong == []


async def test_a_search_of_very_many_words_is_a_search(callers: Callers) -> None:
    """SQLite refuses a statement with so many nested conditions: "parser stack overflow"."""
    student = await callers.director.a_student(given_name="Anaïs")
    reference = (await callers.director.a_draft(student=student))["reference"]
    for q, found in SEARCHED.items():
        students = await callers.director.get("/students", params={"q": q})
        requests = await callers.director.get("/requests", params={"q": q})
        assert students.status_code == requests.status_code == 200
        assert [one["id"] for one in students.json()["items"]] == ([student] if found else [])
        assert [one["reference"] for one in requests.json()["items"]] == ([reference] if found else [])


async def test_somebody_who_leaves_in_the_middle_of_a_body_is_no_fault_of_ours(
    callers_on_sqlite: Callers,
) -> None:
    token = (callers_on_sqlite.director.token or "").encode()
    received: list[dict[str, Any]] = [{"type": "http.request", "body": b'{"sch', "more_body": True}]
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return received.pop(0) if received else {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [
        (b"host", b"127.0.0.1"),
        (b"authorization", b"Bearer " + token),
        (b"content-type", b"application/json"),
    ]
    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": "/api/v1/students",
        "raw_path": b"/api/v1/students",
        "query_string": b"",
        "root_path": "",
        "headers": headers,
        "client": ("127.0.0.1", 5000),
        "server": ("127.0.0.1", 8000),
        "http_version": "1.1",
    }
    await callers_on_sqlite.app(scope, receive, send)  # type: ignore[arg-type]
    assert sent[0]["status"] == 400


async def test_a_packed_body_is_not_taken_for_a_plain_one(callers_on_sqlite: Callers) -> None:
    packed = {"content-type": "application/json", "content-encoding": "gzip"}
    answer = await callers_on_sqlite.director.send("POST", "/students", content=b"{}", headers=packed)
    assert (answer.status_code, answer.json()["type"]) == (415, "unsupported-media-type")


async def test_a_letter_in_preparation_says_so(callers_on_sqlite: Callers) -> None:
    reference = (await callers_on_sqlite.director.a_request())["reference"]
    await callers_on_sqlite.administrator.post(f"/requests/{reference}/decide", {"outcome": "grant"})
    [letter] = (await callers_on_sqlite.auditor.get("/letters")).json()["items"]
    for language, said in (("fr", "préparation"), ("en", "prepared")):
        waiting = await callers_on_sqlite.auditor.get(
            f"/letters/{letter['number']}.pdf", headers={"accept-language": language}
        )
        assert waiting.status_code == 503
        assert said in waiting.json()["detail"]


async def test_a_document_comes_as_a_described_type(callers_on_sqlite: Callers) -> None:
    director = callers_on_sqlite.director
    path = f"/requests/{(await director.a_draft())['reference']}/documents"
    sent = await director.send(
        "POST", path, files={"file": ("a.pdf", a_pdf(), "application/pdf")}, data={"kind": "invoice"}
    )
    fetched = await director.get(f"{path}/{sent.json()['id']}")
    description = (await director.get("/openapi.json")).json()
    described = description["paths"]["/requests/{reference}/documents/{document_id}"]["get"]["responses"]
    assert fetched.headers["content-type"] in described["200"]["content"]


COOKIES = (
    b"solidarity=%00%ff",
    b"solidarity=\xff\xfe",
    b"solidarity=" + b"a" * 5000,
    b"=; ;;",
    b"solidarity",
)


@pytest.mark.parametrize("cookie", COOKIES)
async def test_a_broken_cookie_is_nobody_s(callers_on_sqlite: Callers, cookie: bytes) -> None:
    status, headers, _ = await ask(callers_on_sqlite.app, "/eleves", headers=[(b"cookie", cookie)])
    assert status == 303
    assert headers["location"].startswith("/connexion")
