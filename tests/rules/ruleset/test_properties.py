"""What holds for every ruleset and every case."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from itertools import product
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from solidarity.rules.envelopes import Envelope
from solidarity.rules.ruleset import (
    assess,
    assessment_from_json,
    assessment_to_json,
    case_from_json,
    parse,
    parse_case,
    would_pass,
)
from tests.rules.ruleset.written import assessed, case, grant, line, rule, ruleset

ROOT = Path(__file__).parents[3]
FEDERATION = ROOT / "rulesets" / "federation-2026-2027.toml"

PLACES = st.sampled_from(['["*"]', '["transport"]', '["food"]', '["transport.car", "food.canteen"]'])
EUROS = st.integers(0, 300_00).map(lambda cents: f"{cents // 100}.{cents % 100:02}")
WINDOWS = st.sampled_from(
    [
        "line",
        "line_month",
        "request",
        "student_category_year",
        "student_year",
        "household_year",
        "school_year",
        "rolling:P30D",
    ]
)
RATES = st.integers(0, 100_00).map(lambda points: f"{points // 100}.{points % 100:02}%")


def _band(low, high):
    return f'on = "line.days"\nbrackets = [{{ rate_min = "{low}%", rate_max = "{low + high}%" }}]'


def _scale(first, second):
    return (
        'on = "student.quotient_familial_cents"\nmissing = "refer"\n'
        f'brackets = [{{ below = "500.00", rate = "{first}" }}, {{ from = "500.00", rate = "{second}" }}]'
    )


BODIES = st.one_of(
    st.tuples(st.just("cost"), st.integers(0, 500_00).map(lambda cents: f'amount = "{cents}"')),
    st.tuples(
        st.just("cost"), st.integers(0, 9).map(lambda rate: f'unit_rate = "{rate}.1234"\nunits = "line.days"')
    ),
    st.tuples(st.just("deduct"), st.integers(0, 100_00).map(lambda cents: f'amount = "{cents}"')),
    st.tuples(st.just("scale"), st.builds(_scale, RATES, RATES)),
    st.tuples(st.just("scale"), st.builds(_band, st.integers(0, 50), st.integers(0, 50))),
    st.tuples(
        st.just("cap"), st.builds(lambda per, euros: f'per = "{per}"\namount = "{euros}"', WINDOWS, EUROS)
    ),
    st.tuples(st.just("cap"), st.integers(0, 3).map(lambda count: f'per = "request"\ncount = {count}')),
    st.tuples(
        st.just("floor"),
        st.builds(
            lambda per, euros, below: f'per = "{per}"\namount = "{euros}"\nbelow = "{below}"',
            WINDOWS,
            EUROS,
            st.sampled_from(["zero", "refuse"]),
        ),
    ),
    st.tuples(
        st.just("prorate"),
        st.builds(
            lambda mode, of: f'by = "days"\nof = {of}\nmode = "{mode}"',
            st.sampled_from(["keep", "remove"]),
            st.integers(1, 99),
        ),
    ),
    st.tuples(
        st.just("eligibility"),
        st.sampled_from(["refuse", "refer", "warn"]).map(
            lambda severity: f'require = "line.amount_cents < 9000"\nseverity = "{severity}"'
        ),
    ),
    st.tuples(st.just("eligibility"), st.just('require = "student.boarder"\nseverity = "refuse"')),
    st.tuples(st.just("reserve"), st.just('share = "10%"\nuntil = 2027-03-31')),
)
ROUND = st.just(("round", 'to = "1.00"\nmode = "down"'))
RULESETS = st.lists(st.tuples(st.one_of(BODIES, ROUND), PLACES), min_size=1, max_size=7).map(
    lambda rules: ruleset(
        *(rule(kind, keys, rule_id=f"r{n}", places=places) for n, ((kind, keys), places) in enumerate(rules))
    )
)
LINES = st.builds(
    lambda place, cents, last: line(
        cents, category=place[0], kind=place[1], frequency="monthly", period_to=f"2026-{last}-20"
    ),
    st.sampled_from([("transport", "pass"), ("transport", "car"), ("food", "canteen"), ("housing", "rent")]),
    st.integers(0, 150_00),
    st.sampled_from(["10", "11"]),
)
HISTORY = st.lists(
    st.builds(
        lambda cents, day, category: grant(cents, f"2026-09-{day:02}", category=category),
        st.integers(0, 100_00),
        st.integers(1, 30),
        st.sampled_from(["transport", "food"]),
    ),
    max_size=3,
)
CASES = st.builds(
    lambda lines, history, qf, boarder: case(
        *lines, history=history, student={"quotient_familial_cents": qf, "boarder": boarder}
    ),
    st.lists(LINES, min_size=1, max_size=3),
    HISTORY,
    st.one_of(st.none(), st.integers(0, 1500_00)),
    st.sampled_from([True, True, False, None]),
)


@settings(max_examples=150, deadline=None)
@given(RULESETS, CASES)
def test_steps_chain_and_no_amount_is_negative_or_above_what_was_asked(rules, written):
    found = assess(rules, case_from_json(written, rules))
    for each in found.lines:
        amounts = [each.requested_cents]
        for step in each.steps:
            assert step.before_cents == amounts[-1]
            amounts.append(step.after_cents)
        assert amounts[-1] == each.proposed_cents
        assert min(amounts) >= 0
        assert each.proposed_cents <= each.most_grantable_cents <= each.requested_cents
        changed = [
            step.rule
            for step in each.steps
            if step.before_cents != step.after_cents
            and next(rule.kind for rule in rules.rules if rule.id == step.rule) != "round"
        ]
        assert each.binding_rule == (changed[-1] if changed else None)
        assert not each.is_refused or each.proposed_cents == 0
    assert found.proposed_cents == sum(each.proposed_cents for each in found.lines)
    assert (found.outcome.value == "not_eligible") == all(each.is_refused for each in found.lines)
    assert found.largest_grantable_cents >= (found.proposed_cents if found.outcome.value == "payable" else 0)


@settings(max_examples=100, deadline=None)
@given(RULESETS, CASES)
def test_the_stored_form_comes_back_the_same(rules, written):
    found = assess(rules, case_from_json(written, rules))
    stored = json.dumps(
        assessment_to_json(found, None), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    again = assessment_from_json(json.loads(stored))
    assert again == found
    assert assessment_to_json(again, "fr") == assessment_to_json(found, "fr")


@settings(max_examples=80, deadline=None)
@given(
    st.lists(LINES, min_size=1, max_size=3), HISTORY, WINDOWS, st.integers(0, 300_00), st.integers(0, 50_00)
)
def test_a_higher_cap_never_lowers_the_total(lines, history, per, cents, more):
    def total(amount):
        euros = f"{amount // 100}.{amount % 100:02}"
        rules = ruleset(rule("cap", f'per = "{per}"\namount = "{euros}"'))
        return assessed(rules, *lines, history=history).proposed_cents

    assert total(cents) <= total(cents + more)


SMALL_ENVELOPES = st.lists(
    st.builds(
        lambda category, cents: (category, cents),
        st.sampled_from([None, "transport", "food"]),
        st.integers(0, 8),
    ),
    max_size=3,
    unique_by=lambda pair: pair[0],
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["transport", "food"]), st.integers(0, 7)), min_size=1, max_size=3),
    SMALL_ENVELOPES,
    st.integers(1, 15),
    st.booleans(),
)
def test_the_largest_grantable_passes_and_one_cent_more_does_not(asked, envelopes, shared, has_band):
    parts = [rule("cap", f'per = "request"\namount = "0.{shared:02}"', rule_id="cap")]
    if has_band:
        parts.append(
            rule(
                "scale",
                'on = "line.days"\nbrackets = [{ rate_min = "30%", rate_max = "80%" }]',
                rule_id="band",
            )
        )
    rules = ruleset(*parts)
    kinds = {"transport": "pass", "food": "canteen"}
    lines = [line(cents, category=category, kind=kinds[category]) for category, cents in asked]
    built = replace(
        case_from_json(case(*lines), rules),
        envelopes=tuple(
            Envelope(
                id=str(category),
                name="x",
                category=category,
                school=None,
                region_code=None,
                available_cents=cents,
            )
            for category, cents in envelopes
        ),
    )
    found = assess(rules, built)
    passing = [
        sum(amounts)
        for amounts in product(*[range(cents + 2) for _, cents in asked])
        if would_pass(rules, built, found, dict(enumerate(amounts, start=1)))
    ]
    assert found.largest_grantable_cents == max(passing)


PROGRAM = """
import json, sys
from solidarity.rules.ruleset import assess, assessment_to_json, parse, parse_case
rules = parse(open(sys.argv[1], "rb").read())
found = assess(rules, parse_case(sys.stdin.read(), rules))
print(json.dumps(assessment_to_json(found, None), sort_keys=True, separators=(",", ":"), ensure_ascii=False))
"""


def test_the_bytes_are_the_same_whatever_the_hash_seed():
    written = json.dumps(
        case(
            line(200_00, kind="car", facts={"distance": 12, "days_present": 9}),
            line(90_00, category="food", kind="canteen"),
            line(90_00, category="housing", kind="rent"),
            student={"quotient_familial_cents": 950_00},
            documents=["income", "lease", "attendance"],
            history=[grant(10_00, "2026-09-10")],
            envelope={"available_cents": 100_00},
        )
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", PROGRAM, str(FEDERATION)],
            input=written.encode(),
            capture_output=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8"},
        ).stdout
        for seed in ("0", "1", "2")
    }
    rules = parse(FEDERATION.read_bytes())
    here = assessment_to_json(assess(rules, parse_case(written, rules)), None)
    expected = json.dumps(here, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode() + b"\n"
    assert printed == {expected}
