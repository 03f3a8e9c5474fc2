"""What money may do, as dictionaries of integers: an oracle that shares no line with the product."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

LANE_CENTS, LANE_QUOTA, LANE_DAYS = 40_000, 3, 15
TWO_PEOPLE_ABOVE_CENTS = 30_000
KEPT_BACK_UNTIL, KEPT_BACK_PERCENT = date(2027, 3, 31), 10
RESERVATION_DAYS = 30
UNDECIDED = ("submitted", "in_review", "information_requested", "on_hold", "awaiting_approval")
READABLE = ("submitted", "in_review")


class Refused(Exception):  # noqa: N818
    """The model says no, with the code the product must give."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(kw_only=True, slots=True)
class Gift:
    id: str
    left_cents: int
    category: str | None = None
    region: str | None = None
    until: date | None = None

    @property
    def turn(self) -> tuple[date, int, str]:
        """What lapses first pays first, then what is harder to use elsewhere, then by id."""
        restrictions = (self.category is not None) + (self.region is not None)
        return self.until or date.max, -restrictions, self.id

    def may_pay(self, category: str | None, region: str | None, day: date) -> bool:
        fits = self.category in (None, category) and self.region in (None, region)
        return fits and day <= (self.until or day)


@dataclass(kw_only=True, slots=True)
class Envelope:
    id: str
    allocated: int
    category: str | None = None
    school: str | None = None
    region: str | None = None
    reserved: int = 0
    committed: int = 0
    paid: int = 0
    given: Counter[str] = field(default_factory=Counter)
    used: Counter[str] = field(default_factory=Counter)

    @property
    def free(self) -> int:
        return self.allocated - self.reserved - self.committed - self.paid

    @property
    def rank(self) -> tuple[int, str]:
        place = 0 if self.school else 2 if self.region else 4
        return place + (self.category is None), self.id


@dataclass(kw_only=True, slots=True)
class Decision:
    granted: tuple[int, ...]
    envelopes: dict[int, str]
    people: set[str]
    preparer: str
    ratify_by: date | None = None
    is_ratified: bool = False


@dataclass(kw_only=True, slots=True)
class Appeal:
    state: str = "received"
    prepared: tuple[int, ...] | None = None
    preparer: str | None = None


@dataclass(kw_only=True, slots=True)
class Request:
    reference: str
    school: str
    region: str
    lines: tuple[tuple[str, int], ...]
    is_emergency: bool
    state: str = "draft"
    kept: dict[int, tuple[str, int]] = field(default_factory=dict)
    asked_on: date | None = None
    waits_since: datetime | None = None
    proposal: tuple[str, tuple[int, ...]] | None = None
    decisions: list[Decision] = field(default_factory=list)
    appeal: Appeal | None = None
    dismissed: set[int] = field(default_factory=set)
    paid: Counter[int] = field(default_factory=Counter)
    payers: Counter[tuple[int, str, str]] = field(default_factory=Counter)

    @property
    def granted(self) -> tuple[int, ...]:
        return self.decisions[-1].granted if self.decisions else ()

    def promises(self) -> Iterator[tuple[int, str, int]]:
        """Position, envelope and unpaid cents of each line that the last decision grants."""
        for position, cents in enumerate(self.granted, start=1):
            if cents:
                yield position, self.decisions[-1].envelopes[position], cents - self.paid[position]


@dataclass(kw_only=True, slots=True)
class Transfer:
    source: str
    target: str
    cents: int
    preparer: str
    state: str = "proposed"


