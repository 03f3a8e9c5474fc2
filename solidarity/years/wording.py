"""What people read about school years: refusals, what was done, what waits, what becomes of money."""

from typing import Final

from solidarity.rules.year_end import Blocker, Fate, Step
from solidarity.web.wording import Wording

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "year-not-over": (
        "L’année {school_year} n’est pas terminée : elle se clôt à partir du 1er septembre.",
        "The year {school_year} is not over: it can be closed from 1 September.",
    ),
    "year-not-ready": (
        "Quelque chose attend encore une personne cette année : réglez-le, puis reprenez la clôture.",
        "Something in this year still waits for a person: settle it, then go on with the closing.",
    ),
    "year-not-confirmed": (
        "Cette clôture attend la confirmation d’une deuxième personne.",
        "This closing waits for a second person to confirm it.",
    ),
    "year-closing-confirmed": (
        "Cette clôture est déjà confirmée : elle va jusqu’au bout telle qu’elle fut préparée.",
        "This closing is confirmed already: it is carried out as it was prepared.",
    ),
    "year-needs-person": (
        "Des aides deviennent caduques : un administrateur doit finir cette clôture sur le site.",
        "Some aid lapses: an administrator must finish this closing on the site.",
    ),
    "year-prepared": (
        "Clôture préparée : un autre administrateur doit la confirmer.",
        "Closing prepared: another administrator must confirm it.",
    ),
    "year-finished": ("L’année est close.", "The year is closed."),
    "year-going-on": (
        "La clôture est confirmée, il reste du travail : reprenez-la.",
        "The closing is confirmed and work is left: go on with it.",
    ),
    "year-opened": ("L’année est ouverte.", "The year is open."),
    "means-confirmed": ("Ressources confirmées.", "Means confirmed."),
}

STEPS: Final[dict[Step, Wording]] = {
    Step.REQUESTS: Wording(fr="Classer les demandes restées ouvertes", en="Close the requests left open"),
    Step.COMMITMENTS: Wording(fr="Rendre caduques les aides choisies", en="Let the chosen aid lapse"),
    Step.ENVELOPES: Wording(fr="Vider les enveloppes", en="Empty the envelopes"),
    Step.CONTRIBUTIONS: Wording(fr="Reporter ou rendre les soldes", en="Carry or return what is left"),
    Step.CLOSE: Wording(fr="Clore l’année", en="Close the year"),
}

BLOCKERS: Final[dict[Blocker, Wording]] = {
    Blocker.UNDECIDED: Wording(fr="Demandes à décider", en="Requests to be decided"),
    Blocker.AWAITING_APPROVAL: Wording(
        fr="Décisions qui attendent une confirmation", en="Decisions that wait for a confirmation"
    ),
    Blocker.TRANSFERS: Wording(fr="Transferts à approuver", en="Transfers to approve"),
    Blocker.APPEALS: Wording(fr="Réexamens en cours", en="Reviews under way"),
    Blocker.UNRATIFIED: Wording(fr="Urgences à ratifier", en="Emergencies to ratify"),
    Blocker.NEXT_YEAR_CLOSED: Wording(fr="Année suivante déjà close", en="Next year closed already"),
}

PLACES: Final[dict[Blocker, str]] = {
    Blocker.UNDECIDED: "/instruction",
    Blocker.AWAITING_APPROVAL: "/instruction",
    Blocker.TRANSFERS: "/budget/transferts",
    Blocker.APPEALS: "/instruction/reexamens",
    Blocker.UNRATIFIED: "/instruction/a-ratifier",
}
"""Where each is settled."""

FATES: Final[dict[Fate, Wording]] = {
    Fate.CARRY: Wording(fr="Reporter sur l’année suivante", en="Carry to the next year"),
    Fate.RETURN: Wording(fr="Rendre au financeur", en="Return to the funder"),
    Fate.KEEP: Wording(fr="Garder sans emploi", en="Keep without use"),
}
