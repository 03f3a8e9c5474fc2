"""Requests that no polite client would send, put straight into the application."""

from typing import Any

from litestar import Litestar


async def ask(
    app: Litestar,
    path: str,
    *,
    method: str = "GET",
    headers: list[tuple[bytes, bytes]] | None = None,
    query: bytes = b"",
    chunks: tuple[bytes, ...] = (b"",),
    scheme: str = "http",
    host: bytes | None = b"127.0.0.1:8000",
) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body of the answer to one raw request."""
    sent: list[Any] = []
    waiting = list(chunks)

    async def receive() -> Any:
        return {
            "type": "http.request",
            "body": waiting.pop(0) if waiting else b"",
            "more_body": bool(waiting),
        }

    async def send(message: Any) -> None:
        sent.append(message)

    named = [(b"host", host)] if host is not None else []
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": scheme,
        "path": path,
        "raw_path": path.encode("utf-8", "replace"),
        "query_string": query,
        "root_path": "",
        "headers": [*named, *(headers or [])],
        "client": ("127.0.0.1", 5000),
        "server": ("127.0.0.1", 8000),
    }
    await app(scope, receive, send)  # type: ignore[arg-type]
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return sent[0]["status"], {name.decode(): value.decode() for name, value in sent[0]["headers"]}, body
