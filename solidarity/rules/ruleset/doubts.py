"""What a ruleset most likely did not mean: names nobody uses, brackets nobody reaches, texts that differ."""

from collections.abc import Iterator
from itertools import pairwise

from solidarity.rules.calendar import school_year_bounds
from solidarity.rules.ruleset.expressions import Expression
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import placeholders
from solidarity.rules.ruleset.model import CostRule, EligibilityRule, Rule, Ruleset, ScaleRule, Severity
from solidarity.rules.ruleset.reach import Reach, reach_of, reach_of_name
from solidarity.rules.ruleset.remarks import Remark, expressions_by_key, places_of, remark

MOST_KEPT_ALIKE = 20


def doubts(ruleset: Ruleset) -> Iterator[Remark]:
    """Every warning; none of them makes an amount wrong."""
    yield from _dates(ruleset)
    yield from _parameters(ruleset)
    yield from _unused(ruleset)
    for rule in ruleset.rules:
        yield from _never(rule, ruleset)
        yield from _texts(rule)
        if isinstance(rule, ScaleRule):
            yield from _brackets(rule, ruleset)
    yield from _costs(ruleset)
    if not ruleset.examples:
        yield remark(
            "example-none",
            Text("le barème n’a pas d’exemple", "the ruleset has no example"),
            Text(
                "Ajoutez un [[example]] : un cas et ce qu’il doit donner.",
                "Add an [[example]]: a case and what must come out of it.",
            ),
        )


def _dates(ruleset: Ruleset) -> Iterator[Remark]:
    first, last = school_year_bounds(ruleset.school_year)
    for key, day in (("valid_from", ruleset.valid_from), ("valid_to", ruleset.valid_to)):
        if not first <= day <= last:
            yield remark(
                "dates-outside-year",
                Text(
                    f"« {key} » : {day} est hors de l’année scolaire {ruleset.school_year}",
                    f"“{key}”: {day} is outside the school year {ruleset.school_year}",
                ),
                Text(f"De {first} à {last}.", f"From {first} to {last}."),
                table="ruleset",
                key=key,
            )


def _parameters(ruleset: Ruleset) -> Iterator[Remark]:
    for name, parameter in ruleset.params.items():
        first = parameter.values[0].from_day
        if first is not None and first > ruleset.valid_from:
            yield remark(
                "param-late",
                Text(
                    f"« {name} » n’a pas de valeur avant le {first} ; le barème commence avant,"
                    f" le {ruleset.valid_from}",
                    f"“{name}” has no value before {first}; the ruleset begins before that,"
                    f" on {ruleset.valid_from}",
                ),
                Text(
                    "Une ligne d’avant serait incomplète : ajoutez la première valeur.",
                    "A line of before would be incomplete: add the first value.",
                ),
                table=f"params.{name}",
            )
        for before, after in pairwise(parameter.values):
            if before.value == after.value and before.is_confirmed and after.is_confirmed:
                yield remark(
                    "param-same",
                    Text(
                        f"« {name} » garde la même valeur le {after.from_day}",
                        f"“{name}” keeps its value on {after.from_day}",
                    ),
                    Text("Retirez la date qui ne change rien.", "Remove the date that changes nothing."),
                    table=f"params.{name}",
                )


def _unused(ruleset: Ruleset) -> Iterator[Remark]:
    used = {
        name
        for rule in ruleset.rules
        for _, expression in expressions_by_key(rule)
        for name in expression.references
    } | {figure for rule in ruleset.rules if rule.message for figure in placeholders(rule.message)}
    for name in ruleset.params:
        if f"params.{name}" not in used:
            yield _unused_name(f"params.{name}", Text("ce paramètre", "this parameter"), "param-unused")
    for fact in ruleset.facts.values():
        if f"line.facts.{fact.variable}" not in used:
            yield _unused_name(f"facts.{fact.name}", Text("ce fait", "this fact"), "fact-unused")


def _unused_name(path: str, what: Text, code: str) -> Remark:
    return remark(
        code,
        Text(f"« {path} » : {what.fr} ne sert à aucune règle", f"“{path}”: no rule uses {what.en}"),
        Text(
            "Retirez-le, ou corrigez la règle qui le voulait.", "Remove it, or mend the rule that wanted it."
        ),
        table=path,
    )


