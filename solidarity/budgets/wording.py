"""What people read about money: refusals."""

from typing import Final

SENTENCES: Final[dict[str, tuple[str, str]]] = {
    "envelope-not-covered": (
        "Les contributions de cette année qui restent à répartir ne couvrent pas cette enveloppe.",
        "The contributions of this year that are not allocated yet do not cover this envelope.",
    ),
    "region-not-of-school": (
        "Cette école n’est pas dans cette région.",
        "This school is not in that region.",
    ),
    "nothing-to-pay": (
        "Rien ne reste à payer pour cette demande.",
        "Nothing is left to pay for this request.",
    ),
}
