"""Counting people for readers outside: no cell of fewer than eleven, none that a difference gives away.

Nothing is hidden beside figures from which it could be computed: what is too small is put together with its
neighbours, so that every number on the page stands for eleven people or more, or for nobody.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from solidarity.rules.money import Cents

LEAST: Final = 11
_Names = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Helped:
    """One grant line: whom it helps, where, with what."""

    person: str
    row: str
    column: str
    amount_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    people: int
    amount_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """One line of the table; several names were put together because one of them was too small."""

    names: _Names
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Published:
    """What may be shown. Without rows there were too few people for any table.

    `people` is None when together with the cells it would tell how few had help of several kinds.
    """

    columns: tuple[_Names, ...]
    rows: tuple[Row, ...]
    totals: tuple[Cell, ...]
    people: int | None


def published(helped: Iterable[Helped], *, least: int = LEAST) -> Published:
    """The finest table of people by row and column that shows no cell of 1 to `least` - 1 people.

    Columns are put together in every way there is, rows then as few as must be; the way with the most cells
    wins, the first of equals.
    """
    ground = _Ground(helped)
    best: Published | None = None
    for columns in sorted(_partitions(ground.columns), key=lambda parts: (-len(parts), parts)):
        found = _table(ground, columns, least)
        if found is not None and (best is None or _size(found) > _size(best)):
            best = found
    return best or Published(columns=(), rows=(), totals=(), people=None)


class _Ground:
    """Everybody by row and column, each combination gone through once."""

    def __init__(self, helped: Iterable[Helped]) -> None:
        self._people: dict[tuple[str, str], set[str]] = {}
        self._amounts: dict[tuple[str, str], Cents] = {}
        for one in helped:
            place = one.row, one.column
            self._people.setdefault(place, set()).add(one.person)
            self._amounts[place] = self._amounts.get(place, 0) + one.amount_cents
        self.rows = sorted({row for row, _column in self._people})
        self.columns = sorted({column for _row, column in self._people})
        self.people = len(set().union(*self._people.values()))

    def cells(self, rows: _Names, columns: Sequence[_Names]) -> tuple[Cell, ...]:
        return tuple(self._cell([(row, name) for row in rows for name in names]) for names in columns)

    def _cell(self, places: Sequence[tuple[str, str]]) -> Cell:
        people: set[str] = set().union(*(self._people.get(place, set()) for place in places))
        return Cell(people=len(people), amount_cents=sum(self._amounts.get(place, 0) for place in places))


def _table(ground: _Ground, columns: Sequence[_Names], least: int) -> Published | None:
    rows = _merged(ground, columns, least)
    if not rows:
        return None
    shown = tuple(Row(names=names, cells=ground.cells(names, columns)) for names in rows)
    totals = tuple(
        Cell(
            people=sum(row.cells[place].people for row in shown),
            amount_cents=sum(row.cells[place].amount_cents for row in shown),
        )
        for place in range(len(columns))
    )
    twice = sum(total.people for total in totals) - ground.people
    is_telling = 0 < twice < least
    return Published(
        columns=tuple(columns), rows=shown, totals=totals, people=None if is_telling else ground.people
    )


def _merged(ground: _Ground, columns: Sequence[_Names], least: int) -> list[_Names]:
    """The rows, the small ones put together, with the smallest of the others as long as that is needed."""

    def is_small(names: _Names) -> bool:
        return any(0 < cell.people < least for cell in ground.cells(names, columns))

    def people(names: _Names) -> tuple[int, _Names]:
        return sum(cell.people for cell in ground.cells(names, columns)), names

    rows: list[_Names] = [(name,) for name in ground.rows]
    small = [names for names in rows if is_small(names)]
    if not small:
        return rows
    others = sorted((names for names in rows if names not in small), key=people)
    together: _Names = tuple(name for names in small for name in names)
    while is_small(together):
        if not others:
            return []
        together = tuple(sorted((*together, *others.pop(0))))
    return [*sorted(others), together]


def _size(table: Published) -> int:
    return len(table.rows) * len(table.columns)


def _partitions(names: Sequence[str]) -> Iterator[tuple[_Names, ...]]:
    """Every way to put names together; each part and the parts are in order."""
    if not names:
        yield ()
        return
    first, rest = names[0], names[1:]
    for parts in _partitions(rest):
        yield tuple(sorted(((first,), *parts)))
        for place, part in enumerate(parts):
            yield tuple(sorted(((first, *part), *parts[:place], *parts[place + 1 :])))
