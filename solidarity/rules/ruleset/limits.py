"""Caps and floors: on a line, on the request, or on a window that past grants have already filled."""

from collections.abc import Callable, Iterable, Sequence

from solidarity.rules.money import Cents
from solidarity.rules.ruleset.case import Case
from solidarity.rules.ruleset.expressions import Evaluated
from solidarity.rules.ruleset.model import Amount, Below, CapRule, FloorRule, Window
from solidarity.rules.ruleset.stages import euros, plain, untouched
from solidarity.rules.ruleset.windows import NOTHING, Rolling, Spent, Year, spent
from solidarity.rules.ruleset.work import Act, Effect, LineWork, Ready, Work, whole

Pot = tuple[str | None, str | None]
"""School year and category, where they matter; lines with the same pot share what a window leaves."""

OWN = (Window.LINE, Window.LINE_MONTH)
"""Windows of one line: nothing is shared, and no past grant is in them."""

YEARS = (Window.STUDENT_CATEGORY_YEAR, Window.STUDENT_YEAR, Window.HOUSEHOLD_YEAR, Window.SCHOOL_YEAR)


def pot_of(per: Window, line: LineWork) -> Pot:
    return (
        line.school_year if per in YEARS else None,
        line.facts.category if per is Window.STUDENT_CATEGORY_YEAR else None,
    )


def spent_before(rule: CapRule | FloorRule, line: LineWork, case: Case) -> Spent:
    """Past grants inside the window; `per` alone chooses them, not `applies_to`."""
    if not case.history or rule.per in OWN or rule.per is Window.REQUEST:
        return NOTHING
    if rule.per is Window.ROLLING:
        assert rule.over is not None, "a rolling window has a length"
        return spent(case, Rolling(rule.over), household=False)
    return spent(
        case,
        Year(line.school_year),
        household=rule.per is Window.HOUSEHOLD_YEAR,
        category=line.facts.category if rule.per is Window.STUDENT_CATEGORY_YEAR else None,
    )


Limit = Callable[[LineWork], "Cents | Evaluated"]


def limit_of(per: Window, amount: Amount) -> Limit:
    """How the limit in cents of a line is found; a monthly one covers the months of the line."""
    if isinstance(amount, int) and per is not Window.LINE_MONTH:
        return lambda _: max(0, amount)
    amount_of = whole(amount)

    def limit(line: LineWork) -> Cents | Evaluated:
        found = amount_of(line.values)
        return found if isinstance(found, Evaluated) else max(0, found)

    def limit_of_months(line: LineWork) -> Cents | Evaluated:
        found, months = amount_of(line.values), line.values["line.months"]
        assert isinstance(months, int), "months of a line are counted"
        return found if isinstance(found, Evaluated) else max(0, found) * months

    return limit_of_months if per is Window.LINE_MONTH else limit


def cap(ready: Ready, rule: CapRule) -> Act:
    acts = []
    if rule.count is not None:
        acts.append(_cap_count(ready, rule, rule.count))
    if rule.amount is not None:
        acts.append(_cap_amount(ready, rule, rule.amount))
    return acts[0] if len(acts) == 1 else _one_after_the_other(acts)


def _one_after_the_other(acts: Sequence[Act]) -> Act:
    def both(work: Work, places: tuple[int, ...]) -> None:
        for act in acts:
            act(work, places)

    return both


def _cap_amount(ready: Ready, rule: CapRule, amount: Amount) -> Act:
    limit_for, per = limit_of(rule.per, amount), rule.per
    named = euros("limit", "amount", "value", "used", "left")
    lowered, partly_used, kept = (ready.speaks(name, named) for name in ("cap", "cap-left", "cap-unchanged"))

    def act(work: Work, places: tuple[int, ...]) -> None:
        is_shared = len(places) > 1 and per not in OWN
        has_past = bool(work.case.history)
        taken: dict[Pot, Cents] = {}
        for line in work.concerned(ready, places):
            limit, before = limit_for(line), line.amount
            if isinstance(limit, Evaluated):
                work.apply(ready, line, untouched(ready, line, limit))
                continue
            used = spent_before(rule, line, work.case).cents if has_past else 0
            pot = pot_of(per, line) if is_shared else None
            if pot is not None:
                used += taken.get(pot, 0)
            left = max(0, limit - used)
            after = min(before, left)
            if pot is not None:
                taken[pot] = taken.get(pot, 0) + after
            told = kept if after == before else partly_used if used else lowered
            work.apply(ready, line, Effect(after, told, (limit, limit, before, used, left)))

    return act


def _cap_count(ready: Ready, rule: CapRule, count: Amount) -> Act:
    count_of = whole(count)
    told = ready.speaks("cap-count", plain("limit", "count", "value", "used", "left"))

    def act(work: Work, places: tuple[int, ...]) -> None:
        taken: dict[Pot, int] = {}
        for line in work.concerned(ready, places):
            limit = count_of(line.values)
            if isinstance(limit, Evaluated):
                work.apply(ready, line, untouched(ready, line, limit))
                continue
            pot = pot_of(rule.per, line)
            used = spent_before(rule, line, work.case).count + taken.get(pot, 0)
            after = line.amount if used < limit else 0
            taken[pot] = taken.get(pot, 0) + (after > 0)
            figures = (limit, limit, used, used, max(0, limit - used))
            work.apply(ready, line, Effect(after, told, figures))

    return act


# Floors


def floor(ready: Ready, rule: FloorRule) -> Act:
    """Equal passes; the sum of the lines (and of the window) is compared, and all of them fall together."""
    together = _floor_together(ready, rule)

    def act(work: Work, places: tuple[int, ...]) -> None:
        if rule.per in OWN:
            for line in work.concerned(ready, places):
                together([line], work)
            return
        pots: dict[Pot, list[LineWork]] = {}
        for line in work.concerned(ready, places):
            pots.setdefault(pot_of(rule.per, line), []).append(line)
        for lines in pots.values():
            together(lines, work)

    return act


def _floor_together(ready: Ready, rule: FloorRule) -> Callable[[list[LineWork], Work], None]:
    limit_for, refuses = limit_of(rule.per, rule.amount), rule.below is Below.REFUSE
    named = euros("limit", "amount", "value", "used")
    below, reached = ready.speaks("floor", named), ready.speaks("floor-unchanged", named)

    def together(lines: list[LineWork], work: Work) -> None:
        used = spent_before(rule, lines[0], work.case).cents
        total = used + _amounts(lines)
        for line in lines:
            limit = limit_for(line)
            if isinstance(limit, Evaluated):
                work.apply(ready, line, untouched(ready, line, limit))
            elif total >= limit:
                figures = (limit, limit, total, used)
                work.apply(ready, line, Effect(line.amount, reached, figures))
            else:
                figures = (limit, limit, total, used)
                work.apply(ready, line, Effect(0, below, figures, None, False, refuses))

    return together


def _amounts(lines: Iterable[LineWork]) -> Cents:
    return sum([line.amount for line in lines])
