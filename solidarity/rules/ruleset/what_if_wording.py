"""The sentences about what one changed fact would give, French and English from the same figures."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from solidarity.rules.money import format_euros
from solidarity.rules.ruleset.assessment import Assessment, Outcome
from solidarity.rules.ruleset.dials import Counted
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import Figure, Unit, fill

OUTCOMES: Mapping[Outcome, Text] = {
    Outcome.PAYABLE: Text("la demande serait conforme au barème", "the request would meet the rules"),
    Outcome.NEEDS_JUDGEMENT: Text(
        "la demande serait à apprécier par une personne", "the request would need a person’s judgement"
    ),
    Outcome.INCOMPLETE: Text("la demande resterait incomplète", "the request would still be incomplete"),
    Outcome.NOT_ELIGIBLE: Text(
        "la demande resterait hors barème", "the request would stay outside the rules"
    ),
}
UNITS: Mapping[Counted, Unit] = {
    Counted.CENTS: Unit.EUROS,
    Counted.UNITS: Unit.PLAIN,
    Counted.THOUSANDTHS: Unit.THOUSANDTHS,
}
FROM_A_DAY = Text("À partir du {after}", "From {after}")
AT_AN_AGE = Text("À partir du {after}, à {age} ans", "From {after}, at {age}")
UNTIL_A_DAY = Text(
    "Si {label} était le {after} (au lieu du {before})", "If {label} were {after} (not {before})"
)
WITH_PAPERS = Text("Avec {after}", "With {after}")
YES_OR_NO = Text("Si {label} était « {after} »", "If {label} were “{after}”")
KNOWN = Text("Si {label} était connu", "If {label} were known")
KNOWN_FROM = Text(
    "Si {label} était connu, et d’au moins {after}", "If {label} were known, and at least {after}"
)
KNOWN_BELOW = Text(
    "Si {label} était connu, et de moins de {below}", "If {label} were known, and below {below}"
)
AT_LEAST = Text(
    "Si {label} était d’au moins {after} (au lieu de {before})",
    "If {label} were at least {after} (instead of {before})",
)
ABOVE = Text(
    "Si {label} était de plus de {nearer} (au lieu de {before})",
    "If {label} were more than {nearer} (instead of {before})",
)
AT_MOST = Text(
    "Si {label} était d’au plus {after} (au lieu de {before})",
    "If {label} were at most {after} (instead of {before})",
)
BELOW = Text(
    "Si {label} était de moins de {nearer} (au lieu de {before})",
    "If {label} were below {nearer} (instead of {before})",
)
MORE_MONEY = Text("{proposed} au lieu de {base}", "{proposed} instead of {base}")
SAME_MONEY = Text("{proposed}", "{proposed}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One fact moved; `below` is where an unknown one stops giving this result, `age` what time brings."""

    label: Text
    counted: Counted
    before: int | None
    after: int | None
    below: int | None
    papers: Text | None = None
    age: int | None = None
    is_today: bool = False


def sentence(change: Change, before: Assessment, after: Assessment, *, line: int | None) -> Text:
    """`line` is named when the request has several."""
    figures = {
        "label": Figure(change.label),
        "before": shown(change.before, change.counted),
        "after": Figure(change.papers) if change.papers else shown(change.after, change.counted),
        "nearer": shown(_nearer(change), change.counted),
        "below": shown(change.below, change.counted),
        "age": Figure(change.age),
        "proposed": Figure(_euros(after.proposed_cents)),
        "base": Figure(_euros(before.proposed_cents)),
    }
    condition = fill(_condition(change), figures)
    where = Text(f", ligne {line}", f", line {line}") if line is not None else Text("", "")
    is_same = before.proposed_cents == after.proposed_cents
    money = fill(SAME_MONEY if is_same else MORE_MONEY, figures)
    outcome = OUTCOMES[after.outcome]
    is_other = before.outcome is not after.outcome
    said = Text(f" ; {outcome.fr}", f"; {outcome.en}") if is_other else Text("", "")
    return Text(
        f"{condition.fr}{where.fr} : {money.fr}{said.fr}.", f"{condition.en}{where.en}: {money.en}{said.en}."
    )


def _euros(cents: int) -> Text:
    return Text(format_euros(cents, "fr"), format_euros(cents, "en"))


def shown(value: int | None, counted: Counted) -> Figure:
    """The number of a dial as people write it."""
    if value is None:
        return Figure(None)
    if counted is Counted.DAY:
        return Figure(date.fromordinal(value))
    return Figure(bool(value)) if counted is Counted.TRUTH else Figure(value, UNITS.get(counted, Unit.PLAIN))


def _nearer(change: Change) -> int | None:
    """One unit less of the change: the value that is not enough."""
    if change.before is None or change.after is None or change.counted in {Counted.DAY, Counted.TRUTH}:
        return None
    return change.after - 1 if change.after > change.before else change.after + 1


def _condition(change: Change) -> Text:
    match change.counted:
        case Counted.PAPERS:
            return WITH_PAPERS
        case Counted.TRUTH:
            return YES_OR_NO
        case Counted.DAY:
            return AT_AN_AGE if change.age else FROM_A_DAY if change.is_today else UNTIL_A_DAY
    if change.before is None:
        return KNOWN_BELOW if change.below is not None and not change.after else _known_from(change)
    return _moved(change, change.before, change.after or 0)


def _known_from(change: Change) -> Text:
    return KNOWN_FROM if change.after else KNOWN


def _moved(change: Change, before: int, after: int) -> Text:
    """ "Below 700.00 €" says more than "at most 699.99 €": the rounder of the two bounds is named."""
    nearer = _nearer(change)
    is_rounder = nearer is not None and _zeros(nearer) > _zeros(after)
    if after > before:
        return ABOVE if is_rounder else AT_LEAST
    return BELOW if is_rounder else AT_MOST


def _zeros(value: int) -> int:
    return len(str(value)) - len(str(value).rstrip("0")) if value else 20
