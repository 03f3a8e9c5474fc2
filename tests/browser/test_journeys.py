"""The three journeys in a real browser: on a desk and on a phone, with scripts and without."""

from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.papers import a_paper

pytestmark = pytest.mark.browser

IMAGES = Path(__file__).parents[2] / "docs" / "images"
WAYS = [("desk", True), ("desk", False), ("phone", True), ("phone", False)]


@pytest.mark.parametrize(("size", "scripts"), WAYS)
def test_a_request_goes_from_the_school_to_the_letter(
    visit: Any, tmp_path: Path, size: str, scripts: bool
) -> None:
    reference = _director_sends(visit(size, scripts=scripts), tmp_path, scripts=scripts)

    _administrator_grants(visit(size, scripts=scripts), reference)

    _auditor_takes_the_letter(visit(size, scripts=scripts), reference, tmp_path)


def _director_sends(director: Any, folder: Path, *, scripts: bool) -> str:
    page = director.sign_in("director")
    page.get_by_role("link", name="Nouvelle demande").first.click()
    page.get_by_role("link", name="Nouvel élève").click()
    _fill_student(page, f"{folder.parent.name}-{folder.name}")
    page.get_by_role("button", name="Ajouter et continuer").click()
    page.get_by_label("Dépense à aider").select_option(label="Abonnement")
    page.get_by_label("Montant").first.fill("96,50")
    page.get_by_role("button", name="Continuer").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Vérifiez avant d’envoyer")
    _add_papers(page, folder, scripts=scripts)
    expect(page.get_by_role("main")).to_contain_text("96,50")
    page.get_by_role("button", name="Envoyer la demande").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_contain_text("envoyée")
    _is_wide_enough(page)
    return heading.inner_text().split()[1]


def _fill_student(page: Page, family_name: str) -> None:
    page.get_by_label("Prénom").fill("Maëlle")
    page.get_by_label("Nom de famille").fill(_letters_of(family_name))
    page.get_by_label("Date de naissance").fill("14/03/2010")
    page.get_by_label("Quotient familial").first.fill("412")


def _letters_of(text: str) -> str:
    return "D’Œuvre " + "".join(
        chr(ord("a") + int(mark)) if mark.isdigit() else mark for mark in text if mark.isalnum()
    )


def _add_papers(page: Page, folder: Path, *, scripts: bool) -> None:
    """Choose a file for each paper that is missing; with scripts each goes at once, without they go with the rest."""
    wanted = page.locator("input[type=file]:visible")
    for number in range(wanted.count()):
        left = wanted.count()
        wanted.nth(0 if scripts else number).set_input_files(a_paper(folder, number))
        if scripts:
            expect(wanted).to_have_count(left - 1)


def _administrator_grants(administrator: Any, reference: str) -> None:
    page = administrator.sign_in("administrator")
    administrator.go(f"/instruction/{reference}")
    expect(page.get_by_role("heading", level=1)).to_contain_text(reference)
    expect(page.get_by_role("main")).to_contain_text("Puis-je accorder")
    page.get_by_role("button", name="Accorder", exact=True).click()
    expect(page.get_by_role("status").first).to_contain_text("Aide accordée")
    _is_wide_enough(page)


def _auditor_takes_the_letter(auditor: Any, reference: str, folder: Path) -> None:
    page = auditor.sign_in("auditor")
    auditor.go(f"/lettres?q={reference}")
    link = page.get_by_role("link", name="L20").first
    expect(link).to_be_visible()
    number = link.inner_text().strip()
    answer = _ready_letter(auditor, number)
    assert answer.startswith(b"%PDF-")
    assert reference.encode() not in answer[:20]
    auditor.go(f"/demandes/{reference}")
    expect(page.get_by_role("main")).to_contain_text("Décision prise")
    expect(page.get_by_role("button", name="Accorder")).to_have_count(0)
    _is_wide_enough(page)
    (folder / f"{number}.pdf").write_bytes(answer)


def _ready_letter(auditor: Any, number: str) -> bytes:
    for _ in range(60):
        answer = auditor.context.request.get(f"{auditor.site.address}/lettres/{number}.pdf")
        if answer.status == 200:
            body: bytes = answer.body()
            return body
        assert answer.status == 503, answer.status
        auditor.page.wait_for_timeout(500)
    pytest.fail("the letter was not rendered within 30 seconds")


