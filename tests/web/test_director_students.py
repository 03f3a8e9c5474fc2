"""The students of a school through HTTP: list, search, add, change, and who may."""

import re
from datetime import date
from pathlib import Path

import pytest

from solidarity.schools.queries import student, students
from tests.build import a_request, a_student
from tests.databases import Database
from tests.web.director_site import Desk, a_desk

NEW = {
    "given_name": "Nguyễn",
    "family_name": "Thị Hương",
    "birth_date": "14/03/2010",
    "trade": "usinage",
    "quotient_familial": "412,50",
    "household_size": "4",
    "letter_language": "fr",
}


@pytest.fixture
async def desk(sqlite_database: Database, tmp_path: Path) -> Desk:
    return await a_desk(tmp_path / "files")


async def test_a_student_is_added_and_shown(desk: Desk) -> None:
    added = await desk.director.post("/eleves/nouveau", NEW)
    assert added.status == 303
    page = await desk.director.get(added.target)
    assert "Nguyễn Thị Hương" in page.title
    assert "412,50 €" in page.words
    assert "14 mars 2010 (16 ans)" in page.words


async def test_a_student_added_for_a_request_leads_to_it(desk: Desk) -> None:
    form = await desk.director.get("/eleves/nouveau?pour=demande")
    assert 'name="purpose" value="demande"' in form.html
    added = await desk.director.post("/eleves/nouveau", NEW | {"purpose": "demande"})
    assert added.target.startswith("/demandes/nouvelle/")


WRONG = [
    ({"given_name": ""}, "given_name", "Écrivez un nom."),
    ({"family_name": "R2<D2"}, "family_name", "n’est pas accepté dans un nom"),
    ({"birth_date": "demain"}, "birth_date", "Écrivez la date ainsi"),
    ({"birth_date": "14/03/2030"}, "birth_date", "dans le futur"),
    ({"birth_date": "14/03/1950"}, "birth_date", "plus de 30 ans"),
    ({"birth_date": "14/03/2022"}, "birth_date", "moins de 10 ans"),
    ({"quotient_familial": "douze"}, "quotient_familial", "Écrivez un montant en euros"),
    ({"household_size": "31"}, "household_size", "Le plus grand nombre permis est 30."),
    ({"letter_language": "de"}, "letter_language", "Choisissez une des réponses proposées."),
    ({"guardian_name": "Mme Thị"}, "guardian_address", "Écrivez aussi l’adresse complète."),
    ({"guardian_address": "1 rue du Port"}, "guardian_name", "Écrivez aussi le nom"),
]


@pytest.mark.parametrize(("changes", "field", "sentence"), WRONG)
async def test_a_problem_is_said_beside_its_field(
    desk: Desk, changes: dict[str, str], field: str, sentence: str
) -> None:
    answer = await desk.director.post("/eleves/nouveau", NEW | changes)
    assert answer.status == 422
    assert answer.title.startswith("Erreur :")
    assert sentence in answer.words
    assert f'href="#{field}"' in answer.html
    assert await students(desk.cast.director) == []


async def test_a_likely_duplicate_is_shown_and_may_be_another_person(desk: Desk) -> None:
    first = await desk.director.post("/eleves/nouveau", NEW)
    again = await desk.director.post("/eleves/nouveau", NEW | {"given_name": "nguyên"})
    assert again.status == 409
    assert f'href="{first.target}"' in again.html
    assert 'name="confirm_distinct"' in again.html
    twin = await desk.director.post("/eleves/nouveau", NEW | {"confirm_distinct": "jumeaux"})
    assert twin.status == 303
    assert len(await students(desk.cast.director)) == 2


async def test_a_duplicate_in_another_school_is_not_shown(desk: Desk) -> None:
    first = await desk.director.post("/eleves/nouveau", NEW)
    again = await desk.stranger.post("/eleves/nouveau", NEW)
    assert again.status == 409
    assert first.target not in again.html
    assert "Une autre école du réseau" in again.words


