"""The only door to WeasyPrint: a letter's facts become a PDF that is PDF/A-3a and PDF/UA-1 at once."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from functools import cached_property
from hashlib import sha256
from importlib.resources import files
from io import BytesIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

import pydyf
from weasyprint import CSS, HTML, Attachment
from weasyprint.css import ColorProfile
from weasyprint.text.ffi import harfbuzz_subset, pango
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import FatalURLFetchingError, URLFetcher, URLFetcherResponse

from solidarity.letters.html import TEMPLATES, letter_html
from solidarity.letters.proof import ATTACHMENT_NAME
from solidarity.letters.qr import qr_png
from solidarity.rules.letter import LetterFacts, facts_to_json

FONTS: Final = Path(__file__).parent / "fonts"
COLOURS: Final = "letter-srgb"
OLDEST_PANGO: Final = 1_50_00
MEDIA_TYPES: Final = {
    ".png": "image/png",
    ".svg": "image/svg+xml",
    ".jpg": "image/jpeg",
    ".ttf": "font/ttf",
}
# Says "PDF/UA-1" inside a PDF/A file, with the schema that PDF/A wants for a property it does not know.
PDFUA_METADATA: Final = (TEMPLATES / "pdfua.xml").read_bytes()


class CannotRender(RuntimeError):  # noqa: N818 - said of this machine, before any letter
    """A library that letters need is absent or too old."""


class _Assets(URLFetcher):  # type: ignore[misc]
    """Answers names of the `asset:` kind from memory and stops the rendering for anything else."""

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=("asset",), allow_redirects=False, fail_on_errors=True)
        self._assets = assets

    def fetch(self, url: str, _headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        name = unquote(url.removeprefix("asset:"))
        if not url.startswith("asset:") or name not in self._assets:
            raise FatalURLFetchingError(f"a letter fetches nothing, refused: {url[:200]}")
        media_type = MEDIA_TYPES.get(Path(name).suffix, "image/png")
        return URLFetcherResponse(url, self._assets[name], {"Content-Type": media_type})


class _Colours(ColorProfile):  # type: ignore[misc]
    """Gives the profile's own bytes: written anew by its library, they differ once its name was read."""

    def __init__(self, profile: bytes) -> None:
        super().__init__(BytesIO(profile), "sRGB2014.icc", "relative-colorimetric", (["r"], ["g"], ["b"]))
        self._bytes = profile

    @property
    def content(self) -> bytes:
        return self._bytes


class LetterRenderer:
    """Built once a process, never shared between threads: the native text library is not safe there."""

    def __init__(self, assets: Mapping[str, bytes] | None = None) -> None:
        assert_can_render()
        self._assets = {"mark.svg": (TEMPLATES / "mark.svg").read_bytes(), **(assets or {})}
        self._assets |= {path.name: path.read_bytes() for path in sorted(FONTS.glob("*.ttf"))}
        # One configuration for the life of the process: a new one for each letter is never given back.
        self._fonts = FontConfiguration()
        # Ours, read once: the renderer's own profile leaves a file open for every letter.
        self._colours = _Colours((files("weasyprint.pdf") / "sRGB2014.icc").read_bytes())
        self._style = CSS(
            string=(TEMPLATES / "letter.css").read_text(encoding="utf-8"),
            base_url="asset:",
            font_config=self._fonts,
            url_fetcher=_Assets(self._assets),
        )

    @cached_property
    def template_sha256(self) -> str:
        """Names the look of the letters: same facts and same look give the same bytes."""
        parts = [*sorted(TEMPLATES.iterdir()), *sorted(FONTS.glob("*.ttf"))]
        return sha256(b"".join(sha256(part.read_bytes()).digest() for part in parts)).hexdigest()

    def render(self, facts: LetterFacts) -> bytes:
        """The unsealed PDF, the same bytes in any process; IncompleteLetter when something is absent."""
        html = letter_html(facts)
        assets = self._assets | {f"qr/{facts.verification_code}": qr_png(facts.verify_url)}
        page = HTML(string=html, base_url="asset:", url_fetcher=_Assets(assets))
        try:
            document = page.render(
                font_config=self._fonts,
                color_profiles={COLOURS: self._colours},
                stylesheets=[self._style],
                pdf_variant="pdf/a-3a",
                output_intent=COLOURS,
                cache={},
            )
            document.metadata.attachments = [_decision(facts)]
            plain_metadata = document.metadata.generate_rdf_metadata
            document.metadata.generate_rdf_metadata = lambda *what: _with_pdfua(plain_metadata(*what))
            pdf: bytes = document.write_pdf(
                finisher=_finish,
                pdf_variant="pdf/a-3a",
                output_intent=COLOURS,
                pdf_identifier=_identifier(facts),
            )
        except FatalURLFetchingError as refusal:
            # It derives from BaseException, which no caller's `except Exception` would see.
            raise CannotRender(str(refusal)) from refusal
        return pdf


def document_pdf(html: str, style: str) -> bytes:
    """Another document than a letter: tagged (PDF/UA-1), from our own page alone, always the same bytes."""
    assert_can_render()
    fonts = FontConfiguration()
    assets = _Assets({path.name: path.read_bytes() for path in sorted(FONTS.glob("*.ttf"))})
    sheet = CSS(string=style, base_url="asset:", font_config=fonts, url_fetcher=assets)
    try:
        pdf: bytes = HTML(string=html, base_url="asset:", url_fetcher=assets).write_pdf(
            font_config=fonts,
            stylesheets=[sheet],
            pdf_variant="pdf/ua-1",
            finisher=_scope_headers,
            pdf_identifier=sha256(html.encode()).digest()[:16],
            cache={},
        )
    except FatalURLFetchingError as refusal:
        raise CannotRender(str(refusal)) from refusal
    return pdf


def assert_can_render() -> None:
    if harfbuzz_subset is None:
        raise CannotRender("libharfbuzz-subset is missing: install libharfbuzz-subset0")
    if pango.pango_version() < OLDEST_PANGO:
        raise CannotRender("Pango 1.50 or newer is needed: install libpango-1.0-0")


def _identifier(facts: LetterFacts) -> bytes:
    return sha256(facts_to_json(facts)).digest()[:16]


def _decision(facts: LetterFacts) -> Attachment:
    moment = datetime.combine(facts.issued_on, time(), tzinfo=UTC)
    return Attachment(
        string=facts_to_json(facts).decode(),
        name=ATTACHMENT_NAME,
        description="The decision, for machines",
        relationship="Data",
        created=moment,
        modified=moment,
    )


def _with_pdfua(rdf: bytes) -> bytes:
    body, end = rdf[: rdf.rindex(b"</rdf:RDF>")], rdf[rdf.rindex(b"</rdf:RDF>") :]
    return body + PDFUA_METADATA + end


def _finish(_document: object, pdf: pydyf.PDF) -> None:
    """What the renderer leaves out: scopes of header cells, readable metadata, each attachment named once."""
    _object(pdf, pdf.catalog["Metadata"]).compress = False
    pdf.catalog["AF"] = pydyf.Array(dict.fromkeys(pdf.catalog["AF"]))
    _scope_headers(_document, pdf)


def _scope_headers(_document: object, pdf: pydyf.PDF) -> None:
    for element in pdf.objects:
        if isinstance(element, dict) and element.get("S") == "/TH" and "A" in element:
            rows = _object(pdf, _object(pdf, element["P"])["P"])
            element["A"]["Scope"] = "/Column" if rows["S"] == "/THead" else "/Row"


def _object(pdf: pydyf.PDF, reference: bytes | str) -> Any:
    return pdf.objects[int(reference.split()[0])]
