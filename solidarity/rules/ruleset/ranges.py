"""Half-open ranges of brackets and bands: read, ordered, and refused when they leave a hole or overlap."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Generic, TypeVar

from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.reading import Table

Held = TypeVar("Held")


@dataclass(frozen=True, kw_only=True, slots=True)
class Range(Generic[Held]):
    """[start, stop); None is without bound; `number` counts from 1 in the file."""

    start: int | None
    stop: int | None
    number: int
    held: Held


def bound(table: Table, key: str) -> int | None:
    """A euro string in cents, or a plain integer, in the unit of what the scale reads."""
    value = table.get(key)
    if value is None:
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return table.integer(key, least=-(10**12), most=10**12)
    if isinstance(value, str):
        return table.cents_of(key, value)
    table.wrong(key, Text("un montant en euros ou un entier", "a euro string or an integer"), value)
    return None


def in_order(owner: Table, key: str, ranges: Sequence[Range[Held]]) -> tuple[Range[Held], ...]:
    """Sorted by start, after saying every hole, overlap and empty range."""
    ordered = sorted(ranges, key=lambda found: (found.start is not None, found.start or 0))
    complain = _complainer(owner, key)
    for found in ordered:
        if found.start is not None and found.stop is not None and found.start >= found.stop:
            complain(
                "range-empty",
                Text(
                    f"la tranche {found.number} ne contient aucune valeur",
                    f"range {found.number} holds no value",
                ),
                found.number,
            )
    if ordered:
        _edges(ordered[0], ordered[-1], complain)
    for before, after in pairwise(ordered):
        _between(before, after, complain)
    return tuple(ordered)


Complain = Callable[[str, Text, int], None]


def _complainer(owner: Table, key: str) -> Complain:
    remedy = Text(
        "Chaque tranche va de from (compris) à below (non compris) et la suivante commence là ;"
        " la première n’a pas de from (ou 0), la dernière n’a pas de below.",
        "Each range goes from `from` (included) to `below` (excluded), the next begins there;"
        " the first has no from (or 0), the last has no below.",
    )

    def complain(code: str, message: Text, number: int) -> None:
        owner.complain(key, code, message, remedy, index=number - 1)

    return complain


def _edges(first: Range[Held], last: Range[Held], complain: Complain) -> None:
    if first.start is not None and first.start > 0:
        complain(
            "range-hole",
            Text(
                "rien ne couvre les valeurs sous la première tranche",
                "nothing covers values below the first range",
            ),
            first.number,
        )
    if last.stop is not None:
        complain(
            "range-hole",
            Text(
                "rien ne couvre les valeurs au-dessus de la dernière tranche",
                "nothing covers values above the last range",
            ),
            last.number,
        )


def _between(before: Range[Held], after: Range[Held], complain: Complain) -> None:
    if before.stop is None or after.start is None or before.stop > after.start:
        complain(
            "range-overlap",
            Text(
                f"les tranches {before.number} et {after.number} se chevauchent",
                f"ranges {before.number} and {after.number} overlap",
            ),
            after.number,
        )
    elif before.stop < after.start:
        complain(
            "range-hole",
            Text(
                f"il manque des valeurs entre les tranches {before.number} et {after.number}",
                f"values are missing between ranges {before.number} and {after.number}",
            ),
            after.number,
        )
