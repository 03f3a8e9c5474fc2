"""French typography for screens: a space that may not break before a colon and inside quotation marks."""

import re
from typing import Final

_BREAKABLE_BEFORE: Final = re.compile(r" (?=[:;!?»])")
_BREAKABLE_AFTER: Final = re.compile(r"(?<=«) ")


def typeset(french: str) -> str:
    """A colon or a question mark never begins a line: French puts an unbreakable space before it."""
    return _BREAKABLE_AFTER.sub("\u00a0", _BREAKABLE_BEFORE.sub("\u00a0", french))
