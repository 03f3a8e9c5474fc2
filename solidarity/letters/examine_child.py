"""The program of the child process that opens PDF files brought by anybody and says what they are."""

import json
import re
from typing import Final

from solidarity.letters.child import serve
from solidarity.letters.proof import read_proof
from solidarity.letters.seal import verify

# The number also stands in the file's plain metadata, which survive when the decision inside is damaged.
_NUMBER: Final = re.compile(rb"L[0-9]{4}-[0-9]{6,12}")


def examine(question: bytes) -> bytes:
    """`question` is the length of the trusted certificate on four bytes, the certificate, the file."""
    length = int.from_bytes(question[:4], "big")
    certificate, pdf = question[4 : 4 + length], question[4 + length :]
    verdict = verify(pdf, certificate or None)
    proof = read_proof(pdf)
    written = _NUMBER.search(pdf)
    answer = {
        "is_sealed_by_us": verdict.intact and verdict.signer_trusted is True,
        "number": proof.number if proof else (written.group().decode() if written else None),
        "code": proof.verification_code if proof else None,
        "content_sha256": proof.content_sha256 if proof else None,
    }
    return json.dumps(answer).encode()


if __name__ == "__main__":
    serve(examine)
