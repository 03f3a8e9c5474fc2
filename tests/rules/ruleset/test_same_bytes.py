"""An assessment stays the same to the byte: what a decision stored is computed again years later."""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from solidarity.rules.ruleset import (
    Assessment,
    Case,
    Ruleset,
    assess,
    assessment_to_json,
    case_from_json,
    parse,
    parse_case,
)
from solidarity.rules.ruleset.case_record import case_to_record
from tests.rules.ruleset.cases import a_case_of
from tests.rules.ruleset.written import HEAD

ROOT = Path(__file__).parents[3]
HERE = Path(__file__).parent
KEPT = HERE / "kept"
EVERY_RULE = (KEPT / "every-rule.toml").read_bytes()
FEDERATION = ROOT / "rulesets" / "federation-2026-2027.toml"
MADE_UP = 200


def canonical(value: Any) -> bytes:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def corpus() -> Iterator[tuple[bytes, Ruleset, Case]]:
    """Made-up cases, the acceptance table, and the examples of what ships and of the guide."""
    every_rule = parse(EVERY_RULE)
    for number in range(MADE_UP):
        yield EVERY_RULE, every_rule, a_case_of(every_rule, number)
    for path in sorted((HERE / "acceptance").glob("*.toml")):
        rules = parse(path.read_bytes())
        for row in json.loads(path.with_suffix(".json").read_text("utf-8")):
            yield path.read_bytes(), rules, parse_case(json.dumps(row["case"]), rules)
    guide = (ROOT / "docs" / "rulesets.md").read_text("utf-8")
    blocks = [
        block if "[ruleset]" in block else HEAD + block
        for block in re.findall(r"```toml\n(.*?)```", guide, re.DOTALL)
    ]
    for text in [path.read_bytes() for path in sorted((ROOT / "rulesets").glob("*.toml"))] + [
        block.encode() for block in blocks
    ]:
        rules = parse(text)
        for example in rules.examples:
            yield text, rules, case_from_json(example.case, rules)


def key_of(text: bytes, case: Case) -> str:
    return sha256(text + canonical(case_to_record(case))).hexdigest()[:16]


def test_assessments_are_those_that_were_recorded_to_the_byte():
    """`kept/digests.txt` was written by the first engine; a case nobody recorded is not compared.

    83 of them were written again when unit prices got two decimals and parameters in messages their euros,
    rates and days: a comparison of both texts showed no other difference, and none with the federation's file.
    """
    kept = dict(line.split() for line in (KEPT / "digests.txt").read_text("utf-8").splitlines())
    compared = 0
    for text, rules, case in corpus():
        recorded = kept.get(key_of(text, case))
        if recorded is not None:
            found = canonical(assessment_to_json(assess(rules, case), None))
            assert sha256(found).hexdigest()[:16] == recorded, case
            compared += 1
    assert compared >= MADE_UP + 100


def without_texts(found: Assessment) -> Assessment:
    return replace(
        found,
        lines=tuple(replace(line, steps=()) for line in found.lines),
        checks=tuple(replace(check, message=check.rule) for check in found.checks),
    )


def test_an_assessment_that_does_not_speak_says_the_same_amounts():
    rules = parse(EVERY_RULE)
    for number in range(MADE_UP, 2 * MADE_UP):
        case = a_case_of(rules, number)
        silent = assess(rules, case, speaks=False)
        assert without_texts(silent) == without_texts(assess(rules, case))
        assert all(line.steps == () for line in silent.lines)


def backwards(value: Any) -> Any:
    """The same JSON with the keys of every object in the opposite order."""
    if isinstance(value, dict):
        return {key: backwards(value[key]) for key in reversed(value)}
    return [backwards(item) for item in value] if isinstance(value, list) else value


def test_the_order_of_keys_in_a_case_changes_nothing():
    for path in sorted((HERE / "acceptance").glob("*.toml")):
        rules = parse(path.read_bytes())
        for row in json.loads(path.with_suffix(".json").read_text("utf-8")):
            one, other = (
                assess(rules, parse_case(json.dumps(case), rules))
                for case in (row["case"], backwards(row["case"]))
            )
            assert json.dumps(assessment_to_json(one, None)) == json.dumps(assessment_to_json(other, None))


def test_two_rulesets_that_differ_never_share_what_was_found_of_one():
    """A ruleset that looks like another (same id, same hash) is assessed by its own rules."""
    rules = parse(FEDERATION.read_bytes())
    case = a_case_of(rules, 3)
    before = assess(rules, case)
    assert before.checks
    assert assess(replace(rules, rules=rules.rules[-2:]), case).checks == ()
    assert assess(rules, case) == before
