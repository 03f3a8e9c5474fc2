"""Running the `solidarity` program as people do: its environment, what it prints, its exit code."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from click.testing import CliRunner

from solidarity.cli import main

SECRET = "a secret for tests, long and varied 0123456789"


@dataclass(frozen=True, kw_only=True, slots=True)
class Finished:
    """How a command ended."""

    returncode: int
    stdout: str
    stderr: str


def environment(**settings: str) -> dict[str, str]:
    """The environment of this process with these settings of ours and no other."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SOLIDARITY_")}
    return kept | {f"SOLIDARITY_{name.upper()}": value for name, value in settings.items()}


def solidarity(*arguments: str | Path, typed: str = "", **settings: str) -> Finished:
    """Run a command to its end in this process, which is quick; `typed` is its standard input."""
    given: dict[str, str | None] = {name: None for name in os.environ if name.startswith("SOLIDARITY_")}
    given |= {f"SOLIDARITY_{name.upper()}": value for name, value in settings.items()}
    result = CliRunner().invoke(main, list(map(str, arguments)), input=typed, env=given)
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return Finished(returncode=result.exit_code, stdout=result.stdout, stderr=result.stderr)


def program(*arguments: str | Path, typed: str = "", **settings: str) -> Finished:
    """Run the program itself, from its first import to its exit code."""
    done = subprocess.run(
        [sys.executable, "-m", "solidarity", *map(str, arguments)],
        env=environment(**settings),
        input=typed,
        capture_output=True,
        text=True,
        timeout=110,
        check=False,
    )
    return Finished(returncode=done.returncode, stdout=done.stdout, stderr=done.stderr)


def one_line(finished: Finished) -> str:
    """What a refusal says; it is one line on standard error, and never a traceback."""
    lines = finished.stderr.strip().splitlines()
    assert len(lines) == 1, finished.stderr
    assert lines[0].startswith("solidarity: "), lines
    return lines[0].removeprefix("solidarity: ")
