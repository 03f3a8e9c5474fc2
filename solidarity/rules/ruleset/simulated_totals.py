"""What a simulation adds up to: cost by category, school, region and month, who gains and who loses."""

import heapq
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from solidarity.rules.envelopes import Envelope
from solidarity.rules.money import Cents
from solidarity.rules.ruleset.assessment import Outcome
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.simulate import Past, Question, Simulated, SimulatedLine, simulate_students
from solidarity.rules.ruleset.spending import Commitment, EnvelopeSpending, Spending, spend

MOST_CHANGES = 50


@dataclass(frozen=True, kw_only=True, slots=True)
class Figures:
    """`count` requests (lines, by category): proposed and granted then, and under the tried rules."""

    key: str
    count: int
    proposed_cents: Cents
    granted_cents: Cents
    new_proposed_cents: Cents
    new_granted_cents: Cents

    @property
    def difference_cents(self) -> Cents:
        return self.new_granted_cents - self.granted_cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Pupils:
    """Gain and lose compare what is granted; eligible is who has at least one request that is not refused."""

    count: int
    gain: int
    lose: int
    become_eligible: int
    stop_being_eligible: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """One pupil, known by the references of the requests alone."""

    references: tuple[str, ...]
    school: str
    granted_cents: Cents
    new_granted_cents: Cents

    @property
    def difference_cents(self) -> Cents:
        return self.new_granted_cents - self.granted_cents


@dataclass(frozen=True, kw_only=True, slots=True)
class Lacking:
    """What the tried rules want to know that the requests of then do not say, and in how many."""

    kind: str
    what: Text
    requests: int


@dataclass(frozen=True, kw_only=True, slots=True)
class EnvelopeChange:
    """One envelope of that year, spent on what was granted and on what the tried rules would grant."""

    then: EnvelopeSpending
    new: EnvelopeSpending


@dataclass(frozen=True, kw_only=True, slots=True)
class Summary:
    """`uncertain_cents` is the part of the new cost in requests that lack a fact or a paper.

    `new_most_cents` is what the tried rules would propose at the top of every discretion band.
    """

    total: Figures
    new_most_cents: Cents
    uncertain_cents: Cents
    incomplete_requests: int
    outcomes_then: dict[str, int]
    new_outcomes: dict[str, int]
    pupils: Pupils
    by_category: tuple[Figures, ...]
    by_school: tuple[Figures, ...]
    by_region: tuple[Figures, ...]
    by_month: tuple[Figures, ...]
    lacking: tuple[Lacking, ...]
    changes: tuple[Change, ...]
    envelopes: tuple[EnvelopeChange, ...]
    unpaid_cents: Cents
    unpaid_from: date | None
    new_unpaid_cents: Cents
    new_unpaid_from: date | None


@dataclass(kw_only=True, slots=True)
class _Sum:
    count: int = 0
    proposed: Cents = 0
    granted: Cents = 0
    new_proposed: Cents = 0
    new_granted: Cents = 0

    def add(self, lines: Sequence[SimulatedLine]) -> None:
        self.count += 1
        for line in lines:
            self.proposed += line.proposed_cents
            self.granted += line.granted_cents
            self.new_proposed += line.new_proposed_cents
            self.new_granted += line.new_granted_cents

    def merge(self, other: "_Sum") -> None:
        self.count += other.count
        self.proposed += other.proposed
        self.granted += other.granted
        self.new_proposed += other.new_proposed
        self.new_granted += other.new_granted

    def figures(self, key: str) -> Figures:
        return Figures(
            key=key,
            count=self.count,
            proposed_cents=self.proposed,
            granted_cents=self.granted,
            new_proposed_cents=self.new_proposed,
            new_granted_cents=self.new_granted,
        )


@dataclass(kw_only=True, slots=True)
class _Pupil:
    school: str
    references: list[str] = field(default_factory=list)
    granted: Cents = 0
    new_granted: Cents = 0
    was_eligible: bool = False
    is_eligible: bool = False


_Needs = tuple[tuple[str, Cents], ...]


class _Spent(NamedTuple):
    order: int
    reference: str
    on: date
    school: str
    region_code: str
    then: _Needs
    new: _Needs


def tally_students(question: Question, students: Iterable[Sequence[Past]]) -> "Tally":
    """These pupils simulated and counted: what one process does, and sends back."""
    tally = Tally()
    for one in simulate_students(question, students):
        tally.add(one)
    return tally


