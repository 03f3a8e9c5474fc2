"""The waiting list and reservations that lapse: money that comes back goes to whoever is first."""

import asyncio
from datetime import date, timedelta

import pytest

from solidarity.budgets.queries import check_ledger
from solidarity.decisions.commands import decide
from solidarity.decisions.revoking import revoke
from solidarity.requests.commands import edit_request, submit, withdraw
from solidarity.requests.lapsing import lapse_reservations, lapsed_reservations
from solidarity.requests.review import close, put_on_hold, request_information, resume
from solidarity.requests.waiting import place_on_list, serve_waiting_list, waiting_list
from solidarity.store.fund_settings import keep_fund_setting
from solidarity.store.tables import WaitingRow
from solidarity.store.transaction import writing
from tests.build import GRANT, LATER, NOW, a_draft, a_line, a_request, a_ruleset, an_envelope
from tests.commands.books import actions, assert_books_agree, figures, request_row
from tests.databases import Database
from tests.people import Cast, the_cast


@pytest.fixture
async def cast(database: Database) -> Cast:
    people = await the_cast()
    await a_ruleset(activated_by=people.second)
    return people


async def _waits(cast: Cast, cents: int, *, minutes: int, urgency: str = "normal") -> str:
    reference = await a_request(a_line(cents), by=cast.director, urgency=urgency)
    at = NOW + timedelta(minutes=minutes)
    await put_on_hold(reference, "no_credit", due_date=None, by=cast.administrator, now=at)
    return reference


async def _ranks() -> list[tuple[int, str]]:
    return [(one.rank, one.reference) for one in await waiting_list()]


async def test_money_that_comes_back_goes_to_the_first_in_the_list(cast: Cast) -> None:
    envelope = await an_envelope(20_000)
    granted = await a_request(a_line(20_000), by=cast.director)
    await decide(granted, GRANT, by=cast.administrator, now=NOW)
    second = await _waits(cast, 12_000, minutes=2)
    first = await _waits(cast, 15_000, minutes=1)
    urgent = await _waits(cast, 4_000, minutes=3, urgency="emergency")
    assert await _ranks() == [(1, urgent), (2, first), (3, second)]
    assert await serve_waiting_list(now=LATER) == []
    await revoke(granted, "Départ.", by=cast.second, now=LATER)
    assert await serve_waiting_list(now=LATER) == [urgent, first]
    assert await serve_waiting_list(now=LATER) == []
    row = await request_row(first)
    assert (row["status"], row["credit_enough"], row["status_message"]) == ("in_review", True, None)
    assert (await actions(first))[-1] == "request.credit_found"
    assert await figures(envelope) == (19_000, 0, 1_000)
    assert await _ranks() == [(1, second)]
    id_of_second = (await request_row(second))["id"]
    place = await place_on_list(id_of_second, cast.director)
    assert place is not None
    assert (place.rank, place.of) == (1, 1)
    assert await place_on_list(id_of_second, cast.stranger) is None
    await decide(first, GRANT, by=cast.administrator, now=LATER)
    assert await check_ledger() == []
    await assert_books_agree()


async def test_a_big_request_keeps_its_turn_and_only_its_own_envelopes(cast: Cast) -> None:
    await an_envelope(5_000, category="transport")
    food = await an_envelope(5_000, category="food")
    big = await _waits(cast, 30_000, minutes=1)
    small = await _waits(cast, 6_000, minutes=2)
    other = await a_request(a_line(9_000, category="food"), by=cast.director)
    await put_on_hold(other, "no_credit", due_date=None, by=cast.administrator, now=LATER)
    await an_envelope(10_000, category="transport")
    await an_envelope(9_000, category="food")
    assert await serve_waiting_list(now=LATER) == [other]
    assert await _ranks() == [(1, big), (2, small)]
    assert await figures(food) == (0, 0, 5_000)
    await withdraw(big, by=cast.director, now=LATER)
    assert await serve_waiting_list(now=LATER) == [small]
    assert await WaitingRow.count() == 0
    await assert_books_agree()


async def test_leaving_the_list_by_every_door(cast: Cast) -> None:
    held, closed, other = [await _waits(cast, 1_000, minutes=place) for place in range(3)]
    await resume(held, by=cast.second, now=LATER)
    await close(closed, "Fin.", by=cast.second, now=LATER)
    assert await _ranks() == [(1, other)]
    await put_on_hold(held, "no_credit", due_date=None, by=cast.second, now=LATER)
    await resume(other, by=cast.second, now=LATER)
    await put_on_hold(other, "commission", due_date=None, by=cast.second, now=LATER)
    assert await _ranks() == [(1, held)]
    assert await WaitingRow.count() == 1


async def test_whoever_has_credit_waits_for_a_word_not_for_money(cast: Cast) -> None:
    envelope = await an_envelope(5_000)
    reference = await _waits(cast, 4_000, minutes=1)
    assert await figures(envelope) == (4_000, 0, 1_000)
    assert await _ranks() == []
    assert await serve_waiting_list(now=LATER) == []
    await resume(reference, by=cast.second, now=LATER)
    assert await figures(envelope) == (4_000, 0, 1_000)


async def test_served_by_several_at_once_each_gets_credit_once(cast: Cast) -> None:
    references = [await _waits(cast, 5_000, minutes=place) for place in range(6)]
    envelope = await an_envelope(22_000)
    found = await asyncio.gather(*(serve_waiting_list(now=LATER) for _ in range(4)))
    assert sorted(one for served in found for one in served) == references[:4]
    assert await figures(envelope) == (20_000, 0, 2_000)
    await assert_books_agree()


async def test_what_waits_too_long_for_an_answer_is_free_and_taken_again(cast: Cast) -> None:
    envelope = await an_envelope(5_000)
    reference = await a_request(a_line(4_000), by=cast.director)
    asked_for_later = await a_request(a_line(1_000), by=cast.director)
    due = date(2027, 1, 31)
    await request_information(reference, "?", due_date=None, by=cast.second, now=NOW)
    await request_information(asked_for_later, "?", due_date=due, by=cast.second, now=NOW)
    assert await lapsed_reservations(now=NOW + timedelta(days=30)) == []
    async with writing():
        await keep_fund_setting("reservation_days", "10")
    at = NOW + timedelta(days=11)
    assert await lapse_reservations(now=at) == [reference]
    assert await lapse_reservations(now=at) == []
    assert await figures(envelope) == (1_000, 0, 4_000)
    assert (await actions(reference))[-1] == "request.reservation_lapsed"
    version = (await request_row(reference))["version"]
    await edit_request(reference, version=version, answer="Voilà.", by=cast.director, now=at)
    assert (await submit(reference, by=cast.director, now=at)).enough is True
    assert await figures(envelope) == (5_000, 0, 0)
    assert await check_ledger() == []
    await assert_books_agree()
    draft = await a_draft(by=cast.director)
    assert (await submit(draft, by=cast.director, now=at)).enough is False
