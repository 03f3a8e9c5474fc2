"""Words a letter takes from outside its template: amounts spelled out, names of aids, default notices."""

from typing import Final

from num2words import num2words

from solidarity.rules.letter import DataNotice, OtherHelp
from solidarity.web.wording import Wording

CENTS_PER_EURO: Final = 100
MILLION_EUROS: Final = 1_000_000

CATEGORIES: Final = {
    "fr": {"transport": "Transport", "housing": "Logement", "food": "Repas"},
    "en": {"transport": "Transport", "housing": "Housing", "food": "Food"},
}
KINDS: Final = {
    "fr": {
        "pass": "abonnement",
        "ticket": "billets",
        "car": "voiture",
        "rent": "loyer",
        "boarding": "internat",
        "residence": "résidence",
        "canteen": "cantine",
        "voucher": "bons de repas",
        "other": "autre dépense",
    },
    "en": {
        "pass": "travel pass",
        "ticket": "tickets",
        "car": "car",
        "rent": "rent",
        "boarding": "boarding",
        "residence": "residence",
        "canteen": "canteen",
        "voucher": "meal vouchers",
        "other": "other expense",
    },
}
COMPUTING: Final = {
    "fr": "Le montant proposé a été calculé par un programme qui applique le barème, étape par étape. "
    "Les personnes nommées dans cette lettre ont décidé ; aucune décision n’est automatique. "
    "Vous pouvez demander qu’une personne vous explique le calcul, les données utilisées et leur poids.",
    "en": "The proposed amount was worked out by a program that applies the scale step by step. "
    "The decision was taken by the people named in this letter; no decision is automatic. "
    "You may ask a person to explain the calculation, the data used and their weight.",
}
COMPUTING_BEFORE_DECISION: Final = {
    "fr": "Un programme prépare le calcul en appliquant le barème ; une personne nommée décidera. "
    "Vous pouvez demander qu’une personne vous explique le calcul.",
    "en": "A program prepares the calculation by applying the scale; a named person will decide. "
    "You may ask a person to explain the calculation.",
}
INDEPENDENCE: Final = {
    "fr": "Aucune des personnes qui ont pris part à cette décision ne prendra part au réexamen.",
    "en": "Nobody who took part in this decision will take part in the review.",
}
IF_UNUSED: Final = {
    "fr": "Passé cette date, la somme non demandée revient au fonds et peut aider un autre élève.",
    "en": "After that date, money not claimed goes back to the fund and may help another pupil.",
}
CONDITIONS: Final = {
    "fr": (
        "L’aide sert uniquement à la dépense décrite dans cette lettre.",
        "Prévenez l’école sous quinze jours de tout changement : départ, autre logement, autre aide reçue.",
    ),
    "en": (
        "The aid is only for the expense described in this letter.",
        "Tell the school within fifteen days of any change: leaving, moving, another aid received.",
    ),
}
OTHER_HELP: Final = {
    "fr": (
        ("L’école", "paiement échelonné, prêt de matériel, logement chez un partenaire"),
        ("La mission locale", "fonds d’aide aux jeunes, de 16 à 25 ans"),
        ("La caisse d’allocations familiales", "aides au logement et aides d’urgence"),
        ("La région", "tarifs réduits de transport pour les jeunes en formation"),
    ),
    "en": (
        ("The school", "payment in instalments, loan of equipment, lodging with a partner"),
        ("The local youth office (mission locale)", "youth aid fund, from 16 to 25 years old"),
        ("The family allowance office (CAF)", "housing benefit and emergency aid"),
        ("The region", "reduced transport fares for young people in training"),
    ),
}


def amount_in_words(cents: int, language: str) -> str:
    """ "cent vingt euros et cinquante centimes": the check a reader makes against the figures."""
    euros, rest = divmod(cents, CENTS_PER_EURO)
    spelled = f"{num2words(euros, lang=language)}{_euro(euros, language)}"
    if not rest:
        return spelled
    joint, unit = (" et ", "centime") if language == "fr" else (" and ", "cent")
    return f"{spelled}{joint}{num2words(rest, lang=language)} {unit}{'' if rest == 1 else 's'}"


def _euro(euros: int, language: str) -> str:
    if language == "fr":
        whole_millions = euros >= MILLION_EUROS and euros % MILLION_EUROS == 0
        return (" d’euros" if whole_millions else " euro") + ("s" if euros > 1 and not whole_millions else "")
    return " euro" if euros == 1 else " euros"


