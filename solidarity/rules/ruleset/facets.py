"""What a rule says, facet by facet and in words: the portrait shows them, the difference compares them."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from solidarity.rules.ruleset.explain import NAMES
from solidarity.rules.ruleset.expressions import Expression
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import Figure, Unit, fill, placeholders, unit_beside, unit_of
from solidarity.rules.ruleset.model import (
    Amount,
    ApprovalRule,
    Below,
    CapRule,
    CostRule,
    DeductRule,
    DocumentsRule,
    EligibilityRule,
    EmergencyRule,
    FloorRule,
    Missing,
    ProrateMode,
    ProrateRule,
    ReserveRule,
    Rounding,
    RoundRule,
    Rule,
    ScaleRule,
    Severity,
)
from solidarity.rules.ruleset.model import Unit as Period
from solidarity.rules.ruleset.saying import (
    A_PERSON_DECIDES,
    BY_FORMULA,
    NOTHING,
    amount_words,
    duration_words,
    formula,
    joined,
    place_words,
    range_words,
    result_words,
    said,
    sentence,
    window_words,
)
from solidarity.rules.ruleset.wording import document_list
from solidarity.rules.ruleset.written import Written


@dataclass(frozen=True, kw_only=True, slots=True)
class Facet:
    """One thing a rule says. `unit` follows the value ("par mois"); `formula` is the computation as written.

    The main facet is what the rule is about: it needs no label beside the rule's title.
    """

    key: str
    label: Text
    value: Text
    unit: Text = NOTHING
    formula: str = ""
    is_main: bool = False

    @property
    def words(self) -> Text:
        return (
            sentence(Text("{value} {unit}", "{value} {unit}"), value=self.value, unit=self.unit)
            if self.unit.fr
            else self.value
        )


KIND_TITLES: Mapping[str, Text] = {
    "eligibility": Text("Condition", "Condition"),
    "documents": Text("Documents", "Papers"),
    "cost": Text("Coût pris en compte", "Eligible cost"),
    "deduct": Text("Déduction", "Deduction"),
    "scale": Text("Tranches", "Brackets"),
    "cap": Text("Plafond", "Cap"),
    "floor": Text("Minimum", "Minimum"),
    "prorate": Text("Prorata", "Pro rata"),
    "round": Text("Arrondi", "Rounding"),
    "reserve": Text("Réserve", "Reserve"),
    "approval": Text("Nombre de décideurs", "Number of deciders"),
    "emergency": Text("Urgence", "Emergency"),
}

SEVERITIES: Mapping[Severity, Text] = {
    Severity.REFUSE: Text("la dépense n’est pas aidée", "the expense is not helped"),
    Severity.REFER: A_PERSON_DECIDES,
    Severity.WARN: Text("un avertissement, sans effet", "a warning, without effect"),
}
MISSING: Mapping[Missing, Text] = {
    Missing.REFER: A_PERSON_DECIDES,
    Missing.REFUSE: Text("la dépense n’est pas aidée", "the expense is not helped"),
    Missing.RATE: Text("un taux fixe", "a fixed rate"),
    Missing.INCOMPLETE: Text("la demande est incomplète", "the request is incomplete"),
}
BELOW: Mapping[Below, Text] = {
    Below.REFUSE: Text("la dépense n’est pas aidée", "the expense is not helped"),
    Below.ZERO: Text("rien n’est versé", "nothing is paid"),
}
ROUNDINGS: Mapping[Rounding, Text] = {
    Rounding.DOWN: Text("vers le bas", "down"),
    Rounding.HALF_UP: Text("au plus proche", "to the nearest"),
    Rounding.UP: Text("vers le haut", "up"),
}
PERIODS: Mapping[Period, Text] = {
    Period.DAYS: Text("jours", "days"),
    Period.WEEKS: Text("semaines", "weeks"),
    Period.MONTHS: Text("mois", "months"),
}
PRORATE: Mapping[ProrateMode, Text] = {
    ProrateMode.KEEP: Text("on garde la part présente", "the part present is kept"),
    ProrateMode.REMOVE: Text("on retire la part absente", "the part absent is removed"),
}
YES = Text("oui", "yes")
BLANK = Text("…", "…")


def facets_of(rule: Rule, written: Written) -> tuple[Facet, ...]:
    """Every facet, the main ones first; two rules are alike when their facets are."""
    return (*OF_KIND[type(rule)](rule, written), *_shared(rule))


def summary(rule: Rule, written: Written) -> Text:
    """The rule in a few words, without its title."""
    mains = [facet for facet in facets_of(rule, written) if facet.is_main]
    return Text("\u00a0; ".join(one.words.fr for one in mains), "; ".join(one.words.en for one in mains))


def subject_words(on: Expression) -> Text:
    """What a scale reads: the quotient familial, the size of the household, else a formula."""
    return NAMES.get(on.source.strip(), BY_FORMULA)


def _shared(rule: Rule) -> Iterator[Facet]:
    yield Facet(key="places", label=Text("Concerne", "Applies to"), value=place_words(rule.applies_to))
    if rule.when is not None:
        yield _computed("when", Text("Seulement si", "Only if"), rule.when)
    if rule.message is not None and not isinstance(rule, EligibilityRule):
        label = Text("Ce qui est écrit", "What is written")
        yield Facet(key="message", label=label, value=_without_figures(rule.message))
    if rule.source is not None:
        yield Facet(key="source", label=Text("Source", "Source"), value=Text(rule.source, rule.source))


def _without_figures(message: Text, limit: Text = BLANK) -> Text:
    """A message without a case: only its limit may be known yet."""
    known = fill(
        message, {name: Figure(limit if name == "limit" else BLANK) for name in placeholders(message)}
    )
    return Text(known.fr.strip(), known.en.strip())


def _limits(condition: Expression) -> Text:
    """The constants that a condition compares with: "15 / 18"."""
    found = []
    for one in condition.comparisons:
        limit = one.limit.evaluate({}).value if not one.limit.references else None
        if limit is None:
            return BLANK
        found.append(said(limit, unit_beside(one.limit.source, unit_of(one.value.source))))
    return joined(dict.fromkeys(found), " / ") if found else BLANK


def _computed(key: str, label: Text, expression: Expression, *, is_main: bool = False) -> Facet:
    return Facet(key=key, label=label, value=BY_FORMULA, formula=expression.source.strip(), is_main=is_main)


def _amount(
    key: str,
    label: Text,
    amount: Amount,
    written: Written,
    *,
    unit: Text = NOTHING,
    counts: Unit = Unit.EUROS,
) -> Facet:
    return Facet(
        key=key,
        label=label,
        value=amount_words(amount, written, counts),
        unit=unit,
        formula=formula(amount),
        is_main=True,
    )


def _eligibility(rule: EligibilityRule, _written: Written) -> Iterator[Facet]:
    if rule.message is not None:
        label = Text("Si elle n’est pas remplie", "When it is not met")
        value = _without_figures(rule.message, _limits(rule.require))
        yield Facet(key="message", label=label, value=value, is_main=True)
    yield _computed("require", Text("Condition", "Condition"), rule.require)
    yield Facet(key="severity", label=Text("Conséquence", "Consequence"), value=SEVERITIES[rule.severity])


def _documents(rule: DocumentsRule, _written: Written) -> Iterator[Facet]:
    for key, label, kinds in (
        ("all_of", Text("Tous ces documents", "All these papers"), rule.all_of),
        ("any_of", Text("Un de ces documents", "One of these papers"), rule.any_of),
    ):
        if kinds:
            yield Facet(key=key, label=label, value=document_list(kinds), is_main=True)
    label = Text("Datés", "Dated")
    if rule.is_for_school_year:
        yield Facet(key="valid", label=label, value=Text("de l’année scolaire", "in the school year"))
    elif rule.valid_for is not None:
        wording = Text("de moins de {length}", "less than {length} ago")
        yield Facet(key="valid", label=label, value=sentence(wording, length=duration_words(rule.valid_for)))


def _cost(rule: CostRule, _written: Written) -> Iterator[Facet]:
    if rule.amount is not None:
        yield _computed("amount", Text("Montant", "Amount"), rule.amount, is_main=True)
    if rule.units is not None:
        yield _computed("units", Text("Quantité", "Units"), rule.units)
    for number, band in enumerate(rule.bands, start=1):
        price = said(band.unit_rate, Unit.TEN_THOUSANDTHS)
        held = range_words(band.start, band.stop, Unit.PLAIN)
        yield _row("band", number, held, price, is_alone=len(rule.bands) == 1)
    if rule.unit_rate is not None:
        yield _computed("unit_rate", Text("Prix unitaire", "Unit rate"), rule.unit_rate, is_main=True)
    if rule.min_units is not None:
        yield Facet(key="min_units", label=Text("À partir de", "From"), value=said(rule.min_units))
    if rule.may_exceed:
        yield Facet(
            key="may_exceed", label=Text("Peut dépasser la demande", "May exceed what is asked"), value=YES
        )


def _row(key: str, number: int, held: Text, result: Text, *, is_alone: bool = False) -> Facet:
    """One row of a scale; the range and the result are one value, for one without the other says nothing."""
    value = (
        result
        if is_alone
        else sentence(Text("{held} : {result}", "{held}: {result}"), held=held, result=result)
    )
    label = sentence(Text("tranche {number}", "bracket {number}"), number=number)
    return Facet(key=f"{key} {number}", label=label, value=value, is_main=True)


def _deduct(rule: DeductRule, written: Written) -> Iterator[Facet]:
    yield _amount("amount", Text("Montant déduit", "Amount deducted"), rule.amount, written)


def _scale(rule: ScaleRule, written: Written) -> Iterator[Facet]:
    yield Facet(
        key="on",
        label=Text("Selon", "By"),
        value=subject_words(rule.on),
        formula="" if rule.on.source.strip() in NAMES else rule.on.source.strip(),
    )
    unit = rule.counts
    for number, bracket in enumerate(rule.brackets, start=1):
        held = range_words(bracket.start, bracket.stop, unit)
        yield _row("bracket", number, held, result_words(bracket, written))
    label = Text("Si l’information manque", "When the information is missing")
    value = MISSING[rule.missing] if rule.missing_rate is None else said(rule.missing_rate, Unit.RATE)
    yield Facet(key="missing", label=label, value=value)


def _cap(rule: CapRule, written: Written) -> Iterator[Facet]:
    per = window_words(rule.per, rule.over)
    if rule.amount is not None:
        yield _amount("amount", Text("Au plus", "At most"), rule.amount, written, unit=per)
    if rule.count is not None:
        label = Text("Nombre d’aides, au plus", "Number of grants, at most")
        yield _amount("count", label, rule.count, written, unit=per, counts=Unit.PLAIN)


def _floor(rule: FloorRule, written: Written) -> Iterator[Facet]:
    per = window_words(rule.per, rule.over)
    yield _amount("amount", Text("Au moins", "At least"), rule.amount, written, unit=per)
    yield Facet(key="below", label=Text("En dessous", "Below"), value=BELOW[rule.below])


def _prorate(rule: ProrateRule, written: Written) -> Iterator[Facet]:
    if rule.units is not None:
        label = Text("Unités comptées", "Units counted")
        yield _amount("units", label, rule.units, written, unit=PERIODS[rule.by], counts=Unit.PLAIN)
    yield _amount("of", Text("Sur", "Of"), rule.of, written, unit=PERIODS[rule.by], counts=Unit.PLAIN)
    yield Facet(key="mode", label=Text("Façon", "Way"), value=PRORATE[rule.mode])
    if rule.threshold != 0:
        label = Text("Seuil", "Threshold")
        yield _amount("threshold", label, rule.threshold, written, counts=Unit.PLAIN)


def _round(rule: RoundRule, _written: Written) -> Iterator[Facet]:
    yield Facet(
        key="to",
        label=Text("Au multiple de", "To a multiple of"),
        value=said(rule.to_cents, Unit.EUROS),
        unit=ROUNDINGS[rule.mode],
        is_main=True,
    )


def _reserve(rule: ReserveRule, _written: Written) -> Iterator[Facet]:
    share, until = said(rule.share, Unit.RATE), said(rule.until)
    label = Text("Part gardée", "Share kept")
    yield Facet(
        key="share",
        label=label,
        value=share,
        unit=sentence(Text("jusqu’au {until}", "until {until}"), until=until),
        is_main=True,
    )
    if rule.except_urgency is not None:
        normal = rule.except_urgency == "normal"
        value = (
            Text("les demandes normales", "normal requests")
            if normal
            else Text("les urgences", "emergencies")
        )
        yield Facet(key="except", label=Text("Sauf pour", "Except for"), value=value)


def _approval(rule: ApprovalRule, _written: Written) -> Iterator[Facet]:
    for number, band in enumerate(rule.bands, start=1):
        people = (
            Text("deux personnes", "two people") if band.approvals > 1 else Text("une personne", "one person")
        )
        if band.up_to_cents is None:
            held = Text("au-delà", "above") if len(rule.bands) > 1 else Text("toujours", "always")
        else:
            held = sentence(Text("jusqu’à {most}", "up to {most}"), most=said(band.up_to_cents, Unit.EUROS))
        yield _row("band", number, held, people)
    if rule.over is not None:
        wording = Text("les aides des {length} passés aussi", "grants of the past {length} too")
        yield Facet(
            key="over",
            label=Text("Compte", "Counts"),
            value=sentence(wording, length=duration_words(rule.over)),
        )


def _emergency(rule: EmergencyRule, written: Written) -> Iterator[Facet]:
    yield _amount(
        "amount", Text("Une personne décide jusqu’à", "One person decides up to"), rule.amount, written
    )
    yield Facet(
        key="quota",
        label=Text("Nombre de décisions, au plus", "Number of decisions, at most"),
        value=said(rule.quota),
    )
    yield Facet(
        key="ratify", label=Text("Ratifiée sous", "Ratified within"), value=duration_words(rule.ratify_within)
    )


OF_KIND: Mapping[type[Rule], Callable[[Any, Written], Iterator[Facet]]] = {
    EligibilityRule: _eligibility,
    DocumentsRule: _documents,
    CostRule: _cost,
    DeductRule: _deduct,
    ScaleRule: _scale,
    CapRule: _cap,
    FloorRule: _floor,
    ProrateRule: _prorate,
    RoundRule: _round,
    ReserveRule: _reserve,
    ApprovalRule: _approval,
    EmergencyRule: _emergency,
}
