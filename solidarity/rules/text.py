"""The one gate for typed text: what is refused, what is kept as typed, and how texts are compared."""

import re
import unicodedata
from typing import Final

from solidarity.rules.errors import Unreadable

MOST_LINES: Final = 200
MOST_NAME_CHARACTERS: Final = 100
MOST_EMAIL_CHARACTERS: Final = 254
MOST_FILE_NAME_CHARACTERS: Final = 100

_TRIMMED = " \t\r\n\u00a0\u2007\u202f\u3000\ufeff"
_NEWLINE = re.compile("\r\n|[\r\n\u2028\u2029]")
_CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_CONTROL_IN_LINES = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_BROKEN = re.compile("[\x00\ud800-\udfff\ufffd\ufdd0-\ufdef\ufffe\uffff]")
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Characters that leave no ink: a text made of these alone looks empty.
_INVISIBLE = re.compile(
    "[\\s\u00ad\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200d\u2060-\u2064\u2800\u3164\ufe00-\ufe0f\ufeff\uffa0]+"
)
_NAME_SIGNS = frozenset(" \u2019'-.")
_NAME_SPACES = re.compile("[\u00a0\u2007\u202f]")

_UNDECOMPOSED = str.maketrans({"œ": "oe", "æ": "ae", "ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})
_APOSTROPHES = frozenset("'\u2018\u2019\u02bc\u2032`\u00b4")

_FILE_NAME_REFUSED = re.compile('[\x00-\x1f\x7f-\x9f<>:"|?*;/\\\\%]')
_DEVICE_NAME = re.compile(r"(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.IGNORECASE)

_LOCAL_PART = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[a-z0-9!#$%&'*+/=?^_`{|}~-]+)*"
_HOST_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_EMAIL = re.compile(rf"({_LOCAL_PART})@((?:{_HOST_LABEL}\.)+{_HOST_LABEL})")


def clean(text: str, *, most: int, lines: bool = False) -> str:
    """Give the text back in NFC and trimmed, inside as typed; an empty text comes back empty.

    `most` counts characters. Raises Unreadable: text-broken, text-direction, text-control, text-invisible,
    text-too-long, text-too-many-lines.
    """
    # A megabyte is refused before anything walks through it; NFC never makes a text three times shorter.
    if len(text) > 3 * most + 1000:
        raise Unreadable("text-too-long", most=most, found=len(text))
    if _BROKEN.search(text):
        raise Unreadable("text-broken")
    if _DIRECTION.search(text):
        raise Unreadable("text-direction")
    cleaned = unicodedata.normalize("NFC", text).strip(_TRIMMED)
    if lines:
        cleaned = _NEWLINE.sub("\n", cleaned)
    if (_CONTROL_IN_LINES if lines else _CONTROL).search(cleaned):
        raise Unreadable("text-control")
    _measure(cleaned, most)
    return cleaned


def _measure(cleaned: str, most: int) -> None:
    if cleaned and _INVISIBLE.fullmatch(cleaned):
        raise Unreadable("text-invisible")
    if len(cleaned) > most:
        raise Unreadable("text-too-long", most=most, found=len(cleaned))
    if cleaned.count("\n") >= MOST_LINES:
        raise Unreadable("text-too-many-lines", most=MOST_LINES)


def clean_person_name(text: str) -> str:
    """Keep a name as typed: letters, digits and marks of any script, space, ’ ' - and full stop.

    Raises Unreadable: name-required, name-character (naming the first one), and those of `clean`.
    """
    name = clean(_NAME_SPACES.sub(" ", text), most=MOST_NAME_CHARACTERS)
    for character in name:
        if not _belongs_in_a_name(character):
            raise Unreadable("name-character", character=character)
    if not any(unicodedata.category(character)[0] in "LN" for character in name):
        raise Unreadable("name-required")
    return name


def _belongs_in_a_name(character: str) -> bool:
    category = unicodedata.category(character)
    return character in _NAME_SIGNS or category[0] in "LM" or category == "Nd"


def search_key(text: str) -> str:
    """Reduce a text to what people compare: no accents, no case, apostrophes and hyphens as spaces."""
    if text.isascii():
        folded = text.casefold().replace("-", " ").replace("'", " ").replace("`", " ")
        return " ".join(folded.split())
    decomposed = unicodedata.normalize("NFKD", text.casefold().translate(_UNDECOMPOSED))
    folded = "".join(_compared(character) for character in decomposed).casefold()
    return " ".join(unicodedata.normalize("NFC", folded).split())


def _compared(character: str) -> str:
    category = unicodedata.category(character)
    if character in _APOSTROPHES or category == "Pd":
        return " "
    # Vowel signs of Indic scripts are marks too, but their combining class is 0: they stay.
    if unicodedata.combining(character) or category in {"Cf", "Cs"}:
        return ""
    return character


def clean_file_name(text: str) -> str:
    """Give a name that is safe to show and to offer as an attachment; files are never stored under it."""
    name = unicodedata.normalize("NFC", re.split(r"[/\\]", _BROKEN.sub("", text))[-1])
    name = _DIRECTION.sub("", _FILE_NAME_REFUSED.sub("_", name)).strip(_TRIMMED + ".")
    name = "".join(character for character in name if unicodedata.category(character)[0] != "C")
    if _DEVICE_NAME.fullmatch(name):
        name = f"_{name}"
    if len(name) > MOST_FILE_NAME_CHARACTERS:
        stem, dot, ending = name.rpartition(".")
        kept = f"{dot}{ending}" if stem and len(ending) <= 10 else ""
        name = name[: MOST_FILE_NAME_CHARACTERS - len(kept)] + kept
    return name if name.strip("_. ") else "document"


def clean_email(text: str) -> str:
    """Give one address in lower case; raises Unreadable: email-required, email-several, email-unreadable."""
    address = text.strip(" \u00a0\u202f").lower()
    if not address:
        raise Unreadable("email-required")
    if address.count("@") > 1 and re.search(r"[\s,;]", address):
        raise Unreadable("email-several")
    match = _EMAIL.fullmatch(address) if len(address) <= MOST_EMAIL_CHARACTERS else None
    if match is None or len(match[1]) > 64:
        raise Unreadable("email-unreadable")
    return address
