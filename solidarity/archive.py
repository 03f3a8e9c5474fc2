"""Files by their SHA-256: written once, complete or absent, never overwritten."""

import hashlib
import os
import secrets
from dataclasses import dataclass
from pathlib import Path


class Missing(Exception):  # noqa: N818 - read aloud: "raise Missing"
    """No file has this hash."""


class Damaged(Exception):  # noqa: N818
    """The stored bytes no longer have the hash under which they were written."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Archive:
    """A directory of files named by their content."""

    root: Path

    def put(self, content: bytes) -> str:
        """Store the bytes and answer their SHA-256; storing the same bytes twice is storing them once.

        On return they are on the disk, name included: temporary file, fsync, rename, fsync of the folder.
        """
        sha256 = hashlib.sha256(content).hexdigest()
        place = self._place(sha256)
        if place.exists() and self._is_whole(place, sha256):
            return sha256
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        half = place.with_name(f".{sha256}.{secrets.token_hex(8)}")
        try:
            _write_synced(half, content)
            half.rename(place)
        finally:
            half.unlink(missing_ok=True)
        _sync_folder(place.parent)
        return sha256

    def get(self, sha256: str) -> bytes:
        """The bytes under this hash; raises `Missing`, or `Damaged` when they changed."""
        try:
            content = self._place(sha256).read_bytes()
        except FileNotFoundError:
            raise Missing(sha256) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise Damaged(sha256)
        return content

    def _place(self, sha256: str) -> Path:
        assert len(sha256) == 64, "files are named by their SHA-256"
        assert sha256.isalnum(), "a hash is hexadecimal"
        return self.root / sha256[:2] / sha256

    def _is_whole(self, place: Path, sha256: str) -> bool:
        return hashlib.sha256(place.read_bytes()).hexdigest() == sha256


def _write_synced(place: Path, content: bytes) -> None:
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
