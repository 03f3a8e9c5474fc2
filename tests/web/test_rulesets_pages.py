"""The workshop of rulesets on screen: who sees it, what is typed and kept, what changes, who puts it in force."""

import re
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from uuid import UUID, uuid4

import html5lib
import pytest
from litestar import Litestar

from solidarity.archive import Archive
from solidarity.clock import Clock
from solidarity.people import pages as people_pages
from solidarity.people.authenticator import AccountAuthenticator
from solidarity.requests import pages as requests_pages
from solidarity.requests import wording as requests_wording
from solidarity.rulesets import pages as rulesets_pages
from solidarity.rulesets import wording as rulesets_wording
from solidarity.rulesets.commands import activate_ruleset, load_ruleset
from solidarity.rulesets.queries import ruleset_source, rulesets
from solidarity.schools import pages as schools_pages
from solidarity.schools import wording as schools_wording
from solidarity.settings import Settings
from solidarity.web.house import House
from solidarity.web.site import build_site
from solidarity.web.toolkit import make_web
from tests.build import NOW, RULES, a_student
from tests.databases import Database
from tests.people import Cast, the_cast
from tests.web.director_site import SECRET, Answer, Visitor, a_session

FEDERATION = Path("rulesets/federation-2026-2027.toml").read_text(encoding="utf-8")
HOSTILE = "<script>alert(1)</script><b>"
DEARER = RULES.replace('"900.00"', '"950.00"')
SPRING = RULES.replace("essai-2026", "essai-printemps").replace("2026-09-01", "2027-03-01")


@cache
def _site() -> Litestar:
    web = make_web(
        authenticator=AccountAuthenticator(),
        clock=Clock(frozen=NOW),
        real_now=lambda: NOW,
        random_bytes=lambda count: b"\x07" * count,
        secret_key=SECRET,
        sentences=(schools_wording.SENTENCES, requests_wording.SENTENCES, rulesets_wording.SENTENCES),
    )
    capabilities = (people_pages, schools_pages, requests_pages, rulesets_pages)
    return build_site([one for module in capabilities for one in module.HANDLERS], web=web)


@dataclass(frozen=True, kw_only=True, slots=True)
class Workshop:
    """The site with one ruleset in force, and who visits it."""

    cast: Cast
    in_force: UUID
    administrator: Visitor
    second: Visitor
    auditor: Visitor
    director: Visitor
    nobody: Visitor


@pytest.fixture
async def workshop(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Workshop]:
    cast = await the_cast()
    in_force = await load_ruleset(RULES, by=cast.administrator, now=NOW)
    await activate_ruleset(in_force, by=cast.second, now=NOW)
    app = _site()
    app.state["house"] = House(
        settings=Settings(secret_key=SECRET),
        archive=Archive(root=tmp_path / "files"),
        clock=Clock(frozen=NOW),
    )
    visitors = {
        name: Visitor(app, await a_session(getattr(cast, name)))
        for name in ("administrator", "second", "auditor", "director")
    }
    found = Workshop(cast=cast, in_force=in_force, nobody=Visitor(app, None), **visitors)
    yield found
    for visitor in (*visitors.values(), found.nobody):
        await visitor.leave()


def is_whole(answer: Answer) -> None:
    """Strict HTML, one title, no id twice."""
    html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(answer.html)
    ids = re.findall(r'\sid="([^"]+)"', answer.html)
    assert len(ids) == len(set(ids))
    assert answer.html.count("<h1>") == 1


def fields_of(answer: Answer) -> dict[str, str]:
    """The form as a browser would send it untouched."""
    inputs = re.findall(
        r'<input class="[^"]*" type="text" id="[^"]*" name="([^"]+)" value="([^"]*)"', answer.html
    )
    boxes = re.findall(r'type="checkbox" id="[^"]*" name="([^"]+)" value="yes" checked', answer.html)
    return {name: value.replace("&#39;", "'") for name, value in inputs} | dict.fromkeys(boxes, "yes")


async def drafts() -> list[UUID]:
    return [one.id for one in await rulesets() if one.state == "draft"]


