"""The sentences that explain a step or a missing value, when the rule brings none of its own."""

import re
from collections.abc import Iterable, Mapping

from solidarity.rules.ruleset.expressions import FAILURE_TEXTS, Evaluated
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import Figure, Template, fill, template_of
from solidarity.rules.ruleset.model import FactDeclaration

NAMES: Mapping[str, Text] = {
    "student.age": Text("âge", "age"),
    "student.boarder": Text("interne ou non", "boarder or not"),
    "student.trade": Text("métier préparé", "trade"),
    "student.school": Text("école", "school"),
    "student.region_code": Text("région", "region"),
    "student.household_size": Text("taille du foyer", "household size"),
    "student.quotient_familial_cents": Text("quotient familial", "quotient familial"),
    "request.submitted_on": Text("date d’envoi", "date of submission"),
}

SENTENCES: Mapping[str, Text] = {
    "requested": Text("Montant demandé : {after}.", "Amount asked for: {after}."),
    "cost": Text("Coût pris en compte : {value}.", "Eligible cost: {value}."),
    "cost-units": Text(
        "{units} × {unit_rate} = {value} pris en compte.", "{units} × {unit_rate} = {value} eligible."
    ),
    "cost-min": Text(
        "{units} : moins que le minimum de {limit}, rien n’est pris en compte.",
        "{units}: less than the minimum of {limit}, nothing is eligible.",
    ),
    "deduct": Text("Autres aides déduites : {value}.", "Other aid deducted: {value}."),
    "scale-rate": Text("Pour {value}, le taux est de {rate}.", "For {value}, the rate is {rate}."),
    "scale-band": Text(
        "Pour {value}, de {rate_min} à {rate_max} au choix ; le minimum est proposé.",
        "For {value}, {rate_min} to {rate_max} at discretion; the minimum is proposed.",
    ),
    "scale-amount": Text("Pour {value}, {limit} au plus.", "For {value}, {limit} at most."),
    "scale-refer": Text(
        "Pour {value}, le barème laisse la décision à une personne.",
        "For {value}, the scale leaves the decision to a person.",
    ),
    "scale-missing-rate": Text(
        "Sans information, le taux est de {rate}.", "Without the information, the rate is {rate}."
    ),
    "cap": Text("Ramené au plafond de {limit}.", "Brought down to the cap of {limit}."),
    "cap-left": Text(
        "Plafond de {limit}, dont {used} déjà utilisés : il reste {left}.",
        "Cap of {limit}, of which {used} already used: {left} is left.",
    ),
    "cap-unchanged": Text("Plafond de {limit} : non atteint.", "Cap of {limit}: not reached."),
    "cap-count": Text(
        "{used} aide(s) sur {limit} déjà accordée(s).", "{used} of {limit} grant(s) already made."
    ),
    "floor": Text("Moins que le minimum de {limit} : {value}.", "Less than the minimum of {limit}: {value}."),
    "floor-unchanged": Text("Minimum de {limit} : atteint.", "Minimum of {limit}: reached."),
    "prorate-keep": Text("{units} sur {of} pris en compte.", "{units} of {of} counted."),
    "prorate-remove": Text("{units} sur {of} retirés.", "{units} of {of} removed."),
    "prorate-threshold": Text(
        "{units} : pas plus que {threshold}, rien n’est retiré.",
        "{units}: not more than {threshold}, nothing is removed.",
    ),
    "round": Text("Arrondi à {to}.", "Rounded to {to}."),
    "unchanged": Text("Sans effet ici.", "No effect here."),
    "emergency-open": Text(
        "Voie d’urgence ouverte : une personne décide, jusqu’à {limit}.",
        "Emergency lane open: one person decides, up to {limit}.",
    ),
    "emergency-amount": Text(
        "Voie d’urgence fermée : {value} dépasse {limit}.", "Emergency lane closed: {value} is above {limit}."
    ),
    "emergency-quota": Text(
        "Voie d’urgence fermée : {used} décision(s) sur {quota} déjà prises.",
        "Emergency lane closed: {used} of {quota} decision(s) already taken.",
    ),
    "emergency-overdue": Text(
        "Voie d’urgence fermée : une ratification est en retard.",
        "Emergency lane closed: a ratification is overdue.",
    ),
}

TEMPLATES: Mapping[str, Template] = {name: template_of(text) for name, text in SENTENCES.items()}

_PROGRAM_NAME = re.compile(r" \([a-z]+(?:_[a-z0-9]+)+\)")


def sentence(name: str, figures: Mapping[str, Figure]) -> Text:
    return fill(SENTENCES[name], figures)


def unknown(found: Evaluated, names: Mapping[str, Text]) -> Text:
    """Why a value could not be computed, naming each fact that is missing."""
    if found.missing:
        fr = ", ".join(names[path].fr for path in found.missing)
        en = ", ".join(names[path].en for path in found.missing)
        return Text(f"Information manquante : {fr}.", f"Missing information: {en}.")
    assert found.failure is not None, "an unknown value has a reason"
    reason = FAILURE_TEXTS[found.failure]
    return Text(f"Calcul impossible : {reason.fr}.", f"This cannot be computed: {reason.en}.")


def for_people(sentence: str) -> str:
    """The sentence without names that only programs need: "quotient familial (quotient_familial_cents)"."""
    return _PROGRAM_NAME.sub("", sentence)


def names_for(paths: Iterable[str], facts: Mapping[str, FactDeclaration]) -> Mapping[str, Text]:
    """What people call each name an expression may read, with the name itself for who writes the rules."""
    by_path = {f"line.facts.{fact.variable}": fact for fact in facts.values()}
    return {path: _name(path, by_path.get(path)) for path in paths}


def _name(path: str, fact: FactDeclaration | None) -> Text:
    if fact is not None:
        return Text(f"{fact.label.fr} ({fact.name})", f"{fact.label.en} ({fact.name})")
    known, last = NAMES.get(path), path.rpartition(".")[2]
    return Text(f"{known.fr} ({last})", f"{known.en} ({last})") if known else Text(path, path)
