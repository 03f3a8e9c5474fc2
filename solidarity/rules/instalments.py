"""A grant cut into dated instalments whose sum is exactly the grant."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from solidarity.rules.calendar import Frequency, add_months, months_touched, term_start, terms_touched
from solidarity.rules.money import Cents

PAYING_DAY: Final = 5
"""Payments leave on the fifth of a month."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Instalment:
    due_on: date
    amount_cents: Cents


def instalments(
    *, granted_cents: Cents, frequency: str, period_from: date, period_to: date, first_on: date
) -> tuple[Instalment, ...]:
    """Cut the grant: one instalment a month touched, one a term touched, else one; a rest goes to the first.

    None is due before `first_on`, the day the money may first leave. Nothing granted, nothing due.
    """
    assert granted_cents >= 0, "a grant is never negative"
    months = _paying_months(frequency, period_from, period_to)
    earliest = _paying_day_from(first_on)
    amounts = _equal_amounts(granted_cents, len(months))
    return tuple(
        Instalment(due_on=max(month.replace(day=PAYING_DAY), earliest), amount_cents=amount)
        for month, amount in zip(months, amounts, strict=True)
        if amount
    )


def _paying_months(frequency: str, period_from: date, period_to: date) -> list[date]:
    first = period_from.replace(day=1)
    if frequency == Frequency.MONTHLY:
        return [add_months(first, month) for month in range(months_touched(period_from, period_to))]
    if frequency == Frequency.TERMLY:
        return _term_months(first, terms_touched(period_from, period_to))
    return [first]


def _term_months(first: date, terms: int) -> list[date]:
    """The month the period begins in, then the first month of each following term."""
    months = [first]
    while len(months) < terms:
        month = add_months(months[-1], 1)
        while month != term_start(month):
            month = add_months(month, 1)
        months.append(month)
    return months


def _paying_day_from(day: date) -> date:
    fifth = day.replace(day=PAYING_DAY)
    return fifth if fifth >= day else add_months(fifth, 1)


def _equal_amounts(cents: Cents, count: int) -> list[Cents]:
    each, rest = divmod(cents, count)
    return [each + rest, *([each] * (count - 1))]
