"""Grants decided on a rate that was not confirmed yet: what each would be, now that it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from solidarity.rules.money import Cents
from solidarity.rules.ruleset.assess import assess
from solidarity.rules.ruleset.assessment import Assessment, LineAssessment
from solidarity.rules.ruleset.case import Case
from solidarity.rules.ruleset.model import Ruleset
from solidarity.rules.ruleset.moving import facts_in_common, with_facts


class Standing(StrEnum):
    """What is left to do about a line: nothing yet, pay it as it is, correct it, or look at it."""

    WAITING = "waiting"
    UNCHANGED = "unchanged"
    DIFFERS = "differs"
    BY_HAND = "by_hand"


@dataclass(frozen=True, kw_only=True, slots=True)
class SettledLine:
    """`settled_cents` is what the confirmed rules give instead; None when they cannot say."""

    line: int
    category: str
    kind: str
    granted_cents: Cents
    settled_cents: Cents | None
    standing: Standing

    @property
    def difference_cents(self) -> Cents:
        return 0 if self.settled_cents is None else self.settled_cents - self.granted_cents


def settle(
    then_rules: Ruleset, rules: Ruleset, case: Case, then: Assessment, granted: Sequence[Cents]
) -> tuple[SettledLine, ...]:
    """Every granted line that waits for a rate, under the rules now in force; facts and history of then."""
    names = facts_in_common(then_rules, rules)
    lines = tuple(with_facts(line, names) for line in case.lines)
    now = assess(rules, replace(case, lines=lines, envelopes=None))
    return tuple(_settled(case, *found) for found in _waiting(then, now, granted))


def _waiting(
    then: Assessment, now: Assessment, granted: Sequence[Cents]
) -> Iterable[tuple[LineAssessment, LineAssessment, Cents]]:
    for before, after, cents in zip(then.lines, now.lines, granted, strict=True):
        if before.awaits_rate and cents > 0:
            yield before, after, cents


def _settled(case: Case, before: LineAssessment, after: LineAssessment, granted_cents: Cents) -> SettledLine:
    facts = case.lines[before.line - 1]
    settled_cents = None if after.awaits_rate else _amount(before, after, granted_cents)
    return SettledLine(
        line=before.line,
        category=facts.category,
        kind=facts.kind,
        granted_cents=granted_cents,
        settled_cents=settled_cents,
        standing=_standing(after, granted_cents, settled_cents),
    )


def _standing(after: LineAssessment, granted_cents: Cents, settled_cents: Cents | None) -> Standing:
    if after.awaits_rate:
        return Standing.WAITING
    if settled_cents is None:
        return Standing.BY_HAND
    return Standing.UNCHANGED if settled_cents == granted_cents else Standing.DIFFERS


def _amount(before: LineAssessment, after: LineAssessment, granted_cents: Cents) -> Cents | None:
    """The proposal where the proposal was granted; what was chosen otherwise, within the new limits.

    None where a person granted more than the rules, or the rules now refuse: a person decides again.
    """
    if after.is_refused or granted_cents > before.most_grantable_cents:
        return None
    if granted_cents == before.proposed_cents:
        return after.proposed_cents
    if granted_cents > before.proposed_cents:
        return min(max(granted_cents, after.proposed_cents), after.most_grantable_cents)
    return min(granted_cents, after.most_grantable_cents)
