"""Where rules turn: what each condition, scale and band says at a value, and the next value that differs."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from solidarity.rules.ruleset.case import Case, LineFacts
from solidarity.rules.ruleset.expressions import Expression, Value
from solidarity.rules.ruleset.model import (
    CapRule,
    CostRule,
    EligibilityRule,
    ProrateMode,
    ProrateRule,
    Rule,
    Ruleset,
    ScaleRule,
    Severity,
    Window,
)
from solidarity.rules.ruleset.plan import expressions_of
from solidarity.rules.ruleset.windows import Rolling, spent

NUMBER = re.compile(r"(?<![\w.])\d{1,12}(?![\w.])")
CENTS = re.compile(r"cents\(\s*[\"'](\d{1,10})(?:\.(\d\d))?[\"']\s*\)")

Values = Mapping[str, Value]


@dataclass(frozen=True, kw_only=True, slots=True)
class Probe:
    """`at` says which part of a rule holds for these values; `hints` are numbers near which it may turn."""

    at: Callable[[Values], Hashable]
    names: tuple[str, ...]
    hints: tuple[int, ...]


def regions_of(ruleset: Ruleset, case: Case, line: LineFacts, moved: frozenset[str]) -> Iterator[Probe]:
    """What to ask of the rules that concern the line and read one of the moved names."""
    for rule in ruleset.rules:
        if not rule.concerns(line.category, line.kind) or _changes_nothing(rule):
            continue
        for probe in _probes(rule):
            if moved & set(probe.names):
                yield probe
        if "today" in moved and isinstance(rule, CapRule) and rule.per is Window.ROLLING:
            yield _rolling(rule, case)


def _changes_nothing(rule: Rule) -> bool:
    if isinstance(rule, EligibilityRule) and rule.severity is Severity.WARN:
        return True
    return rule.kind in {"documents", "approval", "reserve", "emergency"}


def _probes(rule: Rule) -> Iterator[Probe]:
    for expression in expressions_of(rule):
        if expression.type_name == "boolean":
            yield _asked(expression, ())
        for comparison in expression.comparisons:
            yield _asked(comparison.condition, ())
    match rule:
        case ScaleRule(on=on, brackets=brackets):
            yield _asked(on, [bracket.start for bracket in brackets])
        case CostRule(units=Expression() as units, bands=bands, min_units=least):
            yield _asked(units, [least, *(band.start for band in bands)])
        case ProrateRule(units=Expression() as units, threshold=int(threshold), mode=ProrateMode.REMOVE):
            yield _asked(units, [threshold + 1])
        case CapRule(count=Expression() as count):
            yield _asked(count, [1])


def _asked(expression: Expression, bounds: Sequence[int | None]) -> Probe:
    starts = sorted(bound for bound in bounds if bound is not None)

    def at(values: Values) -> Hashable:
        found = expression.evaluate(values).value
        if not starts:
            return found
        return bisect_right(starts, found) if isinstance(found, int) else None

    return Probe(at=at, names=expression.references, hints=(*starts, *_numbers_in(expression.source)))


def _numbers_in(source: str) -> tuple[int, ...]:
    amounts = [int(euros) * 100 + int(cents or 0) for euros, cents in CENTS.findall(source)]
    return (*amounts, *(int(found) for found in NUMBER.findall(source)))


def _rolling(rule: CapRule, case: Case) -> Probe:
    assert rule.over is not None, "a rolling window has a length"
    window = Rolling(rule.over)

    def at(values: Values) -> Hashable:
        day = values["today"]
        return spent(replace(case, today=day), window, household=False).cents  # type: ignore[arg-type]  # a day

    return Probe(at=at, names=("today",), hints=tuple(past.decided_on.toordinal() for past in case.history))


def next_change(at: Callable[[int], Hashable], start: int, edge: int, hints: Sequence[int]) -> int | None:
    """The first value from `start` towards `edge` where `at` says something else; None when nowhere.

    Looks at growing distances and around the hints, then halves: a change that is undone between two
    looks may be passed over.
    """
    here, before = at(start), start
    for point in _looks(start, edge, hints):
        if at(point) != here:
            return _first_other(at, here, before, point)
        before = point
    return None


def _looks(start: int, edge: int, hints: Sequence[int]) -> list[int]:
    step = 1 if edge >= start else -1
    reach = abs(edge - start)
    distances = {2**power for power in range(reach.bit_length())} | {reach}
    near = [hint + around for hint in hints for around in (-1, 0, 1)]
    distances |= {(hint - start) * step for hint in near}
    return [start + step * distance for distance in sorted(distances) if 0 < distance <= reach]


def _first_other(at: Callable[[int], Hashable], here: Hashable, before: int, beyond: int) -> int:
    step = 1 if beyond > before else -1
    found = bisect_left(
        range(1, abs(beyond - before)), True, key=lambda distance: at(before + step * distance) != here
    )
    return before + step * (found + 1)