async def test_a_student_is_changed(desk: Desk) -> None:
    added = await a_student(desk.cast.director, household_size=3)
    form = await desk.director.get(f"/eleves/{added}/modifier")
    assert 'value="400,00"' in form.html
    saved = await desk.director.post(f"/eleves/{added}/modifier", NEW | {"version": "1", "boarder": "yes"})
    assert (saved.status, saved.target) == (303, f"/eleves/{added}")
    view = await student(added, desk.cast.director)
    assert (view.given_name, view.boarder, view.quotient_familial_cents) == ("Nguyễn", True, 41_250)
    assert view.birth_date == date(2010, 3, 14)


async def test_a_conflict_shows_both_versions(desk: Desk) -> None:
    added = await a_student(desk.cast.director)
    address = f"/eleves/{added}/modifier"
    await desk.director.post(address, NEW | {"version": "1", "household_size": "5"})
    late = await desk.director.post(address, NEW | {"version": "1", "household_size": "6"})
    assert late.status == 409
    assert re.search(r"Personnes dans le foyer 5 6", late.words)
    assert 'name="version" value="2"' in late.html
    again = await desk.director.post(address, NEW | {"version": "2", "household_size": "6"})
    assert again.status == 303
    assert (await student(added, desk.cast.director)).household_size == 6


async def test_students_are_searched_without_accents_and_by_post(desk: Desk) -> None:
    await a_student(desk.cast.director, given_name="Théo", family_name="Œillet")
    await a_student(desk.cast.director, given_name="Lola", family_name="Mercier")
    for path in ("/eleves", "/demandes/nouvelle"):
        found = await desk.director.post(path, {"q": "theo oei"})
        assert "Œillet Théo" in found.words
        assert "Mercier" not in found.words
        assert "1 élève" in found.words
        assert (await desk.director.post(path, {"q": "t"})).status == 422
        assert "Aucun élève ne correspond" in (await desk.director.post(path, {"q": "zzz"})).words


async def test_the_page_of_a_student_says_what_was_asked(desk: Desk) -> None:
    added = await a_student(desk.cast.director)
    reference = await a_request(by=desk.cast.director, student=added)
    page = await desk.director.get(f"/eleves/{added}")
    assert reference in page.words
    assert f'href="/demandes/nouvelle/{added}"' in page.html
    by_administrator = await desk.administrator.get(f"/eleves/{added}")
    assert by_administrator.status == 200
    assert "/demandes/nouvelle/" not in by_administrator.html


async def test_an_administrator_chooses_the_school(desk: Desk) -> None:
    assert 'name="school"' in (await desk.administrator.get("/eleves/nouveau")).html
    assert (await desk.administrator.post("/eleves/nouveau", NEW)).status == 422
    added = await desk.administrator.post("/eleves/nouveau", NEW | {"school": "lille"})
    assert added.status == 303
    assert [one.school_slug for one in await students(desk.cast.neighbour)] == ["lille"]


async def test_another_school_sees_and_changes_nothing(desk: Desk) -> None:
    added = await a_student(desk.cast.director, family_name="Secret")
    assert (await desk.stranger.get(f"/eleves/{added}")).status == 404
    assert (await desk.stranger.get(f"/eleves/{added}/modifier")).status == 404
    assert (await desk.stranger.get(f"/demandes/nouvelle/{added}")).status == 404
    assert (await desk.stranger.post(f"/eleves/{added}/modifier", NEW | {"version": "1"})).status == 404
    assert "Secret" not in (await desk.stranger.get("/eleves")).html
    assert (await student(added, desk.cast.director)).version == 1


async def test_auditors_do_not_see_the_list_of_students(desk: Desk) -> None:
    added = await a_student(desk.cast.director)
    for path in ("/eleves", "/eleves/nouveau", f"/eleves/{added}", f"/eleves/{added}/modifier"):
        assert (await desk.auditor.get(path)).status == 403
        assert (await desk.nobody.get(path)).status == 303