@dataclass(kw_only=True, slots=True)
class Tally:
    """Takes simulated requests one after the other, in any order, and keeps only what the summary needs."""

    total: _Sum = field(default_factory=_Sum)
    new_most_cents: Cents = 0
    uncertain_cents: Cents = 0
    incomplete_requests: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    new_outcomes: Counter[str] = field(default_factory=Counter)
    groups: dict[str, dict[str, _Sum]] = field(
        default_factory=lambda: {"category": {}, "school": {}, "region": {}, "month": {}}
    )
    pupils: dict[str, _Pupil] = field(default_factory=dict)
    lacking: Counter[tuple[str, str, str]] = field(default_factory=Counter)
    spent: list[_Spent] = field(default_factory=list)

    def add(self, one: Simulated) -> None:
        self.total.add(one.lines)
        for name, key in (
            ("school", one.school),
            ("region", one.region_code),
            ("month", one.decided_on.strftime("%Y-%m")),
        ):
            self.groups[name].setdefault(key, _Sum()).add(one.lines)
        for line in one.lines:
            self.groups["category"].setdefault(line.category, _Sum()).add((line,))
        self.new_most_cents += sum(line.most_cents for line in one.lines)
        self.outcomes[one.outcome_then] += 1
        self.new_outcomes[one.outcome] += 1
        self._add_pupil(one)
        self._add_lacking(one)
        self._add_spent(one)

    @property
    def count(self) -> int:
        """How many requests were added."""
        return self.total.count

    def merge(self, other: "Tally") -> None:
        """Add everything another tally took; no pupil is in both."""
        assert not self.pupils.keys() & other.pupils.keys(), "all requests of a pupil are counted together"
        self.total.merge(other.total)
        for name, groups in other.groups.items():
            for key, found in groups.items():
                self.groups[name].setdefault(key, _Sum()).merge(found)
        self.new_most_cents += other.new_most_cents
        self.uncertain_cents += other.uncertain_cents
        self.incomplete_requests += other.incomplete_requests
        self.outcomes.update(other.outcomes)
        self.new_outcomes.update(other.new_outcomes)
        self.pupils |= other.pupils
        self.lacking.update(other.lacking)
        self.spent += other.spent

    def _add_pupil(self, one: Simulated) -> None:
        pupil = self.pupils.setdefault(one.student, _Pupil(school=one.school))
        pupil.references.append(one.reference)
        pupil.granted += sum(line.granted_cents for line in one.lines)
        pupil.new_granted += sum(line.new_granted_cents for line in one.lines)
        pupil.was_eligible = pupil.was_eligible or one.outcome_then != Outcome.NOT_ELIGIBLE
        pupil.is_eligible = pupil.is_eligible or one.outcome != Outcome.NOT_ELIGIBLE

    def _add_lacking(self, one: Simulated) -> None:
        if one.outcome == Outcome.INCOMPLETE:
            self.incomplete_requests += 1
            self.uncertain_cents += sum(line.new_granted_cents for line in one.lines)
        self.lacking.update(("fact", text.fr, text.en) for text in one.lacks_facts)
        self.lacking.update(("paper", text.fr, text.en) for text in one.lacks_papers)
        self.lacking.update(("kind", kind, kind) for kind in one.lacks_kinds)

    def _add_spent(self, one: Simulated) -> None:
        then = tuple((line.category, line.granted_cents) for line in one.lines if line.granted_cents)
        new = tuple((line.category, line.new_granted_cents) for line in one.lines if line.new_granted_cents)
        if then or new:
            self.spent.append(
                _Spent(
                    order=one.order,
                    reference=one.reference,
                    on=one.decided_on,
                    school=one.school,
                    region_code=one.region_code,
                    then=then,
                    new=then if new == then else new,
                )
            )

    def summary(self, envelopes: Sequence[Envelope]) -> Summary:
        """The figures so far; `envelopes` hold what was allocated to each in that year."""
        self.spent.sort(key=lambda spent: (spent.order, spent.reference))
        then = spend(envelopes, (_commitment(spent, spent.then) for spent in self.spent))
        new = spend(envelopes, (_commitment(spent, spent.new) for spent in self.spent))
        return Summary(
            total=self.total.figures(""),
            new_most_cents=self.new_most_cents,
            uncertain_cents=self.uncertain_cents,
            incomplete_requests=self.incomplete_requests,
            outcomes_then=dict(sorted(self.outcomes.items())),
            new_outcomes=dict(sorted(self.new_outcomes.items())),
            pupils=_pupils(self.pupils.values()),
            lacking=self._lacks(),
            changes=_changes(self.pupils.values()),
            envelopes=_envelope_changes(then, new),
            unpaid_cents=then.unpaid_cents,
            unpaid_from=then.unpaid_from,
            new_unpaid_cents=new.unpaid_cents,
            new_unpaid_from=new.unpaid_from,
            **{f"by_{name}": _figures(groups) for name, groups in self.groups.items()},
        )

    def _lacks(self) -> tuple[Lacking, ...]:
        ordered = sorted(self.lacking.items(), key=lambda item: (-item[1], item[0]))
        return tuple(
            Lacking(kind=kind, what=Text(fr, en), requests=count) for (kind, fr, en), count in ordered
        )


def _figures(groups: dict[str, _Sum]) -> tuple[Figures, ...]:
    return tuple(groups[key].figures(key) for key in sorted(groups))


def _commitment(spent: _Spent, needs: _Needs) -> Commitment:
    return Commitment(on=spent.on, school=spent.school, region_code=spent.region_code, needs=needs)


def _pupils(pupils: Collection[_Pupil]) -> Pupils:
    return Pupils(
        count=len(pupils),
        gain=sum(1 for one in pupils if one.new_granted > one.granted),
        lose=sum(1 for one in pupils if one.new_granted < one.granted),
        become_eligible=sum(1 for one in pupils if one.is_eligible and not one.was_eligible),
        stop_being_eligible=sum(1 for one in pupils if one.was_eligible and not one.is_eligible),
    )


def _changes(pupils: Collection[_Pupil]) -> tuple[Change, ...]:
    """The largest, whichever way; by reference among equals."""
    changed = (
        Change(
            references=tuple(one.references),
            school=one.school,
            granted_cents=one.granted,
            new_granted_cents=one.new_granted,
        )
        for one in pupils
        if one.new_granted != one.granted
    )
    return tuple(
        heapq.nsmallest(
            MOST_CHANGES, changed, key=lambda change: (-abs(change.difference_cents), change.references)
        )
    )


def _envelope_changes(then: Spending, new: Spending) -> tuple[EnvelopeChange, ...]:
    return tuple(
        EnvelopeChange(then=before, new=after)
        for before, after in zip(then.envelopes, new.envelopes, strict=True)
    )
