"""The rules that change one line's amount: cost, other aid, means scale, share of a period, rounding.

Each function makes a rule ready once: what it returns runs for each line of each case.
"""

from collections.abc import Callable

from solidarity.rules.money import ceil_div, floor_div, half_up_div, share_of
from solidarity.rules.ruleset.expressions import Evaluated, Failure
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import Unit
from solidarity.rules.ruleset.model import (
    Band,
    Bracket,
    CostRule,
    DeductRule,
    Missing,
    ProrateMode,
    ProrateRule,
    Rounding,
    RoundRule,
    ScaleRule,
)
from solidarity.rules.ruleset.told import Figures
from solidarity.rules.ruleset.work import Act, Effect, LineWork, Ready, Whole, Work, whole

Change = Callable[[LineWork], Effect]
"""What a rule does to a line."""

_DIVIDES_BY_ZERO = Evaluated(failure=Failure.DIVISION_BY_ZERO)
_UNKNOWN_VALUE = Text("inconnu", "unknown")


def euros(*names: str) -> Figures:
    return tuple((name, Unit.EUROS) for name in names)


def plain(*names: str) -> Figures:
    return tuple((name, Unit.PLAIN) for name in names)


def untouched(ready: Ready, line: LineWork, found: Evaluated) -> Effect:
    """A value is missing: the amount stays, the case is incomplete."""
    return Effect(line.amount, ready.nothing, (), found)


def line_by_line(ready: Ready, change: Change) -> Act:
    def act(work: Work, places: tuple[int, ...]) -> None:
        for line in work.concerned(ready, places):
            work.apply(ready, line, change(line))

    return act


# Cost and other aid


def cost(ready: Ready, rule: CostRule) -> Change:
    if rule.units is not None:
        return _cost_of_units(ready, rule, whole(rule.units))
    assert rule.amount is not None, "a cost has an amount or units"
    amount_of, may_exceed = whole(rule.amount), rule.may_exceed
    told = ready.speaks("cost", euros("value", "amount", "limit"))

    def change(line: LineWork) -> Effect:
        computed, asked = amount_of(line.values), line.requested
        if isinstance(computed, Evaluated):
            return untouched(ready, line, computed)
        after = max(0, computed if may_exceed else min(computed, asked))
        return Effect(after, told, (computed, computed, asked))

    return change


def _cost_of_units(ready: Ready, rule: CostRule, units_of: Whole) -> Change:
    may_exceed, least, price_of = rule.may_exceed, rule.min_units, _price(rule)
    rate_unit = (("unit_rate", Unit.TEN_THOUSANDTHS),)
    few = ready.speaks("cost-min", plain("units", "value", "limit"))
    told = ready.speaks("cost-units", (*euros("value", "amount", "limit"), *plain("units"), *rate_unit))

    def change(line: LineWork) -> Effect:
        counted = units_of(line.values)
        if isinstance(counted, Evaluated):
            return untouched(ready, line, counted)
        units = max(0, counted)
        if least is not None and units < least:
            return Effect(0, few, (units, units, least))
        rate = price_of(line, units)
        if isinstance(rate, Evaluated):
            return untouched(ready, line, rate)
        computed, asked = half_up_div(rate * units, 100), line.requested
        after = max(0, computed if may_exceed else min(computed, asked))
        return Effect(after, told, (computed, computed, asked, units, rate))

    return change


def _price(rule: CostRule) -> Callable[[LineWork, int], int | Evaluated]:
    """Ten-thousandths of a euro a unit: of the one band the units fall in, from the first unit."""
    if rule.unit_rate is None:
        return lambda _, units: _holding(rule.bands, units).unit_rate
    cents_of = whole(rule.unit_rate)

    def price(line: LineWork, _: int) -> int | Evaluated:
        cents = cents_of(line.values)
        return cents if isinstance(cents, Evaluated) else max(0, cents) * 100

    return price


def _holding(bands: tuple[Band, ...], units: int) -> Band:
    return next(band for band in bands if band.stop is None or units < band.stop)


def deduct(ready: Ready, rule: DeductRule) -> Change:
    amount_of = whole(rule.amount)
    told = ready.speaks("deduct", euros("value", "amount", "limit"))

    def change(line: LineWork) -> Effect:
        amount, before = amount_of(line.values), line.amount
        if isinstance(amount, Evaluated):
            return untouched(ready, line, amount)
        deducted = max(0, amount)
        return Effect(max(0, before - deducted), told, (deducted, deducted, before))

    return change


# Means scale


def scale(ready: Ready, rule: ScaleRule) -> Change:
    value_of, without = whole(rule.on), _scale_without(ready, rule)
    measured = (("value", rule.counts),)
    refers = ready.speaks("scale-refer", measured)
    brackets = [(each.start, each.stop, _in_bracket(ready, each, measured)) for each in rule.brackets]

    def change(line: LineWork) -> Effect:
        value = value_of(line.values)
        if isinstance(value, Evaluated):
            return without(line, value)
        for start, stop, inside in brackets:
            if (start is None or start <= value) and (stop is None or value < stop):
                if inside is None:
                    break
                return inside(line, value)
        return Effect(line.amount, refers, (value,), None, True)

    return change


