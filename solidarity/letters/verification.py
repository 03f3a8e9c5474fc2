"""Whether a letter is one of ours and still in force: what anybody may ask, and nothing about the pupil."""

import asyncio
import hashlib
import json
import re
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final

from solidarity.letters.child import Child, ChildFailed
from solidarity.letters.queries import (
    Verified,
    find_by_sha256,
    find_for_verification,
    is_letter_number,
)
from solidarity.rules.errors import TooMany

# A letter takes some 60 KB; larger files are not opened.
MOST_OPENED_BYTES: Final = 2_000_000
SECONDS: Final = 15.0
_LETTER_OR_PDF: Final = re.compile(rb"%PDF-|L[0-9]{4}-[0-9]{6}")
TRIES_PER_MINUTE: Final = 40
MOST_ADDRESSES: Final = 10_000


class Status(StrEnum):
    VALID = "valid"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    UNKNOWN = "unknown"
    ALTERED = "altered"


@dataclass(frozen=True, kw_only=True, slots=True)
class Answer:
    """Of the same shape whatever was asked."""

    status: Status
    number: str | None = None
    kind: str | None = None
    issued_at: datetime | None = None
    superseded_by: str | None = None


@dataclass(kw_only=True, slots=True)
class Examiner:
    """Opens files in a child process, one at a time, and holds back whoever asks too often."""

    child: Child = field(default_factory=lambda: Child("solidarity.letters.examine_child", most_pieces=50))
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    tries: dict[str, list[datetime]] = field(default_factory=dict)

    def admit(self, address: str, *, at: datetime) -> None:
        """Count a try. Raises `TooMany` after forty in a minute from one address."""
        if len(self.tries) > MOST_ADDRESSES:
            self.tries.clear()
        recent = [one for one in self.tries.get(address, []) if (at - one).total_seconds() < 60]
        if len(recent) >= TRIES_PER_MINUTE:
            raise TooMany(60)
        self.tries[address] = [*recent, at]

    async def open(self, certificate: bytes, pdf: bytes) -> dict[str, str | bool | None]:
        question = len(certificate).to_bytes(4, "big") + certificate + pdf
        async with self.turn:
            try:
                found: dict[str, str | bool | None] = json.loads(
                    await self.child.ask(question, seconds=SECONDS)
                )
            except ChildFailed:
                return {"is_sealed_by_us": False, "number": None, "code": None, "content_sha256": None}
            finally:
                # Kept between two questions it would need somebody to end it; starting takes a second.
                await self.child.end()
        return found


async def check_code(number: str, code: str) -> Answer:
    """What was typed from paper, or photographed."""
    return _of(await find_for_verification(number, code))


async def check_file(pdf: bytes, certificate: bytes, examiner: Examiner) -> Answer:
    """A file: known by its hash; else sealed by us and unchanged; else altered, if it says it is ours."""
    known = await find_by_sha256(hashlib.sha256(pdf).hexdigest())
    if known is not None:
        return _of(known)
    if len(pdf) > MOST_OPENED_BYTES or not _LETTER_OR_PDF.search(pdf):
        return Answer(status=Status.UNKNOWN)
    found = await examiner.open(certificate, pdf)
    number, code = found["number"], found["code"]
    claimed = await find_for_verification(str(number), str(code)) if number and code else None
    if found["is_sealed_by_us"] and claimed and claimed.content_sha256 == found["content_sha256"]:
        return _of(claimed)
    if claimed is not None:
        return Answer(
            status=Status.ALTERED, number=claimed.number, kind=claimed.kind, issued_at=claimed.issued_at
        )
    says_ours = bool(number) and await is_letter_number(str(number))
    return Answer(status=Status.ALTERED if says_ours else Status.UNKNOWN)


def _of(found: Verified | None) -> Answer:
    if found is None:
        return Answer(status=Status.UNKNOWN)
    return Answer(
        status=Status.SUPERSEDED if found.superseded_by else Status.VALID,
        number=found.number,
        kind=found.kind,
        issued_at=found.issued_at,
        superseded_by=found.superseded_by,
    )
