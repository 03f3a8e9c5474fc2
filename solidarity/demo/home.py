"""Where a demo lives: its directory, its secret, the passwords drawn from it, and who may use it now."""

import base64
import fcntl
import hmac
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from solidarity.settings import Settings, sqlite_path

SECRET_FILE = "secret"  # noqa: S105 - the name of the file, not what is in it
GROUP, GROUPS = 4, 4


class AlreadyRunning(Exception):  # noqa: N818 - what was found
    """Another program loads or serves this demo."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Home:
    """The directory of one demo."""

    directory: Path

    def secret(self) -> str:
        """The demo's own secret, made at the first start and readable by its owner only."""
        place = self.directory / SECRET_FILE
        try:
            descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return place.read_text(encoding="ascii").strip()
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48) + "\n")
        return place.read_text(encoding="ascii").strip()

    def has_secret(self) -> bool:
        return (self.directory / SECRET_FILE).exists()

    def password_for(self, email: str) -> str:
        """The password of a demo account: 80 bits drawn from the secret, in groups that can be typed."""
        drawn = hmac.digest(self.secret().encode(), f"password of {email}".encode(), "sha256")
        letters = base64.b32encode(drawn).decode().lower()[: GROUP * GROUPS]
        return "-".join(letters[place : place + GROUP] for place in range(0, len(letters), GROUP))

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody else loads or serves this demo during the block; raises `AlreadyRunning`."""
        self.directory.mkdir(parents=True, exist_ok=True)
        with (self.directory / "lock").open("w") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise AlreadyRunning(str(self.directory)) from None
            yield


def forget(settings: Settings) -> None:
    """Remove the half-loaded SQLite database of a demo, and the files that belong to it."""
    assert settings.is_sqlite, "only a file of our own is removed"
    path = sqlite_path(settings.database_url)
    for name in (path.name, f"{path.name}-wal", f"{path.name}-shm"):
        path.with_name(name).unlink(missing_ok=True)
    shutil.rmtree(settings.storage_directory, ignore_errors=True)
