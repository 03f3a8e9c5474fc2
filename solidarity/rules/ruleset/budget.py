"""Whether there is money for a proposal, which envelope pays, and the largest total that would pass."""

from collections.abc import Sequence
from dataclasses import replace

from solidarity.rules.envelopes import Envelope, allot, largest_total, matching
from solidarity.rules.money import Cents, share_of
from solidarity.rules.ruleset.assessment import Budget, EnvelopeUse
from solidarity.rules.ruleset.authority import may_apply
from solidarity.rules.ruleset.case import Case
from solidarity.rules.ruleset.model import ReserveRule, Ruleset
from solidarity.rules.ruleset.plan import plan_of

WHOLE = 10_000


def usable_envelopes(ruleset: Ruleset, case: Case) -> tuple[Envelope, ...] | None:
    """Envelopes with what the rules keep back taken off; None when the budget is unknown."""
    if case.envelopes is None:
        return None
    reserves = plan_of(ruleset).reserves
    kept_back = min(WHOLE, _share_kept_back(reserves, ruleset, case)) if reserves else 0
    return tuple([_less(envelope, kept_back) for envelope in case.envelopes])


def _share_kept_back(reserves: Sequence[ReserveRule], ruleset: Ruleset, case: Case) -> int:
    """Basis points kept back today; the last day is included, the excepted urgency is not held."""
    return sum(
        rule.share
        for rule in reserves
        if case.today <= rule.until and case.urgency != rule.except_urgency and may_apply(rule, ruleset, case)
    )


def _less(envelope: Envelope, kept_back: int) -> Envelope:
    """Only of what is free something is kept back: what the request has set aside stays its own."""
    if not kept_back and not envelope.own_reserved_cents:
        return envelope
    base = envelope.usable_cents if envelope.allocated_cents is None else envelope.allocated_cents
    kept = share_of(max(0, base), kept_back)
    left = max(0, envelope.available_cents - kept) if kept else envelope.available_cents
    return replace(envelope, available_cents=left + envelope.own_reserved_cents, own_reserved_cents=0)


def needs_of(case: Case, amounts: Sequence[Cents]) -> list[tuple[str, Cents]]:
    return [(line.category, amount) for line, amount in zip(case.lines, amounts, strict=True)]


def budget_of(case: Case, amounts: Sequence[Cents], envelopes: Sequence[Envelope] | None) -> Budget:
    if envelopes is None:
        return Budget(envelope=None, available_cents=None, after_cents=None, enough=True)
    place = (case.student.school, case.student.region_code)
    payers = allot(needs_of(case, amounts), envelopes, *place)
    if payers is None:
        return _not_enough(case, amounts, envelopes)
    uses = _uses(payers, amounts, envelopes)
    if not uses:
        return _nothing_to_pay(case, envelopes)
    return _budget_of_uses(uses, enough=True)


def _budget_of_uses(uses: tuple[EnvelopeUse, ...], *, enough: bool) -> Budget:
    return Budget(
        envelope=uses[0].id if len(uses) == 1 else None,
        available_cents=sum(use.available_cents for use in uses),
        after_cents=sum(use.after_cents for use in uses),
        enough=enough,
        envelopes=uses,
    )


def _uses(
    payers: Sequence[str | None], amounts: Sequence[Cents], envelopes: Sequence[Envelope]
) -> tuple[EnvelopeUse, ...]:
    found = []
    for envelope in envelopes:
        lines = tuple(number for number, payer in enumerate(payers, start=1) if payer == envelope.id)
        if lines:
            paid = sum(amounts[number - 1] for number in lines)
            found.append(
                EnvelopeUse(
                    id=envelope.id,
                    name=envelope.name,
                    lines=lines,
                    available_cents=envelope.usable_cents,
                    after_cents=envelope.usable_cents - paid,
                )
            )
    return tuple(found)


def _fullest(case: Case, number: int, envelopes: Sequence[Envelope]) -> str | None:
    """The envelope of a line that has the most: where the shortfall is shown."""
    candidates = matching(
        envelopes, case.lines[number].category, case.student.school, case.student.region_code
    )
    return max(candidates, key=lambda envelope: envelope.usable_cents).id if candidates else None


def _not_enough(case: Case, amounts: Sequence[Cents], envelopes: Sequence[Envelope]) -> Budget:
    payers = [
        _fullest(case, number, envelopes) if amounts[number] else None for number in range(len(case.lines))
    ]
    uses = _uses(payers, amounts, envelopes)
    if uses:
        return _budget_of_uses(uses, enough=False)
    return Budget(envelope=None, available_cents=0, after_cents=-sum(amounts), enough=False)


def _nothing_to_pay(case: Case, envelopes: Sequence[Envelope]) -> Budget:
    first = _fullest(case, 0, envelopes) if case.lines else None
    available = sum(envelope.usable_cents for envelope in envelopes if envelope.id == first)
    return Budget(envelope=first, available_cents=available, after_cents=available, enough=True)


def largest_grantable(
    case: Case, maxima: Sequence[Cents], most: Cents, envelopes: Sequence[Envelope] | None
) -> Cents:
    """The largest total that passes now: each line within its most, all within `most`, each paid whole."""
    if envelopes is None:
        return min(most, sum(maxima))
    place = (case.student.school, case.student.region_code)
    return min(most, largest_total(needs_of(case, maxima), envelopes, *place))
