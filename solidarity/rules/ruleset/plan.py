"""What assessing needs of a ruleset whatever the case, found once: rules by stage and place, names."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import TypeVar

from solidarity.rules.ruleset import explain, visible
from solidarity.rules.ruleset.assessment import Check
from solidarity.rules.ruleset.expressions import Expression
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import Template, template_of
from solidarity.rules.ruleset.model import (
    ApprovalRule,
    DocumentsRule,
    EligibilityRule,
    EmergencyRule,
    ReserveRule,
    Rule,
    Ruleset,
    Severity,
)

Kind = TypeVar("Kind", bound=Rule)

Place = tuple[str, str]
"""Category and kind of a line."""

ASKING = (EligibilityRule, DocumentsRule)
"""Rules that pass or do not; their title is all there is to say of one that passed."""


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class Plan:
    """What is known of the rules before any case.

    `references`, `messages` and `passed` are by rule id. `readers` find the value of each name that an
    expression may read, `names` say it to people. Plans are told apart by identity: routes are kept by it.
    """

    ruleset: Ruleset
    reserves: tuple[ReserveRule, ...]
    approvals: tuple[ApprovalRule, ...]
    emergencies: tuple[EmergencyRule, ...]
    references: Mapping[str, tuple[str, ...]]
    messages: Mapping[str, Template]
    passed: Mapping[str, Check]
    readers: Mapping[str, visible.Reader]
    names: Mapping[str, Text]
    _places: dict[Place, frozenset[str]] = field(default_factory=dict, repr=False)
    _days: dict[date, frozenset[str]] = field(default_factory=dict, repr=False)

    def concerning(self, category: str, kind: str) -> frozenset[str]:
        """Ids of the rules that apply to such a line, whatever their `when` says."""
        found = self._places.get((category, kind))
        if found is None:
            found = frozenset(rule.id for rule in self.ruleset.rules if rule.concerns(category, kind))
            self._places[category, kind] = found
        return found

    def unconfirmed_on(self, day: date) -> frozenset[str]:
        """Names of the parameters whose value of that day is not confirmed yet."""
        found = self._days.get(day)
        if found is None:
            values = {name: parameter.on(day) for name, parameter in self.ruleset.params.items()}
            found = frozenset(
                f"params.{name}" for name, dated in values.items() if dated and not dated.is_confirmed
            )
            self._days[day] = found
        return found


_PLANS: dict[int, Plan] = {}
"""By the identity of a ruleset, which its plan keeps alive: one that only looks like it is another."""

MOST_PLANS = 64


def plan_of(ruleset: Ruleset) -> Plan:
    plan = _PLANS.get(id(ruleset))
    if plan is None:
        if len(_PLANS) >= MOST_PLANS:
            _PLANS.clear()
        plan = _PLANS[id(ruleset)] = _plan(ruleset)
    return plan


def _plan(ruleset: Ruleset) -> Plan:
    readers = visible.readers(ruleset)
    return Plan(
        ruleset=ruleset,
        reserves=_of(ReserveRule, ruleset.rules),
        approvals=_of(ApprovalRule, ruleset.rules),
        emergencies=_of(EmergencyRule, ruleset.rules),
        references={rule.id: _references(rule) for rule in ruleset.rules},
        passed={rule.id: _passed(rule) for rule in ruleset.rules if isinstance(rule, ASKING)},
        messages={rule.id: template_of(rule.message) for rule in ruleset.rules if rule.message is not None},
        readers=readers,
        names=explain.names_for(readers, ruleset.facts),
    )


def _of(kind: type[Kind], rules: Iterable[Rule]) -> tuple[Kind, ...]:
    return tuple(rule for rule in rules if isinstance(rule, kind))


def _passed(rule: Rule) -> Check:
    severity = rule.severity if isinstance(rule, EligibilityRule) else Severity.REFER
    return Check(rule=rule.id, kind=rule.kind, passed=True, severity=severity, message=rule.title)


def _references(rule: Rule) -> tuple[str, ...]:
    """The names that the expressions of a rule read."""
    return tuple(
        dict.fromkeys(reference for expression in expressions_of(rule) for reference in expression.references)
    )


def expressions_of(rule: Rule) -> Iterator[Expression]:
    for each in fields(rule):
        value = getattr(rule, each.name)
        if isinstance(value, Expression):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                amount = getattr(item, "amount", None)
                if isinstance(amount, Expression):
                    yield amount
