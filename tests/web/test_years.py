"""Pages of school years and of means to confirm: each for who may, two people for a closing, English beside."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_file

from solidarity.app import create_app
from solidarity.budgets.commands import NewContribution, add_contribution
from solidarity.budgets.queries import check_ledger
from solidarity.clock import Clock
from solidarity.decisions.commands import decide
from solidarity.settings import Settings
from solidarity.store.tables import ContributionRow, DecisionRow, EnvelopeRow, StudentRow
from solidarity.web.catalogues import read_catalogue
from solidarity.web.templating import TEMPLATE_DIRECTORY
from solidarity.years.queries import closing_of
from tests.build import GRANT, NOW, SCHOOL_YEAR, a_draft, a_line, a_request, a_ruleset, an_envelope
from tests.databases import Database
from tests.people import Cast, the_cast
from tests.web.director_site import Visitor, a_session

AFTER = datetime(2027, 9, 20, 8, 0, tzinfo=UTC)
PAGE = f"/exercices/{SCHOOL_YEAR}"
NEXT = "/exercices/2027-2028/ouverture"


@dataclass(frozen=True, kw_only=True, slots=True)
class Desk:
    cast: Cast
    director: Visitor
    stranger: Visitor
    administrator: Visitor
    second: Visitor
    auditor: Visitor


@pytest.fixture
async def desk(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Desk]:
    """The whole site three weeks after the year, with a session for everybody of the cast."""
    cast = await the_cast()
    await a_ruleset(by=cast.administrator, activated_by=cast.second)
    settings = Settings(
        secret_key="the key of the tests, long enough for anybody",
        storage_url=f"file://{tmp_path / 'files'}",
    )
    app = create_app(settings, clock=Clock(frozen=AFTER), manage_engine=False, real_time=lambda: NOW)
    names = ("director", "stranger", "administrator", "second", "auditor")
    visitors = {name: Visitor(app, await a_session(getattr(cast, name))) for name in names}
    yield Desk(cast=cast, **visitors)
    for visitor in visitors.values():
        await visitor.leave()


async def test_one_prepares_and_another_confirms(desk: Desk) -> None:
    await an_envelope(50_000)
    kept, lapses = [await a_request(a_line(10_000), by=desk.cast.director) for _ in range(2)]
    for reference in (kept, lapses):
        await decide(reference, GRANT, by=desk.cast.administrator, now=NOW)
    sent = await a_request(a_line(7_000), by=desk.cast.director)
    await a_draft(by=desk.cast.director)
    for path in ("/exercices", PAGE, NEXT):
        assert (await desk.director.get(path)).status == 403
        assert (await desk.auditor.get(path)).status == 200
    assert (await desk.auditor.get("/exercices/2026-2029")).status == 404
    assert "Préparer la clôture" not in (await desk.auditor.get(PAGE)).words
    assert (await desk.auditor.post(f"{PAGE}/preparer", {"version": "0"})).status == 403
    shown = (await desk.administrator.get(PAGE)).words
    assert "Demandes à décider : 1" in shown
    assert "Reporté sur 2027-2028 : 300,00 €" in shown, "what is set aside for the open request is not gone"

    typed: dict[str, Any] = {"version": "0", "lapsing": [lapses], "close_undecided": "yes"}
    preview = await desk.administrator.post(f"{PAGE}/preparer", {**typed, "act": "preview"})
    assert "Ce que donneraient ces choix" in preview.words
    assert "Reporté sur 2027-2028 : 400,00 €" in preview.words
    assert await closing_of(SCHOOL_YEAR) is None
    wrong = await desk.administrator.post(f"{PAGE}/preparer", {**typed, "lapsing": [sent]})
    assert wrong.status == 422
    assert (await desk.administrator.post(f"{PAGE}/preparer", typed)).status == 303
    late = await desk.second.post(f"{PAGE}/preparer", typed)
    assert late.status == 409
    assert "Confirmer et clore" not in (await desk.administrator.get(PAGE)).words
    assert "Confirmer et clore" in (await desk.second.get(PAGE)).words
    assert (await desk.administrator.post(f"{PAGE}/confirmer", {"version": "1"})).status == 403
    assert (await desk.second.post(f"{PAGE}/confirmer", {"version": "1"})).status == 303
    closed = (await desk.auditor.get(PAGE)).words
    assert "L’année est close" in closed
    assert "Reporté sur 2027-2028 : 400,00 €. Rendu aux financeurs : 0,00 €." in closed
    assert (await desk.second.post(f"{PAGE}/reprendre")).status == 303
    assert await check_ledger() == []
    [gift] = await ContributionRow.select().where(ContributionRow.school_year == "2027-2028")
    assert gift["amount_cents"] == 40_000
    assert await DecisionRow.count() == 3


async def test_the_next_year_opens_with_the_amounts_typed(desk: Desk) -> None:
    await an_envelope(50_000)
    gift = NewContribution(
        funder="Fondation", amount_cents=40_000, received_on=AFTER.date(), school_year="2027-2028"
    )
    await add_contribution(gift, by=None, now=AFTER)
    opening = await desk.administrator.get(NEXT)
    assert "Aucun barème en vigueur" in opening.words
    name = (await EnvelopeRow.select())[0]["name"]
    for amount, status in (("beaucoup", 422), ("900", 409), ("350,50", 303)):
        given = {"name-0": name, "amount-0": amount}
        assert (await desk.administrator.post(NEXT, given)).status == status
    [envelope] = await EnvelopeRow.select().where(EnvelopeRow.school_year == "2027-2028")
    assert (envelope["name"], envelope["allocated_cents"]) == (name, 35_050)
    assert (await desk.administrator.post(NEXT, {"name-0": name, "amount-0": "1"})).status == 303
    assert await EnvelopeRow.count() == 2


async def test_means_are_confirmed_with_one_click_by_the_own_school(desk: Desk) -> None:
    await a_draft(by=desk.cast.director)
    [student] = await StudentRow.select()
    page, act = "/eleves/ressources", f"/eleves/{student['id']}/ressources"
    assert student["family_name"] in (await desk.director.get(page)).words
    assert "Rien à confirmer" in (await desk.stranger.get(page)).words
    assert (await desk.auditor.get(page)).status == 403
    assert (await desk.stranger.post(act, {"version": "1"})).status == 404
    assert (await desk.director.post(act, {"version": "9"})).status == 409
    assert (await desk.director.post(act, {"version": "1"})).status == 303
    assert "Rien à confirmer" in (await desk.director.get(page)).words


@pytest.mark.parametrize(
    "template", sorted(TEMPLATE_DIRECTORY.glob("years/*.html")), ids=lambda path: path.name
)
def test_every_sentence_is_in_english(template: Path) -> None:
    english = read_catalogue("en")
    keywords: Any = {"_": None, "gettext": None}
    found = {
        str(one[1]) for one in extract_from_file("jinja2.ext:babel_extract", template, keywords=keywords)
    }
    assert sorted(sentence for sentence in found if sentence not in english) == []
