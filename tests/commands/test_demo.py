"""The demo network: what it promises, the same seed twice, an interrupted loading, both engines."""

import json
import shutil
import sqlite3
import time
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import pytest

from solidarity.demo.fates import LAST_YEAR, THIS_YEAR, fates
from solidarity.demo.network import network, pupils
from solidarity.demo.pace import Years, instants
from solidarity.demo.scales import scales_for
from solidarity.demo.size import DemoSize
from solidarity.people.passwords import _matches
from solidarity.rules.ruleset import assess, check, parse, parse_case
from tests.commands.programs import Finished, one_line, solidarity
from tests.databases import in_a_loop_of_its_own, on_server

NOW = "2026-11-20T10:00:00Z"
SMALL = ("--schools", "3", "--students", "14", "--requests", "16", "--no-serve")
WITHOUT_IDS = (
    "SELECT reference, status, narrative, proposed_cents, outcome, created_at, decided_at FROM aid_request ORDER BY 1",
    "SELECT search_key, birth_date, trade, quotient_familial_cents, guardian_address FROM student ORDER BY 1, 2",
    "SELECT fiscal_year, number, kind, reason, at FROM ledger_movement ORDER BY fiscal_year, number",
    "SELECT sequence, at, action, about_kind FROM event ORDER BY sequence",
    "SELECT number, kind, language, issued_at FROM letter ORDER BY number",
    "SELECT email, name, role FROM person ORDER BY email",
)

_numbers = count()


def demo(directory: Path, *arguments: str, **settings: str) -> Finished:
    """Run `solidarity demo` in this directory, with a frozen clock."""
    return solidarity("demo", "--dir", directory, *arguments, **({"now": NOW} | settings))


def rows(directory: Path, question: str) -> list[tuple[object, ...]]:
    """What an SQLite demo holds."""
    with sqlite3.connect(directory / "solidarity.sqlite") as connection:
        return connection.execute(question).fetchall()


def logins(printed: str) -> dict[str, str]:
    """The addresses and passwords that were printed."""
    words = [line.split() for line in printed.splitlines()]
    return {line[1]: line[2] for line in words if len(line) == 3 and "@" in line[1]}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Finished]:
    """A small demo, loaded once, and what was printed."""
    directory = tmp_path_factory.mktemp("demo") / "network"
    finished = demo(directory, *SMALL)
    assert finished.returncode == 0, finished.stderr
    return directory, finished


