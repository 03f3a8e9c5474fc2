"""A director's request from the first click to the withdrawal, through HTTP and without JavaScript."""

import re
from pathlib import Path

import pytest

from solidarity.requests.queries import request_view
from solidarity.requests.review import request_information
from solidarity.rules.lifecycle import RequestState
from tests.build import LATER, NOW, a_document, a_draft, a_line, a_request, a_student
from tests.databases import Database
from tests.web.director_site import Desk, Visitor, a_desk, a_pdf, typed_request

PDF = ("facture.pdf", a_pdf(), "application/pdf")


@pytest.fixture
async def desk(sqlite_database: Database, tmp_path: Path) -> Desk:
    return await a_desk(tmp_path / "files")


async def a_typed_draft(director: Visitor, student: object, changes: dict[str, str] | None = None) -> str:
    """The reference of a draft that was typed into the form."""
    answer = await director.post(f"/demandes/nouvelle/{student}", typed_request(changes))
    assert answer.status == 303, answer.words
    return answer.target.split("/")[2]


async def state_of(desk: Desk, reference: str) -> RequestState:
    return (await request_view(reference, desk.cast.director)).status


# The journey


async def test_a_first_request_is_sent_in_five_pages(database: Database, tmp_path: Path) -> None:
    desk = await a_desk(tmp_path / "files")
    student = await a_student(desk.cast.director, given_name="Aïcha", family_name="N’Diaye")
    director = desk.director

    assert "Nouvelle demande" in (await director.get("/")).words
    assert "N’Diaye Aïcha" in (await director.get("/demandes/nouvelle")).words
    assert "Aïcha N’Diaye" in (await director.get(f"/demandes/nouvelle/{student}")).title
    reference = await a_typed_draft(director, student)
    check = await director.get(f"/demandes/{reference}/verifier")
    assert "168,20 €" in check.words  # two months of 84,10
    assert "Justificatif de revenus" in check.words
    numbers = re.findall(r'name="papers-([0-9]+)-file"', check.html)
    assert len(numbers) == 3  # income, one of two papers, and any other one
    sent = await director.post(
        f"/demandes/{reference}/envoyer",
        {f"papers-{numbers[0]}-kind": "income", f"papers-{numbers[1]}-kind": "pass"},
        files={f"papers-{numbers[0]}-file": PDF, f"papers-{numbers[1]}-file": PDF},
    )
    assert (sent.status, sent.target) == (303, f"/demandes/{reference}/envoyee")
    done = await director.get(sent.target)
    assert reference in done.words
    assert "est réservé pour cette demande" in done.words
    view = await request_view(reference, desk.cast.director)
    assert view.status is RequestState.SUBMITTED
    assert {document.kind for document in view.documents} == {"income", "pass"}
    assert view.outcome == "payable"


async def test_the_home_says_what_waits_and_what_is_left(desk: Desk) -> None:
    by = desk.cast.director
    asked = await a_request(by=by)
    await request_information(
        asked, "Quel est le trajet ?", due_date=LATER.date(), by=desk.cast.administrator, now=NOW
    )
    draft = await a_draft(by=by)
    home = await desk.director.get("/")
    assert "Quel est le trajet ?" in home.words
    assert "avant le 13 novembre 2026" in home.words
    assert draft in home.words
    assert "commencé aujourd’hui" in home.words
    assert "Il reste 1 000,00 € sur 1 000,00 €." in home.words
    assert home.html.count("<meter") == 2


async def test_other_roles_are_led_to_their_own_home(desk: Desk) -> None:
    assert (await desk.administrator.get("/")).target == "/instruction"
    assert (await desk.auditor.get("/")).target == "/audit"
    assert (await desk.nobody.get("/")).target == "/connexion?suite=/"


# The form


WRONG = [
    ({"lines-0-kind": ""}, "lines-0-kind", "Choisissez une réponse."),
    ({"lines-0-kind": "transport.rocket"}, "lines-0-kind", "Choisissez une des réponses proposées."),
    ({"lines-0-amount": ""}, "lines-0-amount", "Écrivez un montant."),
    ({"lines-0-amount": "-5"}, "lines-0-amount", "Le montant ne peut pas être négatif."),
    ({"lines-0-amount": "0"}, "lines-0-amount", "Écrivez un montant plus grand que zéro."),
    ({"lines-0-amount": "1.234"}, "lines-0-amount", "Ce montant peut se lire de deux façons."),
    ({"lines-0-frequency": "daily"}, "lines-0-frequency", "Choisissez une des réponses proposées."),
    ({"lines-0-period_from": "31/02/2027"}, "lines-0-period_from", "Cette date n’existe pas."),
    ({"lines-0-period_to": "01/10/2026"}, "lines-0-period_to", "La fin est avant le début."),
    ({"lines-0-period_to": "01/10/2030"}, "lines-0-period_to", "La période dépasse deux années scolaires."),
    (
        {"lines-0-period_from": "01/10/2031", "lines-0-period_to": "02/10/2031"},
        "lines-0-period_from",
        "Aucun barème n’est encore en vigueur",
    ),
    ({"urgency": "tomorrow"}, "urgency", "Choisissez une des réponses proposées."),
    ({"narrative": "é" * 2001}, "narrative", "Pas plus de 2 000 caractères."),
    (
        {"lines-0-kind": "transport.car", "lines-0-facts-distance": "loin"},
        "lines-0-facts-distance",
        "Écrivez un nombre, avec trois décimales au plus.",
    ),
]


