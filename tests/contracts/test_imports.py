"""The layers: who may import whom, as written in pyproject.toml."""

import subprocess
import sys
import tomllib
from pathlib import Path

from tests.contracts.project import ROOT, read

LINT = "from importlinter.cli import lint_imports_command; lint_imports_command()"


def test_every_import_points_down() -> None:
    run = subprocess.run(
        [sys.executable, "-c", LINT, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stdout + run.stderr
    assert " 0 broken" in run.stdout


def test_every_folder_has_its_place_in_the_layers() -> None:
    contracts = tomllib.loads(read(Path("pyproject.toml")))["tool"]["importlinter"]["contracts"]
    rings = next(contract for contract in contracts if contract["id"] == "rings")
    placed = {name.strip() for layer in rings["layers"] for name in layer.split("|")}
    folders = {path.parent.name for path in (ROOT / "solidarity").glob("*/__init__.py")}
    assert rings["exhaustive"] is True
    assert folders - placed == set()
