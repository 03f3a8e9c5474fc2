"""Who may see and do what on the pages of directors: the own school, another one, the fund, nobody."""

from pathlib import Path
from uuid import uuid4

import pytest

from solidarity.requests.queries import request_view
from solidarity.rules.lifecycle import RequestState
from tests.build import a_document, a_draft, a_request
from tests.databases import Database
from tests.web.director_site import Desk, a_desk, typed_request


@pytest.fixture
async def desk(sqlite_database: Database, tmp_path: Path) -> Desk:
    return await a_desk(tmp_path / "files")


PATHS = ("", "/verifier", "/modifier", "/retirer", "/envoyee")


@pytest.mark.parametrize("path", PATHS)
async def test_another_school_sees_nothing(desk: Desk, path: str) -> None:
    reference = await a_draft(by=desk.cast.director)
    hidden = await desk.stranger.get(f"/demandes/{reference}{path}")
    absent = await desk.stranger.get(f"/demandes/2026-999999{path}")
    assert (hidden.status, absent.status) == (404, 404)
    assert "Maëlle" not in hidden.html


@pytest.mark.parametrize("path", ["/envoyer", "/retirer", "/repondre", "/documents", "/modifier"])
async def test_another_school_changes_nothing(desk: Desk, path: str) -> None:
    reference = await a_draft(by=desk.cast.director)
    answer = await desk.stranger.post(
        f"/demandes/{reference}{path}", typed_request({"version": "1", "answer": "oui"})
    )
    assert answer.status == 404
    view = await request_view(reference, desk.cast.director)
    assert (view.status, view.version) == (RequestState.DRAFT, 1)


async def test_a_document_of_another_school_is_not_found(desk: Desk) -> None:
    reference = await a_draft(by=desk.cast.director)
    document = await a_document(reference, by=desk.cast.director)
    assert (await desk.stranger.get(f"/demandes/{reference}/documents/{document}")).status == 404
    assert (await desk.director.get(f"/demandes/{reference}/documents/{uuid4()}")).status == 404


@pytest.mark.parametrize("path", ["/", "/demandes", "/demandes/nouvelle", "/eleves", "/demandes/2026-000001"])
async def test_nobody_is_led_to_the_sign_in_page(desk: Desk, path: str) -> None:
    answer = await desk.nobody.get(path)
    assert answer.status == 303
    assert answer.target.startswith("/connexion?suite=/")


async def test_administrators_and_auditors_read_the_same_page(desk: Desk) -> None:
    reference = await a_request(by=desk.cast.director)
    by_administrator = await desk.administrator.get(f"/demandes/{reference}")
    assert f'href="/instruction/{reference}"' in by_administrator.html
    by_auditor = await desk.auditor.get(f"/demandes/{reference}")
    assert by_auditor.status == 200
    assert "Demande envoyée" in by_auditor.words
    for answer in (by_administrator, by_auditor):
        assert "/retirer" not in answer.html
        assert "papers-99-file" not in answer.html
    for visitor in (desk.administrator, desk.auditor):
        assert (await visitor.get("/demandes/nouvelle")).status == 403
        assert (await visitor.post(f"/demandes/{reference}/retirer")).status == 403


async def test_a_form_without_its_token_changes_nothing(desk: Desk) -> None:
    reference = await a_draft(by=desk.cast.director)
    answer = await desk.director.post(f"/demandes/{reference}/envoyer", {"_csrf": "forged"})
    assert answer.status == 403
    assert (await request_view(reference, desk.cast.director)).status is RequestState.DRAFT


async def test_everything_is_read_in_english_too(desk: Desk) -> None:
    reference = await a_request(by=desk.cast.director)
    await desk.director.post("/compte/langue", {"language": "en", "suite": "/"})
    page = await desk.director.get(f"/demandes/{reference}")
    assert "Why this amount" in page.words
    assert "Request sent" in page.words
    assert "Transport – travel pass" in page.words
    assert "What is left in 2026-2027" in (await desk.director.get("/")).words
