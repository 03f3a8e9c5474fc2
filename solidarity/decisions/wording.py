"""What people read about decisions: refusals, reasons, states."""

from typing import Final

from solidarity.requests.wording import HOLD_REASONS as REASONS_TO_WAIT
from solidarity.web.wording import Wording

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "grounds-required": (
        "Écrivez pourquoi cette décision doit être réexaminée.",
        "Write why this decision should be reviewed.",
    ),
    "review-reason-required": (
        "Écrivez la raison de la réponse ; l’école la lira.",
        "Write the reason of the answer; the school will read it.",
    ),
    "revoke-reason-required": ("Écrivez pourquoi l’aide s’arrête.", "Write why the aid ends."),
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
    "nothing-in-force": (
        "Aucune aide n’est en cours pour cette demande : il n’y a rien à arrêter.",
        "No aid is in force for this request: there is nothing to end.",
    ),
    "nothing-to-release": (
        "Toute l’aide est déjà versée : l’arrêter ne libérerait rien. Ce qui est versé se récupère à part.",
        "All of the aid is paid already: ending it would free nothing. What is paid is recovered apart.",
    ),
    "appeal-open": (
        "Un réexamen est en cours pour cette demande : répondez-y d’abord.",
        "A review of this request is open: answer it first.",
    ),
    "decision-revoked": (
        "Aide arrêtée. Ce qui n’était pas versé est de nouveau disponible ; la lettre est en préparation.",
        "Aid ended. What was not paid is available again; the letter is being prepared.",
    ),
    # reviews and ratifications
    "took-part": (
        "Vous avez pris part à une décision de cette demande : une autre personne doit la réexaminer.",
        "You took part in a decision of this request: somebody else must review it.",
    ),
    "appeal-none": (
        "Aucun réexamen n’est en cours à cette étape pour cette demande.",
        "No review of this request is open at this step.",
    ),
    "appeal-already-open": (
        "Un réexamen est déjà en cours pour cette demande.",
        "A review of this request is open already.",
    ),
    "appeal-already-answered": (
        "Cette décision a déjà été réexaminée, et maintenue.",
        "This decision was reviewed already, and maintained.",
    ),
    "appeal-not-better": (
        "Un réexamen ne peut qu’accorder davantage. Augmentez un montant, ou maintenez la décision.",
        "A review can only grant more. Raise an amount, or maintain the decision.",
    ),
    "appeal-awaits-approval": (
        "Une correction est préparée : une deuxième personne doit la confirmer ou la renvoyer.",
        "A correction is prepared: a second person must confirm it or send it back.",
    ),
    "less-than-paid": (
        "Ce montant est plus petit que ce qui est déjà versé.",
        "This amount is less than what was paid already.",
    ),
    "nothing-to-ratify": (
        "Rien ne reste à ratifier pour cette demande.",
        "Nothing is left to ratify for this request.",
    ),
    "appeal-filed": (
        "Réexamen demandé : une personne qui n’a pas pris part à la décision va répondre.",
        "Review requested: somebody who took no part in the decision will answer.",
    ),
    "appeal-withdrawn": ("La demande de réexamen est retirée.", "The request for a review is withdrawn."),
    "appeal-taken": ("Réexamen commencé.", "Review started."),
    "appeal-corrected": (
        "Décision corrigée. La nouvelle lettre est en préparation.",
        "Decision corrected. The new letter is being prepared.",
    ),
    "appeal-prepared": (
        "Correction préparée : une deuxième personne doit la confirmer.",
        "Correction prepared: a second person must confirm it.",
    ),
    "appeal-maintained": (
        "Décision maintenue. La réponse est en préparation.",
        "Decision maintained. The answer is being prepared.",
    ),
    "appeal-returned": ("Correction renvoyée au réexamen.", "Correction sent back to the review."),
    "decision-ratified": ("Décision d’urgence ratifiée.", "Emergency decision ratified."),
    "claim-still-open": (
        "Cette aide peut encore être réclamée, ou elle est déjà versée : il n’y a rien à libérer.",
        "This aid may still be claimed, or it is paid already: there is nothing to release.",
    ),
    "claim-released": (
        "Aide non réclamée libérée : la somme est de nouveau disponible, la lettre est en préparation.",
        "Unclaimed aid released: the amount is available again, the letter is being prepared.",
    ),
    "list-served": (
        "Liste servie dans l’ordre : ce qui pouvait recevoir du crédit l’a reçu.",
        "List served in order: what could receive credit has received it.",
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

APPEAL_STATES: Final[dict[str, Wording]] = {
    "received": Wording(fr="Reçu", en="Received"),
    "under_review": Wording(fr="En cours", en="Under way"),
    "upheld": Wording(fr="Décision corrigée", en="Decision corrected"),
    "partly_upheld": Wording(fr="Décision corrigée en partie", en="Decision corrected in part"),
    "dismissed": Wording(fr="Décision maintenue", en="Decision maintained"),
    "withdrawn": Wording(fr="Retiré par l’école", en="Withdrawn by the school"),
}
