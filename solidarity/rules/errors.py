"""The refusals a rule can raise, each with a stable code; their wording lives in the web toolkit."""

from collections.abc import Mapping
from dataclasses import dataclass, field


class Unreadable(ValueError):  # noqa: N818 - read aloud: "raise Unreadable"
    """A typed value that cannot be read; `code` is stable, such as "amount-negative"."""

    def __init__(self, code: str, **figures: object) -> None:
        super().__init__(code)
        self.code = code
        self.figures: Mapping[str, object] = figures


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """One thing wrong in a request; `pointer` is a JSON pointer such as "/lines/0/amount_cents"."""

    pointer: str
    code: str
    figures: Mapping[str, object] = field(default_factory=dict)


class RuleError(Exception):
    """A broken precondition; subclasses say which kind, `code` says exactly which one."""

    code: str = "refused"

    def __init__(self, code: str | None = None, **figures: object) -> None:
        self.code = code or type(self).code
        self.figures: Mapping[str, object] = figures
        super().__init__(self.code)


class Unknown(RuleError):  # noqa: N818
    """Absent, or outside what the caller may see: the two are never told apart."""

    code = "not-found"


class NotAllowed(RuleError):  # noqa: N818
    code = "forbidden"


class Conflict(RuleError):  # noqa: N818
    """The state of things does not allow the action."""

    code = "conflict"


class Invalid(RuleError):  # noqa: N818
    """Every problem of what was sent, at once."""

    code = "invalid"

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        assert problems, "an invalid request names at least one problem"
        super().__init__()
        self.problems = problems


class Stale(RuleError):  # noqa: N818
    """Somebody else changed it since it was read."""

    code = "stale"


class Gone(RuleError):  # noqa: N818
    """It existed and was used up or erased."""

    code = "gone"


class TooMany(RuleError):  # noqa: N818
    code = "too-many"

    def __init__(self, retry_after_seconds: int) -> None:
        super().__init__()
        self.retry_after = retry_after_seconds
