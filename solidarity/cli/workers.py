"""The letter workers that `serve` and `demo` start: kept alive while the service is, ended with it."""

import subprocess
import sys
import threading
import time
from typing import Final

POLL_SECONDS: Final = 0.5
FIRST_PAUSE_SECONDS: Final = 1.0
LONGEST_PAUSE_SECONDS: Final = 60.0
STEADY_SECONDS: Final = 30.0
GOODBYE_SECONDS: Final = 10.0


class LetterWorkers:
    """Programs of their own: a letter that kills its worker harms neither the web nor the other letters."""

    def __init__(self, *, count: int) -> None:
        self._slots = [_Slot() for _ in range(count)]
        self._ending = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="letter-workers", daemon=True)

    def start(self) -> None:
        """Start them, and again whenever one ends."""
        self._watcher.start()

    def stop(self) -> None:
        """Ask every worker to finish, and end those that do not."""
        self._ending.set()
        self._watcher.join()
        for slot in self._slots:
            slot.ask_to_end()
        deadline = time.monotonic() + GOODBYE_SECONDS
        for slot in self._slots:
            slot.end_by(deadline)

    def _watch(self) -> None:
        while not self._ending.is_set():
            for slot in self._slots:
                slot.keep_alive()
            self._ending.wait(POLL_SECONDS)


class _Slot:
    """One worker and its successors; the next one waits longer when the last did not live long."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at = 0.0
        self._start_after = 0.0
        self._pause = FIRST_PAUSE_SECONDS

    def keep_alive(self) -> None:
        now = time.monotonic()
        if self._process is not None and self._process.poll() is not None:
            self._pause = (
                FIRST_PAUSE_SECONDS
                if now - self._started_at > STEADY_SECONDS
                else min(2 * self._pause, LONGEST_PAUSE_SECONDS)
            )
            self._start_after = now + self._pause
            self._process = None
        if self._process is None and now >= self._start_after:
            self._started_at = now
            self._process = subprocess.Popen(
                [sys.executable, "-m", "solidarity.cli.letter_worker"], stdin=subprocess.PIPE
            )

    def ask_to_end(self) -> None:
        if self._process is not None:
            self._process.terminate()

    def end_by(self, deadline: float) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
