"""Queueing the letter of a decision inside its own transaction, and keeping what the fund says of itself."""

import secrets
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from solidarity.letters.compose import Addressed, Issue, facts_as_stored, letter_facts
from solidarity.letters.decided import Decided, DecidedLine
from solidarity.letters.letterhead import (
    BASE_URL_SETTING,
    LETTERHEAD_SETTING,
    Letterhead,
    WrongLetterhead,
    read_letterhead,
)
from solidarity.letters.queue import AT_ONCE, enqueue
from solidarity.rules.access import Person
from solidarity.rules.calendar import paris_day, school_year_bounds, school_year_of
from solidarity.rules.errors import Conflict
from solidarity.rules.letter import (
    IncompleteLetter,
    LetterFacts,
    LogPosition,
    SchoolIdentity,
    assert_complete,
)
from solidarity.rules.reference import CODE_BYTES, letter_number, verification_code
from solidarity.store.counters import next_number
from solidarity.store.fund_settings import fund_setting, keep_fund_setting
from solidarity.store.statements import Statement, insert, rows_by_key
from solidarity.store.tables import FundSettingRow, JobRow, LetterRow, SchoolRow, StudentRow
from solidarity.store.transaction import writing
from solidarity.trail.commands import Subject, held_chain_head, record

__all__ = [
    "Decided",
    "DecidedLine",
    "keep_base_url",
    "keep_letterhead",
    "put_letters_behind",
    "queue_decision_letter",
]

OLD_LETTERS = 100
_PAPERS = Statement("SELECT kind, added_at FROM document WHERE request = {} ORDER BY added_at")


async def queue_decision_letter(decided: Decided, *, by: Person, now: datetime) -> str:
    """Number and freeze the letter of a decision, and have it rendered after the commit; answers its number.

    Call it inside the decision's transaction. Raises `Conflict("letter-incomplete", items=…)`: a letter is
    complete or absent, and without it there is no decision.
    """
    assert by is not None, "a named person decides"
    request = decided.request
    if decided.head is None:
        decided = replace(decided, head=await held_chain_head())
    school = decided.school or await _row(SchoolRow, request["school"])
    student = decided.student or await _row(StudentRow, request["student"])
    papers = await _papers(request["id"]) if decided.papers is None else decided.papers
    head = await _letterhead("en" if student["letter_language"] == "en" else "fr")
    first_day, _ = school_year_bounds(school_year_of(paris_day(now)))
    number = letter_number(first_day.year, await next_number(f"letter:{first_day.year}"))
    facts = letter_facts(
        decided,
        to=_addressed(student, school),
        papers=tuple(row["kind"] for row in papers),
        issue=_issue(number, student, decided, papers, now),
        head=head,
    )
    _require_complete(facts)
    await _insert(facts, decided, now)
    return number


async def keep_letterhead(text: str, *, by: Person | None, now: datetime) -> None:
    """Replace what the fund says of itself in letters still to be decided. Raises `WrongLetterhead`."""
    for language in ("fr", "en"):
        read_letterhead(text, "en" if language == "en" else "fr")
    async with writing():
        await keep_fund_setting(LETTERHEAD_SETTING, text)
        await record("letterhead.changed", about=Subject(kind="fund", id="letterhead"), by=by, at=now)


async def keep_base_url(base_url: str) -> None:
    """Remember the address people use, which letters and mails point to; called when the service starts."""
    if await fund_setting(BASE_URL_SETTING) == base_url:
        return
    async with writing():
        await keep_fund_setting(BASE_URL_SETTING, base_url)


async def put_letters_behind(*, issued_before: datetime) -> None:
    """Letters of past years wait until every newer one is rendered."""
    async with writing():
        old = LetterRow.select(LetterRow.id).where(LetterRow.issued_at < issued_before)
        refs = [str(row["id"]) for row in await old]
        for start in range(0, len(refs), 500):
            await JobRow.update({JobRow.priority: OLD_LETTERS}).where(
                (JobRow.kind == "letter") & JobRow.ref.is_in(refs[start : start + 500])
            )


async def _letterhead(language: Any) -> Letterhead:
    rows = await rows_by_key(FundSettingRow, [LETTERHEAD_SETTING, BASE_URL_SETTING])
    settings = {row["key"]: row["value"] for row in rows}
    try:
        return read_letterhead(
            settings.get(LETTERHEAD_SETTING), language, verify_address=settings.get(BASE_URL_SETTING)
        )
    except WrongLetterhead as fault:
        raise Conflict("letterhead-wrong", problem=str(fault)) from fault


def _addressed(student: dict[str, Any], school: dict[str, Any]) -> Addressed:
    return Addressed(
        name=f"{student['given_name']} {student['family_name']}",
        birth_date=student["birth_date"],
        trade=student["trade"],
        guardian_name=student["guardian_name"],
        guardian_lines=_lines(student["guardian_address"]),
        school=SchoolIdentity(
            name=school["name"],
            town=school["town"] or school["region"],
            address_lines=_lines(school["address"]),
        ),
    )


def _issue(
    number: str,
    student: dict[str, Any],
    decided: Decided,
    papers: Sequence[dict[str, Any]],
    now: datetime,
) -> Issue:
    request, head = decided.request, decided.head
    assert head is not None, "a letter says where in the log it stands"
    submitted_at = request["submitted_at"] or request["created_at"]
    complete_at = max([submitted_at, *(row["added_at"] for row in papers)])
    return Issue(
        number=number,
        verification_code=verification_code(secrets.token_bytes(CODE_BYTES)),
        language="en" if student["letter_language"] == "en" else "fr",
        issued_on=paris_day(now),
        requested_on=paris_day(submitted_at),
        complete_on=paris_day(complete_at),
        log=LogPosition(size=head.size, root=head.root),
    )


def _require_complete(facts: LetterFacts) -> None:
    try:
        assert_complete(facts)
    except IncompleteLetter as fault:
        raise Conflict("letter-incomplete", items=", ".join(fault.items)) from fault


async def _insert(facts: LetterFacts, decided: Decided, now: datetime) -> None:
    written = facts_as_stored(facts)
    letter = uuid4()
    await insert(
        LetterRow,
        {
            "id": letter,
            "number": facts.number,
            "kind": facts.kind.value,
            "language": facts.language,
            "request": decided.request["id"],
            "decision": decided.decision_id,
            "school": decided.request["school"],
            "school_year": decided.request["school_year"],
            "facts": written.decode(),
            "content_sha256": sha256(written).hexdigest(),
            "verification_code": facts.verification_code,
            "issued_at": now,
            "supersedes": decided.revision.former if facts.replaces and decided.revision else None,
        },
    )
    await enqueue("letter", letter, priority=AT_ONCE, now=now)


async def _papers(request: UUID) -> list[dict[str, Any]]:
    return await _PAPERS.rows(request)


async def _row(table: Any, row_id: UUID) -> dict[str, Any]:
    rows = await rows_by_key(table, [row_id])
    assert rows, "a foreign key points to it"
    return rows[0]


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(line.strip() for line in (text or "").splitlines() if line.strip())
