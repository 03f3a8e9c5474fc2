"""Funders on screen and for programs: what each gave, what it paid and why, forms, reports, dedicated funds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from functools import cache
from io import BytesIO
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pikepdf
import pytest
from litestar import Litestar

from solidarity.app import create_app
from solidarity.budgets.commands import NewContribution, NewEnvelope, add_contribution, add_envelope
from solidarity.budgets.queries import check_ledger
from solidarity.clock import Clock
from solidarity.decisions.commands import decide
from solidarity.reports.queries import funders, uses
from solidarity.reports.reallocation import reallocation
from solidarity.reports.use_queries import dedicated, use_report
from solidarity.rules.access import Person
from solidarity.settings import Settings
from solidarity.store.tables import ContributionRow, EnvelopeRow, FunderRow
from solidarity.store.transaction import writing
from tests.build import GRANT, LATER, NOW, SCHOOL_YEAR, a_line, a_request, a_ruleset
from tests.databases import Database
from tests.people import Cast, the_cast
from tests.web.director_site import Visitor, a_session

SECRET = "a secret of the tests, long enough for anybody"
TODAY = LATER.date()
MISCHIEF = "Fondation <b>&"


async def a_gift(amount_cents: int, funder: str, **restriction: Any) -> UUID:
    new = NewContribution(
        funder=funder,
        amount_cents=amount_cents,
        received_on=NOW.date(),
        school_year=SCHOOL_YEAR,
        **restriction,
    )
    return await add_contribution(new, by=None, now=NOW)


async def an_envelope_of(allocated_cents: int, **place: Any) -> UUID:
    known: dict[str, Any] = {"category": None, "school": None, "region_code": None, **place}
    new = NewEnvelope(
        name=f"Enveloppe {uuid4()}", school_year=SCHOOL_YEAR, allocated_cents=allocated_cents, **known
    )
    return await add_envelope(new, by=None, now=NOW)


@pytest.fixture
async def cast(database: Database) -> Cast:
    """On both engines, for what is summed by the database."""
    return await _with_grants()


@pytest.fixture
async def cast_on_sqlite(sqlite_database: Database) -> Cast:
    """On SQLite alone, for what is shown."""
    return await _with_grants()


async def _with_grants() -> Cast:
    """Two gifts in one envelope; three grants of Roubaix and one of Évreux use both."""
    cast = await the_cast()
    await a_ruleset(activated_by=cast.administrator)
    await a_gift(150_00, MISCHIEF, category="transport", until=date(2026, 12, 31))
    await a_gift(400_00, "Mécénat libre")
    await an_envelope_of(550_00, category="transport")
    for director in (cast.director, cast.director, cast.director, cast.stranger):
        reference = await a_request(a_line(100_00), by=director)
        await decide(reference, GRANT, by=cast.administrator, now=LATER)
    return cast


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


async def the_funder(name: str) -> UUID:
    row = await FunderRow.select(FunderRow.id).where(FunderRow.name == name).first()
    assert row is not None
    found: UUID = row["id"]
    return found


async def test_the_pages_say_who_gave_what_it_paid_and_why(cast_on_sqlite: Cast) -> None:
    cast = cast_on_sqlite
    gifted, free = await the_funder(MISCHIEF), await the_funder("Mécénat libre")
    async with visiting(cast.auditor) as auditor:
        listed = await auditor.get("/financeurs")
        assert listed.status == 200
        assert "Fondation &lt;b&gt;&amp;" in listed.html
        assert "550,00 €" in listed.words
        assert "Enregistrer" not in listed.words
        shown = await auditor.get(f"/financeurs/{free}?annee={SCHOOL_YEAR}")
        assert shown.html.count('href="/demandes/2026-') == 3
        assert "Mécénat libre" in shown.title
        assert f"{MISCHIEF} : déjà tout employée" in shown.words
        narrow = await auditor.get(f"/financeurs/{gifted}")
        assert "Transport, jusqu’au 31 décembre 2026" in narrow.words
        assert "elle qui expire la première" in narrow.words
        english = await auditor.get(f"/financeurs/{gifted}?langue=en")
        assert "it lapses first" in english.words
        empty = await auditor.get(f"/financeurs/{free}?annee=2030-2031")
        assert "n’a rien donné" in empty.words
        for path in ("repartition", "fonds-dedies", f"{free}/rapport"):
            assert (await auditor.get(f"/financeurs/{path}?annee=2030-2031")).status == 200
        assert (await auditor.get(f"/financeurs/{uuid4()}")).status == 404
        assert (await auditor.get(f"/financeurs/{uuid4()}/rapport.xlsx")).status == 404


async def test_who_may_see_and_who_may_not(cast_on_sqlite: Cast) -> None:
    cast = cast_on_sqlite
    free = await the_funder("Mécénat libre")
    seen = ["/financeurs", f"/financeurs/{free}", f"/financeurs/{free}/rapport", "/financeurs/repartition"]
    typed = ["/financeurs/contributions/nouvelle", "/financeurs/enveloppes/nouvelle"]
    async with visiting(cast.director) as director:
        assert [(await director.get(path)).status for path in seen + typed] == [403] * 6
    async with visiting(cast.auditor) as auditor:
        assert [(await auditor.get(path)).status for path in seen + typed] == [200] * 4 + [403] * 2
        assert (await auditor.post(typed[0], {})).status == 403
    async with visiting(cast.administrator) as administrator:
        assert [(await administrator.get(path)).status for path in seen + typed] == [200] * 6
    async with visiting(None) as nobody:
        assert [(await nobody.get(path)).status for path in seen + typed] == [303] * 6


CONTRIBUTION = {
    "funder": "Fondation Nouvelle",
    "amount": "1 250,50",
    "received_on": "12/11/2026",
    "school_year": SCHOOL_YEAR,
    "category": "food",
    "region": "32",
    "schools": ["roubaix", "lille"],
    "usable_from": "01/11/2026",
    "until": "31/03/2027",
    "max_share": "50",
}


async def test_a_contribution_and_an_envelope_are_typed_in(cast_on_sqlite: Cast) -> None:
    cast = cast_on_sqlite
    async with visiting(cast.administrator) as administrator:
        wrong = await administrator.post(
            "/financeurs/contributions/nouvelle",
            {
                **CONTRIBUTION,
                "funder": "",
                "amount": "rien",
                "until": "31/10/2026",
                "max_share": "101",
                "received_on": "14/11/2026",
            },
        )
        assert wrong.status == 422
        for sentence in ("nom du financeur", "avant le premier", "dans le futur", "100"):
            assert sentence in wrong.words
        for kept in ('value="rien"', 'value="31/10/2026"', 'value="101"', 'value="roubaix" checked'):
            assert kept in wrong.html
        assert wrong.html.count('aria-invalid="true"') == 5
        done = await administrator.post("/financeurs/contributions/nouvelle", CONTRIBUTION)
        assert (done.status, done.target) == (303, f"/financeurs?annee={SCHOOL_YEAR}")
        stored = await ContributionRow.select().where(ContributionRow.amount_cents == 125_050).first()
        assert stored is not None
        assert (stored["max_share"], stored["usable_from"], stored["until"], stored["region_code"]) == (
            5_000, date(2026, 11, 1), date(2027, 3, 31), "32",
        )  # fmt: skip
        envelope = {"name": "Repas", "school_year": SCHOOL_YEAR, "amount": "1 000", "category": "food"}
        refused = await administrator.post(
            "/financeurs/enveloppes/nouvelle", {**envelope, "school": "roubaix"}
        )
        assert refused.status == 422
        assert "ne couvrent pas cette enveloppe" in refused.words
        assert 'value="1 000"' in refused.html
        reversed_ = await administrator.post(
            "/financeurs/enveloppes/nouvelle", {**envelope, "school": "roubaix", "region": "28"}
        )
        assert "n’est pas dans cette région" in reversed_.words
        await a_gift(1_000_00, "Libre", category="food")
        opened = await administrator.post(
            "/financeurs/enveloppes/nouvelle", {**envelope, "school": "roubaix"}
        )
        assert (opened.status, opened.target) == (303, f"/budget?annee={SCHOOL_YEAR}")
    assert await EnvelopeRow.count().where(EnvelopeRow.name == "Repas") == 1
    assert await check_ledger() == []


async def test_uses_are_read_page_by_page(cast: Cast) -> None:
    free = await the_funder("Mécénat libre")
    whole = await uses(free, SCHOOL_YEAR, limit=50)
    assert sorted(use.amount_cents for use in whole) == [50_00, 100_00, 100_00]
    assert sum(use.amount_cents for use in whole) == 250_00
    pages = []
    before = None
    while found := await uses(free, SCHOOL_YEAR, limit=1, before=before):
        pages += found
        before = (found[-1].at, found[-1].id)
    assert pages == whole
    [one] = [one for one in await funders(SCHOOL_YEAR, today=TODAY) if one.id == free]
    assert (one.given_cents, one.used_cents, one.left_cents) == (400_00, 250_00, 150_00)
    assert (one.lapsing_cents, one.lapsed_cents) == (0, 0)
    late = [one for one in await funders(SCHOOL_YEAR, today=date(2027, 1, 1)) if one.name == MISCHIEF]
    assert (late[0].left_cents, late[0].lapsed_cents) == (0, 0)


async def test_the_year_again_uses_what_lapses(cast: Cast) -> None:
    """Money for Évreux alone came after its grant was paid by free money: the re-run gives it back."""
    await a_gift(100_00, "Évreux", schools=("evreux",), until=date(2026, 12, 31))
    found = await reallocation(SCHOOL_YEAR)
    assert (found.lines, found.promised_cents, found.unpaid_cents) == (4, 400_00, 0)
    assert (found.lapsing_now_cents, found.lapsing_then_cents, found.saved_cents) == (100_00, 0, 100_00)
    best = {one.gift.funder: (one.gift.used_cents, one.best_cents) for one in found.gifts}
    assert best == {
        MISCHIEF: (150_00, 150_00),
        "Évreux": (0, 100_00),
        "Mécénat libre": (250_00, 150_00),
    }
    async with visiting(cast.auditor) as auditor:
        shown = await auditor.get("/financeurs/repartition")
        assert "100,00 € de plus pourraient servir" in shown.words
        assert "−100,00 €" in shown.words


async def test_a_report_counts_nobody_who_could_be_known(cast_on_sqlite: Cast) -> None:
    cast = cast_on_sqlite
    free = await the_funder("Mécénat libre")
    few = await use_report(free, SCHOOL_YEAR, today=TODAY)
    assert few.helped.rows == ()
    for place in range(20):
        director = cast.director if place < 9 else cast.stranger
        reference = await a_request(a_line(5_00), by=director)
        await decide(reference, GRANT, by=cast.administrator, now=LATER)
    many = await use_report(free, SCHOOL_YEAR, today=TODAY)
    assert (many.received_cents, many.used_cents, many.left_cents) == (400_00, 350_00, 50_00)
    assert [row.names for row in many.helped.rows] == [("28",), ("32",)]
    assert [row.cells[0].people for row in many.helped.rows] == [12, 11]
    assert many.helped.people == 23
    here = f"/financeurs/{free}/rapport"
    async with visiting(cast.administrator) as administrator:
        shown = await administrator.get(here)
        assert "Normandie 12 " in shown.words
        assert "Caron" not in shown.html
        book, again = await administrator.get(f"{here}.xlsx"), await administrator.get(f"{here}.xlsx")
        assert book.content == again.content
        sheets = openpyxl.load_workbook(BytesIO(book.content))
        rows = [tuple(cell.value for cell in row) for row in sheets["Élèves aidés"].iter_rows()]
        assert ("Normandie", "Transport", 12, 155) in rows
        pdf, same = await administrator.get(f"{here}.pdf"), await administrator.get(f"{here}.pdf")
        assert pdf.content == same.content
        with pikepdf.open(BytesIO(pdf.content)) as document:
            assert document.Root.Lang == "fr"
            assert document.Root.MarkInfo.Marked
            assert "Rapport d’emploi" in str(document.docinfo["/Title"])


async def test_a_pdf_that_cannot_be_made_is_no_fault_of_the_reader(
    cast_on_sqlite: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = await the_funder("Mécénat libre")
    monkeypatch.setattr("solidarity.reports.pages.PDF_SECONDS", 0.0)
    async with visiting(cast_on_sqlite.auditor) as auditor:
        answer = await auditor.get(f"/financeurs/{free}/rapport.pdf")
    assert answer.status == 503
    assert "n’a pas pu être fabriqué" in answer.words


async def test_dedicated_funds_of_a_year(cast: Cast) -> None:
    found = await dedicated(SCHOOL_YEAR)
    [line] = found.lines
    assert (line.funder, line.received_cents, line.used_cents, line.to_carry_cents) == (
        MISCHIEF, 150_00, 150_00, 0,
    )  # fmt: skip
    origin = await a_gift(70_00, "Toit", category="housing")
    later = await a_gift(70_00, "Toit", category="housing")
    async with writing():
        await ContributionRow.update({ContributionRow.carried_from: origin}).where(
            ContributionRow.id == later
        )
    found = await dedicated(SCHOOL_YEAR)
    toit = {line.contributions[0]: line for line in found.lines if line.funder == "Toit"}
    assert toit[str(origin)].is_settled
    assert (toit[str(later)].opening_cents, toit[str(later)].dormant_cents) == (70_00, 70_00)
    async with visiting(cast.auditor) as auditor:
        shown = await auditor.get("/financeurs/fonds-dedies")
        assert "Toit Logement 70,00 € 0,00 €" in shown.words
        book = await auditor.get("/financeurs/fonds-dedies.xlsx")
        assert book.content == (await auditor.get("/financeurs/fonds-dedies.xlsx")).content
        sheet = openpyxl.load_workbook(BytesIO(book.content)).active
        assert sheet is not None
        last = [cell.value for cell in list(sheet.iter_rows())[-1]]
        assert last == ["Total", None, 70, 220, 150, 0, 140, 70]
