"""The budget on screen: figures that are the stored ones, movements page by page, downloads, and who sees what."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache

import pytest
from litestar import Litestar

from solidarity.app import create_app
from solidarity.budgets.envelope_queries import changes, months
from solidarity.budgets.queries import budget, check_ledger
from solidarity.clock import Clock
from solidarity.decisions.commands import decide
from solidarity.rules.access import Person
from solidarity.rules.money import format_euros
from solidarity.settings import Settings
from solidarity.store.tables import LedgerMonthRow
from tests.build import GRANT, LATER, NOW, SCHOOL_YEAR, a_line, a_request, a_ruleset, an_envelope
from tests.databases import Database
from tests.people import Cast, the_cast
from tests.web.director_site import Visitor, a_session

SECRET = "a secret of the tests, long enough for anybody"


@pytest.fixture
async def cast(database: Database) -> Cast:
    """Two envelopes, three requests that were sent, one of them granted."""
    cast = await the_cast()
    await a_ruleset(activated_by=cast.administrator)
    await an_envelope(1_000_00, category="transport", by=cast.administrator)
    await an_envelope(2_000_00, school="evreux", by=cast.administrator)
    references = [await a_request(a_line(100_00), by=cast.director) for _ in range(2)]
    await a_request(a_line(50_00, category="food"), by=cast.stranger)
    await decide(references[0], GRANT, by=cast.administrator, now=LATER)
    return cast


@cache
def the_site() -> Litestar:
    """Built once, for templates take time to compile; it keeps no file."""
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


async def test_figures_lead_to_the_rows_they_sum(cast: Cast) -> None:
    async with visiting(cast.auditor) as auditor:
        shown = await auditor.get("/budget")
        assert shown.status == 200
        for cents in (3_000_00, 100_00, 150_00, 2_750_00):
            assert format_euros(cents) in shown.html
        by_category = await auditor.get("/budget?categorie=transport")
        assert by_category.html.count('<th scope="row"><a href="/budget/enveloppes/') == 1
        of_month = await auditor.get("/budget?mois=2026-11&annee=2026-2027")
        assert "novembre 2026" in of_month.words
        [address] = set(re.findall(r'href="(/budget/enveloppes/[0-9a-f-]+\?mois=2026-11)#', of_month.html))
        envelope = await auditor.get(address)
        assert envelope.status == 200
        assert "+100,00 €" in envelope.words
        [letter] = re.findall(r'href="(/lettres/[^"]+)"', envelope.html)
        assert (await auditor.get(letter)).status == 200
        for request in set(re.findall(r'href="(/demandes/2[^"]+)"', envelope.html)):
            assert (await auditor.get(request)).status == 200
        nothing = await auditor.get(address.replace("2026-11", "2026-10"))
        assert "Aucun mouvement ici" in nothing.words
        english = await auditor.get("/budget?langue=en&annee=2031-2032&mois=x&region=zz")
        assert english.status == 200


async def test_who_sees_what(cast: Cast) -> None:
    [_, own] = await budget(cast.stranger, SCHOOL_YEAR)
    closed = [
        f"/budget/enveloppes/{own.id}",
        "/budget/export.csv",
        "/budget/export.xlsx",
        "/budget/export.json",
        "/budget/journal.txt",
    ]
    async with visiting(cast.director) as director:
        shown = await director.get("/budget")
        assert shown.status == 200
        assert own.name not in shown.words
        assert "/budget/enveloppes/" not in shown.html
        assert "evreux" not in shown.html.casefold()
        assert [(await director.get(path)).status for path in closed] == [403] * 5
    async with visiting(None) as nobody:
        assert [(await nobody.get(path)).status for path in ["/budget", *closed]] == [303] * 6
    async with visiting(cast.auditor) as auditor:
        assert [(await auditor.get(path)).status for path in closed] == [200] * 5
        assert (await auditor.get(f"/budget/enveloppes/{cast.auditor.id}")).status == 404
        assert (await auditor.get("/budget/export.csv?au=demain")).status == 400
        assert (await auditor.get("/budget/journal.txt?siren=12")).status == 400


async def test_downloads_have_names_and_stay_the_same(cast: Cast) -> None:
    async with visiting(cast.auditor) as auditor:
        for name in ("export.csv", "export.xlsx", "export.json", "journal.txt"):
            first, again = [
                await auditor.get(f"/budget/{name}?annee=2026-2027&au=2026-11-13") for _ in range(2)
            ]
            assert first.content == again.content
            assert first.headers["content-disposition"].startswith("attachment; filename=")
        past = await auditor.get("/budget/export.csv?annee=2026-2027&au=2026-09-30")
        assert past.content.decode("utf-8-sig").splitlines()[1:] == []
        named = await auditor.get("/budget/journal.txt?annee=2026-2027&siren=123%20456%20789")
        assert '"123456789FEC20270831.txt"' in named.headers["content-disposition"]


async def test_movements_come_page_by_page_and_add_up(cast: Cast) -> None:
    for one in await budget(cast.auditor, SCHOOL_YEAR):
        whole = await changes(one.id, limit=100)
        pages, before = [], None
        while found := await changes(one.id, limit=2, before=before):
            pages += found
            before = (found[-1].month, found[-1].number)
        assert pages == whole
        assert sum(row.allocated_cents for row in whole) == one.allocated_cents
        assert sum(row.reserved_cents for row in whole) == one.reserved_cents
        assert sum(row.committed_cents for row in whole) == one.committed_cents
        by_month = await months([one.id], SCHOOL_YEAR)
        assert [row.month for row in by_month][:2] == ["2026-09", "2026-10"]
        assert sum(row.granted_cents for row in by_month) == one.committed_cents + one.paid_cents


async def test_a_month_that_is_not_what_the_ledger_says_is_found(cast: Cast) -> None:
    assert await check_ledger() == []
    await LedgerMonthRow.update({LedgerMonthRow.credit_cents: LedgerMonthRow.credit_cents + 1}).where(
        LedgerMonthRow.account_kind == "envelope_committed"
    )
    [found] = await check_ledger()
    assert found.what == "month.credit_cents"
    assert int(found.found) == int(found.expected) + 1
