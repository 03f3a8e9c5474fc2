"""`solidarity daily`: tells what it would do, does it, and finds nothing left the second time."""

import asyncio
import json
from pathlib import Path

from solidarity.decisions.commands import decide
from solidarity.requests.review import put_on_hold, request_information
from solidarity.store.engine import make_engine, running
from solidarity.store.fund_settings import DEMO, keep_fund_setting
from solidarity.store.migrate import migrate
from solidarity.store.transaction import writing
from tests.build import GRANT, NOW, a_line, a_request, a_ruleset, an_envelope
from tests.commands.programs import solidarity
from tests.people import the_cast


async def _some_months_ago(url: str) -> dict[str, str]:
    """A question nobody answered, a request that waits for what it holds, a grant nobody claims."""
    async with running(make_engine(url)) as engine:
        await migrate(engine)
        cast = await the_cast()
        await a_ruleset(activated_by=cast.second)
        await an_envelope(30_000)
        asked = await a_request(a_line(8_000), by=cast.director)
        await request_information(asked, "?", due_date=None, by=cast.second, now=NOW)
        granted = await a_request(a_line(20_000), by=cast.director)
        await decide(granted, GRANT, by=cast.second, now=NOW)
        waits = await a_request(a_line(9_000), by=cast.director)
        await put_on_hold(waits, "no_credit", due_date=None, by=cast.second, now=NOW)
        async with writing():
            await keep_fund_setting(DEMO, "yes")
    return {"asked": asked, "granted": granted, "waits": waits}


def test_what_is_due_is_told_done_and_then_over(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'fund.sqlite'}"
    made = asyncio.run(_some_months_ago(url))

    def run(day: str, *options: str) -> dict[str, list[str]]:
        done = solidarity("daily", "--json", *options, database_url=url, now=f"{day}T10:00:00Z")
        assert done.returncode == 0, done.stderr
        found: dict[str, list[str]] = json.loads(done.stdout)
        return {name: references for name, references in found.items() if references}

    asked, waits, granted = [made["asked"]], [made["waits"]], [made["granted"]]
    assert run("2026-12-01", "--dry-run") == {"waiting": waits}
    assert run("2026-12-31", "--dry-run") == {"lapsed": asked, "waiting": waits}
    assert run("2026-12-31") == {"lapsed": asked, "served": waits}
    assert run("2026-12-31") == {}
    assert run("2027-06-10", "--dry-run") == run("2027-06-10") == {"reminded": granted}
    assert run("2027-07-15") == {"to_release": granted}
    told = solidarity("daily", database_url=url, now="2027-07-15T10:00:00Z").stdout.splitlines()
    assert len(told) == 6
    assert [line for line in told if made["granted"] in line] == [told[4]]
