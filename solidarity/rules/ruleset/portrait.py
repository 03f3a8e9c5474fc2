"""A ruleset for people who do not read TOML: what is paid for each kind of aid, and who decides."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from solidarity.rules.money import Cents
from solidarity.rules.ruleset.assess import assess
from solidarity.rules.ruleset.case_json import case_from_json
from solidarity.rules.ruleset.facets import KIND_TITLES, Facet, facets_of, subject_words, summary
from solidarity.rules.ruleset.faults import CaseFaults, Text
from solidarity.rules.ruleset.figures import Unit
from solidarity.rules.ruleset.model import (
    CATEGORIES,
    KIND_OF,
    Amount,
    ApprovalRule,
    CapRule,
    CostRule,
    EligibilityRule,
    EmergencyRule,
    Example,
    FactDeclaration,
    ReserveRule,
    Rule,
    Ruleset,
    ScaleRule,
)
from solidarity.rules.ruleset.saying import (
    bare_parameter,
    place_words,
    range_words,
    result_words,
    said,
    window_words,
)
from solidarity.rules.ruleset.wording import CATEGORY_NAMES
from solidarity.rules.ruleset.written import Written

DECIDING = (ApprovalRule, ReserveRule, EmergencyRule)
EVERY_AID = Text("Pour toutes les aides", "For all aid")
WHO_DECIDES = Text("Qui décide", "Who decides")


@dataclass(frozen=True, kw_only=True, slots=True)
class ScaleRow:
    """`least` and `most` are drawn, in the unit of the scale's results; None where a person decides."""

    start: int | None
    stop: int | None
    range: Text
    result: Text
    least: int | None
    most: int | None


@dataclass(frozen=True, kw_only=True, slots=True)
class ScalePortrait:
    """A scale to show as a table and, when all its results count the same thing, as steps."""

    subject: Text
    counts: Unit
    result_counts: Unit
    rows: tuple[ScaleRow, ...]

    @property
    def is_drawn(self) -> bool:
        return sum(row.least is not None for row in self.rows) > 1


@dataclass(frozen=True, kw_only=True, slots=True)
class RulePortrait:
    id: str
    title: Text
    kind: str
    kind_title: Text
    summary: Text
    facets: tuple[Facet, ...]
    scale: ScalePortrait | None


