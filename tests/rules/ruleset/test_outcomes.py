"""What the results mean: severities, papers, nulls, parameters that wait."""

import pytest

from solidarity.rules.ruleset import DocumentFact, assess, case_from_json
from tests.rules.ruleset.written import assessed, case, line, rule, ruleset


def eligible(require, severity="refuse", rule_id="r", **more):
    return rule(
        "eligibility", f"require = '''{require}'''\nseverity = \"{severity}\"", rule_id=rule_id, **more
    )


AGE_20 = {"birth_date": "2006-01-01"}


@pytest.mark.parametrize(
    ("severity", "outcome", "proposed"),
    [("refuse", "not_eligible", 0), ("refer", "needs_judgement", 100_00), ("warn", "payable", 100_00)],
)
def test_severities(severity, outcome, proposed):
    found = assessed(ruleset(eligible("student.age < 19", severity)), student=AGE_20)
    assert (found.outcome.value, found.proposed_cents) == (outcome, proposed)
    assert (found.checks[0].passed, found.checks[0].severity.value) == (False, severity)


def test_the_worst_result_wins_and_every_reason_is_there():
    rules = ruleset(
        eligible("student.age < 19", "warn", "w"),
        eligible("student.age < 19", "refer", "j"),
        rule("documents", 'all_of = ["lease"]', rule_id="d"),
    )
    found = assessed(rules, student=AGE_20)
    assert found.outcome.value == "incomplete"
    assert [(check.rule, check.passed) for check in found.checks] == [
        ("w", False),
        ("j", False),
        ("d", False),
    ]
    assert (
        assessed(ruleset(eligible("student.age < 19", "refuse")), student=AGE_20).outcome.value
        == "not_eligible"
    )


@pytest.mark.parametrize(
    ("require", "named"),
    [
        ("student.quotient_familial_cents < 50000", "quotient_familial_cents"),
        ("student.boarder", "boarder"),
        ("!student.boarder", "boarder"),
        ("size(student.trade) > 2", "trade"),
        ("min(student.household_size, 3) > 1", "household_size"),
        ("line.facts.distance_milli > 3000", "distance"),
        ("days_between(request.submitted_on, today) < 30", "submitted_on"),
    ],
)
@pytest.mark.parametrize("severity", ["refuse", "refer"])
def test_a_null_where_a_value_is_needed_is_incomplete_and_names_the_fact(require, named, severity):
    facts = '[facts.distance]\ntype = "number"\nlabel = { fr = "trajet", en = "way" }\n'
    found = assessed(ruleset(facts, eligible(require, severity)))
    [check] = found.checks
    assert (found.outcome.value, check.passed, found.proposed_cents) == ("incomplete", None, 100_00)
    assert named in check.message.fr
    assert named in check.message.en


@pytest.mark.parametrize(
    ("require", "passed"),
    [
        ("student.trade == null", True),
        ("student.trade != null", False),
        ("has(student.trade)", False),
        ("!has(student.trade) || student.trade == 'x'", True),
        ("student.boarder == null ? true : student.boarder", True),
        ("student.trade == 'plomberie'", False),
        ("student.age > 10 || student.boarder", True),
    ],
)
def test_a_null_may_be_asked_for(require, passed):
    assert assessed(ruleset(eligible(require))).checks[0].passed is passed


def test_a_when_that_meets_a_null_is_found_not_guessed():
    rules = ruleset(rule("cap", 'per = "line"\namount = "10.00"\nwhen = "student.boarder"'))
    unknown, yes, no = (assessed(rules, student={"boarder": boarder}) for boarder in (None, True, False))
    assert (unknown.outcome.value, unknown.proposed_cents, unknown.checks[0].passed) == (
        "incomplete",
        100_00,
        None,
    )
    assert (yes.proposed_cents, no.proposed_cents) == (10_00, 100_00)
    assert (yes.outcome.value, no.outcome.value) == ("payable", "payable")


@pytest.mark.parametrize(
    "expression",
    ["line.amount_cents / (line.months - 1)", "line.amount_cents * 9223372036854", "{'car': 5}[line.kind]"],
)
def test_an_impossible_computation_is_incomplete_and_never_a_crash(expression):
    found = assessed(ruleset(rule("deduct", f'amount = "{expression}"')), line(10_000_000))
    assert (found.outcome.value, found.proposed_cents) == ("incomplete", 10_000_000)
    assert found.checks[0].passed is None


