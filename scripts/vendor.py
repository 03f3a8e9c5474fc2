"""Checks the vendored files of the web against VENDOR.toml; `--fetch` takes them again from npm."""

import argparse
import hashlib
import subprocess
import sys
import tarfile
import tempfile
import tomllib
from pathlib import Path

VENDOR = Path(__file__).parents[1] / "solidarity" / "web" / "static" / "vendor"


def main() -> int:
    """Exit 0 when every file is the one that was chosen."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--fetch", action="store_true", help="download the packages with npm and replace the files"
    )
    wants_fetch = parser.parse_args().fetch
    listed = tomllib.loads((VENDOR / "VENDOR.toml").read_text(encoding="utf-8"))["package"]
    if wants_fetch:
        for package in listed:
            fetch(package)
    wrong = [line for package in listed for line in differences(package)]
    for line in wrong:
        print(line, file=sys.stderr)
    return 1 if wrong else 0


def folder_of(package: dict) -> Path:
    return VENDOR / f"{package['folder']}-{package['version']}"


def differences(package: dict) -> list[str]:
    """What is missing or is not the file that was chosen, one line each."""
    found = []
    for file in package["file"]:
        path = folder_of(package) / file["name"]
        if not path.is_file():
            found.append(f"{path}: missing")
        elif hashlib.sha256(path.read_bytes()).hexdigest() != file["sha256"]:
            found.append(f"{path}: not the file that was chosen")
    return found


def fetch(package: dict) -> None:
    """Take the files of one package out of its archive, unchanged."""
    with tempfile.TemporaryDirectory() as directory:
        name = f"{package['npm']}@{package['version']}"
        run = subprocess.run(
            ["npm", "pack", "--silent", name], cwd=directory, check=True, capture_output=True, text=True
        )
        with tarfile.open(Path(directory) / run.stdout.strip().splitlines()[-1]) as archive:
            for file in package["file"]:
                member = archive.extractfile(f"package/{file['source']}")
                assert member is not None, file["source"]
                target = folder_of(package) / file["name"]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(member.read())


if __name__ == "__main__":
    sys.exit(main())
