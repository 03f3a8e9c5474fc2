"""Whether anything stands at a path of a frozen value: `fund.name`, `lines.*.steps.*.title`."""

from collections.abc import Callable
from operator import attrgetter
from typing import Any


def absence(path: str) -> Callable[[Any], bool]:
    """Ask of a value whether nothing stands at the path; `*` is each of several.

    Nothing is None, zero, a blank text, or a tuple of blank texts. Make it once for each path: it is quick.
    """
    head, *rest = path.split(".*.", maxsplit=1)
    read = attrgetter(head)
    lacks_one = absence(rest[0]) if rest else None

    def lacks(value: Any) -> bool:
        try:
            found = read(value)
        except AttributeError:
            # A part that is None has nothing in it.
            return True
        if lacks_one is None or found is None:
            return _is_nothing(found)
        return any(map(lacks_one, found))

    return lacks


def _is_nothing(value: Any) -> bool:
    if isinstance(value, str):
        return not value.strip()
    if isinstance(value, tuple):
        return all(isinstance(one, str) and not one.strip() for one in value)
    return value is None or value == 0
