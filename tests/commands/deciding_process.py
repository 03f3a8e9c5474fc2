"""A process of its own that decides requests, as a second web process would: `URL EMAIL REFERENCE…`."""

import asyncio
import sys

from solidarity.decisions.commands import decide
from solidarity.people.queries import person_by_email
from solidarity.rules.errors import Conflict
from solidarity.store.engine import make_engine, running
from tests.build import GRANT, NOW


async def main(url: str, email: str, references: list[str]) -> None:
    """Decide all at once and print what came of each."""
    async with running(make_engine(url)):
        person = await person_by_email(email)
        assert person is not None

        async def attempt(reference: str) -> str:
            try:
                return (await decide(reference, GRANT, by=person, now=NOW)).status
            except Conflict as refusal:
                return refusal.code

        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        print(*await asyncio.gather(*(attempt(reference) for reference in references)))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3:]))
