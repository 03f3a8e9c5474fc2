"""Every answer is safe, whatever was asked."""

import pytest
from litestar import Litestar
from litestar.testing import TestClient

from solidarity.web.gate import MOST_TEXT_BYTES, MOST_UPLOAD_BYTES
from tests.web.asgi import ask
from tests.web.example_site import API_DIRECTOR, DIRECTOR_TOKEN, example_site

ANSWERS = [
    ("GET", "/", 200),
    ("GET", "/private", 303),
    ("POST", "/decide", 303),
    ("POST", "/form", 403),
    ("GET", "/nothing-here", 404),
    ("GET", "/fault/unknown", 404),
    ("PUT", "/", 405),
    ("TRACE", "/", 405),
    ("BREW", "/", 405),
    ("GET", "/fault/conflict", 409),
    ("GET", "/fault/stale", 409),
    ("GET", "/fault/gone", 410),
    ("GET", "/fault/too-many", 429),
    ("GET", "/fault/recursion", 400),
    ("GET", "/fault/broken", 500),
    ("GET", "/fault/busy", 503),
    ("GET", "/api/v1/things", 401),
    ("GET", "/api/v1/nothing", 404),
    ("GET", "/api/v1/fault/stale", 412),
    ("GET", "/api/v1/fault/broken", 500),
    ("DELETE", "/api/v1/things", 405),
    ("GET", "/static/0/tokens.css", 404),
    ("GET", "/favicon.ico", 200),
]


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
async def test_every_answer_carries_the_safe_headers(
    site: Litestar, method: str, path: str, status: int
) -> None:
    found, headers, _ = await ask(site, path, method=method)
    assert found == status
    policy = headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert len(headers["x-request-id"]) == 36
    assert "strict-transport-security" not in headers
    assert "server" not in headers
    assert not any(name.startswith("access-control") for name in headers)


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
async def test_html_for_people_and_problem_json_for_programs(
    site: Litestar, method: str, path: str, status: int
) -> None:
    _, headers, body = await ask(site, path, method=method)
    if status < 400:
        return
    if path.startswith("/api/"):
        assert headers["content-type"].startswith("application/problem+json")
    else:
        assert headers["content-type"] == "text/html; charset=utf-8"
        assert b"<h1>" in body
    assert b"secret detail" not in body
    assert b"Traceback" not in body


async def test_busy_and_throttled_answers_say_when_to_come_back(site: Litestar) -> None:
    assert (await ask(site, "/fault/busy"))[1]["retry-after"] == "2"
    assert (await ask(site, "/api/v1/fault/too-many"))[1]["retry-after"] == "30"


async def test_https_asks_browsers_to_stay_on_https(site: Litestar) -> None:
    _, headers, _ = await ask(site, "/", scheme="https")
    assert headers["strict-transport-security"].startswith("max-age=63072000")


async def test_head_answers_like_get_without_a_body(site: Litestar) -> None:
    for path in ("/", "/nothing-here", "/api/v1/things"):
        got, head = await ask(site, path), await ask(site, path, method="HEAD")
        assert head[0] == got[0]
        assert head[1]["content-length"] == got[1]["content-length"]
        assert head[2] == b""


@pytest.mark.parametrize(
    "host",
    [
        b"evil.example",
        b"evil.example:8000",
        b"127.0.0.1.evil.example",
        b"",
        b"127.0.0.1:8000@evil.example",
        None,
    ],
)
async def test_a_foreign_host_is_refused(site: Litestar, host: bytes | None) -> None:
    status, headers, body = await ask(site, "/", host=host)
    assert status == 400
    assert b"evil.example" not in body
    assert "content-security-policy" in headers


@pytest.mark.parametrize(
    "host", [b"127.0.0.1", b"127.0.0.1:9999", b"localhost:8000", b"[::1]:8000", b"LOCALHOST"]
)
async def test_loopback_is_always_allowed(site: Litestar, host: bytes) -> None:
    assert (await ask(site, "/", host=host))[0] == 200


async def test_allowed_hosts_may_name_their_port() -> None:
    site = example_site(base_url="https://fonds.example.org", allowed_hosts=("a.example", "b.example:81"))
    assert (await ask(site, "/", host=b"fonds.example.org"))[0] == 200
    assert (await ask(site, "/", host=b"a.example:5"))[0] == 200
    assert (await ask(site, "/", host=b"b.example:81"))[0] == 200
    assert (await ask(site, "/", host=b"b.example"))[0] == 400


