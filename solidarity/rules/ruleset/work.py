"""The state of a case while its rules run: each line's amount, its steps, and what was found."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from solidarity.rules.calendar import school_year_of
from solidarity.rules.money import Cents
from solidarity.rules.ruleset import explain
from solidarity.rules.ruleset.assessment import Step
from solidarity.rules.ruleset.case import Case, LineFacts
from solidarity.rules.ruleset.expressions import Evaluated, Expression, Value
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import Figure, FigureValue, Unit
from solidarity.rules.ruleset.model import Amount, EligibilityRule, RoundRule, Rule, Severity
from solidarity.rules.ruleset.plan import Plan
from solidarity.rules.ruleset.told import Row, Speaker, Told, Wording, reading_of, speaker
from solidarity.rules.ruleset.visible import Seen

UNSAID = Text("", "")
"""Stands for every text when only amounts are wanted."""


class Finding(NamedTuple):
    """What one rule found on one line; many make one check. A tuple, like all that lives for one run only."""

    rule: Rule
    line: int
    passed: bool | None
    severity: Severity
    message: Text
    needs: tuple[str, ...] = ()


class Effect(NamedTuple):
    """What a rule does to an amount: how it is told, and the figures of the wording in their order.

    `unknown` is the value that was missing; then there are no figures and the wording says nothing.
    """

    after: Cents
    wording: Wording
    figures: tuple[FigureValue, ...] = ()
    unknown: Evaluated | None = None
    refers: bool = False
    refuses: bool = False


class Ready(NamedTuple):
    """A rule with what running it needs; `speaks` gives its wordings, it `binds` unless it rounds."""

    rule: Rule
    id: str
    when: Expression | None
    nothing: Wording
    speaks: Speaker
    binds: bool


@dataclass(kw_only=True, slots=True)
class LineWork:
    """A line on its way through the stages; `worked` are the rules it met, as often as it met them.

    With `takes_most` discretion bands yield their maximum.
    """

    number: int
    facts: LineFacts
    values: Seen
    requested: Cents
    amount: Cents
    school_year: str
    takes_most: bool
    is_refused: bool = False
    has_band: bool = False
    binding_rule: str | None = None
    worked: list[str] = field(default_factory=list)
    steps: list[Step] = field(default_factory=list)


@dataclass(kw_only=True, slots=True)
class Work:
    """One run of the stages.

    Unless it `speaks`, it writes no texts and no steps; amounts, findings and what binds are the same.
    A rule that passes on a line is only noted in `passed`; `findings` are all the rest. `undated` are the
    kinds of paper that are valid on any day.
    """

    plan: Plan
    case: Case
    lines: list[LineWork]
    speaks: bool
    undated: frozenset[str]
    findings: list[Finding] = field(default_factory=list)
    passed: set[str] = field(default_factory=set)

    def concerned(self, ready: Ready, places: tuple[int, ...]) -> Iterable[LineWork]:
        """Lines still alive that the rule applies to; a `when` that meets a null is found, not guessed."""
        if ready.when is not None:
            return self._meeting(ready, ready.when, places)
        lines = self.lines
        return [line for place in places if not (line := lines[place]).is_refused]

    def _meeting(self, ready: Ready, when: Expression, places: tuple[int, ...]) -> Iterator[LineWork]:
        for place in places:
            line = self.lines[place]
            if line.is_refused:
                continue
            found = when.evaluate(line.values)
            if found.value is True:
                yield line
            elif not found.is_known:
                self.find_unknown(ready.rule, line, found)

    def find_unknown(self, rule: Rule, line: LineWork, found: Evaluated) -> None:
        self.findings.append(
            Finding(
                rule=rule,
                line=line.number,
                passed=None,
                severity=rule.severity if isinstance(rule, EligibilityRule) else Severity.REFER,
                message=self.unknown(found),
            )
        )

    def passes(self, ready: Ready, line: LineWork) -> None:
        line.worked.append(ready.id)
        self.passed.add(ready.id)

    def unknown(self, found: Evaluated) -> Text:
        return explain.unknown(found, self.plan.names) if self.speaks else UNSAID

    def apply(self, ready: Ready, line: LineWork, effect: Effect) -> None:
        """Keep the step of an effect and what binds, and note what it found."""
        after, wording, figures, unknown, refers, refuses = effect
        before = line.amount
        if self.speaks:
            telling = wording.changed if before != after else wording.unchanged
            row: Row = (before, after, *figures)
            values = line.values
            if telling.references:
                row += tuple([values[name] for name in telling.references])
            if telling.others:
                row += tuple([read(line.facts, values) for read in telling.others])
            told = Told(telling, row)
            line.steps.append(told if unknown is None else self._without_value(told, unknown))
        line.worked.append(ready.id)
        if before != after:
            line.amount = after
            if ready.binds:
                line.binding_rule = ready.id
        if refuses or refers:
            self._find_failed(ready, line, effect)
        elif unknown is not None:
            self.find_unknown(ready.rule, line, unknown)

    def _without_value(self, told: Told, unknown: Evaluated) -> Step:
        return Step(
            rule=told.rule,
            title=told.title,
            before_cents=told.before_cents,
            after_cents=told.after_cents,
            explanation=self.unknown(unknown),
            inputs=told.inputs,
        )

    def _find_failed(self, ready: Ready, line: LineWork, effect: Effect) -> None:
        line.is_refused = line.is_refused or effect.refuses
        self.findings.append(
            Finding(
                rule=ready.rule,
                line=line.number,
                passed=False,
                severity=Severity.REFUSE if effect.refuses else Severity.REFER,
                message=line.steps[-1].explanation if self.speaks else UNSAID,
            )
        )

    def figure(self, name: str, line: LineWork) -> Figure:
        """A figure that any message may name."""
        read, unit = reading_of(name, self.plan.ruleset.params)
        return Figure(read(line.facts, line.values), unit)


Act = Callable[[Work, tuple[int, ...]], None]
"""A rule at work on the lines at these places, counted from 0."""


def ready(rule: Rule, plan: Plan) -> Ready:
    references, params = plan.references[rule.id], plan.ruleset.params
    speaks = speaker(rule, references, plan.messages.get(rule.id), params)
    return Ready(
        rule=rule,
        id=rule.id,
        when=rule.when,
        nothing=speaker(rule, references, None, params)("unchanged", ()),
        speaks=speaks,
        binds=not isinstance(rule, RoundRule),
    )


def euros(cents: Cents) -> Figure:
    return Figure(cents, Unit.EUROS)


def start(plan: Plan, case: Case, *, takes_most: bool, speaks: bool) -> Work:
    lines = []
    for number, facts in enumerate(case.lines, start=1):
        asked = facts.requested_cents
        lines.append(
            LineWork(
                number=number,
                facts=facts,
                values=Seen(plan.readers, case, facts),
                requested=asked,
                amount=asked,
                school_year=school_year_of(facts.period_from),
                takes_most=takes_most,
            )
        )
    undated = frozenset([document.kind for document in case.documents if document.dated is None])
    return Work(plan=plan, case=case, lines=lines, speaks=speaks, undated=undated)


# Amounts


Whole = Callable[[Mapping[str, Value]], "int | Evaluated"]


def whole(amount: Amount) -> Whole:
    """How the whole number is found, or else why there is none."""
    if isinstance(amount, int):
        return lambda _: amount
    direct, evaluate = amount.direct, amount.evaluate

    def computed(values: Mapping[str, Value]) -> int | Evaluated:
        found = evaluate(values)
        return found.value if isinstance(found.value, int) else found

    def compute(values: Mapping[str, Value]) -> int | Evaluated:
        value = direct(values) if direct is not None else None
        return value if type(value) is int else computed(values)

    return compute
