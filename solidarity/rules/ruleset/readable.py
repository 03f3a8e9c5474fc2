"""Whether a text of a file or a case can be read by a person, and why it cannot."""

import unicodedata

from solidarity.rules.errors import Unreadable
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.text import clean


def is_readable(text: str, *, most: int) -> bool:
    """Whether a person can read it: neither empty nor too long, nothing hidden that turns or breaks it."""
    try:
        return bool(clean(text, most=most, lines=True))
    except Unreadable:
        return False


def why_unreadable(text: str, *, most: int) -> Text:
    if not text.strip():
        return Text("ce texte est vide", "this text is empty")
    if len(text) > most:
        return Text(
            f"ce texte est trop long : {len(text)} caractères",
            f"this text is too long: {len(text)} characters",
        )
    hidden = next(
        (sign for sign in text if unicodedata.category(sign) in {"Cc", "Cf", "Cs"} and sign != "\n"), None
    )
    named = f" (U+{ord(hidden):04X})" if hidden else ""
    return Text(
        f"ce texte contient un caractère invisible ou de direction{named}",
        f"this text holds an invisible or direction character{named}",
    )
