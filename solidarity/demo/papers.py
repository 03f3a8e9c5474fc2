"""Supporting documents made for the demo: small PDFs and photographs that say what they stand for."""

import io
import zlib
from dataclasses import dataclass
from typing import Final

from PIL import Image, ImageDraw

TITLES: Final = {
    "income": "Attestation de quotient familial",
    "pass": "Abonnement de transport scolaire",
    "invoice": "Facture",
    "quote": "Devis",
    "receipt": "Ticket de caisse",
    "lease": "Contrat de location",
    "attendance": "Attestation de présence",
    "identity": "Pièce d'identité",
    "other": "Document",
}
PHOTOGRAPHED: Final = frozenset({"receipt", "pass"})


@dataclass(frozen=True, kw_only=True, slots=True)
class Paper:
    """A file as a school would send it."""

    kind: str
    file_name: str
    media_type: str
    content: bytes


def papers() -> dict[str, Paper]:
    """One paper of each kind; the same file serves many requests, as the archive keeps it once."""
    return {kind: _photograph(kind) if kind in PHOTOGRAPHED else _page(kind) for kind in TITLES}


def _page(kind: str) -> Paper:
    lines = [
        TITLES[kind],
        "",
        "Document de démonstration.",
        "Il remplace la pièce qu'une école enverrait ;",
        "il ne concerne personne.",
    ]
    return Paper(kind=kind, file_name=f"{kind}.pdf", media_type="application/pdf", content=_pdf(lines))


def _photograph(kind: str) -> Paper:
    image = Image.new("RGB", (900, 1200), (236, 233, 226))
    draw = ImageDraw.Draw(image)
    draw.rectangle((90, 90, 810, 1110), fill=(253, 253, 250), outline=(150, 150, 150), width=3)
    draw.text((140, 140), TITLES[kind], fill=(20, 20, 20), font_size=44)
    draw.text((140, 230), "Document de démonstration", fill=(70, 70, 70), font_size=30)
    for row in range(10):
        top = 320 + 60 * row
        draw.line((140, top, 760 - 40 * (row % 3), top), fill=(175, 175, 175), width=8)
    written = io.BytesIO()
    image.save(written, "JPEG", quality=70)
    return Paper(kind=kind, file_name=f"{kind}.jpg", media_type="image/jpeg", content=written.getvalue())


def _pdf(lines: list[str]) -> bytes:
    """A page of text in Helvetica, which every reader has; only what a PDF cannot do without."""
    drawn = ["BT", "/F1 20 Tf", "72 740 Td", "26 TL"]
    drawn += [f"({_escaped(line)}) Tj T*" for line in lines] + ["ET"]
    stream = zlib.compress("\n".join(drawn).encode("cp1252"))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>>>",
        b"<</Length %d/Filter/FlateDecode>>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
    ]
    written = bytearray(b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table_place = len(written)
    written += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    written += b"".join(b"%010d 00000 n \n" % place for place in places)
    written += b"trailer\n<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table_place)
    return bytes(written)


def _escaped(line: str) -> str:
    return line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")
