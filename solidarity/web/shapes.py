"""From a JSON value to a declared msgspec struct, collecting every problem with its JSON pointer."""

import types
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Annotated, Any, Final, Union, get_args, get_origin, get_type_hints

import msgspec
from msgspec import UnsetType

from solidarity.rules.calendar import parse_day
from solidarity.rules.errors import Problem, Unreadable
from solidarity.rules.money import MOST_CENTS
from solidarity.rules.text import clean

MOST_ITEMS: Final = 500
MOST_WHOLE: Final = 2**53
_ABSENT: Final = object()


@dataclass(frozen=True, slots=True)
class Typed:
    """A text somebody typed: at most so many characters; `lines` allows line breaks."""

    most: int
    lines: bool = False


@dataclass(frozen=True, slots=True)
class Cents:
    """An amount in whole euro cents."""

    least: int = 0
    most: int = MOST_CENTS


CENTS: Final = Cents()
_SHORT: Final = Typed(200)


def take(value: object, shape: Any, problems: list[Problem], pointer: str = "") -> Any:
    """`value` as `shape`, or whatever was reached when `problems` were added."""
    origin = get_origin(shape)
    if origin is Annotated:
        inner, *marks = get_args(shape)
        return _take_marked(value, inner, tuple(marks), problems, pointer)
    if origin in {Union, types.UnionType}:
        return _take_one_of(value, shape, problems, pointer)
    if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
        return _take_struct(value, shape, problems, pointer)
    if origin in {list, tuple}:
        return _take_list(value, shape, problems, pointer)
    return _take_marked(value, shape, (), problems, pointer)


def _take_struct(value: object, shape: type[msgspec.Struct], problems: list[Problem], pointer: str) -> Any:
    if not isinstance(value, dict):
        problems.append(Problem(pointer=pointer, code="object-expected"))
        return None
    before = len(problems)
    known = _fields(shape)
    problems.extend(
        Problem(pointer=f"{pointer}/{_escaped(key)}", code="unknown-field")
        for key in value
        if key not in known
    )
    taken = {}
    for name, (attribute, field_type, is_required) in known.items():
        given = value.get(name, _ABSENT)
        if given is not _ABSENT:
            taken[attribute] = take(given, field_type, problems, f"{pointer}/{name}")
        if is_required and (given is _ABSENT or taken[attribute] == ""):
            problems.append(Problem(pointer=f"{pointer}/{name}", code="required"))
    return shape(**taken) if len(problems) == before else None


@cache
def _fields(shape: type[msgspec.Struct]) -> dict[str, tuple[str, Any, bool]]:
    """By the name in JSON (`from` is no name in Python): attribute, type, whether it must be there."""
    hints = get_type_hints(shape, include_extras=True)
    return {
        one.encode_name: (one.name, hints[one.name], one.required) for one in msgspec.structs.fields(shape)
    }


def _take_one_of(value: object, shape: Any, problems: list[Problem], pointer: str) -> Any:
    members = get_args(shape)
    if value is None and type(None) in members:
        return None
    inner = [member for member in members if member not in {type(None), UnsetType}]
    if len(inner) == 1:
        return take(value, inner[0], problems, pointer)
    for member in inner:
        found: list[Problem] = []
        taken = take(value, member, found, pointer)
        if not found:
            return taken
    problems.append(Problem(pointer=pointer, code="value-unreadable"))
    return None


def _take_list(value: object, shape: Any, problems: list[Problem], pointer: str) -> Any:
    if not isinstance(value, list):
        problems.append(Problem(pointer=pointer, code="list-expected"))
        return None
    if len(value) > MOST_ITEMS:
        problems.append(Problem(pointer=pointer, code="list-too-long", figures={"most": MOST_ITEMS}))
        return None
    item = get_args(shape)[0]
    taken = [take(one, item, problems, f"{pointer}/{place}") for place, one in enumerate(value)]
    return tuple(taken) if get_origin(shape) is tuple else taken


def _take_marked(
    value: object, shape: Any, marks: tuple[Any, ...], problems: list[Problem], pointer: str
) -> Any:
    try:
        if get_origin(shape) in {list, tuple, Union, types.UnionType}:
            return take(value, shape, problems, pointer)
        return _leaf(value, shape, marks)
    except Unreadable as fault:
        problems.append(Problem(pointer=pointer, code=fault.code, figures=fault.figures))
        return None


def _leaf(value: object, shape: Any, marks: tuple[Any, ...]) -> Any:
    if shape is str:
        return _text(value, next((mark for mark in marks if isinstance(mark, Typed)), _SHORT))
    if shape is int:
        return _whole(value, marks)
    if shape is bool and not isinstance(value, bool):
        raise Unreadable("boolean-expected")
    if shape is date:
        return _day(value)
    try:
        return msgspec.convert(value, _with_marks(shape, marks), strict=True)
    except msgspec.ValidationError:
        raise Unreadable("required" if value is None or value == "" else "value-unreadable") from None


def _day(value: object) -> date:
    if not isinstance(value, str) or "/" in value:
        raise Unreadable("day-unreadable")
    return parse_day(value)


def _with_marks(shape: Any, marks: tuple[Any, ...]) -> Any:
    rules = tuple(mark for mark in marks if isinstance(mark, msgspec.Meta))
    return Annotated[(shape, *rules)] if rules else shape


def _text(value: object, typed: Typed) -> str:
    if not isinstance(value, str):
        raise Unreadable("text-expected")
    return clean(value, most=typed.most, lines=typed.lines)


def _whole(value: object, marks: tuple[Any, ...]) -> int:
    amount = next((mark for mark in marks if isinstance(mark, Cents)), None)
    if not isinstance(value, int) or isinstance(value, bool):
        raise Unreadable("cents-expected" if amount else "integer-expected")
    least, most = (amount.least, amount.most) if amount else (-MOST_WHOLE, MOST_WHOLE)
    for mark in marks:
        if isinstance(mark, msgspec.Meta):
            least = max(least, int(mark.ge) if mark.ge is not None else least)
            most = min(most, int(mark.le) if mark.le is not None else most)
    if value < least:
        raise Unreadable("amount-negative" if amount and value < 0 else "out-of-range", least=least)
    if value > most:
        raise Unreadable("amount-too-large" if amount else "out-of-range", most=most)
    return value


def _escaped(key: str) -> str:
    shown = key[:60].encode("utf-8", "replace").decode()
    return shown.replace("~", "~0").replace("/", "~1")
