"""A ruleset together with what its parameters count, which the read ruleset no longer tells apart."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from solidarity.rules.ruleset.expressions import cents_of
from solidarity.rules.ruleset.figures import Unit
from solidarity.rules.ruleset.model import Ruleset
from solidarity.rules.ruleset.parse import parse
from solidarity.rules.ruleset.reading import basis_points_of


@dataclass(frozen=True, kw_only=True, slots=True)
class Written:
    """`units` says for each parameter whether its integer is cents, basis points or a plain number."""

    ruleset: Ruleset
    units: Mapping[str, Unit]


def read_written(source: str) -> Written:
    """Raises `RulesetFaults`, as `parse` does."""
    ruleset = parse(source)
    params: Mapping[str, Any] = tomllib.loads(source.removeprefix("\ufeff")).get("params", {})
    return Written(ruleset=ruleset, units={name: _unit(value) for name, value in params.items()})


def unit_of_text(text: object) -> Unit:
    """What a value of the file counts, from the way it is written: "80%", "250.00", anything else."""
    if not isinstance(text, str):
        return Unit.PLAIN
    if basis_points_of(text) is not None:
        return Unit.RATE
    return Unit.EUROS if cents_of(text) is not None else Unit.PLAIN


def _unit(value: Any) -> Unit:
    is_dated = isinstance(value, list) and value and isinstance(value[0], dict)
    return unit_of_text(value[0].get("value") if is_dated else value)