async def test_who_sees_the_workshop(workshop: Workshop) -> None:
    draft = await load_ruleset(DEARER, by=workshop.cast.administrator, now=NOW)
    readable = ["/baremes", f"/baremes/{draft}", f"/baremes/{draft}/comparer", f"/baremes/{draft}/texte"]
    acts = [
        "/baremes/nouveau",
        *(f"/baremes/{draft}/{act}" for act in ("modifier", "modifier/texte", "mettre-en-vigueur")),
    ]
    for path in readable:
        statuses = [
            (await one.get(path)).status
            for one in (workshop.administrator, workshop.auditor, workshop.director, workshop.nobody)
        ]
        assert statuses == [200, 200, 403, 303], path
    for path in acts:
        statuses = [
            (await one.get(path)).status
            for one in (workshop.administrator, workshop.auditor, workshop.director, workshop.nobody)
        ]
        assert statuses == [200, 403, 403, 303], path
        assert [
            (await one.post(path, {"source": SPRING})).status for one in (workshop.auditor, workshop.director)
        ] == [403, 403]
    assert (await workshop.auditor.post(f"/baremes/{draft}/ecarter")).status == 403
    assert (await ruleset_source(draft))[0].state == "draft"
    for path in (
        f"/baremes/{uuid4()}",
        f"/baremes/{uuid4()}/comparer",
        f"/baremes/{draft}/comparer?avec=x",
        "/baremes/nouveau?exemple=x",
        "/baremes/nouveau?de=x",
    ):
        assert (await workshop.administrator.get(path)).status == 404
    shown = await workshop.auditor.get(f"/baremes/{draft}")
    assert "modifier" not in shown.html
    assert "mettre-en-vigueur" not in shown.html


async def test_everybody_signed_in_reads_what_the_fund_pays_now(workshop: Workshop) -> None:
    draft = await load_ruleset(DEARER, by=workshop.cast.administrator, now=NOW)
    spring = await load_ruleset(SPRING, by=workshop.cast.administrator, now=NOW)
    await activate_ruleset(spring, by=workshop.cast.second, now=NOW)
    for visitor in (workshop.director, workshop.administrator, workshop.auditor):
        shown = await visitor.get("/bareme")
        is_whole(shown)
        assert "Plafond annuel" in shown.words
        assert "900,00 € par élève et par an" in shown.words
        assert f'href="/bareme/{spring}"' in shown.html
        assert "student.quotient_familial_cents" not in shown.html
    assert (await workshop.director.get(f"/bareme/{spring}")).status == 200
    assert (await workshop.director.get(f"/bareme/{draft}")).status == 404
    assert (await workshop.director.get("/bareme?annee=nonsense")).status == 404
    assert (await workshop.director.get("/bareme?annee=2031-2032")).status == 409
    assert (await workshop.nobody.get("/bareme")).status == 303
    student = await a_student(workshop.cast.director)
    drafting = await workshop.director.get(f"/demandes/nouvelle/{student}")
    assert 'href="/bareme?annee=2026-2027">Barème d’essai</a>' in drafting.html


async def test_a_ruleset_is_readable_without_toml(workshop: Workshop) -> None:
    draft = await load_ruleset(FEDERATION, by=workshop.cast.administrator, now=NOW)
    shown = await workshop.administrator.get(f"/baremes/{draft}")
    is_whole(shown)
    for words in (
        "Brouillon",
        "Claire Fontaine",
        "la voiture est aidée au-delà de 3 km",
        "de 900,00 € à moins de 1 200,00 €",
        "de 20 % à 40 %, au choix",
        "40,00 € par mois",
        "Source : 48 € par mois",
        "À confirmer",
        "jusqu’à 300,00 € : une personne",
        "285,20 €",
    ):
        assert words in shown.words, words
    assert shown.html.count("<svg") >= 4
    assert "style=" not in shown.html
    text = await workshop.auditor.get(f"/baremes/{draft}/texte")
    assert text.content.decode() == FEDERATION
    assert text.headers["content-disposition"] == 'attachment; filename="federation-2026-2027.toml"'


async def test_a_form_sent_untouched_saves_nothing(workshop: Workshop) -> None:
    path = f"/baremes/{workshop.in_force}/modifier"
    shown = await workshop.administrator.get(path)
    is_whole(shown)
    assert "Nouvelle version" in shown.words
    sent = await workshop.administrator.post(path, fields_of(shown))
    assert (sent.status, sent.target) == (303, f"/baremes/{workshop.in_force}")
    crlf = RULES.replace("\n", "\r\n")
    assert (await workshop.administrator.post(f"{path}/texte", {"source": crlf})).status == 303
    assert await drafts() == []


async def test_an_amount_changed_by_form_changes_nothing_else(workshop: Workshop) -> None:
    path = f"/baremes/{workshop.in_force}/modifier"
    typed = fields_of(await workshop.administrator.get(path))
    sent = await workshop.administrator.post(path, typed | {"rule-2-amount": "950"})
    (draft,) = await drafts()
    assert (sent.status, sent.target) == (303, f"/baremes/{draft}")
    assert (await ruleset_source(draft))[1] == DEARER
    compared = await workshop.auditor.get(f"/baremes/{draft}/comparer")
    is_whole(compared)
    assert (
        "Plafond annuel Avant : 900,00 € par élève et par an Après : 950,00 € par élève et par an"
        in compared.words
    )
    assert "Plafond annuel : 900,00 € → 950,00 € par élève et par an" in compared.words
    again = await workshop.second.post(f"/baremes/{draft}/modifier", typed | {"rule-2-amount": "960,50"})
    (newer,) = await drafts()
    assert again.target == f"/baremes/{newer}"
    late = await workshop.administrator.post(f"/baremes/{draft}/modifier", typed | {"rule-2-amount": "970"})
    assert late.status == 409
    assert 'value="970"' in late.html
    assert "reportez vos changements dans la dernière version" in late.words
    assert await drafts() == [newer]


