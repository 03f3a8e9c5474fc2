"""The rules that concern a request, ready to run one after the other, for the places its lines stand at."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from solidarity.rules.ruleset import checks, limits, stages
from solidarity.rules.ruleset.model import (
    AMOUNT_STAGES,
    CapRule,
    CostRule,
    DeductRule,
    DocumentsRule,
    EligibilityRule,
    FloorRule,
    ProrateRule,
    RoundRule,
    Rule,
    ScaleRule,
)
from solidarity.rules.ruleset.plan import MOST_PLANS, Place, Plan
from solidarity.rules.ruleset.work import Act, Ready, ready

Going = tuple[tuple[Act, tuple[int, ...]], ...]
"""What runs, and on which lines, counted from 0."""

MOST_ROUTES = 4096


class Route(NamedTuple):
    """Stage by stage, in the order they run."""

    eligibility: Going
    amounts: Going
    documents: Going


@lru_cache(maxsize=MOST_ROUTES)
def route_of(plan: Plan, places: tuple[Place, ...]) -> Route:
    """The way of a request whose lines stand at these places, in their order."""
    acts = _acts(plan)
    rules = plan.ruleset.rules
    lines = {
        rule.id: tuple([at for at, place in enumerate(places) if rule.id in plan.concerning(*place)])
        for rule in rules
    }

    def going(found: Sequence[Rule]) -> Going:
        return tuple([(acts[rule.id], lines[rule.id]) for rule in found if lines[rule.id]])

    return Route(
        eligibility=going([rule for rule in rules if isinstance(rule, EligibilityRule)]),
        amounts=going([rule for stage in AMOUNT_STAGES for rule in rules if isinstance(rule, stage)]),
        documents=going([rule for rule in rules if isinstance(rule, DocumentsRule)]),
    )


@lru_cache(maxsize=MOST_PLANS)
def _acts(plan: Plan) -> Mapping[str, Act]:
    """What each rule does, by its id; rules that change no line and ask nothing of it have no act."""
    found = {rule.id: _act(rule, ready(rule, plan)) for rule in plan.ruleset.rules}
    return {rule: act for rule, act in found.items() if act is not None}


def _act(rule: Rule, prepared: Ready) -> Act | None:
    match rule:
        case EligibilityRule():
            return checks.eligibility(prepared, rule)
        case DocumentsRule():
            return checks.documents(prepared, rule)
        case CapRule():
            return limits.cap(prepared, rule)
        case FloorRule():
            return limits.floor(prepared, rule)
    change = _change(rule, prepared)
    return stages.line_by_line(prepared, change) if change is not None else None


def _change(rule: Rule, prepared: Ready) -> stages.Change | None:
    match rule:
        case CostRule():
            return stages.cost(prepared, rule)
        case DeductRule():
            return stages.deduct(prepared, rule)
        case ScaleRule():
            return stages.scale(prepared, rule)
        case ProrateRule():
            return stages.prorate(prepared, rule)
        case RoundRule():
            return stages.rounded(prepared, rule)
    return None