def category_label(code: str, language: str) -> str:
    return CATEGORIES[language].get(code, code.replace("_", " ").capitalize())


def kind_label(code: str, language: str) -> str:
    """A ruleset may name its own kinds; those are shown as they are written."""
    return KINDS[language].get(code, code.replace("_", " "))


def other_help(language: str) -> tuple[OtherHelp, ...]:
    return tuple(OtherHelp(name=name, detail=detail) for name, detail in OTHER_HELP[language])


def data_notice(language: str, *, controller: str, contact: str) -> DataNotice:
    """The fund's default data protection notice; a fund may write its own."""
    if language == "fr":
        return DataNotice(
            controller=controller,
            purpose="étudier la demande, verser l’aide, en rendre compte aux financeurs sans nommer l’élève",
            retention="dix ans après la fin de l’année scolaire, pour les pièces comptables ; "
            "deux ans pour le dossier",
            rights="accès, rectification, effacement, limitation et opposition, "
            "et réclamation auprès de la CNIL",
            contact=contact,
        )
    return DataNotice(
        controller=controller,
        purpose="to study the request, pay the aid and account for it to funders, without naming the pupil",
        retention="ten years after the end of the school year for accounting papers; two years for the file",
        rights="access, correction, erasure, restriction and objection, and complaint to the CNIL",
        contact=contact,
    )


SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "letter-damaged": (
        "Le fichier de cette lettre est abîmé dans nos archives. Prévenez un administrateur du fonds.",
        "The file of this letter is damaged in our archive. Tell an administrator of the fund.",
    ),
    "letter-not-rendered": (
        "La lettre est en préparation. Revenez dans quelques instants.",
        "The letter is being prepared. Come back in a moment.",
    ),
    "letterhead-wrong": (
        "L’en-tête des lettres du fonds est mal écrit ; la décision n’a pas été enregistrée. {problem}",
        "The fund’s letterhead is badly written; the decision was not recorded. {problem}",
    ),
    "verify-nothing": (
        "Choisissez un fichier PDF, ou écrivez le numéro et le code de la lettre.",
        "Choose a PDF file, or write the number and the code of the letter.",
    ),
}

LETTER_KINDS: Final[dict[str, Wording]] = {
    "grant": Wording(fr="Aide accordée", en="Aid granted"),
    "partial": Wording(fr="Aide accordée en partie", en="Aid granted in part"),
    "refusal": Wording(fr="Aide non accordée", en="Aid not granted"),
    "emergency": Wording(fr="Aide d’urgence", en="Emergency aid"),
    "correction": Wording(fr="Correction", en="Correction"),
    "termination": Wording(fr="Fin de l’aide", en="End of the aid"),
    "maintained": Wording(fr="Décision maintenue", en="Decision maintained"),
    "waiting_list": Wording(fr="Liste d’attente", en="Waiting list"),
    "information_request": Wording(fr="Demande de pièces", en="Request for papers"),
    "acknowledgement": Wording(fr="Accusé de réception", en="Acknowledgement"),
}
KIND_TONES: Final[dict[str, str]] = {"grant": "good", "partial": "good", "refusal": "neutral"}

VERDICTS: Final[dict[str, tuple[str, Wording, Wording]]] = {
    "valid": (
        "good",
        Wording(fr="Cette lettre est authentique", en="This letter is authentic"),
        Wording(
            fr="Elle a bien été émise par le fonds et elle est en vigueur.",
            en="It was issued by the fund and it is in force.",
        ),
    ),
    "superseded": (
        "warning",
        Wording(
            fr="Cette lettre est authentique, mais remplacée", en="This letter is authentic, but replaced"
        ),
        Wording(
            fr="Le fonds a émis depuis une lettre qui la remplace.",
            en="The fund has since issued a letter that replaces it.",
        ),
    ),
    "altered": (
        "bad",
        Wording(fr="Ce fichier a été modifié", en="This file was altered"),
        Wording(
            fr="Ce n’est plus le fichier que le fonds a scellé. Demandez l’original à l’école.",
            en="It is no longer the file that the fund sealed. Ask the school for the original.",
        ),
    ),
    "unknown": (
        "bad",
        Wording(fr="Cette lettre n’est pas reconnue", en="This letter is not recognised"),
        Wording(
            fr="Vérifiez le numéro et le code, tels qu’ils sont imprimés sur la dernière page, "
            "ou déposez le fichier PDF d’origine.",
            en="Check the number and the code as they are printed on the last page, "
            "or drop the original PDF file.",
        ),
    ),
}
"""What the verification page says: tone, title and sentence."""
