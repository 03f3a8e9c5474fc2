"""What an administrator does with a request before deciding: ask, put on hold, resume, close."""

from datetime import date, datetime
from typing import Any

from solidarity.budgets.movements import release
from solidarity.requests.holding import drop_proposal, hold_request, move, require_move
from solidarity.requests.waiting import join_list, leave_list
from solidarity.rules.access import Person
from solidarity.rules.lifecycle import RequestAction
from solidarity.rules.waiting import NO_CREDIT
from solidarity.store.tables import RequestRow
from solidarity.store.transaction import writing


async def request_information(
    reference: str, message: str, *, due_date: date | None, by: Person, now: datetime
) -> None:
    """Ask the school something; it may then change the request and answer."""
    await _pause(RequestAction.REQUEST_INFORMATION, reference, message, due_date=due_date, by=by, now=now)


async def put_on_hold(
    reference: str, reason: str, *, due_date: date | None, by: Person, now: datetime
) -> None:
    """Set a request aside for a reason; `no_credit` is the waiting list, which is not a refusal."""
    await _pause(RequestAction.HOLD, reference, reason, due_date=due_date, by=by, now=now)


async def resume(reference: str, *, by: Person, now: datetime) -> None:
    """Take a request off hold."""
    async with writing():
        held = await hold_request(reference, by=by)
        await leave_list(held)
        values: dict[Any, Any] = {RequestRow.status_message: None, RequestRow.status_due: None}
        await move(held, RequestAction.RESUME, by=by, now=now, values=values, detail={})


async def close(reference: str, reason: str, *, by: Person, now: datetime) -> None:
    """End a request without a decision; what was set aside is free again."""
    async with writing():
        held = await hold_request(reference, by=by)
        require_move(held, RequestAction.CLOSE, by=by)
        freed = await release(held.request["id"], reference, by=by, now=now)
        await drop_proposal(held)
        await leave_list(held)
        values: dict[Any, Any] = {RequestRow.status_message: reason, RequestRow.status_due: None}
        detail = {"reason": reason, "released_cents": freed}
        await move(held, RequestAction.CLOSE, by=by, now=now, values=values, detail=detail)


async def _pause(
    action: RequestAction, reference: str, message: str, *, due_date: date | None, by: Person, now: datetime
) -> None:
    async with writing():
        held = await hold_request(reference, by=by)
        require_move(held, action, by=by)
        values: dict[Any, Any] = {RequestRow.status_message: message, RequestRow.status_due: due_date}
        if action is RequestAction.HOLD and message == NO_CREDIT:
            await join_list(held, now=now)
        detail = {"message": message, "due_date": due_date.isoformat() if due_date else None}
        await move(held, action, by=by, now=now, values=values, detail=detail)
