"""What the toolkit knows about the request being answered, in one place of the ASGI scope."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, Protocol
from uuid import UUID

from solidarity.rules.access import Person

Language = Literal["fr", "en"]
LANGUAGES: tuple[Language, ...] = ("fr", "en")
API_ROOT = "/api/v1"


class SignedIn(Protocol):
    """A person, with the session that showed who it is; a program has a token and no session."""

    @property
    def person(self) -> Person: ...

    @property
    def session_id(self) -> UUID | None: ...

    @property
    def csrf_secret(self) -> str | None: ...


@dataclass(kw_only=True, slots=True)
class Visit:
    """One request: who, in which language, how safe the line is, and the cookies its answer will set."""

    request_id: str
    at: datetime
    is_api: bool
    secure: bool
    plain_cookies: bool
    language: Language = "fr"
    signed_in: SignedIn | None = None
    form_seed: str | None = None
    set_cookies: list[str] = field(default_factory=list)

    @property
    def person(self) -> Person | None:
        return self.signed_in.person if self.signed_in else None


def visit_of(scope: Mapping[str, Any]) -> Visit:
    """The visit of a request whose scope went through the shell."""
    visit = scope["state"]["visit"]
    assert isinstance(visit, Visit)
    return visit


def keep_visit(scope: MutableMapping[str, Any], visit: Visit) -> None:
    scope.setdefault("state", {})["visit"] = visit


def is_api_path(path: str) -> bool:
    return path == "/api" or path.startswith("/api/")
