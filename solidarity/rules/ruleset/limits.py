"""Caps and floors: on a line, on the request, or on a window that past grants have already filled."""

from collections.abc import Iterable
from dataclasses import dataclass

from solidarity.rules.money import Cents
from solidarity.rules.ruleset.expressions import Evaluated
from solidarity.rules.ruleset.figures import Figure
from solidarity.rules.ruleset.model import Amount, Below, CapRule, FloorRule, Window
from solidarity.rules.ruleset.stages import untouched
from solidarity.rules.ruleset.windows import Rolling, Spent, Year, spent
from solidarity.rules.ruleset.work import Effect, LineWork, Work, euros, evaluated, whole

NOTHING = Spent(cents=0, count=0)


@dataclass(frozen=True, slots=True)
class Pot:
    """Lines with the same pot share what a window leaves."""

    school_year: str | None
    category: str | None


YEARS = frozenset(
    {Window.STUDENT_CATEGORY_YEAR, Window.STUDENT_YEAR, Window.HOUSEHOLD_YEAR, Window.SCHOOL_YEAR}
)


def pot_of(rule: CapRule | FloorRule, line: LineWork) -> Pot:
    return Pot(
        line.school_year if rule.per in YEARS else None,
        line.facts.category if rule.per is Window.STUDENT_CATEGORY_YEAR else None,
    )


def spent_before(rule: CapRule | FloorRule, line: LineWork, work: Work) -> Spent:
    """Past grants inside the window; `per` alone chooses them, not `applies_to`."""
    if rule.per in {Window.LINE, Window.LINE_MONTH, Window.REQUEST}:
        return NOTHING
    if rule.per is Window.ROLLING:
        assert rule.over is not None, "a rolling window has a length"
        return spent(work.case, Rolling(rule.over), household=False)
    return spent(
        work.case,
        Year(line.school_year),
        household=rule.per is Window.HOUSEHOLD_YEAR,
        category=line.facts.category if rule.per is Window.STUDENT_CATEGORY_YEAR else None,
    )


def limit_of(rule: CapRule | FloorRule, amount: Amount, line: LineWork) -> tuple[Cents | None, Evaluated]:
    """The limit in cents for this line; a monthly one covers the months of the line."""
    found = evaluated(amount, line.values)
    value = whole(found)
    if value is None:
        return None, found
    months = line.values["line.months"] if rule.per is Window.LINE_MONTH else 1
    assert isinstance(months, int), "months of a line are counted"
    return max(0, value) * months, found


def cap(rule: CapRule, work: Work) -> None:
    if rule.count is not None:
        _cap_count(rule, rule.count, work)
    if rule.amount is not None:
        _cap_amount(rule, rule.amount, work)


def _cap_amount(rule: CapRule, amount: Amount, work: Work) -> None:
    taken: dict[Pot, Cents] = {}
    is_shared = rule.per not in {Window.LINE, Window.LINE_MONTH}
    for line in work.concerned(rule):
        limit, found = limit_of(rule, amount, line)
        if limit is None:
            work.apply(rule, line, untouched(line, found))
            continue
        pot = pot_of(rule, line)
        used = spent_before(rule, line, work).cents + (taken.get(pot, 0) if is_shared else 0)
        left = max(0, limit - used)
        after = min(line.amount, left)
        taken[pot] = taken.get(pot, 0) + after
        figures = {"limit": limit, "amount": limit, "value": line.amount, "used": used, "left": left}
        name = "cap-unchanged" if after == line.amount else "cap-left" if used else "cap"
        shown = {key: euros(cents) for key, cents in figures.items()}
        work.apply(rule, line, Effect(after=after, sentence=name, figures=shown))


def _cap_count(rule: CapRule, count: Amount, work: Work) -> None:
    taken: dict[Pot, int] = {}
    for line in work.concerned(rule):
        found = evaluated(count, line.values)
        limit = whole(found)
        if limit is None:
            work.apply(rule, line, untouched(line, found))
            continue
        pot = pot_of(rule, line)
        used = spent_before(rule, line, work).count + taken.get(pot, 0)
        after = line.amount if used < limit else 0
        taken[pot] = taken.get(pot, 0) + (after > 0)
        figures = {"limit": limit, "count": limit, "value": used, "used": used, "left": max(0, limit - used)}
        shown = {key: Figure(number) for key, number in figures.items()}
        work.apply(rule, line, Effect(after=after, sentence="cap-count", figures=shown))


# Floors


def floor(rule: FloorRule, work: Work) -> None:
    """Equal passes; the sum of the lines (and of the window) is compared, and all of them fall together."""
    if rule.per in {Window.LINE, Window.LINE_MONTH}:
        for line in work.concerned(rule):
            _floor_together(rule, [line], work)
        return
    pots: dict[Pot, list[LineWork]] = {}
    for line in work.concerned(rule):
        pots.setdefault(pot_of(rule, line), []).append(line)
    for lines in pots.values():
        _floor_together(rule, lines, work)


def _floor_together(rule: FloorRule, lines: Iterable[LineWork], work: Work) -> None:
    together = list(lines)
    used = spent_before(rule, together[0], work).cents
    total = used + sum(line.amount for line in together)
    for line in together:
        limit, found = limit_of(rule, rule.amount, line)
        if limit is None:
            work.apply(rule, line, untouched(line, found))
            continue
        figures = {"limit": limit, "amount": limit, "value": total, "used": used}
        shown = {key: euros(cents) for key, cents in figures.items()}
        if total >= limit:
            work.apply(rule, line, Effect(after=line.amount, sentence="floor-unchanged", figures=shown))
        else:
            refuses = rule.below is Below.REFUSE
            work.apply(rule, line, Effect(after=0, sentence="floor", figures=shown, refuses=refuses))
