"""Letters on screen: who sees which, what the public page answers, and what it never tells."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from solidarity.app import create_app
from solidarity.clock import Clock, real_now
from solidarity.letters.queries import letter
from solidarity.letters.worker import make_worker, run_worker
from solidarity.rules.access import Person
from solidarity.settings import read_settings
from solidarity.store.tables import LetterRow, SessionRow
from tests.databases import Database
from tests.letters.network import NOW, Network, a_letter, a_network

JSON = {"accept": "application/json"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """A site with two letters, of which one is rendered."""

    network: Network
    visitor: httpx.AsyncClient
    pdf: bytes

    async def get(self, path: str, person: Person | None = None) -> httpx.Response:
        headers = {"cookie": f"solidarity={_token(person)}"} if person else {}
        return await self.visitor.get(path, headers=headers)


@pytest.fixture
async def site(sqlite_database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    async with a_site(sqlite_database, tmp_path) as found:
        yield found


@pytest.fixture
async def site_on_each(database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    async with a_site(database, tmp_path) as found:
        yield found


@asynccontextmanager
async def a_site(database: Database, tmp_path: Path) -> AsyncIterator[Site]:
    network = await a_network()
    await a_letter(network)
    settings = read_settings(
        {
            "SOLIDARITY_DATABASE_URL": database.url,
            "SOLIDARITY_SECRET_KEY": "a secret only for these tests, long enough",
            "SOLIDARITY_STORAGE_URL": f"file://{tmp_path}/files",
            "SOLIDARITY_SEAL_DIRECTORY": str(tmp_path / "seal"),
        }
    )
    clock = Clock(frozen=NOW)
    worker = make_worker(settings, clock)
    await run_worker(worker, until_empty=True)
    await a_letter(network)
    for person in (network.director, network.stranger, network.administrator, network.auditor):
        await _session(person)
    view = await letter("L2026-000001", network.auditor)
    app = create_app(settings, clock=clock, manage_engine=False)
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000") as visitor:
        yield Site(network=network, visitor=visitor, pdf=worker.archive.get(str(view.sha256)))


def _token(person: Person) -> str:
    return hashlib.sha256(person.email.encode()).hexdigest()[:43]


async def _session(person: Person) -> None:
    row = SessionRow(
        id=uuid4(),
        person=person.id,
        token_sha256=hashlib.sha256(_token(person).encode()).hexdigest(),
        csrf_secret="c" * 43,
        created_at=real_now() - timedelta(minutes=1),
        seen_at=real_now(),
        ended_at=None,
    )
    await SessionRow.insert(row)


async def _code() -> str:
    row = (
        await LetterRow.select(LetterRow.verification_code).where(LetterRow.number == "L2026-000001").first()
    )
    assert row is not None
    return str(row["verification_code"])


async def test_each_sees_the_letters_they_may(site_on_each: Site) -> None:
    own = await site_on_each.get("/lettres", site_on_each.network.director)
    others = await site_on_each.get("/lettres", site_on_each.network.stranger)
    everything = await site_on_each.get(
        "/lettres?annee=2026-2027&nature=grant&numero=L2026", site_on_each.network.auditor
    )
    assert own.status_code == others.status_code == everything.status_code == 200
    assert "L2026-000002" in own.text
    assert "En préparation" in own.text
    assert "Aucune lettre ici" in others.text
    assert "L2026-000001" in everything.text
    assert "Maëlle" not in everything.text
    assert (
        "L2026-000001"
        not in (await site_on_each.get("/lettres?nature=refusal", site_on_each.network.auditor)).text
    )


async def test_the_file_is_the_sealed_one_and_only_for_its_school(site: Site) -> None:
    answer = await site.get("/lettres/L2026-000001.pdf", site.network.director)
    assert answer.content == site.pdf
    assert answer.headers["content-disposition"] == 'attachment; filename="L2026-000001.pdf"'
    for path in ("/lettres/L2026-000001", "/lettres/L2026-000001.pdf", "/lettres/L2026-000099.pdf"):
        assert (await site.get(path, site.network.stranger)).status_code == 404
    assert (await site.get("/lettres/L2026-000001.pdf")).status_code == 303


async def test_a_letter_not_rendered_yet_asks_for_patience(site: Site) -> None:
    answer = await site.get("/lettres/L2026-000002.pdf", site.network.director)
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "5"
    assert "en préparation" in answer.text
    shown = await site.get("/lettres/L2026-000002", site.network.director)
    assert "La lettre est en préparation" in shown.text


async def test_anybody_may_verify_a_file(site_on_each: Site) -> None:
    answer = await site_on_each.visitor.post(
        "/verify", files={"file": ("lettre.pdf", site_on_each.pdf)}, headers=JSON
    )
    assert answer.status_code == 200
    assert answer.json() == {
        "status": "valid",
        "number": "L2026-000001",
        "kind": "grant",
        "issued_at": "2026-11-12T09:30:00Z",
        "superseded_by": None,
    }


async def test_one_changed_byte_is_seen(site: Site) -> None:
    for place in (0, len(site.pdf) // 5, len(site.pdf) // 2, len(site.pdf) * 4 // 5, len(site.pdf) - 2):
        changed = bytearray(site.pdf)
        changed[place] ^= 1
        answer = await site.visitor.post("/verify", files={"file": ("x.pdf", bytes(changed))}, headers=JSON)
        assert answer.json()["status"] == "altered", place


async def test_a_foreign_file_is_unknown(site: Site) -> None:
    for content in (b"hello", b"%PDF-1.7\nnothing", b""):
        answer = await site.visitor.post("/verify", files={"file": ("x.pdf", content)}, headers=JSON)
        assert answer.json() == {
            "status": "unknown",
            "number": None,
            "kind": None,
            "issued_at": None,
            "superseded_by": None,
        }


async def test_number_and_code_are_read_as_people_type_them(site: Site) -> None:
    code = await _code()
    typed = {"number": " l2026-000001 ", "code": f"{code[:5].lower()} {code[5:]}"}
    assert (await site.visitor.post("/verify", data=typed, headers=JSON)).json()["status"] == "valid"
    wrong = {"number": "L2026-000001", "code": code[::-1]}
    assert (await site.visitor.post("/verify", data=wrong, headers=JSON)).json() == {
        "status": "unknown",
        "number": None,
        "kind": None,
        "issued_at": None,
        "superseded_by": None,
    }
    nothing = await site.visitor.post("/verify", data={"number": "", "code": ""}, headers=JSON)
    assert nothing.status_code == 422
    assert nothing.json()["type"] == "verify-nothing"


async def test_the_square_code_opens_the_answer_and_tells_nothing_of_the_pupil(site: Site) -> None:
    path = f"/verify?number=L2026-000001&code={await _code()}"
    french = await site.visitor.get(path)
    english = await site.visitor.get(path, headers={"accept-language": "en"})
    assert "Cette lettre est authentique" in french.text
    assert "This letter is authentic" in english.text
    for secret in ("Maëlle", "Œuvray", "Roubaix", "120,00"):
        assert secret not in french.text + english.text


async def test_whoever_asks_too_often_waits(site: Site) -> None:
    answers = [
        await site.visitor.post("/verify", data={"number": "L2026-000001", "code": "Z" * 26}, headers=JSON)
        for _ in range(41)
    ]
    assert {answer.status_code for answer in answers[:40]} == {200}
    assert answers[40].status_code == 429
    assert answers[40].headers["retry-after"] == "60"


async def test_administrators_see_the_outbox_and_nobody_else(site: Site) -> None:
    shown = await site.get("/courriels", site.network.administrator)
    assert "direction@roubaix.example.org" in shown.text
    assert "En attente" in shown.text
    for person in (site.network.director, site.network.auditor):
        assert (await site.get("/courriels", person)).status_code == 403


async def test_an_auditor_sees_year_log_and_check(site_on_each: Site) -> None:
    year = await site_on_each.get("/audit", site_on_each.network.auditor)
    log = await site_on_each.get("/audit/evenements", site_on_each.network.auditor)
    check = await site_on_each.get("/audit/verification", site_on_each.network.auditor)
    assert "240,00" in year.text
    assert "/lettres/L2026-000001" in log.text
    assert "Décision prise" in log.text
    assert "Le journal est intact" in check.text
    assert (await site_on_each.get("/audit", site_on_each.network.director)).status_code == 403
    assert (await site_on_each.get("/audit?annee=pomme", site_on_each.network.auditor)).status_code == 404
    english = await site_on_each.visitor.get(
        "/audit?langue=en", headers={"cookie": f"solidarity={_token(site_on_each.network.auditor)}"}
    )
    assert english.status_code == 200
