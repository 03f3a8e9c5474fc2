"""References people quote: request and letter numbers, verification codes, slugs and pseudonyms."""

import hashlib
import re
from typing import Final
from uuid import UUID

from solidarity.rules.errors import Unreadable
from solidarity.rules.text import search_key

CROCKFORD: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_CHARACTERS: Final = 26
CODE_BYTES: Final = 17
"""130 bits need seventeen random bytes; the six bits left over are dropped."""

_REQUEST_REFERENCE = re.compile(r"([0-9]{4})-([0-9]{6,12})")
_LETTER_NUMBER = re.compile(r"L([0-9]{4})-([0-9]{6,12})")
_NOT_IN_A_SLUG = re.compile(r"[^a-z0-9]+")
_CODE_SEPARATORS = re.compile(r"[\s\u00a0\u202f\u2010\u2011-]+")
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})
_MOST_TYPED = 100
_PUPIL = {"fr": "Élève", "en": "Student"}


def request_reference(year: int, number: int) -> str:
    return f"{year:04}-{number:06}"


def letter_number(year: int, number: int) -> str:
    return f"L{year:04}-{number:06}"


def parse_request_reference(text: str) -> tuple[int, int]:
    """Give (year, number); raises Unreadable("reference-unreadable")."""
    return _year_and_number(_REQUEST_REFERENCE, text, letter_number=False)


def parse_letter_number(text: str) -> tuple[int, int]:
    """Give (year, number), lower case allowed; raises Unreadable("reference-unreadable")."""
    return _year_and_number(_LETTER_NUMBER, text, letter_number=True)


def _year_and_number(pattern: re.Pattern[str], text: str, *, letter_number: bool) -> tuple[int, int]:
    typed = text.strip().upper() if letter_number else text.strip()
    match = pattern.fullmatch(typed)
    # One spelling for one thing: 2026-0000123 is not another way to write 2026-000123.
    if match is None or int(match[2]) == 0 or f"{int(match[2]):06}" != match[2]:
        raise Unreadable("reference-unreadable")
    return int(match[1]), int(match[2])


def verification_code(random_bytes: bytes) -> str:
    """Write 130 random bits as 26 characters that are hard to misread (Crockford's base 32)."""
    assert len(random_bytes) == CODE_BYTES, "a verification code is made of 17 random bytes"
    return _crockford(int.from_bytes(random_bytes, "big") >> 6, CODE_CHARACTERS)


def _crockford(number: int, characters: int) -> str:
    return "".join(CROCKFORD[number >> (5 * place) & 31] for place in reversed(range(characters)))


def normalise_code(text: str) -> str:
    """Read a code typed from paper: spaces, hyphens, lower case, O for 0, I or L for 1.

    Raises Unreadable("code-unreadable").
    """
    code = _CODE_SEPARATORS.sub("", text[:_MOST_TYPED]).upper().translate(_MISREAD)
    if (
        len(text) > _MOST_TYPED
        or len(code) != CODE_CHARACTERS
        or any(character not in CROCKFORD for character in code)
    ):
        raise Unreadable("code-unreadable")
    return code


def slug(text: str) -> str:
    """Give the text as it stands in an address; raises Unreadable("slug-empty") when no letter survives."""
    found = _NOT_IN_A_SLUG.sub("-", search_key(text)).strip("-")
    if not found:
        raise Unreadable("slug-empty")
    return found


def pseudonym(student_id: UUID, language: str = "fr") -> str:
    """Name a pupil without saying who: "Élève 7F3K", always the same for the same id."""
    digest = hashlib.sha256(b"pseudonym" + student_id.bytes).digest()
    return f"{_PUPIL[language]} {_crockford(int.from_bytes(digest[:3], 'big'), 4)}"
