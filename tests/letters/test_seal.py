"""The seal: any change to any byte is seen, strangers are told apart, and nothing ever ends in a traceback."""

import asyncio
import random
import re
import stat
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from solidarity.letters.seal import Seal, SealReason, SealVerdict, make_seal, seal, verify
from tests.letters.conftest import SEALED_AT

Letter = Callable[..., bytes]
FLIPS_ANYWHERE = 25


@pytest.fixture(scope="module")
def sealed(letter: Letter, the_seal: Seal) -> bytes:
    return seal(letter(), at=SEALED_AT, seal=the_seal)


def test_a_sealed_letter_is_intact_and_its_signer_known(sealed: bytes, the_seal: Seal) -> None:
    verdict = verify(sealed, the_seal.certificate_pem)
    assert verdict == SealVerdict(
        intact=True,
        signer_trusted=True,
        fingerprint=the_seal.fingerprint,
        reason=SealReason.INTACT,
        sealed_at=SEALED_AT,
    )
    assert verdict.is_acceptable


def test_without_a_certificate_the_signer_is_not_checked(sealed: bytes, the_seal: Seal) -> None:
    verdict = verify(sealed)
    assert (verdict.reason, verdict.signer_trusted) == (SealReason.SIGNER_NOT_CHECKED, None)
    assert verdict.fingerprint == the_seal.fingerprint
    assert verdict.is_acceptable


def test_a_stranger_s_seal_is_refused(letter: Letter, the_seal: Seal, tmp_path: Path) -> None:
    stranger = make_seal(tmp_path, now=SEALED_AT, common_name="Fonds de solidarité (essai)")
    forged = seal(letter(), at=SEALED_AT, seal=stranger)
    verdict = verify(forged, the_seal.certificate_pem)
    assert verdict.reason == SealReason.UNKNOWN_SIGNER
    assert not verdict.is_acceptable
    assert verify(forged, the_seal.certificate_pem + stranger.certificate_pem).is_acceptable


def test_an_expired_certificate_does_not_harm_an_old_letter(letter: Letter, tmp_path: Path) -> None:
    long_ago = datetime(1999, 1, 1, tzinfo=UTC)
    old = make_seal(tmp_path, now=long_ago, common_name="Fonds de solidarité (ancien)")
    verdict = verify(seal(letter(), at=long_ago + timedelta(days=1), seal=old), old.certificate_pem)
    assert verdict.reason == SealReason.INTACT


def container(pdf: bytes) -> tuple[int, int]:
    found = re.search(rb"/ByteRange \[0 (\d+) (\d+) ", pdf)
    assert found
    return int(found[1]), int(found[2])


def flipped(pdf: bytes, place: int, bit: int) -> bytes:
    return pdf[:place] + bytes([pdf[place] ^ bit]) + pdf[place + 1 :]


def test_a_flipped_byte_anywhere_is_refused(sealed: bytes, the_seal: Seal) -> None:
    chance = random.Random(20261103)
    start, end = container(sealed)
    places = [chance.randrange(len(sealed)) for _ in range(FLIPS_ANYWHERE)]
    # The signature cannot cover its own container: there every byte must be refused by other means.
    places += [
        start,
        start + 1,
        end - 1,
        end - 2,
        *(chance.randrange(start, end) for _ in range(FLIPS_ANYWHERE)),
    ]
    accepted = [
        (place, bit)
        for place in places
        for bit in (0x01, 0x20)
        if verify(flipped(sealed, place, bit), the_seal.certificate_pem).is_acceptable
    ]
    assert accepted == []


@pytest.mark.parametrize("extra", [b"\n", b" ", b"\x00", b"%%EOF\n", b"1 0 obj\n<<>>\nendobj\n"])
def test_anything_appended_is_refused(extra: bytes, sealed: bytes, the_seal: Seal) -> None:
    assert not verify(sealed + extra, the_seal.certificate_pem).intact
    assert not verify(extra + sealed, the_seal.certificate_pem).intact


def test_a_second_seal_on_top_is_refused(sealed: bytes, the_seal: Seal) -> None:
    doubled = sealed + sealed
    assert not verify(doubled, the_seal.certificate_pem).intact


@pytest.mark.parametrize("kept_share", [0.0, 0.1, 0.5, 0.9, 0.999])
def test_a_truncated_letter_is_refused(kept_share: float, sealed: bytes, the_seal: Seal) -> None:
    assert not verify(sealed[: int(len(sealed) * kept_share)], the_seal.certificate_pem).intact


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"%PDF-1.7", b"%PDF-1.7\n%%EOF", b"\xff" * 5000, b"PK\x03\x04"]
)
def test_garbage_gets_a_clean_verdict(data: bytes) -> None:
    verdict = verify(data)
    assert (verdict.intact, verdict.reason) == (False, SealReason.UNREADABLE)


def test_a_letter_without_seal_says_so(letter: Letter) -> None:
    assert verify(letter()).reason == SealReason.NO_SEAL


def test_the_key_is_private_and_never_overwritten(tmp_path: Path) -> None:
    make_seal(tmp_path, now=SEALED_AT, common_name="Essai")
    key = tmp_path / "key.pem"
    before = key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        make_seal(tmp_path, now=SEALED_AT, common_name="Essai")
    assert key.read_bytes() == before


def test_a_key_of_another_certificate_is_refused(tmp_path: Path) -> None:
    for name in ("one", "two"):
        make_seal(tmp_path / name, now=SEALED_AT, common_name=name)
    (tmp_path / "one" / "key.pem").write_bytes((tmp_path / "two" / "key.pem").read_bytes())
    with pytest.raises(ValueError, match="do not belong together"):
        Seal.load(tmp_path / "one")


def test_sealing_and_verifying_work_inside_an_event_loop(letter: Letter, the_seal: Seal) -> None:
    async def both() -> SealVerdict:
        return verify(seal(letter(), at=SEALED_AT, seal=the_seal), the_seal.certificate_pem)

    assert asyncio.run(both()).is_acceptable
