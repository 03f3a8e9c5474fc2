"""What may be typed about letters: the filters of the list, and what is to be verified."""

from dataclasses import dataclass

from litestar.datastructures import UploadFile

from solidarity.letters.wording import LETTER_KINDS
from solidarity.rules.calendar import school_year_bounds
from solidarity.rules.errors import Unreadable
from solidarity.web.forms import Form

MOST_TYPED = 100


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterFilter:
    """What a list is narrowed to; None leaves a field open."""

    school: str | None
    school_year: str | None
    kind: str | None
    q: str


@dataclass(frozen=True, kw_only=True, slots=True)
class ToVerify:
    """A file, or a number with its code."""

    file: UploadFile | None
    number: str
    code: str


def read_filter(form: Form) -> LetterFilter:
    """A filter that cannot be read narrows nothing; its problem is noted."""
    year = form.text("annee", most=9, required=False)
    try:
        school_year_bounds(year or "2000-2001")
    except Unreadable as fault:
        form.refuse("annee", fault.code)
        year = None
    return LetterFilter(
        school=form.text("ecole", most=80, required=False),
        school_year=year,
        kind=form.one_of("nature", LETTER_KINDS, required=False),
        q=form.text("numero", most=16, required=False) or "",
    )


def read_to_verify(form: Form) -> ToVerify | None:
    """None when there is neither a file nor a number with its code."""
    file = form.file("file", required=False)
    number, code = form.value("number").strip()[:MOST_TYPED], form.value("code").strip()[:MOST_TYPED]
    if file is None and not (number and code):
        if not form.errors:
            form.refuse("file", "verify-nothing")
        return None
    return ToVerify(file=file, number=number, code=code)
