"""Which single fact would change what the rules say: the nearest change of each, found by assessing again."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from heapq import merge
from typing import Any

from solidarity.rules.money import Cents
from solidarity.rules.ruleset.assess import assess
from solidarity.rules.ruleset.assessment import Assessment, Outcome
from solidarity.rules.ruleset.case import Case, DocumentFact
from solidarity.rules.ruleset.dials import Counted, Dial, Nature, dials
from solidarity.rules.ruleset.expressions import Value
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.model import DocumentsRule, Ruleset
from solidarity.rules.ruleset.regions import next_change, regions_of
from solidarity.rules.ruleset.visible import Seen, readers
from solidarity.rules.ruleset.what_if_wording import Change, sentence
from solidarity.rules.ruleset.wording import document_list

MOST_ASSESSMENTS = 30
MOST_HOPS = 3
MOST_REGIONS_OF_THE_UNKNOWN = 5
OUTCOMES = tuple(Outcome)
NATURES = tuple(Nature)


@dataclass(frozen=True, kw_only=True, slots=True)
class TurningPoint:
    """The nearest value of one fact with which the outcome is better, or the same with more money.

    `before` and `after` are in the unit `counted` names (a day by its ordinal); `papers` for documents.
    One unit less of the change does not do it. `binding_rules` has one id a line, in their order.
    """

    fact: str
    line: int | None
    nature: Nature
    counted: Counted
    before: int | None
    after: int | None
    papers: tuple[str, ...]
    outcome: Outcome
    proposed_cents: Cents
    gained_cents: Cents
    binding_rules: tuple[str | None, ...]
    text: Text


def turning_points(ruleset: Ruleset, case: Case, assessment: Assessment) -> tuple[TurningPoint, ...]:
    """At most one for each fact, the best result first; costs at most 30 assessments whatever the rules."""
    trial = _Trial(ruleset, case, assessment)
    found = [*_papers(trial), *(point for dial in dials(ruleset, case) for point in _of_dial(dial, trial))]
    return tuple(sorted(found, key=_best_first))


def applied(ruleset: Ruleset, case: Case, point: TurningPoint) -> Case:
    """The case with the one change that the turning point is about."""
    if point.counted is Counted.PAPERS:
        return _with_papers(case, point.papers)
    assert point.after is not None, "a fact that is moved has a new value"
    return next(
        dial.put(point.after)
        for dial in dials(ruleset, case)
        if (dial.fact, dial.line) == (point.fact, point.line)
    )


def _best_first(point: TurningPoint) -> tuple[int, int, int, int, str]:
    return (
        -OUTCOMES.index(point.outcome),
        -point.proposed_cents,
        NATURES.index(point.nature),
        point.line or 0,
        point.fact,
    )


class _Trial:
    """Assesses changed cases, as many as allowed; the money in envelopes changes nothing of it."""

    def __init__(self, ruleset: Ruleset, case: Case, assessment: Assessment) -> None:
        self.ruleset = ruleset
        self.case = case
        self.before = assessment
        self._left = MOST_ASSESSMENTS

    def of(self, case: Case) -> Assessment | None:
        if self._left == 0:
            return None
        self._left -= 1
        return assess(self.ruleset, replace(case, envelopes=None))

    def improves(self, found: Assessment) -> bool:
        return _rank(found) > _rank(self.before)

    def sacrifices(self, line: int | None, found: Assessment) -> bool:
        """Whether the line that changes gets less, so that others may take more of a cap they share."""
        if line is None or found.outcome is not self.before.outcome:
            return False
        return found.lines[line - 1].proposed_cents < self.before.lines[line - 1].proposed_cents

    def point(self, dial: Dial, after: int, found: Assessment, below: int | None) -> TurningPoint:
        is_today, student = dial.nature is Nature.TIME, self.case.student
        age = student.age_on(date.fromordinal(after)) if is_today else None
        change = Change(
            label=dial.label,
            counted=dial.counted,
            before=dial.value,
            after=after,
            below=below,
            age=age if age != student.age_on(self.case.today) else None,
            is_today=is_today,
        )
        return _point(self, change, found, fact=dial.fact, line=dial.line, nature=dial.nature)


def _rank(assessment: Assessment) -> tuple[int, Cents]:
    return OUTCOMES.index(assessment.outcome), assessment.proposed_cents


def _point(
    trial: _Trial,
    change: Change,
    found: Assessment,
    *,
    fact: str,
    line: int | None,
    nature: Nature,
    papers: tuple[str, ...] = (),
) -> TurningPoint:
    shown_line = line if len(trial.case.lines) > 1 else None
    return TurningPoint(
        fact=fact,
        line=line,
        nature=nature,
        counted=change.counted,
        before=change.before,
        after=change.after,
        papers=papers,
        outcome=found.outcome,
        proposed_cents=found.proposed_cents,
        gained_cents=found.proposed_cents - trial.before.proposed_cents,
        binding_rules=tuple(each.binding_rule for each in found.lines),
        text=sentence(change, trial.before, found, line=shown_line),
    )


# Papers


def _papers(trial: _Trial) -> Iterator[TurningPoint]:
    """One paper when it is enough, else all that are missing; of alternatives the first."""
    needed = _missing(trial)
    if not needed:
        return
    together = tuple(dict.fromkeys(kind for kinds in needed for kind in kinds))
    for papers in [(kind,) for kind in together] if len(together) > 1 else []:
        found = trial.of(_with_papers(trial.case, papers))
        if found is not None and trial.improves(found):
            yield _papers_point(trial, papers, found)
            return
    found = trial.of(_with_papers(trial.case, together))
    if found is not None and trial.improves(found):
        yield _papers_point(trial, together, found)


def _missing(trial: _Trial) -> list[tuple[str, ...]]:
    """For each rule about papers that failed, what would satisfy it."""
    wanted = {rule.id: rule for rule in trial.ruleset.rules if isinstance(rule, DocumentsRule)}
    found = []
    for check in trial.before.checks:
        rule = wanted.get(check.rule)
        if rule is not None and check.needs:
            others = [kind for kind in check.needs if kind not in rule.all_of]
            found.append((*(kind for kind in check.needs if kind in rule.all_of), *others[:1]))
    return found


def _with_papers(case: Case, papers: tuple[str, ...]) -> Case:
    """With the papers given today."""
    given = tuple(DocumentFact(kind=kind, dated=case.today) for kind in papers)
    return replace(case, documents=(*case.documents, *given))


def _papers_point(trial: _Trial, papers: tuple[str, ...], found: Assessment) -> TurningPoint:
    change = Change(
        label=Text("les pièces", "the papers"),
        counted=Counted.PAPERS,
        before=None,
        after=None,
        below=None,
        papers=document_list(papers),
    )
    return _point(trial, change, found, fact="documents", line=None, nature=Nature.PAPER, papers=papers)


# Facts that are numbers, days or yes and no


def _of_dial(dial: Dial, trial: _Trial) -> Iterator[TurningPoint]:
    region = _region(dial, trial)
    if region is None:
        return
    found = (
        _when_known(dial, trial, region) if dial.value is None else _nearest(dial, dial.value, trial, region)
    )
    if found is not None:
        yield found


@dataclass(frozen=True, kw_only=True, slots=True)
class Region:
    """What every condition and scale that reads the fact says at a value of it, and numbers they name."""

    at: Callable[[int], Hashable]
    hints: tuple[int, ...]


def _region(dial: Dial, trial: _Trial) -> Region | None:
    ruleset, case = trial.ruleset, trial.case
    numbers = [dial.line] if dial.line is not None else range(1, len(case.lines) + 1)
    probes: list[tuple[Mapping[str, Value], Callable[[Mapping[str, Value]], Hashable]]] = []
    hints: set[int] = set()
    moved = frozenset(dial.seen(dial.least))
    for number in numbers:
        line = case.lines[number - 1]
        all_seen = Seen(readers(ruleset), case, line)
        for each in regions_of(ruleset, case, line, moved):
            seen = {name: all_seen[name] for name in each.names}
            probes.append((seen, each.at))
            hints |= {*each.hints, *_parameters(each.names, seen)}
    if not probes:
        return None

    def at(value: int) -> Hashable:
        changed = dial.seen(value)
        return tuple(probe({**seen, **changed}) for seen, probe in probes)

    return Region(at=at, hints=tuple(sorted(hints)))


def _parameters(names: tuple[str, ...], seen: Mapping[str, Value]) -> set[int]:
    found = {seen.get(name) for name in names if name.startswith("params.")}
    return {value for value in found if isinstance(value, int) and not isinstance(value, bool)}


def _nearest(dial: Dial, value: int, trial: _Trial, region: Region) -> TurningPoint | None:
    """The nearest improvement at a turning point; None when every small step already helps a little."""
    ways = (_hops(dial, value, region, -1), _hops(dial, value, region, 1))
    for candidate in merge(*ways, key=lambda point: abs(point - value)):
        found = trial.of(dial.put(candidate))
        if found is None:
            return None
        if not trial.improves(found) or trial.sacrifices(dial.line, found):
            continue
        nearer = candidate - 1 if candidate > value else candidate + 1
        other = trial.before if nearer == value else trial.of(dial.put(nearer))
        is_turning = other is not None and (not trial.improves(other) or _rank(other)[0] < _rank(found)[0])
        return trial.point(dial, candidate, found, None) if is_turning else None
    return None


def _hops(dial: Dial, value: int, region: Region, direction: int) -> Iterator[int]:
    here = value
    for _ in range(MOST_HOPS):
        edge = dial.most if direction > 0 else dial.least
        found = next_change(region.at, here, edge, region.hints)
        if found is None:
            return
        yield found
        here = found


def _when_known(dial: Dial, trial: _Trial, region: Region) -> TurningPoint | None:
    """The best that the unknown fact could bring, with the range of values that bring it."""
    best: tuple[tuple[int, Cents], TurningPoint] | None = None
    here: int | None = dial.least
    for _ in range(MOST_REGIONS_OF_THE_UNKNOWN):
        if here is None:
            break
        below = next_change(region.at, here, dial.most, region.hints)
        found = trial.of(dial.put(here))
        if found is None:
            break
        if trial.improves(found) and (best is None or _rank(found) > best[0]):
            best = (_rank(found), trial.point(dial, here, found, below))
        here = below
    return best[1] if best else None


# For readers


def explain_turning_points(points: Iterable[TurningPoint], language: str) -> tuple[str, ...]:
    """One sentence for each, the best first."""
    return tuple(point.text.in_language(language) for point in points)


def turning_point_to_json(point: TurningPoint, language: str) -> dict[str, Any]:
    """`from` and `to` are integers of `counted_in`, true or false, days as YYYY-MM-DD, or kinds of papers."""
    return {
        "fact": point.fact,
        "line": point.line,
        "nature": point.nature.value,
        "counted_in": point.counted.value,
        "from": _plain(point.before, point.counted),
        "to": list(point.papers) if point.papers else _plain(point.after, point.counted),
        "outcome": point.outcome.value,
        "proposed_cents": point.proposed_cents,
        "gained_cents": point.gained_cents,
        "binding_rules": list(point.binding_rules),
        "sentence": point.text.in_language(language),
    }


def _plain(value: int | None, counted: Counted) -> int | bool | str | None:
    if value is None:
        return None
    if counted is Counted.DAY:
        return date.fromordinal(value).isoformat()
    return bool(value) if counted is Counted.TRUTH else value
