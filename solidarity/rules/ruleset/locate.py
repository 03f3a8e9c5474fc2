"""On which line of a TOML file a table or a key stands, for messages that point at it."""

import re
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field

HEADER = re.compile(r"\s*\[(\[?)\s*([A-Za-z_][A-Za-z0-9_\-.]*)\s*\]\]?\s*(?:#.*)?")
KEY = re.compile(r"""\s*(["']?)([A-Za-z0-9_\-]+)\1\s*(?:\.[^=]*)?=""")
MOST_ITEMS = 200
TRIPLE = re.compile(r'"""|\'\'\'')


@dataclass(frozen=True, kw_only=True, slots=True)
class Place:
    """A table of the file: the line of its header, of its keys, of the tables that a key lists below it."""

    line: int | None = None
    keys: Mapping[str, int] = field(default_factory=dict)
    items: Mapping[int, tuple[int, ...]] = field(default_factory=dict)

    def line_of(self, key: str, index: int | None = None) -> int | None:
        """The line of a key, or of the table at `index` (from 0) in the list that the key holds."""
        line = self.keys.get(key, self.line)
        listed = self.items.get(line or 0, ())
        return listed[index] if index is not None and index < len(listed) else line


class Places:
    """Where every table of a file stands; the n-th of an array of tables by its index."""

    def __init__(self, source: str) -> None:
        self._found: dict[str, list[tuple[int, dict[str, int]]]] = defaultdict(list)
        self._found[""].append((1, {}))
        self._items: dict[int, tuple[int, ...]] = {}
        self._scan(source.split("\n"))

    def _scan(self, lines: list[str]) -> None:
        keys = self._found[""][0][1]
        quote: str | None = None
        for number, line in enumerate(lines, start=1):
            if quote is None:
                header, key = HEADER.fullmatch(line), KEY.match(line)
                if header is not None:
                    keys = {}
                    self._found[header[2]].append((number, keys))
                    self._note_in_parent(header[2], number)
                elif key is not None:
                    keys.setdefault(key[2], number)
                    if line.rstrip().endswith("[") or "{" in line:
                        self._items[number] = _items_from(lines, number)
            quote = _quote_after(line, quote)

    def _note_in_parent(self, path: str, number: int) -> None:
        """A table is also a key of the table above it, which may have no header of its own."""
        parent, _, last = path.rpartition(".")
        above = self._found[parent]
        if not above:
            above.append((number, {}))
        above[-1][1].setdefault(last, number)

    def of(self, path: str, index: int = 0) -> Place:
        found = self._found.get(path, [])
        if index < len(found):
            line, keys = found[index]
            return Place(line=line, keys=keys, items=self._items)
        parent, _, last = path.rpartition(".")
        above = self._found.get(parent, [])
        return Place(line=above[0][1].get(last, above[0][0]) if above else None)


def _items_from(lines: list[str], number: int) -> tuple[int, ...]:
    """Lines of the tables `{ … }` of a list that begins on this line; several may share one."""
    found = [number] * lines[number - 1].count("{")
    for below in range(number + 1, len(lines) + 1):
        written = lines[below - 1].lstrip()
        if not written.startswith(("{", "#")) and written.strip():
            break
        found += [below] * (written.count("{") if written.startswith("{") else 0)
        if len(found) > MOST_ITEMS:
            break
    return tuple(found)


def _quote_after(line: str, quote: str | None) -> str | None:
    for found in TRIPLE.findall(line):
        if quote is None:
            quote = found
        elif quote == found:
            quote = None
    return quote
