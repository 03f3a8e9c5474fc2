"""Past requests under other rules: each pupil's in their order, so that what was granted before counts."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache

from solidarity.rules.calendar import school_year_of
from solidarity.rules.money import Cents
from solidarity.rules.ruleset.assess import assess
from solidarity.rules.ruleset.assessment import Assessment, Check, LineAssessment, Outcome
from solidarity.rules.ruleset.case import Case, LineFacts, PastGrant
from solidarity.rules.ruleset.case_record import case_from_record
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.model import Ruleset
from solidarity.rules.ruleset.moving import moved, with_facts, years_between
from solidarity.rules.ruleset.parse import parse


@dataclass(frozen=True, kw_only=True, slots=True)
class PastLine:
    """What the rules of then proposed for a line, and what was granted."""

    proposed_cents: Cents
    granted_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Past:
    """A request as it was decided; `facts` is the text of its case record, `order` that of the decisions."""

    reference: str
    student: str
    order: int
    outcome: str
    ruleset_sha256: str
    facts: str
    lines: tuple[PastLine, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Question:
    """The rules to try, and for each ruleset of then (by its sha256) the facts that mean the same in both."""

    source: str
    from_year: str
    facts_in_common: dict[str, frozenset[str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class SimulatedLine:
    """Proposed and granted then, and what both would be now; `most_cents` is the top of a discretion band."""

    category: str
    proposed_cents: Cents
    granted_cents: Cents
    new_proposed_cents: Cents
    new_granted_cents: Cents
    most_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Simulated:
    """One request under the rules of then and under those tried; days are those of the past year."""

    reference: str
    student: str
    order: int
    decided_on: date
    school: str
    region_code: str
    outcome_then: str
    outcome: str
    lines: tuple[SimulatedLine, ...]
    lacks_facts: tuple[Text, ...] = ()
    lacks_papers: tuple[Text, ...] = ()
    lacks_kinds: tuple[str, ...] = ()


def simulate_students(question: Question, students: Iterable[Sequence[Past]]) -> list[Simulated]:
    """Every request of these pupils, pupil by pupil; all requests of one pupil must be together.

    The history of a request is what the simulation itself granted before it in that year, and what was
    really granted outside that year. Pure: any cutting into parts gives the same results.
    """
    ruleset = _parsed(question.source)
    trial = _Trial(
        ruleset=ruleset,
        from_year=question.from_year,
        years=years_between(question.from_year, ruleset.school_year),
        facts_in_common=question.facts_in_common,
    )
    return [one for pasts in students for one in _simulate_student(trial, pasts)]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Trial:
    ruleset: Ruleset
    from_year: str
    years: int
    facts_in_common: dict[str, frozenset[str]]


@lru_cache(maxsize=4)
def _parsed(source: str) -> Ruleset:
    return parse(source)


def _simulate_student(trial: _Trial, pasts: Sequence[Past]) -> list[Simulated]:
    grants: list[PastGrant] = []
    return [_simulated(trial, past, grants) for past in sorted(pasts, key=_order)]


def _order(past: Past) -> tuple[int, str]:
    return past.order, past.reference


def _simulated(trial: _Trial, past: Past, grants: list[PastGrant]) -> Simulated:
    """One request; what is granted for it joins `grants`, the history of the pupil's next one."""
    # Envelopes change neither outcome nor proposal: who pays is asked when all amounts are known.
    then = case_from_record(json.loads(past.facts) | {"envelopes": None})
    names = trial.facts_in_common[past.ruleset_sha256]
    case, places = _readable(trial, then, names, grants)
    # Figures are enough, except where the words say what is missing.
    found = assess(trial.ruleset, case, speaks=False) if case.lines else None
    by_place = dict(zip(places, found.lines if found else (), strict=True))
    lines = tuple(
        _line(line.category, real, by_place.get(place))
        for place, (line, real) in enumerate(zip(then.lines, past.lines, strict=True))
    )
    grants.extend(_grants(case, [lines[place].new_granted_cents for place in places]))
    checks = _lacking(trial, case, found)
    return Simulated(
        reference=past.reference,
        student=past.student,
        order=past.order,
        decided_on=then.today,
        school=then.student.school or "",
        region_code=then.student.region_code or "",
        outcome_then=past.outcome,
        outcome=(found.outcome if found else Outcome.NOT_ELIGIBLE).value,
        lines=lines,
        lacks_facts=_messages(check for check in checks if not check.needs),
        lacks_papers=_messages(check for check in checks if check.needs),
        lacks_kinds=_lacking_kinds(then, trial.ruleset),
    )


def _line(category: str, real: PastLine, found: LineAssessment | None) -> SimulatedLine:
    """Without an assessment the tried rules do not know what was asked for: they pay nothing."""
    proposed_cents = found.proposed_cents if found else 0
    return SimulatedLine(
        category=category,
        proposed_cents=real.proposed_cents,
        granted_cents=real.granted_cents,
        new_proposed_cents=proposed_cents,
        new_granted_cents=kept_choice(real, proposed_cents) if found else 0,
        most_cents=found.most_grantable_cents if found else 0,
    )


def kept_choice(real: PastLine, proposed_cents: Cents) -> Cents:
    """What the same people would grant now: the proposal where they granted it, else what they chose.

    What they lowered or refused is not raised above their choice, what they raised is not lowered.
    """
    if real.granted_cents == real.proposed_cents:
        return proposed_cents
    if real.granted_cents < real.proposed_cents:
        return min(real.granted_cents, proposed_cents)
    return max(real.granted_cents, proposed_cents)


def _readable(
    trial: _Trial, then: Case, names: frozenset[str], grants: Sequence[PastGrant]
) -> tuple[Case, list[int]]:
    """The case as the tried rules can read it, and the places of those of its lines that they know."""
    case = moved(then, trial.years)
    outside = [
        found
        for grant, found in zip(then.history, case.history, strict=True)
        if grant.household or school_year_of(grant.period_from) != trial.from_year
    ]
    places = [place for place, line in enumerate(case.lines) if _is_known(line, trial.ruleset)]
    lines = tuple([with_facts(case.lines[place], names) for place in places])
    return replace(case, lines=lines, history=(*outside, *grants)), places


def _is_known(line: LineFacts, ruleset: Ruleset) -> bool:
    return line.kind in ruleset.kinds.get(line.category, ())


def _grants(case: Case, granted: Sequence[Cents]) -> list[PastGrant]:
    return [
        PastGrant(
            category=line.category,
            granted_cents=cents,
            decided_on=case.today,
            period_from=line.period_from,
            period_to=line.period_to,
        )
        for line, cents in zip(case.lines, granted, strict=True)
        if cents > 0
    ]


def _lacking(trial: _Trial, case: Case, found: Assessment | None) -> list[Check]:
    """The checks that could not be told, or that want papers, with their words."""
    if found is None or not any(map(_is_lacking, found.checks)):
        return []
    return list(filter(_is_lacking, assess(trial.ruleset, case).checks))


def _is_lacking(check: Check) -> bool:
    return check.passed is None or bool(check.needs)


def _messages(checks: Iterable[Check]) -> tuple[Text, ...]:
    return tuple(dict.fromkeys(check.message for check in checks))


def _lacking_kinds(then: Case, ruleset: Ruleset) -> tuple[str, ...]:
    unknown = (f"{line.category}.{line.kind}" for line in then.lines if not _is_known(line, ruleset))
    return tuple(dict.fromkeys(unknown))
