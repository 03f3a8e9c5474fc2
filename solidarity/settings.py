"""The settings of one process: read once from the environment, typed, checked; nobody else reads it."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

LEAST_SECRET_BYTES = 32


class WrongSetting(Exception):  # noqa: N818 - what was found
    """A setting that cannot be used; the message is one clear line."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Settings:
    """Everything that may differ between two installations."""

    database_url: str = "sqlite:///var/solidarity.sqlite"
    """Where the data are: `sqlite:///relative`, `sqlite:////absolute` or `postgresql://…`."""
    secret_key: str | None = None
    """At least 32 bytes; only `serve` requires it. Password and token hashes never depend on it."""
    base_url: str | None = None
    """The address people use, for links in mails and letters."""
    storage_url: str = ""
    """Where files are kept: `file:///…`; with SQLite `files/` beside the database by default."""
    seal_directory: Path = Path("var/seal")
    """Where the key and the certificate of the seal are; made at set-up."""
    seal_certificate: Path | None = None
    """The certificate `letters verify` trusts when none is given."""
    smtp_url: str | None = None
    """`smtp://user:password@host:port`, `smtps://…`; without it mails stay in the outbox, visible."""
    mail_from: str = "solidarite@example.org"
    """The sender of mails."""
    locale: str = "fr"
    """`fr` or `en`: the language for somebody who has not chosen."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses of proxies whose X-Forwarded headers are believed."""
    allowed_hosts: tuple[str, ...] = ()
    """Host names the service answers to; loopback names always."""
    render_workers: int = 1
    """How many letter workers `serve` and `demo` start."""
    now: datetime | None = None
    """Freezes the business clock; demo and tests only."""

    @property
    def is_sqlite(self) -> bool:
        return self.database_url.startswith("sqlite:")

    @property
    def storage_directory(self) -> Path:
        return Path(self.storage_url.removeprefix("file://"))


def sqlite_path(database_url: str) -> Path:
    """`sqlite:///x` is relative, `sqlite:////x` absolute."""
    return Path(database_url.removeprefix("sqlite:///"))


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings in the environment.

    Raises `WrongSetting` at the first one that cannot be used, naming it, and for an unknown name.
    """
    given = os.environ if environment is None else environment
    values = {name: value for name, value in given.items() if name.startswith("SOLIDARITY_") and value != ""}
    unknown = sorted(set(values) - set(_READERS) - _FOREIGN)
    if unknown:
        raise WrongSetting(f"{unknown[0]}: unknown setting")
    found = {}
    for name, (field, read) in _READERS.items():
        if name in values:
            found[field] = read(name, values[name])
    return _with_defaults(found)


def demo_settings(directory: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of a demo: everything under its directory, unless the environment says otherwise."""
    given = dict(os.environ if environment is None else environment)
    home = directory.absolute()
    given.setdefault("SOLIDARITY_DATABASE_URL", f"sqlite:///{home / 'solidarity.sqlite'}")
    given.setdefault("SOLIDARITY_SEAL_DIRECTORY", str(home / "seal"))
    if not given["SOLIDARITY_DATABASE_URL"].startswith("sqlite:"):
        given.setdefault("SOLIDARITY_STORAGE_URL", f"file://{home / 'files'}")
    return read_settings(given)


def spoken_locale(environment: Mapping[str, str] | None = None) -> str:
    """The language a program speaks before its settings are read, wrong or not: `fr` unless told `en`."""
    given = os.environ if environment is None else environment
    return "en" if given.get("SOLIDARITY_LOCALE") == "en" else "fr"


def as_environment(settings: Settings) -> dict[str, str]:
    """The variables from which a program that we start reads these same settings."""
    given = {name: getattr(settings, field) for name, (field, _read) in _READERS.items()}
    return {name: _written(value) for name, value in given.items() if value not in (None, (), "")}


