"""A queue for something scarce, first come first served, shared by all event loops of the process."""

import asyncio
from asyncio import AbstractEventLoop, Future
from collections import deque
from threading import Lock

Waiter = tuple[AbstractEventLoop, "Future[None]"]


class Turns:
    """So many places; whoever finds none waits in line.

    An `asyncio.Lock` would belong to the first loop that waits for it, and a second loop (each test has its
    own) would fail or hang.
    """

    def __init__(self, places: int) -> None:
        self._free = places
        self._line: deque[Waiter] = deque()
        self._guard = Lock()

    async def take(self, *, patience_seconds: float) -> None:
        """Wait for a place; raises `TimeoutError` when patience runs out."""
        loop = asyncio.get_running_loop()
        with self._guard:
            if self._free > 0:
                self._free -= 1
                return
            waiter = (loop, loop.create_future())
            self._line.append(waiter)
        try:
            async with asyncio.timeout(patience_seconds):
                await waiter[1]
        except BaseException:
            self._leave(waiter)
            raise

    def give_back(self) -> None:
        """Hand the place to the next in line whose event loop is still alive."""
        with self._guard:
            while self._line:
                loop, turn = self._line.popleft()
                try:
                    loop.call_soon_threadsafe(_wake, turn)
                except RuntimeError:
                    continue
                return
            self._free += 1

    def _leave(self, waiter: Waiter) -> None:
        with self._guard:
            if waiter in self._line:
                self._line.remove(waiter)
                return
        self.give_back()


def _wake(turn: "Future[None]") -> None:
    if not turn.done():
        turn.set_result(None)
