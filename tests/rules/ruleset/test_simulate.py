"""Past requests under other rules: days moved, history built up, choices kept, figures added."""

import pickle
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidarity.rules.calendar import age_on, months_touched, school_year_of
from solidarity.rules.envelopes import Envelope
from solidarity.rules.ruleset import (
    DocumentFact,
    PastGrant,
    parse,
)
from solidarity.rules.ruleset.moving import moved, years_between
from solidarity.rules.ruleset.simulate import (
    PastLine,
    kept_choice,
)
from solidarity.rules.ruleset.simulated_totals import Tally, tally_students
from solidarity.rules.ruleset.spending import Commitment, spend
from tests.build import RULES
from tests.rules.ruleset.pasts import (
    CAR,
    NOW,
    PAPER,
    THEN,
    a_case,
    a_line,
    a_past,
    asked,
    rules_of,
    summed,
    tried,
)

# Days


DAYS = st.dates(date(2016, 1, 1), date(2032, 12, 31))


@given(
    day=DAYS,
    birth=st.dates(date(1998, 1, 1), date(2014, 12, 31)),
    months=st.integers(0, 11),
    years=st.integers(-3, 5),
)
def test_a_case_moved_by_whole_years_keeps_ages_months_and_school_years(
    day: date, birth: date, months: int, years: int
) -> None:
    last = day + timedelta(days=28 * months)
    grant = PastGrant(
        category="food", granted_cents=1, decided_on=day, period_from=day, period_to=last, household=True
    )
    case = replace(
        a_case(
            a_line(
                period_from=day, period_to=last, supplier="SNCF", description="Train", facts={"distance": 3}
            ),
            day=day,
            history=(grant,),
        ),
        submitted_on=day,
    )
    case = replace(
        case,
        student=replace(case.student, birth_date=birth),
        documents=(DocumentFact(kind="income", dated=day),),
    )
    found = moved(case, years)
    line = found.lines[0]
    assert found.student.age_on(found.today) == age_on(birth, day)
    assert months_touched(line.period_from, line.period_to) == months_touched(day, last)
    assert years_between(school_year_of(day), school_year_of(found.today)) == years
    assert school_year_of(line.period_from) == school_year_of(found.today)
    assert found.submitted_on == found.documents[0].dated == found.history[0].decided_on == found.today
    assert found.history[0].household
    assert moved(case, 0) is case
    # A cycle of leap years and back: nothing else changed, no field was forgotten.
    assert moved(moved(case, 28), -28) == case


# One pupil after the other


def test_the_same_rules_change_nothing() -> None:
    first = a_past(a_case(), "2025-000001")
    before = PastGrant(
        category="transport",
        granted_cents=30_000,
        decided_on=date(2025, 11, 12),
        period_from=date(2025, 11, 1),
        period_to=date(2026, 6, 30),
    )
    second = a_past(
        a_case(a_line(80_000, category="housing", kind="rent"), day=date(2026, 2, 1), history=(before,)),
        "2025-000002",
    )
    for source in (rules_of(THEN), rules_of(NOW), rules_of("2028-2029")):
        summary = summed(tried(source, [second, first]))
        assert summary.total.difference_cents == 0
        assert summary.total.proposed_cents == summary.total.new_proposed_cents == 70_000
        assert (summary.pupils.gain, summary.pupils.lose, summary.changes) == (0, 0, ())


def test_history_is_what_the_simulation_granted_and_what_lies_outside_the_year() -> None:
    year_before = PastGrant(
        category="food",
        granted_cents=50_000,
        decided_on=date(2025, 5, 2),
        period_from=date(2025, 5, 1),
        period_to=date(2025, 6, 30),
    )
    in_reality = replace(year_before, decided_on=date(2025, 10, 1), period_from=date(2025, 10, 1))
    sibling = replace(in_reality, household=True, granted_cents=1_000)
    first = a_past(a_case(a_line(40_000), day=date(2025, 10, 1)), "2025-000001")
    second = a_past(
        a_case(a_line(40_000, category="food", kind="canteen"), history=(year_before, in_reality, sibling)),
        "2025-000002",
    )
    # 400 € then leave 500 € of 900 € in reality; of 600 € the simulation has 200 € left.
    found = tried(rules_of(NOW, c900="600.00"), [first, second])
    assert [one.lines[0].new_granted_cents for one in found] == [40_000, 20_000]
    assert second.lines[0].proposed_cents == 40_000
    rolling = rules_of(NOW).replace('per = "student_year"', 'per = "rolling:P12M"')
    assert tried(rolling, [first, second])[1].lines[0].new_granted_cents == 0


@pytest.mark.parametrize(
    ("proposed", "granted", "proposed_now", "kept"),
    [
        (100, 100, 150, 150),
        (100, 100, 0, 0),
        (100, 0, 150, 0),
        (100, 60, 150, 60),
        (100, 60, 40, 40),
        (0, 80, 0, 80),
        (0, 80, 90, 90),
    ],
)
def test_what_people_chose_is_kept(proposed: int, granted: int, proposed_now: int, kept: int) -> None:
    assert kept_choice(PastLine(proposed_cents=proposed, granted_cents=granted), proposed_now) == kept


