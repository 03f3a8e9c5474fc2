"""The program of the child process that turns the page of a report into PDF."""

from pathlib import Path
from typing import Final

from solidarity.letters.child import serve
from solidarity.letters.pdf import document_pdf

STYLE: Final = Path(__file__).parents[2] / "templates" / "web" / "reports" / "document.css"


def render(page: bytes) -> bytes:
    return document_pdf(page.decode(), STYLE.read_text(encoding="utf-8"))


if __name__ == "__main__":
    serve(render)
