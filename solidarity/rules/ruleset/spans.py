"""Where each value of a TOML text begins and ends, so that one is written again and the rest is left alone.

The text has been read by `tomllib` before: this walks over what is known to be well-formed.
"""

import re
import tomllib
from typing import Final

KeyPath = tuple[str | int, ...]
Span = tuple[int, int]

_BLANK: Final = re.compile(r"(?:[ \t\r\n]+|#[^\n]*)*")
_SPACE: Final = re.compile(r"[ \t]*")
_KEY: Final = re.compile(r"""[A-Za-z0-9_-]+|"(?:[^"\\]|\\.)*"|'[^']*'""")
_BETWEEN: Final = re.compile(r"(?:[ \t\r\n,]+|#[^\n]*)*")
_TEXT: Final = re.compile(
    r'"""(?:[^\\]|\\.)*?"""(?:"{0,2})' r"|'''.*?'''(?:'{0,2})" r'|"(?:[^"\\]|\\.)*"' r"|'[^']*'", re.DOTALL
)
_BARE: Final = re.compile(r"[^,\]}#\r\n]*")


def value_spans(source: str) -> dict[KeyPath, Span]:
    """The span of every plain value, by its path: `("rule", 3, "brackets", 0, "rate")`."""
    return _Walk(source).whole()


class _Walk:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        self._found: dict[KeyPath, Span] = {}
        self._arrays: dict[KeyPath, int] = {}
        self._table: KeyPath = ()

    def whole(self) -> dict[KeyPath, Span]:
        self._skip(_BLANK)
        while self._at < len(self._source):
            if self._source[self._at] == "[":
                self._header()
            else:
                self._pair(self._table)
            self._skip(_BLANK)
        return self._found

    def _header(self) -> None:
        is_array = self._source.startswith("[[", self._at)
        self._at += 2 if is_array else 1
        path: KeyPath = ()
        keys = self._keys()
        for place, key in enumerate(keys):
            path = (*path, key)
            if is_array and place == len(keys) - 1:
                self._arrays[path] = self._arrays.get(path, 0) + 1
            if path in self._arrays:
                path = (*path, self._arrays[path] - 1)
        self._table = path
        self._at = self._source.index("]", self._at) + (2 if is_array else 1)

    def _keys(self) -> list[str]:
        """A dotted key, up to what follows it."""
        keys = []
        while True:
            self._skip(_SPACE)
            written = self._take(_KEY)
            keys.append(next(iter(tomllib.loads(f"{written} = 0"))) if written[0] in "\"'" else written)
            self._skip(_SPACE)
            if self._source[self._at] != ".":
                return keys
            self._at += 1

    def _pair(self, table: KeyPath) -> None:
        path = (*table, *self._keys())
        self._at += 1
        self._skip(_SPACE)
        self._value(path)

    def _value(self, path: KeyPath) -> None:
        opening = self._source[self._at]
        if opening == "[":
            self._items(path)
        elif opening == "{":
            self._inline(path)
        else:
            first = self._at
            pattern = _TEXT if opening in "\"'" else _BARE
            self._found[path] = (first, first + len(self._take(pattern).rstrip()))

    def _items(self, path: KeyPath) -> None:
        self._at += 1
        number = 0
        self._skip(_BETWEEN)
        while self._source[self._at] != "]":
            self._value((*path, number))
            number += 1
            self._skip(_BETWEEN)
        self._at += 1

    def _inline(self, path: KeyPath) -> None:
        self._at += 1
        self._skip(_BETWEEN)
        while self._source[self._at] != "}":
            self._pair(path)
            self._skip(_BETWEEN)
        self._at += 1

    def _skip(self, pattern: re.Pattern[str]) -> None:
        self._take(pattern)

    def _take(self, pattern: re.Pattern[str]) -> str:
        found = pattern.match(self._source, self._at)
        assert found is not None, "the text was read before"
        self._at = found.end()
        return found[0]
