"""`solidarity year`: tells what closing and opening do, does it, and finds nothing left the second time."""

import asyncio
import json
import shutil
from pathlib import Path

from solidarity.store.engine import make_engine, running
from solidarity.store.fund_settings import DEMO, keep_fund_setting
from solidarity.store.transaction import writing
from tests.build import SCHOOL_YEAR, a_ruleset
from tests.commands.programs import solidarity
from tests.commands.test_years import NEXT, a_year
from tests.people import the_cast


def test_the_command_line_tells_closes_goes_on_and_opens(sqlite_template: Path, tmp_path: Path) -> None:
    file = tmp_path / "fund.sqlite"
    shutil.copyfile(sqlite_template, file)
    url = f"sqlite:///{file}"
    asyncio.run(_a_year_in(url))

    def run(*options: str, day: str = "2027-09-20") -> dict[str, object]:
        done = solidarity("year", *options, "--json", database_url=url, now=f"{day}T10:00:00Z")
        assert done.returncode == 0, done.stderr
        found: dict[str, object] = json.loads(done.stdout)
        return found

    def refusal(*options: str, day: str = "2027-09-20") -> str:
        done = solidarity("year", *options, database_url=url, now=f"{day}T10:00:00Z")
        assert done.returncode == 1
        return done.stderr

    assert "Demandes à décider : 1" in refusal("close", SCHOOL_YEAR)
    assert "n’est pas terminée" in refusal("close", SCHOOL_YEAR, "--close-undecided", day="2027-08-31")
    told = run("close", SCHOOL_YEAR, "--close-undecided", "--dry-run")
    assert told == run("close", SCHOOL_YEAR, "--close-undecided", "--dry-run")
    done = run("close", SCHOOL_YEAR, "--close-undecided")
    assert (done, done["carried_cents"], done["kept_cents"], done["staying"]) == (told, 129_000, 30_000, 2)
    again = run("close", SCHOOL_YEAR)
    assert (again["emptied_cents"], again["carried_cents"], again["requests"]) == (0, 0, 0)
    proposed = run("open", NEXT, "--dry-run")
    assert proposed["has_ruleset"] is False
    assert run("open", NEXT, "--envelopes") == proposed
    assert run("open", NEXT, "--envelopes")["envelopes"] == []
    assert "close" in refusal("open", SCHOOL_YEAR)
    checked = solidarity("ledger", "check", database_url=url)
    assert checked.returncode == 0, checked.stdout


async def _a_year_in(url: str) -> None:
    async with running(make_engine(url)):
        people = await the_cast()
        await a_ruleset(activated_by=people.second)
        await a_year(people)
        async with writing():
            await keep_fund_setting(DEMO, "yes")
