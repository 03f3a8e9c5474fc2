"""The state of a case while its rules run: each line's amount, its steps, and what was found."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields

from solidarity.rules.calendar import school_year_of
from solidarity.rules.money import Cents
from solidarity.rules.ruleset import explain, visible
from solidarity.rules.ruleset.assessment import Input, Step
from solidarity.rules.ruleset.case import Case, LineFacts
from solidarity.rules.ruleset.expressions import Evaluated, Expression, Value
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import Figure, Unit, fill
from solidarity.rules.ruleset.model import Amount, EligibilityRule, RoundRule, Rule, Ruleset, Severity
from solidarity.rules.ruleset.wording import CATEGORY_NAMES, kind_name


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """What one rule found on one line; many make one check."""

    rule: Rule
    line: int
    passed: bool | None
    severity: Severity
    message: Text
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Effect:
    """What a rule does to an amount; `sentence` names the explanation when the rule has no message."""

    after: Cents
    sentence: str
    figures: Mapping[str, Figure] = field(default_factory=dict)
    unknown: Evaluated | None = None
    refers: Text | None = None
    refuses: bool = False


@dataclass(kw_only=True, slots=True)
class LineWork:
    """A line on its way through the stages."""

    number: int
    facts: LineFacts
    values: Mapping[str, Value]
    amount: Cents
    may_exceed: bool = False
    is_refused: bool = False
    has_band: bool = False
    binding_rule: str | None = None
    steps: list[Step] = field(default_factory=list)

    @property
    def school_year(self) -> str:
        return school_year_of(self.facts.period_from)


@dataclass(kw_only=True, slots=True)
class Work:
    """One run of the stages; with `takes_most` discretion bands yield their maximum."""

    ruleset: Ruleset
    case: Case
    lines: list[LineWork]
    takes_most: bool = False
    findings: list[Finding] = field(default_factory=list)

    def concerned(self, rule: Rule) -> Iterator[LineWork]:
        """Lines still alive that the rule applies to; a `when` that meets a null is found, not guessed."""
        for line in self.lines:
            if line.is_refused or not rule.concerns(line.facts.category, line.facts.kind):
                continue
            if rule.when is None:
                yield line
                continue
            found = rule.when.evaluate(line.values)
            if found.value is True:
                yield line
            elif not found.is_known:
                self.find_unknown(rule, line, found)

    def find_unknown(self, rule: Rule, line: LineWork, found: Evaluated) -> None:
        self.findings.append(
            Finding(
                rule=rule,
                line=line.number,
                passed=None,
                severity=rule.severity if isinstance(rule, EligibilityRule) else Severity.REFER,
                message=explain.unknown(found, self.ruleset.facts),
            )
        )

    def apply(self, rule: Rule, line: LineWork, effect: Effect) -> None:
        """Write the step of an effect, keep what binds, and note what it found."""
        before, after = line.amount, effect.after
        figures = {"before": euros(before), "after": euros(after), **effect.figures}
        explanation = self._explained(rule, line, effect, figures)
        line.steps.append(
            Step(
                rule=rule.id,
                title=rule.title,
                before_cents=before,
                after_cents=after,
                explanation=explanation,
                inputs=inputs_of(rule, line, effect),
            )
        )
        line.amount = after
        if before != after and not isinstance(rule, RoundRule):
            line.binding_rule = rule.id
        line.is_refused = line.is_refused or effect.refuses
        self._note(rule, line, effect, explanation)

    def _note(self, rule: Rule, line: LineWork, effect: Effect, explanation: Text) -> None:
        if effect.unknown is not None:
            self.find_unknown(rule, line, effect.unknown)
        if effect.refuses or effect.refers is not None:
            self.findings.append(
                Finding(
                    rule=rule,
                    line=line.number,
                    passed=False,
                    severity=Severity.REFUSE if effect.refuses else Severity.REFER,
                    message=effect.refers or explanation,
                )
            )

    def _explained(self, rule: Rule, line: LineWork, effect: Effect, figures: Mapping[str, Figure]) -> Text:
        if effect.unknown is not None:
            return explain.unknown(effect.unknown, self.ruleset.facts)
        if effect.refers is not None:
            return effect.refers
        if rule.message is not None and line.amount != effect.after:
            return fill(rule.message, self.figures(line) | dict(figures))
        return explain.sentence(effect.sentence, figures)

    def figures(self, line: LineWork) -> dict[str, Figure]:
        """Figures that any message may name."""
        params = {
            name.removeprefix("params."): value
            for name, value in line.values.items()
            if name.startswith("params.")
        }
        return {
            "requested": euros(line.facts.requested_cents),
            "category": Figure(CATEGORY_NAMES[line.facts.category]),
            "kind": Figure(kind_name(line.facts.kind)),
            "months": Figure(_plain(line.values["line.months"])),
            "age": Figure(_plain(line.values["student.age"])),
            **{f"params.{name}": Figure(_plain(value)) for name, value in params.items()},
        }


def _plain(value: Value) -> int | bool | str | None:
    if isinstance(value, tuple):
        return ", ".join(str(item) for item in value)
    return value if isinstance(value, int | str | None) else value.isoformat()


def euros(cents: Cents) -> Figure:
    return Figure(cents, Unit.EUROS)


def evaluated(amount: Amount, values: Mapping[str, Value]) -> Evaluated:
    return amount.evaluate(values) if isinstance(amount, Expression) else Evaluated(value=amount)


def whole(found: Evaluated) -> int | None:
    """The integer found, when one was."""
    return found.value if isinstance(found.value, int) else None


def expressions_of(rule: Rule) -> Iterator[Expression]:
    for each in fields(rule):
        value = getattr(rule, each.name)
        if isinstance(value, Expression):
            yield value
        elif isinstance(value, tuple):
            for item in value:
                amount = getattr(item, "amount", None)
                if isinstance(amount, Expression):
                    yield amount


def inputs_of(rule: Rule, line: LineWork, effect: Effect) -> Mapping[str, Input]:
    """What the rule read and compared, by name; money stays integer cents."""
    read = {
        reference: _plain(line.values.get(reference))
        for expression in expressions_of(rule)
        for reference in expression.references
    }
    compared = {
        f"{name}_cents" if figure.unit is Unit.EUROS else name: figure.value
        for name, figure in effect.figures.items()
        if isinstance(figure.value, int | str)
    }
    return {**read, **compared}


def start(ruleset: Ruleset, case: Case, *, takes_most: bool) -> Work:
    lines = [
        LineWork(
            number=number,
            facts=line,
            values=visible.values(ruleset, case, line),
            amount=line.requested_cents,
        )
        for number, line in enumerate(case.lines, start=1)
    ]
    return Work(ruleset=ruleset, case=case, lines=lines, takes_most=takes_most)
