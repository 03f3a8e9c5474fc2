"""What handlers answer with: pages, redirections after a form, versions of what is edited."""

import re
from collections.abc import Mapping
from typing import Any, Final

from litestar import Request, Response

from solidarity.web.access import own_path
from solidarity.web.gate import Refused
from solidarity.web.visit import visit_of

_VERSION: Final = re.compile(r'"([0-9]{1,9})"\Z')


class Page(Response[bytes]):
    """An HTML page, rendered when the request it answers is at hand; always whole, htmx selects its part."""

    def __init__(
        self,
        template: str,
        context: Mapping[str, Any] | None = None,
        *,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(
            b"",
            status_code=status,
            media_type="text/html",
            headers={"vary": "HX-Request, Cookie, Accept-Language", **(headers or {})},
        )
        self.template = template
        self.context = context or {}

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **options: Any) -> Any:
        self.content = request.app.state["web"].renderer.page(request, self.template, self.context)
        return super().to_asgi_response(app, request, **options)


def page(template: str, context: Mapping[str, Any] | None = None, *, status: int = 200) -> Page:
    """`return page("requests/list.html", {"requests": found})`; with a form in fault, `status=422`."""
    return Page(template, context, status=status)


class SeeOther(Response[bytes]):
    """303 to a page of this site, perhaps with a sentence for the person to read there."""

    def __init__(self, path: str, *, done: str | None = None) -> None:
        super().__init__(b"", status_code=303, media_type="text/html", headers={"location": own_path(path)})
        self.done = done

    def to_asgi_response(self, app: Any, request: Request[Any, Any, Any], **options: Any) -> Any:
        if self.done is not None:
            request.app.state["web"].renderer.leave_flash(visit_of(request.scope), self.done)
        return super().to_asgi_response(app, request, **options)


def see_other(path: str, *, done: str | None = None) -> SeeOther:
    """After a successful POST; `done` is the code of the sentence shown once on the page that follows."""
    return SeeOther(path, done=done)


def required_version(request: Request[Any, Any, Any]) -> int:
    """The version in `If-Match: "3"`. Raises a 428 when it is missing and a 400 when it is unreadable."""
    header = request.headers.get("if-match")
    if header is None:
        raise Refused(428, "version-required")
    match = _VERSION.match(header.strip())
    if match is None:
        raise Refused(400, "version-unreadable")
    return int(match.group(1))
