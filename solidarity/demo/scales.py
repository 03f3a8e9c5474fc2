"""The shipped example rulesets, moved to the school years in which the demo plays."""

import re
from pathlib import Path

FOLDER = Path(__file__).parent.parent.parent / "rulesets"
SHIPPED_THIS, SHIPPED_LAST = "federation-2026-2027.toml", "federation-2025-2026.toml"
SHIPPED_YEAR = 2026
_YEARS = re.compile(r"\b(20[0-9]{2})-(20[0-9]{2})\b")
_DAY = re.compile(r"\b(20[0-9]{2})(-[0-9]{2}-[0-9]{2})\b")


def scales_for(first_year: int) -> tuple[str, str]:
    """Last year's and this year's text, for the school year that begins in `first_year`."""
    moved = first_year - SHIPPED_YEAR
    return _moved(SHIPPED_LAST, moved), _moved(SHIPPED_THIS, moved)


def _moved(name: str, years: int) -> str:
    text = (FOLDER / name).read_text(encoding="utf-8")
    if years == 0:
        return text
    return "".join(
        line if line.lstrip().startswith("source") else _later(line, years)
        for line in text.splitlines(keepends=True)
    )


def _later(line: str, years: int) -> str:
    line = _YEARS.sub(lambda found: f"{int(found[1]) + years}-{int(found[2]) + years}", line)
    return _DAY.sub(lambda found: f"{int(found[1]) + years}{found[2]}", line)
