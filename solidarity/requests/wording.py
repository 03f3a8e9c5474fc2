"""What people read about requests: states, kinds, actions of the timeline, refusals; French, then English."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from solidarity.web.wording import Wording


def _both(table: Mapping[str, tuple[str, str]]) -> dict[str, Wording]:
    return {name: Wording(fr=fr, en=en) for name, (fr, en) in table.items()}


STATES: Final = _both(
    {
        "draft": ("Brouillon", "Draft"),
        "submitted": ("Envoyée", "Sent"),
        "in_review": ("En instruction", "Under review"),
        "information_requested": ("Réponse attendue", "Answer needed"),
        "on_hold": ("En attente", "On hold"),
        "awaiting_approval": ("Seconde signature attendue", "Second signature needed"),
        "decided": ("Décidée", "Decided"),
        "withdrawn": ("Retirée", "Withdrawn"),
        "closed": ("Classée sans suite", "Closed without decision"),
    }
)
TONES: Final[Mapping[str, str]] = {
    "draft": "neutral",
    "submitted": "info",
    "in_review": "info",
    "information_requested": "warning",
    "on_hold": "waiting",
    "awaiting_approval": "waiting",
    "decided": "good",
    "withdrawn": "neutral",
    "closed": "neutral",
}
"""The tone of the tag of each state."""

CATEGORIES: Final = _both(
    {
        "transport": ("Transport", "Transport"),
        "housing": ("Logement", "Housing"),
        "food": ("Repas", "Food"),
    }
)
KINDS: Final = _both(
    {
        "transport.pass": ("Abonnement", "Travel pass"),
        "transport.ticket": ("Billets", "Tickets"),
        "transport.car": ("Trajets en voiture", "Car journeys"),
        "transport.bike": ("Vélo", "Bicycle"),
        "transport.other": ("Autre transport", "Other transport"),
        "housing.rent": ("Loyer", "Rent"),
        "housing.boarding": ("Internat", "Boarding"),
        "housing.residence": ("Foyer ou résidence", "Hostel or residence"),
        "housing.other": ("Autre logement", "Other housing"),
        "food.canteen": ("Cantine", "Canteen"),
        "food.voucher": ("Bons repas", "Meal vouchers"),
        "food.other": ("Autre repas", "Other food"),
    }
)
FREQUENCY_LABELS: Final = _both(
    {
        "once": ("Une seule fois", "Once"),
        "monthly": ("Chaque mois", "Every month"),
        "termly": ("Chaque trimestre", "Every term"),
        "yearly": ("Chaque année scolaire", "Every school year"),
    }
)
DOCUMENT_KINDS: Final = _both(
    {
        "invoice": ("Facture", "Invoice"),
        "quote": ("Devis", "Quote"),
        "pass": ("Carte ou attestation d’abonnement", "Travel card or certificate"),
        "lease": ("Bail ou contrat d’hébergement", "Lease or housing contract"),
        "receipt": ("Quittance ou reçu", "Receipt"),
        "identity": ("Pièce d’identité", "Identity document"),
        "income": ("Justificatif de revenus", "Proof of income"),
        "attendance": ("Attestation d’assiduité", "Attendance certificate"),
        "other": ("Autre pièce", "Other document"),
    }
)
URGENCIES: Final = _both({"normal": ("Normale", "Normal"), "emergency": ("Urgente", "Urgent")})
OUTCOMES: Final = _both(
    {
        "payable": ("Conforme au barème", "Meets the rules"),
        "needs_judgement": ("À apprécier par une personne", "Needs a person’s judgement"),
        "incomplete": ("Incomplète", "Incomplete"),
        "not_eligible": ("Hors barème", "Outside the rules"),
    }
)
OUTCOME_TONES: Final[Mapping[str, str]] = {
    "payable": "good",
    "needs_judgement": "waiting",
    "incomplete": "warning",
    "not_eligible": "bad",
}
DECISIONS: Final = _both(
    {
        "granted_full": ("Accordée en totalité", "Granted in full"),
        "granted_partial": ("Accordée en partie", "Granted in part"),
        "refused": ("Refusée", "Refused"),
        "terminated": ("Arrêtée", "Terminated"),
        "corrected": ("Corrigée", "Corrected"),
    }
)
DECISION_TONES: Final[Mapping[str, str]] = {
    "granted_full": "good",
    "granted_partial": "good",
    "refused": "bad",
    "terminated": "bad",
    "corrected": "info",
}
HOLD_REASONS: Final = _both(
    {
        "no_credit": ("Liste d’attente : plus de crédit pour l’instant", "Waiting list: no credit for now"),
        "other_aid": ("Réponse d’un autre organisme attendue", "Waiting for another body’s answer"),
        "commission": ("À voir en commission", "To be seen by the commission"),
        "other": ("Autre raison", "Another reason"),
    }
)
TIMELINE: Final = _both(
    {
        "request.drafted": ("Brouillon commencé", "Draft started"),
        "request.changed": ("Demande modifiée", "Request changed"),
        "request.document_added": ("Pièce ajoutée", "Document added"),
        "request.document_removed": ("Pièce retirée", "Document removed"),
        "request.submit": ("Demande envoyée", "Request sent"),
        "request.answer": ("Réponse envoyée", "Answer sent"),
        "request.withdraw": ("Demande retirée", "Request withdrawn"),
        "request.take_into_review": ("Instruction commencée", "Review started"),
        "request.request_information": ("Question posée à l’école", "Question asked to the school"),
        "request.hold": ("Mise en attente", "Put on hold"),
        "request.resume": ("Instruction reprise", "Review resumed"),
        "request.close": ("Classée sans suite", "Closed without decision"),
        "request.prepare": (
            "Décision préparée, seconde signature attendue",
            "Decision prepared, second signature needed",
        ),
        "request.decide": ("Décision prise", "Decision taken"),
        "request.approve": ("Décision approuvée et prise", "Decision approved and taken"),
        "request.return": ("Renvoyée en instruction", "Returned to review"),
        "request.appeal": ("Réexamen demandé", "Review requested"),
        "request.revoke": ("Décision arrêtée", "Decision revoked"),
        "request.appeal_withdraw": ("Demande de réexamen retirée", "Request for a review withdrawn"),
        "request.appeal_take": ("Réexamen commencé", "Review started"),
        "request.appeal_prepare": (
            "Correction préparée, seconde signature attendue",
            "Correction prepared, second signature needed",
        ),
        "request.appeal_return": ("Correction renvoyée au réexamen", "Correction returned to the review"),
        "request.appeal_uphold": ("Décision corrigée après réexamen", "Decision corrected after a review"),
        "request.appeal_dismiss": ("Décision maintenue après réexamen", "Decision maintained after a review"),
        "request.ratify": ("Décision d’urgence ratifiée", "Emergency decision ratified"),
        "request.credit_found": (
            "Crédit réservé : sortie de la liste d’attente",
            "Credit set aside: off the waiting list",
        ),
        "request.reservation_lapsed": (
            "Réservation levée, faute de réponse à temps",
            "Reservation lapsed, for want of an answer in time",
        ),
        "request.claim_reminded": (
            "École prévenue : l’aide est à réclamer",
            "School reminded: the aid is to be claimed",
        ),
        "request.paid": ("Aide versée", "Aid paid"),
        "letter.queued": ("Lettre préparée", "Letter prepared"),
        "letter.issued": ("Lettre disponible", "Letter available"),
        "letter.set_aside": (
            "Lettre mise de côté : une personne doit la reprendre",
            "Letter set aside: needs a person",
        ),
    }
)
"""By action of an event: what the timeline says."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """The tables above, for templates: `words.states[state] | word`."""

    states: Mapping[str, Wording]
    tones: Mapping[str, str]
    categories: Mapping[str, Wording]
    frequencies: Mapping[str, Wording]
    urgencies: Mapping[str, Wording]
    outcomes: Mapping[str, Wording]
    outcome_tones: Mapping[str, str]
    decisions: Mapping[str, Wording]
    decision_tones: Mapping[str, str]

    def kind(self, category: str, kind: str) -> Wording:
        """A ruleset may name kinds of its own: they are shown as it spells them."""
        return KINDS.get(f"{category}.{kind}") or _as_spelled(kind)

    def document(self, kind: str) -> Wording:
        return DOCUMENT_KINDS.get(kind) or _as_spelled(kind)

    def action(self, action: str) -> Wording:
        return TIMELINE.get(action) or _as_spelled(action.rpartition(".")[2])

    def hold_reason(self, reason: str) -> Wording:
        return HOLD_REASONS.get(reason) or Wording(fr=reason, en=reason)


def _as_spelled(name: str) -> Wording:
    shown = name.replace("_", " ").replace("-", " ").capitalize()
    return Wording(fr=shown, en=shown)


WORDS: Final = Words(
    states=STATES,
    tones=TONES,
    categories=CATEGORIES,
    frequencies=FREQUENCY_LABELS,
    urgencies=URGENCIES,
    outcomes=OUTCOMES,
    outcome_tones=OUTCOME_TONES,
    decisions=DECISIONS,
    decision_tones=DECISION_TONES,
)

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    # lines
    "lines-none": ("Ajoutez au moins une ligne.", "Add at least one line."),
    "lines-too-many": ("Vingt lignes au plus par demande.", "At most twenty lines in a request."),
    "lines-several-school-years": (
        "Toutes les lignes doivent commencer la même année scolaire. Faites une demande par année.",
        "All lines must start in the same school year. Make one request a year.",
    ),
    "category-unknown": ("Choisissez une dépense proposée.", "Choose one of the expenses offered."),
    "kind-unknown": (
        "Le barème de cette année scolaire ne prévoit pas cette dépense.",
        "The rules of this school year do not cover this expense.",
    ),
    "period-too-long": (
        "La période dépasse deux années scolaires.",
        "The period is longer than two school years.",
    ),
    "amount-out-of-range": ("Écrivez un montant plus grand que zéro.", "Write an amount above zero."),
    "fact-unknown": (
        "Le barème ne demande pas cette information.",
        "The rules do not ask for this information.",
    ),
    "fact-not-integer": ("Écrivez un nombre entier.", "Write a whole number."),
    "fact-not-number": (
        "Écrivez un nombre, avec trois décimales au plus.",
        "Write a number with at most three decimals.",
    ),
    "fact-not-boolean": ("Répondez par oui ou non.", "Answer yes or no."),
    "fact-not-text": ("Écrivez un texte.", "Write a text."),
    "no-ruleset": (
        "Aucun barème n’est encore en vigueur pour cette année scolaire.",
        "No rules are in force for this school year yet.",
    ),
    "student-unknown": (
        "Cet élève n’existe pas dans votre école.",
        "There is no such student in your school.",
    ),
    # documents
    "document-kind-unknown": ("Choisissez un type de pièce proposé.", "Choose one of the kinds offered."),
    "file-empty": ("Ce fichier est vide.", "This file is empty."),
    "file-too-large": ("Ce fichier dépasse {most} Mo.", "This file is larger than {most} MB."),
    "file-type-refused": (
        "Envoyez un PDF ou une photo JPEG ou PNG. Les autres formats ne sont pas acceptés.",
        "Send a PDF, or a JPEG or PNG picture. Other formats are not accepted.",
    ),
    "file-type-mismatch": (
        "Le nom de ce fichier ne correspond pas à son contenu. Acceptés : PDF, JPEG, PNG.",
        "The name of this file does not match its content. Accepted: PDF, JPEG, PNG.",
    ),
    "file-damaged": (
        "Ce fichier est incomplet ou abîmé. Enregistrez-le de nouveau puis renvoyez-le.",
        "This file is incomplete or damaged. Save it again, then send it again.",
    ),
    "file-encrypted": (
        "Ce PDF est protégé par un mot de passe. Envoyez-en une copie sans protection.",
        "This PDF is protected by a password. Send a copy without protection.",
    ),
    "file-active": (
        "Ce PDF contient des actions ou des fichiers joints. Imprimez-le en PDF, puis envoyez cette copie.",
        "This PDF contains actions or attached files. Print it to PDF, then send that copy.",
    ),
    "file-too-many-pages": ("Ce PDF a plus de {most} pages.", "This PDF has more than {most} pages."),
    "file-too-complex": (
        "Ce fichier est trop lourd à ouvrir. Imprimez-le en PDF, puis envoyez cette copie.",
        "This file is too heavy to open. Print it to PDF, then send that copy.",
    ),
    "image-too-large": (
        "Cette image a trop de pixels. Réduisez-la, puis renvoyez-la.",
        "This picture has too many pixels. Make it smaller, then send it again.",
    ),
    "documents-too-many": ("Dix pièces au plus par demande.", "At most ten documents in a request."),
    # states
    "state": (
        "Cette demande n’est plus dans un état qui le permet. Elle a peut-être avancé entre-temps.",
        "This request is no longer in a state that allows it. It may have moved on meanwhile.",
    ),
    "school-year-closed": (
        "L’année scolaire {school_year} est close : on ne peut plus y envoyer de demande.",
        "The school year {school_year} is closed: no request can be sent in it any more.",
    ),
    "answer-required": ("Écrivez votre réponse.", "Write your answer."),
    # done
    "draft-saved": ("Le brouillon est enregistré.", "The draft is saved."),
    "request-saved": ("Vos changements sont enregistrés.", "Your changes are saved."),
    "document-added": (
        "La pièce est acceptée et jointe à la demande.",
        "The document is accepted and attached.",
    ),
    "document-removed": ("La pièce est retirée.", "The document is removed."),
    "request-withdrawn": (
        "La demande est retirée. Rien ne sera versé et l’argent réservé est de nouveau libre.",
        "The request is withdrawn. Nothing will be paid and the money set aside is free again.",
    ),
    "request-answered": ("Votre réponse est envoyée.", "Your answer is sent."),
}
