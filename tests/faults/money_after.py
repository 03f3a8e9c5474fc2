"""The model, continued: what may follow a decision: payment, its end, a review, a ratification."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from tests.faults.money_model import (
    TWO_PEOPLE_ABOVE_CENTS,
    Appeal,
    Books,
    Decision,
    Refused,
    Request,
)


class AllBooks(Books):
    """The whole model."""

    def figures(self) -> dict[str, Any]:
        """What `stored()` must read in the database."""
        requests = self.requests.values()
        return {
            "envelopes": {
                one.id: (one.allocated, one.reserved, one.committed, one.paid)
                for one in self.envelopes.values()
            },
            "sources": {
                (one.id, gift): (cents, one.used[gift])
                for one in self.envelopes.values()
                for gift, cents in one.given.items()
            },
            "left": {gift.id: gift.left_cents for gift in self.gifts.values()},
            "requests": {
                one.reference: (
                    one.state,
                    sum(cents for _envelope, cents in one.kept.values()),
                    sum(one.granted) if one.decisions else None,
                )
                for one in requests
            },
            "waiting": {one.reference for one in requests if one.waits_since},
            "appeals": {
                one.reference: (one.appeal.state, one.appeal.prepared is not None)
                for one in requests
                if one.appeal
            },
            "transfers": {name: one.state for name, one in self.transfers.items()},
        }

    def pay(self, request: Request) -> int:
        due = [(position, name, unpaid) for position, name, unpaid in request.promises() if unpaid]
        if not due:
            raise Refused("nothing-to-pay")
        for position, name, unpaid in due:
            self.envelopes[name].committed -= unpaid
            self.envelopes[name].paid += unpaid
            request.paid[position] += unpaid
        return sum(unpaid for _position, _name, unpaid in due)

    def revoke(self, request: Request, *, by: str) -> None:
        if request.state != "decided":
            raise Refused("state")
        promises = list(request.promises())
        if not promises:
            raise Refused("nothing-in-force")
        if not any(unpaid for _position, _name, unpaid in promises):
            raise Refused("nothing-to-release")
        if request.appeal is not None:
            raise Refused("appeal-open")
        self._give_back(request, {position for position, _name, _unpaid in promises})
        left = tuple(
            request.paid[position] if cents else 0 for position, cents in enumerate(request.granted, start=1)
        )
        envelopes = {position: name for position, name, _unpaid in promises if request.paid[position]}
        request.decisions.append(Decision(granted=left, envelopes=envelopes, people={by}, preparer=by))

    def ratify(self, request: Request, *, by: str) -> None:
        last = request.decisions[-1] if request.decisions else None
        if last is None or last.ratify_by is None or last.is_ratified:
            raise Refused("nothing-to-ratify")
        if last.preparer == by:
            raise Refused("same-person")
        last.is_ratified = True
        last.people.add(by)

    # Reviews

    def file_appeal(self, request: Request) -> None:
        if request.state != "decided":
            raise Refused("state")
        if request.appeal is not None:
            raise Refused("appeal-already-open")
        if len(request.decisions) in request.dismissed:
            raise Refused("appeal-already-answered")
        request.appeal = Appeal()

    def withdraw_appeal(self, request: Request) -> None:
        _open(request)
        request.appeal = None

    def take_appeal(self, request: Request, *, by: str) -> None:
        if _open(request).state != "received":
            raise Refused("appeal-none")
        _refuse_who_took_part(request, by)
        _open(request).state = "under_review"

    def answer_appeal(self, request: Request, granted: tuple[int, ...] | None, *, by: str, day: date) -> str:
        """None dismisses; answers the state of the appeal."""
        appeal = _open(request)
        if appeal.prepared is not None:
            raise Refused("appeal-awaits-approval")
        _refuse_who_took_part(request, by)
        appeal.state = "under_review"
        if granted is None:
            request.dismissed.add(len(request.decisions))
            request.appeal = None
            return "dismissed"
        _require_better(request, granted)
        if sum(granted) > TWO_PEOPLE_ABOVE_CENTS:
            appeal.prepared, appeal.preparer = granted, by
            return "under_review"
        return self._correct(request, granted, {by}, by, day)

    def approve_answer(self, request: Request, *, by: str, day: date) -> str:
        granted, preparer = self._prepared(request, by)
        _require_better(request, granted)
        return self._correct(request, granted, {preparer, by}, preparer, day)

    def return_answer(self, request: Request, *, by: str) -> None:
        self._prepared(request, by)
        _open(request).prepared = _open(request).preparer = None

    def _prepared(self, request: Request, by: str) -> tuple[tuple[int, ...], str]:
        appeal = _open(request)
        if appeal.prepared is None or appeal.preparer is None:
            raise Refused("appeal-none")
        if appeal.preparer == by:
            raise Refused("same-person")
        return appeal.prepared, appeal.preparer

    def _correct(
        self, request: Request, granted: tuple[int, ...], people: set[str], by: str, day: date
    ) -> str:
        before, promised = request.granted, list(request.promises())
        envelopes = {position: name for position, name, _unpaid in promised}
        own = {position: unpaid for position, _name, unpaid in promised}
        changed = {position for position in own if granted[position - 1] != before[position - 1]}
        self._give_back(request, changed)
        for position, cents in enumerate(granted, start=1):
            paid = request.paid[position]
            if cents != paid and (position not in own or position in changed):
                payer = envelopes.get(position)
                claim = cents - paid
                envelopes |= self._claim(request, position, claim, payer, own.get(position, 0), day)
        request.decisions.append(Decision(granted=granted, envelopes=envelopes, people=people, preparer=by))
        request.appeal = None
        is_whole = sum(granted) >= sum(cents for _category, cents in request.lines)
        return "upheld" if is_whole else "partly_upheld"

    def _claim(
        self, request: Request, position: int, cents: int, payer: str | None, own: int, day: date
    ) -> dict[int, str]:
        """A line stays where it was while that has enough; one paid in part never leaves it."""
        if payer is not None:
            self.envelopes[payer].reserved += own
        room = self._room(request, day, {payer: own} if payer else {})
        if payer is not None:
            self.envelopes[payer].reserved -= own
            if room[payer] >= cents:
                room = {payer: room[payer]}
            elif request.paid[position]:
                raise Refused("envelope-exhausted")
        return self._commit(request, {position: (request.lines[position - 1][0], cents)}, room, day)


def _open(request: Request) -> Appeal:
    if request.appeal is None:
        raise Refused("appeal-none")
    return request.appeal


def _refuse_who_took_part(request: Request, by: str) -> None:
    if any(by in decision.people for decision in request.decisions):
        raise Refused("took-part")


def _require_better(request: Request, granted: Sequence[int]) -> None:
    if sum(granted) == 0:
        raise Refused("nothing-to-grant")
    promised = {position for position, _name, _unpaid in request.promises()}
    if any(granted[position - 1] < request.paid[position] for position in promised):
        raise Refused("invalid")
    if sum(granted) <= sum(request.granted):
        raise Refused("appeal-not-better")
