"""One renderer and one seal for all the tests of this folder, and what each kind of letter looks like."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from solidarity.letters.pdf import LetterRenderer
from solidarity.letters.samples import sample_letter
from solidarity.letters.seal import Seal, make_seal
from solidarity.rules.letter import LetterKind

SEALED_AT = datetime(2026, 11, 3, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def renderer() -> LetterRenderer:
    return LetterRenderer()


@pytest.fixture(scope="session")
def the_seal(tmp_path_factory: pytest.TempPathFactory) -> Seal:
    directory = tmp_path_factory.mktemp("seal") / "keys"
    return make_seal(directory, now=SEALED_AT, common_name="Fonds de solidarité (essai)")


@pytest.fixture(scope="session")
def letter(renderer: LetterRenderer) -> Callable[..., bytes]:
    """The PDF of one kind and language, rendered once."""
    rendered: dict[tuple[str, str], bytes] = {}

    def render(kind: LetterKind = LetterKind.GRANT, language: str = "fr") -> bytes:
        if (kind, language) not in rendered:
            rendered[kind, language] = renderer.render(sample_letter(kind, language))
        return rendered[kind, language]

    return render


@pytest.fixture
def on_disk(tmp_path: Path) -> Callable[[bytes], Path]:
    def write(pdf: bytes) -> Path:
        path = tmp_path / "letter.pdf"
        path.write_bytes(pdf)
        return path

    return write
