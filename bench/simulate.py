"""Simulated requests a second, on one core and on two, and how the cost grows with their number."""

import argparse
import asyncio
import json
import random
import resource
import sys
import time
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import partial
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from solidarity.rules.ruleset import Case, DocumentFact, LineFacts, Ruleset, StudentFacts, assess, parse
from solidarity.rules.ruleset.case_record import case_to_record
from solidarity.rules.ruleset.moving import facts_in_common
from solidarity.rules.ruleset.simulate import Past, PastLine, Question, simulate_students
from solidarity.rules.ruleset.simulated_totals import Summary, Tally, tally_students
from solidarity.rulesets.many_cores import in_order

FOLDER = Path(__file__).parent.parent / "rulesets"
THEN, TRIED = "federation-2025-2026.toml", "federation-2026-2027.toml"
YEAR = "2025-2026"
REQUESTS_OF_A_STUDENT = 4
STUDENTS_AT_ONCE = 150
DIFFERENT = 400
"""Students of different cases; beyond them the same cases come again under other names."""
LINES = (
    ("transport", "pass", 4_000, "monthly"),
    ("housing", "rent", 30_000, "monthly"),
    ("food", "canteen", 6_000, "monthly"),
)


def a_case(dice: random.Random, turn: int) -> Case:
    """A request of one to three lines, two on average, with the papers the rules want."""
    first = date(2025, 9, 1) + timedelta(days=70 * turn + dice.randrange(60))
    lines = tuple(
        LineFacts(
            category=category,
            kind=kind,
            amount_cents=amount + dice.randrange(2_000),
            frequency=frequency,
            period_from=first,
            period_to=min(first + timedelta(days=90), date(2026, 6, 30)),
            facts={"housing_benefit": 100} if kind == "rent" else {},
        )
        for category, kind, amount, frequency in dice.sample(LINES, dice.choice((1, 2, 3)))
    )
    return Case(
        today=first,
        student=StudentFacts(
            birth_date=date(2009, 1, 1) + timedelta(days=dice.randrange(700)),
            quotient_familial_cents=dice.randrange(20_000, 130_000),
            school="lanne",
            region_code="76",
        ),
        lines=lines,
        submitted_on=first,
        documents=tuple(DocumentFact(kind=kind) for kind in ("income", "pass", "lease", "invoice")),
    )


def a_past(ruleset: Ruleset, case: Case, number: int) -> Past:
    found = assess(ruleset, case)
    return Past(
        reference=f"2025-{number:06}",
        student=str(number // REQUESTS_OF_A_STUDENT),
        order=case.today.toordinal(),
        outcome=found.outcome.value,
        ruleset_sha256=ruleset.sha256,
        facts=json.dumps(case_to_record(case), sort_keys=True, separators=(",", ":")),
        lines=tuple(
            PastLine(proposed_cents=line.proposed_cents, granted_cents=line.proposed_cents)
            for line in found.lines
        ),
    )


def students_of(ruleset: Ruleset) -> list[list[Past]]:
    dice = random.Random(20251122)
    return [
        [
            a_past(ruleset, a_case(dice, turn), student * REQUESTS_OF_A_STUDENT + turn)
            for turn in range(REQUESTS_OF_A_STUDENT)
        ]
        for student in range(DIFFERENT)
    ]


def renamed(pasts: list[Past], number: int) -> list[Past]:
    """The same requests as those of another student."""
    return [replace(past, student=str(number)) for past in pasts]


async def pieces_of(students: list[list[Past]], requests: int) -> AsyncIterator[list[list[Past]]]:
    """So many requests, some students at a time, as they would come from the database."""
    wanted = requests // REQUESTS_OF_A_STUDENT
    for place in range(0, wanted, STUDENTS_AT_ONCE):
        yield [
            renamed(students[number % DIFFERENT], number)
            for number in range(place, min(place + STUDENTS_AT_ONCE, wanted))
        ]


async def simulated(question: Question, students: list[list[Past]], requests: int, workers: int) -> Summary:
    tally = Tally()
    work = partial(tally_students, question)
    async with aclosing(in_order(work, pieces_of(students, requests), workers=workers)) as answers:
        async for found in answers:
            tally.merge(found)
    return tally.summary([])


@dataclass(frozen=True, kw_only=True, slots=True)
class Measured:
    """One run, with the start of its processes: by the clock on the wall, and what the processors worked."""

    requests: int
    wall_seconds: float
    busy_seconds: float
    summary: Summary

    @property
    def per_core_second(self) -> float:
        return self.requests / self.busy_seconds


def measured(question: Question, students: list[list[Past]], requests: int, workers: int) -> Measured:
    began, worked = time.perf_counter(), busy()
    summary = asyncio.run(simulated(question, students, requests, workers))
    return Measured(
        requests=requests,
        wall_seconds=time.perf_counter() - began,
        busy_seconds=busy() - worked,
        summary=summary,
    )


def busy() -> float:
    """Seconds of processor time of this process and of those it started, once they have ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def told(one: Measured, workers: int) -> str:
    each = one.busy_seconds / one.requests * 1e6
    return (
        f"{one.requests:>9,} requests, {workers} process(es): {one.requests / one.wall_seconds:7,.0f}/s "
        f"by the wall, {one.per_core_second:7,.0f}/s of one core, {each:5.0f} µs each"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--requests", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sizes", type=int, nargs="*", default=[1_000, 10_000, 100_000])
    options = parser.parse_args()
    then, source = parse((FOLDER / THEN).read_text()), (FOLDER / TRIED).read_text()
    students = students_of(then)
    common = {then.sha256: facts_in_common(then, parse(source))}
    question = Question(source=source, from_year=YEAR, facts_in_common=common)
    simulate_students(question, students[:50])
    summaries = []
    for workers in (1, 2):
        rounds = [measured(question, students, options.requests, workers) for _ in range(options.rounds)]
        summaries += [one.summary for one in rounds]
        print(told(sorted(rounds, key=lambda one: one.busy_seconds)[len(rounds) // 2], workers))
    assert all(summary == summaries[0] for summary in summaries), "the result depends on the processes"
    for size in options.sizes:
        one = measured(question, students, size, 2)
        memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        print(f"{told(one, 2)}, {memory} MB")


if __name__ == "__main__":
    main()
