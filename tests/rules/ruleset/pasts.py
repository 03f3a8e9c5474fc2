"""Past requests for the tests of simulations, replays and settlements: rules of a year, a case, a decision."""

from datetime import date

from solidarity.rules.envelopes import Envelope
from solidarity.rules.ruleset import (
    Case,
    LineFacts,
    PastGrant,
    Ruleset,
    StudentFacts,
    assess,
    parse,
)
from solidarity.rules.ruleset.case_record import case_to_record
from solidarity.rules.ruleset.moving import facts_in_common
from solidarity.rules.ruleset.replay import canonical
from solidarity.rules.ruleset.simulate import (
    Past,
    PastLine,
    Question,
    Simulated,
    simulate_students,
)
from solidarity.rules.ruleset.simulated_totals import Summary, Tally
from tests.build import RULES

THEN, NOW = "2025-2026", "2026-2027"
CAR = """
[facts.distance]
type = "number"
unit = "km_one_way"
label = { fr = "distance en km", en = "distance in km" }
kinds = ["transport.car"]

[[params.km_rate]]
from = 2026-09-01
value = "0.20"
confirmed = false

[[rule]]
id = "car"
kind = "cost"
title = { fr = "Trajets", en = "Journeys" }
applies_to = ["transport.car"]
amount = "half_up_div(line.facts.distance_milli * params.km_rate, 1000)"
"""
PAPER = """
[[rule]]
id = "income"
kind = "documents"
title = { fr = "Revenus", en = "Income" }
applies_to = ["*"]
all_of = ["income"]
message = { fr = "Il manque : {missing}.", en = "Missing: {missing}." }
"""


def rules_of(year: str, text: str = RULES, **changes: str) -> str:
    """The trial scale of that school year, with some of its amounts changed."""
    first = int(year[:4]) - 2026
    for day in ("2026-09-01", "2027-08-31"):
        text = text.replace(day, f"{int(day[:4]) + first}{day[4:]}")
    text = text.replace("2026-2027", year)
    for old, new in changes.items():
        text = text.replace(f'"{old.removeprefix("c")}.00"', f'"{new}"')
    return text


OLD = parse(rules_of(THEN))


def a_line(amount_cents: int = 30_000, **parts: object) -> LineFacts:
    known: dict[str, object] = {
        "category": "transport",
        "kind": "pass",
        "amount_cents": amount_cents,
        "frequency": "once",
        "period_from": date(2025, 11, 1),
        "period_to": date(2026, 6, 30),
    }
    return LineFacts(**(known | parts))  # type: ignore[arg-type]


def a_case(*lines: LineFacts, day: date = date(2025, 11, 12), history: tuple[PastGrant, ...] = ()) -> Case:
    return Case(
        today=day,
        student=StudentFacts(
            birth_date=date(2009, 3, 14), quotient_familial_cents=40_000, school="roubaix", region_code="32"
        ),
        lines=lines or (a_line(),),
        history=history,
    )


def a_past(
    case: Case, reference: str, *, granted: int | None = None, student: str = "a", rules: Ruleset = OLD
) -> Past:
    """A request decided on these rules; without `granted` each line got what was proposed."""
    found = assess(rules, case)
    return Past(
        reference=reference,
        student=student,
        order=case.today.toordinal(),
        outcome=found.outcome.value,
        ruleset_sha256=rules.sha256,
        facts=canonical(case_to_record(case)),
        lines=tuple(
            PastLine(
                proposed_cents=line.proposed_cents,
                granted_cents=line.proposed_cents if granted is None else granted,
            )
            for line in found.lines
        ),
    )


def asked(source: str, rules: Ruleset = OLD) -> Question:
    """These rules, tried on requests that were decided on those."""
    common = {rules.sha256: facts_in_common(rules, parse(source))}
    return Question(source=source, from_year=THEN, facts_in_common=common)


def tried(source: str, *students: list[Past], rules: Ruleset = OLD) -> list[Simulated]:
    return simulate_students(asked(source, rules), students)


def summed(found: list[Simulated], *envelopes: Envelope) -> Summary:
    tally = Tally()
    for one in found:
        tally.add(one)
    return tally.summary(envelopes)