def hand_down(settings: Settings) -> None:
    """Have every program that this one starts read these settings, and no other of ours."""
    for name in [name for name in os.environ if name in _READERS]:
        del os.environ[name]
    os.environ.update(as_environment(settings))


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    return ",".join(value) if isinstance(value, tuple) else str(value)


def _with_defaults(found: dict[str, object]) -> Settings:
    url = str(found.get("database_url", Settings.__dataclass_fields__["database_url"].default))
    home = sqlite_path(url).parent if url.startswith("sqlite:") else Path("var")
    found.setdefault("storage_url", f"file://{(home / 'files').absolute()}")
    found.setdefault("seal_directory", home / "seal")
    return Settings(**found)  # type: ignore[arg-type]


def _text(_name: str, value: str) -> str:
    return value


def _database_url(name: str, value: str) -> str:
    if value.startswith("sqlite:///") and value != "sqlite:///":
        return value
    if value.startswith(("postgresql://", "postgres://")) and urlsplit(value).path.strip("/"):
        return value
    raise WrongSetting(f"{name}: expected sqlite:///PATH or postgresql://USER@HOST/NAME")


def _secret(name: str, value: str) -> str:
    if len(value.encode()) < LEAST_SECRET_BYTES:
        raise WrongSetting(f"{name}: at least {LEAST_SECRET_BYTES} bytes are needed")
    if len(set(value)) < 8:
        raise WrongSetting(f"{name}: this is an example value, not a secret")
    return value


def _web_url(name: str, value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.netloc or parts.path.strip("/"):
        raise WrongSetting(f"{name}: expected https://HOST with no path")
    return value.rstrip("/")


def _storage_url(name: str, value: str) -> str:
    if value.startswith("file:///") and len(value) > len("file:///"):
        return value
    raise WrongSetting(f"{name}: expected file:///DIRECTORY (s3:// is not supported by this version)")


def _smtp_url(name: str, value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname:
        raise WrongSetting(f"{name}: expected smtp://HOST:PORT or smtps://HOST:PORT")
    return value


def _locale(name: str, value: str) -> str:
    if value not in {"fr", "en"}:
        raise WrongSetting(f"{name}: expected fr or en")
    return value


def _names(_name: str, value: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in value.split(",") if part.strip())


def _workers(name: str, value: str) -> int:
    if not value.isascii() or not value.isdigit() or not 0 <= int(value) <= 64:
        raise WrongSetting(f"{name}: expected a number from 0 to 64")
    return int(value)


def _path(_name: str, value: str) -> Path:
    return Path(value)


def _instant(name: str, value: str) -> datetime:
    try:
        instant = datetime.fromisoformat(value)
    except ValueError:
        raise WrongSetting(f"{name}: expected an ISO instant such as 2026-11-02T09:00:00Z") from None
    if instant.tzinfo is None:
        raise WrongSetting(f"{name}: the instant needs its offset, such as Z or +01:00")
    return instant.astimezone(UTC)


_READERS = {
    "SOLIDARITY_DATABASE_URL": ("database_url", _database_url),
    "SOLIDARITY_SECRET_KEY": ("secret_key", _secret),
    "SOLIDARITY_BASE_URL": ("base_url", _web_url),
    "SOLIDARITY_STORAGE_URL": ("storage_url", _storage_url),
    "SOLIDARITY_SEAL_DIRECTORY": ("seal_directory", _path),
    "SOLIDARITY_SEAL_CERTIFICATE": ("seal_certificate", _path),
    "SOLIDARITY_SMTP_URL": ("smtp_url", _smtp_url),
    "SOLIDARITY_MAIL_FROM": ("mail_from", _text),
    "SOLIDARITY_LOCALE": ("locale", _locale),
    "SOLIDARITY_TRUSTED_PROXIES": ("trusted_proxies", _names),
    "SOLIDARITY_ALLOWED_HOSTS": ("allowed_hosts", _names),
    "SOLIDARITY_RENDER_WORKERS": ("render_workers", _workers),
    "SOLIDARITY_NOW": ("now", _instant),
}
_FOREIGN = {"SOLIDARITY_COMPLETE"}