@pytest.mark.parametrize(("changes", "field", "sentence"), WRONG)
async def test_a_problem_is_said_beside_its_field(
    desk: Desk, changes: dict[str, str], field: str, sentence: str
) -> None:
    student = await a_student(desk.cast.director)
    answer = await desk.director.post(f"/demandes/nouvelle/{student}", typed_request(changes))
    assert answer.status == 422
    assert answer.title.startswith("Erreur :")
    assert sentence in answer.words
    assert f'href="#{field}"' in answer.html
    assert f'id="{field}-error"' in answer.html


async def test_all_problems_come_at_once_and_nothing_typed_is_lost(desk: Desk) -> None:
    student = await a_student(desk.cast.director)
    wrong = typed_request({"lines-0-amount": "beaucoup", "lines-0-period_to": "", "narrative": "Un mot."})
    answer = await desk.director.post(f"/demandes/nouvelle/{student}", wrong)
    assert answer.html.count('class="field__error"') == 2
    assert 'value="beaucoup"' in answer.html
    assert "Un mot." in answer.html
    assert "autofocus" in answer.html


@pytest.mark.parametrize(
    ("typed", "cents"), [("84,10", 8410), ("1 234,5", 123_450), ("1 234.50", 123_450), ("84 €", 8400)]
)
async def test_amounts_are_read_as_french_people_write_them(desk: Desk, typed: str, cents: int) -> None:
    student = await a_student(desk.cast.director)
    reference = await a_typed_draft(desk.director, student, {"lines-0-amount": typed})
    assert (await request_view(reference, desk.cast.director)).lines[0].amount_cents == cents


async def test_lines_are_added_and_removed_without_losing_the_others(desk: Desk) -> None:
    student = await a_student(desk.cast.director)
    address = f"/demandes/nouvelle/{student}"
    more = await desk.director.post(address, typed_request({"add": "yes"}))
    assert more.status == 200
    assert "Dépense 2" in more.words
    assert 'name="lines-1-period_to" type="text" value="31/12/2026"' in more.html
    second = {"lines-1-kind": "food.canteen", "lines-1-amount": "60", "remove": "0"}
    less = await desk.director.post(address, typed_request(second))
    assert "Dépense 2" not in less.words
    assert re.search(r'<option value="food.canteen" selected', less.html)
    assert 'name="lines-0-amount" type="text" value="60"' in less.html


async def test_a_fact_is_asked_for_the_kind_that_needs_it(desk: Desk) -> None:
    student = await a_student(desk.cast.director)
    typed = typed_request({"student": str(student), "lines-0-kind": "transport.car"})
    asked = await desk.director.post("/demandes/estimation", typed)
    assert "Distance en km" in asked.words
    assert "Information manquante" in asked.words
    reference = await a_typed_draft(
        desk.director, student, {"lines-0-kind": "transport.car", "lines-0-facts-distance": "12,5"}
    )
    check = await desk.director.get(f"/demandes/{reference}/verifier")
    assert "Distance en km 12,5" in check.words
    assert "Distance minimale" in check.words


async def test_the_live_check_says_the_amount_and_never_an_error(desk: Desk) -> None:
    student = await a_student(desk.cast.director)
    typed = typed_request({"student": str(student), "lines-0-amount": "500"})
    live = await desk.director.post("/demandes/estimation", typed, live=True)
    block = live.html[live.html.index('id="estimate"') :]
    assert live.status == 200
    assert "1 000,00" in live.words  # two months of 500
    assert "Plafond par ligne" in live.words
    assert "400,00" in live.words
    assert 'role="status"' in block
    unfinished = await desk.director.post(
        "/demandes/estimation", typed_request({"student": str(student), "lines-0-amount": ""}), live=True
    )
    assert unfinished.status == 200
    assert "le calcul s’affichera ici" in unfinished.words


