"""What people read about decisions: refusals, reasons, states."""

from typing import Final

from solidarity.requests.wording import HOLD_REASONS as REASONS_TO_WAIT
from solidarity.web.wording import Wording

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "nothing-to-grant": (
        "Il n’y a rien à accorder : le montant est nul. Refusez la demande ou changez un montant.",
        "There is nothing to grant: the amount is zero. Refuse the request or change an amount.",
    ),
    "envelope-exhausted": (
        "Aucune enveloppe n’a assez de crédit pour ce montant. Accordez moins, ou mettez en liste d’attente.",
        "No envelope has enough credit for this amount. Grant less, or put the request on the waiting list.",
    ),
    "override-needed": (
        "Les règles ne proposent pas cela : donnez la raison. Une deuxième personne confirmera.",
        "The rules do not propose this: give the reason. A second person will have to confirm.",
    ),
    "more-than-asked": (
        "Le montant dépasse ce qui est demandé pour cette ligne.",
        "The amount is above what was asked for this line.",
    ),
    "line-unknown": ("Cette ligne n’existe pas dans la demande.", "The request has no such line."),
    "line-given-twice": ("Cette ligne est donnée deux fois.", "This line is given twice."),
    "same-person": (
        "Vous avez préparé cette décision : une autre personne doit la confirmer ou la renvoyer.",
        "You prepared this decision: somebody else must confirm it or send it back.",
    ),
    "assessment-changed": (
        "La situation a changé depuis la préparation : renvoyez la demande en instruction.",
        "Things have changed since it was prepared: send the request back for review.",
    ),
    "letter-incomplete": (
        "La lettre serait incomplète ; la décision n’a pas été enregistrée. Il manque : {items}.",
        "The letter would be incomplete; the decision was not recorded. Missing: {items}.",
    ),
    "refusal-with-amount": (
        "Un refus n’accorde aucun montant.",
        "A refusal grants no amount.",
    ),
    "refusal-needs-reason": (
        "Choisissez au moins une raison : elle sera dans la lettre.",
        "Choose at least one reason: it will be in the letter.",
    ),
    "decision-granted": (
        "Aide accordée. La lettre est en préparation.",
        "Aid granted. The letter is being prepared.",
    ),
    "decision-refused": (
        "Demande refusée. La lettre est en préparation.",
        "Request refused. The letter is being prepared.",
    ),
    "decision-prepared": (
        "Décision préparée : une deuxième personne doit la confirmer.",
        "Decision prepared: a second person must confirm it.",
    ),
    "decision-approved": (
        "Décision confirmée. La lettre est en préparation.",
        "Decision confirmed. The letter is being prepared.",
    ),
    "decision-returned": ("Demande renvoyée en instruction.", "Request sent back for review."),
    "review-asked": ("Question envoyée à l’école.", "Question sent to the school."),
    "review-held": ("Demande mise en attente.", "Request put on hold."),
    "review-resumed": ("Demande reprise en instruction.", "Request taken back into review."),
    "review-closed": ("Demande classée sans suite.", "Request closed."),
}

REASONS: Final[dict[str, Wording]] = {
    "not_eligible": Wording(
        fr="Les conditions du fonds ne sont pas remplies", en="The conditions of the fund are not met"
    ),
    "papers_missing": Wording(
        fr="Des pièces manquent malgré notre relance", en="Papers are missing despite our reminder"
    ),
    "no_credit": Wording(fr="Il n’y a plus de crédit", en="There is no credit left"),
    "judgement": Wording(fr="Appréciation de la situation", en="Assessment of the situation"),
}

TABS: Final[dict[str, tuple[Wording, tuple[str, ...]]]] = {
    "a-decider": (Wording(fr="À décider", en="To decide"), ("submitted", "in_review")),
    "en-attente": (Wording(fr="En attente", en="Waiting"), ("information_requested", "on_hold")),
    "a-confirmer": (Wording(fr="À confirmer à deux", en="To confirm"), ("awaiting_approval",)),
    "decidees": (Wording(fr="Décidées", en="Decided"), ("decided",)),
    "terminees": (Wording(fr="Retirées ou classées", en="Withdrawn or closed"), ("withdrawn", "closed")),
}

HOLD_REASONS: Final = REASONS_TO_WAIT
