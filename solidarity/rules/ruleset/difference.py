"""What changes from one ruleset to another, in words: amounts, brackets, rules, papers, parameters, dates."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from solidarity.rules.ruleset.facets import KIND_TITLES, Facet, facets_of, summary
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import Unit
from solidarity.rules.ruleset.model import AMOUNT_STAGES, FactDeclaration, Rule
from solidarity.rules.ruleset.saying import (
    NOTHING,
    bare_parameter,
    joined,
    parameter_words,
    place_words,
    said,
    sentence,
)
from solidarity.rules.ruleset.wording import CATEGORY_NAMES, kind_name
from solidarity.rules.ruleset.written import Written


class Act(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Part(StrEnum):
    """Of which part of the file a change speaks."""

    HEAD = "head"
    RULES = "rules"
    PARAMETERS = "parameters"
    FACTS = "facts"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One change. `what` names the facet unless the subject says it all; `unit` follows both values."""

    part: Part
    act: Act
    subject: Text
    what: Text = NOTHING
    before: Text = NOTHING
    after: Text = NOTHING
    unit: Text = NOTHING

    @property
    def sentence(self) -> Text:
        name = joined((self.subject, self.what))
        parts = {"name": name, "before": self.before, "after": self.after, "unit": self.unit}
        words = sentence(_SENTENCES[self.act], **parts)
        return Text(words.fr.strip(" \u00a0:"), words.en.strip(" :"))


_SENTENCES: Mapping[Act, Text] = {
    Act.ADDED: Text("Ajouté : {name}\u00a0: {after} {unit}", "Added: {name}: {after} {unit}"),
    Act.REMOVED: Text("Retiré : {name}\u00a0: {before} {unit}", "Removed: {name}: {before} {unit}"),
    Act.CHANGED: Text("{name}\u00a0: {before} → {after} {unit}", "{name}: {before} → {after} {unit}"),
}


def difference(before: Written, after: Written) -> tuple[Change, ...]:
    """Empty when both pay the same, ask the same and say the same; examples and comments do not count."""
    return (
        *_head(before, after),
        *_rules(before, after),
        *_order(before.ruleset.rules, after.ruleset.rules),
        *_parameters(before, after),
        *_facts(before, after),
    )


def _head(before: Written, after: Written) -> Iterator[Change]:
    old, new = before.ruleset, after.ruleset
    for subject, was, is_now in (
        (Text("Titre", "Title"), old.title, new.title),
        (Text("Identifiant", "Id"), said(old.id), said(new.id)),
        (Text("Année scolaire", "School year"), said(old.school_year), said(new.school_year)),
        (Text("Valable à partir du", "Valid from"), said(old.valid_from), said(new.valid_from)),
        (Text("Valable jusqu’au", "Valid until"), said(old.valid_to), said(new.valid_to)),
        *(
            (sentence(Text("Sortes d’aide, {name}", "Kinds of aid, {name}"), name=name), *kinds)
            for category, name in CATEGORY_NAMES.items()
            for kinds in [(_kinds(old.kinds[category]), _kinds(new.kinds[category]))]
        ),
    ):
        if was != is_now:
            yield Change(part=Part.HEAD, act=Act.CHANGED, subject=subject, before=was, after=is_now)


def _kinds(kinds: Iterable[str]) -> Text:
    return joined(kind_name(kind) for kind in kinds)


def _rules(before: Written, after: Written) -> Iterator[Change]:
    old = {rule.id: rule for rule in before.ruleset.rules}
    new = {rule.id: rule for rule in after.ruleset.rules}
    for name, rule in new.items():
        was = old.get(name)
        if was is None or was.kind != rule.kind:
            yield _whole(Act.ADDED, rule, after)
        else:
            yield from _facets(was, rule, before, after)
    for name, rule in old.items():
        if name not in new or new[name].kind != rule.kind:
            yield _whole(Act.REMOVED, rule, before)


def _whole(act: Act, rule: Rule, written: Written) -> Change:
    told = joined((KIND_TITLES[rule.kind], place_words(rule.applies_to), summary(rule, written)))
    is_new = act is Act.ADDED
    return Change(
        part=Part.RULES,
        act=act,
        subject=rule.title,
        before=NOTHING if is_new else told,
        after=told if is_new else NOTHING,
    )


def _facets(old: Rule, new: Rule, before: Written, after: Written) -> Iterator[Change]:
    if old.title != new.title:
        yield Change(
            part=Part.RULES,
            act=Act.CHANGED,
            subject=new.title,
            what=Text("titre", "title"),
            before=old.title,
            after=new.title,
        )
    was, is_now = _by_key(facets_of(old, before), facets_of(new, after))
    for key in dict.fromkeys([*was, *is_now]):
        one, other = was.get(key), is_now.get(key)
        if one is None or other is None:
            yield from _half(new.title, one, other)
        elif (one.value, one.unit, one.formula) != (other.value, other.unit, other.formula):
            yield _changed(new.title, one, other)


