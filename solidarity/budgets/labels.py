"""What people read about money: kinds of aid, of movements, of lines in a statement; French, then English."""

from collections.abc import Mapping
from typing import Final

from solidarity.web.wording import Wording


def _both(table: Mapping[str, tuple[str, str]]) -> dict[str, Wording]:
    return {name: Wording(fr=fr, en=en) for name, (fr, en) in table.items()}


CATEGORIES: Final = _both(
    {"transport": ("Transport", "Transport"), "housing": ("Logement", "Housing"), "food": ("Repas", "Food")}
)

PARTS: Final = _both(
    {
        "paid": ("Payé", "Paid"),
        "committed": ("Engagé", "Committed"),
        "reserved": ("Réservé", "Reserved"),
        "free": ("Disponible", "Available"),
    }
)
"""Where the money of an envelope stands, in the order of the gauge."""

MOVEMENTS: Final = _both(
    {
        "received": ("Contribution reçue", "Contribution received"),
        "allocated": ("Enveloppe alimentée", "Envelope filled"),
        "transferred": ("Transfert", "Transfer"),
        "reserved": ("Réservation", "Reservation"),
        "released": ("Libération", "Release"),
        "committed": ("Engagement", "Commitment"),
        "paid": ("Paiement", "Payment"),
        "reversed": ("Annulation", "Reversal"),
        "carried": ("Report à l’année suivante", "Carried to the next year"),
        "returned": ("Rendu au financeur", "Returned to the funder"),
    }
)

STATEMENT_KINDS: Final = _both(
    {"envelope": ("Enveloppe", "Envelope"), "contribution": ("Contribution", "Contribution")}
)

STATEMENT_HEADINGS: Final = _both(
    {
        "kind": ("Ligne", "Line"),
        "id": ("Identifiant", "Identifier"),
        "name": ("Nom", "Name"),
        "category": ("Nature", "Category"),
        "school": ("École", "School"),
        "received_cents": ("Reçu", "Received"),
        "allocated_cents": ("Ouvert", "Allocated"),
        "reserved_cents": ("Réservé", "Reserved"),
        "committed_cents": ("Engagé", "Committed"),
        "paid_cents": ("Payé", "Paid"),
        "available_cents": ("Disponible", "Available"),
    }
)