def _is_wide_enough(page: Page) -> None:
    width = page.viewport_size["width"] if page.viewport_size else 0
    shown: int = page.evaluate("document.documentElement.scrollWidth") if _has_scripts(page) else width
    assert shown <= width, f"{page.url} is {shown} px wide on a screen of {width}"


def _has_scripts(page: Page) -> bool:
    try:
        return bool(page.evaluate("true"))
    except Exception:
        return False


@pytest.mark.parametrize(
    ("role", "path"), [("director", "/"), ("administrator", "/instruction"), ("auditor", "/audit")]
)
def test_the_main_page_of_each_role_is_pictured_for_the_readme(visit: Any, role: str, path: str) -> None:
    visitor = visit("desk")
    page = visitor.sign_in(role)
    visitor.go(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    IMAGES.mkdir(parents=True, exist_ok=True)
    picture = page.screenshot()
    target = IMAGES / f"{role}.png"
    if not target.exists():
        target.write_bytes(picture)
    assert picture[:8] == b"\x89PNG\r\n\x1a\n"


@pytest.mark.parametrize(("size", "scheme"), [("desk", "light"), ("phone", "dark")])
@pytest.mark.parametrize(
    ("role", "paths"),
    [
        (
            "director",
            ["/", "/eleves", "/eleves/nouveau", "/demandes", "/demandes/nouvelle", "/lettres", "/compte"],
        ),
        ("administrator", ["/instruction", "/budget", "/lettres", "/courriels", "/audit/evenements"]),
        ("auditor", ["/audit", "/demandes", "/lettres", "/audit/verification", "/verify"]),
    ],
)
def test_no_page_breaks_the_accessibility_rules(
    visit: Any, role: str, paths: list[str], size: str, scheme: str
) -> None:
    visitor = visit(size, scheme=scheme)
    visitor.sign_in(role)
    assert _broken_rules(visitor, paths) == []


NEW_EACH_ONCE = {
    ("desk", "light"): [
        "/instruction/reexamens",
        "/instruction/liste-attente",
        "/budget/transferts",
        "/baremes/nouveau",
        "/financeurs/repartition",
        "/financeurs/contributions/nouvelle",
        "/radar",
    ],
    ("phone", "dark"): [
        "/instruction/a-ratifier",
        "/instruction/non-reclamees",
        "/baremes",
        "/baremes/taux-a-confirmer",
        "/financeurs",
        "/financeurs/fonds-dedies",
        "/financeurs/enveloppes/nouvelle",
        "/exercices",
    ],
}
FOUND_BY_LINK = {
    ("desk", "light"): [
        ("/baremes", "main tbody th a", "/modifier"),
        ("/budget", "main .table tbody th a", ""),
        ("/financeurs", "main tbody th a", "/rapport"),
    ],
    ("phone", "dark"): [
        ("/baremes", "main tbody th a", "/simuler"),
        ("/financeurs", "main tbody th a", ""),
        ("/exercices", "main tbody th a", ""),
    ],
}


@pytest.mark.parametrize(("size", "scheme"), list(NEW_EACH_ONCE))
def test_the_workshops_of_the_administrators_break_no_accessibility_rule(
    visit: Any, size: str, scheme: str
) -> None:
    visitor = visit(size, scheme=scheme)
    page = visitor.sign_in("administrator")
    paths = list(NEW_EACH_ONCE[size, scheme])
    for start, selector, rest in FOUND_BY_LINK[size, scheme]:
        visitor.go(start)
        links = page.locator(f"{selector}[href^='{start}/']")
        paths.append(f"{links.first.get_attribute('href')}{rest}")
    assert _broken_rules(visitor, paths) == []


def _broken_rules(visitor: Any, paths: list[str]) -> list[str]:
    """What axe finds on each page, its name first; a page that is not there or too wide fails at once."""
    page = visitor.page
    axe = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
    tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
    found = []
    for path in paths:
        visitor.go(path)
        expect(page.get_by_role("heading", level=1)).to_have_count(1)
        page.evaluate(axe)
        verdict = page.evaluate("tags => axe.run(document, {runOnly: tags})", tags)
        found += [f"{path}: {one['id']} {one['nodes'][0]['target']}" for one in verdict["violations"]]
        _is_wide_enough(page)
    return found