def test_what_the_new_rules_want_to_know_is_named() -> None:
    then = parse(rules_of(THEN, RULES + CAR.replace("2026-09-01", "2025-09-01")))
    car = a_line(kind="car", facts={"distance": Decimal("12.4")})
    past = a_past(a_case(car, a_line(category="housing", kind="rent")), "2025-000001", rules=then)
    same = tried(rules_of(NOW, RULES + CAR + PAPER), [past], rules=then)[0]
    assert (same.outcome, same.lines[0].new_proposed_cents, same.lacks_facts) == ("incomplete", 248, ())
    assert [text.fr for text in same.lacks_papers] == [
        "Il manque : justificatif de ressources ou de quotient familial."
    ]
    round_trip = CAR.replace("km_one_way", "km_round_trip")
    other = tried(rules_of(NOW, RULES + round_trip), [past], rules=then)[0]
    assert [text.fr for text in other.lacks_facts] == ["Information manquante : distance en km (distance)."]
    kinds = '\n[kinds]\ntransport = ["pass"]\nhousing = ["rent"]\nfood = ["canteen"]\n'
    without = tried(rules_of(NOW, RULES.replace("\n[[rule]]", kinds + "\n[[rule]]", 1)), [past], rules=then)[
        0
    ]
    assert (without.lacks_kinds, without.lines[0].new_granted_cents) == (("transport.car",), 0)
    assert without.lines[1].new_granted_cents == 30_000
    summary = summed([same, other])
    assert {(one.kind, one.requests) for one in summary.lacking} == {("paper", 1), ("fact", 1)}
    assert (summary.incomplete_requests, summary.uncertain_cents) == (2, 248 + 3 * 30_000)


def test_figures_add_up_whatever_the_order_and_the_cutting() -> None:
    students = [
        [
            a_past(
                a_case(a_line(10_000 * (1 + number % 5)), day=date(2025, 10, 1) + timedelta(days=30 * turn)),
                f"2025-{number:04}{turn:02}",
                student=str(number),
                granted=None if number % 3 else 5_000,
            )
            for turn in range(3)
        ]
        for number in range(12)
    ]
    source = rules_of(NOW, c400="250.00")
    whole = summed(tried(source, *students))
    parts = [one for pasts in reversed(students) for one in tried(source, pasts)]
    assert summed(list(reversed(parts))) == replace(
        whole, changes=tuple(replace(each, references=each.references[::-1]) for each in whole.changes)
    )
    merged = Tally()
    for pasts in students:
        merged.merge(pickle.loads(pickle.dumps(tally_students(asked(source), [pasts]))))
    assert (merged.count, merged.summary([])) == (36, whole)
    for groups in (whole.by_category, whole.by_school, whole.by_region, whole.by_month):
        assert sum(each.new_granted_cents for each in groups) == whole.total.new_granted_cents
        assert sum(each.granted_cents for each in groups) == whole.total.granted_cents
    assert [each.key for each in whole.by_month] == ["2025-10", "2025-11"]
    assert whole.pupils.count == 12
    assert whole.pupils.lose == len([each for each in whole.changes if each.difference_cents < 0]) > 0
    assert whole.new_outcomes == {"payable": 36}


def test_who_becomes_eligible_and_who_stops_being() -> None:
    refusing = rules_of(THEN).replace('severity = "refer"', 'severity = "refuse"')
    lower = refusing.replace("60000", "30000")
    strict = parse(lower)
    poor = replace(a_case(), student=replace(a_case().student, quotient_familial_cents=20_000))
    rows = [
        [a_past(a_case(), "r1", student="a", rules=strict)],
        [a_past(poor, "r2", student="b", rules=strict)],
    ]
    found = summed(tried(refusing, *rows, rules=strict))
    assert (found.pupils.become_eligible, found.pupils.stop_being_eligible, found.pupils.gain) == (1, 0, 1)
    loose = parse(refusing)
    back = summed(tried(lower, [a_past(a_case(), "r1", rules=loose)], rules=loose))
    assert (back.pupils.become_eligible, back.pupils.stop_being_eligible, back.pupils.lose) == (0, 1, 1)
    assert back.changes[0].difference_cents == -30_000


# Envelopes


def test_the_day_an_envelope_is_exhausted() -> None:
    def one(name: str, cents: int, **scope: str | None) -> Envelope:
        place: dict[str, str | None] = {"category": None, "school": None, "region_code": None}
        return Envelope(id=name, name=name, available_cents=cents, **(place | scope))  # type: ignore[arg-type]

    envelopes = [one("general", 50), one("school", 100, school="roubaix"), one("food", 500, category="food")]
    days = [date(2025, 10, day) for day in range(1, 6)]
    needs = [
        (("transport", 80),),
        (("transport", 30),),
        (("transport", 20),),
        (("transport", 30),),
        (("food", 40),),
    ]
    found = spend(
        envelopes,
        [
            Commitment(on=day, school="roubaix", region_code="32", needs=need)
            for day, need in zip(days, needs, strict=True)
        ],
    )
    spent = {each.id: (each.spent_cents, each.exhausted_on) for each in found.envelopes}
    assert spent == {"general": (30, days[3]), "school": (100, days[1]), "food": (40, None)}
    assert (found.unpaid_cents, found.unpaid_from) == (30, days[3])
    assert sum(each.spent_cents for each in found.envelopes) + found.unpaid_cents == 200
