"""Steps as what was found, not as sentences: the figures, and the one way each rule has of telling them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple

from solidarity.rules.money import Cents
from solidarity.rules.ruleset import explain
from solidarity.rules.ruleset.assessment import Input, Step
from solidarity.rules.ruleset.case import LineFacts
from solidarity.rules.ruleset.expressions import Value
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import FigureValue, Template, Unit, filled, written
from solidarity.rules.ruleset.model import Parameter, Rule
from solidarity.rules.ruleset.wording import CATEGORY_NAMES, kind_name

Figures = tuple[tuple[str, Unit], ...]
"""Names of the figures that a rule compares, in their order, and what each counts."""

Row = tuple[FigureValue | Value, ...]

Reading = Callable[[LineFacts, Mapping[str, Value]], FigureValue]
"""A figure of a line that any message may name."""

AMOUNTS: Figures = (("before", Unit.EUROS), ("after", Unit.EUROS))
"""What every row begins with."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Telling:
    """How a row of figures is told: the sentence, where each of its figures stands, and their names.

    A row holds the amount before and after, what the rule compared, the values of its `references`, and
    then `others`, which only the sentence names.
    """

    rule: str
    title: Text
    template: Template
    places: tuple[tuple[int, Unit], ...]
    names: tuple[str, ...]
    references: tuple[str, ...]
    others: tuple[Reading, ...]


class Told(Step):
    """A step that keeps its row; the sentence is written, in either language, when somebody reads it."""

    __slots__ = ("row", "telling")

    telling: Telling
    row: Row

    def __init__(self, telling: Telling, row: Row) -> None:
        _keep_telling(self, telling)
        _keep_row(self, row)

    @property
    def rule(self) -> str:
        return self.telling.rule

    @property
    def title(self) -> Text:
        return self.telling.title

    @property
    def before_cents(self) -> Cents:
        return self.row[0]  # type: ignore[return-value]

    @property
    def after_cents(self) -> Cents:
        return self.row[1]  # type: ignore[return-value]

    @property
    def explanation(self) -> Text:
        telling, row = self.telling, self.row
        return filled(telling.template, tuple([written(row[place], unit) for place, unit in telling.places]))

    @property
    def inputs(self) -> Mapping[str, Input]:
        """What the rule read and compared, by name; money stays integer cents."""
        found: dict[str, Input] = {}
        for name, value in zip(self.telling.names, self.row[len(AMOUNTS) :], strict=False):
            if type(value) is int:
                found[name] = value
            elif not isinstance(value, Text):
                found[name] = plain(value)
        return found

    def __eq__(self, other: object) -> bool:
        return _all(self) == _all(other) if isinstance(other, Step) else NotImplemented

    def __hash__(self) -> int:
        return hash(_all(self)[:-1])

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(Step, **dict(zip(_FIELDS, _all(self), strict=True))), ()


_keep_telling = Told.telling.__set__  # type: ignore[attr-defined]
_keep_row = Told.row.__set__  # type: ignore[attr-defined]

_FIELDS = ("rule", "title", "before_cents", "after_cents", "explanation", "inputs")


def _all(step: Step) -> tuple[Any, ...]:
    return tuple([getattr(step, name) for name in _FIELDS])


# Prepared once for each rule


class Wording(NamedTuple):
    """How a rule tells one of its results: when the amount moved, and when it did not."""

    changed: Telling
    unchanged: Telling


Speaker = Callable[[str, Figures], Wording]
"""The wording of one rule for a sentence of `explain`, told of such figures."""


def speaker(
    rule: Rule, references: tuple[str, ...], message: Template | None, params: Mapping[str, Parameter]
) -> Speaker:
    """`message` is the rule's own sentence, for an amount that moved."""

    def telling(template: Template, figures: Figures) -> Telling:
        width = len(AMOUNTS) + len(figures) + len(references)
        units = {name: (place, unit) for place, (name, unit) in reversed([*enumerate((*AMOUNTS, *figures))])}
        others = [name for name in template.names if name not in units]
        for place, name in enumerate(others, start=width):
            units[name] = place, reading_of(name, params)[1]
        return Telling(
            rule=rule.id,
            title=rule.title,
            template=template,
            places=tuple(units[name] for name in template.names),
            names=(*map(_input_name, figures), *references),
            references=references,
            others=tuple(reading_of(name, params)[0] for name in others),
        )

    def wording(sentence: str, figures: Figures) -> Wording:
        unchanged = telling(explain.TEMPLATES[sentence], figures)
        return Wording(telling(message, figures) if message is not None else unchanged, unchanged)

    return wording


def _input_name(figure: tuple[str, Unit]) -> str:
    name, unit = figure
    return f"{name}_cents" if unit is Unit.EUROS else name


def reading_of(name: str, params: Mapping[str, Parameter]) -> tuple[Reading, Unit]:
    """How a figure that any message may name is found."""
    match name:
        case "requested":
            return (lambda line, _: line.requested_cents), Unit.EUROS
        case "category":
            return (lambda line, _: CATEGORY_NAMES[line.category]), Unit.PLAIN
        case "kind":
            return (lambda line, _: kind_name(line.kind)), Unit.PLAIN
        case "months" | "age":
            path = "line.months" if name == "months" else "student.age"
            return (lambda _, values: plain(values[path])), Unit.PLAIN
    parameter = params.get(name.removeprefix("params.")) if name.startswith("params.") else None
    if parameter is not None:
        return (lambda _, values: _as_figure(values[name], parameter.measure)), parameter.measure
    return (lambda *_: None), Unit.PLAIN


def _as_figure(value: Value, unit: Unit) -> FigureValue:
    """A list becomes the text of its items, each written as what it counts."""
    if not isinstance(value, tuple):
        return value
    items = [written(item, unit) for item in value]
    return Text(", ".join(fr for fr, _ in items), ", ".join(en for _, en in items))


def plain(value: Value) -> int | bool | str | None:
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return value if isinstance(value, int | str | None) else value.isoformat()
