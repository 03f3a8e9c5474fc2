"""What is refused before a route is looked for: foreign hosts, broken paths, bodies that are too large."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import parse_qsl, urlsplit

from litestar.types import HTTPReceiveMessage, Receive

from solidarity.web.visit import is_api_path

MOST_TEXT_BYTES: Final = 1_000_000
MOST_UPLOAD_BYTES: Final = 8_500_000
MOST_TARGET_BYTES: Final = 8_000
MOST_HEADER_BYTES: Final = 64_000
LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "[::1]"})

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_HOST: Final = re.compile(r"(\[[0-9a-f:.]+\]|[a-z0-9.-]+)(:[0-9]{1,5})?\Z")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f\ufffd]")


class Refused(Exception):  # noqa: N818
    """A request that never reaches a route; `code` names the reason, `status` is its HTTP status."""

    def __init__(self, status: int, code: str, **figures: object) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.figures = figures


@dataclass(frozen=True, kw_only=True, slots=True)
class Hosts:
    """The names this service answers to, with or without a port; loopback names always."""

    allowed: frozenset[str]

    @classmethod
    def of(cls, names: Iterable[str], *, base_url: str | None) -> "Hosts":
        own = {urlsplit(base_url).netloc.lower()} if base_url else set()
        return cls(allowed=frozenset(own | {name.lower() for name in names} | LOOPBACK))

    def includes(self, host: str) -> bool:
        """`host` is the header as sent; an allowed name without a port is allowed on every port."""
        match = _HOST.match(host.lower())
        return match is not None and (host.lower() in self.allowed or match.group(1) in self.allowed)


def is_loopback(host: str) -> bool:
    match = _HOST.match(host.lower())
    return match is not None and match.group(1) in LOOPBACK


def check_request(scope: Any, *, hosts: Hosts) -> None:
    """Raise `Refused` for a request that no route should ever see."""
    if scope["method"] not in _METHODS:
        raise Refused(405, "method-not-allowed")
    headers: list[tuple[bytes, bytes]] = scope["headers"]
    if sum(len(name) + len(value) for name, value in headers) > MOST_HEADER_BYTES:
        raise Refused(431, "headers-too-large")
    named = [value.decode("latin-1") for name, value in headers if name == b"host"]
    if len(named) != 1 or not hosts.includes(named[0]):
        raise Refused(400, "unknown-host")
    _check_target(scope["path"], scope["query_string"])
    check_length(headers)


def _check_target(path: str, query: bytes) -> None:
    if len(path.encode("utf-8", "replace")) + len(query) > MOST_TARGET_BYTES:
        raise Refused(414, "address-too-long")
    if _CONTROL.search(path) or any(0xD800 <= ord(letter) <= 0xDFFF for letter in path):
        raise Refused(400, "address-unreadable")
    if "//" in path or "\\" in path or any(part in {".", ".."} for part in path.split("/")):
        raise Refused(404, "not-found")
    try:
        pairs = parse_qsl(query.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=200)
    except ValueError:
        raise Refused(400, "address-unreadable") from None
    if any("\x00" in name or "\x00" in value for name, value in pairs):
        raise Refused(400, "address-unreadable")
    names = [name for name, _ in pairs]
    if is_api_path(path) and len(names) != len(set(names)):
        raise Refused(400, "duplicate-parameter")


def body_limit(headers: Iterable[tuple[bytes, bytes]]) -> int:
    """Bytes a body may have: uploads are multipart, everything else is text."""
    kinds = [value for name, value in headers if name == b"content-type"]
    is_upload = len(kinds) == 1 and kinds[0].lower().startswith(b"multipart/form-data")
    return MOST_UPLOAD_BYTES if is_upload else MOST_TEXT_BYTES


def check_length(headers: list[tuple[bytes, bytes]]) -> None:
    for name, value in headers:
        if name == b"content-length" and (not value.isdigit() or len(value) > 18):
            raise Refused(400, "length-unreadable")
        if name == b"content-length" and int(value) > body_limit(headers):
            raise Refused(413, "body-too-large")
        if name == b"content-encoding" and value.lower() != b"identity":
            raise Refused(415, "unsupported-media-type")


def limited(receive: Receive, *, most_bytes: int) -> Receive:
    """`receive`, until more bytes than announced as possible have come, whatever Content-Length said.

    Somebody who leaves in the middle of a body has sent half a request: their fault, and not one of ours.
    """
    taken = 0
    is_whole = False

    async def receive_within_limit() -> HTTPReceiveMessage:
        nonlocal taken, is_whole
        message: Any = await receive()
        if message["type"] == "http.disconnect" and not is_whole:
            raise Refused(400, "malformed")
        is_whole = is_whole or not message.get("more_body", False)
        taken += len(message.get("body", b""))
        if taken > most_bytes:
            raise Refused(413, "body-too-large")
        return message  # type: ignore[no-any-return]

    return receive_within_limit
