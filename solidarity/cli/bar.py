"""A progress bar on a terminal; nothing when somebody else reads."""

import sys
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

Told = Callable[[int, int], Awaitable[None]]


@contextmanager
def progress_bar(label: str) -> Iterator[Told]:
    """A function to be told, now and then, how much is done and of how much."""
    if not sys.stderr.isatty():

        async def ignore(_done: int, _total: int) -> None:
            pass

        yield ignore
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(label, total=None)

        async def show(done: int, total: int) -> None:
            bar.update(task, completed=done, total=total)

        yield show