@pytest.fixture
def copied(loaded: tuple[Path, Finished], tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    shutil.copytree(loaded[0], tmp_path / "copy")
    return tmp_path / "copy"


def test_one_login_for_each_role_is_printed_and_works(loaded: tuple[Path, Finished]) -> None:
    directory, finished = loaded
    printed = logins(finished.stdout)
    hashes = dict(rows(directory, "SELECT email, password_hash FROM person"))
    roles = dict(rows(directory, "SELECT email, role FROM person"))
    assert sorted(str(roles[email]) for email in printed) == ["administrator", "auditor", "director"]
    assert all(_matches(password, str(hashes[email])) for email, password in printed.items())
    assert len(set(printed.values())) == 3


def test_every_state_is_there_and_the_last_year_is_closed(loaded: tuple[Path, Finished]) -> None:
    directory, _ = loaded
    states = {state for (state,) in rows(directory, "SELECT DISTINCT status FROM aid_request")}
    assert states == {
        "draft",
        "submitted",
        "in_review",
        "information_requested",
        "on_hold",
        "awaiting_approval",
        "decided",
        "withdrawn",
        "closed",
    }
    assert dict(rows(directory, "SELECT label, state FROM school_year")) == {
        "2025-2026": "closed",
        "2026-2027": "open",
    }
    open_last_year = "SELECT count(*) FROM aid_request WHERE school_year = '2025-2026' AND status IN ('draft', 'submitted')"
    assert rows(directory, open_last_year) == [(0,)]
    paid = rows(
        directory, "SELECT sum(paid_cents), sum(reserved_cents) FROM envelope WHERE school_year = '2025-2026'"
    )
    assert paid[0][0] > 0
    assert paid[0][1] == 0


def test_every_category_has_money_left(loaded: tuple[Path, Finished]) -> None:
    available = "allocated_cents - reserved_cents - committed_cents - paid_cents"
    found = dict(
        rows(
            loaded[0],
            f"SELECT category, max({available}) FROM envelope WHERE school_year = '2026-2027' AND school IS NULL"
            " AND region_code IS NULL GROUP BY category",
        )
    )
    assert all(found[category] >= 1_000_00 for category in ("transport", "housing", "food"))


def test_the_books_and_the_log_are_right(loaded: tuple[Path, Finished]) -> None:
    url = f"sqlite:///{loaded[0] / 'solidarity.sqlite'}"
    assert solidarity("ledger", "check", database_url=url).returncode == 0
    assert solidarity("audit", "verify", database_url=url).returncode == 0
    assert (loaded[0] / "seal" / "certificate.pem").exists()
    assert rows(loaded[0], "SELECT count(*) FROM letter WHERE school_year = '2026-2027'")[0][0] > 0


def test_the_same_seed_gives_the_same_data(loaded: tuple[Path, Finished], tmp_path: Path) -> None:
    assert demo(tmp_path / "twin", *SMALL).returncode == 0
    for question in WITHOUT_IDS:
        assert rows(tmp_path / "twin", question) == rows(loaded[0], question)
    assert DemoSize(seed=1).dice("x").random() != DemoSize(seed=2).dice("x").random()


def test_a_second_start_takes_what_is_there_and_is_quick(loaded: tuple[Path, Finished], copied: Path) -> None:
    before = rows(copied, "SELECT size, hash FROM chain_head")
    begun = time.process_time()
    finished = demo(copied, *SMALL)
    assert time.process_time() - begun < 2
    assert finished.returncode == 0, finished.stderr
    assert logins(finished.stdout) == logins(loaded[1].stdout)
    assert rows(copied, "SELECT size, hash FROM chain_head") == before


def test_a_lost_secret_means_new_passwords_that_work(copied: Path) -> None:
    (copied / "secret").unlink()
    printed = logins(demo(copied, *SMALL).stdout)
    hashes = dict(rows(copied, "SELECT email, password_hash FROM person"))
    assert all(_matches(password, str(hashes[email])) for email, password in printed.items())


def test_a_frozen_clock_is_kept_with_the_data(copied: Path) -> None:
    assert rows(copied, "SELECT value FROM fund_setting WHERE key = 'clock'") == [
        ("2026-11-20T10:00:00+00:00",)
    ]
    assert demo(copied, "--no-serve", now="2026-12-01T10:00:00Z").returncode == 0
    assert rows(copied, "SELECT value FROM fund_setting WHERE key = 'clock'") == [
        ("2026-12-01T10:00:00+00:00",)
    ]


def test_an_interrupted_loading_starts_over(copied: Path) -> None:
    with sqlite3.connect(copied / "solidarity.sqlite") as connection:
        connection.execute(
            "UPDATE fund_setting SET value = replace(value, 'loaded', 'loading') WHERE key = 'demo'"
        )
    finished = demo(copied, "--schools", "2", "--students", "4", "--requests", "0", "--no-serve")
    assert finished.returncode == 0, finished.stderr
    assert (
        json.loads(str(rows(copied, "SELECT value FROM fund_setting WHERE key = 'demo'")[0][0]))["state"]
        == "loaded"
    )
    assert rows(copied, "SELECT count(*) FROM aid_request") == [(0,)]
    assert rows(copied, "SELECT count(*) FROM student") == [(4,)]
    assert rows(copied, "SELECT count(*) FROM envelope WHERE school_year = '2026-2027'")[0][0] >= 5


def test_real_data_are_never_taken_for_a_demo(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'solidarity.sqlite'}"
    assert solidarity("migrate", database_url=url).returncode == 0
    assert (
        solidarity("user", "create", "a@example.org", "--role", "auditor", database_url=url).returncode == 0
    )
    finished = demo(tmp_path, *SMALL)
    assert finished.returncode == 1
    assert one_line(finished)
    assert rows(tmp_path, "SELECT count(*) FROM person") == [(1,)]


def test_the_demo_loads_on_postgresql(postgres_server_url: str | None, tmp_path: Path) -> None:
    if postgres_server_url is None:
        pytest.skip("PostgreSQL is not installed here (apt-get install postgresql)")
    name = f"demo_{next(_numbers)}"
    in_a_loop_of_its_own(lambda: on_server(postgres_server_url, f"CREATE DATABASE {name}"))
    url = f"{postgres_server_url.rpartition('/')[0]}/{name}"
    finished = demo(tmp_path, *SMALL, database_url=url)
    assert finished.returncode == 0, finished.stderr
    assert len(logins(finished.stdout)) == 3
    assert (tmp_path / "files").is_dir()
    storage = f"file://{tmp_path / 'files'}"
    assert solidarity("ledger", "check", database_url=url).returncode == 0
    assert solidarity("audit", "verify", database_url=url, storage_url=storage).returncode == 0


@pytest.mark.parametrize("first_year", [2024, 2026, 2027, 2031])
def test_the_shipped_rulesets_move_to_other_years(first_year: int) -> None:
    last, this = scales_for(first_year)
    assert parse(this).school_year == f"{first_year}-{first_year + 1}"
    assert parse(last).school_year == f"{first_year - 1}-{first_year}"
    assert check(this) == check(last) == ()


def test_the_pass_that_the_demo_promises() -> None:
    """15 to 18 years old, under 500 €: a pass up to 150 €, no facts, one decider, once the papers are there."""
    ruleset = parse(scales_for(2026)[1])
    line = {
        "category": "transport",
        "kind": "pass",
        "description": "x",
        "amount_cents": 15000,
        "frequency": "once",
        "period_from": "2026-11-01",
        "period_to": "2027-06-30",
    }
    case = {
        "today": "2026-11-20",
        "student": {"birth_date": "2010-03-01", "quotient_familial_cents": 49999},
        "request": {"urgency": "normal", "lines": [line]},
        "documents": [],
    }
    before = assess(ruleset, parse_case(json.dumps(case), ruleset))
    wanted = [kind for one in before.checks if one.passed is False for kind in one.needs]
    after = assess(ruleset, parse_case(json.dumps(case | {"documents": wanted}), ruleset))
    assert before.outcome == "incomplete"
    assert (after.outcome, after.proposed_cents, after.approvals_required) == ("payable", 15000, 1)


def test_the_network_is_the_real_one_with_invented_pupils() -> None:
    size = DemoSize()
    schools = network(size)
    active = [school for school in schools if school.status == "active"]
    assert (len(active), len(schools)) == (43, 62)
    assert next(school for school in schools if school.slug == "evreux").region_code == "28"
    assert all(school.town is None and not school.trades for school in schools if school not in active)
    found = pupils(size, schools, first_year=2026)
    counts = [len(of_school) for of_school in found.values()]
    assert sum(counts) == 1300
    assert min(counts) >= 24
    assert max(counts) <= 37
    births = [pupil.new.birth_date for of_school in found.values() for pupil in of_school]
    assert date(2008, 1, 1) <= min(births)
    assert max(births) <= date(2011, 12, 31)
    assert len(network(DemoSize(schools=100))) == 119


def test_fates_reach_their_shares_and_every_kind_comes_early() -> None:
    assert set(fates(THIS_YEAR, len(THIS_YEAR))) == set(THIS_YEAR)
    many = fates(LAST_YEAR, 1000)
    whole = sum(LAST_YEAR.values())
    assert all(abs(many.count(fate) - 1000 * share / whole) <= 2 for fate, share in LAST_YEAR.items())


@pytest.mark.parametrize("now", ["2026-09-01T00:05:00+02:00", "2026-09-01T23:00:00Z", "2027-08-31T20:00:00Z"])
def test_a_story_fits_into_a_year_that_is_minutes_old(now: str) -> None:
    years = Years(now=datetime.fromisoformat(now).astimezone(UTC))
    dice = DemoSize().dice("pace")
    for share in range(0, 960, 60):
        start = years.early(10) + (years.now - years.early(10)) * share / 1000
        found = instants(start, [datetime.resolution * 10**9 * 86400] * 5, end=years.now, dice=dice)
        assert found == sorted(found)
        assert found[-1] <= years.now
        assert found[0] >= years.this_start
