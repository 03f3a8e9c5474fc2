"""Remarks about a ruleset that was read: where each stands, and what the rules they are about concern."""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from solidarity.rules.ruleset.expressions import Expression
from solidarity.rules.ruleset.faults import Fault, Text
from solidarity.rules.ruleset.locate import Places
from solidarity.rules.ruleset.model import Rule, Ruleset

Place = tuple[str, str]
"""A category and a kind of aid."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Remark:
    """`table` is the path of a table of the file, when the remark is not about a rule."""

    code: str
    message: Text
    remedy: Text
    rule: Rule | None = None
    table: str = ""
    key: str = ""


def remark(
    code: str, message: Text, remedy: Text, *, rule: Rule | None = None, table: str = "", key: str = ""
) -> Remark:
    return Remark(code=code, message=message, remedy=remedy, rule=rule, table=table, key=key)


def as_fault(said: Remark, ruleset: Ruleset, places: Places) -> Fault:
    if said.rule is None:
        line = places.of(said.table).line_of(said.key)
    else:
        index = next(number for number, rule in enumerate(ruleset.rules) if rule is said.rule)
        line = places.of("rule", index).line_of(said.key)
    rule_id = said.rule.id if said.rule is not None else None
    return Fault(line=line, rule=rule_id, code=said.code, message=said.message, remedy=said.remedy)


def places_of(rule: Rule, ruleset: Ruleset) -> frozenset[Place]:
    return frozenset(
        (category, kind)
        for category, kinds in ruleset.kinds.items()
        for kind in kinds
        if rule.concerns(category, kind)
    )


def expressions_by_key(rule: Rule) -> Iterator[tuple[str, Expression]]:
    """The expressions of a rule with the key of the file that holds each."""
    for each in fields(rule):
        value = getattr(rule, each.name)
        if isinstance(value, Expression):
            yield each.name, value
        elif isinstance(value, tuple):
            for item in value:
                amount = getattr(item, "amount", None)
                if isinstance(amount, Expression):
                    yield each.name, amount