def _never(rule: Rule, ruleset: Ruleset) -> Iterator[Remark]:
    if rule.when is not None and _is_never(rule.when, rule, ruleset):
        yield remark(
            "rule-never",
            Text(
                "« when » n’est jamais vrai : la règle ne sert pas", "“when” is never true: the rule is idle"
            ),
            Text(
                "Corrigez when ou applies_to, ou retirez la règle.", "Mend when or applies_to, or remove it."
            ),
            rule=rule,
            key="when",
        )


def _is_never(when: Expression, rule: Rule, ruleset: Ruleset) -> bool:
    """Only what category, kind and constants decide can be told in advance."""
    if not set(when.references) <= {"line.category", "line.kind"}:
        return False
    return not any(
        when.evaluate({"line.category": category, "line.kind": kind}).value is True
        for category, kind in places_of(rule, ruleset)
    )


def _texts(rule: Rule) -> Iterator[Remark]:
    for key, text in (("title", rule.title), ("message", rule.message)):
        if text is None:
            continue
        if text.fr == text.en and len(text.fr) > MOST_KEPT_ALIKE:
            yield remark(
                "text-not-translated",
                Text(
                    f"« {key} » : le français et l’anglais sont identiques",
                    f"“{key}”: both languages are alike",
                ),
                Text("Traduisez l’un des deux.", "Translate one of them."),
                rule=rule,
                key=key,
            )
        french, english = (placeholders(Text(part, part)) for part in (text.fr, text.en))
        if french != english:
            named = ", ".join(f"{{{name}}}" for name in sorted(french ^ english))
            yield remark(
                "text-figures-differ",
                Text(
                    f"« {key} » : {named} n’est que dans une langue",
                    f"“{key}”: {named} is in one language only",
                ),
                Text("Donnez les mêmes chiffres dans les deux.", "Give the same figures in both."),
                rule=rule,
                key=key,
            )


def _brackets(rule: ScaleRule, ruleset: Ruleset) -> Iterator[Remark]:
    reach = _let_through(rule, ruleset)
    for number, bracket in enumerate(rule.brackets, start=1):
        is_under = bracket.stop is not None and reach.least is not None and bracket.stop <= reach.least
        is_over = bracket.start is not None and reach.most is not None and bracket.start > reach.most
        # A scale must cover every value: the outermost bracket is there to close it, not to be reached.
        is_closing = number == len(rule.brackets) or (number == 1 and reach.least != 0)
        if (is_under or is_over) and not is_closing:
            yield remark(
                "bracket-unreachable",
                Text(
                    f"la tranche {number} n’est jamais atteinte : {reach.said.fr}",
                    f"bracket {number} is never reached: {reach.said.en}",
                ),
                Text("Retirez-la, ou élargissez l’éligibilité.", "Remove it, or widen the eligibility."),
                rule=rule,
                key="brackets",
            )


def _let_through(rule: ScaleRule, ruleset: Ruleset) -> Reach:
    """What refusing rules leave of the value that the scale reads, wherever the scale applies."""
    path = rule.on.source.strip()
    reach, places = reach_of_name(path), places_of(rule, ruleset)
    for other in ruleset.rules:
        is_gate = isinstance(other, EligibilityRule) and other.severity is Severity.REFUSE
        if is_gate and other.when is None and places <= places_of(other, ruleset):
            assert isinstance(other, EligibilityRule), "a gate is a rule of eligibility"
            reach = reach.narrowed(reach_of(other.require, path, ruleset), other.id)
    return reach


def _costs(ruleset: Ruleset) -> Iterator[Remark]:
    costs = [rule for rule in ruleset.rules if isinstance(rule, CostRule) and rule.when is None]
    for index, rule in enumerate(costs):
        places = places_of(rule, ruleset)
        later = next((other for other in costs[index + 1 :] if places <= places_of(other, ruleset)), None)
        if later is not None:
            yield remark(
                "cost-replaced",
                Text(f"« {later.id} » remplace toujours ce coût", f"“{later.id}” always replaces this cost"),
                Text(
                    "Distinguez-les par applies_to ou when, ou retirez l’un des deux.",
                    "Tell them apart by applies_to or when, or remove one.",
                ),
                rule=rule,
                key="kind",
            )
