"""What a letter says: its facts, frozen and hashable, and the checklist without which it must not issue."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, fields, is_dataclass
from datetime import date
from enum import StrEnum
from hashlib import sha256
from itertools import pairwise
from types import NoneType, UnionType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from solidarity.rules.errors import RuleError
from solidarity.rules.presence import absence

FORMAT = "solidarity-letter-1"


class LetterKind(StrEnum):
    GRANT = "grant"
    PARTIAL = "partial"
    REFUSAL = "refusal"
    EMERGENCY = "emergency"
    CORRECTION = "correction"
    TERMINATION = "termination"
    MAINTAINED = "maintained"
    WAITING_LIST = "waiting_list"
    INFORMATION_REQUEST = "information_request"
    ACKNOWLEDGEMENT = "acknowledgement"


class Ground(StrEnum):
    """Why less than asked; each is worded differently, since the family can do something else about it."""

    NOT_ELIGIBLE = "not_eligible"
    PAPERS_MISSING = "papers_missing"
    NO_CREDIT = "no_credit"
    LIMITED = "limited"
    JUDGEMENT = "judgement"


class Layout(StrEnum):
    STANDARD = "standard"
    SPACED = "spaced"


@dataclass(frozen=True, kw_only=True, slots=True)
class Fund:
    name: str
    address_lines: tuple[str, ...]
    email: str
    phone: str
    hours: str
    place: str
    logo: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class SchoolIdentity:
    name: str
    town: str
    address_lines: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Pupil:
    name: str
    birth_date: date
    trade: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Decider:
    name: str
    capacity: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DecidingBody:
    name: str
    people: tuple[Decider, ...]
    delegation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class RulesApplied:
    id: str
    title: str
    sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    title: str
    before_cents: int
    after_cents: int
    explanation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterLine:
    category: str
    kind: str
    description: str
    period_from: date
    period_to: date
    asked_cents: int
    proposed_cents: int
    granted_cents: int
    reason: str = ""
    steps: tuple[Step, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Reason:
    ground: Ground
    text: str
    rule: str
    figures: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DatedPayment:
    due_on: date
    amount_cents: int
    condition: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class Payment:
    payee: str
    means: str
    instalments: tuple[DatedPayment, ...]
    proof_deadline_on: date
    claim_by_on: date
    if_unused: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Review:
    """Who looks again: wording of the fund, since only its statutes and counsel know which rights exist."""

    body: str
    delay_days: int
    address_lines: tuple[str, ...]
    answer_days: int
    independence: str
    further: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Contact:
    name: str
    email: str
    phone: str
    hours: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Signatory:
    given_name: str
    family_name: str
    capacity: str
    delegation: str


@dataclass(frozen=True, kw_only=True, slots=True)
class DataNotice:
    controller: str
    purpose: str
    retention: str
    rights: str
    contact: str


@dataclass(frozen=True, kw_only=True, slots=True)
class OtherHelp:
    name: str
    detail: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Wanted:
    """What the fund still waits for, or what happens next, in a letter that decides nothing yet."""

    next_step: str
    papers: tuple[str, ...] = ()
    due_on: date | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Replaced:
    number: str
    issued_on: date
    why: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LogPosition:
    size: int
    root: str


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterFacts:
    kind: LetterKind
    language: Literal["fr", "en"]
    number: str
    verification_code: str
    verify_url: str
    request_reference: str
    decision_number: str
    fund: Fund
    school: SchoolIdentity
    addressee_lines: tuple[str, ...]
    pupil: Pupil
    subject: str
    requested_on: date
    complete_on: date | None
    decided_on: date | None
    issued_on: date
    decided_by: DecidingBody | None
    rules: RulesApplied | None
    proofs: tuple[str, ...]
    lines: tuple[LetterLine, ...]
    total_granted_cents: int
    reasons: tuple[Reason, ...]
    payment: Payment | None
    conditions: tuple[str, ...]
    review: Review | None
    contact: Contact
    signatory: Signatory
    data_notice: DataNotice
    computing: str
    log: LogPosition
    funder_mention: str | None = None
    other_help: tuple[OtherHelp, ...] = ()
    wanted: Wanted | None = None
    replaces: Replaced | None = None
    layout: Layout = Layout.STANDARD


class IncompleteLetter(RuleError):  # noqa: N818 - a state of the letter, like its siblings
    """The letter lacks something its reader is owed; `items` names every one."""

    code = "letter-incomplete"

    def __init__(self, items: list[str]) -> None:
        super().__init__()
        self.items = tuple(items)

    def __str__(self) -> str:
        return f"{self.code}: {', '.join(self.items)}"


PAYING = frozenset({LetterKind.GRANT, LetterKind.PARTIAL, LetterKind.EMERGENCY, LetterKind.CORRECTION})
REASONED = frozenset({LetterKind.PARTIAL, LetterKind.REFUSAL, LetterKind.TERMINATION, LetterKind.MAINTAINED})
DECIDING = PAYING | REASONED
WAITING = frozenset({LetterKind.WAITING_LIST, LetterKind.INFORMATION_REQUEST, LetterKind.ACKNOWLEDGEMENT})
REPLACING = frozenset({LetterKind.CORRECTION, LetterKind.TERMINATION})
REFUSING = frozenset({LetterKind.REFUSAL})
EVERY = frozenset(LetterKind)


_PATHS: tuple[tuple[frozenset[LetterKind], str], ...] = (
    (EVERY, "number verification_code verify_url request_reference addressee_lines subject lines computing"),
    (EVERY, "fund.name fund.address_lines fund.email fund.phone fund.hours fund.place"),
    (EVERY, "school.name school.town pupil.name"),
    (EVERY, "lines.*.category lines.*.kind lines.*.description"),
    (EVERY, "contact.name contact.email contact.phone contact.hours"),
    (EVERY, "signatory.given_name signatory.family_name signatory.capacity signatory.delegation"),
    (EVERY, "data_notice.controller data_notice.purpose data_notice.retention data_notice.rights"),
    (EVERY, "data_notice.contact log.root"),
    (DECIDING, "decision_number complete_on decided_on proofs"),
    (DECIDING, "decided_by.name decided_by.people decided_by.people.*.name decided_by.people.*.capacity"),
    (DECIDING, "decided_by.delegation rules.id rules.title rules.sha256"),
    (DECIDING, "review.body review.delay_days review.address_lines review.answer_days review.independence"),
    (PAYING, "lines.*.steps lines.*.steps.*.title lines.*.steps.*.explanation"),
    (PAYING, "payment.payee payment.means payment.instalments payment.proof_deadline_on payment.claim_by_on"),
    (PAYING, "payment.if_unused conditions"),
    (REASONED, "reasons reasons.*.text reasons.*.rule reasons.*.figures"),
    (REFUSING, "other_help other_help.*.name other_help.*.detail"),
    (WAITING, "wanted.next_step"),
    (frozenset({LetterKind.INFORMATION_REQUEST}), "wanted.papers wanted.due_on"),
    (REPLACING, "replaces.number replaces.issued_on replaces.why"),
)
CHECKLIST = tuple((path, kinds) for kinds, paths in _PATHS for path in paths.split())
_WANTED = {
    kind: tuple((path, absence(path)) for path, kinds in CHECKLIST if kind in kinds) for kind in LetterKind
}


def missing(facts: LetterFacts) -> list[str]:
    """Every checklist item that this kind of letter needs and does not have; empty means complete."""
    absent = [path for path, is_absent in _WANTED[facts.kind] if is_absent(facts)]
    if any(line.granted_cents < line.asked_cents and not line.reason.strip() for line in facts.lines):
        absent += ["lines.*.reason"] if facts.kind in DECIDING else []
    return absent


def contradictions(facts: LetterFacts) -> list[str]:
    """Every way in which the letter's figures disagree with each other; empty means they agree."""
    granted = sum(line.granted_cents for line in facts.lines)
    instalments = facts.payment.instalments if facts.payment else ()
    checks = (
        ("total-granted", facts.total_granted_cents != granted),
        ("instalments", bool(instalments) and sum(one.amount_cents for one in instalments) != granted),
        ("nothing-granted", facts.kind in PAYING - {LetterKind.CORRECTION} and granted <= 0),
        ("refusal-grants", facts.kind in REFUSING | WAITING and granted != 0),
        ("negative-amount", any(amount < 0 for amount in _amounts(facts))),
        ("steps-do-not-chain", not all(map(_chains, facts.lines))),
    )
    return [code for code, is_wrong in checks if is_wrong]