def _by_key(old: Sequence[Facet], new: Sequence[Facet]) -> tuple[Mapping[str, Facet], Mapping[str, Facet]]:
    """Facets to compare. Rows of a scale are told apart by their words once one of them was added or removed:
    compared by number, every row after it would seem to have changed."""
    if Counter(_family(facet) for facet in old) == Counter(_family(facet) for facet in new):
        return {facet.key: facet for facet in old}, {facet.key: facet for facet in new}
    return {_word_key(facet): facet for facet in old}, {_word_key(facet): facet for facet in new}


def _family(facet: Facet) -> str:
    return facet.key.partition(" ")[0]


def _word_key(facet: Facet) -> str:
    return f"{_family(facet)} {facet.value.fr}" if " " in facet.key else facet.key


def _changed(subject: Text, old: Facet, new: Facet) -> Change:
    is_same_unit = old.unit == new.unit
    is_formula = bool(old.formula or new.formula) and old.value == new.value
    return Change(
        part=Part.RULES,
        act=Act.CHANGED,
        subject=subject,
        what=NOTHING if new.is_main and not is_formula else _lower(new.label),
        before=_told(old, with_unit=not is_same_unit, is_formula=is_formula),
        after=_told(new, with_unit=not is_same_unit, is_formula=is_formula),
        unit=new.unit if is_same_unit else NOTHING,
    )


def _half(subject: Text, old: Facet | None, new: Facet | None) -> Iterator[Change]:
    facet = new or old
    assert facet is not None, "a key comes from one of the two"
    told = _told(facet, with_unit=True, is_formula=bool(facet.formula))
    yield Change(
        part=Part.RULES,
        act=Act.REMOVED if new is None else Act.ADDED,
        subject=subject,
        what=NOTHING if facet.is_main else _lower(facet.label),
        before=told if new is None else NOTHING,
        after=told if new is not None else NOTHING,
    )


def _told(facet: Facet, *, with_unit: bool, is_formula: bool) -> Text:
    if is_formula and facet.formula:
        return Text(f"«\u00a0{facet.formula}\u00a0»", f"“{facet.formula}”")
    return facet.words if with_unit else facet.value


def _lower(label: Text) -> Text:
    return Text(label.fr[:1].lower() + label.fr[1:], label.en[:1].lower() + label.en[1:])


def _order(old: Sequence[Rule], new: Sequence[Rule]) -> Iterator[Change]:
    """Inside a stage, rules run in the order of the file: another order may pay another amount."""
    for stage in AMOUNT_STAGES:
        was, is_now = ([rule for rule in rules if isinstance(rule, stage)] for rules in (old, new))
        common = {rule.id for rule in was} & {rule.id for rule in is_now}
        before, after = ([rule for rule in rules if rule.id in common] for rules in (was, is_now))
        if [rule.id for rule in before] != [rule.id for rule in after]:
            yield Change(
                part=Part.RULES,
                act=Act.CHANGED,
                subject=Text("Ordre d’application", "Order in which they apply"),
                before=joined(rule.title for rule in before),
                after=joined(rule.title for rule in after),
            )


def _parameters(before: Written, after: Written) -> Iterator[Change]:
    """Parameters that a rule does not already show as its own amount."""
    shown = _shown(before) & _shown(after)
    old, new = before.ruleset.params, after.ruleset.params
    for name in sorted({*old, *new} - shown):
        was = parameter_words(old[name], before.units.get(name, Unit.PLAIN)) if name in old else NOTHING
        is_now = parameter_words(new[name], after.units.get(name, Unit.PLAIN)) if name in new else NOTHING
        if was != is_now:
            yield Change(
                part=Part.PARAMETERS,
                act=_act(name, old, new),
                subject=sentence(Text("Paramètre {name}", "Parameter {name}"), name=said(name)),
                before=was,
                after=is_now,
            )


def _shown(written: Written) -> set[str]:
    amounts = (getattr(rule, "amount", None) for rule in written.ruleset.rules)
    return {name for name in map(bare_parameter, amounts) if name is not None}


def _facts(before: Written, after: Written) -> Iterator[Change]:
    old, new = before.ruleset.facts, after.ruleset.facts
    for name in dict.fromkeys([*old, *new]):
        was, is_now = _fact(old.get(name)), _fact(new.get(name))
        if was != is_now:
            yield Change(
                part=Part.FACTS,
                act=_act(name, old, new),
                subject=sentence(
                    Text("Information demandée, {name}", "Information asked, {name}"), name=said(name)
                ),
                before=was,
                after=is_now,
            )


def _fact(fact: FactDeclaration | None) -> Text:
    if fact is None:
        return NOTHING
    places = joined(said(kind) for kind in fact.kinds)
    return joined((fact.label, said(fact.type.value), said(fact.unit or ""), places))


def _act(name: str, old: Mapping[str, object], new: Mapping[str, object]) -> Act:
    if name in old and name in new:
        return Act.CHANGED
    return Act.ADDED if name in new else Act.REMOVED