@pytest.mark.parametrize(
    ("keys", "given", "needs"),
    [
        ('all_of = ["lease", "income"]', ["lease"], ("income",)),
        ('all_of = ["lease", "income"]', ["lease", "income"], ()),
        ('any_of = ["quote", "invoice"]', [], ("quote", "invoice")),
        ('any_of = ["quote", "invoice"]', ["invoice"], ()),
        (
            'all_of = ["attestation_x"]\nany_of = ["quote", "invoice"]',
            [],
            ("attestation_x", "quote", "invoice"),
        ),
    ],
)
def test_papers_that_are_missing_are_named(keys, given, needs):
    message = "{ fr = 'Il manque {missing}', en = 'Missing {missing}' }"
    found = assessed(ruleset(rule("documents", keys, message=message)), documents=given)
    assert found.checks[0].needs == needs
    assert found.outcome.value == ("incomplete" if needs else "payable")
    assert all(kind in found.checks[0].message.en for kind in needs)


@pytest.mark.parametrize(
    ("valid_for", "dated", "is_valid"),
    [
        ("school_year", "2026-09-01", True),
        ("school_year", "2026-08-31", False),
        ("P3M", "2026-07-01", True),
        ("P3M", "2026-06-30", False),
        ("P10D", "2026-09-21", True),
        ("P10D", "2026-09-20", False),
        ("P3M", None, True),
    ],
)
def test_a_paper_may_be_too_old(valid_for, dated, is_valid):
    rules = ruleset(rule("documents", f'all_of = ["income"]\nvalid_for = "{valid_for}"'))
    found = assessed(rules, documents=[{"kind": "income", "dated": dated}])
    assert found.checks[0].passed is is_valid


def test_papers_are_not_asked_for_a_refused_line():
    rules = ruleset(
        eligible("line.kind == 'pass'", places='["transport"]'),
        rule("documents", 'all_of = ["quote"]', rule_id="d", places='["transport.car"]'),
    )
    found = assessed(rules, line(), line(kind="car"))
    assert (found.outcome.value, [check.rule for check in found.checks]) == ("payable", ["r"])
    assert (found.checks[0].passed, found.checks[0].lines) == (False, (2,))


def test_a_failed_condition_names_the_figures_that_failed():
    message = "{ fr = 'QF {value}, limite {limit}', en = 'QF {value}, limit {limit}' }"
    rules = ruleset(
        '[params]\nceiling = "500.00"',
        eligible("student.age >= 15 && student.quotient_familial_cents < params.ceiling", message=message),
    )
    found = assessed(rules, student={"quotient_familial_cents": 612_50})
    assert found.checks[0].message.fr == "QF 612,50\u00a0€, limite 500,00\u00a0€"
    young = assessed(rules, student={"birth_date": "2014-01-01", "quotient_familial_cents": 100_00})
    assert young.checks[0].message.en == "QF 12, limit 15"


RATES = """
[[params.km_rate]]
from = 2026-09-01
value = "0.25"
[[params.km_rate]]
from = 2027-01-01
value = "0.30"
confirmed = false
"""


@pytest.mark.parametrize(
    ("first", "last", "expected", "waits"),
    [
        ("2026-10-01", "2026-10-31", 25, False),
        ("2026-12-31", "2027-03-31", 25, False),  # across the change: the value of its first day
        ("2027-01-01", "2027-01-31", 30, True),
    ],
)
def test_a_dated_parameter_is_that_of_the_first_day(first, last, expected, waits):
    rules = ruleset(RATES, rule("cost", 'amount = "params.km_rate"'))
    [found] = assessed(rules, line(period_from=first, period_to=last)).lines
    assert (found.proposed_cents, found.awaits_rate) == (expected, waits)


def test_a_line_that_does_not_use_the_unconfirmed_value_does_not_wait():
    rules = ruleset(RATES, rule("cost", 'amount = "params.km_rate"', places='["food"]'))
    [found] = assessed(rules, line(period_from="2027-01-01", period_to="2027-01-31")).lines
    assert found.awaits_rate is False


def test_before_the_first_value_of_a_parameter_the_case_is_incomplete():
    rules = ruleset(RATES, rule("cost", 'amount = "params.km_rate"'))
    found = assessed(rules, line(period_from="2026-08-01", period_to="2026-08-31"))
    assert (found.outcome.value, found.proposed_cents) == ("incomplete", 100_00)
    assert "km_rate" in found.checks[0].message.en


def test_zero_is_payable_and_is_not_a_refusal():
    rules = ruleset(rule("scale", 'on = "line.months"\nbrackets = [{ rate = "0%" }]'))
    found = assessed(rules)
    assert (found.outcome.value, found.proposed_cents, found.lines[0].is_refused) == ("payable", 0, False)


def test_a_document_without_a_date_is_valid_in_a_case_built_by_hand():
    rules = ruleset(rule("documents", 'all_of = ["income"]\nvalid_for = "school_year"'))
    built = case_from_json(case(documents=["income"]), rules)
    assert built.documents == (DocumentFact(kind="income", dated=None),)
    assert assess(rules, built).outcome.value == "payable"
