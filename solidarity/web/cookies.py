"""Reading and writing cookies: anything malformed is as if it were not there."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Final

_VALUE: Final = re.compile(r"[A-Za-z0-9_-]{1,200}\Z")


def read_cookie(headers: Iterable[tuple[bytes, bytes]], name: str) -> str | None:
    """The value of a cookie, or None when it is absent, malformed or sent twice with different values."""
    found: set[str] = set()
    for header, line in headers:
        if header != b"cookie":
            continue
        for part in line.decode("latin-1").split(";"):
            key, equals, value = part.strip(" \t").partition("=")
            if key == name and equals:
                found.add(value)
    if len(found) != 1:
        return None
    value = found.pop()
    return value if _VALUE.match(value) else None


def cookie_name(stem: str, *, plain: bool) -> str:
    """The `__Host-` prefix ties a cookie to this host and to https; loopback http does without."""
    return stem if plain else f"__Host-{stem}"


def cookie_line(
    stem: str, value: str, *, plain: bool, age: timedelta | None = None, script_may_read: bool = False
) -> str:
    """One Set-Cookie value; without `age` the cookie ends with the browser, with a zero one at once."""
    parts = [f"{cookie_name(stem, plain=plain)}={value}", "Path=/", "SameSite=Lax"]
    if not plain:
        parts.append("Secure")
    if not script_may_read:
        parts.append("HttpOnly")
    if age is not None:
        parts.append(f"Max-Age={int(age.total_seconds())}")
    return "; ".join(parts)
