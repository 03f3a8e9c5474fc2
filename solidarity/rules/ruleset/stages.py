"""The rules that change one line's amount: cost, other aid, means scale, share of a period, rounding."""

from collections.abc import Mapping

from solidarity.rules.money import Cents, ceil_div, half_up_div, share_of
from solidarity.rules.ruleset import explain
from solidarity.rules.ruleset.expressions import Evaluated, Failure, Value
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import Figure, Unit, unit_of
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
from solidarity.rules.ruleset.work import Effect, LineWork, Work, euros, evaluated, whole

_DIVIDES_BY_ZERO = Evaluated(failure=Failure.DIVISION_BY_ZERO)


def untouched(line: LineWork, found: Evaluated) -> Effect:
    """A value is missing: the amount stays, the case is incomplete."""
    return Effect(after=line.amount, sentence="unchanged", unknown=found)


def cost(rule: CostRule, line: LineWork) -> Effect:
    line.may_exceed = line.may_exceed or rule.may_exceed
    if rule.units is not None:
        return _cost_of_units(rule, line)
    assert rule.amount is not None, "a cost has an amount or units"
    found = rule.amount.evaluate(line.values)
    amount = whole(found)
    if amount is None:
        return untouched(line, found)
    return _cost_effect(rule, line, amount, "cost", {})


def _cost_of_units(rule: CostRule, line: LineWork) -> Effect:
    assert rule.units is not None, "called with units"
    found = rule.units.evaluate(line.values)
    counted = whole(found)
    if counted is None:
        return untouched(line, found)
    units = max(0, counted)
    figures = {"units": Figure(units)}
    if rule.min_units is not None and units < rule.min_units:
        compared = figures | {"value": Figure(units), "limit": Figure(rule.min_units)}
        return Effect(after=0, sentence="cost-min", figures=compared)
    price = _price(rule, units, line.values)
    rate = whole(price)
    if rate is None:
        return untouched(line, price)
    figures["unit_rate"] = Figure(rate, Unit.TEN_THOUSANDTHS)
    return _cost_effect(rule, line, half_up_div(rate * units, 100), "cost-units", figures)


def _price(rule: CostRule, units: int, values: Mapping[str, Value]) -> Evaluated:
    """Ten-thousandths of a euro a unit: of the one band the units fall in, from the first unit."""
    if rule.unit_rate is None:
        return Evaluated(value=_holding(rule.bands, units).unit_rate)
    found = rule.unit_rate.evaluate(values)
    cents = whole(found)
    return found if cents is None else Evaluated(value=max(0, cents) * 100)


def _holding(bands: tuple[Band, ...], units: int) -> Band:
    return next(band for band in bands if band.stop is None or units < band.stop)


def _cost_effect(
    rule: CostRule, line: LineWork, computed: Cents, sentence: str, figures: Mapping[str, Figure]
) -> Effect:
    asked = line.facts.requested_cents
    after = max(0, computed if rule.may_exceed else min(computed, asked))
    compared = {"value": euros(computed), "amount": euros(computed), "limit": euros(asked)}
    return Effect(after=after, sentence=sentence, figures={**figures, **compared})


def deduct(rule: DeductRule, line: LineWork) -> Effect:
    found = evaluated(rule.amount, line.values)
    amount = whole(found)
    if amount is None:
        return untouched(line, found)
    deducted = max(0, amount)
    figures = {"value": euros(deducted), "amount": euros(deducted), "limit": euros(line.amount)}
    return Effect(after=max(0, line.amount - deducted), sentence="deduct", figures=figures)


# Means scale


def scale(rule: ScaleRule, line: LineWork, work: Work) -> Effect:
    found = rule.on.evaluate(line.values)
    value = whole(found)
    if value is None:
        return _scale_without(rule, line, found, work)
    figures = {"value": Figure(value, unit_of(rule.on.source))}
    bracket = _bracket_of(rule.brackets, value)
    if bracket is None or bracket.refer:
        return Effect(
            after=line.amount,
            sentence="scale-refer",
            figures=figures,
            refers=explain.sentence("scale-refer", figures),
        )
    if bracket.amount is not None:
        return _scale_amount(bracket, line, figures)
    return _scale_rate(bracket, line, figures, takes_most=work.takes_most)


