"""Small facts about several requests at once, for homes and lists."""

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from solidarity.store.tables import LetterRow, RequestRow
from solidarity.store.transaction import reading


async def letters_of(requests: Sequence[UUID]) -> dict[UUID, str]:
    """The number of the last letter of each of these requests."""
    if not requests:
        return {}
    async with reading():
        rows = await (
            LetterRow.select(LetterRow.request, LetterRow.number)
            .where(LetterRow.request.is_in(list(requests)))
            .order_by(LetterRow.issued_at, LetterRow.number)
        )
    return {row["request"]: row["number"] for row in rows}


async def dues_of(requests: Sequence[UUID]) -> dict[UUID, date]:
    """Until when each of these requests awaits something, where a day was given."""
    if not requests:
        return {}
    async with reading():
        rows = await RequestRow.select(RequestRow.id, RequestRow.status_due).where(
            RequestRow.id.is_in(list(requests)) & RequestRow.status_due.is_not_null()
        )
    return {row["id"]: row["status_due"] for row in rows}
