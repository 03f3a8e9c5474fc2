"""The only reader of the machine's clock: the business clock, which a demo may freeze, and the real one."""

from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Clock:
    """The business clock: requests, decisions, letters and money are dated by it."""

    frozen: datetime | None = None

    def now(self) -> datetime:
        """The instant at which business happens, aware, in UTC."""
        return self.frozen or real_now()


def real_now() -> datetime:
    """The machine's own time, for sessions and tokens, which end whatever the business clock says."""
    return datetime.now(UTC)  # noqa: TID251