def assert_complete(facts: LetterFacts) -> None:
    """A letter is complete or absent: raises IncompleteLetter naming all that lacks or disagrees."""
    items = [*missing(facts), *contradictions(facts)]
    if items:
        raise IncompleteLetter(items)


def facts_to_json(facts: LetterFacts) -> bytes:
    """Canonical bytes: sorted keys, no spaces, UTF-8, so that equal facts have equal hashes."""
    value = {"format": FORMAT, **_plain(facts)}
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def facts_from_json(data: bytes) -> LetterFacts:
    """The facts written by `facts_to_json`; ValueError when they are anything else."""
    try:
        value = json.loads(data)
        if value.pop("format") != FORMAT:
            raise ValueError("unknown letter format")
        return _typed(value, LetterFacts)  # type: ignore[no-any-return]
    except (KeyError, TypeError, AttributeError, RecursionError) as fault:
        raise ValueError(f"not the facts of a letter: {fault!r}") from fault


def content_sha256(facts: LetterFacts) -> str:
    return sha256(facts_to_json(facts)).hexdigest()


def _amounts(facts: LetterFacts) -> Iterator[int]:
    for line in facts.lines:
        yield from (line.asked_cents, line.proposed_cents, line.granted_cents)
    yield from (one.amount_cents for one in (facts.payment.instalments if facts.payment else ()))


def _chains(line: LetterLine) -> bool:
    if not line.steps:
        return True
    ends_meet = line.steps[0].before_cents == line.asked_cents
    ends_meet = ends_meet and line.steps[-1].after_cents == line.proposed_cents
    return ends_meet and all(one.after_cents == two.before_cents for one, two in pairwise(line.steps))


def _plain(value: Any) -> Any:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, date) else value


def _typed(value: Any, wanted: Any) -> Any:
    options = get_args(wanted)
    if get_origin(wanted) is UnionType:
        return None if value is None else _typed(value, next(one for one in options if one is not NoneType))
    if get_origin(wanted) is tuple:
        return tuple(_typed(one, options[0]) for one in value)
    if get_origin(wanted) is Literal:
        return options[options.index(value)]
    if is_dataclass(wanted):
        hints = get_type_hints(wanted)
        return wanted(**{name: _typed(one, hints[name]) for name, one in value.items()})  # type: ignore[operator]
    if wanted is date:
        return date.fromisoformat(value)
    if isinstance(value, str) and issubclass(wanted, str):
        return wanted(value)
    if type(value) is not wanted:
        raise TypeError(f"{value!r} is not {wanted}")
    return value
