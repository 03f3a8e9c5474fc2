"""Which contributions pay: first what lapses first, and never against what the funder asked for."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from solidarity.rules.money import Cents, floor_div

WHOLE: Final = 10_000
"""A share of everything, in basis points."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Restriction:
    """What a funder gave the money for; None, and no school, mean anything.

    `usable_from` and `until` are the first and the last day on which the money may be promised. `max_share`,
    in basis points, is the most that it pays of any one grant line.
    """

    category: str | None = None
    region_code: str | None = None
    schools: frozenset[str] = frozenset()
    usable_from: date | None = None
    until: date | None = None
    max_share: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether the money may serve anything, whenever and for whomever."""
        return self == Restriction()


@dataclass(frozen=True, kw_only=True, slots=True)
class Contribution:
    """`lapses_on` is the last day the money may be used, with or without a restriction that says so."""

    id: str
    restriction: Restriction
    left_cents: Cents
    lapses_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Need:
    """Money for a grant or an envelope; None means that it may serve any category, region or school."""

    category: str | None
    region_code: str | None
    school: str | None
    day: date
    amount_cents: Cents


class Objection(StrEnum):
    """Why a contribution pays nothing of a need."""

    OTHER_CATEGORY = "other_category"
    OTHER_REGION = "other_region"
    OTHER_SCHOOL = "other_school"
    NOT_YET = "not_yet"
    LAPSED = "lapsed"
    USED_UP = "used_up"
    SHARE_TOO_SMALL = "share_too_small"
    NOT_NEEDED = "not_needed"


class Reason(StrEnum):
    """Why a contribution pays, and pays now; `AFTERWARDS` was named when nobody asked yet which one pays."""

    ONLY = "only"
    IN_STEP = "in_step"
    LAPSES_FIRST = "lapses_first"
    RESTRICTED = "restricted"
    FREE = "free"
    AFTERWARDS = "afterwards"


@dataclass(frozen=True, kw_only=True, slots=True)
class Share:
    """What one contribution pays of a need, and why this one."""

    contribution: str
    amount_cents: Cents
    reason: Reason


@dataclass(frozen=True, kw_only=True, slots=True)
class Payers:
    """Who pays a need, in the order of use; why each of the others does not; what nobody may pay."""

    shares: tuple[Share, ...]
    passed_over: Mapping[str, tuple[Objection, ...]]
    missing_cents: Cents


def last_day(contribution: Contribution) -> date | None:
    days = [day for day in (contribution.lapses_on, contribution.restriction.until) if day is not None]
    return min(days, default=None)


def objections(contribution: Contribution, need: Need) -> tuple[Objection, ...]:
    """Give every reason why this contribution cannot pay; empty means it can.

    A restricted contribution pays only what cannot leave its restriction: money for transport fills an
    envelope for transport, never one that may also pay housing.
    """
    wanted = contribution.restriction
    last = last_day(contribution)
    reasons = {
        Objection.OTHER_CATEGORY: wanted.category not in (None, need.category),
        Objection.OTHER_REGION: wanted.region_code not in (None, need.region_code),
        Objection.OTHER_SCHOOL: bool(wanted.schools) and need.school not in wanted.schools,
        Objection.NOT_YET: wanted.usable_from is not None and need.day < wanted.usable_from,
        Objection.LAPSED: last is not None and last < need.day,
        Objection.USED_UP: contribution.left_cents <= 0,
    }
    return tuple(reason for reason, holds in reasons.items() if holds)


def payers(contributions: Iterable[Contribution], need: Need) -> Payers:
    """Say which contributions pay the need, and why; what they cannot pay together is `missing_cents`.

    What lapses first is used first; of two that lapse together, the one with more restrictions, which is
    harder to use elsewhere; then by id, so that the same question always has the same answer. A contribution
    that pays at most a share of each grant first pays what it could not pay later beside what would be left
    of the others. A share is rounded down to the cent: the funder's limit is never passed.
    """
    known = list(contributions)
    against = {each.id: objections(each, need) for each in known}
    usable = sorted((each for each in known if not against[each.id]), key=_order_of_use)
    most = {each.id: min(each.left_cents, _share(each, need.amount_cents)) for each in usable}
    kept = _in_step(usable, most, need.amount_cents)
    shares, missing = _filled(usable, most, kept, need.amount_cents)
    if len(usable) == 1:
        shares = tuple(replace(share, reason=Reason.ONLY) for share in shares)
    paying = {share.contribution for share in shares}
    idle = {
        each.id: _why_idle(against[each.id], most.get(each.id)) for each in known if each.id not in paying
    }
    return Payers(shares=shares, passed_over=idle, missing_cents=missing)


def choose(contributions: Iterable[Contribution], need: Need) -> tuple[tuple[str, Cents], ...] | None:
    """Give (contribution, cents) for the whole need, in the order of use; None when they do not suffice."""
    found = payers(contributions, need)
    if found.missing_cents:
        return None
    return tuple((share.contribution, share.amount_cents) for share in found.shares)


def covers(contributions: Iterable[Contribution], need: Need) -> bool:
    """Say whether what is left of the contributions lets an envelope of this kind and amount be opened."""
    return choose(contributions, need) is not None


def order_of_use(contribution: Contribution) -> tuple[date, int]:
    """What comes first here is used first: the day it lapses, then how many restrictions it has."""
    wanted = contribution.restriction
    restrictions = (wanted.category, wanted.region_code, wanted.schools or None, wanted.max_share)
    return last_day(contribution) or date.max, -sum(each is not None for each in restrictions)


def _order_of_use(contribution: Contribution) -> tuple[date, int, str]:
    return *order_of_use(contribution), contribution.id


def _share(contribution: Contribution, amount: Cents) -> Cents:
    share = contribution.restriction.max_share
    return amount if share is None else floor_div(amount * share, WHOLE)


def _in_step(usable: Sequence[Contribution], most: Mapping[str, Cents], amount: Cents) -> dict[str, Cents]:
    """What a contribution with a limited share must pay now, lest the rest of it finds no partner later."""
    left_after = sum(each.left_cents for each in usable) - amount
    kept: dict[str, Cents] = {}
    unpaid = amount
    for each in usable:
        if each.restriction.max_share is None or left_after < 0:
            continue
        stranded = max(0, each.left_cents - _share(each, left_after))
        kept[each.id] = min(stranded, most[each.id], unpaid)
        unpaid -= kept[each.id]
    return kept


def _filled(
    usable: Sequence[Contribution], most: Mapping[str, Cents], kept: Mapping[str, Cents], amount: Cents
) -> tuple[tuple[Share, ...], Cents]:
    missing = amount - sum(kept.values())
    shares = []
    for each in usable:
        more = min(missing, most[each.id] - kept.get(each.id, 0))
        missing -= more
        cents = kept.get(each.id, 0) + more
        if cents:
            reason = _reason(each) if more else Reason.IN_STEP
            shares.append(Share(contribution=each.id, amount_cents=cents, reason=reason))
    return tuple(shares), missing


def _reason(contribution: Contribution) -> Reason:
    last, restrictions = order_of_use(contribution)
    if last != date.max:
        return Reason.LAPSES_FIRST
    return Reason.RESTRICTED if restrictions else Reason.FREE


def _why_idle(against: tuple[Objection, ...], most: Cents | None) -> tuple[Objection, ...]:
    if against:
        return against
    return (Objection.SHARE_TOO_SMALL if most == 0 else Objection.NOT_NEEDED,)
