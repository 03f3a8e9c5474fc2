"""A case as a decision keeps it: everything the rules were told, to compute the same answer again."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from solidarity.rules.envelopes import Envelope
from solidarity.rules.ruleset.case import (
    Case,
    DocumentFact,
    EmergencyUse,
    FactValue,
    LineFacts,
    PastGrant,
    StudentFacts,
)

_LINE_FIELDS = ("category", "kind", "amount_cents", "frequency", "description", "supplier")
_STUDENT_FIELDS = (
    "boarder",
    "quotient_familial_cents",
    "household_size",
    "school",
    "region_code",
    "trade",
)
_ENVELOPE_FIELDS = (
    "id",
    "name",
    "category",
    "school",
    "region_code",
    "available_cents",
    "own_reserved_cents",
    "allocated_cents",
)


def case_to_record(case: Case) -> dict[str, Any]:
    """Plain values of JSON: no float, days as YYYY-MM-DD, a decimal fact as its digits."""
    return {
        "today": case.today.isoformat(),
        "student": {
            "birth_date": case.student.birth_date.isoformat(),
            **{name: getattr(case.student, name) for name in _STUDENT_FIELDS},
        },
        "urgency": case.urgency,
        "submitted_on": _text(case.submitted_on),
        "lines": [
            {
                **{name: getattr(line, name) for name in _LINE_FIELDS},
                "period_from": line.period_from.isoformat(),
                "period_to": line.period_to.isoformat(),
                "facts": {name: _fact(value) for name, value in line.facts.items()},
            }
            for line in case.lines
        ],
        "documents": [{"kind": paper.kind, "dated": _text(paper.dated)} for paper in case.documents],
        "history": [
            {
                "category": grant.category,
                "granted_cents": grant.granted_cents,
                "decided_on": grant.decided_on.isoformat(),
                "period_from": grant.period_from.isoformat(),
                "period_to": grant.period_to.isoformat(),
                "household": grant.household,
            }
            for grant in case.history
        ],
        "envelopes": None
        if case.envelopes is None
        else [{name: getattr(each, name) for name in _ENVELOPE_FIELDS} for each in case.envelopes],
        "emergency": {"used": case.emergency.used, "overdue": case.emergency.overdue},
    }


def case_from_record(record: Mapping[str, Any]) -> Case:
    """The case of `case_to_record`, equal to the first one."""
    student = dict(record["student"])
    return Case(
        today=date.fromisoformat(record["today"]),
        student=StudentFacts(birth_date=date.fromisoformat(student.pop("birth_date")), **student),
        urgency=record["urgency"],
        submitted_on=_day(record["submitted_on"]),
        lines=tuple(_line(line) for line in record["lines"]),
        documents=tuple(
            DocumentFact(kind=paper["kind"], dated=_day(paper["dated"])) for paper in record["documents"]
        ),
        history=tuple(PastGrant(**_with_days(grant)) for grant in record["history"]),
        envelopes=None
        if record["envelopes"] is None
        else tuple(Envelope(**envelope) for envelope in record["envelopes"]),
        emergency=EmergencyUse(**record["emergency"]),
    )


def _fact(value: FactValue) -> object:
    """An exact decimal is written as `{"decimal": "12.4"}`, so that it is never taken for a float."""
    return {"decimal": f"{value:f}"} if isinstance(value, Decimal) else value


def _line(record: Mapping[str, Any]) -> LineFacts:
    facts = {
        name: Decimal(value["decimal"]) if isinstance(value, dict) else value
        for name, value in record["facts"].items()
    }
    return LineFacts(**{**_with_days(record), "facts": facts})


def _with_days(values: Mapping[str, Any]) -> dict[str, Any]:
    days = {"period_from", "period_to", "decided_on"}
    return {name: date.fromisoformat(value) if name in days else value for name, value in values.items()}


def _text(day: date | None) -> str | None:
    return day.isoformat() if day else None


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None
