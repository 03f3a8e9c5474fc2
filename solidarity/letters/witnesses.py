"""Letters as witnesses: each froze the length and the root of the event log before it."""

import json
from collections.abc import Iterator
from typing import Any

from solidarity.rules.chain import Frontier
from solidarity.store.tables import EventRow, LetterRow
from solidarity.store.transaction import reading
from solidarity.trail.queries import Fault

BATCH = 2000
_UNREADABLE = "what it froze of the event log cannot be read"
_CONTRADICTS = "the event log is not the one it was issued on"


async def contradicted_letter() -> Fault | None:
    """The first letter whose frozen root is not that of the log at its length; None when all agree.

    Whoever rewrites the whole log, head included, has a chain that fits together. It no longer fits the
    letters, of which the families have copies.
    """
    async with reading():
        frontier = Frontier()
        for number, size, root in _in_order(await LetterRow.select(LetterRow.number, LetterRow.facts)):
            if size is None:
                return Fault(table="letter", row=number, reason=_UNREADABLE)
            frontier = await _grown(frontier, size)
            if frontier.size != size or frontier.root().hex() != root:
                return Fault(table="letter", row=number, reason=_CONTRADICTS)
    return None


async def _grown(frontier: Frontier, size: int) -> Frontier:
    """The frontier after `size` events, or after the last one when there are fewer."""
    while frontier.size < size:
        rows = await (
            EventRow.select(EventRow.canonical)
            .where((EventRow.sequence > frontier.size) & (EventRow.sequence <= size))
            .order_by(EventRow.sequence)
            .limit(BATCH)
        )
        if not rows:
            break
        for row in rows:
            frontier = frontier.append(bytes(row["canonical"]))
    return frontier


def _in_order(rows: list[dict[str, Any]]) -> Iterator[tuple[str, int | None, str]]:
    """(number, length, root) of every letter, those that cannot be read first, then as the log grew."""
    found = [(row["number"], *_frozen(row["facts"])) for row in rows]
    return iter(sorted(found, key=lambda letter: (letter[1] is not None, letter[1] or 0, letter[0])))


def _frozen(facts: str) -> tuple[int | None, str]:
    try:
        log = json.loads(facts)["log"]
        return int(log["size"]), str(log["root"])
    except (ValueError, KeyError, TypeError):
        return None, ""
