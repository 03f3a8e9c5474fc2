"""What people read about rulesets: where a version stands, faults, refusals, what was done."""

from collections.abc import Mapping
from typing import Final

from solidarity.rules.ruleset.difference import Act, Part
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.model import FactType

STANDINGS: Final[Mapping[str, Text]] = {
    "draft": Text("Brouillon", "Draft"),
    "in_force": Text("En vigueur", "In force"),
    "waiting": Text("En vigueur bientôt", "In force soon"),
    "retired": Text("Retiré", "Retired"),
    "set_aside": Text("Brouillon écarté", "Draft set aside"),
}
STANDING_TONES: Final[Mapping[str, str]] = {
    "draft": "waiting",
    "in_force": "good",
    "waiting": "info",
    "retired": "neutral",
    "set_aside": "neutral",
}
OUTCOMES: Final[Mapping[str, Text]] = {
    "payable": Text("Conforme au barème", "Meets the rules"),
    "needs_judgement": Text("À apprécier par une personne", "Needs a person’s judgement"),
    "incomplete": Text("Incomplète", "Incomplete"),
    "not_eligible": Text("Hors barème", "Outside the rules"),
}
PARTS: Final[Mapping[Part, Text]] = {
    Part.HEAD: Text("Titre, dates et sortes d’aide", "Title, dates and kinds of aid"),
    Part.RULES: Text("Règles", "Rules"),
    Part.PARAMETERS: Text("Paramètres", "Parameters"),
    Part.FACTS: Text("Informations demandées", "Information asked for"),
}
ACTS: Final[Mapping[Act, Text]] = {
    Act.ADDED: Text("Ajouté", "Added"),
    Act.REMOVED: Text("Retiré", "Removed"),
    Act.CHANGED: Text("Modifié", "Changed"),
}
FACT_TYPES: Final[Mapping[str, Text]] = {
    FactType.INTEGER: Text("nombre entier", "whole number"),
    FactType.NUMBER: Text("nombre", "number"),
    FactType.BOOLEAN: Text("oui ou non", "yes or no"),
    FactType.TEXT: Text("texte", "text"),
}

CAPS_TITLE: Final = Text("Plafonds\u00a0: {section}", "Caps: {section}")
CAPS_SAYS: Final = Text(
    "Les plus grands montants, chacun sur sa propre durée.", "The largest amounts, each over its own time."
)
CAP: Final = Text("Plafond", "Cap")
AMOUNT: Final = Text("Montant", "Amount")
SCALE_SAYS: Final = Text(
    "Selon cette valeur : {subject}. Un point plein est compris dans la marche, un point vide ne l’est pas.",
    "By this value: {subject}. A filled dot belongs to its step, an open one does not.",
)
RESULTS: Final[Mapping[str, Text]] = {
    "rate": Text("Part prise en charge", "Share taken on"),
    "euros": Text("Montant au plus", "Amount at most"),
    "ten-thousandths": Text("Prix unitaire", "Unit rate"),
}
LEAST: Final = Text("Minimum", "Minimum")
MOST: Final = Text("Maximum", "Maximum")

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "ruleset-fault": ("Ligne {line} : {message} {remedy}", "Line {line}: {message} {remedy}"),
    "ruleset-not-draft": (
        "Ce barème est déjà en vigueur ou l’a été.",
        "This ruleset is or was in force already.",
    ),
    "ruleset-faults": (
        "Ce barème ne peut pas encore être enregistré. À corriger, plus bas : {count}.",
        "This ruleset cannot be saved yet. To correct, below: {count}.",
    ),
    "ruleset-empty": (
        "Écrivez le texte du barème, ou partez d’un exemple.",
        "Write the text of the ruleset, or start from an example.",
    ),
    "ruleset-replaced": (
        "Ce brouillon a été écarté ou remplacé depuis : reportez vos changements dans la dernière version.",
        "This draft was set aside or replaced since: make your changes in the latest version.",
    ),
    "ruleset-known": (
        "Ce texte est celui d’un barème qui est ou a été en vigueur. Changez au moins son titre.",
        "This text is that of a ruleset that is or was in force. Change at least its title.",
    ),
    "ruleset-edit-as-text": (
        "Ces valeurs ne peuvent pas être changées ici sans toucher au reste : changez-les dans le texte.",
        "These values cannot be changed here without touching the rest: change them in the text.",
    ),
    "ruleset-saved": ("Le brouillon est enregistré.", "The draft is saved."),
    "ruleset-unchanged": (
        "Rien n’a changé : aucun brouillon n’a été enregistré.",
        "Nothing changed: no draft was saved.",
    ),
    "ruleset-set-aside": ("Le brouillon est écarté.", "The draft is set aside."),
    "ruleset-activated": ("Le barème est en vigueur.", "The ruleset is in force."),
    "rate-unreadable": ("Écrivez un taux, par exemple 80 ou 33,33.", "Write a rate, such as 80 or 33.33."),
    "price-unreadable": (
        "Écrivez un prix à quatre décimales au plus, par exemple 0,2345.",
        "Write a price with at most four decimals, such as 0.2345.",
    ),
    "toml-expected": (
        "Envoyez le texte TOML du barème, en application/toml.",
        "Send the TOML text of the ruleset, as application/toml.",
    ),
    "toml-not-utf8": ("Ce texte n’est pas en UTF-8.", "This text is not in UTF-8."),
    "nothing-decided": (
        "Aucune demande n’a été décidée en {school_year}.",
        "No request was decided in {school_year}.",
    ),
    "simulation-too-large": (
        "Cette année compte {requests} demandes, plus que {most} : lancez la simulation sur le site.",
        "That year has {requests} requests, more than {most}: start the simulation on the site.",
    ),
    "ruleset-unreadable": (
        "Ce texte n’est plus un barème lisible par cette version.",
        "This version can no longer read this text as a ruleset.",
    ),
    "simulation-asked": (
        "La simulation est lancée ; cette page en montre l’avancement.",
        "The simulation is started; this page shows how far it is.",
    ),
    "school-year-choose": ("Choisissez une année scolaire.", "Choose a school year."),
}
