"""What is wrong with a ruleset or a case, said in both languages."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """A sentence in French and in English."""

    fr: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.fr


@dataclass(frozen=True, kw_only=True, slots=True)
class Fault:
    """One reason a ruleset is refused: where, why, and what to do about it."""

    line: int | None
    rule: str | None
    code: str
    message: Text
    remedy: Text


@dataclass(frozen=True, kw_only=True, slots=True)
class CaseProblem:
    """One value of a case that cannot be used; `pointer` is an RFC 6901 JSON pointer."""

    pointer: str
    code: str
    message: Text


class RulesetFaults(ValueError):  # noqa: N818 - it carries faults, it is not one
    """Every fault of a ruleset at once."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(fault.message.en for fault in faults[:5]))
        self.faults = faults


class CaseFaults(ValueError):  # noqa: N818 - it carries problems, it is not one
    """Every problem of a case at once."""

    def __init__(self, problems: tuple[CaseProblem, ...]) -> None:
        super().__init__("; ".join(f"{problem.pointer}: {problem.message.en}" for problem in problems[:5]))
        self.problems = problems