Inside = Callable[[LineWork, int], Effect]
"""What a bracket does to a line whose value falls in it; None when a person decides."""


def _in_bracket(ready: Ready, bracket: Bracket, measured: Figures) -> Inside | None:
    if bracket.refer:
        return None
    if bracket.amount is not None:
        return _amount_inside(ready, whole(bracket.amount), measured)
    assert bracket.rate_least is not None, "a bracket with a rate"
    assert bracket.rate_most is not None, "a bracket with a rate"
    return _rate_inside(ready, bracket.rate_least, bracket.rate_most, measured)


def _amount_inside(ready: Ready, amount_of: Whole, measured: Figures) -> Inside:
    told = ready.speaks("scale-amount", (*euros("limit", "amount"), *measured))

    def inside(line: LineWork, value: int) -> Effect:
        amount = amount_of(line.values)
        if isinstance(amount, Evaluated):
            return untouched(ready, line, amount)
        limit = max(0, amount)
        return Effect(min(line.amount, limit), told, (limit, limit, value))

    return inside


def _rate_inside(ready: Ready, least: int, most: int, measured: Figures) -> Inside:
    is_band = least != most
    told = ready.speaks("scale-band" if is_band else "scale-rate", _rated(measured))

    def inside(line: LineWork, value: int) -> Effect:
        limit = share_of(line.amount, most)
        after = limit
        if is_band:
            line.has_band = True
            if not line.takes_most:
                after = share_of(line.amount, least)
        return Effect(after, told, (limit, value, least, least, most))

    return inside


def _rated(measured: Figures) -> Figures:
    rates = tuple((name, Unit.RATE) for name in ("rate", "rate_min", "rate_max"))
    return *euros("limit"), *measured, *rates


def _scale_without(ready: Ready, rule: ScaleRule) -> Callable[[LineWork, Evaluated], Effect]:
    """The value the scale reads is null: its `missing` says what then."""
    told = ready.speaks("scale-missing-rate", _rated(plain("value")))

    def without(line: LineWork, found: Evaluated) -> Effect:
        if not found.missing or rule.missing is Missing.INCOMPLETE:
            return untouched(ready, line, found)
        if rule.missing is Missing.REFUSE:
            return Effect(0, ready.nothing, unknown=found, refuses=True)
        if rule.missing is Missing.REFER:
            return Effect(line.amount, ready.nothing, unknown=found, refers=True)
        rate = rule.missing_rate
        assert rate is not None, "missing = rate comes with missing_rate"
        after = share_of(line.amount, rate)
        return Effect(after, told, (after, _UNKNOWN_VALUE, rate, rate, rate))

    return without


# Share of a period, rounding


def prorate(ready: Ready, rule: ProrateRule) -> Change:
    counted = f"line.{rule.by.value}"
    parts = (None if rule.units is None else whole(rule.units), whole(rule.of), whole(rule.threshold))
    named = plain("units", "of", "threshold", "value", "limit")
    keeps, stays, removes = (
        ready.speaks(f"prorate-{name}", named) for name in ("keep", "threshold", "remove")
    )

    def change(line: LineWork) -> Effect:
        found = [part(line.values) if part is not None else line.values[counted] for part in parts]
        unknown = next((each for each in found if isinstance(each, Evaluated)), None)
        if unknown is not None:
            return untouched(ready, line, unknown)
        units, of, threshold = found
        assert isinstance(units, int), "days, weeks and months of a line are counted"
        assert isinstance(of, int), "what is known is whole"
        assert isinstance(threshold, int), "what is known is whole"
        if of <= 0:
            return untouched(ready, line, _DIVIDES_BY_ZERO)
        units, before = max(0, units), line.amount
        figures = (units, of, threshold, units, of)
        if rule.mode is ProrateMode.KEEP:
            return Effect(half_up_div(before * min(units, of), of), keeps, figures)
        if units <= threshold:
            return Effect(before, stays, figures)
        return Effect(max(0, before - half_up_div(before * units, of)), removes, figures)

    return change


_DIVISIONS = {Rounding.DOWN: floor_div, Rounding.HALF_UP: half_up_div, Rounding.UP: ceil_div}


def rounded(ready: Ready, rule: RoundRule) -> Change:
    to_cents, divide = rule.to_cents, _DIVISIONS[rule.mode]
    told = ready.speaks("round", euros("to", "limit", "value"))

    def change(line: LineWork) -> Effect:
        before = line.amount
        return Effect(divide(before, to_cents) * to_cents, told, (to_cents, to_cents, before))

    return change
