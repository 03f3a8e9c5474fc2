"""The short phrases from which a decision letter's own sentences are put together, French and English."""

from collections.abc import Mapping, Sequence
from typing import Final, Literal

from solidarity.rules.letter import Ground, LetterKind

Language = Literal["fr", "en"]
Phrases = Mapping[str, tuple[str, str]]

CATEGORIES: Final[Phrases] = {
    "transport": ("au transport", "transport"),
    "housing": ("au logement", "housing"),
    "food": ("aux repas", "food"),
}
OUTCOMES: Final[Mapping[LetterKind, tuple[str, str]]] = {
    LetterKind.GRANT: ("aide accordée", "aid granted"),
    LetterKind.PARTIAL: ("aide accordée en partie", "aid granted in part"),
    LetterKind.REFUSAL: ("aide non accordée", "aid not granted"),
    LetterKind.CORRECTION: ("décision corrigée", "decision corrected"),
    LetterKind.TERMINATION: ("fin de l’aide", "end of the aid"),
    LetterKind.MAINTAINED: ("décision maintenue après réexamen", "decision upheld after review"),
}
PAPERS: Final[Phrases] = {
    "invoice": ("facture", "invoice"),
    "quote": ("devis", "quote"),
    "pass": ("titre de transport", "travel pass"),
    "lease": ("bail", "lease"),
    "receipt": ("reçu", "receipt"),
    "identity": ("pièce d’identité", "identity document"),
    "income": ("justificatif de ressources", "proof of income"),
    "attendance": ("certificat de présence", "attendance certificate"),
    "other": ("autre pièce", "other paper"),
}
SENTENCES: Final[Phrases] = {
    "subject": ("votre demande d’aide {what} – {outcome}", "your request for {what} aid – {outcome}"),
    "guardians": ("Aux représentants légaux de {pupil}", "To the legal guardians of {pupil}"),
    "care_of": ("aux bons soins de : {school}", "c/o {school}"),
    "payee_school": ("{school}, pour le compte de l’élève", "{school}, on behalf of the pupil"),
    "no_papers": ("aucune pièce", "no paper"),
    "awaits_rate": ("confirmation du taux de l’année", "confirmation of this year’s rate"),
    "decided_otherwise": (
        "Montant décidé par les personnes nommées dans cette lettre",
        "Amount decided by the people named in this letter",
    ),
    "ended": (
        "accordé {granted} ; versé {paid}, que cette décision ne reprend pas ; ne sera pas versé {freed}",
        "granted {granted}; paid {paid}, which this decision does not take back; not to be paid {freed}",
    ),
    "ended_unpaid": (
        "accordé {granted} ; rien n’a été versé ; ne sera pas versé {freed}",
        "granted {granted}; nothing was paid; not to be paid {freed}",
    ),
    "ended_line": (
        "Il est mis fin à cette aide ; le montant affiché est ce qui a été versé",
        "This aid ends; the amount shown is what was paid",
    ),
    "why_ended": ("L’aide prend fin.", "The aid ends."),
    "why_reviewed": (
        "Le réexamen demandé le {day} a été fait par une personne qui n’avait pas pris part à la décision.",
        "The review asked for on {day} was made by somebody who had taken no part in the decision.",
    ),
    "maintained": (
        "accordé {granted} ; le réexamen n’a rien changé",
        "granted {granted}; the review changed nothing",
    ),
    "figures": ("demandé {asked}, accordé {granted}", "asked {asked}, granted {granted}"),
    "papers_missing": (
        "Des pièces demandées par le barème ne sont pas au dossier.",
        "Papers that the scale asks for are not in the file.",
    ),
    "papers_needed": ("pièces attendues : {papers}", "papers expected: {papers}"),
    "credit": ("demandé {asked}, disponible {available}", "asked {asked}, available {available}"),
    "credit_rule": ("Crédits disponibles", "Money available"),
    "decision_rule": ("Décision des personnes compétentes", "Decision of those in charge"),
    "age": ("âge : {value} ans", "age: {value}"),
    "quotient": ("quotient familial : {value}", "quotient familial: {value}"),
    "household": ("foyer : {value} personnes", "household: {value} people"),
    "expense": ("dépense demandée : {value}", "expense asked for: {value}"),
}
REASONS: Final[Mapping[str, tuple[Ground, str, str]]] = {
    "not_eligible": (
        Ground.NOT_ELIGIBLE,
        "La situation de l’élève ou la dépense ne répond pas à ce que le fonds demande.",
        "The pupil’s situation, or the expense, does not meet what the fund asks for.",
    ),
    "papers_missing": (
        Ground.PAPERS_MISSING,
        "Les pièces demandées ne sont pas arrivées.",
        "The papers asked for did not arrive.",
    ),
    "no_credit": (
        Ground.NO_CREDIT,
        "Les crédits qui peuvent payer cette aide sont entièrement engagés.",
        "The money that may pay for this aid is fully committed.",
    ),
    "limited": (
        Ground.LIMITED,
        "Le barème limite le montant de cette aide.",
        "The scale limits the amount of this aid.",
    ),
    "other_aid": (
        Ground.LIMITED,
        "Une autre aide paie déjà cette dépense.",
        "Another aid already pays for this expense.",
    ),
    "duplicate": (
        Ground.NOT_ELIGIBLE,
        "La même dépense est déjà aidée pour la même période.",
        "The same expense is already aided for the same period.",
    ),
    "need_not_shown": (
        Ground.JUDGEMENT,
        "Le dossier ne montre pas que cette dépense empêche de venir à l’école.",
        "The file does not show that this expense keeps the pupil from coming to school.",
    ),
    "judgement": (
        Ground.JUDGEMENT,
        "Après étude de la demande, les personnes nommées dans cette lettre en ont décidé ainsi.",
        "Having studied the request, the people named in this letter decided so.",
    ),
}
"""The reason codes a decision may give, with the ground and the sentences they stand for in the letter."""


def phrase(name: str, language: Language, **figures: object) -> str:
    return said(SENTENCES[name], language).format_map(figures)


def said(pair: tuple[str, str], language: Language) -> str:
    return pair[1 if language == "en" else 0]


def paper(kind: str, language: Language) -> str:
    """A ruleset may name its own papers; those are shown as they are written."""
    return said(PAPERS[kind], language) if kind in PAPERS else kind.replace("_", " ")


def joined(parts: Sequence[str], language: Language) -> str:
    *first, last = parts
    joint = " et " if language == "fr" else " and "
    return f"{', '.join(first)}{joint}{last}" if first else last
