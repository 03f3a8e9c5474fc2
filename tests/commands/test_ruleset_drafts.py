"""Drafts of the workshop: each save is a version, an activation leaves the days before it alone."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest

from solidarity.rules.errors import Conflict, NotAllowed, Unknown
from solidarity.rules.ruleset import RulesetFaults
from solidarity.rulesets.commands import activate_ruleset, load_ruleset, save_draft, set_aside
from solidarity.rulesets.queries import (
    Standing,
    ruleset_for,
    ruleset_in_force,
    ruleset_source,
    rulesets,
    shipped_examples,
    version_to_compare,
)
from solidarity.trail.queries import events
from tests.build import LATER, NOW, RULES, SCHOOL_YEAR
from tests.commands.books import actions, digest, refused
from tests.databases import Database
from tests.people import the_cast

TODAY = date(2026, 11, 12)
DEARER = RULES.replace('"900.00"', '"950.00"')
DEAREST = RULES.replace('"900.00"', '"990.00"')
SPRING = RULES.replace("essai-2026", "essai-printemps").replace("2026-09-01", "2027-03-01")
LAST_YEAR = RULES.replace("essai-2026", "essai-2025").replace("2026-2027", "2025-2026")
LAST_YEAR = LAST_YEAR.replace("2026-09-01", "2025-09-01").replace("2027-08-31", "2026-08-31")


async def test_each_save_is_a_version_and_sets_the_one_before_aside(database: Database) -> None:
    cast = await the_cast()
    first = await save_draft(RULES, made_from=None, by=cast.administrator, now=NOW)
    second = await save_draft(DEARER, made_from=first, by=cast.second, now=LATER)
    assert (await ruleset_source(first))[1] == RULES
    standing = {view.id: view.standing(TODAY) for view in await rulesets()}
    assert standing == {first: Standing.SET_ASIDE, second: Standing.DRAFT}
    view, source = await ruleset_source(second)
    assert (source, view.author, view.created_by) == (DEARER, cast.second.name, cast.second.id)
    newest = (await events(before=None, limit=1))[0]
    assert (newest.action, newest.detail["made_from"]) == ("ruleset.loaded", str(first))
    before = await digest()
    assert await save_draft(DEARER, made_from=second, by=cast.second, now=LATER) == second
    with refused(Conflict, "ruleset-replaced"):
        await save_draft(DEAREST, made_from=first, by=cast.administrator, now=LATER)
    with refused(Unknown):
        await save_draft(DEAREST, made_from=uuid4(), by=cast.administrator, now=LATER)
    assert await digest() == before


async def test_a_text_that_was_a_draft_before_is_one_again(database: Database) -> None:
    cast = await the_cast()
    first = await save_draft(RULES, made_from=None, by=cast.administrator, now=NOW)
    second = await save_draft(DEARER, made_from=first, by=cast.second, now=NOW)
    assert await save_draft(RULES, made_from=second, by=cast.second, now=LATER) == first
    standing = {view.id: view.standing(TODAY) for view in await rulesets()}
    assert standing == {first: Standing.DRAFT, second: Standing.SET_ASIDE}
    # Its author is still who wrote it: taking it up again does not make it anybody else's.
    with refused(NotAllowed, "same-person"):
        await activate_ruleset(first, by=cast.administrator, now=LATER)
    await activate_ruleset(first, by=cast.second, now=LATER)


async def test_what_was_in_force_is_never_a_draft_again(database: Database) -> None:
    cast = await the_cast()
    first = await load_ruleset(RULES, by=cast.administrator, now=NOW)
    await activate_ruleset(first, by=cast.second, now=NOW)
    draft = await save_draft(DEARER, made_from=first, by=cast.administrator, now=LATER)
    assert (await ruleset_source(first))[0].state == "in_force"
    before = await digest()
    with refused(Conflict, "ruleset-known"):
        await save_draft(RULES, made_from=draft, by=cast.administrator, now=LATER)
    with refused(Conflict, "ruleset-not-draft"):
        await set_aside(first, by=cast.administrator, now=LATER)
    with refused(Unknown):
        await set_aside(uuid4(), by=cast.administrator, now=LATER)
    assert await digest() == before
    await set_aside(draft, by=cast.administrator, now=LATER)
    assert (await actions())[-1] == "ruleset.set_aside"
    with refused(Unknown):
        await ruleset_in_force(draft)
    assert (await ruleset_in_force(first))[0].activator == cast.second.name


async def test_a_draft_is_checked_with_its_examples(database: Database) -> None:
    cast = await the_cast()
    wrong = RULES + (
        '[[example]]\ntitle = "x"\ncase = { today = 2026-10-01, student = { birth_date = 2010-03-14 },'
        ' request = { lines = [{ category = "food", kind = "canteen", amount_cents = 100 }] } }\n'
        "expect = { proposed_cents = 99 }\n"
    )
    before = await digest()
    with pytest.raises(RulesetFaults) as found:
        await save_draft(wrong, made_from=None, by=cast.administrator, now=NOW)
    assert [fault.code for fault in found.value.faults] == ["example-differs"]
    assert await digest() == before


async def test_a_later_version_leaves_the_days_before_it_alone(database: Database) -> None:
    cast = await the_cast()
    autumn = await load_ruleset(RULES, by=None, now=NOW)
    await activate_ruleset(autumn, by=cast.second, now=NOW)
    spring = await load_ruleset(SPRING, by=None, now=LATER)
    await activate_ruleset(spring, by=cast.second, now=LATER)
    applied = {
        day: (await ruleset_for(SCHOOL_YEAR, day)).id
        for day in (date(2026, 8, 31), TODAY, date(2027, 2, 28), date(2027, 3, 1), date(2028, 1, 1))
    }
    # Before the year begins the first one applies, and a request decided after its end finds the last one.
    assert list(applied.values()) == [autumn, autumn, autumn, spring, spring]
    standing = {view.id: view.standing(TODAY) for view in await rulesets()}
    assert standing == {autumn: Standing.IN_FORCE, spring: Standing.WAITING}


async def test_of_two_put_in_force_at_once_one_remains(database: Database) -> None:
    cast = await the_cast()
    drafts = [await load_ruleset(text, by=None, now=NOW) for text in (RULES, DEARER, DEAREST)]
    await asyncio.gather(*(activate_ruleset(one, by=cast.second, now=NOW) for one in drafts))
    assert sorted(view.state for view in await rulesets()) == ["in_force", "retired", "retired"]


async def test_a_version_is_compared_with_what_it_replaces_or_with_last_year(database: Database) -> None:
    cast = await the_cast()
    draft = await load_ruleset(DEARER, by=None, now=NOW)
    view = (await ruleset_source(draft))[0]
    assert await version_to_compare(view) is None
    old = await load_ruleset(LAST_YEAR, by=None, now=NOW)
    await activate_ruleset(old, by=cast.second, now=NOW)
    assert await version_to_compare(view) == old
    spring = await load_ruleset(SPRING, by=None, now=NOW)
    await activate_ruleset(spring, by=cast.second, now=NOW)
    assert await version_to_compare(view) == spring
    autumn = await load_ruleset(RULES, by=None, now=NOW)
    await activate_ruleset(autumn, by=cast.second, now=NOW)
    assert await version_to_compare(view) == autumn


def test_every_shipped_example_can_be_started_from() -> None:
    assert {"federation-2025-2026", "federation-2026-2027"} <= {one.name for one in shipped_examples()}
