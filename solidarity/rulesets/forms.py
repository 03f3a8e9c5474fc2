"""What may be typed about a ruleset: its values one by one, or its text."""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from solidarity.rules.ruleset.parse import MOST_BYTES
from solidarity.rulesets.editing import Field, Reads, Value
from solidarity.web.forms import Form

_RATE: Final = re.compile(r"([0-9]{1,4})(?:[.,]([0-9]{1,2}))?[ \u00a0\u202f]*%?")
_PRICE: Final = re.compile(r"([0-9]{1,8})(?:[.,]([0-9]{1,4}))?[ \u00a0\u202f]*€?")
MOST_WORDS: Final = 200
MOST_WHOLE: Final = 10**9


def read_values(form: Form, fields: Iterable[Field]) -> Mapping[str, Value]:
    """What was typed for each field; a problem is noted beside its field, which is then left out."""
    read = {one.name: READERS[one.reads](form, one.name) for one in fields}
    return {name: value for name, value in read.items() if value is not None}


def read_source(form: Form) -> str | None:
    """The text as typed, with the line ends of the file; a browser sends those of another system."""
    text = form.value("source").replace("\r\n", "\n").removeprefix("\ufeff")
    if not text.strip():
        form.refuse("source", "ruleset-empty")
        return None
    if len(text.encode("utf-8", "replace")) > MOST_BYTES:
        form.refuse("source", "text-too-long", most=MOST_BYTES)
        return None
    return text


def _rate(form: Form, name: str) -> int | None:
    return _decimal(form, name, _RATE, places=2, code="rate-unreadable")


def _price(form: Form, name: str) -> int | None:
    return _decimal(form, name, _PRICE, places=4, code="price-unreadable")


def _decimal(form: Form, name: str, pattern: re.Pattern[str], *, places: int, code: str) -> int | None:
    text = form.text(name, most=20)
    if text is None:
        return None
    found = pattern.fullmatch(text)
    if found is None:
        form.refuse(name, code)
        return None
    whole: int = int(found[1]) * 10**places
    return whole + int((found[2] or "").ljust(places, "0"))


READERS: Final[Mapping[Reads, Callable[[Form, str], Value | None]]] = {
    Reads.EUROS: lambda form, name: form.amount(name),
    Reads.RATE: _rate,
    Reads.UNIT_PRICE: _price,
    Reads.WHOLE: lambda form, name: form.whole(name, least=0, most=MOST_WHOLE),
    Reads.DAY: lambda form, name: form.day(name),
    Reads.WORDS: lambda form, name: form.text(name, most=MOST_WORDS),
    Reads.FLAG: lambda form, name: form.flag(name),
}
