"""Forms of pages: read once as text, every problem beside its field, what was typed kept as typed.

    form = await read_form(request)
    name = form.text("family_name", most=100)
    amount = form.amount("amount")
    if form.errors:
        return page("students/new.html", {"form": form}, status=422)

A reader gives None when it has noted a problem, or when an optional field is empty. Repeating groups are
named `lines-0-amount`, `lines-1-amount`: `form.group("lines")` gives one form for each.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar
from uuid import UUID

from litestar import Request
from litestar.datastructures import UploadFile

from solidarity.rules.calendar import parse_day
from solidarity.rules.errors import Problem, Unreadable
from solidarity.rules.money import MOST_CENTS, Cents, parse_euros
from solidarity.rules.text import clean, clean_email, clean_person_name
from solidarity.web.typed import Typed, read_typed
from solidarity.web.visit import visit_of
from solidarity.web.wording import Speaker

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=StrEnum)
MOST_GROUPS: Final = 50
_WHOLE: Final = re.compile(r"-?[0-9]{1,9}\Z")


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldError:
    """One problem of a form, in the reader's language; `name` is also the id of the field."""

    name: str
    code: str
    message: str


class Form:
    """What was typed, and what is wrong with it."""

    def __init__(
        self, typed: Typed, speaker: Speaker, *, prefix: str = "", errors: list[FieldError] | None = None
    ) -> None:
        self._typed = typed
        self._speaker = speaker
        self._prefix = prefix
        self._errors: list[FieldError] = [] if errors is None else errors

    # What templates ask

    @property
    def errors(self) -> tuple[FieldError, ...]:
        """Every problem so far, those of repeating groups included."""
        return tuple(self._errors)

    def name(self, field: str) -> str:
        """The field's name in the HTML: its prefix is that of the group it belongs to."""
        return self._prefix + field

    def value(self, field: str, otherwise: str = "") -> str:
        return self._typed.values.get(self.name(field), (otherwise,))[0]

    def values(self, field: str) -> tuple[str, ...]:
        return self._typed.values.get(self.name(field), ())

    def error(self, field: str) -> str | None:
        name = self.name(field)
        return next((error.message for error in self._errors if error.name == name), None)

    def aria(self, field: str, hint: str = "") -> dict[str, str | None]:
        """What ties a field to its hint and to its problem, for people who do not see where they stand."""
        name, is_wrong = self.name(field), self.error(field) is not None
        ids = [f"{name}-hint"] * bool(hint) + [f"{name}-error"] * is_wrong
        return {"aria-describedby": " ".join(ids) or None, "aria-invalid": "true" if is_wrong else None}

    # What `forms.py` of a capability reads

    def text(
        self,
        field: str,
        *,
        most: int = 200,
        lines: bool = False,
        required: bool = True,
        missing: str = "required",
    ) -> str | None:
        """`missing` is the code of the sentence that says what to write, when a better one exists."""
        return self._read(
            field, lambda typed: clean(typed, most=most, lines=lines), required=required, missing=missing
        )

    def person_name(self, field: str, *, required: bool = True) -> str | None:
        return self._read(field, clean_person_name, required=required, missing="name-required")

    def email(self, field: str, *, required: bool = True) -> str | None:
        return self._read(field, clean_email, required=required, missing="email-required")

    def amount(self, field: str, *, required: bool = True, most_cents: Cents = MOST_CENTS) -> Cents | None:
        cents = self._read(field, parse_euros, required=required, missing="amount-required")
        if cents is not None and cents > most_cents:
            self.refuse(field, "amount-too-large", most_cents=most_cents)
            return None
        return cents

    def day(self, field: str, *, required: bool = True) -> date | None:
        return self._read(field, parse_day, required=required, missing="day-required")

    def whole(self, field: str, *, least: int = 0, most: int = 999, required: bool = True) -> int | None:
        def read(typed: str) -> int:
            if not _WHOLE.match(typed):
                raise Unreadable("number-unreadable")
            if int(typed) < least:
                raise Unreadable("number-too-small", least=least)
            if int(typed) > most:
                raise Unreadable("number-too-large", most=most)
            return int(typed)

        return self._read(field, read, required=required)

    def identifier(
        self, field: str, *, required: bool = True, missing: str = "choice-required"
    ) -> UUID | None:
        def read(typed: str) -> UUID:
            try:
                return UUID(typed)
            except ValueError:
                raise Unreadable("choice-unknown") from None

        return self._read(field, read, required=required, missing=missing)

    def choice(self, field: str, among: type[Choice], *, required: bool = True) -> Choice | None:
        def read(typed: str) -> Choice:
            try:
                return among(typed)
            except ValueError:
                raise Unreadable("choice-unknown") from None

        return self._read(field, read, required=required, missing="choice-required")

    def one_of(
        self, field: str, among: Iterable[str], *, required: bool = True, missing: str = "choice-required"
    ) -> str | None:
        allowed = frozenset(among)

        def read(typed: str) -> str:
            if typed not in allowed:
                raise Unreadable("choice-unknown")
            return typed

        return self._read(field, read, required=required, missing=missing)

    def several_of(self, field: str, among: Iterable[str], *, required: bool = False) -> tuple[str, ...]:
        allowed = frozenset(among)
        chosen = tuple(dict.fromkeys(self.values(field)))
        if not allowed.issuperset(chosen):
            self.refuse(field, "choice-unknown")
            return ()
        if required and not chosen:
            self.refuse(field, "choice-required")
        return chosen

    def flag(self, field: str) -> bool:
        """A single checkbox; what the box sends does not matter, only that it is ticked."""
        return bool(self.value(field))

    def secret(self, field: str) -> str:
        """A password, byte for byte as typed: spaces count."""
        return self.value(field)

    def file(self, field: str, *, required: bool = True) -> UploadFile | None:
        files = self._typed.files.get(self.name(field), ())
        if len(files) > 1:
            self.refuse(field, "several-files")
            return None
        if not files and required:
            self.refuse(field, "file-required")
            return None
        return files[0] if files else None

    def group(self, field: str, *, most: int = MOST_GROUPS) -> tuple["Form", ...]:
        """One form for each of the repeating groups, in the order of their numbers."""
        pattern = re.compile(re.escape(self.name(field)) + r"-([0-9]{1,4})-")
        numbers = sorted({int(match[1]) for name in self._typed.values if (match := pattern.match(name))})
        if len(numbers) > most:
            self.refuse(field, "too-many-lines", most=most)
        return tuple(self._part(f"{self.name(field)}-{number}-") for number in numbers[:most])

    def _part(self, prefix: str) -> "Form":
        return Form(self._typed, self._speaker, prefix=prefix, errors=self._errors)

    def refuse(self, field: str, code: str, **figures: object) -> None:
        """Note a problem that a rule found; `field` may be "" for the form as a whole."""
        message = self._speaker.say(code, figures)
        self._errors.append(FieldError(name=self.name(field), code=code, message=message))

    def refuse_all(self, problems: Iterable[Problem]) -> None:
        """Note the problems of a command: `/lines/0/amount_cents` belongs to `lines-0-amount`."""
        for problem in problems:
            name = problem.pointer.strip("/").replace("/", "-").removesuffix("_cents")
            self.refuse(name, problem.code, **problem.figures)

    def _read(
        self, field: str, read: Callable[[str], Value], *, required: bool, missing: str = "required"
    ) -> Value | None:
        given = self.values(field)
        if len(given) > 1:
            self.refuse(field, "given-twice")
            return None
        try:
            cleaned = clean(given[0], most=20_000, lines=True) if given else ""
            if not cleaned:
                if required:
                    self.refuse(field, missing)
                return None
            return read(cleaned)
        except Unreadable as fault:
            self.refuse(field, fault.code, **fault.figures)
            return None


async def read_form(request: Request[Any, Any, Any]) -> Form:
    """The form that was sent, with its problems in the language of the reader."""
    return Form(await read_typed(request), _speaker(request))


def form_with(request: Request[Any, Any, Any], values: Mapping[str, str | tuple[str, ...]]) -> Form:
    """A form to be shown for the first time, filled with what is already known."""
    listed = {name: (value,) if isinstance(value, str) else value for name, value in values.items()}
    return Form(Typed(values=listed, files={}), _speaker(request))


def query_form(request: Request[Any, Any, Any]) -> Form:
    """The filters in the address of a list, read like a form."""
    listed = {name: tuple(request.query_params.getall(name)) for name in request.query_params}
    return Form(Typed(values=listed, files={}), _speaker(request))


def _speaker(request: Request[Any, Any, Any]) -> Speaker:
    speaker = request.app.state["web"].speakers[visit_of(request.scope).language]
    assert isinstance(speaker, Speaker)
    return speaker
