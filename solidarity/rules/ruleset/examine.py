"""Everything there is to say of a ruleset text: faults that refuse it, and warnings that do not."""

from dataclasses import dataclass

from solidarity.rules.ruleset.contradictions import contradictions
from solidarity.rules.ruleset.doubts import doubts
from solidarity.rules.ruleset.examples import example_faults
from solidarity.rules.ruleset.faults import Fault, RulesetFaults
from solidarity.rules.ruleset.locate import Places
from solidarity.rules.ruleset.model import Ruleset
from solidarity.rules.ruleset.parse import parse
from solidarity.rules.ruleset.remarks import as_fault


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """`ruleset` is None when the text cannot be read as one."""

    ruleset: Ruleset | None
    faults: tuple[Fault, ...]
    warnings: tuple[Fault, ...]


def check(text: str | bytes) -> tuple[Fault, ...]:
    """Every fault of a ruleset, its examples included; empty means it may be used."""
    return examine(text).faults


def examine(text: str | bytes) -> Examined:
    """Faults and warnings, each in the order of the file.

    `parse` refuses less: contradictions are asked before a text is put in force, and an old one still loads.
    """
    try:
        ruleset = parse(text)
    except RulesetFaults as faults:
        return Examined(ruleset=None, faults=faults.faults, warnings=())
    source = text if isinstance(text, str) else text.decode("utf-8")
    places = Places(source.removeprefix("\ufeff"))
    refused = [as_fault(said, ruleset, places) for said in contradictions(ruleset)]
    doubted = [as_fault(said, ruleset, places) for said in doubts(ruleset)]
    return Examined(
        ruleset=ruleset,
        faults=_in_order([*refused, *example_faults(ruleset)]),
        warnings=_in_order(doubted),
    )


def _in_order(faults: list[Fault]) -> tuple[Fault, ...]:
    return tuple(sorted(faults, key=lambda fault: fault.line or 0))
