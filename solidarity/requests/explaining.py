"""An assessment, a timeline and the open actions as templates show them, in the reader's language."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from solidarity.requests.lines import NewLine
from solidarity.requests.queries import RequestView
from solidarity.requests.wording import WORDS
from solidarity.rules.access import Action, Person, may
from solidarity.rules.lifecycle import EDITABLE, RequestAction, RequestState
from solidarity.rules.money import Cents
from solidarity.rules.ruleset import Assessment, Check, LineAssessment, Ruleset
from solidarity.rules.ruleset.explain import for_people
from solidarity.rules.ruleset.model import DocumentsRule
from solidarity.trail.queries import EventView
from solidarity.web.formats import moment
from solidarity.web.typography import typeset
from solidarity.web.visit import Language


@dataclass(frozen=True, kw_only=True, slots=True)
class LineExplained:
    """Why a line is proposed at this amount; `steps` are what the waterfall draws."""

    title: str
    requested_cents: Cents
    proposed_cents: Cents
    granted_cents: Cents | None
    is_refused: bool
    awaits_rate: bool
    steps: tuple[tuple[str, Cents, Cents, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Explained:
    """What the rules say of a request, in words; `remarks` are the rules not passed, documents apart.

    Each group of `missing` asks for one of its documents.
    """

    outcome: str
    approvals_required: int
    requested_cents: Cents
    proposed_cents: Cents
    lines: tuple[LineExplained, ...]
    checks: tuple[tuple[bool | None, str, str], ...]
    remarks: tuple[str, ...]
    missing: tuple[tuple[str, ...], ...]
    available_cents: Cents | None
    after_cents: Cents | None
    enough: bool
    envelopes: tuple[str, ...]
    ruleset_sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Openings:
    """What this person may do with this request now."""

    edit: bool
    send: bool
    answer: bool
    withdraw: bool
    add_document: bool
    remove_document: bool
    review: bool
    see_student: bool
    appeal: bool


def explained(
    found: Assessment,
    lines: Sequence[NewLine],
    language: Language,
    *,
    ruleset: Ruleset | None = None,
    granted: Sequence[Cents] = (),
) -> Explained:
    """`granted` is what each line got, once decided; `ruleset` knows which documents are alternatives."""
    budget = found.budget
    return Explained(
        outcome=found.outcome.value,
        approvals_required=found.approvals_required,
        requested_cents=found.requested_cents,
        proposed_cents=found.proposed_cents,
        lines=tuple(
            _line_explained(one, line, language, granted[place] if place < len(granted) else None)
            for place, (one, line) in enumerate(zip(found.lines, lines, strict=True))
        ),
        checks=tuple(
            (check.passed, _sentence(check, language), _which_lines(check.lines, len(lines), language))
            for check in found.checks
        ),
        remarks=tuple(
            _typeset(for_people(check.message.in_language(language)), language)
            for check in found.checks
            if check.passed is not True and not check.needs
        ),
        missing=_missing(found.checks, ruleset),
        available_cents=budget.available_cents,
        after_cents=budget.after_cents,
        enough=budget.enough,
        envelopes=tuple(use.name for use in budget.envelopes),
        ruleset_sha256=found.ruleset_sha256,
    )


def _line_explained(
    one: LineAssessment, line: NewLine, language: Language, granted_cents: Cents | None
) -> LineExplained:
    return LineExplained(
        title=_line_title(line, language),
        requested_cents=one.requested_cents,
        proposed_cents=one.proposed_cents,
        granted_cents=granted_cents,
        is_refused=one.is_refused,
        awaits_rate=one.awaits_rate,
        steps=tuple(
            (
                step.title.in_language(language),
                step.before_cents,
                step.after_cents,
                _typeset(step.explanation.in_language(language), language),
            )
            for step in one.steps
        ),
    )


def _sentence(check: Check, language: Language) -> str:
    """A ruleset spells documents by their code; people read their names."""
    sentence = for_people(check.message.in_language(language))
    named = ", ".join(WORDS.document(kind).in_language(language).lower() for kind in check.needs)
    said = sentence.replace(", ".join(check.needs), named) if check.needs else sentence
    return _typeset(said, language)


def _typeset(sentence: str, language: Language) -> str:
    return typeset(sentence) if language == "fr" else sentence


def _missing(checks: Sequence[Check], ruleset: Ruleset | None) -> tuple[tuple[str, ...], ...]:
    """One group for each document to join; a group of several is satisfied by any of them."""
    rules = {rule.id: rule for rule in ruleset.rules} if ruleset else {}
    groups: dict[tuple[str, ...], None] = {}
    for check in checks:
        if check.passed is not False or not check.needs:
            continue
        rule = rules.get(check.rule)
        any_of = (
            rule.any_of if isinstance(rule, DocumentsRule) and set(rule.any_of) <= set(check.needs) else ()
        )
        groups |= {(kind,): None for kind in check.needs if kind not in any_of}
        if any_of:
            groups[any_of] = None
    return tuple(groups)


def _line_title(line: NewLine, language: Language) -> str:
    category = WORDS.categories[line.category].in_language(language)
    kind = WORDS.kind(line.category, line.kind).in_language(language)
    return f"{category} – {kind[:1].lower()}{kind[1:]}"


def _which_lines(failed: Sequence[int], count: int, language: Language) -> str:
    """Which lines a check failed on, when there are several."""
    if count < 2 or not failed or len(failed) == count:
        return ""
    named = ", ".join(str(line) for line in failed)
    word = {"fr": "ligne", "en": "line"}[language] + ("s" if len(failed) > 1 else "")
    return f"({word} {named})"


def openings(view: RequestView, person: Person) -> Openings:
    """From the state table and the table of roles; nothing is decided here."""
    is_editable = view.status in EDITABLE and may(person, Action.EDIT_REQUEST)
    may_add = may(person, Action.ADD_DOCUMENT)
    return Openings(
        edit=is_editable,
        send=RequestAction.SUBMIT in view.open_actions,
        answer=RequestAction.ANSWER in view.open_actions,
        withdraw=RequestAction.WITHDRAW in view.open_actions,
        add_document=may_add and view.status in EDITABLE | {RequestState.SUBMITTED},
        remove_document=may_add and view.status in EDITABLE,
        review=may(person, Action.REVIEW) and view.status is not RequestState.DRAFT,
        see_student=may(person, Action.VIEW_STUDENTS),
        appeal=RequestAction.APPEAL in view.open_actions and may(person, Action.APPEAL),
    )


SAID_TO_ALL = frozenset({"request.request_information", "request.hold", "request.close"})
"""The actions whose message is for the school too; notes between deciders are not."""


def timeline_of(
    events: Sequence[EventView], person: Person, language: Language
) -> list[tuple[str, str, str, str]]:
    """Newest first: when, who, what, with which words."""
    sees_all = may(person, Action.VIEW_EVENTS)
    nobody = {"fr": "Le service", "en": "The service"}[language]
    return [
        (
            moment(event.at, language),
            event.actor or nobody,
            WORDS.action(event.action).in_language(language),
            _detail(event, language)
            if sees_all or event.action in SAID_TO_ALL
            else _document(event, language),
        )
        for event in reversed(events)
    ]


def _detail(event: EventView, language: Language) -> str:
    told = [
        str(event.detail[name])
        for name in ("message", "reason", "note", "override_reason")
        if event.detail.get(name)
    ]
    if event.action == "request.hold":
        told = [WORDS.hold_reason(text).in_language(language) for text in told]
    return "\n".join(told) or _document(event, language)


def _document(event: EventView, language: Language) -> str:
    kind = event.detail.get("kind")
    return WORDS.document(str(kind)).in_language(language) if kind else ""


def age_in_days(since: datetime, now: datetime) -> int:
    return max(0, (now - since).days)
