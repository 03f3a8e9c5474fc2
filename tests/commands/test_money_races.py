"""Many people at the same moment: exactly the money there is, one winner, and no error but a clear refusal."""

import asyncio
import sys
from collections import Counter
from collections.abc import Awaitable, Iterable
from pathlib import Path

import pytest

from solidarity.budgets.commands import record_payment
from solidarity.decisions.commands import approve, decide, return_to_preparer
from solidarity.requests.commands import edit_request, submit, withdraw
from solidarity.requests.review import close, put_on_hold, request_information
from solidarity.rules.errors import Conflict, RuleError
from solidarity.rulesets.commands import activate_ruleset, load_ruleset
from solidarity.schools.commands import edit_student
from solidarity.store.tables import DecisionRow, LetterRow, RequestRow, ReservationRow
from tests.build import (
    GRANT,
    LATER,
    NOW,
    RULES,
    a_draft,
    a_line,
    a_request,
    a_ruleset,
    a_student,
    an_envelope,
)
from tests.commands.books import actions, assert_books_agree, figures, request_row
from tests.databases import Database
from tests.people import Cast, the_cast

MANY, ROOM = 40, 10


@pytest.fixture
async def cast(database: Database) -> Cast:
    people = await the_cast()
    await a_ruleset(activated_by=people.second)
    return people


async def _at_once(acts: Iterable[Awaitable[object]]) -> Counter[str]:
    """How often each thing came of acts started together; an error that is no refusal fails the test."""

    async def told(act: Awaitable[object]) -> str:
        try:
            await act
        except RuleError as refusal:
            return refusal.code
        return "done"

    return Counter(await asyncio.gather(*(told(act) for act in acts)))


async def test_forty_decisions_on_money_for_ten(cast: Cast) -> None:
    references = [await a_request(a_line(10_000), by=cast.director) for _ in range(MANY)]
    envelope = await an_envelope(ROOM * 10_000 + 9_999)
    people = (cast.administrator, cast.second)
    found = await _at_once(
        decide(reference, GRANT, by=people[place % 2], now=LATER)
        for place, reference in enumerate(references)
    )
    assert found == {"done": ROOM, "envelope-exhausted": MANY - ROOM}
    assert await figures(envelope) == (0, ROOM * 10_000, 9_999)
    assert await DecisionRow.count() == await LetterRow.count() == ROOM
    assert await RequestRow.count().where(RequestRow.status == "submitted") == MANY - ROOM
    assert (await actions()).count("request.decide") == ROOM
    await assert_books_agree()


async def test_forty_sendings_for_money_for_ten(cast: Cast) -> None:
    references = [await a_draft(a_line(10_000), by=cast.director) for _ in range(MANY)]
    envelope = await an_envelope(ROOM * 10_000 + 9_999)
    sent = await asyncio.gather(*(submit(reference, by=cast.director, now=LATER) for reference in references))
    assert Counter(one.enough for one in sent) == {True: ROOM, False: MANY - ROOM}
    assert await figures(envelope) == (ROOM * 10_000, 0, 9_999)
    assert await RequestRow.count().where(RequestRow.status == "submitted") == MANY
    assert await RequestRow.count().where(RequestRow.credit_enough.eq(True)) == ROOM
    await assert_books_agree()


async def test_many_lines_find_two_envelopes(cast: Cast) -> None:
    lines = (a_line(6_000), a_line(6_000))
    references = [await a_request(*lines, by=cast.director) for _ in range(12)]
    own, general = await an_envelope(20_000, school="roubaix"), await an_envelope(25_000)
    found = await _at_once(decide(reference, GRANT, by=cast.second, now=NOW) for reference in references)
    assert found == {"done": 3, "envelope-exhausted": 9}
    assert await figures(own) == (0, 18_000, 2_000)
    assert await figures(general) == (0, 18_000, 7_000)
    await assert_books_agree()


async def test_one_request_is_decided_once(cast: Cast) -> None:
    envelope = await an_envelope(100_000)
    reference = await a_request(a_line(10_000), by=cast.director)
    found = await _at_once(decide(reference, GRANT, by=cast.second, now=NOW) for _ in range(8))
    assert found == {"done": 1, "state": 7}
    assert await figures(envelope) == (0, 10_000, 90_000)
    await assert_books_agree()


async def test_one_draft_is_sent_once(cast: Cast) -> None:
    envelope = await an_envelope(100_000)
    reference = await a_draft(a_line(10_000), by=cast.director)
    found = await _at_once(submit(reference, by=cast.director, now=NOW) for _ in range(8))
    assert found == {"done": 1, "state": 7}
    assert await figures(envelope) == (10_000, 0, 90_000)
    assert await ReservationRow.count() == 1


async def test_either_decided_or_withdrawn(cast: Cast) -> None:
    envelope = await an_envelope(200_000)
    references = [await a_request(a_line(10_000), by=cast.director) for _ in range(16)]
    acts = [
        act
        for reference in references
        for act in (
            decide(reference, GRANT, by=cast.second, now=NOW),
            withdraw(reference, by=cast.director, now=NOW),
        )
    ]
    found = await _at_once(acts)
    assert found == {"done": 16, "state": 16}
    decided = await RequestRow.count().where(RequestRow.status == "decided")
    assert await RequestRow.count().where(RequestRow.status == "withdrawn") == 16 - decided
    assert await figures(envelope) == (0, decided * 10_000, 200_000 - decided * 10_000)
    await assert_books_agree()


