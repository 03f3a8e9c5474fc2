"""What a route of the API says about itself, declared beside its handler and read by `openapi.py`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

DESCRIPTION: Final = "describes"


@dataclass(frozen=True, kw_only=True, slots=True)
class Query:
    """One parameter of a query string; `words` are the only values it takes, when it has such."""

    name: str
    about: str
    words: tuple[str, ...] = ()
    pattern: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Described:
    """One operation: what it takes, what it answers, and the refusals that are its own."""

    summary: str
    answer: Any = None
    status: int = 200
    body: Any = None
    body_types: tuple[str, ...] = ("application/json",)
    query: tuple[Query, ...] = ()
    is_list: bool = False
    answer_types: tuple[str, ...] = ("application/json",)
    needs_version: bool = False
    is_repeatable: bool = False
    refusals: tuple[int, ...] = ()
    path: str | None = None


LIST_QUERY: Final = (
    Query(
        name="limit",
        about="How many items, 1 to 200; 50 without it.",
        pattern="^([1-9][0-9]?|1[0-9]{2}|200)$",
    ),
    Query(name="cursor", about="The next_cursor of the page before."),
)
SCHOOL_YEAR_PATTERN: Final = "^20[0-9]{2}-20[0-9]{2}$"


def describes(summary: str, **parts: Any) -> dict[str, Any]:
    """Joined to `opt` of a handler: `opt={**needs(…), **describes("One request", answer=RequestJson)}`."""
    return {DESCRIPTION: (Described(summary=summary, **parts),)}


def describes_both(*described: Described) -> dict[str, Any]:
    """For a handler that answers under two paths."""
    return {DESCRIPTION: tuple(described)}


def described_by(opt: dict[str, Any]) -> Sequence[Described]:
    found: Sequence[Described] = opt.get(DESCRIPTION, ())
    return found
