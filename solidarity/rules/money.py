"""Euro cents: the one parser of typed amounts, the one formatter, and exact integer division."""

import re
from typing import Final

from solidarity.rules.errors import Unreadable

Cents = int

MOST_CENTS: Final = 10_000_000_000
"""One hundred million euros: above any fund of this kind, far below what a BIGINT holds."""

WHOLE_BASIS_POINTS: Final = 10_000

_SPACES = " \u00a0\u202f"
_LONGEST_AMOUNT = 40
_AMOUNT = re.compile(
    rf"(?P<spaced>[0-9]{{1,3}}(?:[{_SPACES}][0-9]{{3}})+|[0-9]+)(?:[.,](?P<cents>[0-9]+))?"
    r"|(?P<dotted>[0-9]{1,3}(?:\.[0-9]{3})+),(?P<dotted_cents>[0-9]+)"
)
_PERHAPS_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}[.,][0-9]{3}|[0-9]{1,3}(?:[.,][0-9]{3})+(?:[.,][0-9]*)?")
_DIGITS_GROUPED = re.compile(rf"[.{_SPACES}]")


def parse_euros(text: str) -> Cents:
    """Read an amount as French people write it, in euros; never rounds and never guesses.

    Raises Unreadable: amount-required, amount-negative, amount-ambiguous (the same text would be another
    amount in English), amount-decimals, amount-too-large, amount-unreadable.
    """
    typed = _without_euro_sign(text)
    match = _AMOUNT.fullmatch(typed)
    if match is None:
        raise Unreadable(_why_unreadable(typed))
    digits = match["spaced"] or match["dotted"]
    decimals = match["cents"] or match["dotted_cents"] or ""
    if len(decimals) > 2:
        raise Unreadable(_why_unreadable(typed))
    cents = int(_DIGITS_GROUPED.sub("", digits)) * 100 + int(decimals.ljust(2, "0"))
    if cents > MOST_CENTS:
        raise Unreadable("amount-too-large", most_cents=MOST_CENTS)
    return cents


def _without_euro_sign(text: str) -> str:
    typed = text.strip(_SPACES)
    if not typed:
        raise Unreadable("amount-required")
    if len(typed) > _LONGEST_AMOUNT:
        raise Unreadable("amount-unreadable")
    if typed.endswith("€"):
        return typed[:-1].rstrip(_SPACES)
    return typed.removeprefix("€").lstrip(_SPACES)


def _why_unreadable(typed: str) -> str:
    if typed[:1] in "-\u2212" and _AMOUNT.fullmatch(typed[1:].lstrip(_SPACES)):
        return "amount-negative"
    if _PERHAPS_THOUSANDS.fullmatch(typed) and not typed.startswith("0"):
        return "amount-ambiguous"
    if _AMOUNT.fullmatch(typed):
        return "amount-decimals"
    return "amount-unreadable"


def format_euros(cents: Cents, language: str = "fr") -> str:
    """Write "1 234,50 €" with unbreakable spaces, or "€1,234.50" in English."""
    euros, rest = divmod(abs(cents), 100)
    sign = "\u2212" if cents < 0 else ""
    if language == "en":
        return f"{sign}€{euros:,}.{rest:02}"
    if euros < 1000:
        return f"{sign}{euros},{rest:02}\u00a0€"
    grouped = f"{euros:,}".replace(",", "\u202f")
    return f"{sign}{grouped},{rest:02}\u00a0€"


def floor_div(numerator: int, denominator: int) -> int:
    return numerator // denominator


def ceil_div(numerator: int, denominator: int) -> int:
    return -(-numerator // denominator)


def half_up_div(numerator: int, denominator: int) -> int:
    """Divide to the nearest integer; a half goes away from zero: a reversal mirrors what it undoes."""
    nearest = (2 * abs(numerator) + abs(denominator)) // (2 * abs(denominator))
    return nearest if (numerator < 0) == (denominator < 0) else -nearest


def share_of(cents: Cents, basis_points: int) -> Cents:
    """Take a rate of an amount, half-up to the cent; 10 000 basis points are the whole."""
    return half_up_div(cents * basis_points, WHOLE_BASIS_POINTS)