async def test_either_approved_or_returned_and_only_once(cast: Cast) -> None:
    envelope = await an_envelope(400_000)
    references = [await a_request(a_line(40_000), by=cast.director) for _ in range(8)]
    for reference in references:
        await decide(reference, GRANT, by=cast.administrator, now=NOW)
    acts = [
        act
        for reference in references
        for act in (
            approve(reference, note=None, by=cast.second, now=NOW),
            return_to_preparer(reference, note=None, by=cast.second, now=NOW),
            approve(reference, note=None, by=cast.second, now=NOW),
        )
    ]
    assert await _at_once(acts) == {"done": 8, "state": 16}
    decided = await RequestRow.count().where(RequestRow.status == "decided")
    assert await DecisionRow.count() == decided
    assert await figures(envelope) == ((8 - decided) * 40_000, decided * 40_000, 80_000)
    await assert_books_agree()


async def test_grants_to_one_student_count_each_other(cast: Cast) -> None:
    student = await a_student(cast.director)
    references = [await a_request(a_line(30_000), by=cast.director, student=student) for _ in range(5)]
    await an_envelope(1_000_000)
    found = await _at_once(decide(reference, GRANT, by=cast.second, now=NOW) for reference in references)
    assert found == {"done": 3, "nothing-to-grant": 2}
    decisions = await DecisionRow.select(DecisionRow.granted_cents)
    assert sum(row["granted_cents"] for row in decisions) == 90_000
    await assert_books_agree()


async def test_a_storm_of_everything_leaves_the_books_right(cast: Cast) -> None:
    await an_envelope(150_000)
    await an_envelope(60_000, school="roubaix")
    students = [await a_student(cast.director) for _ in range(4)]
    drafts = [await a_draft(by=cast.director, student=students[place % 4]) for place in range(12)]
    sent = [
        await a_request(a_line(20_000), by=cast.director, student=students[place % 4]) for place in range(8)
    ]
    for reference in sent[4:]:
        await request_information(reference, "?", due_date=None, by=cast.second, now=NOW)
    ruleset = await load_ruleset(RULES.replace('"900.00"', '"950.00"'), by=None, now=NOW)
    director, administrator = cast.director, cast.administrator
    acts: list[Awaitable[object]] = [activate_ruleset(ruleset, by=cast.second, now=NOW)]
    for place, reference in enumerate(drafts):
        acts += [
            edit_request(reference, version=1, student=students[(place + 1) % 4], by=director, now=NOW),
            submit(reference, by=director, now=NOW),
            decide(reference, GRANT, by=administrator, now=NOW),
            a_request(a_line(5_000), by=cast.neighbour),
        ]
    for reference in sent:
        acts += [
            edit_request(reference, version=3, lines=[a_line(25_000)], by=director, now=NOW),
            submit(reference, by=director, now=NOW),
            put_on_hold(reference, "no_credit", due_date=None, by=administrator, now=NOW),
            close(reference, "Fin.", by=cast.second, now=NOW),
            decide(reference, GRANT, by=cast.second, now=NOW),
            record_payment(reference, by=administrator, now=NOW),
        ]
    acts += [
        edit_student(student, {"household_size": 3}, version=1, by=director, now=NOW) for student in students
    ]
    acts += [an_envelope(1_000 + number, by=administrator) for number in range(4)]
    found = await _at_once(acts)
    assert set(found) <= {
        "done",
        "state",
        "stale",
        "envelope-exhausted",
        "nothing-to-grant",
        "nothing-to-pay",
        "invalid",
        "envelope-not-covered",
    }
    assert found["done"] > 20
    await assert_books_agree()


async def test_two_processes_share_the_money(database: Database, cast: Cast) -> None:
    references = [await a_request(a_line(10_000), by=cast.director) for _ in range(MANY)]
    envelope = await an_envelope(ROOM * 10_000)
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "tests.commands.deciding_process", database.url),
            *(person.email, *references[place::2]),
            cwd=Path(__file__).parents[2],
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
        )
        for place, person in enumerate((cast.administrator, cast.second))
    ]
    for process in processes:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    answers = await asyncio.gather(*(process.communicate(b"go\n") for process in processes))
    found = Counter(word for output, _ in answers for word in output.decode().split())
    assert found == {"decided": ROOM, "envelope-exhausted": MANY - ROOM}
    assert await figures(envelope) == (0, ROOM * 10_000, 0)
    await assert_books_agree()


async def test_a_conflict_is_told_before_anything_is_kept(cast: Cast) -> None:
    reference = await a_request(a_line(10_000), by=cast.director)
    before = await request_row(reference)
    with pytest.raises(Conflict, match="envelope-exhausted"):
        await decide(reference, GRANT, by=cast.second, now=LATER)
    assert await request_row(reference) == before
