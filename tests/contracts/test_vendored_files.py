"""Files taken from elsewhere are the ones that were chosen, unchanged, with their licence."""

import hashlib
import tomllib
from pathlib import Path

import pytest

from scripts import vendor
from tests.contracts.project import ROOT

LISTS = sorted((ROOT / "solidarity").rglob("VENDOR.toml"))


def chosen(listed: Path) -> list[tuple[Path, str]]:
    """Path and hash of every file that a list names: of packages in their folders, or of files beside it."""
    written = tomllib.loads(listed.read_text(encoding="utf-8"))
    found = [(listed.parent / file["name"], file["sha256"]) for file in written.get("file", [])]
    for package in written.get("package", []):
        folder = listed.parent / f"{package['folder']}-{package['version']}"
        found += [(folder / file["name"], file["sha256"]) for file in package["file"]]
    return found


def test_there_are_lists_of_vendored_files() -> None:
    assert len(LISTS) == 2


@pytest.mark.parametrize("listed", LISTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_a_vendored_file_is_the_one_that_was_chosen(listed: Path) -> None:
    files = chosen(listed)
    wrong = [path for path, sha256 in files if hashlib.sha256(path.read_bytes()).hexdigest() != sha256]
    assert files
    assert wrong == []


def test_nothing_lies_among_the_vendored_files_that_nobody_chose() -> None:
    listed = {path for path, _ in chosen(vendor.VENDOR / "VENDOR.toml")}
    there = {path for path in vendor.VENDOR.rglob("*") if path.is_file() and path.name != "VENDOR.toml"}
    assert there - listed == set()
    assert all(any("LICENSE" in path.name for path in folder.iterdir()) for folder in _folders())


def _folders() -> list[Path]:
    return [path for path in vendor.VENDOR.iterdir() if path.is_dir()]
