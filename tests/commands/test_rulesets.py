"""Rulesets: kept as written, put in force by somebody else, found for a school year and a day."""

import asyncio
from datetime import date
from uuid import uuid4

import pytest

from solidarity.rules.errors import Conflict, NotAllowed, Unknown
from solidarity.rules.ruleset import RulesetFaults
from solidarity.rulesets.commands import activate_ruleset, load_ruleset
from solidarity.rulesets.queries import ruleset_by_id, ruleset_for, ruleset_source, rulesets
from solidarity.store.tables import RulesetRow
from solidarity.trail.queries import events
from tests.build import LATER, NOW, RULES, SCHOOL_YEAR
from tests.commands.books import actions, digest, refused
from tests.databases import Database
from tests.people import the_cast

AUTUMN, SPRING = date(2026, 11, 12), date(2027, 3, 1)
FROM_JANUARY = RULES.replace("essai-2026", "essai-2027").replace("2026-09-01", "2027-01-01")


async def test_the_same_text_is_the_same_ruleset(database: Database) -> None:
    cast = await the_cast()
    first = await load_ruleset(RULES, by=cast.administrator, now=NOW)
    before = await digest()
    assert await load_ruleset(RULES, by=cast.second, now=LATER) == first
    assert await digest() == before
    view, source = await ruleset_source(first)
    assert (view.state, view.school_year, source) == ("draft", SCHOOL_YEAR, RULES)
    newest = (await events(before=None, limit=1))[0]
    assert (newest.action, newest.detail) == ("ruleset.loaded", {"sha256": view.sha256, "id": "essai-2026"})


async def test_one_text_loaded_many_times_at_once_is_one_ruleset(database: Database) -> None:
    found = await asyncio.gather(*(load_ruleset(RULES, by=None, now=NOW) for _ in range(6)))
    assert len(set(found)) == 1
    assert await RulesetRow.count() == 1


async def test_a_text_that_is_no_ruleset_is_refused(database: Database) -> None:
    before = await digest()
    with pytest.raises(RulesetFaults):
        await load_ruleset(RULES.replace('per = "line"', 'per = "galaxy"'), by=None, now=NOW)
    assert await digest() == before


async def test_whoever_wrote_it_cannot_put_it_in_force(database: Database) -> None:
    cast = await the_cast()
    ruleset = await load_ruleset(RULES, by=cast.administrator, now=NOW)
    before = await digest()
    with refused(NotAllowed, "same-person"):
        await activate_ruleset(ruleset, by=cast.administrator, now=NOW)
    with refused(Unknown):
        await activate_ruleset(uuid4(), by=cast.second, now=NOW)
    with refused(Conflict, "no-ruleset"):
        await ruleset_for(SCHOOL_YEAR, AUTUMN)
    assert await digest() == before
    await activate_ruleset(ruleset, by=cast.second, now=NOW)
    assert (await ruleset_for(SCHOOL_YEAR, AUTUMN)).id == ruleset
    before = await digest()
    with refused(Conflict, "ruleset-not-draft"):
        await activate_ruleset(ruleset, by=cast.second, now=NOW)
    assert await digest() == before
    assert (await actions())[-1] == "ruleset.activated"


async def test_the_database_itself_wants_two_people(database: Database) -> None:
    cast = await the_cast()
    ruleset = await load_ruleset(RULES, by=cast.administrator, now=NOW)
    with pytest.raises(Exception, match=r"(?i)constraint"):
        await RulesetRow.raw("UPDATE ruleset SET activated_by = created_by WHERE id = {}", ruleset)


async def test_a_new_version_applies_from_its_first_day(database: Database) -> None:
    cast = await the_cast()
    autumn = await load_ruleset(RULES, by=None, now=NOW)
    await activate_ruleset(autumn, by=cast.second, now=NOW)
    spring = await load_ruleset(FROM_JANUARY, by=None, now=LATER)
    await activate_ruleset(spring, by=cast.second, now=LATER)
    assert (await ruleset_for(SCHOOL_YEAR, AUTUMN)).id == autumn
    assert (await ruleset_for(SCHOOL_YEAR, SPRING)).id == spring
    replacing = await load_ruleset(RULES.replace('"900.00"', '"800.00"'), by=None, now=LATER)
    await activate_ruleset(replacing, by=cast.second, now=LATER)
    states = {view.id: view.state for view in await rulesets()}
    assert states == {autumn: "retired", spring: "retired", replacing: "in_force"}
    assert (await ruleset_for(SCHOOL_YEAR, SPRING)).id == replacing
    assert (await ruleset_by_id(autumn)).ruleset.id == "essai-2026"