async def test_examples_follow_an_amount_only_when_somebody_says_so(workshop: Workshop) -> None:
    made = await load_ruleset(FEDERATION, by=workshop.cast.administrator, now=NOW)
    path = f"/baremes/{made}/modifier"
    typed = fields_of(await workshop.administrator.get(path)) | {"params-pass_cap": "180"}
    answer = await workshop.administrator.post(path, typed)
    is_whole(answer)
    assert answer.status == 422
    assert "attendu 15000, obtenu 18000" in answer.words
    assert 'name="params-pass_cap" value="180"' in answer.html
    as_text = await workshop.administrator.post(path, typed | {"then": "text"})
    is_whole(as_text)
    assert "pass_cap = &#34;180.00&#34;" in as_text.html
    assert (await ruleset_source(made))[0].state == "draft"
    sent = await workshop.administrator.post(path, typed | {"fresh_examples": "yes"})
    (draft,) = await drafts()
    assert sent.target == f"/baremes/{draft}"
    assert (await ruleset_source(draft))[1] == FEDERATION.replace(
        'pass_cap = "150.00"', 'pass_cap = "180.00"'
    ).replace("proposed_cents = 15000, lines", "proposed_cents = 18000, lines")


async def test_what_was_typed_is_kept_with_every_problem_beside_it(workshop: Workshop) -> None:
    path = f"/baremes/{workshop.in_force}/modifier"
    typed = fields_of(await workshop.administrator.get(path))
    wrong = {"rule-1-amount": "quatre cents", "rule-3-bands-0-up_to": "-3", "ruleset-valid_to": "31/02/2027"}
    answer = await workshop.administrator.post(path, typed | wrong)
    is_whole(answer)
    assert answer.status == 422
    assert answer.title.startswith("Erreur :")
    for name, value in wrong.items():
        assert f'<a href="#{name}">' in answer.html
        assert f'name="{name}" value="{value}"' in answer.html
        assert f'aria-describedby="{name}-error"' in answer.html
    # Each value can be read, the whole cannot: two people decide from 1 €, one from 300 €.
    answer = await workshop.administrator.post(path, typed | {"ruleset-valid_to": "01/01/2026"})
    assert answer.status == 422
    assert "valid_to est avant valid_from" in answer.words
    assert 'value="01/01/2026"' in answer.html
    assert await drafts() == []


async def test_faults_of_a_text_are_shown_with_their_line_and_the_text_is_kept(workshop: Workshop) -> None:
    broken = RULES.replace('kind = "cap"', 'kind = "hat"').replace('severity = "refer"', 'severity = "maybe"')
    broken += f"# {HOSTILE}</textarea>{HOSTILE}\n"
    for path in ("/baremes/nouveau", f"/baremes/{workshop.in_force}/modifier/texte"):
        answer = await workshop.administrator.post(path, {"source": broken.replace("\n", "\r\n")})
        is_whole(answer)
        assert answer.status == 422
        assert "À corriger, plus bas : 3." in answer.words
        assert "kind = &#34;hat&#34;" in answer.html
        assert "Vouliez-vous dire « cap » ?" in answer.words or "Choisissez parmi" in answer.words
        assert HOSTILE not in answer.html
        kept = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", answer.html, re.DOTALL)
        assert kept is not None
        assert "&lt;/textarea&gt;" in kept[1]
        assert "severity = &#34;maybe&#34;" in kept[1]
    for source in ("", "  \r\n", "[ruleset", "x" * 200_000, "\x00", "\ufffe"):
        answer = await workshop.administrator.post("/baremes/nouveau", {"source": source})
        assert answer.status == 422, source[:20]
    known = await workshop.administrator.post("/baremes/nouveau", {"source": RULES})
    assert (known.status, "est ou a été en vigueur" in known.words) == (409, True)
    assert await drafts() == []


