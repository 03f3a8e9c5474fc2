"""What lists of the API take: filters, limit and cursor, read strictly; and the page they answer."""

import json
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from litestar import Request

from solidarity.rules.calendar import school_year_bounds
from solidarity.rules.errors import Unreadable
from solidarity.rules.text import clean
from solidarity.web.gate import Refused

MOST_ITEMS: Final = 200
USUAL_ITEMS: Final = 50
Item = TypeVar("Item")
_LIMIT: Final = re.compile(r"[0-9]{1,3}\Z", re.ASCII)
_CURSOR: Final = re.compile(r"[A-Za-z0-9_-]{1,400}={0,2}\Z")
Place = tuple[str | int, ...]
"""Where a list went on: the sort key of the last item, as JSON values."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Listing:
    """The query string of one list; `name` is part of its cursors, so that they fit no other list."""

    parameters: dict[str, str]
    name: str
    limit: int
    after: Place | None

    def text(self, name: str) -> str:
        """What is searched for; empty when nothing is."""
        try:
            return clean(self.parameters.get(name, ""), most=120)
        except Unreadable:
            raise Refused(400, "invalid-parameter", name=name) from None

    def one_of(self, name: str, known: Collection[str]) -> str | None:
        """One of the known words, or None."""
        given = self.parameters.get(name)
        if given is not None and given not in known:
            raise Refused(400, "invalid-parameter", name=name)
        return given

    def some_of(self, name: str, known: Collection[str]) -> tuple[str, ...]:
        """Several known words, separated by commas."""
        given = self.parameters.get(name)
        words = () if given is None else tuple(given.split(","))
        if any(word not in known for word in words):
            raise Refused(400, "invalid-parameter", name=name)
        return words

    def school_year(self, name: str = "school_year") -> str | None:
        given = self.parameters.get(name)
        if given is None:
            return None
        try:
            school_year_bounds(given)
        except Unreadable:
            raise Refused(400, "invalid-parameter", name=name) from None
        return given

    def after_instant(self) -> tuple[datetime, UUID] | None:
        """The cursor of a list sorted by instant, then id."""
        if self.after is None:
            return None
        try:
            at, last = self.after
            instant = datetime.fromisoformat(str(at))
            found = (instant, UUID(str(last)))
        except ValueError:
            raise Refused(400, "cursor-unreadable") from None
        if instant.tzinfo is None:
            raise Refused(400, "cursor-unreadable")
        return found

    def after_number(self) -> int | None:
        """The cursor of a list sorted by one number."""
        if self.after is None:
            return None
        if len(self.after) != 1 or not isinstance(self.after[0], int):
            raise Refused(400, "cursor-unreadable")
        return self.after[0]

    def after_word(self) -> str | None:
        """The cursor of a list sorted by one word."""
        if self.after is None:
            return None
        if len(self.after) != 1 or not isinstance(self.after[0], str):
            raise Refused(400, "cursor-unreadable")
        return self.after[0]

    def page(
        self,
        found: Sequence[Item],
        *,
        place: Callable[[Item], Place],
        item: Callable[[Item], Any],
    ) -> dict[str, Any]:
        """The answer of a list that was asked for one item more than the limit."""
        shown = found[: self.limit]
        goes_on = len(found) > self.limit
        return {
            "items": [item(one) for one in shown],
            "next_cursor": self._cursor(place(shown[-1])) if goes_on else None,
        }

    def _cursor(self, place: Place) -> str:
        text = json.dumps([self.name, *place], separators=(",", ":"))
        return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def read_listing(request: Request[Any, Any, Any], name: str) -> Listing:
    """The query string of a list. Raises a 400 for a limit outside 1 to 200 and a cursor of another list."""
    parameters = {key: str(value) for key, value in request.query_params.items()}
    sort = parameters.get("sort")
    full_name = name if sort is None else f"{name} {sort}"
    return Listing(
        parameters=parameters,
        name=full_name,
        limit=_limit(parameters.get("limit")),
        after=_place(parameters.get("cursor"), full_name),
    )


def instant_place(at: datetime, last: UUID) -> Place:
    """The place of an item in a list sorted by instant, then id."""
    return (at.isoformat(), str(last))


def _limit(given: str | None) -> int:
    if given is None:
        return USUAL_ITEMS
    if not _LIMIT.match(given) or not 1 <= int(given) <= MOST_ITEMS:
        raise Refused(400, "invalid-parameter", name="limit")
    return int(given)


def _place(given: str | None, name: str) -> Place | None:
    if given is None:
        return None
    bare = given.rstrip("=") if _CURSOR.match(given) else ""
    try:
        decoded = json.loads(urlsafe_b64decode(bare + "=" * (-len(bare) % 4)).decode("utf-8"))
    except ValueError:
        raise Refused(400, "cursor-unreadable") from None
    if not isinstance(decoded, list) or not 2 <= len(decoded) <= 4 or decoded[0] != name:
        raise Refused(400, "cursor-unreadable")
    if not all(isinstance(part, str) or type(part) is int for part in decoded):
        raise Refused(400, "cursor-unreadable")
    return tuple(decoded[1:])