@dataclass(kw_only=True, slots=True)
class Books:
    """Everything there is; an act that is refused may leave it half changed: act on a copy."""

    gifts: dict[str, Gift] = field(default_factory=dict)
    envelopes: dict[str, Envelope] = field(default_factory=dict)
    requests: dict[str, Request] = field(default_factory=dict)
    transfers: dict[str, Transfer] = field(default_factory=dict)

    # Envelopes and what fills them

    def open_envelope(self, new: Envelope, region: str | None, *, day: date) -> None:
        left = {gift.id: gift.left_cents for gift in self.gifts.values()}
        shares = self._shares(left, new.allocated, new.category, region, day)
        if shares is None:
            raise Refused("envelope-not-covered")
        for gift, cents in shares.items():
            self.gifts[gift].left_cents -= cents
        new.given.update(shares)
        self.envelopes[new.id] = new

    def _shares(
        self, left: Mapping[str, int], cents: int, category: str | None, region: str | None, day: date
    ) -> dict[str, int] | None:
        found: dict[str, int] = {}
        for gift in sorted((self.gifts[one] for one in left), key=lambda one: one.turn):
            if gift.may_pay(category, region, day) and cents and left[gift.id]:
                found[gift.id] = min(cents, left[gift.id])
                cents -= found[gift.id]
        return None if cents else found

    def _unused(self, envelope: Envelope) -> dict[str, int]:
        return {gift: cents - envelope.used[gift] for gift, cents in envelope.given.items()}

    def propose_transfer(self, name: str, transfer: Transfer) -> None:
        source = self.envelopes[transfer.source]
        if source.free < transfer.cents:
            raise Refused("transfer-not-covered")
        source.reserved += transfer.cents
        self.transfers[name] = transfer

    def answer_transfer(
        self, name: str, state: str, *, by: str, day: date, regions: Mapping[str, str]
    ) -> None:
        transfer = self.transfers[name]
        if transfer.state != "proposed":
            raise Refused("transfer-answered")
        if transfer.preparer == by:
            raise Refused("same-person")
        source, target = self.envelopes[transfer.source], self.envelopes[transfer.target]
        transfer.state = state
        source.reserved -= transfer.cents
        if state == "returned":
            return
        region = regions[target.school] if target.school else target.region
        shares = self._shares(self._unused(source), transfer.cents, target.category, region, day)
        if shares is None:
            raise Refused("envelope-not-covered")
        source.given.subtract(shares)
        target.given.update(shares)
        source.allocated -= transfer.cents
        target.allocated += transfer.cents

    # What a request may use, sets aside, and is promised

    def _room(self, request: Request, day: date, own: Mapping[str, int]) -> dict[str, int]:
        """What each envelope has for this request; `own` is not counted in its free money any more."""
        is_kept = day <= KEPT_BACK_UNTIL and not request.is_emergency
        found = {}
        for one in self.envelopes.values():
            if one.school in (None, request.school) and one.region in (None, request.region):
                back = (one.allocated * KEPT_BACK_PERCENT + 50) // 100 if is_kept else 0
                found[one.id] = max(0, one.free - back) + own.get(one.id, 0)
        return found

    def _room_with_kept(self, request: Request, day: date) -> dict[str, int]:
        own: Counter[str] = Counter()
        for envelope, cents in request.kept.values():
            own[envelope] += cents
        return self._room(request, day, own)

    def _candidates(self, room: Iterable[str], category: str) -> list[str]:
        fitting = [self.envelopes[one] for one in room if self.envelopes[one].category in (None, category)]
        return [one.id for one in sorted(fitting, key=lambda one: one.rank)]

    def _allot(self, needs: Mapping[int, tuple[str, int]], room: Mapping[str, int]) -> dict[int, str] | None:
        left, chosen = dict(room), {}
        for position, (category, cents) in sorted(needs.items()):
            payer = next((one for one in self._candidates(room, category) if left[one] >= cents), None)
            if payer is None:
                return None
            left[payer] -= cents
            chosen[position] = payer
        return chosen

    def _release(self, request: Request) -> None:
        for envelope, cents in request.kept.values():
            self.envelopes[envelope].reserved -= cents
        request.kept = {}

    def _reserve(self, request: Request, granted: Sequence[int], room: Mapping[str, int]) -> bool:
        self._release(request)
        needs = _needs(request, granted)
        chosen = self._allot(needs, room)
        for position, envelope in (chosen or {}).items():
            self.envelopes[envelope].reserved += needs[position][1]
            request.kept[position] = (envelope, needs[position][1])
        return chosen is not None

    def _commit(
        self, request: Request, needs: Mapping[int, tuple[str, int]], room: Mapping[str, int], day: date
    ) -> dict[int, str]:
        chosen = self._allot(needs, room)
        if chosen is None:
            raise Refused("envelope-exhausted")
        self._release(request)
        for position, name in sorted(chosen.items()):
            category, cents = needs[position]
            envelope = self.envelopes[name]
            shares = self._shares(self._unused(envelope), cents, category, request.region, day)
            if shares is None:
                raise Refused("contributions-short")
            envelope.committed += cents
            envelope.used.update(shares)
            request.payers.update({(position, name, gift): part for gift, part in shares.items()})
        return chosen

    def _give_back(self, request: Request, positions: Iterable[int]) -> None:
        for position, name, unpaid in list(request.promises()):
            if position not in positions:
                continue
            envelope, missing = self.envelopes[name], unpaid
            envelope.committed -= unpaid
            for gift in sorted(self.gifts.values(), key=lambda one: one.turn, reverse=True):
                part = min(missing, request.payers[position, name, gift.id])
                request.payers[position, name, gift.id] -= part
                envelope.used[gift.id] -= part
                missing -= part
            assert missing == 0, "each promised cent has its payer"

    # The life of a request

    def submit(self, request: Request, *, day: date) -> bool:
        _require(request, "draft", "information_requested")
        request.state = "submitted" if request.state == "draft" else "in_review"
        asked = [cents for _category, cents in request.lines]
        return self._reserve(request, asked, self._room_with_kept(request, day))

    def end(self, request: Request, state: str) -> None:
        _require(request, *UNDECIDED)
        self._release(request)
        request.state, request.waits_since, request.proposal = state, None, None

    def ask(self, request: Request, *, day: date) -> None:
        _require(request, *READABLE)
        request.state, request.asked_on = "information_requested", day

    def hold(self, request: Request, *, now: datetime) -> None:
        _require(request, *READABLE)
        request.state, request.waits_since = "on_hold", None if request.kept else now

    def resume(self, request: Request) -> None:
        _require(request, "on_hold")
        request.state, request.waits_since = "in_review", None

    def lapse(self, *, day: date) -> list[str]:
        found = []
        for request in self.requests.values():
            asked = request.asked_on if request.state == "information_requested" else None
            if asked and request.kept and day > asked + timedelta(days=RESERVATION_DAYS):
                self._release(request)
                found.append(request.reference)
        return found

    def serve(self, *, day: date) -> list[str]:
        served, awaited = [], set[str]()
        waiting = [one for one in self.requests.values() if one.state == "on_hold" and one.waits_since]
        for request in sorted(
            waiting, key=lambda one: (not one.is_emergency, one.waits_since, one.reference)
        ):
            room = self._room_with_kept(request, day)
            asked = [cents for _category, cents in request.lines]
            if self._reserve(request, asked, {one: room[one] for one in room if one not in awaited}):
                self.resume(request)
                served.append(request.reference)
                continue
            needs = _needs(request, asked)
            alone = [one for one, need in needs.items() if self._allot({one: need}, room) is None]
            for position in alone or needs:
                awaited.update(self._candidates(room, needs[position][0]))
        return served

    # Decisions

    def _lane_is_open(self, request: Request, cents: int, day: date) -> bool:
        given = [
            (one, decision)
            for one in self.requests.values()
            for decision in one.decisions
            if decision.ratify_by is not None
        ]
        overdue = [
            decision
            for one, decision in given
            if not decision.is_ratified and decision is one.decisions[-1] and _past(decision.ratify_by, day)
        ]
        return request.is_emergency and not overdue and len(given) < LANE_QUOTA and cents <= LANE_CENTS

    def decide(self, request: Request, granted: tuple[int, ...] | None, *, by: str, day: date) -> str:
        """None refuses; answers the state the request is in."""
        _require(request, *READABLE)
        if granted is None:
            self._release(request)
            self._decided(
                request, Decision(granted=(0,) * len(request.lines), envelopes={}, people={by}, preparer=by)
            )
            return request.state
        total = sum(granted)
        if total == 0:
            raise Refused("nothing-to-grant")
        is_lane = self._lane_is_open(request, total, day)
        if total > TWO_PEOPLE_ABOVE_CENTS and not is_lane:
            if not self._reserve(request, granted, self._room_with_kept(request, day)):
                raise Refused("envelope-exhausted")
            request.state, request.proposal = "awaiting_approval", (by, granted)
            return request.state
        self._conclude(request, granted, {by}, by, day, is_lane=is_lane)
        return request.state

    def approve(self, request: Request, *, by: str, day: date) -> None:
        _require(request, "awaiting_approval")
        preparer, granted = self._proposal(request, by)
        is_lane = self._lane_is_open(request, sum(granted), day)
        self._conclude(request, granted, {preparer, by}, preparer, day, is_lane=is_lane)

    def send_back(self, request: Request, *, by: str) -> None:
        _require(request, "awaiting_approval")
        self._proposal(request, by)
        request.state, request.proposal = "in_review", None

    def _proposal(self, request: Request, by: str) -> tuple[str, tuple[int, ...]]:
        assert request.proposal is not None, "what awaits approval was prepared"
        if request.proposal[0] == by:
            raise Refused("same-person")
        return request.proposal

    def _conclude(
        self,
        request: Request,
        granted: tuple[int, ...],
        people: set[str],
        by: str,
        day: date,
        *,
        is_lane: bool,
    ) -> None:
        envelopes = self._commit(request, _needs(request, granted), self._room_with_kept(request, day), day)
        until = day + timedelta(days=LANE_DAYS) if is_lane else None
        new = Decision(granted=granted, envelopes=envelopes, people=people, preparer=by, ratify_by=until)
        self._decided(request, new)

    def _decided(self, request: Request, decision: Decision) -> None:
        request.state, request.proposal = "decided", None
        request.decisions.append(decision)


def _past(last: date | None, day: date) -> bool:
    return last is not None and last < day


def _needs(request: Request, granted: Sequence[int]) -> dict[int, tuple[str, int]]:
    found = enumerate(zip(request.lines, granted, strict=True), start=1)
    return {position: (category, cents) for position, ((category, _asked), cents) in found if cents}


def _require(request: Request, *states: str) -> None:
    if request.state not in states:
        raise Refused("state")