async def test_the_check_button_shows_the_form_again_with_its_errors(desk: Desk) -> None:
    student = await a_student(desk.cast.director)
    typed = typed_request({"student": str(student), "lines-0-amount": "x"})
    answer = await desk.director.post("/demandes/estimation", typed)
    assert answer.status == 422
    assert f'action="/demandes/nouvelle/{student}"' in answer.html
    assert "Écrivez un montant en euros" in answer.words


# Changing, and two people at once


async def test_a_draft_is_changed_and_can_wait(desk: Desk) -> None:
    reference = await a_draft(by=desk.cast.director)
    shown = await desk.director.get(f"/demandes/{reference}/modifier")
    assert 'value="120,00"' in shown.html
    saved = await desk.director.post(
        f"/demandes/{reference}/modifier", typed_request({"version": "1", "then": "later"})
    )
    assert saved.target == f"/demandes/{reference}"
    view = await request_view(reference, desk.cast.director)
    assert (view.lines[0].amount_cents, view.narrative, view.version) == (8410, None, 2)


async def test_a_conflict_shows_both_versions_and_saves_what_is_chosen(desk: Desk) -> None:
    reference = await a_draft(by=desk.cast.director)
    address = f"/demandes/{reference}/modifier"
    await desk.director.post(address, typed_request({"version": "1", "lines-0-amount": "77"}))
    late = await desk.director.post(address, typed_request({"version": "1", "lines-0-amount": "99"}))
    assert late.status == 409
    assert "77,00 €" in late.words
    assert "99,00 €" in late.words
    assert 'name="version" value="2"' in late.html
    assert (await request_view(reference, desk.cast.director)).lines[0].amount_cents == 7700
    again = await desk.director.post(address, typed_request({"version": "2", "lines-0-amount": "99"}))
    assert again.status == 303
    assert (await request_view(reference, desk.cast.director)).lines[0].amount_cents == 9900


async def test_a_sent_request_can_no_longer_be_changed(desk: Desk) -> None:
    reference = await a_request(by=desk.cast.director)
    address = f"/demandes/{reference}/modifier"
    assert (await desk.director.get(address)).status == 409
    assert (await desk.director.post(address, typed_request({"version": "1"}))).status == 409


# Documents


async def test_a_document_is_attached_downloaded_and_removed(desk: Desk) -> None:
    reference = await a_draft(by=desk.cast.director)
    added = await desk.director.post(
        f"/demandes/{reference}/documents", {"papers-99-kind": "other"}, files={"papers-99-file": PDF}
    )
    assert added.target == f"/demandes/{reference}/verifier"
    document = (await request_view(reference, desk.cast.director)).documents[0]
    got = await desk.director.get(f"/demandes/{reference}/documents/{document.id}")
    assert got.status == 200
    assert got.headers["content-type"] == "application/pdf"
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.content == desk.archive.get(document.sha256)
    gone = await desk.director.post(f"/demandes/{reference}/documents/{document.id}/supprimer")
    assert gone.status == 303
    assert (await request_view(reference, desk.cast.director)).documents == ()


REFUSED = [
    (None, "other", "Choisissez un fichier."),
    (("virus.exe", b"MZ not a document", "application/octet-stream"), "other", "PDF"),
    (("vide.pdf", b"", "application/pdf"), "other", "Ce fichier est vide."),
    (PDF, "passport", "Choisissez une des réponses proposées."),
]


@pytest.mark.parametrize(("file", "kind", "sentence"), REFUSED)
async def test_a_refused_document_is_explained(desk: Desk, file: object, kind: str, sentence: str) -> None:
    reference = await a_draft(by=desk.cast.director)
    files = {"papers-99-file": file} if file else {"papers-99-file": ("", b"", "application/octet-stream")}
    answer = await desk.director.post(
        f"/demandes/{reference}/documents", {"papers-99-kind": kind}, files=files
    )
    assert answer.status == 422
    assert sentence in answer.words
    assert (await request_view(reference, desk.cast.director)).documents == ()


async def test_nothing_is_sent_while_a_document_is_refused(desk: Desk) -> None:
    reference = await a_draft(by=desk.cast.director)
    answer = await desk.director.post(
        f"/demandes/{reference}/envoyer",
        {"papers-7-kind": "income"},
        files={"papers-7-file": ("revenus.pdf", b"not a pdf", "application/pdf")},
    )
    assert answer.status == 422
    assert await state_of(desk, reference) is RequestState.DRAFT


