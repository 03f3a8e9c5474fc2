"""From a decision to the facts of its letter: pure, nothing read but the arguments."""

from dataclasses import dataclass, fields
from datetime import date, timedelta
from typing import Final

import msgspec

from solidarity.letters.decided import Decided, DecidedLine
from solidarity.letters.letterhead import Letterhead
from solidarity.letters.phrases import CATEGORIES, OUTCOMES, Language, joined, paper, phrase, said
from solidarity.letters.reasons import reason_of_line, reasons_of, replaced, revised
from solidarity.rules.calendar import age_on
from solidarity.rules.instalments import instalments
from solidarity.rules.letter import (
    FORMAT,
    PAYING,
    REASONED,
    REPLACING,
    DatedPayment,
    Decider,
    DecidingBody,
    LetterFacts,
    LetterKind,
    LetterLine,
    LogPosition,
    Payment,
    Pupil,
    Reason,
    RulesApplied,
    SchoolIdentity,
    Step,
)
from solidarity.rules.lifecycle import DecisionOutcome
from solidarity.rules.money import Cents

ADULT_AGE: Final = 18
KINDS: Final = {
    DecisionOutcome.GRANTED_FULL: LetterKind.GRANT,
    DecisionOutcome.GRANTED_PARTIAL: LetterKind.PARTIAL,
    DecisionOutcome.REFUSED: LetterKind.REFUSAL,
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Addressed:
    """The pupil, and who receives letters and money for them."""

    name: str
    birth_date: date
    trade: str | None
    guardian_name: str | None
    guardian_lines: tuple[str, ...]
    school: SchoolIdentity

    def is_adult_on(self, day: date) -> bool:
        return age_on(self.birth_date, day) >= ADULT_AGE


@dataclass(frozen=True, kw_only=True, slots=True)
class Issue:
    """What makes this letter this one: its number, code, day and place in the log."""

    number: str
    verification_code: str
    language: Language
    issued_on: date
    requested_on: date
    complete_on: date
    log: LogPosition


def letter_facts(
    decided: Decided, *, to: Addressed, papers: tuple[str, ...], issue: Issue, head: Letterhead
) -> LetterFacts:
    """Everything the letter of a decision says, in its language; `papers` are document kinds."""
    kind, language = kind_of(decided), issue.language
    total_cents = sum(line.granted_cents for line in decided.lines)
    return LetterFacts(
        kind=kind,
        language=language,
        number=issue.number,
        verification_code=issue.verification_code,
        verify_url=_verify_url(head.verify_address, issue),
        request_reference=decided.request["reference"],
        decision_number=f"{decided.request['reference']}/{decided.decision_number}",
        fund=head.fund,
        school=to.school,
        addressee_lines=addressee_lines(to, issue.issued_on, language),
        pupil=Pupil(name=to.name, birth_date=to.birth_date, trade=to.trade),
        subject=_subject(decided, kind, language),
        requested_on=issue.requested_on,
        complete_on=issue.complete_on,
        decided_on=issue.issued_on,
        issued_on=issue.issued_on,
        decided_by=_deciding_body(decided, head),
        rules=RulesApplied(
            id=decided.rules.id,
            title=decided.rules.title.in_language(language),
            sha256=decided.rules.sha256,
        ),
        proofs=_proofs(papers, language),
        lines=tuple(_line(line, language, kind) for line in decided.lines),
        total_granted_cents=total_cents,
        reasons=_reasons(decided, kind, language),
        payment=_payment(decided, to, issue, head) if total_cents and kind in PAYING else None,
        conditions=head.conditions if kind in PAYING else (),
        review=head.review,
        contact=head.contact,
        signatory=head.signatory,
        data_notice=head.data_notice,
        computing=head.computing,
        log=issue.log,
        funder_mention=head.funder_mention,
        other_help=head.other_help if kind is LetterKind.REFUSAL else (),
        replaces=replaced(decided.revision, language) if kind in REPLACING else None,
        layout=head.layout,
    )


def facts_as_stored(facts: LetterFacts) -> bytes:
    """The bytes of `facts_to_json`, ten times faster, for the transaction of a decision."""
    said = {field.name: getattr(facts, field.name) for field in fields(facts)}
    return msgspec.json.encode({"format": FORMAT, **said}, order="sorted")


def kind_of(decided: Decided) -> LetterKind:
    """A decision about an earlier one says itself what its letter is."""
    return decided.revision.kind if decided.revision else KINDS[decided.outcome]


def _reasons(decided: Decided, kind: LetterKind, language: Language) -> tuple[Reason, ...]:
    if kind not in REASONED:
        return ()
    return (revised(decided.revision, language),) if decided.revision else reasons_of(decided, language)


def addressee_lines(to: Addressed, day: date, language: Language) -> tuple[str, ...]:
    """The adult pupil; else the guardian; else whoever represents the pupil, at the school."""
    care_of = phrase("care_of", language, school=to.school.name)
    at_school = (care_of, *(to.school.address_lines or (to.school.town,)))
    if to.is_adult_on(day):
        return (to.name, *at_school)
    if to.guardian_name:
        return (to.guardian_name, *(to.guardian_lines or at_school))
    return (phrase("guardians", language, pupil=to.name), *at_school)


def payee(to: Addressed, day: date, language: Language) -> str:
    if to.is_adult_on(day):
        return to.name
    return to.guardian_name or phrase("payee_school", language, school=to.school.name)


def _verify_url(address: str, issue: Issue) -> str:
    """Number and code are letters, digits and hyphens: nothing in them needs quoting."""
    return f"{address}/verify?number={issue.number}&code={issue.verification_code}"


def _subject(decided: Decided, kind: LetterKind, language: Language) -> str:
    asked = dict.fromkeys(line.line.category for line in decided.lines)
    what = joined([said(CATEGORIES[name], language) for name in asked], language)
    return phrase("subject", language, what=what, outcome=said(OUTCOMES[kind], language))


def _deciding_body(decided: Decided, head: Letterhead) -> DecidingBody:
    return DecidingBody(
        name=head.body_name,
        people=tuple(Decider(name=name, capacity=head.body_capacity) for name in decided.deciders),
        delegation=head.body_delegation,
    )


def _proofs(papers: tuple[str, ...], language: Language) -> tuple[str, ...]:
    named = tuple(dict.fromkeys(paper(kind, language) for kind in papers))
    return named or (phrase("no_papers", language),)


def _line(line: DecidedLine, language: Language, kind: LetterKind) -> LetterLine:
    return LetterLine(
        category=line.line.category,
        kind=line.line.kind,
        description=line.line.description or line.line.kind,
        period_from=line.line.period_from,
        period_to=line.line.period_to,
        asked_cents=line.assessed.requested_cents,
        proposed_cents=line.assessed.proposed_cents,
        granted_cents=line.granted_cents,
        reason=reason_of_line(line, language, kind),
        steps=tuple(
            Step(
                title=step.title.in_language(language),
                before_cents=step.before_cents,
                after_cents=step.after_cents,
                explanation=step.explanation.in_language(language) or step.title.in_language(language),
            )
            for step in line.assessed.steps
        ),
    )


def _payment(decided: Decided, to: Addressed, issue: Issue, head: Letterhead) -> Payment:
    last = max(line.line.period_to for line in decided.lines if line.granted_cents)
    claim_by = max(last, issue.issued_on + timedelta(days=head.claim_days))
    return Payment(
        payee=payee(to, issue.issued_on, issue.language),
        means=head.means,
        instalments=_instalments(decided, issue),
        proof_deadline_on=claim_by + timedelta(days=head.proof_days),
        claim_by_on=claim_by,
        if_unused=head.if_unused,
    )


def _instalments(decided: Decided, issue: Issue) -> tuple[DatedPayment, ...]:
    """What is due on one day is one payment, unless part of it still waits for something."""
    due: dict[tuple[date, str], Cents] = {}
    for line in decided.lines:
        waits = phrase("awaits_rate", issue.language) if line.assessed.awaits_rate else ""
        for one in instalments(
            granted_cents=line.granted_cents,
            frequency=line.line.frequency,
            period_from=line.line.period_from,
            period_to=line.line.period_to,
            first_on=issue.issued_on,
        ):
            due[one.due_on, waits] = due.get((one.due_on, waits), 0) + one.amount_cents
    return tuple(
        DatedPayment(due_on=day, amount_cents=cents, condition=waits)
        for (day, waits), cents in sorted(due.items())
    )
