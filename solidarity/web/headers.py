"""The headers of every answer, whatever made it: content policy, isolation, caching, request id."""

from collections.abc import Iterable
from typing import Final

from solidarity.web.visit import Visit

CONTENT_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; frame-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
FRAMED_POLICY: Final = CONTENT_POLICY.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
"""For a PDF that one of our pages shows in an iframe."""
ATTACHMENT_POLICY: Final = "sandbox; default-src 'none'"
"""For a file that somebody sent us."""

Headers = list[tuple[bytes, bytes]]

_ALWAYS: Final = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-opener-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"permissions-policy", b"camera=(), geolocation=(), microphone=(), payment=(), usb=()"),
    (b"x-permitted-cross-domain-policies", b"none"),
)
_UNLESS_SAID: Final = (
    (b"content-security-policy", CONTENT_POLICY.encode()),
    (b"cache-control", b"no-store"),
)
_HTTPS_ONLY: Final = (b"strict-transport-security", b"max-age=63072000; includeSubDomains")


def with_safe_headers(headers: Iterable[tuple[bytes, bytes]], visit: Visit) -> Headers:
    """`headers` of an answer, completed; a route may only choose its content policy and its caching.

    Somebody's data are never cached, whatever the route says: what is `immutable` belongs to nobody.
    """
    overridden = {name for name, _ in _ALWAYS} | {b"server"}
    kept: Headers = [(name.lower(), value) for name, value in headers if name.lower() not in overridden]
    if visit.signed_in is not None:
        kept = [pair for pair in kept if pair[0] != b"cache-control" or b"immutable" in pair[1]]
    said = {name for name, _ in kept}
    kept.extend(_ALWAYS)
    kept.extend(pair for pair in _UNLESS_SAID if pair[0] not in said)
    if visit.secure:
        kept.append(_HTTPS_ONLY)
    kept.append((b"x-request-id", visit.request_id.encode("ascii")))
    kept.extend((b"set-cookie", line.encode("latin-1")) for line in visit.set_cookies)
    return kept
