"""What an administrator does with a request before deciding, and what nobody may do in which state."""

from collections.abc import Awaitable, Callable
from datetime import date

import pytest

from solidarity.decisions.commands import approve, decide, return_to_preparer
from solidarity.requests.commands import submit, withdraw
from solidarity.requests.queries import request_view
from solidarity.requests.review import close, put_on_hold, request_information, resume
from solidarity.rules.access import Role
from solidarity.rules.errors import Conflict
from solidarity.rules.lifecycle import RequestAction, RequestState, steps_to
from solidarity.trail.queries import events_about
from tests.build import GRANT, LATER, NOW, a_draft, a_line, a_request, a_ruleset, an_envelope
from tests.commands.books import actions, assert_books_agree, digest, figures, refused, request_row
from tests.databases import Database
from tests.people import Cast, the_cast

DUE = date(2026, 12, 1)


@pytest.fixture
async def cast(database: Database) -> Cast:
    people = await the_cast()
    await a_ruleset(activated_by=people.second)
    return people


async def test_a_question_first_takes_the_request_into_review(cast: Cast) -> None:
    envelope = await an_envelope(50_000)
    reference = await a_request(a_line(20_000), by=cast.director)
    await request_information(reference, "Quel abonnement ?", due_date=DUE, by=cast.administrator, now=LATER)
    view = await request_view(reference, cast.director)
    assert (view.status, view.status_message, view.status_due) == (
        RequestState.INFORMATION_REQUESTED,
        "Quel abonnement ?",
        DUE,
    )
    assert await figures(envelope) == (20_000, 0, 30_000)
    trace = (await events_about("request", reference))[-2:]
    assert [event.action for event in trace] == ["request.take_into_review", "request.request_information"]
    assert trace[1].detail == {"message": "Quel abonnement ?", "due_date": "2026-12-01"}
    assert {event.actor for event in trace} == {"Claire Fontaine"}


async def test_a_request_waits_and_goes_on(cast: Cast) -> None:
    envelope = await an_envelope(50_000)
    reference = await a_request(a_line(20_000), by=cast.director)
    await put_on_hold(reference, "no_credit", due_date=None, by=cast.administrator, now=NOW)
    row = await request_row(reference)
    assert (row["status"], row["status_message"]) == ("on_hold", "no_credit")
    await resume(reference, by=cast.second, now=LATER)
    row = await request_row(reference)
    assert (row["status"], row["status_message"], row["changed_at"]) == ("in_review", None, LATER)
    assert await figures(envelope) == (20_000, 0, 30_000)
    assert (await actions(reference))[-3:] == ["request.take_into_review", "request.hold", "request.resume"]


async def test_a_closed_request_gives_its_money_back(cast: Cast) -> None:
    envelope = await an_envelope(50_000)
    reference = await a_request(a_line(20_000), by=cast.director)
    await close(reference, "Départ de l’école.", by=cast.administrator, now=LATER)
    row = await request_row(reference)
    assert (row["status"], row["status_message"]) == ("closed", "Départ de l’école.")
    assert await figures(envelope) == (0, 0, 50_000)
    assert (await events_about("request", reference))[-1].detail == {
        "reason": "Départ de l’école.",
        "released_cents": 20_000,
    }
    await assert_books_agree()


async def test_closing_what_awaits_approval_ends_the_proposal(cast: Cast) -> None:
    envelope = await an_envelope(50_000)
    reference = await a_request(a_line(40_000), by=cast.director)
    await decide(reference, GRANT, by=cast.administrator, now=NOW)
    assert (await request_row(reference))["status"] == "awaiting_approval"
    await close(reference, "Doublon.", by=cast.administrator, now=NOW)
    assert (await request_view(reference, cast.director)).proposal is None
    assert await figures(envelope) == (0, 0, 50_000)
    await assert_books_agree()


Act = Callable[[str, Cast], Awaitable[object]]


