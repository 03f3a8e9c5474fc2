"""A ruleset tried on a past school year: requests read, assessed on every core, added up."""

from collections.abc import Awaitable, Callable
from contextlib import aclosing
from functools import partial

from solidarity.rules.calendar import school_year_bounds
from solidarity.rules.errors import Conflict
from solidarity.rules.ruleset.simulate import Question
from solidarity.rules.ruleset.simulated_totals import Summary, Tally, tally_students
from solidarity.rulesets.many_cores import in_order
from solidarity.rulesets.past_requests import common_facts, count_past, envelopes_of, past_students
from solidarity.rulesets.queries import parsed

Progress = Callable[[int, int], Awaitable[None]]
"""Told, now and then, how many requests are done, and of how many."""


async def say_nothing(_done: int, _total: int) -> None:
    """The progress nobody watches."""


async def simulate_year(
    source: str, school_year: str, *, workers: int, progress: Progress = say_nothing
) -> Summary:
    """What the rules of this text would have proposed for every decided request of that year.

    Nothing is written. Raises `RulesetFaults`, `Unreadable("school-year-unreadable")`, and
    `Conflict("nothing-decided")` for a year without a decided request.
    """
    school_year_bounds(school_year)
    ruleset = parsed(source)
    total = await count_past(school_year)
    if total == 0:
        raise Conflict("nothing-decided", school_year=school_year)
    question = Question(
        source=source,
        from_year=school_year,
        facts_in_common=await common_facts(school_year, ruleset),
    )
    tally = Tally()
    await progress(0, total)
    work = partial(tally_students, question)
    async with aclosing(in_order(work, past_students(school_year), workers=workers)) as answers:
        async for found in answers:
            tally.merge(found)
            await progress(tally.count, max(tally.count, total))
    return tally.summary(await envelopes_of(school_year))
