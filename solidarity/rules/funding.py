"""Which contributions pay: first what lapses first, and never against what the funder asked for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from solidarity.rules.money import Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Restriction:
    """What a funder gave the money for; None, and no school, mean anything."""

    category: str | None = None
    region_code: str | None = None
    schools: frozenset[str] = frozenset()
    until: date | None = None


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
    OTHER_CATEGORY = "other_category"
    OTHER_REGION = "other_region"
    OTHER_SCHOOL = "other_school"
    LAPSED = "lapsed"
    USED_UP = "used_up"


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
        Objection.LAPSED: last is not None and last < need.day,
        Objection.USED_UP: contribution.left_cents <= 0,
    }
    return tuple(reason for reason, holds in reasons.items() if holds)


def choose(contributions: Iterable[Contribution], need: Need) -> tuple[tuple[str, Cents], ...] | None:
    """Give (contribution, cents) for the whole need, in the order of use; None when they do not suffice.

    What lapses first is used first; of two that lapse together, the one with more restrictions, which is
    harder to use elsewhere; then by id, so that the same question always has the same answer.
    """
    missing = need.amount_cents
    shares = []
    usable = (contribution for contribution in contributions if not objections(contribution, need))
    for contribution in sorted(usable, key=_order_of_use):
        if missing == 0:
            break
        share = min(missing, contribution.left_cents)
        shares.append((contribution.id, share))
        missing -= share
    return tuple(shares) if missing == 0 else None


def _order_of_use(contribution: Contribution) -> tuple[date, int, str]:
    wanted = contribution.restriction
    restrictions = (wanted.category is not None) + (wanted.region_code is not None) + bool(wanted.schools)
    return last_day(contribution) or date.max, -restrictions, contribution.id


def covers(contributions: Iterable[Contribution], need: Need) -> bool:
    """Say whether what is left of the contributions lets an envelope of this kind and amount be opened."""
    return choose(contributions, need) is not None
