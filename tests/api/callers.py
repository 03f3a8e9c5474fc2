"""People who call the API with their tokens, and what they usually send."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from litestar import Litestar

from solidarity.app import create_app
from solidarity.clock import Clock
from solidarity.people.commands import issue_token
from solidarity.rules.access import Person
from solidarity.settings import Settings
from tests.build import NOW, a_ruleset, an_envelope
from tests.people import Cast, the_cast

REAL_NOW = datetime(2026, 11, 12, 9, 31, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True, slots=True)
class Caller:
    """One person with a token; every path is under /api/v1."""

    client: httpx.AsyncClient
    token: str | None

    async def get(self, path: str, **options: Any) -> httpx.Response:
        return await self.send("GET", path, **options)

    async def post(self, path: str, body: Any = None, **options: Any) -> httpx.Response:
        return await self.send("POST", path, json=body, **options)

    async def patch(self, path: str, body: Any, *, version: int | None, **options: Any) -> httpx.Response:
        headers = {} if version is None else {"if-match": f'"{version}"'}
        return await self.send("PATCH", path, json=body, headers=headers, **options)

    async def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"authorization": f"Bearer {self.token}"} if self.token else {}
        headers |= options.pop("headers", {})
        if options.get("json", ...) is None:
            del options["json"]
        return await self.client.request(method, f"/api/v1{path}", headers=headers, **options)

    async def a_student(self, **facts: Any) -> str:
        answer = await self.post("/students", {**STUDENT, "family_name": f"Caron {_name()}", **facts})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    async def a_draft(
        self, *lines: dict[str, Any], student: str | None = None, **parts: Any
    ) -> dict[str, Any]:
        body = {
            "student": student or await self.a_student(),
            "urgency": "normal",
            "narrative": "Le père a perdu son emploi.",
            "lines": list(lines) or [a_line()],
            **parts,
        }
        answer = await self.post("/requests", body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def a_request(self, *lines: dict[str, Any], student: str | None = None) -> dict[str, Any]:
        draft = await self.a_draft(*lines, student=student)
        answer = await self.post(f"/requests/{draft['reference']}/submit")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


@dataclass(frozen=True, kw_only=True, slots=True)
class Callers:
    """The cast of the tests, each with a token."""

    director: Caller
    neighbour: Caller
    stranger: Caller
    administrator: Caller
    second: Caller
    auditor: Caller
    reader: Caller
    nobody: Caller
    cast: Cast
    app: Litestar = field(repr=False)


STUDENT: dict[str, Any] = {
    "school": "roubaix",
    "given_name": "Maëlle",
    "birth_date": "2010-03-14",
    "quotient_familial_cents": 40_000,
}


def a_line(amount_cents: int = 12_000, **parts: Any) -> dict[str, Any]:
    """One LINE of the contract, asked once."""
    return {
        "category": "transport",
        "kind": "pass",
        "description": "Abonnement de l’année",
        "amount_cents": amount_cents,
        "frequency": "once",
        "period_from": "2026-11-01",
        "period_to": "2027-06-30",
        "facts": {},
        **parts,
    }


@asynccontextmanager
async def the_callers(storage: Path) -> AsyncIterator[Callers]:
    """Rules in force, ten thousand euros for anything, and everybody with a token."""
    cast = await the_cast()
    await a_ruleset(by=cast.administrator, activated_by=cast.second)
    await an_envelope(1_000_000, by=cast.administrator)
    app = the_api(storage)
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=True)
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        yield Callers(
            director=await _caller(client, cast.director),
            neighbour=await _caller(client, cast.neighbour),
            stranger=await _caller(client, cast.stranger),
            administrator=await _caller(client, cast.administrator),
            second=await _caller(client, cast.second),
            auditor=await _caller(client, cast.auditor),
            reader=await _caller(client, cast.administrator, scope="read"),
            nobody=Caller(client=client, token=None),
            cast=cast,
            app=app,
        )


def the_api(storage: Path) -> Litestar:
    """The whole application, its engine left to the test."""
    settings = Settings(
        secret_key="the key of the tests, long enough for anybody", storage_url=f"file://{storage}"
    )
    return create_app(settings, clock=Clock(frozen=NOW), manage_engine=False, real_time=lambda: REAL_NOW)


async def _caller(client: httpx.AsyncClient, person: Person, *, scope: str = "write") -> Caller:
    token = await issue_token(person.email, scope=scope, expires_days=30, by=None, now=NOW, real_now=REAL_NOW)
    return Caller(client=client, token=token)


def _name() -> str:
    """A name nobody else has, in letters."""
    return "".join("abcdefghijklmnop"[byte % 16] for byte in secrets.token_bytes(8)).title()
