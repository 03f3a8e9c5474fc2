"""Writes the table of settings in README.md from what solidarity/settings.py says of each field."""

import argparse
import ast
import itertools
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
SETTINGS: Final = ROOT / "solidarity" / "settings.py"
README: Final = ROOT / "README.md"
BEGIN: Final = "<!-- written by scripts/settings_table.py -->\n"
END: Final = "<!-- end of the settings -->\n"


def main() -> int:
    """Exit 1 when the table in README.md is not today's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put today's table into README.md")
    text = README.read_text(encoding="utf-8")
    if parser.parse_args().write:
        before, _, rest = text.partition(BEGIN)
        README.write_text(f"{before}{BEGIN}{table()}{END}{rest.partition(END)[2]}", encoding="utf-8")
        return 0
    if table_in(text) == table():
        return 0
    print("README.md: the table of settings is old; run scripts/settings_table.py --write", file=sys.stderr)
    return 1


def table_in(text: str) -> str:
    """The table between the two marks."""
    return text.partition(BEGIN)[2].partition(END)[0]


def table() -> str:
    """One row a setting: its name in the environment, its default, what it is for."""
    rows = ["| setting | default | what it is |", "| --- | --- | --- |"]
    rows += [f"| `SOLIDARITY_{field.upper()}` | {default} | {about} |" for field, default, about in fields()]
    return "\n".join(rows) + "\n"


def fields() -> list[tuple[str, str, str]]:
    """Field, default and docstring of each field of `Settings`, in their order."""
    module = ast.parse(SETTINGS.read_text(encoding="utf-8"))
    body = next(
        node.body for node in module.body if isinstance(node, ast.ClassDef) and node.name == "Settings"
    )
    found = []
    for field, about in itertools.pairwise(body):
        if not isinstance(field, ast.AnnAssign) or not isinstance(field.target, ast.Name):
            continue
        assert isinstance(about, ast.Expr), f"{field.target.id}: nothing is said of it"
        assert isinstance(about.value, ast.Constant), f"{field.target.id}: nothing is said of it"
        found.append((field.target.id, _default(field.value), str(about.value.value)))
    return found


def _default(value: ast.expr | None) -> str:
    assert value is not None, "every setting has a default"
    given = value.args[0] if isinstance(value, ast.Call) else value
    plain = ast.literal_eval(given)
    return "none" if plain in (None, "", ()) else f"`{plain}`"


if __name__ == "__main__":
    sys.exit(main())
