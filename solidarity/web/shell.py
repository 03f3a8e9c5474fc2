"""Around the whole application: every request is checked and identified, every answer is made safe."""

import logging
from typing import Any, Final
from uuid import UUID

from litestar import Litestar, Request
from litestar.enums import ScopeType
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from solidarity.web.csrf import read_seed
from solidarity.web.gate import body_limit, check_request, is_loopback, limited
from solidarity.web.headers import with_safe_headers
from solidarity.web.languages import choose_language
from solidarity.web.problems import answer_fault
from solidarity.web.session import identify
from solidarity.web.toolkit import Web
from solidarity.web.visit import Visit, is_api_path, keep_visit

log = logging.getLogger("solidarity.web")

_LAST_RESORT: Final = "Une erreur s’est produite. / Something went wrong.\n".encode()
_NEEDS_NOBODY: Final = ("/static/", "/healthz", "/readyz", "/favicon.ico")


class Shell:
    """Wraps the router of a Litestar application, so that a 404 or a 500 is as safe as a 200."""

    def __init__(self, inner: ASGIApp, web: Web) -> None:
        self._inner = inner
        self._web = web

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != ScopeType.HTTP:
            await send({"type": "websocket.close", "code": 1000, "reason": ""})
            return
        await self._answer(dict(scope), receive, send)

    async def _answer(self, scope: Any, receive: Receive, send: Send) -> None:
        visit = self._open_visit(scope)
        keep_visit(scope, visit)
        outgoing = _SafeSend(send, visit, is_head=scope["method"] == "HEAD")
        incoming = limited(receive, most_bytes=body_limit(scope["headers"]))
        try:
            visit.language = choose_language(scope, visit, otherwise=self._web.locale)
            check_request(scope, hosts=self._web.hosts)
            if not scope["path"].startswith(_NEEDS_NOBODY):
                visit.signed_in = await identify(scope["headers"], visit, self._web.authenticator)
                visit.language = choose_language(scope, visit, otherwise=self._web.locale)
            if scope["method"] == "HEAD":
                scope["method"] = "GET"
            await self._inner(scope, incoming, outgoing)
        except Exception as fault:
            await self._answer_fault(fault, scope, incoming, outgoing)

    def _open_visit(self, scope: Any) -> Visit:
        host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
        secure = scope["scheme"] == "https" or self._web.is_https
        visit = Visit(
            request_id=str(UUID(bytes=self._web.random_bytes(16), version=4)),
            at=self._web.real_now(),
            is_api=is_api_path(scope["path"]),
            secure=secure,
            plain_cookies=scope["scheme"] == "http" and not self._web.is_https and is_loopback(host),
        )
        visit.form_seed = read_seed(scope["headers"], plain=visit.plain_cookies)
        return visit

    async def _answer_fault(self, fault: Exception, scope: Any, receive: Receive, send: "_SafeSend") -> None:
        if send.has_started:
            log.error("an answer broke off", exc_info=fault)
            raise fault
        request: Request[Any, Any, Any] = Request(scope=scope, receive=receive, send=send)
        try:
            response = answer_fault(request, fault)
            await response.to_asgi_response(None, request)(scope, receive, send)
        except Exception:
            log.exception("the error page failed")
            await _say_sorry(send)


class _SafeSend:
    """`send`, with the safe headers on the way out and no body for HEAD."""

    def __init__(self, send: Send, visit: Visit, *, is_head: bool) -> None:
        self._send = send
        self._visit = visit
        self._is_head = is_head
        self.has_started = False

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.has_started = True
            message["headers"] = with_safe_headers(message["headers"], self._visit)
        elif message["type"] == "http.response.body" and self._is_head:
            message["body"] = b""
        await self._send(message)


async def _say_sorry(send: Send) -> None:
    headers = [
        (b"content-type", b"text/plain; charset=utf-8"),
        (b"content-length", b"%d" % len(_LAST_RESORT)),
    ]
    await send({"type": "http.response.start", "status": 500, "headers": headers})
    await send({"type": "http.response.body", "body": _LAST_RESORT, "more_body": False})


def put_shell_around(app: Litestar, web: Web) -> None:
    """Litestar's own middleware only runs on routes it found; this one runs on every request."""
    app.asgi_handler = Shell(app.asgi_handler, web)