ACTS: dict[RequestAction, tuple[Role, Act]] = {
    RequestAction.SUBMIT: (Role.DIRECTOR, lambda ref, cast: submit(ref, by=cast.director, now=NOW)),
    RequestAction.WITHDRAW: (Role.DIRECTOR, lambda ref, cast: withdraw(ref, by=cast.director, now=NOW)),
    RequestAction.REQUEST_INFORMATION: (
        Role.ADMINISTRATOR,
        lambda ref, cast: request_information(ref, "?", due_date=None, by=cast.second, now=NOW),
    ),
    RequestAction.HOLD: (
        Role.ADMINISTRATOR,
        lambda ref, cast: put_on_hold(ref, "no_credit", due_date=None, by=cast.second, now=NOW),
    ),
    RequestAction.RESUME: (Role.ADMINISTRATOR, lambda ref, cast: resume(ref, by=cast.second, now=NOW)),
    RequestAction.CLOSE: (Role.ADMINISTRATOR, lambda ref, cast: close(ref, "Fin.", by=cast.second, now=NOW)),
    RequestAction.DECIDE: (
        Role.ADMINISTRATOR,
        lambda ref, cast: decide(ref, GRANT, by=cast.second, now=NOW),
    ),
    RequestAction.APPROVE: (
        Role.ADMINISTRATOR,
        lambda ref, cast: approve(ref, note=None, by=cast.second, now=NOW),
    ),
    RequestAction.RETURN: (
        Role.ADMINISTRATOR,
        lambda ref, cast: return_to_preparer(ref, note=None, by=cast.second, now=NOW),
    ),
}


async def _in_state(state: RequestState, cast: Cast) -> str:
    """A request brought to a state by the acts that lead there."""
    administrator = cast.administrator
    if state is RequestState.DRAFT:
        return await a_draft(a_line(20_000), by=cast.director)
    wants_two = state is RequestState.AWAITING_APPROVAL
    reference = await a_request(a_line(40_000 if wants_two else 20_000), by=cast.director)
    if state in {RequestState.IN_REVIEW, RequestState.ON_HOLD}:
        await put_on_hold(reference, "no_credit", due_date=None, by=administrator, now=NOW)
    if state is RequestState.IN_REVIEW:
        await resume(reference, by=administrator, now=NOW)
    elif state is RequestState.INFORMATION_REQUESTED:
        await request_information(reference, "?", due_date=None, by=administrator, now=NOW)
    elif state in {RequestState.AWAITING_APPROVAL, RequestState.DECIDED}:
        await decide(reference, GRANT, by=administrator, now=NOW)
    elif state is RequestState.WITHDRAWN:
        await withdraw(reference, by=cast.director, now=NOW)
    elif state is RequestState.CLOSED:
        await close(reference, "Fin.", by=administrator, now=NOW)
    assert (await request_row(reference))["status"] == state.value
    return reference


@pytest.mark.parametrize("state", list(RequestState))
async def test_what_the_table_does_not_know_is_refused_and_changes_nothing(
    cast: Cast, state: RequestState
) -> None:
    await an_envelope(100_000)
    reference = await _in_state(state, cast)
    tried = 0
    for action, (role, act) in ACTS.items():
        named = action
        if action is RequestAction.SUBMIT and state is RequestState.INFORMATION_REQUESTED:
            named = RequestAction.ANSWER
        if steps_to(state, named, role):
            continue
        tried += 1
        before = await digest()
        with refused(Conflict, "state"):
            await act(reference, cast)
        assert await digest() == before, action
    assert tried >= 3
    await assert_books_agree()


@pytest.mark.parametrize("state", list(RequestState))
async def test_what_the_table_knows_is_done_and_told(cast: Cast, state: RequestState) -> None:
    await an_envelope(1_000_000)
    for action, (role, act) in ACTS.items():
        steps = steps_to(state, action, role)
        if not steps:
            continue
        reference = await _in_state(state, cast)
        told = len(await actions(reference))
        await act(reference, cast)
        assert (await request_row(reference))["status"] == steps[-1][1].value
        assert (await actions(reference))[told:] == [f"request.{taken.value}" for taken, _ in steps]
    await assert_books_agree()
