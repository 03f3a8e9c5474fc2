"""Which named figures a message of each kind of rule may use, and the check that it uses no other."""

from collections.abc import Mapping

from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import has_stray_brace, placeholders
from solidarity.rules.ruleset.model import EligibilityRule, Rule
from solidarity.rules.ruleset.reading import Table

ALWAYS = frozenset({"limit", "value", "requested", "category", "kind", "months", "age"})
"""`limit` and `value` are the two figures that the rule compares; the table in docs says which."""

AMOUNTS = frozenset({"before", "after"})

FIGURES: Mapping[str, frozenset[str]] = {
    "eligibility": ALWAYS,
    "documents": ALWAYS | {"documents", "missing", "needs"},
    "cost": ALWAYS | AMOUNTS | {"units", "unit_rate", "amount"},
    "deduct": ALWAYS | AMOUNTS | {"amount"},
    "scale": ALWAYS | AMOUNTS | {"rate", "rate_min", "rate_max", "amount"},
    "cap": ALWAYS | AMOUNTS | {"amount", "used", "left", "count"},
    "floor": ALWAYS | AMOUNTS | {"amount", "used"},
    "prorate": ALWAYS | AMOUNTS | {"units", "of", "threshold"},
    "round": ALWAYS | AMOUNTS | {"to"},
    "reserve": ALWAYS | {"share", "until"},
    "approval": ALWAYS | {"total", "approvals"},
    "emergency": ALWAYS | {"amount", "total", "quota", "used"},
}


def allowed_figures(kind: str, rule: Rule | None) -> frozenset[str]:
    allowed = FIGURES[kind]
    if isinstance(rule, EligibilityRule) and not rule.require.comparisons:
        return allowed - {"limit", "value"}
    return allowed


def check_message(table: Table, message: Text, kind: str, rule: Rule | None) -> None:
    allowed = allowed_figures(kind, rule) | set(table.constants)
    listed = ", ".join(f"{{{name}}}" for name in sorted(allowed))
    for name in sorted(placeholders(message) - allowed - table.refused):
        table.complain(
            "message",
            "message-figure",
            Text(f"le chiffre « {name[:40]} » n’existe pas ici", f"there is no figure “{name[:40]}” here"),
            Text(f"Chiffres connus : {listed}.", f"Known figures: {listed}."),
        )
    if has_stray_brace(message):
        table.complain(
            "message",
            "message-figure",
            Text("une accolade est seule", "a brace stands alone"),
            Text("Écrivez {limit}, ou retirez l’accolade.", "Write {limit}, or remove the brace."),
        )
