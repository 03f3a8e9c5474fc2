"""Supporting documents made on the spot: small true images, each different."""

from pathlib import Path

from PIL import Image


def a_paper(folder: Path, number: int) -> Path:
    """A JPEG of its own colour."""
    path = folder / f"justificatif-{number}.jpg"
    Image.new("RGB", (640, 480), (200, 40 + number * 20, 90)).save(path, "JPEG")
    return path
