"""What a letter's PDF says for itself: number, code and content hash of the decision it carries."""

from dataclasses import dataclass
from io import BytesIO
from typing import Final

import pikepdf

from solidarity.rules.letter import LetterFacts, content_sha256, facts_from_json

ATTACHMENT_NAME: Final = "decision.json"
# Compressed bytes: a real decision takes some 4 KB, and a hostile one must not swell to gigabytes.
MOST_COMPRESSED_BYTES: Final = 64 * 1024


@dataclass(frozen=True, kw_only=True, slots=True)
class Proof:
    number: str
    verification_code: str
    content_sha256: str
    facts: LetterFacts


def read_proof(pdf: bytes) -> Proof | None:
    """None for anything but a letter of ours; who wrote it is another question, for `verify`."""
    try:
        facts = facts_from_json(_attached(pdf))
    except Exception:
        # The file comes from anybody: whatever is wrong with it, it is simply not a letter.
        return None
    return Proof(
        number=facts.number,
        verification_code=facts.verification_code,
        content_sha256=content_sha256(facts),
        facts=facts,
    )


def _attached(pdf: bytes) -> bytes:
    with pikepdf.open(BytesIO(pdf)) as document:
        stream = document.attachments[ATTACHMENT_NAME].get_file().obj
        if len(stream.read_raw_bytes()) > MOST_COMPRESSED_BYTES:
            raise ValueError("the attachment is too large to be a decision")
        content: bytes = stream.read_bytes()
        return content
