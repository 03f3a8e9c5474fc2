"""Dedicated funds at the end of a year: what restricted gifts leave to be used as their funders asked.

The table of article 132-1 of the accounting rules for associations (règlement ANC 2018-06): what each
restricted contribution brought over, received, used, gave back and carries on, and what of it lies dormant.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from solidarity.rules.money import Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class RestrictedGift:
    """What is known of one restricted contribution in one year.

    `opening_cents` is what the year before left, `received_cents` what is new; `used_cents` is promised or
    paid. `carried_cents` is what the closing already moved to the next year. `used_before_cents` is what its
    predecessor used, None when it has none.
    """

    contribution: str
    funder: str
    opening_cents: Cents
    received_cents: Cents
    used_cents: Cents
    returned_cents: Cents
    carried_cents: Cents = 0
    used_before_cents: Cents | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class DedicatedFund:
    """One line: opening + received - used - returned = to carry; dormant is the part nobody touched.

    `contributions` are the gifts of one funder that stand together on the line.
    """

    funder: str
    contributions: tuple[str, ...]
    opening_cents: Cents
    received_cents: Cents
    used_cents: Cents
    returned_cents: Cents
    to_carry_cents: Cents
    carried_cents: Cents
    dormant_cents: Cents

    @property
    def is_settled(self) -> bool:
        """Whether all that is left was carried."""
        return self.carried_cents == self.to_carry_cents


@dataclass(frozen=True, kw_only=True, slots=True)
class DedicatedFunds:
    """The lines, by funder, and their sums."""

    lines: tuple[DedicatedFund, ...]
    total: DedicatedFund


def dedicated_funds(gifts: Iterable[RestrictedGift]) -> DedicatedFunds:
    """One line for each gift, in the order of funder and contribution, and the sum of all."""
    lines = tuple(_line(gift) for gift in sorted(gifts, key=lambda one: (one.funder, one.contribution)))
    return DedicatedFunds(lines=lines, total=_sum(lines))


def _line(gift: RestrictedGift) -> DedicatedFund:
    to_carry = gift.opening_cents + gift.received_cents - gift.used_cents - gift.returned_cents
    assert to_carry >= gift.carried_cents >= 0, "nothing is used, returned or carried that was not there"
    is_dormant = gift.opening_cents > 0 and gift.used_cents == 0 and not gift.used_before_cents
    return DedicatedFund(
        funder=gift.funder,
        contributions=(gift.contribution,),
        opening_cents=gift.opening_cents,
        received_cents=gift.received_cents,
        used_cents=gift.used_cents,
        returned_cents=gift.returned_cents,
        to_carry_cents=to_carry,
        carried_cents=gift.carried_cents,
        dormant_cents=min(gift.opening_cents, to_carry) if is_dormant else 0,
    )


def _sum(lines: Iterable[DedicatedFund]) -> DedicatedFund:
    known = tuple(lines)
    return DedicatedFund(
        funder="",
        contributions=tuple(name for line in known for name in line.contributions),
        opening_cents=sum(line.opening_cents for line in known),
        received_cents=sum(line.received_cents for line in known),
        used_cents=sum(line.used_cents for line in known),
        returned_cents=sum(line.returned_cents for line in known),
        to_carry_cents=sum(line.to_carry_cents for line in known),
        carried_cents=sum(line.carried_cents for line in known),
        dormant_cents=sum(line.dormant_cents for line in known),
    )