async def test_a_new_ruleset_starts_from_an_example(workshop: Workshop) -> None:
    shown = await workshop.administrator.get("/baremes/nouveau?exemple=federation-2026-2027")
    is_whole(shown)
    assert "half_up_div(2 * line.facts.distance_milli" in shown.html
    sent = await workshop.administrator.post(
        "/baremes/nouveau", {"source": "\ufeff" + FEDERATION.replace("\n", "\r\n")}
    )
    (draft,) = await drafts()
    assert sent.target == f"/baremes/{draft}"
    assert (await ruleset_source(draft))[1] == FEDERATION
    assert (await workshop.administrator.post(f"/baremes/{draft}/ecarter")).status == 303
    listed = await workshop.administrator.get("/baremes")
    is_whole(listed)
    assert "Brouillons écartés ou remplacés (1)" in listed.words
    again = await workshop.administrator.get(f"/baremes/nouveau?de={draft}")
    assert "half_up_div(2 * line.facts.distance_milli" in again.html


async def test_two_people_put_a_ruleset_in_force(workshop: Workshop) -> None:
    draft = await load_ruleset(DEARER, by=workshop.cast.administrator, now=NOW)
    path = f"/baremes/{draft}/mettre-en-vigueur"
    own = await workshop.administrator.get(path)
    is_whole(own)
    assert "Vous avez écrit ce brouillon" in own.words
    assert f'action="{path}"' not in own.html
    refused = await workshop.administrator.post(path)
    assert (refused.status, "Vous avez écrit ce brouillon" in refused.words) == (403, True)
    other = await workshop.second.get(path)
    is_whole(other)
    assert "dès aujourd’hui aux demandes sans décision" in other.words
    assert "950,00 € par élève et par an" in other.words
    assert f'action="{path}"' in other.html
    assert (await workshop.second.post(path)).target == f"/baremes/{draft}"
    assert (await workshop.second.get(path)).status == 409
    assert (await workshop.second.post(path)).status == 409
    states = {one.id: one.state for one in await rulesets()}
    assert states == {workshop.in_force: "retired", draft: "in_force"}
    assert "S’applique aujourd’hui" in (await workshop.auditor.get("/baremes")).words


async def test_a_future_version_says_when_it_begins(workshop: Workshop) -> None:
    spring = await load_ruleset(SPRING, by=workshop.cast.administrator, now=NOW)
    shown = await workshop.second.get(f"/baremes/{spring}/mettre-en-vigueur")
    assert "Il s’appliquera à partir du 1er mars 2027 ; jusque-là, rien ne change." in shown.words
    await workshop.second.post(f"/baremes/{spring}/mettre-en-vigueur")
    listed = await workshop.second.get("/baremes")
    assert "En vigueur bientôt" in listed.words
    english = await workshop.second.get("/baremes?langue=en")
    assert english.status == 200


async def test_doubts_about_a_draft_are_shown_before_it_is_in_force(workshop: Workshop) -> None:
    unused = RULES.replace("[[rule]]", '[params]\nforgotten = "12.00"\n\n[[rule]]', 1)
    draft = await load_ruleset(unused, by=workshop.cast.administrator, now=NOW)
    for page in ("", "/mettre-en-vigueur"):
        shown = await workshop.second.get(f"/baremes/{draft}{page}")
        is_whole(shown)
        assert "À vérifier avant de le mettre en vigueur" in shown.words
        assert "forgotten" in shown.words
    await activate_ruleset(draft, by=workshop.cast.second, now=NOW)
    assert "À vérifier avant" not in (await workshop.second.get(f"/baremes/{draft}")).words


async def test_hostile_titles_are_only_text(workshop: Workshop) -> None:
    hostile = (
        RULES.replace("Barème d’essai", HOSTILE)
        .replace("Plafond annuel", HOSTILE + "{x}")
        .replace('per = "student_year"', f'per = "student_year"\nsource = "{HOSTILE}"')
    )
    draft = await load_ruleset(hostile, by=workshop.cast.administrator, now=NOW)
    await load_ruleset(hostile.replace("essai-2026", "essai-x" * 14), by=workshop.cast.administrator, now=NOW)
    for page in ("", "/comparer", "/modifier", "/modifier/texte", "/mettre-en-vigueur"):
        answer = await workshop.second.get(f"/baremes/{draft}{page}")
        assert answer.status == 200
        assert HOSTILE not in answer.html
        assert "&lt;script&gt;" in answer.html
    assert HOSTILE not in (await workshop.second.get("/baremes")).html
    await activate_ruleset(draft, by=workshop.cast.second, now=NOW)
    assert HOSTILE not in (await workshop.director.get("/bareme")).html


async def test_a_title_longer_than_its_column_is_shown_in_part(workshop: Workshop) -> None:
    sent = await workshop.administrator.post(
        "/baremes/nouveau", {"source": RULES.replace("Barème d’essai", "é" * 1500)}
    )
    assert sent.status == 303
    (draft,) = await drafts()
    assert (await ruleset_source(draft))[0].title_fr == "é" * 200
