"""The end of a school year: what is closed, what lapses, where each cent goes; what the next opens with."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from typing import Final

from solidarity.rules.funding import Contribution, Need, choose, payers
from solidarity.rules.lifecycle import RequestState
from solidarity.rules.money import Cents

CLOSED_UNASKED: Final = frozenset(
    {RequestState.DRAFT, RequestState.INFORMATION_REQUESTED, RequestState.ON_HOLD}
)
"""What waits for the school, or for money that will not come, is closed with the year."""

CLOSED_WHEN_ASKED: Final = CLOSED_UNASKED | {RequestState.SUBMITTED, RequestState.IN_REVIEW}
"""What waits for an administrator is closed only when somebody says so; what awaits an approval, never."""


class Step(StrEnum):
    REQUESTS = "requests"
    COMMITMENTS = "commitments"
    ENVELOPES = "envelopes"
    CONTRIBUTIONS = "contributions"
    CLOSE = "close"


class Fate(StrEnum):
    """What becomes of the rest of a contribution; `KEEP` leaves it where it is, dormant."""

    CARRY = "carry"
    RETURN = "return"
    KEEP = "keep"


class Blocker(StrEnum):
    """What somebody must settle before the year can be closed."""

    UNDECIDED = "undecided"
    AWAITING_APPROVAL = "awaiting_approval"
    TRANSFERS = "transfers"
    APPEALS = "appeals"
    UNRATIFIED = "unratified"
    NEXT_YEAR_CLOSED = "next_year_closed"


@dataclass(frozen=True, kw_only=True, slots=True)
class OpenRequest:
    """A request of the year without a decision; `reserved_cents` are set aside for it."""

    reference: str
    state: RequestState
    reserved_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Commitment:
    """What a decision promises and nobody was paid; `shares` say which contributions it would free."""

    reference: str
    unpaid_cents: Cents
    shares: tuple[tuple[str, Cents], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvelopeRest:
    """An envelope: what is free in it, and set aside; both go back when the year ends."""

    id: str
    name: str
    free_cents: Cents
    reserved_cents: Cents
    committed_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class GiftRest:
    """A contribution: what no envelope holds of it, and what its envelopes hold unused."""

    id: str
    funder: str
    is_restricted: bool
    until: date | None
    outside_cents: Cents
    unused_cents: Cents
    may_be_carried: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class YearFacts:
    """Everything that stands in a school year before it is closed."""

    school_year: str
    next_year: str
    is_closed: bool
    requests: tuple[OpenRequest, ...]
    commitments: tuple[Commitment, ...]
    envelopes: tuple[EnvelopeRest, ...]
    gifts: tuple[GiftRest, ...]
    transfers: int
    appeals: int
    unratified: int
    is_next_closed: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Choices:
    """What a person chose; whatever is not named here takes its usual way."""

    close_undecided: bool = False
    lapsing: frozenset[str] = frozenset()
    fates: Mapping[str, Fate] | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class GiftEnd:
    """What becomes of the rest of one contribution."""

    gift: GiftRest
    rest_cents: Cents
    fate: Fate


@dataclass(frozen=True, kw_only=True, slots=True)
class YearPlan:
    """What closing a year does, with figures; empty lists are work that is done."""

    facts: YearFacts
    closing: tuple[OpenRequest, ...]
    lapsing: tuple[Commitment, ...]
    staying: tuple[Commitment, ...]
    ends: tuple[GiftEnd, ...]
    blockers: Mapping[Blocker, int]

    @property
    def released_cents(self) -> Cents:
        return sum(one.reserved_cents for one in self.closing)

    @property
    def lapsing_cents(self) -> Cents:
        return sum(one.unpaid_cents for one in self.lapsing)

    @property
    def staying_cents(self) -> Cents:
        return sum(one.unpaid_cents for one in self.staying)

    @property
    def emptied_cents(self) -> Cents:
        """What leaves the envelopes: what is free, and what the steps before make free."""
        free = sum(one.free_cents for one in self.facts.envelopes)
        return free + self.released_cents + self.lapsing_cents

    def rest_cents(self, fate: Fate) -> Cents:
        return sum(end.rest_cents for end in self.ends if end.fate is fate)

    @property
    def todo(self) -> dict[Step, int]:
        """How much is left to do in each step, in their order."""
        moving = [end for end in self.ends if end.fate is not Fate.KEEP and end.rest_cents]
        full = [one for one in self.facts.envelopes if one.free_cents or one.reserved_cents]
        return {
            Step.REQUESTS: len(self.closing),
            Step.COMMITMENTS: len(self.lapsing),
            Step.ENVELOPES: len(full),
            Step.CONTRIBUTIONS: len(moving),
            Step.CLOSE: 0 if self.facts.is_closed else 1,
        }

    @property
    def is_done(self) -> bool:
        return not any(self.todo.values())


def usual_fate(gift: GiftRest) -> Fate:
    """Carried as long as it may be used next year; lapsed money waits for somebody to say what it becomes."""
    return Fate.CARRY if gift.may_be_carried else Fate.KEEP


def possible_fates(gift: GiftRest) -> tuple[Fate, ...]:
    return tuple(fate for fate in Fate if fate is not Fate.CARRY or gift.may_be_carried)


def plan_year_end(facts: YearFacts, choices: Choices) -> YearPlan:
    """Say what closing the year does: which requests and promises end, and where every cent goes."""
    closable = CLOSED_WHEN_ASKED if choices.close_undecided else CLOSED_UNASKED
    closing = tuple(one for one in facts.requests if one.state in closable)
    lapsing = tuple(one for one in facts.commitments if one.reference in choices.lapsing)
    freed: dict[str, Cents] = {}
    for one in lapsing:
        for gift, cents in one.shares:
            freed[gift] = freed.get(gift, 0) + cents
    chosen = choices.fates or {}
    ends = tuple(
        GiftEnd(
            gift=gift,
            rest_cents=gift.outside_cents + gift.unused_cents + freed.get(gift.id, 0),
            fate=_fate(gift, chosen.get(gift.id)),
        )
        for gift in facts.gifts
    )
    return YearPlan(
        facts=facts,
        closing=closing,
        lapsing=lapsing,
        staying=tuple(one for one in facts.commitments if one.reference not in choices.lapsing),
        ends=ends,
        blockers=_blockers(facts, closable),
    )


def _fate(gift: GiftRest, chosen: Fate | None) -> Fate:
    """What was chosen before the money lapsed may not be possible any more."""
    return chosen if chosen in possible_fates(gift) else usual_fate(gift)


def _blockers(facts: YearFacts, closable: Collection[RequestState]) -> dict[Blocker, int]:
    left = [one.state for one in facts.requests if one.state not in closable]
    awaiting = sum(state is RequestState.AWAITING_APPROVAL for state in left)
    found = {
        Blocker.UNDECIDED: len(left) - awaiting,
        Blocker.AWAITING_APPROVAL: awaiting,
        Blocker.TRANSFERS: facts.transfers,
        Blocker.APPEALS: facts.appeals,
        Blocker.UNRATIFIED: facts.unratified,
        Blocker.NEXT_YEAR_CLOSED: int(facts.is_next_closed),
    }
    return {blocker: count for blocker, count in found.items() if count}


# The next year


@dataclass(frozen=True, kw_only=True, slots=True)
class FormerEnvelope:
    """An envelope of the year before, and what was put in it; `school` is a slug."""

    name: str
    category: str | None
    school: str | None
    region_code: str | None
    school_region: str | None
    opened_cents: Cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Proposal:
    """An envelope to open again; less than last year where the contributions do not reach further."""

    former: FormerEnvelope
    amount_cents: Cents


def proposals(
    former: Iterable[FormerEnvelope], contributions: Sequence[Contribution], today: date
) -> tuple[Proposal, ...]:
    """The envelopes of last year filled from this year's contributions, the most particular ones first."""
    left = {each.id: each for each in contributions}
    found = []
    for one in sorted(former, key=lambda each: (-_particular(each), each.name)):
        amount = _covered(one, tuple(left.values()), today)
        if amount:
            for gift, cents in choose(left.values(), _need(one, amount, today)) or ():
                left[gift] = replace(left[gift], left_cents=left[gift].left_cents - cents)
        found.append(Proposal(former=one, amount_cents=amount))
    return tuple(found)


def named_again(name: str, former_year: str, school_year: str) -> str:
    """The name of an envelope a year later: where it names its school year, it names the next one."""
    return name.replace(former_year, school_year)


def _particular(one: FormerEnvelope) -> int:
    return sum(each is not None for each in (one.category, one.school, one.region_code))


def _covered(one: FormerEnvelope, contributions: Sequence[Contribution], today: date) -> Cents:
    """The most of last year's amount that can be filled; shares of a smaller whole are smaller too."""
    amount = one.opened_cents
    while amount > 0 and (missing := payers(contributions, _need(one, amount, today)).missing_cents):
        amount -= missing
    return amount


def _need(one: FormerEnvelope, amount_cents: Cents, today: date) -> Need:
    return Need(
        category=one.category,
        region_code=one.school_region if one.school else one.region_code,
        school=one.school,
        day=today,
        amount_cents=amount_cents,
    )
