"""Letters as people read them: lists, one letter, its file, its verification, and the outbox."""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from solidarity.archive import Archive, Damaged, Missing
from solidarity.rules.access import Person, scope_of
from solidarity.rules.errors import Conflict, Unknown, Unreadable
from solidarity.rules.reference import normalise_code, parse_letter_number
from solidarity.store.tables import (
    DecisionRow,
    JobRow,
    LetterFileRow,
    LetterRow,
    MailRow,
    RequestRow,
    SchoolRow,
)
from solidarity.store.transaction import reading


@dataclass(frozen=True, kw_only=True, slots=True)
class LetterView:
    """One letter; without `sha256` and `size` it is not rendered yet. `request` is the reference."""

    id: UUID
    number: str
    kind: str
    language: str
    request: str
    decision: int | None
    school: str
    school_name: str
    school_year: str
    issued_at: datetime
    sha256: str | None
    size: int | None
    superseded_by: str | None
    verification_code: str
    content_sha256: str
    is_set_aside: bool


@dataclass(frozen=True, kw_only=True, slots=True)
class Verified:
    """What anybody may learn of a letter: nothing about the pupil."""

    number: str
    kind: str
    issued_at: datetime
    superseded_by: str | None
    content_sha256: str


@dataclass(frozen=True, kw_only=True, slots=True)
class MailView:
    """One mail of the outbox."""

    id: UUID
    recipient: str
    subject: str
    letter: str | None
    created_at: datetime
    sent_at: datetime | None
    attempts: int
    problem: str | None


async def letters(
    person: Person,
    *,
    school: str | None = None,
    school_year: str | None = None,
    kind: str | None = None,
    q: str = "",
    request: str | None = None,
    limit: int = 50,
    before: tuple[datetime, UUID] | None = None,
) -> list[LetterView]:
    """The newest letters first; a director sees those of the own school. `q` is the start of a number."""
    async with reading():
        query = LetterRow.select()
        conditions = await _conditions(
            person, school=school, school_year=school_year, kind=kind, q=q, request=request
        )
        for condition in conditions:
            query = query.where(condition)
        if before is not None:
            at, last = before
            query = query.where(
                (LetterRow.issued_at < at) | ((LetterRow.issued_at == at) & (LetterRow.id < last))
            )
        rows = await query.order_by(LetterRow.issued_at, LetterRow.id, ascending=False).limit(limit)
        return await _views(rows)


async def letter(number: str, person: Person) -> LetterView:
    """One letter; raises `Unknown` when it is another school's, exactly as when there is none."""
    async with reading():
        return (await _views([await _in_scope(number, person)]))[0]


async def letter_pdf(number: str, person: Person, archive: Archive) -> bytes | None:
    """The sealed file, the same bytes for ever; None until it is rendered.

    Raises `Unknown`, and `Conflict("letter-damaged")` rather than give bytes that are not the letter.
    """
    row = await _in_scope(number, person)
    return await kept_file(row["id"], archive)


async def kept_file(letter_id: UUID, archive: Archive) -> bytes | None:
    """The stored file of a letter, for those who may have it; as `letter_pdf`."""
    file = await LetterFileRow.select(LetterFileRow.sha256).where(LetterFileRow.letter == letter_id).first()
    if file is None:
        return None
    try:
        return archive.get(file["sha256"])
    except (Missing, Damaged) as fault:
        raise Conflict("letter-damaged") from fault


async def letter_id_of(wanted: str) -> UUID:
    """The letter with this number, or the last one about the request with this reference."""
    by_number = LetterRow.select(LetterRow.id).where(LetterRow.number == wanted.upper())
    by_request = (
        LetterRow.select(LetterRow.id)
        .where(LetterRow.request.reference == wanted)
        .order_by(LetterRow.issued_at, ascending=False)
    )
    row = await by_number.first() or await by_request.first()
    if row is None:
        raise Unknown
    found: UUID = row["id"]
    return found


async def find_for_verification(number: str, code: str) -> Verified | None:
    """The letter with this number and this code, as typed from paper; None unless both are right."""
    try:
        parse_letter_number(number)
        wanted = normalise_code(code)
    except Unreadable:
        return None
    row = await LetterRow.select().where(LetterRow.number == number.strip().upper()).first()
    is_right = hmac.compare_digest(row["verification_code"] if row else "", wanted)
    return await _verified(row) if row is not None and is_right else None


async def find_by_sha256(sha256: str) -> Verified | None:
    """The letter whose stored file has this hash."""
    file = await LetterFileRow.select(LetterFileRow.letter).where(LetterFileRow.sha256 == sha256).first()
    if file is None:
        return None
    row = await LetterRow.select().where(LetterRow.id == file["letter"]).first()
    assert row is not None, "a foreign key points to the letter"
    return await _verified(row)


async def is_letter_number(number: str) -> bool:
    known: bool = await LetterRow.exists().where(LetterRow.number == number)
    return known


