"""Holding everything a change of a request may read a total of, in the one order that never deadlocks."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from solidarity.budgets.movements import Place, held_envelopes
from solidarity.rules.access import Person, scope_of
from solidarity.rules.envelopes import Envelope
from solidarity.rules.errors import Conflict, Stale, Unknown
from solidarity.rules.lifecycle import RequestAction, RequestState, steps_to
from solidarity.store.statements import Statement, change, columns_of, selection
from solidarity.store.tables import ProposalRow, RequestRow, SchoolRow, StudentRow
from solidarity.store.transaction import hold_row, hold_rows
from solidarity.trail.commands import ChainHead, Subject, Told, record_all

_BY_REFERENCE = selection(RequestRow, "WHERE reference = {}")

# One exchange for two rows that nobody holds: their columns have different names.
_SEEN = Statement(
    f"SELECT {columns_of(SchoolRow)}, aid_request.id AS request, aid_request.school, aid_request.student, "  # noqa: S608
    "aid_request.school_year FROM aid_request JOIN school ON school.id = aid_request.school "
    "WHERE aid_request.reference = {}"
)
_OF_THE_REQUEST = ("request", "school", "student", "school_year")


@dataclass(frozen=True, kw_only=True, slots=True)
class Held:
    """A request with its student and its envelopes, held until the transaction ends; its school, as it is."""

    request: dict[str, Any]
    student: dict[str, Any]
    school: dict[str, Any]
    place: Place
    envelopes: tuple[Envelope, ...]

    @property
    def reference(self) -> str:
        return str(self.request["reference"])

    @property
    def state(self) -> RequestState:
        return RequestState(self.request["status"])


async def request_in_scope(reference: str, person: Person) -> dict[str, Any]:
    """The row of a request; raises `Unknown` when it is another school's, exactly as when there is none."""
    return _in_scope(await _BY_REFERENCE.row(reference), person)


def _in_scope(row: dict[str, Any] | None, person: Person | None) -> dict[str, Any]:
    """The system, which is None, sees every school."""
    own = scope_of(person) if person else None
    if row is None or (own is not None and row["school"] != own):
        raise Unknown
    return row


async def hold_request(reference: str, *, by: Person | None, students: Iterable[UUID] = ()) -> Held:
    """Hold student, envelopes, request, in that order; `students` are others who may become its student.

    Raises `Unknown` outside the scope, `Stale` when an edit gave it another student or year just now.
    """
    school = _in_scope(await _SEEN.row(reference), by)
    seen = {name: school.pop(name) for name in _OF_THE_REQUEST}
    place = Place(school_id=school["id"], school=school["slug"], region_code=school["region_code"])
    held = {row["id"]: row for row in await hold_rows(StudentRow, {seen["student"], *students})}
    envelopes = await held_envelopes(seen["school_year"], place)
    row = await hold_row(RequestRow, seen["request"])
    assert row is not None, "requests are never deleted"
    if (row["student"], row["school_year"]) != (seen["student"], seen["school_year"]):
        raise Stale
    return Held(
        request=row, student=held[row["student"]], school=school, place=place, envelopes=tuple(envelopes)
    )


async def move(
    held: Held,
    action: RequestAction,
    *,
    by: Person,
    now: datetime,
    values: dict[Any, Any],
    detail: dict[str, Any],
    head: ChainHead | None = None,
) -> RequestState:
    """Carry out an action of the state table: new state, changed columns, one event a step.

    Raises `Conflict("state")` when the table has no such move. Call it last: it records, after the `head`
    that is held already if there is one.
    """
    steps = steps_to(held.state, action, by.role)
    if not steps:
        raise Conflict("state", state=held.state.value, action=action.value)
    last = steps[-1][1]
    await change(
        RequestRow,
        held.request["id"],
        {
            **values,
            RequestRow.status: last.value,
            RequestRow.changed_at: now,
            RequestRow.version: held.request["version"] + 1,
        },
    )
    about = Subject(kind="request", id=held.reference)
    *before, (final, _state) = steps
    acts = [Told(action=f"request.{taken.value}") for taken, _state in before]
    acts.append(Told(action=f"request.{final.value}", detail=detail))
    await record_all(acts, about=about, by=by, at=now, head=head)
    return last


async def drop_proposal(held: Held) -> None:
    """What waited for a second person waits no more."""
    await ProposalRow.update({ProposalRow.state: "withdrawn"}).where(
        (ProposalRow.request == held.request["id"]) & (ProposalRow.state == "pending")
    )


def require_move(held: Held, action: RequestAction, *, by: Person) -> None:
    """Refuse early, before anything is read or written, what the state table does not know."""
    if not steps_to(held.state, action, by.role):
        raise Conflict("state", state=held.state.value, action=action.value)
