"""A ruleset whose examples expect what it gives now, for whoever changed an amount on purpose."""

import json
import tomllib
from collections.abc import Iterator
from typing import Any

from solidarity.rules.ruleset.assess import assess
from solidarity.rules.ruleset.assessment_json import assessment_to_json
from solidarity.rules.ruleset.case_json import case_from_json
from solidarity.rules.ruleset.faults import CaseFaults
from solidarity.rules.ruleset.parse import parse
from solidarity.rules.ruleset.spans import KeyPath, value_spans

Plain = int | str


def with_fresh_examples(source: str) -> str:
    """The text with each expected value that differs written anew; what has no plain value stays.

    Raises `RulesetFaults` for a text that cannot be read.
    """
    ruleset, spans = parse(source), value_spans(source)
    written = tomllib.loads(source).get("example", [])
    fresh: dict[KeyPath, Plain] = {}
    for number, example in enumerate(ruleset.examples):
        try:
            found = assessment_to_json(assess(ruleset, case_from_json(example.case, ruleset)), "en")
        except CaseFaults:
            continue
        key = "expected" if "expected" in written[number] else "expect"
        fresh |= dict(_differing(example.expect, found, ("example", number, key)))
    text = source
    for path in sorted(fresh, key=lambda path: spans[path], reverse=True):
        first, last = spans[path]
        text = text[:first] + json.dumps(fresh[path], ensure_ascii=False) + text[last:]
    return text


def _differing(expected: Any, found: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Plain]]:
    """As the check of examples compares them: lists of rules by rule, other lists in order."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for key in expected.keys() & found.keys():
            yield from _differing(expected[key], found[key], (*path, key))
    elif isinstance(expected, list) and isinstance(found, list):
        for number, value in enumerate(expected):
            got = _counterpart(value, number, found)
            if got is not None:
                yield from _differing(value, got, (*path, number))
    elif expected != found and isinstance(expected, int | str) and isinstance(found, int | str):
        yield path, found


def _counterpart(value: Any, number: int, found: list[Any]) -> Any:
    if isinstance(value, dict) and "rule" in value:
        return next((one for one in found if one.get("rule") == value["rule"]), None)
    return found[number] if number < len(found) else None