@pytest.mark.parametrize(
    ("path", "query", "status"),
    [
        ("/\x00", b"", 400),
        ("/\ufffd", b"", 400),
        ("/\x7f", b"", 400),
        ("/../../etc/passwd", b"", 404),
        ("//x", b"", 404),
        ("/./", b"", 404),
        ("/\\evil", b"", 404),
        ("/" + "a" * 9000, b"", 414),
        ("/", b"q=%ff", 400),
        ("/", b"q=%00", 400),
        ("/", b"q=\xff", 400),
        ("/", b"&".join(b"a=1" for _ in range(300)), 400),
        ("/api/v1/things", b"limit=1&limit=2", 400),
    ],
)
async def test_a_broken_address_is_refused(site: Litestar, path: str, query: bytes, status: int) -> None:
    found, headers, _ = await ask(site, path, query=query)
    assert found == status
    assert "content-security-policy" in headers


async def test_a_page_may_be_given_the_same_filter_twice(site: Litestar) -> None:
    assert (await ask(site, "/", query=b"state=a&state=b"))[0] == 200


async def test_too_many_headers_are_refused(site: Litestar) -> None:
    assert (await ask(site, "/", headers=[(b"x-filler", b"a" * 100_000)]))[0] == 431


@pytest.mark.parametrize(
    ("kind", "most"),
    [
        (b"application/json", MOST_TEXT_BYTES),
        (b"application/x-www-form-urlencoded", MOST_TEXT_BYTES),
        (b"multipart/form-data; boundary=x", MOST_UPLOAD_BYTES),
    ],
)
async def test_a_body_that_is_too_large_is_refused_announced_or_not(
    site: Litestar, kind: bytes, most: int
) -> None:
    path = "/api/v1/things" if b"json" in kind else "/form"
    headers = [(b"content-type", kind), (b"authorization", f"Bearer {API_DIRECTOR}".encode())]
    announced = [*headers, (b"content-length", str(most + 1).encode())]
    status, answer, _ = await ask(site, path, method="POST", headers=announced)
    assert status == 413
    assert answer["connection"] == "close"
    start = b'--x\r\nContent-Disposition: form-data; name="a"; filename="a.pdf"\r\n\r\n'
    chunk = b"a" * 500_000
    chunks = (start, *(chunk,) * (most // len(chunk) + 2))
    assert (await ask(site, path, method="POST", headers=headers, chunks=chunks))[0] == 413


@pytest.mark.parametrize(
    "cookie",
    [
        b"solidarity=",
        b"solidarity=%00%ff",
        b"solidarity=\x00\xff",
        b"solidarity=" + b"a" * 5000,
        b"solidarity=short",
        b"solidarity",
        b"=;;=;",
        b"solidarity=" + b"x" * 43,
        b"solidarity=" + DIRECTOR_TOKEN.encode() + b"; solidarity=" + b"x" * 43,
        b"__Host-solidarity=" + DIRECTOR_TOKEN.encode(),
        b"Solidarity=" + DIRECTOR_TOKEN.encode(),
    ],
)
async def test_a_malformed_or_unknown_cookie_is_nobody(site: Litestar, cookie: bytes) -> None:
    assert (await ask(site, "/", headers=[(b"cookie", cookie)]))[0] == 200
    assert (await ask(site, "/private", headers=[(b"cookie", cookie)]))[0] == 303


async def test_https_only_believes_the_host_bound_cookie(site: Litestar) -> None:
    plain = [(b"cookie", b"solidarity=" + DIRECTOR_TOKEN.encode())]
    bound = [(b"cookie", b"__Host-solidarity=" + DIRECTOR_TOKEN.encode())]
    assert (await ask(site, "/private", headers=plain, scheme="https"))[0] == 303
    assert (await ask(site, "/private", headers=bound, scheme="https"))[0] == 200


def test_what_somebody_signed_in_sees_is_never_stored(director: TestClient[Litestar]) -> None:
    assert director.get("/private").headers["cache-control"] == "no-store"


def test_static_files_are_addressed_by_content_and_kept_for_ever(
    director: TestClient[Litestar], site: Litestar
) -> None:
    files = site.state["web"].static_files
    for file in files.values():
        answer = director.get(file.address)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]
        assert answer.content == file.content
    assert director.get("/static/ffffffffffff/tokens.css").status_code == 404


def test_the_style_sheet_finds_its_font(client: TestClient[Litestar], site: Litestar) -> None:
    files = site.state["web"].static_files
    font = next(file.address for name, file in files.items() if name.endswith(".woff2"))
    assert font.encode() in files["tokens.css"].content
    assert client.get(font).headers["content-type"] == "font/woff2"


def test_the_first_page_is_light(client: TestClient[Litestar], site: Litestar) -> None:
    page = client.get("/form")
    loaded = [file for file in site.state["web"].static_files.values() if file.address in page.text]
    cold = len(page.content) + sum(len(file.compressed or file.content) for file in loaded)
    assert len(loaded) == 11
    assert cold <= 260_000
