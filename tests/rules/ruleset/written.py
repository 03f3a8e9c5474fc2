"""Small rulesets and cases, written with only what a test is about."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from solidarity.rules.ruleset import Assessment, Ruleset, assess, case_from_json, parse

HEAD = """
[ruleset]
id = "test"
title = { fr = "Essai", en = "Test" }
school_year = "2026-2027"
valid_from = 2026-09-01
valid_to = 2027-08-31
"""
TODAY = "2026-10-01"


def rule(kind: str, keys: str, *, rule_id: str = "r", places: str = '["*"]', message: str = "") -> str:
    """One rule; eligibility and documents get the message they need."""
    said = message or ("{ fr = 'non', en = 'no' }" if kind in {"eligibility", "documents"} else "")
    return (
        f'\n[[rule]]\nid = "{rule_id}"\nkind = "{kind}"\n'
        f"title = {{ fr = 'Règle', en = 'Rule' }}\napplies_to = {places}\n"
        + (f"message = {said}\n" if said else "")
        + keys
        + "\n"
    )


def ruleset(*parts: str) -> Ruleset:
    return parse(HEAD + "\n".join(parts))


def line(amount_cents: int = 100_00, **changes: Any) -> dict[str, Any]:
    return {
        "category": "transport",
        "kind": "pass",
        "amount_cents": amount_cents,
        "frequency": "once",
        "period_from": "2026-10-01",
        "period_to": "2026-10-31",
        **changes,
    }


def case(
    *lines: Mapping[str, Any], student: Mapping[str, Any] | None = None, **changes: Any
) -> dict[str, Any]:
    request = {"lines": list(lines) or [line()], **changes.pop("request", {})}
    return {
        "today": TODAY,
        "student": {"birth_date": "2010-03-14", **(student or {})},
        "request": request,
        **changes,
    }


def assessed(rules: Ruleset, *lines: Mapping[str, Any], **changes: Any) -> Assessment:
    return assess(rules, case_from_json(case(*lines, **changes), rules))


def grant(cents: int, day: date | str, **changes: Any) -> dict[str, Any]:
    return {"category": "transport", "granted_cents": cents, "decided_on": str(day), **changes}
