"""Simulations on screen: asked for, watched without JavaScript, read, downloaded; and the rates to confirm."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from io import BytesIO
from uuid import UUID

import openpyxl
import pytest
from litestar import Litestar

from solidarity.app import create_app
from solidarity.clock import Clock
from solidarity.decisions.commands import decide
from solidarity.rules.access import Person
from solidarity.rulesets.commands import activate_ruleset, load_ruleset
from solidarity.rulesets.simulations import Simulator, run_simulator
from solidarity.settings import Settings
from solidarity.store.tables import SimulationRow
from tests.build import GRANT, LATER, NOW, RULES, a_line, a_request, a_ruleset, an_envelope
from tests.databases import Database
from tests.people import Cast, the_cast
from tests.web.director_site import Visitor, a_session

SECRET = "a secret of the tests, long enough for anybody"
TITLE = "<b>Barème</b> 2027"
NEXT = RULES.replace("Barème d’essai", TITLE).replace('"400.00"', '"250.00"')
RATE = """
[[params.share]]
from = 2026-09-01
value = "50%"
confirmed = false

[[rule]]
id = "share"
kind = "cost"
title = { fr = "Part", en = "Share" }
applies_to = ["food"]
amount = "floor_div(line.amount_cents * params.share, 10000)"
"""


@pytest.fixture
async def cast(database: Database) -> Cast:
    """One decided request of Roubaix: transport for 300 €, and food for 100 € on a rate to confirm."""
    cast = await the_cast()
    await a_ruleset(activated_by=cast.second, by=cast.administrator, extra=RATE)
    await an_envelope(100_000, by=cast.administrator)
    reference = await a_request(
        a_line(20_000), a_line(10_000, category="food", kind="canteen"), by=cast.director
    )
    await decide(reference, GRANT, by=cast.administrator, now=NOW)
    return cast


@cache
def the_site() -> Litestar:
    """Built once, for templates take time to compile; it keeps no file."""
    settings = Settings(secret_key=SECRET, storage_url="file:///nowhere", render_workers=0)
    return create_app(settings, clock=Clock(frozen=NOW), manage_engine=False, real_time=lambda: NOW)


@asynccontextmanager
async def visiting(person: Person | None) -> AsyncIterator[Visitor]:
    visitor = Visitor(the_site(), await a_session(person) if person else None)
    try:
        yield visitor
    finally:
        await visitor.leave()


async def a_draft(cast: Cast) -> UUID:
    return await load_ruleset(NEXT, by=cast.administrator, now=NOW)


async def work() -> None:
    await run_simulator(Simulator(now=lambda: LATER, real_now=lambda: LATER, workers=1), until_empty=True)


async def test_from_the_question_to_the_file(cast: Cast) -> None:
    ruleset = await a_draft(cast)
    async with visiting(cast.administrator) as administrator:
        asked = await administrator.get(f"/baremes/{ruleset}/simuler")
        assert (asked.status, asked.html.count("<h1")) == (200, 1)
        assert TITLE not in asked.html
        assert '<option value="2026-2027"' in asked.html
        for typed in ({}, {"school_year": "2025-2026"}, {"school_year": "<script>"}):
            refused = await administrator.post(f"/baremes/{ruleset}/simuler", typed)
            assert (refused.status, "Choisissez une année scolaire" in refused.words) == (422, True)
            assert "<script>" not in refused.html.replace("<script src", "")
        sent = await administrator.post(f"/baremes/{ruleset}/simuler", {"school_year": "2026-2027"})
        assert sent.status == 303
        again = await administrator.post(f"/baremes/{ruleset}/simuler", {"school_year": "2026-2027"})
        assert again.target == sent.target
        waiting = await administrator.get(sent.target)
        assert ("0 demandes sur 1" in waiting.words, "En attente" in waiting.words) == (True, True)
        assert 'hx-trigger="every 2s"' in waiting.html
        assert (await administrator.get(f"{sent.target}/resultat.xlsx")).status == 404
        await work()
        done = await administrator.get(sent.target)
        assert 'hx-trigger="every 2s"' not in done.html
        for figure in ("250,00 €", "École de Production de Roubaix", "Hauts-de-France", "novembre 2026"):
            assert figure in done.words
        assert "Terminée" in (await administrator.get(f"/baremes/{ruleset}/simuler")).words
        await administrator.post("/compte/langue", {"language": "en", "suite": sent.target})
        assert "Largest changes, by pupil" in (await administrator.get(sent.target)).words
        await administrator.post("/compte/langue", {"language": "fr", "suite": sent.target})
        file = await administrator.get(f"{sent.target}/resultat.xlsx")
        assert file.content == (await administrator.get(f"{sent.target}/resultat.xlsx")).content
    _assert_workbook(file.content)


def _assert_workbook(content: bytes) -> None:
    book = openpyxl.load_workbook(BytesIO(content))
    assert book.sheetnames[:2] == ["Totaux", "Par nature"]
    rows = [row[:3] for row in book["Par nature"].iter_rows(min_row=2, values_only=True)]
    assert rows == [("Repas", 1, 50), ("Transport", 1, 200)]
    text = repr([row for sheet in book for row in sheet.iter_rows(values_only=True)])
    assert "2026-000001" in text
    assert "Maëlle" not in text
    assert not re.search(r"'=", text)


async def test_who_may_ask_and_who_may_only_read(cast: Cast) -> None:
    ruleset = await a_draft(cast)
    path = f"/baremes/{ruleset}/simuler"
    async with visiting(cast.administrator) as administrator:
        target = (await administrator.post(path, {"school_year": "2026-2027"})).target
    await work()
    async with visiting(cast.auditor) as auditor:
        assert "Lancer la simulation" not in (await auditor.get(path)).words
        assert (await auditor.get(target)).status == 200
        assert (await auditor.get(f"{target}/resultat.xlsx")).status == 200
        assert (await auditor.get("/baremes/taux-a-confirmer")).status == 200
        assert (await auditor.post(path, {"school_year": "2026-2027"})).status == 403
        assert (await auditor.get(f"/baremes/{UUID(int=7)}/simuler")).status == 404
        assert (await auditor.get(target.replace(target[-4:], "0000"))).status == 404
    closed = (path, target, f"{target}/resultat.xlsx", "/baremes/taux-a-confirmer")
    async with visiting(cast.director) as director:
        assert [(await director.get(one)).status for one in closed] == [403] * 4
    async with visiting(None) as nobody:
        assert {(await nobody.get(one)).status for one in closed} == {303}


async def test_a_simulation_that_failed_says_why(cast: Cast) -> None:
    ruleset = await a_draft(cast)
    async with visiting(cast.administrator) as administrator:
        path = f"/baremes/{ruleset}/simuler"
        target = (await administrator.post(path, {"school_year": "2026-2027"})).target
        for problem, said in (("interrupted", "interrompu plusieurs fois"), ("ValueError: x", "a échoué")):
            values = {"state": "failed", "problem": problem, "finished_at": LATER}
            await SimulationRow.update(
                {getattr(SimulationRow, name): one for name, one in values.items()}
            ).where(SimulationRow.ruleset == ruleset)
            shown = await administrator.get(target)
            assert said in shown.words
            assert "ValueError" not in shown.html


async def test_what_to_do_about_a_rate(cast: Cast) -> None:
    async with visiting(cast.administrator) as administrator:
        waiting = await administrator.get("/baremes/taux-a-confirmer")
        assert ("2026-000001" in waiting.words, "Taux à confirmer 2026-2027" in waiting.words) == (True, True)
        assert "50,00 €" in waiting.words
        text = RULES + RATE.replace("50%", "75%").replace("false", "true")
        confirmed = await load_ruleset(text, by=cast.administrator, now=LATER)
        await activate_ruleset(confirmed, by=cast.second, now=LATER)
        shown = await administrator.get("/baremes/taux-a-confirmer")
        assert "+25,00 €" in shown.words
        assert "À corriger" in shown.words
        other = await administrator.get("/baremes/taux-a-confirmer?annee=2030-2031")
        assert "Rien n’attend de taux" in other.words
        assert (await administrator.get("/baremes/taux-a-confirmer?annee=toujours")).status == 404
