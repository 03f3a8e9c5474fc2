"""How many people decide: approval bands over what the pupil was granted, and the emergency lane."""

from solidarity.rules.money import Cents
from solidarity.rules.ruleset import explain
from solidarity.rules.ruleset.case import Case
from solidarity.rules.ruleset.figures import Figure
from solidarity.rules.ruleset.model import ApprovalRule, EmergencyRule, Rule, Ruleset, Severity
from solidarity.rules.ruleset.plan import Plan, plan_of
from solidarity.rules.ruleset.visible import Seen
from solidarity.rules.ruleset.windows import Rolling, spent
from solidarity.rules.ruleset.work import UNSAID, Finding, euros, whole

EMERGENCY = "emergency"
TWO_PEOPLE = 2


def approvals_for(ruleset: Ruleset, case: Case, granted_cents: Cents) -> int:
    """People needed to grant this total, 1 or 2; several rules: the highest."""
    if any(is_lane_open(rule, ruleset, case, granted_cents) for rule in _emergency_rules(ruleset, case)):
        return 1
    plan, needed = plan_of(ruleset), 1
    for rule in plan.approvals:
        if _applies(rule, plan, case):
            needed = max(needed, _approvals(rule, case, granted_cents))
    return needed


def may_apply(rule: Rule, ruleset: Ruleset, case: Case) -> bool:
    """Whether the rule concerns a line; a `when` that cannot be told falls on the careful side.

    Two people and money kept back apply, the lane where one person decides alone does not.
    """
    return _applies(rule, plan_of(ruleset), case)


def _applies(rule: Rule, plan: Plan, case: Case) -> bool:
    allowed = (True,) if isinstance(rule, EmergencyRule) else (True, None)
    for line in case.lines:
        if rule.id in plan.concerning(line.category, line.kind):
            if rule.when is None:
                return True
            if rule.when.evaluate(Seen(plan.readers, case, line)).value in allowed:
                return True
    return False


def _approvals(rule: ApprovalRule, case: Case, granted_cents: Cents) -> int:
    before = spent(case, Rolling(rule.over), household=False).cents if rule.over is not None else 0
    total = before + granted_cents
    return next(
        band.approvals for band in rule.bands if band.up_to_cents is None or total <= band.up_to_cents
    )


def _emergency_rules(ruleset: Ruleset, case: Case) -> list[EmergencyRule]:
    if case.urgency != EMERGENCY:
        return []
    return [rule for rule in plan_of(ruleset).emergencies if may_apply(rule, ruleset, case)]


def is_lane_open(rule: EmergencyRule, ruleset: Ruleset, case: Case, granted_cents: Cents) -> bool:
    return _why_closed(rule, ruleset, case, granted_cents) is None


def _why_closed(rule: EmergencyRule, ruleset: Ruleset, case: Case, granted_cents: Cents) -> str | None:
    limit = _emergency_limit(rule, ruleset, case)
    if case.emergency.overdue:
        return "emergency-overdue"
    if case.emergency.used >= rule.quota:
        return "emergency-quota"
    return "emergency-amount" if granted_cents > limit else None


def _emergency_limit(rule: EmergencyRule, ruleset: Ruleset, case: Case) -> Cents:
    found = whole(rule.amount)(Seen(plan_of(ruleset).readers, case, case.lines[0]))
    return found if isinstance(found, int) else 0


def emergency_findings(ruleset: Ruleset, case: Case, granted_cents: Cents, *, speaks: bool) -> list[Finding]:
    """Whether the lane is open, for people to read: it changes who decides, never the outcome."""
    found = []
    for rule in _emergency_rules(ruleset, case):
        closed = _why_closed(rule, ruleset, case, granted_cents)
        figures = {
            "limit": euros(_emergency_limit(rule, ruleset, case)),
            "value": euros(granted_cents),
            "used": Figure(case.emergency.used),
            "quota": Figure(rule.quota),
        }
        message = explain.sentence(closed or "emergency-open", figures) if speaks else UNSAID
        found.append(
            Finding(rule=rule, line=1, passed=closed is None, severity=Severity.WARN, message=message)
        )
    return found
