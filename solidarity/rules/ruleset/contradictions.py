"""Where a readable ruleset contradicts itself: units that do not go together, a cap above a wider one."""

from collections.abc import Iterator, Mapping

from solidarity.rules.money import format_euros
from solidarity.rules.ruleset import units
from solidarity.rules.ruleset.expressions import Expression
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.model import Amount, ApprovalRule, CapRule, Ruleset, Window
from solidarity.rules.ruleset.reach import constant_parameter
from solidarity.rules.ruleset.remarks import Remark, expressions_by_key, places_of, remark

YEARS = frozenset({Window.STUDENT_YEAR, Window.SCHOOL_YEAR, Window.HOUSEHOLD_YEAR})
AROUND: Mapping[Window, frozenset[Window]] = {
    Window.LINE: YEARS | {Window.REQUEST, Window.STUDENT_CATEGORY_YEAR, Window.ROLLING},
    Window.LINE_MONTH: YEARS | {Window.LINE, Window.REQUEST, Window.STUDENT_CATEGORY_YEAR, Window.ROLLING},
    Window.REQUEST: YEARS | {Window.ROLLING},
    Window.STUDENT_CATEGORY_YEAR: YEARS,
    Window.STUDENT_YEAR: frozenset({Window.HOUSEHOLD_YEAR}),
}
"""Windows that contain another one whole: what the inner allows, the outer must allow too."""


def contradictions(ruleset: Ruleset) -> Iterator[Remark]:
    """Every one, in the order of the rules."""
    known = units.measures(ruleset.facts, ruleset.params)
    for rule in ruleset.rules:
        for key, expression in expressions_by_key(rule):
            for found in units.complaints(expression.source, known):
                yield remark(found.code, found.message, found.remedy, rule=rule, key=key)
        if isinstance(rule, ApprovalRule):
            yield from _approvals(rule)
        if isinstance(rule, CapRule):
            yield from _cap_around(rule, ruleset)


def _approvals(rule: ApprovalRule) -> Iterator[Remark]:
    people = [band.approvals for band in rule.bands]
    if people != sorted(people):
        yield remark(
            "approval-falls",
            Text("une somme plus haute demande moins de personnes", "a higher sum needs fewer people"),
            Text("Rangez approvals par valeurs croissantes.", "Let approvals rise from band to band."),
            rule=rule,
            key="bands",
        )


def _cap_around(inner: CapRule, ruleset: Ruleset) -> Iterator[Remark]:
    limit = _constant(inner.amount, ruleset)
    for outer in ruleset.rules:
        if limit is None or not isinstance(outer, CapRule) or outer is inner or outer.when is not None:
            continue
        around = _constant(outer.amount, ruleset)
        if around is not None and limit > around and _contains(outer, inner, ruleset):
            yield remark(
                "cap-above-cap",
                Text(
                    f"ce plafond de {format_euros(limit, 'fr')} dépasse celui qui le contient,"
                    f" « {outer.id} » ({format_euros(around, 'fr')})",
                    f"this cap of {format_euros(limit, 'en')} is above the one that contains it,"
                    f" “{outer.id}” ({format_euros(around, 'en')})",
                ),
                Text(
                    f"Baissez-le à {format_euros(around, 'fr')} au plus, ou relevez « {outer.id} ».",
                    f"Lower it to {format_euros(around, 'en')} at most, or raise “{outer.id}”.",
                ),
                rule=inner,
                key="amount",
            )


def _contains(outer: CapRule, inner: CapRule, ruleset: Ruleset) -> bool:
    return outer.per in AROUND.get(inner.per, frozenset()) and places_of(inner, ruleset) <= places_of(
        outer, ruleset
    )


def _constant(amount: Amount | None, ruleset: Ruleset) -> int | None:
    if isinstance(amount, Expression):
        return constant_parameter(amount.source.strip(), ruleset)
    return amount
