"""Running the examples a ruleset carries: each case must give what it says."""

from collections.abc import Iterator, Mapping
from typing import Any

from solidarity.rules.ruleset.assess import assess
from solidarity.rules.ruleset.assessment_json import assessment_to_json
from solidarity.rules.ruleset.case_json import case_from_json
from solidarity.rules.ruleset.faults import CaseFaults, Fault, Text
from solidarity.rules.ruleset.model import Example, Ruleset

REMEDY = Text(
    "Corrigez l’exemple, ou la règle qui ne fait pas ce qu’il dit.",
    "Correct the example, or the rule that does not do what it says.",
)


def example_faults(ruleset: Ruleset) -> tuple[Fault, ...]:
    """Every difference between what an example says and what comes out."""
    return tuple(fault for example in ruleset.examples for fault in _faults(example, ruleset))


def _faults(example: Example, ruleset: Ruleset) -> Iterator[Fault]:
    try:
        case = case_from_json(example.case, ruleset)
    except CaseFaults as faults:
        for problem in faults.problems:
            said = problem.message
            yield _fault(
                example,
                "example-case",
                Text(f"case{problem.pointer} : {said.fr}", f"case{problem.pointer}: {said.en}"),
            )
        return
    found = assessment_to_json(assess(ruleset, case), "en")
    if not example.expect:
        yield _fault(example, "example-expect", Text("expect est vide", "expect is empty"))
    for place, wanted, got in _differences(example.expect, found, "expect"):
        yield _fault(
            example,
            "example-differs",
            Text(f"{place} : attendu {wanted}, obtenu {got}", f"{place}: expected {wanted}, got {got}"),
        )


def _fault(example: Example, code: str, message: Text) -> Fault:
    return Fault(
        line=example.line,
        rule=None,
        code=code,
        message=Text(f"exemple « {example.name} » : {message.fr}", f"example “{example.name}”: {message.en}"),
        remedy=REMEDY,
    )


def _differences(expected: Any, found: Any, place: str) -> Iterator[tuple[str, str, str]]:
    """What an expectation names and the assessment does not say; what it does not name is free."""
    if isinstance(expected, Mapping) and isinstance(found, Mapping):
        for key, value in expected.items():
            if key in found:
                yield from _differences(value, found[key], f"{place}.{key}")
            else:
                yield f"{place}.{key}", _shown(value), "—"
    elif isinstance(expected, list) and isinstance(found, list) and _is_by_rule(expected):
        yield from _by_rule(expected, found, place)
    elif isinstance(expected, list) and isinstance(found, list) and place.endswith(("lines", "steps")):
        if len(expected) != len(found):
            yield f"{place} (length)", str(len(expected)), str(len(found))
        for index, (value, got) in enumerate(zip(expected, found, strict=False)):
            yield from _differences(value, got, f"{place}[{index}]")
    elif expected != found or isinstance(expected, bool) != isinstance(found, bool):
        yield place, _shown(expected), _shown(found)


def _is_by_rule(expected: list[Any]) -> bool:
    return bool(expected) and all(isinstance(item, Mapping) and "rule" in item for item in expected)


def _by_rule(expected: list[Any], found: list[Any], place: str) -> Iterator[tuple[str, str, str]]:
    for item in expected:
        matching = next((got for got in found if got.get("rule") == item["rule"]), None)
        if matching is None:
            yield f"{place}[{_shown(item['rule'])}]", "…", "—"
        else:
            yield from _differences(item, matching, f"{place}[{item['rule']}]")


def _shown(value: object) -> str:
    if isinstance(value, int) and abs(value) > 10**30:
        return "…"
    return repr(value)[:120] if isinstance(value, int | str | bool | list | None) else "…"