def _bracket_of(brackets: tuple[Bracket, ...], value: int) -> Bracket | None:
    return next(
        (
            bracket
            for bracket in brackets
            if (bracket.start is None or bracket.start <= value)
            and (bracket.stop is None or value < bracket.stop)
        ),
        None,
    )


def _scale_amount(bracket: Bracket, line: LineWork, figures: dict[str, Figure]) -> Effect:
    assert bracket.amount is not None, "a bracket with an amount"
    found = evaluated(bracket.amount, line.values)
    amount = whole(found)
    if amount is None:
        return untouched(line, found)
    limit = max(0, amount)
    compared = figures | {"limit": euros(limit), "amount": euros(limit)}
    return Effect(after=min(line.amount, limit), sentence="scale-amount", figures=compared)


def _scale_rate(bracket: Bracket, line: LineWork, figures: dict[str, Figure], *, takes_most: bool) -> Effect:
    least, most = bracket.rate_least, bracket.rate_most
    assert least is not None, "a bracket with a rate"
    assert most is not None, "a bracket with a rate"
    is_band = least != most
    line.has_band = line.has_band or is_band
    rate = most if takes_most else least
    rates = {"rate": least, "rate_min": least, "rate_max": most}
    compared = figures | {name: Figure(points, Unit.RATE) for name, points in rates.items()}
    compared["limit"] = euros(share_of(line.amount, most))
    return Effect(
        after=share_of(line.amount, rate),
        sentence="scale-band" if is_band else "scale-rate",
        figures=compared,
    )


def _scale_without(rule: ScaleRule, line: LineWork, found: Evaluated, work: Work) -> Effect:
    """The value the scale reads is null: its `missing` says what then."""
    if not found.missing or rule.missing is Missing.INCOMPLETE:
        return untouched(line, found)
    reason = explain.unknown(found, work.ruleset.facts)
    if rule.missing is Missing.REFUSE:
        return Effect(after=0, sentence="unchanged", refers=reason, refuses=True)
    if rule.missing is Missing.REFER:
        return Effect(after=line.amount, sentence="unchanged", refers=reason)
    assert rule.missing_rate is not None, "missing = rate comes with missing_rate"
    rate = Figure(rule.missing_rate, Unit.RATE)
    figures = {"value": Figure(Text("inconnu", "unknown")), "rate": rate, "rate_min": rate, "rate_max": rate}
    after = share_of(line.amount, rule.missing_rate)
    return Effect(after=after, sentence="scale-missing-rate", figures=figures | {"limit": euros(after)})


# Share of a period, rounding


def prorate(rule: ProrateRule, line: LineWork) -> Effect:
    parts = [
        evaluated(_of_line(rule, line) if rule.units is None else rule.units, line.values),
        evaluated(rule.of, line.values),
        evaluated(rule.threshold, line.values),
    ]
    unknown = next((found for found in parts if whole(found) is None), None)
    if unknown is not None:
        return untouched(line, unknown)
    units, of, threshold = (whole(found) or 0 for found in parts)
    if of <= 0:
        return untouched(line, _DIVIDES_BY_ZERO)
    units = max(0, units)
    figures = {
        "units": Figure(units),
        "of": Figure(of),
        "threshold": Figure(threshold),
        "value": Figure(units),
        "limit": Figure(of),
    }
    before = line.amount
    if rule.mode is ProrateMode.KEEP:
        kept = half_up_div(before * min(units, of), of)
        return Effect(after=kept, sentence="prorate-keep", figures=figures)
    if units <= threshold:
        return Effect(after=before, sentence="prorate-threshold", figures=figures)
    removed = half_up_div(before * units, of)
    return Effect(after=max(0, before - removed), sentence="prorate-remove", figures=figures)


def _of_line(rule: ProrateRule, line: LineWork) -> int:
    value = line.values[f"line.{rule.by.value}"]
    assert isinstance(value, int), "days, weeks and months of a line are counted"
    return value


def rounded(rule: RoundRule, line: LineWork) -> Effect:
    steps = {
        Rounding.DOWN: line.amount // rule.to_cents,
        Rounding.HALF_UP: half_up_div(line.amount, rule.to_cents),
        Rounding.UP: ceil_div(line.amount, rule.to_cents),
    }[rule.mode]
    figures = {"to": euros(rule.to_cents), "limit": euros(rule.to_cents), "value": euros(line.amount)}
    return Effect(after=steps * rule.to_cents, sentence="round", figures=figures)
