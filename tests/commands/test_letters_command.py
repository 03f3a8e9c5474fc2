"""`solidarity letters`: render, issue, verify and gallery, as scripts call them."""

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from solidarity.letters.seal import make_seal, seal
from solidarity.rules.letter import LetterKind
from solidarity.store.tables import LetterFileRow, LetterRow
from tests.databases import Database
from tests.letters.network import a_letter, a_network

MADE = datetime(2026, 11, 12, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Ended:
    code: int | None
    told: str
    complained: str


async def _run(*arguments: str, **environment: str) -> Ended:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("SOLIDARITY_")}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "solidarity", "letters", *arguments),
        env={**clean, **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    told, complained = await process.communicate()
    return Ended(code=process.returncode, told=told.decode(), complained=complained.decode())


def _settings(tmp_path: Path, database: Database) -> dict[str, str]:
    return {
        "SOLIDARITY_DATABASE_URL": database.url,
        "SOLIDARITY_STORAGE_URL": f"file://{tmp_path}/files",
        "SOLIDARITY_SEAL_DIRECTORY": str(tmp_path / "seal"),
    }


async def test_issue_pending_makes_every_letter(sqlite_database: Database, tmp_path: Path) -> None:
    network = await a_network()
    for _ in range(2):
        await a_letter(network)
    settings = _settings(tmp_path, sqlite_database)
    ended = await _run("issue", "--pending", "--json", **settings)
    assert ended.code == 0, ended.complained
    assert json.loads(ended.told) == {"issued": 2, "set_aside": 0}
    assert ended.complained == ""
    assert await LetterFileRow.count() == 2
    again = await _run("issue", "--pending", **settings)
    assert again.told == "0 lettre(s) émise(s), 0 mise(s) de côté.\n"


async def test_render_writes_the_one_letter_and_verify_accepts_it(
    sqlite_database: Database, tmp_path: Path
) -> None:
    reference = await a_letter(await a_network())
    settings = _settings(tmp_path, sqlite_database)
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    assert (await _run("render", reference, "-o", str(first), **settings)).code == 0
    assert (await _run("render", "L2026-000001", "-o", str(second), **settings)).code == 0
    assert first.read_bytes() == second.read_bytes()
    assert await LetterRow.count() == 1
    unknown = await _run("render", "2026-999999", "-o", str(first), **settings)
    assert unknown.code == 1
    assert unknown.complained.count("\n") == 1

    ours = str(tmp_path / "seal" / "certificate.pem")
    trusted = await _run("verify", str(first), "--certificate", ours)
    assert trusted.code == 0, trusted.complained
    assert "L2026-000001" in trusted.told


async def test_verify_follows_the_order_of_trust(tmp_path: Path) -> None:
    from solidarity.letters.pdf import LetterRenderer
    from solidarity.letters.samples import samples

    facts = next(facts for _, facts in samples())
    ours = make_seal(tmp_path / "ours", now=MADE, common_name="ours")
    make_seal(tmp_path / "other", now=MADE, common_name="other")
    letter = tmp_path / "letter.pdf"
    letter.write_bytes(seal(LetterRenderer().render(facts), at=MADE, seal=ours))
    other = str(tmp_path / "other" / "certificate.pem")

    unchecked = await _run("verify", str(letter))
    assert unchecked.code == 0
    assert "signer not checked" in unchecked.told
    assert ours.fingerprint in unchecked.told
    assert (await _run("verify", str(letter), "--certificate", other)).code == 1
    assert (await _run("verify", str(letter), SOLIDARITY_SEAL_CERTIFICATE=other)).code == 1
    given = ("--certificate", str(tmp_path / "ours" / "certificate.pem"))
    assert (await _run("verify", str(letter), *given, SOLIDARITY_SEAL_CERTIFICATE=other)).code == 0

    changed = bytearray(letter.read_bytes())
    changed[len(changed) // 2] ^= 1
    letter.write_bytes(changed)
    altered = await _run("verify", str(letter), "--json", *given)
    assert altered.code == 1
    assert json.loads(altered.told)["acceptable"] is False


async def test_verify_answers_garbage_cleanly(tmp_path: Path) -> None:
    garbage = tmp_path / "garbage.pdf"
    garbage.write_bytes(b"%PDF-1.7 nothing at all")
    refused = await _run("verify", str(garbage))
    assert refused.code == 1
    assert "Traceback" not in refused.told + refused.complained
    absent = await _run("verify", str(tmp_path / "absent.pdf"))
    assert absent.code == 2
    wrong = await _run("verify", str(garbage), "--certificate", str(garbage))
    assert wrong.code == 2
    assert wrong.complained.count("\n") == 1


async def test_the_gallery_shows_every_kind_in_both_languages(tmp_path: Path) -> None:
    ended = await _run("gallery", str(tmp_path / "gallery"))
    assert ended.code == 0, ended.complained
    made = {path.stem for path in (tmp_path / "gallery").iterdir()}
    assert made == {f"{kind}-{language}" for kind in LetterKind for language in ("fr", "en")}
