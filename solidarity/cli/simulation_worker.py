"""Simulations asked for on the site: each batch in a program of its own, behind letters and pages."""

import asyncio
import signal
import sys
import threading
from typing import Final

from solidarity.cli.letter_worker import end_with_parent
from solidarity.clock import real_now
from solidarity.rulesets.simulations import is_waiting
from solidarity.store.failures import DatabaseUnavailable

POLL_SECONDS: Final = 2.0
GOODBYE_SECONDS: Final = 8.0


async def keep_simulating(stop: asyncio.Event) -> None:
    """Start a program whenever a simulation waits, until `stop`; the caller's own work goes on beside it."""
    while not stop.is_set():
        try:
            if await is_waiting(real_now()):
                await _simulate(stop)
        except DatabaseUnavailable:
            # The letter worker meets it too, and is started again.
            pass
        await _pause(stop, POLL_SECONDS)


async def _simulate(stop: asyncio.Event) -> None:
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "solidarity.cli.simulation_worker", stdin=asyncio.subprocess.PIPE
    )
    ending, stopping = asyncio.ensure_future(child.wait()), asyncio.ensure_future(stop.wait())
    await asyncio.wait({ending, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if not ending.done():
        child.terminate()
        await asyncio.wait({ending}, timeout=GOODBYE_SECONDS)
    if not ending.done():
        child.kill()
        await ending


async def _pause(stop: asyncio.Event, seconds: float) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop.wait()
    except TimeoutError:
        return


def run() -> None:
    """`solidarity rules work`, watched; it ends when nothing waits."""
    threading.Thread(target=end_with_parent, name="parent", daemon=True).start()
    # The terminal's Ctrl-C reaches every program at once; this one ends when its parent says so.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    from solidarity.cli import main

    main(["rules", "work", "--until-empty"])


if __name__ == "__main__":
    run()