async def outbox(*, limit: int = 100, before: datetime | None = None) -> list[MailView]:
    """The newest mails first, sent or waiting."""
    query = MailRow.select(*MailRow.all_columns(), MailRow.letter.number.as_alias("letter_number"))
    if before is not None:
        query = query.where(MailRow.created_at < before)
    rows = await query.order_by(MailRow.created_at, MailRow.id, ascending=False).limit(limit)
    names = set(MailView.__dataclass_fields__) - {"letter"}
    return [MailView(letter=row["letter_number"], **{name: row[name] for name in names}) for row in rows]


async def _in_scope(number: str, person: Person) -> dict[str, Any]:
    row: dict[str, Any] | None = (
        await LetterRow.select().where(LetterRow.number == number.strip().upper()).first()
    )
    own = scope_of(person)
    if row is None or (own is not None and row["school"] != own):
        raise Unknown
    return row


async def _conditions(
    person: Person,
    *,
    school: str | None,
    school_year: str | None,
    kind: str | None,
    q: str,
    request: str | None,
) -> list[Any]:
    found: list[Any] = []
    own = scope_of(person)
    if own is not None:
        found.append(LetterRow.school == own)
    if school:
        row = await SchoolRow.select(SchoolRow.id).where(SchoolRow.slug == school).first()
        found.append(LetterRow.school == (row["id"] if row else UUID(int=0)))
    if school_year:
        found.append(LetterRow.school_year == school_year)
    if kind:
        found.append(LetterRow.kind == kind)
    if request:
        found.append(LetterRow.request.reference == request)
    if q.strip():
        found.append(_starts_with(q.strip()))
    return found


def _starts_with(typed: str) -> Any:
    plain = "".join(character for character in typed.upper() if character.isalnum() or character == "-")
    return LetterRow.number.like(f"{plain}%") | LetterRow.request.reference.like(f"{plain}%")


async def _views(rows: list[dict[str, Any]]) -> list[LetterView]:
    if not rows:
        return []
    ids = [row["id"] for row in rows]
    files = await _by(LetterFileRow, LetterFileRow.letter, ids)
    requests = await _by(RequestRow, RequestRow.id, (row["request"] for row in rows))
    schools = await _by(SchoolRow, SchoolRow.id, (row["school"] for row in rows))
    decisions = await _by(DecisionRow, DecisionRow.id, (row["decision"] for row in rows if row["decision"]))
    later = await _superseding(ids)
    aside = await _set_aside(ids)
    fields = ("id", "number", "kind", "language", "school_year", "issued_at")
    return [
        LetterView(
            **{name: row[name] for name in fields},
            request=requests[row["request"]]["reference"],
            decision=decisions[row["decision"]]["number"] if row["decision"] else None,
            school=schools[row["school"]]["slug"],
            school_name=schools[row["school"]]["name"],
            sha256=files[row["id"]]["sha256"] if row["id"] in files else None,
            size=files[row["id"]]["size"] if row["id"] in files else None,
            superseded_by=later.get(row["id"]),
            verification_code=row["verification_code"],
            content_sha256=row["content_sha256"],
            is_set_aside=str(row["id"]) in aside,
        )
        for row in rows
    ]


_NAMED: dict[Any, tuple[Any, ...]] = {
    LetterFileRow: (LetterFileRow.letter, LetterFileRow.sha256, LetterFileRow.size),
    RequestRow: (RequestRow.id, RequestRow.reference),
    SchoolRow: (SchoolRow.id, SchoolRow.slug, SchoolRow.name),
    DecisionRow: (DecisionRow.id, DecisionRow.number),
}


async def _by(table: Any, column: Any, ids: Iterable[UUID]) -> dict[UUID, dict[str, Any]]:
    wanted = list(set(ids))
    if not wanted:
        return {}
    rows = await table.select(*_NAMED[table]).where(column.is_in(wanted))
    return {row[column._meta.name]: row for row in rows}  # noqa: SLF001


async def _superseding(ids: list[UUID]) -> dict[UUID, str]:
    rows = await LetterRow.select(LetterRow.supersedes, LetterRow.number).where(
        LetterRow.supersedes.is_in(ids)
    )
    return {row["supersedes"]: row["number"] for row in rows}


async def _set_aside(ids: list[UUID]) -> set[str]:
    rows = await JobRow.select(JobRow.ref).where(
        (JobRow.kind == "letter")
        & JobRow.ref.is_in([str(one) for one in ids])
        & JobRow.set_aside_at.is_not_null()
    )
    return {row["ref"] for row in rows}


async def _verified(row: dict[str, Any]) -> Verified:
    later = await _superseding([row["id"]])
    return Verified(
        number=row["number"],
        kind=row["kind"],
        issued_at=row["issued_at"],
        superseded_by=later.get(row["id"]),
        content_sha256=row["content_sha256"],
    )
