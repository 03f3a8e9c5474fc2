"""A step keeps figures and is told when it is read: nobody can tell it from one that was stored as words."""

import pickle

import pytest

from solidarity.rules.ruleset import Assessment, assess, assessment_from_json, assessment_to_json, parse
from solidarity.rules.ruleset.assessment import Step
from solidarity.rules.ruleset.told import Told
from tests.rules.ruleset.cases import a_case_of
from tests.rules.ruleset.test_same_bytes import EVERY_RULE

RULES = parse(EVERY_RULE)


def steps_of(found: Assessment) -> list[Step]:
    return [step for line in found.lines for step in line.steps]


def test_what_was_stored_equals_what_is_computed_again():
    kinds = set()
    for number in range(60):
        computed = assess(RULES, a_case_of(RULES, number))
        stored = assessment_from_json(assessment_to_json(computed, None))
        assert stored == computed
        assert computed == stored
        for one, other in zip(steps_of(computed), steps_of(stored), strict=True):
            assert hash(one.explanation) == hash(other.explanation)
            kinds.add((type(one), type(other)))
    assert (Told, Step) in kinds


def test_a_told_step_is_compared_by_all_it_says():
    steps = steps_of(assess(RULES, a_case_of(RULES, 5))) + steps_of(assess(RULES, a_case_of(RULES, 6)))
    told = [step for step in steps if isinstance(step, Told)]
    assert len(told) > 3
    for step in told:
        moved = Told(step.telling, (step.before_cents, step.after_cents + 1, *step.row[2:]))
        assert moved != step
        assert Told(step.telling, step.row) == step
        assert hash(Told(step.telling, step.row)) == hash(step)
        assert step != step.explanation


def test_a_told_step_travels_between_processes_as_words():
    found = assess(RULES, a_case_of(RULES, 7))
    assert any(isinstance(step, Told) for step in steps_of(found))
    assert pickle.loads(pickle.dumps(found)) == found


def test_a_told_step_cannot_be_changed():
    told = next(step for step in steps_of(assess(RULES, a_case_of(RULES, 7))) if isinstance(step, Told))
    for name in ("rule", "title", "before_cents", "after_cents", "explanation", "inputs"):
        with pytest.raises(AttributeError):
            setattr(told, name, None)


def test_what_one_reader_does_with_the_inputs_changes_nothing_for_the_next():
    told = next(step for step in steps_of(assess(RULES, a_case_of(RULES, 7))) if isinstance(step, Told))
    before = dict(told.inputs)
    assert before
    told.inputs.clear()
    assert told.inputs == before
