"""Writes THIRD_PARTY_LICENSES.md from requirements.lock, what is installed, and the vendored files."""

import re
from importlib import metadata
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
LOCKED: Final = re.compile(r"^([A-Za-z0-9][\w.-]*)==(\S+)", re.MULTILINE)
# What a package's own data do not say, or say at length; and what is only for other platforms.
KNOWN: Final = {
    "brotlicffi": "MIT (PyPy only)",
    "num2words": "LGPL-2.1-or-later",
    "pyphen": "GPL-2.0-or-later OR LGPL-2.1-or-later OR MPL-1.1",
    "rich-click": "MIT",
    "uvloop": "Apache-2.0 OR MIT",
    "certifi": "MPL-2.0",
    "pathspec": "MPL-2.0",
}
HEAD: Final = """# Licences of what we build on

Solidarity itself is under the [MIT licence](LICENSE). It stands on the packages below, installed from
their registry and not copied into this repository; each brings its own licence text. Those with conditions
of their own (LGPL, MPL) are used unchanged, as libraries. Written by `scripts/third_party.py`.

## Files in this repository that others made

| what | licence | where |
| --- | --- | --- |
| htmx 4.0.1 | 0BSD | `solidarity/web/static/vendor/` |
| Source Sans 3, unmodified for screens | OFL-1.1 | `solidarity/web/static/vendor/` |
| Source Sans 3, subset and renamed for letters | OFL-1.1 | `solidarity/letters/fonts/` |
| INSEE codes and zones of the schools | Licence Ouverte 2.0, CC BY 4.0 | `solidarity/data/SOURCES.md` |

## System libraries

Pango, HarfBuzz and Fontconfig, through WeasyPrint: LGPL-2.0-or-later and MIT. SQLite: public domain.
PostgreSQL, if you choose it: PostgreSQL licence.

## Python packages

| package | version | licence |
| --- | --- | --- |
"""


def licence_of(name: str) -> str:
    """The licence as the package declares it, shortest form first."""
    if name in KNOWN:
        return KNOWN[name]
    told = metadata.metadata(name)
    classified = [
        line.rpartition(" :: ")[2] for line in told.get_all("Classifier") or [] if line.startswith("License")
    ]
    return told["License-Expression"] or "; ".join(classified) or told["License"].splitlines()[0]


def main() -> None:
    rows = [
        f"| {name} | {version} | {licence_of(name)} |"
        for name, version in LOCKED.findall((ROOT / "requirements.lock").read_text(encoding="utf-8"))
    ]
    (ROOT / "THIRD_PARTY_LICENSES.md").write_text(HEAD + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
