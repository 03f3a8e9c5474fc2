"""The radar: figures that lead to their rows, nobody named, downloads; and last year's pupils asked for again."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from functools import cache
from io import BytesIO
from uuid import UUID

import openpyxl
import pytest
from litestar import Litestar

from solidarity.app import create_app
from solidarity.budgets.commands import NewContribution, NewEnvelope, add_contribution, add_envelope
from solidarity.clock import Clock
from solidarity.decisions.commands import decide
from solidarity.reports.radar_queries import Part, radar
from solidarity.reports.take_up_queries import take_up_view
from solidarity.requests.commands import NewRequest, create_draft, submit, withdraw
from solidarity.requests.renewals import not_renewed
from solidarity.rules.access import Person
from solidarity.rules.forecast import Basis
from solidarity.rulesets.commands import activate_ruleset, load_ruleset
from solidarity.settings import Settings
from tests.build import (
    GRANT,
    LATER,
    NOW,
    RULES,
    SCHOOL_YEAR,
    a_line,
    a_request,
    a_ruleset,
    a_student,
    an_envelope,
)
from tests.databases import Database
from tests.people import Cast, the_cast
from tests.web.director_site import Visitor, a_session

SECRET = "a secret of the tests, long enough for anybody"
LAST_YEAR = "2025-2026"
PAST = datetime(2025, 10, 6, 9, tzinfo=UTC)
TODAY = LATER.date()
PAGES = (
    "/radar",
    "/radar/sans-demande",
    "/radar/export.csv",
    "/radar/export.xlsx",
)


@pytest.fixture
async def cast(database: Database) -> Cast:
    """On both engines, for what the database sums up."""
    return await _two_years()


@pytest.fixture
async def cast_on_sqlite(sqlite_database: Database) -> Cast:
    """On SQLite alone, for what is shown."""
    return await _two_years()


async def _two_years() -> Cast:
    """Last year 150 € for a pupil of Roubaix and 80 € for one of Évreux; this year 100 € for another of Roubaix."""
    cast = await the_cast()
    earlier = RULES.replace("2026", "2025").replace("2027", "2026").replace("2025-2025", LAST_YEAR)
    ruleset = await load_ruleset(earlier, by=cast.administrator, now=PAST)
    await activate_ruleset(ruleset, by=cast.second, now=PAST)
    await a_ruleset(activated_by=cast.administrator)
    gift = NewContribution(
        funder="Fondation d’avant", amount_cents=900_00, received_on=PAST.date(), school_year=LAST_YEAR
    )
    await add_contribution(gift, by=None, now=PAST)
    envelope = NewEnvelope(
        name="Tout 2025-2026",
        school_year=LAST_YEAR,
        category="transport",
        school=None,
        region_code=None,
        allocated_cents=900_00,
    )
    await add_envelope(envelope, by=None, now=PAST)
    await a_past_grant(150_00, await a_student(cast.director, family_name="Perdue"), cast.director, cast)
    await a_past_grant(80_00, await a_student(cast.stranger), cast.stranger, cast)
    await an_envelope(1_000_00, category="transport")
    await an_envelope(500_00, region_code="28")
    reference = await a_request(a_line(100_00), by=cast.director)
    await decide(reference, GRANT, by=cast.administrator, now=LATER)
    await a_request(a_line(60_00), by=cast.stranger)
    return cast


async def a_past_grant(cents: int, student: UUID, by: Person, cast: Cast) -> str:
    line = a_line(cents, period_from=date(2025, 11, 1), period_to=date(2026, 6, 30))
    new = NewRequest(student=student, urgency="normal", narrative="Secret.", lines=(line,))
    reference = await create_draft(new, by=by, now=PAST)
    await submit(reference, by=by, now=PAST)
    await decide(reference, GRANT, by=cast.administrator, now=PAST + timedelta(days=2))
    return reference


@cache
def the_site() -> Litestar:
    settings = Settings(secret_key=SECRET, storage_url="file:///nowhere", render_workers=0)
    clock = Clock(frozen=LATER + timedelta(minutes=1))
    return create_app(settings, clock=clock, manage_engine=False, real_time=lambda: NOW)


@asynccontextmanager
async def visiting(person: Person | None) -> AsyncIterator[Visitor]:
    visitor = Visitor(the_site(), await a_session(person) if person else None)
    try:
        yield visitor
    finally:
        await visitor.leave()


async def test_every_way_to_cut_the_fund_adds_up(cast: Cast) -> None:
    for part in Part:
        found = await radar(SCHOOL_YEAR, part, today=TODAY)
        assert found.whole.allocated_cents == 1_500_00
        assert found.reserved_cents == 60_00
        assert found.whole.last_year_cents == 230_00
        assert found.whole.forecast.granted_cents == 100_00
        assert sum(line.forecast.granted_cents for line in found.lines) == 100_00
    regions = {line.key: line for line in (await radar(SCHOOL_YEAR, Part.REGION, today=TODAY)).lines}
    assert (regions["28"].allocated_cents, regions["28"].left_cents) == (500_00, 500_00)
    assert regions["32"].left_cents is None
    [line, _other] = (await radar(SCHOOL_YEAR, Part.CATEGORY, today=TODAY)).lines
    assert (line.key, line.allocated_cents, line.last_year_cents) == ("transport", 1_000_00, 230_00)
    assert line.forecast.basis is Basis.NETWORK
    assert line.left_cents == 1_000_00 - line.forecast.expected_cents
    ended = await radar(LAST_YEAR, Part.SCHOOL, today=TODAY)
    assert ended.whole.forecast.basis is Basis.OVER
    assert ended.whole.left_cents == 670_00
    assert {line.key: line.forecast.expected_cents for line in ended.lines} == {
        "roubaix": 150_00,
        "evreux": 80_00,
    }


async def test_figures_lead_to_their_rows_and_nobody_is_named(cast_on_sqlite: Cast) -> None:
    async with visiting(cast_on_sqlite.auditor) as auditor:
        for name in ("nature", "enveloppe", "region", "ecole", "financeur", "autre"):
            shown = await auditor.get(f"/radar?par={name}")
            assert shown.status == 200
            assert "Perdue" not in shown.words
            assert "Comment la prévision est faite" in shown.words
            addresses = set(re.findall(r'href="((?:/radar|/budget|/demandes|/financeurs)[^"#]*)', shown.html))
            for address in addresses:
                assert (await auditor.get(address.replace("&amp;", "&"))).status == 200, address
        rows = await auditor.get("/demandes?etat=decidees&annee=2026-2027&region=32")
        assert "2026-000001" in rows.html
        assert "2025-00000" not in rows.html
        assert "2026-000001" not in (await auditor.get("/demandes?annee=2026-2027&ecole=evreux")).html
        missing = await auditor.get("/radar/sans-demande?ecole=roubaix")
        assert re.findall(r"2025-00000[0-9]", missing.words) == ["2025-000001"]
        past = await auditor.get("/radar?annee=2025-2026")
        assert "rien n’est prévu" in past.words
        assert "Il n’y a pas encore d’année passée" not in past.words
        empty = await auditor.get("/radar?annee=2030-2031&langue=en")
        assert "Nothing to forecast for this year" in empty.words


async def test_only_those_who_see_the_ledger(cast_on_sqlite: Cast) -> None:
    async with visiting(cast_on_sqlite.director) as director:
        assert [(await director.get(path)).status for path in PAGES] == [403] * 4
        assert 'href="/radar"' not in (await director.get("/")).html
    async with visiting(None) as nobody:
        assert [(await nobody.get(path)).status for path in PAGES] == [303] * 4
    async with visiting(cast_on_sqlite.administrator) as administrator:
        assert [(await administrator.get(path)).status for path in PAGES] == [200] * 4
        assert "/instruction/non-reclamees" in (await administrator.get("/radar")).html


async def test_downloads_are_the_same_again(cast_on_sqlite: Cast) -> None:
    async with visiting(cast_on_sqlite.auditor) as auditor:
        first, again = [(await auditor.get("/radar/export.xlsx")).content for _ in range(2)]
        assert first == again
        book = openpyxl.load_workbook(BytesIO(first))
        assert len(book.sheetnames) == 5
        for sheet in book:
            [*_lines, whole] = sheet.iter_rows(values_only=True)
            assert whole[:4] == ("Tout le fonds", 1_500, 100, 230)
        table = await auditor.get("/radar/export.csv?par=ecole")
        heading, *lines = table.content.decode("utf-8-sig").splitlines()
        assert heading.startswith("Ligne;Ouvert;Accordé à ce jour;")
        assert [line.split(";")[2] for line in lines] == ["0,00", "100,00", "100,00"]
        assert "radar-ecole-2026-2027-20261113.csv" in table.headers["content-disposition"]


async def test_a_director_asks_again_in_one_click(cast_on_sqlite: Cast) -> None:
    cast = cast_on_sqlite
    async with visiting(cast.director) as director:
        home = await director.get("/")
        assert "Élèves aidés l’an dernier, sans demande cette année" in home.words
        [address] = re.findall(r'href="(/demandes/nouvelle/[^"]+comme=[^"]+)"', home.html)
        assert "Perdue" in (await director.get("/demandes/a-renouveler")).words
        form = await director.get(address)
        assert form.status == 200
        values = re.findall(r'name="lines-0-[^"]+"[^>]* value="([^"]+)"', form.html)
        assert {"150,00", "01/11/2026", "30/06/2027"} <= set(values)
        assert "Secret." not in form.html
        other = address.replace("2025-000001", "2026-000001")
        assert (await director.get(other)).status == 404
        student = UUID(address.split("/")[3].partition("?")[0])
    async with visiting(cast.stranger) as stranger:
        assert (await stranger.get(address)).status == 404
        assert "Perdue" not in (await stranger.get("/demandes/a-renouveler")).words
    renewed = await a_request(by=cast.director, student=student)
    assert [one.school for one in await not_renewed(cast.auditor, SCHOOL_YEAR)] == ["evreux"]
    await withdraw(renewed, by=cast.director, now=LATER)
    [one] = await not_renewed(cast.director, SCHOOL_YEAR)
    assert (one.student_id, one.reference, one.granted_cents) == (student, "2025-000001", 150_00)


async def test_a_school_that_asks_for_nothing_is_seen(cast: Cast) -> None:
    """Six pupils of Lille, each with a request; eight of Évreux, of whom one has one."""
    for _ in range(6):
        await a_request(by=cast.neighbour)
    for _ in range(6):
        await a_student(cast.stranger)
    found = await take_up_view(cast.auditor, SCHOOL_YEAR)
    assert [one.slug for one in found.quiet] == ["evreux"]
    [quiet] = found.quiet
    assert (quiet.found.pupils, quiet.found.asked, quiet.not_renewed) == (8, 1, 1)
    # Seven of the eight pupils of the other schools have a request.
    assert quiet.found.expected_tenths == 70
    assert [one.slug for one in found.others] == ["lille", "roubaix"]
    assert len(found.not_renewed) == 2
