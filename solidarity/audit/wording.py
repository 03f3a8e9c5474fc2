"""What an auditor reads: the acts of the log in words."""

from typing import Final

from solidarity.requests.wording import TIMELINE
from solidarity.web.wording import Wording

SENTENCES: Final[dict[str, tuple[str, str]]] = {}

ACTS: Final[dict[str, Wording]] = {
    **TIMELINE,
    "letter.issued": Wording(fr="Lettre fabriquée et gardée", en="Letter made and kept"),
    "letter.set_aside": Wording(fr="Lettre mise de côté", en="Letter set aside"),
    "mail.set_aside": Wording(fr="Courriel non parti", en="Mail not sent"),
    "letterhead.changed": Wording(fr="En-tête des lettres changé", en="Letterhead changed"),
    "person.created": Wording(fr="Compte créé", en="Account created"),
    "person.disabled": Wording(fr="Compte fermé", en="Account closed"),
    "person.password_changed": Wording(fr="Mot de passe changé", en="Password changed"),
    "person.signed_in": Wording(fr="Connexion", en="Signed in"),
    "person.signed_out": Wording(fr="Déconnexion", en="Signed out"),
    "token.issued": Wording(fr="Jeton donné", en="Token given"),
    "student.added": Wording(fr="Élève ajouté", en="Student added"),
    "student.changed": Wording(fr="Élève modifié", en="Student changed"),
    "schools.loaded": Wording(fr="Écoles chargées", en="Schools loaded"),
    "ruleset.loaded": Wording(fr="Barème chargé", en="Ruleset loaded"),
    "ruleset.set_aside": Wording(fr="Brouillon de barème écarté", en="Ruleset draft set aside"),
    "ruleset.activated": Wording(fr="Barème mis en vigueur", en="Ruleset put in force"),
    "ruleset.simulated": Wording(fr="Simulation d’un barème demandée", en="Ruleset simulation asked for"),
    "contribution.added": Wording(fr="Contribution reçue", en="Contribution received"),
    "request.paid": Wording(fr="Paiement fait", en="Payment made"),
    "envelope.opened": Wording(fr="Enveloppe ouverte", en="Envelope opened"),
    "envelope.emptied": Wording(fr="Enveloppe vidée en fin d’année", en="Envelope emptied at the year’s end"),
    "contribution.carried": Wording(fr="Solde reporté", en="Remainder carried over"),
    "contribution.returned": Wording(fr="Solde rendu au financeur", en="Remainder returned to the funder"),
    "school_year.prepared": Wording(fr="Clôture préparée", en="Closing prepared"),
    "school_year.confirmed": Wording(fr="Clôture confirmée", en="Closing confirmed"),
    "school_year.closed": Wording(fr="Année close", en="Year closed"),
    "school_year.opened": Wording(fr="Année ouverte", en="Year opened"),
    "student.means_confirmed": Wording(fr="Ressources confirmées", en="Means confirmed"),
    "transfer.proposed": Wording(fr="Transfert proposé", en="Transfer proposed"),
    "transfer.approved": Wording(fr="Transfert approuvé", en="Transfer approved"),
    "transfer.returned": Wording(fr="Transfert renvoyé", en="Transfer sent back"),
}
"""By action of an event; one that has no words here is shown by its name."""

ABOUT: Final[dict[str, Wording]] = {
    "student": Wording(fr="élève", en="student"),
    "school_year": Wording(fr="année scolaire", en="school year"),
    "person": Wording(fr="compte", en="account"),
    "network": Wording(fr="réseau", en="network"),
    "ruleset": Wording(fr="barème", en="ruleset"),
    "envelope": Wording(fr="enveloppe", en="envelope"),
    "contribution": Wording(fr="contribution", en="contribution"),
    "transfer": Wording(fr="transfert", en="transfer"),
    "mail": Wording(fr="courriel", en="mail"),
    "fund": Wording(fr="fonds", en="fund"),
    "token": Wording(fr="jeton", en="token"),
}
"""What an event may be about when no page shows it."""

OUTCOMES: Final[dict[str, Wording]] = {
    "granted_full": Wording(fr="Accordées en entier", en="Granted in full"),
    "granted_partial": Wording(fr="Accordées en partie", en="Granted in part"),
    "refused": Wording(fr="Refusées", en="Refused"),
    "terminated": Wording(fr="Arrêtées", en="Terminated"),
    "corrected": Wording(fr="Corrigées", en="Corrected"),
}

FAULT_PLACES: Final[dict[str, Wording]] = {
    "event": Wording(fr="l’événement", en="the event"),
    "event_detail": Wording(fr="le détail de l’événement", en="the detail of the event"),
    "chain_head": Wording(fr="la fin du journal", en="the end of the log"),
}
