"""Work spread over the cores of the machine: cut into pieces, done by other processes, answered in order."""

import asyncio
import os
import signal
import threading
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context, parent_process
from typing import Any, Final, TypeVar

Piece = TypeVar("Piece")
Answer = TypeVar("Answer")

PIECES_AHEAD: Final = 2
"""How many pieces wait for each process: enough to keep it busy, few enough to keep memory small."""


def cores() -> int:
    """How many processes may compute at the same time here."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


async def in_order(
    work: Callable[[Piece], Answer], pieces: AsyncIterator[Piece], *, workers: int
) -> AsyncGenerator[Answer, None]:
    """The answer to each piece, in the order of the pieces, whichever process was first.

    A single piece, or a single worker, stays in this process, in a thread. `work` is a function of a
    module, and pieces and answers can be pickled. Pieces are read only as fast as they are done.
    """
    first = await anext(pieces, None)
    second = None if first is None else await anext(pieces, None)
    with _hands(workers if second is not None else 1) as start:
        waiting: deque[Awaitable[Answer]] = deque()
        async for piece in _joined(first, second, pieces):
            waiting.append(start(work, piece))
            if len(waiting) > workers * PIECES_AHEAD:
                yield await waiting.popleft()
        while waiting:
            yield await waiting.popleft()


async def _joined(
    first: Piece | None, second: Piece | None, rest: AsyncIterator[Piece]
) -> AsyncIterator[Piece]:
    for piece in (first, second):
        if piece is not None:
            yield piece
    async for piece in rest:
        yield piece


@contextmanager
def _hands(workers: int) -> Iterator[Callable[..., Awaitable[Any]]]:
    """A function that starts one piece of work and answers what to wait for."""
    if workers == 1:
        yield asyncio.to_thread
        return
    loop = asyncio.get_running_loop()
    # Forking would copy the threads' locks of a web server in whatever state they are.
    pool = ProcessPoolExecutor(workers, mp_context=get_context("spawn"), initializer=_begin)
    try:
        yield lambda work, piece: loop.run_in_executor(pool, work, piece)
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _begin() -> None:
    """A worker ends with the process that started it, however that one ended, and not by itself before."""
    # The terminal's Ctrl-C reaches every process at once; the first one ends the others.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, name="parent", daemon=True).start()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
