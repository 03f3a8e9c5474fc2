"""A child process for work on documents: with limits, without our secrets, and killed when it hangs."""

import asyncio
import contextlib
import os
import resource
import struct
import sys
from asyncio import IncompleteReadError
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, Final

MOST_MEMORY_BYTES: Final = 2 * 1024**3
MOST_CPU_SECONDS: Final = 60
MOST_PIECES: Final = 400
MOST_ANSWER_BYTES: Final = 64 * 1024**2
WELL, BADLY = b"+", b"-"
# What a document library needs from the environment; keys, addresses and tokens are not among it.
PASSED_ON: Final = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_LENGTH = struct.Struct(">I")


class ChildFailed(Exception):  # noqa: N818 - what happened
    """The work failed in the child, or the child died or hung over it; the message says which."""


class Child:
    """One child process, started when first asked and again after it died; it does one thing at a time."""

    def __init__(self, module: str, *, most_pieces: int = MOST_PIECES) -> None:
        self._module = module
        self._most_pieces = most_pieces
        self._process: Process | None = None
        self._pieces = 0

    async def ask(self, question: bytes, *, seconds: float) -> bytes:
        """The child's answer. Raises `ChildFailed`; a child that took longer is killed."""
        try:
            async with asyncio.timeout(seconds):
                process = await self._running()
                mark, answer = await _exchange(process, question)
        except TimeoutError:
            await self.end()
            raise ChildFailed(f"no answer within {seconds:g} seconds") from None
        except (OSError, IncompleteReadError):
            code = await self.end()
            raise ChildFailed(f"the process ended over it (exit {code})") from None
        except BaseException:
            await self.end()
            raise
        self._pieces += 1
        if self._pieces >= self._most_pieces:
            await self.end()
        if mark != WELL:
            raise ChildFailed(answer.decode("utf-8", "replace"))
        return answer

    async def end(self) -> int | None:
        """Kill the child, if there is one, and answer its exit code."""
        process, self._process, self._pieces = self._process, None, 0
        if process is None:
            return None
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        code = await process.wait()
        # Without closing it the pipe is only noticed, with a warning, when Python ends.
        getattr(process, "_transport").close()  # noqa: B009 - asyncio gives no public way to it
        return code

    async def _running(self) -> Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", self._module),
                stdin=PIPE,
                stdout=PIPE,
                stderr=DEVNULL,
                env=_environment(),
                start_new_session=True,
            )
        return self._process


async def _exchange(process: Process, question: bytes) -> tuple[bytes, bytes]:
    assert process.stdin is not None, "the child was started with a pipe"
    assert process.stdout is not None, "the child was started with a pipe"
    process.stdin.write(_LENGTH.pack(len(question)) + question)
    await process.stdin.drain()
    head = await process.stdout.readexactly(1 + _LENGTH.size)
    length = _LENGTH.unpack(head[1:])[0]
    if length > MOST_ANSWER_BYTES:
        raise OSError("the answer is not one")
    return head[:1], await process.stdout.readexactly(length)


def _environment() -> dict[str, str]:
    passed_on = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return {**passed_on, "PYTHONPATH": str(Path(__file__).resolve().parents[2])}


def serve(work: Callable[[bytes], bytes]) -> None:
    """The child's side: answer questions from standard input until it ends."""
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY_BYTES, MOST_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    answers = os.fdopen(os.dup(1), "wb")
    # Whatever a library prints must not be taken for an answer.
    os.dup2(2, 1)
    while (question := _read(sys.stdin.buffer)) is not None:
        _limit_cpu()
        try:
            mark, answer = WELL, work(question)
        except Exception as fault:
            mark, answer = BADLY, f"{type(fault).__name__}: {fault}".encode("utf-8", "replace")
        answers.write(mark + _LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _limit_cpu() -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    soft = int(used.ru_utime + used.ru_stime) + MOST_CPU_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft, resource.getrlimit(resource.RLIMIT_CPU)[1]))


def _read(questions: BinaryIO) -> bytes | None:
    head = questions.read(_LENGTH.size)
    if len(head) < _LENGTH.size:
        return None
    length = _LENGTH.unpack(head)[0]
    question = questions.read(length)
    return question if len(question) == length else None
