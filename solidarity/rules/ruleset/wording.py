"""What the kinds of aid and of papers are called in messages; a ruleset's own kinds keep their name."""

from collections.abc import Iterable, Mapping

from solidarity.rules.ruleset.faults import Text

CATEGORY_NAMES: Mapping[str, Text] = {
    "transport": Text("transport", "transport"),
    "housing": Text("logement", "housing"),
    "food": Text("repas", "food"),
}

KIND_NAMES: Mapping[str, Text] = {
    "pass": Text("abonnement", "pass"),
    "ticket": Text("billets", "tickets"),
    "car": Text("voiture", "car"),
    "rent": Text("loyer", "rent"),
    "boarding": Text("internat", "boarding"),
    "residence": Text("résidence", "residence"),
    "canteen": Text("cantine", "canteen"),
    "voucher": Text("bons repas", "meal vouchers"),
    "other": Text("autre", "other"),
}

DOCUMENT_NAMES: Mapping[str, Text] = {
    "invoice": Text("facture", "invoice"),
    "quote": Text("devis", "quote"),
    "pass": Text("titre de transport", "transport pass"),
    "lease": Text("bail", "lease"),
    "receipt": Text("reçu ou quittance", "receipt"),
    "identity": Text("pièce d’identité", "proof of identity"),
    "income": Text("justificatif de ressources ou de quotient familial", "proof of income"),
    "attendance": Text("attestation de présence", "proof of attendance"),
    "other": Text("autre document", "other document"),
}


def kind_name(kind: str) -> Text:
    return KIND_NAMES.get(kind, Text(kind, kind))


def document_list(kinds: Iterable[str]) -> Text:
    """Papers by name, separated by commas."""
    named = [DOCUMENT_NAMES.get(kind, Text(kind, kind)) for kind in kinds]
    return Text(", ".join(name.fr for name in named), ", ".join(name.en for name in named))
