"""The rules of a year's fund as data: read a ruleset, assess a case, explain every cent."""

from solidarity.rules.ruleset.assess import assess, is_within, would_pass
from solidarity.rules.ruleset.assessment import (
    Assessment,
    Budget,
    Check,
    DiscretionBand,
    EnvelopeUse,
    LineAssessment,
    Outcome,
    Step,
)
from solidarity.rules.ruleset.assessment_json import assessment_from_json, assessment_to_json
from solidarity.rules.ruleset.authority import approvals_for
from solidarity.rules.ruleset.case import Case, DocumentFact, EmergencyUse, LineFacts, PastGrant, StudentFacts
from solidarity.rules.ruleset.case_json import case_from_json, parse_case
from solidarity.rules.ruleset.examine import Examined, check, examine
from solidarity.rules.ruleset.faults import CaseFaults, CaseProblem, Fault, RulesetFaults, Text
from solidarity.rules.ruleset.model import FactDeclaration, Ruleset, Severity
from solidarity.rules.ruleset.parse import parse
from solidarity.rules.ruleset.what_if import (
    TurningPoint,
    explain_turning_points,
    turning_point_to_json,
    turning_points,
)

__all__ = [
    "Assessment",
    "Budget",
    "Case",
    "CaseFaults",
    "CaseProblem",
    "Check",
    "DiscretionBand",
    "DocumentFact",
    "EmergencyUse",
    "EnvelopeUse",
    "Examined",
    "FactDeclaration",
    "Fault",
    "LineAssessment",
    "LineFacts",
    "Outcome",
    "PastGrant",
    "Ruleset",
    "RulesetFaults",
    "Severity",
    "Step",
    "StudentFacts",
    "Text",
    "TurningPoint",
    "approvals_for",
    "assess",
    "assessment_from_json",
    "assessment_to_json",
    "case_from_json",
    "check",
    "examine",
    "explain_turning_points",
    "is_within",
    "parse",
    "parse_case",
    "turning_point_to_json",
    "turning_points",
    "would_pass",
]
