"""The PDF of a letter: conforming, reproducible, fetching nothing, legible to people and machines."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from io import BytesIO
from pathlib import Path

import page
import pikepdf
import pytest
from PIL import Image
from pyzbar.pyzbar import decode
from weasyprint.urls import FatalURLFetchingError

from solidarity.letters.html import letter_html
from solidarity.letters.pdf import FONTS, LetterRenderer, _Assets
from solidarity.letters.proof import read_proof
from solidarity.letters.samples import WORDS, sample_letter
from solidarity.letters.seal import Seal, seal
from solidarity.rules.letter import (
    Ground,
    IncompleteLetter,
    Layout,
    LetterFacts,
    LetterKind,
    content_sha256,
    facts_to_json,
)
from solidarity.rules.money import format_euros
from tests.letters.conftest import SEALED_AT

ROOT = Path(__file__).resolve().parents[2]
MILLIMETRE = 72 / 25.4
SHOWN = (LetterKind.GRANT, LetterKind.PARTIAL, LetterKind.REFUSAL)
Letter = Callable[..., bytes]
OnDisk = Callable[[bytes], Path]


def failures(pdf: bytes) -> list[str]:
    reports = [page.validate_pdf_bytes(pdf, profile=profile) for profile in ("3a", "ua1")]
    assert all(report.rules.total > 50 for report in reports)
    return [f"{one.rule_id}: {one.message}" for report in reports for one in report.failures]


def with_name(name: str) -> LetterFacts:
    facts = sample_letter()
    return replace(facts, pupil=replace(facts.pupil, name=name))


def text_of(path: Path, *options: str) -> str:
    done = subprocess.run(["pdftotext", *options, path, "-"], capture_output=True, check=True)
    return done.stdout.decode()


def squeezed(text: str) -> str:
    return re.sub(r"\s+", " ", text)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", LetterKind)
def test_a_letter_is_pdf_a_and_pdf_ua_before_and_after_its_seal(
    kind: LetterKind, language: str, letter: Letter, the_seal: Seal
) -> None:
    pdf = letter(kind, language)
    assert failures(pdf) == []
    assert failures(seal(pdf, at=SEALED_AT, seal=the_seal)) == []


def test_the_spaced_layout_conforms_too(renderer: LetterRenderer) -> None:
    facts = sample_letter()
    spaced = renderer.render(replace(facts, layout=Layout.SPACED))
    assert failures(spaced) == []
    assert spaced != renderer.render(facts)


@pytest.mark.parametrize("kind", SHOWN)
def test_only_the_vendored_fonts_are_embedded(kind: LetterKind, letter: Letter, on_disk: OnDisk) -> None:
    listing = subprocess.run(["pdffonts", on_disk(letter(kind))], capture_output=True, check=True, text=True)
    rows = listing.stdout.splitlines()[2:]
    assert {row.split()[0].split("+")[1] for row in rows} == {"Solidarity-Sans", "Solidarity-Sans-Bold"}
    assert all(row.split()[-5:-2] == ["yes", "yes", "yes"] for row in rows)


def test_vendored_fonts_are_the_files_that_were_vendored() -> None:
    listed = tomllib.loads((FONTS / "VENDOR.toml").read_text("utf-8"))["file"]
    assert {one["name"] for one in listed} == {path.name for path in FONTS.glob("*.ttf")}
    for one in listed:
        assert sha256((FONTS / one["name"]).read_bytes()).hexdigest() == one["sha256"]


RENDER_ELSEWHERE = """
import sys
from hashlib import sha256
from solidarity.letters.pdf import LetterRenderer
from solidarity.rules.letter import LetterKind
from solidarity.letters.samples import sample_letter
renderer = LetterRenderer()
renderer.render(sample_letter(LetterKind.REFUSAL, "en", number=7))
print(sha256(renderer.render(sample_letter(LetterKind.PARTIAL, "fr"))).hexdigest())
"""


def test_the_bytes_are_the_same_in_another_process_seed_and_time_zone(letter: Letter) -> None:
    odd = {"PYTHONHASHSEED": "3", "TZ": "Asia/Tokyo", "LC_ALL": "C", "PYTHONPATH": str(ROOT)}
    elsewhere = subprocess.run(
        [sys.executable, "-c", RENDER_ELSEWHERE],
        capture_output=True,
        check=True,
        text=True,
        env=os.environ | odd,
    )
    assert elsewhere.stdout.strip() == sha256(letter(LetterKind.PARTIAL)).hexdigest()


def test_each_letter_shows_its_own_square_code(renderer: LetterRenderer, on_disk: OnDisk) -> None:
    for number in (11, 12):
        facts = sample_letter(number=number)
        path = on_disk(renderer.render(facts))
        command = [
            "pdftoppm",
            "-r",
            "300",
            "-f",
            "2",
            "-l",
            "2",
            "-gray",
            "-y",
            "1700",
            "-H",
            "1800",
            "-W",
            "1200",
            "-png",
            path,
        ]
        picture = subprocess.run(command, capture_output=True, check=True).stdout
        read = [code.data.decode() for code in decode(Image.open(BytesIO(picture)))]
        assert read == [facts.verify_url]


def test_the_address_stands_in_the_window_of_the_envelope(letter: Letter, on_disk: OnDisk) -> None:
    words = re.findall(
        r'<word xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)" yMax="([\d.]+)">(.*?)</word>',
        text_of(on_disk(letter()), "-bbox", "-l", "1"),
    )
    address = [
        tuple(float(edge) / MILLIMETRE for edge in word[:4]) for word in words if word[4] in ADDRESS_WORDS
    ]
    assert len(address) == len(ADDRESS_WORDS)
    assert min(box[0] for box in address) == pytest.approx(105, abs=0.5)
    assert 45 <= min(box[1] for box in address) <= 47
    assert max(box[2] for box in address) < 195
    assert max(box[3] for box in address) < 80


ADDRESS_WORDS = ("Madame", "Maëlle", "14", "bis,", "l’Abbé-Cœurderoy", "59100")


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("kind", SHOWN)
def test_the_text_gives_names_amounts_reasons_and_rights(
    kind: LetterKind, language: str, letter: Letter, on_disk: OnDisk
) -> None:
    facts = sample_letter(kind, language)
    text = squeezed(text_of(on_disk(letter(kind, language))))
    assert facts.review
    wanted = [facts.pupil.name, facts.number, facts.request_reference, facts.signatory.family_name]
    wanted += [WORDS[language]["review_body"], facts.fund.name, content_sha256(facts)]
    wanted += [squeezed(format_euros(facts.total_granted_cents, language)), facts.data_notice.contact]
    wanted += [reason.figures for reason in facts.reasons]
    assert [what for what in wanted if squeezed(what) not in text] == []
    assert re.search(r"Page 1 / [23]\b", text)


def test_a_date_is_written_as_the_french_write_it(letter: Letter, on_disk: OnDisk) -> None:
    text = squeezed(text_of(on_disk(letter())))
    assert "1er novembre 2026" in text
    assert "1er décembre 2026" in text
    assert "six cent trente euros" in text


@pytest.mark.parametrize("language", ["fr", "en"])
def test_each_ground_of_refusal_is_worded_differently(language: str) -> None:
    grounds = (Ground.NOT_ELIGIBLE, Ground.PAPERS_MISSING, Ground.NO_CREDIT)
    pages = [letter_html(sample_letter(LetterKind.REFUSAL, language, ground=ground)) for ground in grounds]
    blocks = [
        re.findall(r'class="ground">(.*?)</p>.*?class="figures">.*?<p>(.*?)</p>', one, re.DOTALL)
        for one in pages
    ]
    assert all(len(block) == 1 for block in blocks)
    assert len({block[0][0] for block in blocks}) == len({block[0][1] for block in blocks}) == 3


def test_twelve_steps_flow_over_the_page(renderer: LetterRenderer, on_disk: OnDisk) -> None:
    pdf = renderer.render(sample_letter(LetterKind.PARTIAL, step_count=12))
    text = text_of(on_disk(pdf))
    assert len(pikepdf.open(BytesIO(pdf)).pages) == 3
    assert text.count(WORDS["fr"]["same"][0]) == 10
    assert failures(pdf) == []


HOSTILE_NAMES = (
    '<img src="http://127.0.0.1:9/x">',
    '<link rel=attachment href="file:///etc/passwd">',
    "<script>alert(1)</script>",
    "{{ facts.fund }}{% include 'x' %}",
    '"><style>@import url(http://127.0.0.1:9/y);</style>',
    "W" * 100,
)


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_name_is_only_text_and_stays_on_the_paper(
    name: str, renderer: LetterRenderer, on_disk: OnDisk
) -> None:
    pdf = renderer.render(with_name(name))
    path = on_disk(pdf)
    bare = re.sub(r"\s+", "", text_of(path))
    assert re.sub(r"\s+", "", name) in bare
    assert list(pikepdf.open(BytesIO(pdf)).attachments) == ["decision.json"]
    right_edges = [float(edge) for edge in re.findall(r'xMax="([\d.]+)"', text_of(path, "-bbox"))]
    assert max(right_edges) < (210 - 17) * MILLIMETRE


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:9/x",
        "file:///etc/passwd",
        "data:text/css,p{}",
        "asset:../../x",
        "ftp://x/",
        "asset:",
    ],
)
def test_nothing_outside_memory_is_ever_fetched(url: str) -> None:
    with pytest.raises(FatalURLFetchingError, match="a letter fetches nothing"):
        _Assets({"mark.svg": b"<svg/>"}).fetch(url)


def test_the_decision_travels_inside_the_letter(letter: Letter, the_seal: Seal) -> None:
    facts = sample_letter(LetterKind.PARTIAL)
    pdf = seal(letter(LetterKind.PARTIAL), at=SEALED_AT, seal=the_seal)
    with pikepdf.open(BytesIO(pdf)) as document:
        content = document.attachments["decision.json"].get_file().read_bytes()
        assert len(document.Root.AF) == 1
        assert document.Root.AF[0].AFRelationship == "/Data"
    assert content == facts_to_json(facts)
    assert json.loads(content)["total_granted_cents"] == 570_00
    proof = read_proof(pdf)
    assert proof
    assert (proof.number, proof.verification_code) == (facts.number, facts.verification_code)
    assert proof.content_sha256 == content_sha256(facts)


@pytest.mark.parametrize("data", [b"", b"%PDF-1.7 garbage", b"\x00" * 100])
def test_a_file_that_is_no_letter_proves_nothing(data: bytes) -> None:
    assert read_proof(data) is None


def test_an_incomplete_letter_is_never_rendered(renderer: LetterRenderer) -> None:
    with pytest.raises(IncompleteLetter, match="subject"):
        renderer.render(replace(sample_letter(), subject=""))


def test_a_letter_stays_small(letter: Letter, the_seal: Seal) -> None:
    pdf = letter()
    assert len(pdf) < 60_000
    assert len(seal(pdf, at=SEALED_AT, seal=the_seal)) < 75_000


@pytest.mark.parametrize("name", ["Олександр Шевченко", "Nguyễn Thị Hạnh", "Şükrü Yılmaz"])
def test_names_of_other_alphabets_use_the_same_fonts(
    name: str, renderer: LetterRenderer, on_disk: OnDisk
) -> None:
    pdf = renderer.render(with_name(name))
    assert failures(pdf) == []
    listing = subprocess.run(["pdffonts", on_disk(pdf)], capture_output=True, check=True, text=True)
    assert len(listing.stdout.splitlines()) == 4
    assert name in squeezed(text_of(on_disk(pdf)))
