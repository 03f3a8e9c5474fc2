"""What people read about simulations and about rates to confirm: states, figures, what is missing."""

from typing import Final

from solidarity.rules.ruleset.settle import Standing
from solidarity.web.wording import Wording

STATES: Final[dict[str, Wording]] = {
    "queued": Wording(fr="En attente", en="Waiting"),
    "running": Wording(fr="En cours", en="Running"),
    "done": Wording(fr="Terminée", en="Done"),
    "failed": Wording(fr="Échouée", en="Failed"),
}
TONES: Final[dict[str, str]] = {"queued": "waiting", "running": "info", "done": "good", "failed": "bad"}
"""The tone of the tag of each state."""

PROBLEMS: Final[dict[str, Wording]] = {
    "interrupted": Wording(
        fr="Le calcul a été interrompu plusieurs fois ; lancez-le à nouveau.",
        en="The calculation was interrupted several times; start it again.",
    ),
    "nothing-decided": Wording(
        fr="Aucune demande n’a été décidée cette année-là.", en="No request was decided in that year."
    ),
    "ruleset-faults": Wording(
        fr="Ce texte n’est plus un barème lisible par cette version ; corrigez-le dans un nouveau brouillon.",
        en="This version can no longer read this text as a ruleset; mend it in a new draft.",
    ),
}
OTHER_PROBLEM: Final = Wording(
    fr="Le calcul a échoué ; lancez-le à nouveau, et prévenez l’exploitant s’il échoue encore.",
    en="The calculation failed; start it again, and tell the operator if it fails again.",
)
OUTCOMES: Final[dict[str, Wording]] = {
    "payable": Wording(fr="Conformes au barème", en="Meet the rules"),
    "needs_judgement": Wording(fr="À apprécier par une personne", en="Need a person’s judgement"),
    "incomplete": Wording(fr="Incomplètes", en="Incomplete"),
    "not_eligible": Wording(fr="Hors barème", en="Outside the rules"),
}
CATEGORIES: Final[dict[str, Wording]] = {
    "transport": Wording(fr="Transport", en="Transport"),
    "housing": Wording(fr="Logement", en="Housing"),
    "food": Wording(fr="Repas", en="Food"),
}
LACKING: Final[dict[str, Wording]] = {
    "fact": Wording(fr="Information", en="Information"),
    "paper": Wording(fr="Pièce", en="Paper"),
    "kind": Wording(fr="Sorte d’aide inconnue du barème", en="Kind of aid the ruleset does not know"),
}
STANDINGS: Final[dict[Standing, Wording]] = {
    Standing.WAITING: Wording(fr="Taux à confirmer", en="Rate to be confirmed"),
    Standing.UNCHANGED: Wording(fr="Montant confirmé", en="Amount confirmed"),
    Standing.DIFFERS: Wording(fr="À corriger", en="To be corrected"),
    Standing.BY_HAND: Wording(fr="À revoir", en="To be looked at"),
}
STANDING_TONES: Final[dict[Standing, str]] = {
    Standing.WAITING: "waiting",
    Standing.UNCHANGED: "good",
    Standing.DIFFERS: "warning",
    Standing.BY_HAND: "bad",
}
