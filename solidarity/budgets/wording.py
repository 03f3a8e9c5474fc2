"""What people read about money: refusals."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "envelope-not-covered": (
        "Les contributions de cette année qui restent à répartir ne couvrent pas cette enveloppe.",
        "The contributions of this year that are not allocated yet do not cover this envelope.",
    ),
    "contributions-short": (
        "Il reste de l’argent, mais les conditions des financeurs n’en laissent pas assez pour cette aide.",
        "Money is left, but the funders’ conditions do not leave enough of it for this grant.",
    ),
    "restriction-period-reversed": (
        "Le dernier jour vient avant le premier.",
        "The last day comes before the first.",
    ),
    "region-not-of-school": (
        "Cette école n’est pas dans cette région.",
        "This school is not in that region.",
    ),
    "nothing-to-pay": (
        "Rien ne reste à payer pour cette demande.",
        "Nothing is left to pay for this request.",
    ),
    "siren-unreadable": (
        "Le SIREN s’écrit avec neuf chiffres.",
        "A SIREN number is nine digits.",
    ),
    # transfers
    "transfer-source-required": (
        "Choisissez l’enveloppe où prendre l’argent.",
        "Choose the envelope to take the money from.",
    ),
    "transfer-target-required": (
        "Choisissez l’enveloppe qui le reçoit.",
        "Choose the envelope that receives it.",
    ),
    "transfer-reason-required": ("Écrivez la raison du transfert.", "Write the reason of the transfer."),
    "envelope-unknown": ("Choisissez une enveloppe qui existe.", "Choose an envelope that exists."),
    "transfer-same-envelope": (
        "Choisissez une autre enveloppe que celle où l’argent est pris.",
        "Choose another envelope than the one the money is taken from.",
    ),
    "transfer-other-year": (
        "Les deux enveloppes doivent être de la même année scolaire.",
        "Both envelopes must be of the same school year.",
    ),
    "transfer-not-covered": (
        "L’enveloppe n’a pas cette somme disponible : le reste est réservé, engagé ou payé.",
        "The envelope does not have this amount available: the rest is reserved, committed or paid.",
    ),
    "transfer-answered": (
        "Ce transfert a déjà reçu une réponse.",
        "This transfer was answered already.",
    ),
    "transfer-proposed": (
        "Transfert proposé : la somme est mise de côté, un deuxième administrateur doit l’approuver.",
        "Transfer proposed: the amount is set aside, a second administrator must approve it.",
    ),
    "transfer-approved": ("Transfert fait.", "Transfer done."),
    "transfer-returned": (
        "Transfert renvoyé : la somme est de nouveau disponible dans son enveloppe.",
        "Transfer sent back: the amount is available again in its envelope.",
    ),
}