async def test_an_eleventh_document_is_refused(desk: Desk) -> None:
    reference = await a_draft(by=desk.cast.director)
    for _ in range(10):
        await a_document(reference, by=desk.cast.director)
    answer = await desk.director.post(
        f"/demandes/{reference}/documents", {"papers-99-kind": "other"}, files={"papers-99-file": PDF}
    )
    assert answer.status == 422
    assert "Dix pièces au plus par demande." in answer.words


# Sending, answering, withdrawing


async def test_a_second_click_on_send_shows_that_it_was_sent(desk: Desk) -> None:
    reference = await a_draft(by=desk.cast.director)
    first = await desk.director.post(f"/demandes/{reference}/envoyer")
    second = await desk.director.post(f"/demandes/{reference}/envoyer")
    assert first.target == second.target == f"/demandes/{reference}/envoyee"
    assert "Il manque encore des pièces" in (await desk.director.get(second.target)).words


async def test_a_request_without_credit_goes_on_the_waiting_list(desk: Desk) -> None:
    for _ in range(3):
        await a_request(a_line(40_000, category="housing"), by=desk.cast.director)
    reference = await a_draft(a_line(40_000, category="housing"), by=desk.cast.director)
    check = await desk.director.get(f"/demandes/{reference}/verifier")
    assert "elle ira sur la liste d’attente" in check.words
    sent = await desk.director.post(f"/demandes/{reference}/envoyer")
    assert "Ce n’est pas un refus" in (await desk.director.get(sent.target)).words


async def test_a_question_is_answered(desk: Desk) -> None:
    reference = await a_request(by=desk.cast.director)
    await request_information(reference, "Quel trajet ?", due_date=None, by=desk.cast.administrator, now=NOW)
    shown = await desk.director.get(f"/demandes/{reference}")
    assert "Quel trajet ?" in shown.words
    version = re.findall(r'name="version" value="([0-9]+)"', shown.html)[0]
    address = f"/demandes/{reference}/repondre"
    empty = await desk.director.post(address, {"version": version, "answer": " "})
    assert empty.status == 422
    assert "Écrivez votre réponse." in empty.words
    stale = await desk.director.post(address, {"version": "1", "answer": "Roubaix – Lille"})
    assert stale.status == 409
    assert "Roubaix – Lille" in stale.words
    done = await desk.director.post(address, {"version": version, "answer": "Roubaix – Lille"})
    assert done.status == 303
    view = await request_view(reference, desk.cast.director)
    assert (view.status, view.answer) == (RequestState.IN_REVIEW, "Roubaix – Lille")
    assert "Réponse envoyée" in (await desk.director.get(f"/demandes/{reference}")).words


async def test_withdrawing_is_confirmed_on_a_page_of_its_own(desk: Desk) -> None:
    reference = await a_request(by=desk.cast.director)
    page = await desk.director.get(f"/demandes/{reference}/retirer")
    assert "C’est définitif" in page.words
    done = await desk.director.post(f"/demandes/{reference}/retirer")
    assert done.status == 303
    assert await state_of(desk, reference) is RequestState.WITHDRAWN
    assert (await desk.director.get(f"/demandes/{reference}/retirer")).status == 303
    assert (await desk.director.post(f"/demandes/{reference}/retirer")).status == 409


# The list


async def test_the_list_has_a_tab_for_each_stage_and_pages(desk: Desk) -> None:
    references = [await a_draft(by=desk.cast.director) for _ in range(3)]
    sent = await a_request(by=desk.cast.director)
    everything = await desk.director.get("/demandes")
    assert all(reference in everything.words for reference in [*references, sent])
    drafts = await desk.director.get("/demandes?etat=a-completer&limit=2")
    assert sent not in drafts.words
    assert drafts.words.count("Brouillon") == 2
    following = re.search(r'href="(/demandes\?etat=a-completer&amp;cursor=[^"]+)"', drafts.html)
    assert following is not None
    rest = await desk.director.get(following[1].replace("&amp;", "&"))
    assert rest.words.count("Brouillon") == 1
    assert (await desk.director.get("/demandes?etat=inconnu")).status == 200


async def test_a_name_is_searched_without_going_into_the_address(desk: Desk) -> None:
    student = await a_student(desk.cast.director, family_name="Œillet")
    mine = await a_draft(by=desk.cast.director, student=student)
    other = await a_draft(by=desk.cast.director)
    found = await desk.director.post("/demandes", {"q": "oeillet"})
    assert mine in found.words
    assert other not in found.words
    by_reference = await desk.director.post("/demandes", {"q": other})
    assert other in by_reference.words
    none = await desk.director.post("/demandes", {"q": "zzz"})
    assert "Aucune demande ne correspond" in none.words
