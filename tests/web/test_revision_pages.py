"""Pages of transfers, reviews, ended and unclaimed aid, the waiting list: each for who may, nobody else."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from babel.messages.extract import extract_from_file

from solidarity.app import create_app
from solidarity.budgets.queries import check_ledger
from solidarity.clock import Clock
from solidarity.decisions.commands import decide
from solidarity.requests.review import put_on_hold
from solidarity.rules.deciding import Choice, Verdict
from solidarity.settings import Settings
from solidarity.store.tables import EnvelopeRow, TransferRow
from solidarity.web.catalogues import read_catalogue
from solidarity.web.templating import TEMPLATE_DIRECTORY
from tests.build import GRANT, NOW, SCHOOL_YEAR, a_line, a_request, a_ruleset, an_envelope
from tests.commands.test_decisions import LANE
from tests.databases import Database
from tests.people import Cast, the_cast
from tests.web.director_site import Visitor, a_session

PART = Choice(verdict=Verdict.GRANT, granted_cents={1: 10_000})


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
    """The whole site, with a session for everybody of the cast."""
    cast = await the_cast()
    await a_ruleset(extra=LANE, by=cast.administrator, activated_by=cast.second)
    settings = Settings(
        secret_key="the key of the tests, long enough for anybody",
        storage_url=f"file://{tmp_path / 'files'}",
    )
    app = create_app(settings, clock=Clock(frozen=NOW), manage_engine=False, real_time=lambda: NOW)
    names = ("director", "stranger", "administrator", "second", "auditor")
    visitors = {name: Visitor(app, await a_session(getattr(cast, name))) for name in names}
    yield Desk(cast=cast, **visitors)
    for visitor in visitors.values():
        await visitor.leave()


async def test_a_transfer_is_proposed_on_one_page_and_approved_on_another_desk(desk: Desk) -> None:
    source, target = await an_envelope(50_000), await an_envelope(10_000)
    page = "/budget/transferts"
    typed: dict[str, Any] = {
        "from": str(source),
        "to": str(target),
        "amount": "600",
        "reason": "Plus de repas.",
    }
    assert (await desk.director.get(page)).status == 403
    assert (await desk.auditor.get(page)).status == 200
    assert (await desk.auditor.post(page, typed)).status == 403
    empty = await desk.administrator.post(page, {"reason": ""})
    assert empty.status == 422
    too_much = await desk.administrator.post(page, typed)
    assert too_much.status == 409
    assert "n’a pas cette somme disponible" in too_much.words
    assert "Plus de repas." in too_much.html
    same = await desk.administrator.post(page, {**typed, "to": str(source)})
    assert "Choisissez une autre enveloppe" in same.words
    assert (await desk.administrator.post(page, {**typed, "amount": "200,00"})).status == 303
    assert "un autre administrateur doit l’approuver" in (await desk.administrator.get(page)).words
    [row] = await TransferRow.select()
    other_desk = await desk.second.get(page)
    assert "Approuver le transfert" in other_desk.words
    assert (await desk.administrator.post(f"{page}/{row['id']}/approuver")).status == 403
    assert (await desk.second.post(f"{page}/{row['id']}/approuver")).status == 303
    listed = await desk.auditor.get(f"{page}?annee={SCHOOL_YEAR}")
    assert "Approuvé" in listed.words
    allocated = await EnvelopeRow.select(EnvelopeRow.allocated_cents).where(EnvelopeRow.id == target).first()
    assert allocated == {"allocated_cents": 30_000}
    assert await check_ledger() == []


async def test_an_aid_is_ended_after_its_preview(desk: Desk) -> None:
    await an_envelope(50_000)
    reference = await a_request(a_line(20_000), by=desk.cast.director)
    page = f"/instruction/{reference}/arreter"
    assert "Rien n’est à arrêter" in (await desk.administrator.get(page)).words
    await decide(reference, PART, by=desk.cast.administrator, now=NOW)
    assert "Arrêter l’aide" in (await desk.administrator.get(f"/instruction/{reference}")).words
    assert (await desk.director.get(page)).status == 403
    preview = await desk.second.get(page)
    assert "Déjà versé" in preview.words
    assert "100,00 €" in preview.words
    assert (await desk.second.post(page, {"reason": " "})).status == 422
    assert (await desk.second.post(page, {"reason": "Départ."})).status == 303
    again = await desk.second.post(page, {"reason": "Départ."})
    assert again.status == 409
    assert "Aucune aide n’est en cours" in again.words
    shown = await desk.director.get(f"/demandes/{reference}")
    assert "Arrêtée" in shown.words


async def test_a_review_from_the_school_to_the_answer(desk: Desk) -> None:
    await an_envelope(90_000)
    reference = await a_request(a_line(20_000), by=desk.cast.director)
    ask = f"/demandes/{reference}/reexamen"
    assert (await desk.director.get(ask)).status == 303
    await decide(reference, PART, by=desk.cast.administrator, now=NOW)
    assert "Réexamen de cette décision" in (await desk.director.get(f"/demandes/{reference}")).words
    assert (await desk.stranger.get(ask)).status == 404
    assert (await desk.administrator.get(ask)).status == 403
    assert (await desk.director.post(ask, {"grounds": ""})).status == 422
    assert (await desk.director.post(ask, {"grounds": "Le père est au chômage."})).status == 303
    assert (await desk.director.post(ask, {"grounds": "Encore."})).status == 409
    assert "Joindre une autre pièce" in (await desk.director.get(ask)).words
    listed = await desk.administrator.get("/instruction/reexamens")
    assert reference in listed.words
    answer = f"/instruction/{reference}/reexamen"
    assert "Une autre personne doit répondre" in (await desk.administrator.get(answer)).words
    refused = await desk.administrator.post(f"{answer}/corriger", {"lines-0-granted": "200"})
    assert (refused.status, "Vous avez pris part" in refused.words) == (409, True)
    assert (await desk.second.post(f"{answer}/prendre")).status == 303
    assert "Le barème propose aujourd’hui : 200,00 €" in (await desk.second.get(answer)).words
    lower = await desk.second.post(f"{answer}/corriger", {"lines-0-granted": "50"})
    assert (lower.status, "Un réexamen ne peut qu’accorder davantage" in lower.words) == (409, True)
    assert (await desk.second.post(f"{answer}/maintenir", {"reason": ""})).status == 422
    assert (await desk.second.post(f"{answer}/corriger", {"lines-0-granted": "200"})).status == 303
    assert "Corrigée" in (await desk.director.get(f"/demandes/{reference}")).words
    assert "Décision corrigée" in (await desk.director.get(ask)).words
    assert await check_ledger() == []


async def test_lists_beside_the_queue(desk: Desk) -> None:
    await an_envelope(45_000)
    urgent = await a_request(a_line(40_000), by=desk.cast.director, urgency="emergency")
    await decide(urgent, GRANT, by=desk.cast.administrator, now=NOW - timedelta(days=30))
    waits = await a_request(a_line(20_000), by=desk.cast.director)
    await put_on_hold(waits, "no_credit", due_date=None, by=desk.cast.second, now=NOW)
    queue = await desk.administrator.get("/instruction")
    for word in ("Réexamens", "À ratifier", "Liste d’attente", "Non réclamées"):
        assert word in queue.words
    ratify = await desk.second.get("/instruction/a-ratifier")
    assert "La voie d’urgence est fermée" in ratify.words
    assert f"Ratifier {urgent}" in ratify.words
    assert (
        "Par une autre personne que vous" in (await desk.administrator.get("/instruction/a-ratifier")).words
    )
    assert (await desk.administrator.post(f"/instruction/{urgent}/ratifier")).status == 403
    assert (await desk.second.post(f"/instruction/{urgent}/ratifier")).status == 303
    assert "Rien à ratifier" in (await desk.second.get("/instruction/a-ratifier")).words
    assert waits in (await desk.second.get("/instruction/liste-attente")).words
    assert "Rang 1 sur 1 dans la liste d’attente" in (await desk.director.get(f"/demandes/{waits}")).words
    await an_envelope(20_000)
    assert (await desk.second.post("/instruction/liste-attente/servir")).status == 303
    assert "Personne n’attend" in (await desk.second.get("/instruction/liste-attente")).words
    assert "Aucune aide n’a dépassé sa date" in (await desk.second.get("/instruction/non-reclamees")).words
    assert (await desk.second.post(f"/instruction/{urgent}/liberer")).status == 409
    for path in ("a-ratifier", "liste-attente", "non-reclamees", "reexamens"):
        assert (await desk.director.get(f"/instruction/{path}")).status == 403
        assert (await desk.auditor.get(f"/instruction/{path}")).status == 403


TEMPLATES = [
    path
    for name in ("budgets/transfers.html", "decisions/*.html")
    for path in sorted(TEMPLATE_DIRECTORY.glob(name))
]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda path: path.name)
def test_every_sentence_is_in_english(template: Path) -> None:
    english = read_catalogue("en")
    keywords: Any = {"_": None, "gettext": None}
    found = {
        str(one[1]) for one in extract_from_file("jinja2.ext:babel_extract", template, keywords=keywords)
    }
    assert sorted(sentence for sentence in found if sentence not in english) == []
