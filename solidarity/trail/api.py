"""The event log for programs."""

from datetime import datetime
from typing import Any

from litestar import Request, Response, get
from msgspec import Struct

from solidarity.rules.access import Action
from solidarity.trail.queries import EventView, checkpoint, events, verify_log
from solidarity.web.access import needs
from solidarity.web.answers import json_answer
from solidarity.web.describing import describes
from solidarity.web.listing import read_listing


class EventJson(Struct, frozen=True, kw_only=True):
    """One event; `hash` chains it to the one before."""

    sequence: int
    at: datetime
    actor: str | None
    actor_role: str | None
    action: str
    subject_kind: str
    subject_id: str
    detail: dict[str, Any]
    hash: str


class CheckpointJson(Struct, frozen=True, kw_only=True):
    """The log at this moment; keep it elsewhere, and no event before it can change unnoticed."""

    events: int
    root: str
    head: str


class FaultJson(Struct, frozen=True, kw_only=True):
    """The first place where the log is not what was written."""

    table: str
    row: str
    reason: str


class VerdictJson(Struct, frozen=True, kw_only=True):
    """What checking the whole log found."""

    valid: bool
    events: int
    root: str
    first_fault: FaultJson | None


@get(
    "/api/v1/events",
    opt={
        **needs(Action.VIEW_EVENTS),
        **describes("Events, newest first", answer=EventJson, is_list=True),
    },
)
async def list_events(request: Request[Any, Any, Any]) -> Response[bytes]:
    listing = read_listing(request, "events")
    found = await events(before=listing.after_number(), limit=listing.limit + 1)
    return json_answer(listing.page(found, place=lambda one: (one.sequence,), item=_event_json))


@get(
    "/api/v1/events/checkpoint",
    opt={**needs(Action.VIEW_EVENTS), **describes("The log at this moment", answer=CheckpointJson)},
)
async def read_checkpoint() -> Response[bytes]:
    size, root, head = await checkpoint()
    return json_answer(CheckpointJson(events=size, root=root, head=head))


@get(
    "/api/v1/events/verify",
    opt={**needs(Action.VIEW_EVENTS), **describes("Check the whole log", answer=VerdictJson)},
)
async def verify() -> Response[bytes]:
    found = await verify_log()
    fault = found.first_fault
    return json_answer(
        VerdictJson(
            valid=found.valid,
            events=found.events,
            root=found.root,
            first_fault=FaultJson(table=fault.table, row=fault.row, reason=fault.reason) if fault else None,
        )
    )


def _event_json(view: EventView) -> EventJson:
    return EventJson(
        sequence=view.sequence,
        at=view.at,
        actor=view.actor,
        actor_role=view.actor_role,
        action=view.action,
        subject_kind=view.about_kind,
        subject_id=view.about_id,
        detail=view.detail,
        hash=view.hash,
    )


HANDLERS: list[Any] = [list_events, read_checkpoint, verify]
