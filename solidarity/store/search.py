"""Looking for a word inside a column, literally: what LIKE would read as a wildcard is only itself."""

from typing import Any, Final

from piccolo.columns import Varchar

MOST_WORDS: Final = 12
_WILDCARDS = frozenset("%_\\")


def contains(column: Varchar, word: str) -> Any:
    """True where the word stands somewhere in a column that is never null and holds no wildcard sign.

    The two engines do not agree on how to escape a wildcard; none of ours occurs in names or references.
    """
    if _WILDCARDS & set(word):
        return column.is_null()
    return column.like(f"%{word}%")


def words(key: str) -> tuple[str, ...]:
    """The words of a search key, each once; of a very long one the first only.

    Every word is a condition, and SQLite refuses a statement that nests some hundred of them.
    """
    return tuple(dict.fromkeys(key.split()))[:MOST_WORDS]