@dataclass(frozen=True, kw_only=True, slots=True)
class CapBar:
    title: Text
    window: Text
    cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Section:
    """The rules that concern one category, all of them, or who decides; `name` is for anchors."""

    name: str
    title: Text
    caps: tuple[CapBar, ...]
    rules: tuple[RulePortrait, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class ParameterRow:
    name: str
    value: Text
    from_day: date | None
    is_confirmed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class FactRow:
    name: str
    label: Text
    type: str
    unit: str
    places: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class WorkedExample:
    """What an example of the file gives today; `outcome` is None when its case cannot be read."""

    name: str
    requested_cents: Cents = 0
    proposed_cents: Cents = 0
    outcome: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Portrait:
    sections: tuple[Section, ...]
    parameters: tuple[ParameterRow, ...]
    facts: tuple[FactRow, ...]
    examples: tuple[WorkedExample, ...]


def portrait(written: Written) -> Portrait:
    ruleset = written.ruleset
    return Portrait(
        sections=tuple(section for section in _sections(written) if section.rules),
        parameters=tuple(_parameters(written)),
        facts=tuple(_fact(fact) for fact in ruleset.facts.values()),
        examples=tuple(_worked(example, ruleset) for example in ruleset.examples),
    )


def _sections(written: Written) -> Iterator[Section]:
    """Rules for every aid stand once, not under each category."""
    ordered = sorted(written.ruleset.rules, key=lambda rule: list(KIND_OF).index(type(rule)))
    deciding = [rule for rule in ordered if isinstance(rule, DECIDING)]
    paying = [rule for rule in ordered if not isinstance(rule, DECIDING)]
    for category in CATEGORIES:
        own = [rule for rule in paying if "*" not in rule.applies_to and _concerns(rule, category)]
        yield _section(category, CATEGORY_NAMES[category], own, written)
    yield _section("all", EVERY_AID, [rule for rule in paying if "*" in rule.applies_to], written)
    yield _section("deciding", WHO_DECIDES, deciding, written)


def _concerns(rule: Rule, category: str) -> bool:
    return any(place.partition(".")[0] == category for place in rule.applies_to)


def _section(name: str, title: Text, rules: Sequence[Rule], written: Written) -> Section:
    capital = Text(title.fr[:1].upper() + title.fr[1:], title.en[:1].upper() + title.en[1:])
    return Section(
        name=name,
        title=capital,
        caps=tuple(bar for rule in rules for bar in _cap_bars(rule, written)),
        rules=tuple(_rule(rule, written) for rule in rules),
    )


def _rule(rule: Rule, written: Written) -> RulePortrait:
    scale = _scale(rule, written)
    facets = facets_of(rule, written)
    return RulePortrait(
        id=rule.id,
        title=rule.title,
        kind=rule.kind,
        kind_title=KIND_TITLES[rule.kind],
        summary=summary(rule, written),
        facets=tuple(one for one in facets if not (scale and " " in one.key) and not _repeats(rule, one)),
        scale=scale,
    )


def _repeats(rule: Rule, facet: Facet) -> bool:
    """The message of a condition is its meaning; that of another rule repeats its amounts with blanks."""
    return facet.key == "message" and not isinstance(rule, EligibilityRule)


def _cap_bars(rule: Rule, written: Written) -> Iterator[CapBar]:
    if isinstance(rule, CapRule) and rule.amount is not None:
        cents = _value_at_first(rule.amount, written.ruleset)
        if cents is not None:
            yield CapBar(title=rule.title, window=window_words(rule.per, rule.over), cents=cents)


def _value_at_first(amount: Amount, ruleset: Ruleset) -> int | None:
    """A constant, or what a parameter is worth on the first day of the ruleset; None for a computation."""
    if isinstance(amount, int):
        return amount
    parameter = ruleset.params.get(bare_parameter(amount) or "")
    dated = parameter and (parameter.on(ruleset.valid_from) or parameter.values[0])
    return dated.value if dated and isinstance(dated.value, int) else None


def _scale(rule: Rule, written: Written) -> ScalePortrait | None:
    if isinstance(rule, ScaleRule):
        return _brackets(rule, written)
    if isinstance(rule, CostRule) and len(rule.bands) > 1:
        return ScalePortrait(
            subject=Text("Quantité", "Units"),
            counts=Unit.PLAIN,
            result_counts=Unit.TEN_THOUSANDTHS,
            rows=tuple(
                ScaleRow(
                    start=band.start,
                    stop=band.stop,
                    range=range_words(band.start, band.stop, Unit.PLAIN),
                    result=said(band.unit_rate, Unit.TEN_THOUSANDTHS),
                    least=band.unit_rate,
                    most=band.unit_rate,
                )
                for band in rule.bands
            ),
        )
    return None


def _brackets(rule: ScaleRule, written: Written) -> ScalePortrait:
    counts = rule.counts
    is_of_rates = any(bracket.rate_least is not None for bracket in rule.brackets)
    rows = []
    for one in rule.brackets:
        amount = _value_at_first(one.amount, written.ruleset) if one.amount is not None else None
        rows.append(
            ScaleRow(
                start=one.start,
                stop=one.stop,
                range=range_words(one.start, one.stop, counts),
                result=result_words(one, written),
                least=one.rate_least if is_of_rates else amount,
                most=one.rate_most if is_of_rates else amount,
            )
        )
    return ScalePortrait(
        subject=subject_words(rule.on),
        counts=counts,
        result_counts=Unit.RATE if is_of_rates else Unit.EUROS,
        rows=tuple(rows),
    )


def _parameters(written: Written) -> Iterator[ParameterRow]:
    for name, parameter in written.ruleset.params.items():
        for dated in parameter.values:
            yield ParameterRow(
                name=name,
                value=said(dated.value, written.units[name]),
                from_day=dated.from_day,
                is_confirmed=dated.is_confirmed,
            )


def _fact(fact: FactDeclaration) -> FactRow:
    known = [kind for kind in fact.kinds if kind == "*" or kind.partition(".")[0] in CATEGORIES]
    places = place_words(known or ["*"]) if len(known) == len(fact.kinds) else said(fact.kinds)
    return FactRow(
        name=fact.name, label=fact.label, type=fact.type.value, unit=fact.unit or "", places=places
    )


def _worked(example: Example, ruleset: Ruleset) -> WorkedExample:
    try:
        found = assess(ruleset, case_from_json(example.case, ruleset))
    except CaseFaults:
        return WorkedExample(name=example.name)
    return WorkedExample(
        name=example.name,
        requested_cents=found.requested_cents,
        proposed_cents=found.proposed_cents,
        outcome=found.outcome.value,
    )
