"""A past decision computed again from what was stored with it: the same bytes must come out."""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from solidarity.rules.ruleset.assess import assess
from solidarity.rules.ruleset.assessment_json import assessment_to_json
from solidarity.rules.ruleset.case_record import case_from_record
from solidarity.rules.ruleset.faults import RulesetFaults
from solidarity.rules.ruleset.model import Ruleset
from solidarity.rules.ruleset.parse import parse

ABSENT = "absent"


class Fault(StrEnum):
    RULESET_CHANGED = "ruleset-changed"
    RULESET_UNREADABLE = "ruleset-unreadable"
    FACTS_UNREADABLE = "facts-unreadable"
    ASSESSMENT_DIFFERS = "assessment-differs"


@dataclass(frozen=True, kw_only=True, slots=True)
class Stored:
    """What a decision keeps: the hash of its rules, its facts and its assessment, both as texts."""

    reference: str
    number: int
    ruleset_sha256: str
    facts: str
    assessment: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Difference:
    """`place` is the first value that differs, by its path in the assessment; None for another fault."""

    reference: str
    number: int
    fault: Fault
    place: str | None = None
    stored: str | None = None
    found: str | None = None


def replay_all(source: str, decisions: Iterable[Stored]) -> list[Difference]:
    """Every decision taken with this ruleset that does not come out again to the byte. Pure."""
    sha256 = hashlib.sha256(source.encode()).hexdigest()
    return [found for one in decisions if (found := _replayed(source, sha256, one)) is not None]


def canonical(value: object) -> str:
    """The text of JSON values as decisions store it."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _replayed(source: str, sha256: str, one: Stored) -> Difference | None:
    if sha256 != one.ruleset_sha256:
        return _difference(one, Fault.RULESET_CHANGED, stored=one.ruleset_sha256, found=sha256)
    try:
        ruleset = _parsed(source)
    except RulesetFaults as faults:
        return _difference(one, Fault.RULESET_UNREADABLE, found=str(faults.faults[0].message.en))
    try:
        case = case_from_record(json.loads(one.facts))
    except (ValueError, KeyError, TypeError) as fault:
        return _difference(one, Fault.FACTS_UNREADABLE, found=f"{type(fault).__name__}: {fault}")
    again = canonical(assessment_to_json(assess(ruleset, case), None))
    if again == one.assessment:
        return None
    return _first_difference(one, again)


@lru_cache(maxsize=8)
def _parsed(source: str) -> Ruleset:
    return parse(source)


def _difference(one: Stored, fault: Fault, *, found: str, stored: str | None = None) -> Difference:
    return Difference(reference=one.reference, number=one.number, fault=fault, stored=stored, found=found)


def _first_difference(one: Stored, again: str) -> Difference:
    try:
        before = json.loads(one.assessment)
    except ValueError:
        before = one.assessment
    place, stored, found = next(_unequal("", before, json.loads(again)), ("", "", ""))
    return Difference(
        reference=one.reference,
        number=one.number,
        fault=Fault.ASSESSMENT_DIFFERS,
        place=place or "/",
        stored=stored,
        found=found,
    )


def _unequal(place: str, stored: object, found: object) -> Iterator[tuple[str, str, str]]:
    if isinstance(stored, dict) and isinstance(found, dict):
        for key in sorted({*stored, *found}):
            yield from _unequal(f"{place}/{key}", stored.get(key, ABSENT), found.get(key, ABSENT))
    elif isinstance(stored, list) and isinstance(found, list) and len(stored) == len(found):
        for index, (before, after) in enumerate(zip(stored, found, strict=True)):
            yield from _unequal(f"{place}/{index}", before, after)
    elif stored != found:
        yield place, canonical(stored), canonical(found)
