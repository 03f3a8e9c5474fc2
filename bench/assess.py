"""One assessment beside one call of a compiled CEL expression, and what thousands of them cost."""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from solidarity.rules.ruleset import Case, Ruleset, assess, assessment_to_json, parse, parse_case
from solidarity.rules.ruleset.expressions import cel

FEDERATION = Path(__file__).parent.parent / "rulesets" / "federation-2026-2027.toml"
MOST_RATIO = 60
ROUNDS = 15
SIZES = (1_000, 10_000, 100_000)

YEAR = {"frequency": "monthly", "period_from": "2026-10-01", "period_to": "2027-06-30"}
THREE_LINES = {
    "today": "2026-10-01",
    "student": {"birth_date": "2010-03-14", "quotient_familial_cents": 40_000, "household_size": 4},
    "request": {
        "lines": [
            {"category": "transport", "kind": "pass", "amount_cents": 4_000, **YEAR},
            {
                "category": "housing",
                "kind": "rent",
                "amount_cents": 30_000,
                **YEAR,
                "facts": {"housing_benefit": 90},
            },
            {"category": "food", "kind": "canteen", "amount_cents": 5_000, **YEAR},
        ]
    },
    "documents": ["pass", "lease", "invoice", "income"],
    "envelope": {"available_cents": 10_000_000},
}


def microseconds(act: Callable[[], object], times: int) -> float:
    began = time.thread_time()
    for _ in range(times):
        act()
    return (time.thread_time() - began) / times * 1_000_000


def beside_cel(rules: Ruleset, case: Case) -> None:
    """Processor time; rounds of both, one after the other, so that a slow moment meets both."""
    program, values = cel.compile("student.age >= 15"), {"student": {"age": 16}}
    acts: dict[str, tuple[Callable[[], Any], int]] = {
        "a bare CEL call, one comparison": (lambda: program.execute(values), 5_000),
        "an assessment of three lines": (lambda: assess(rules, case), 200),
        "the same, as JSON in French": (lambda: assessment_to_json(assess(rules, case), "fr"), 100),
        "the same, amounts only": (lambda: assess(rules, case, speaks=False), 200),
    }
    rounds = [{name: microseconds(*act) for name, act in acts.items()} for _ in range(ROUNDS)]
    call = next(iter(acts))
    for name in acts:
        cost, ratio = (
            median(each[name] for each in rounds),
            median(each[name] / each[call] for each in rounds),
        )
        wanted = "" if name == call else f"   {ratio:5.1f} × a bare call, {MOST_RATIO} wanted at most"
        print(f"{name:<32} {cost:8.1f} µs{wanted}", flush=True)


def cases_of(case: Case, size: int) -> list[Case]:
    """Requests that differ as those of a year do: amounts, quotient familial, months."""
    return [
        replace(
            case,
            student=replace(case.student, quotient_familial_cents=20_000 + 37 * number % 110_000),
            lines=tuple(
                replace(line, amount_cents=line.amount_cents + 11 * number % 9_000) for line in case.lines
            ),
        )
        for number in range(size)
    ]


def thousands(rules: Ruleset, case: Case, size: int, *, speaks: bool) -> float:
    """Assessments a second on one core."""
    cases = cases_of(case, size)
    began = time.thread_time()
    for each in cases:
        assess(rules, each, speaks=speaks)
    return size / (time.thread_time() - began)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=SIZES[-1], help="the largest number of cases")
    wanted = parser.parse_args()
    rules = parse(FEDERATION.read_bytes())
    case = parse_case(json.dumps(THREE_LINES), rules)
    beside_cel(rules, case)
    for speaks, name in ((True, "whole assessments"), (False, "amounts only")):
        for size in SIZES:
            if size <= wanted.most:
                pace = thousands(rules, case, size, speaks=speaks)
                print(f"{size:>8,} {name:<18} {pace:8,.0f} a second", flush=True)


if __name__ == "__main__":
    main()
