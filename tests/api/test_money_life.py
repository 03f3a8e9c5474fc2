"""Transfers, revocations, appeals and ratifications as programs meet them: who may, who may not, and what for."""

from typing import Any

from solidarity.budgets.queries import check_ledger
from tests.api.callers import Caller, Callers, a_line

REASON = {"reason": "L’élève a quitté l’école."}
GROUNDS = {"grounds": "Le père a perdu son emploi."}


async def _envelopes(callers: Callers) -> tuple[str, str]:
    gift = {
        "funder": "Fondation des Hauts Métiers",
        "amount_cents": 100_000,
        "received_on": "2026-09-15",
        "school_year": "2026-2027",
    }
    assert (await callers.administrator.post("/contributions", gift)).status_code == 201
    made = []
    for name, cents in (("Logement", 60_000), ("Repas", 40_000)):
        body = {"name": name, "school_year": "2026-2027", "category": None, "allocated_cents": cents}
        answer = await callers.administrator.post("/envelopes", {**body, "school": None})
        assert answer.status_code == 201, answer.text
        made.append(str(answer.json()["id"]))
    return made[0], made[1]


async def test_a_transfer_takes_two_administrators(callers: Callers) -> None:
    source, target = await _envelopes(callers)
    body = {"from": source, "to": target, "amount_cents": 25_000, "reason": "Plus de repas."}
    for caller, status in ((callers.director, 403), (callers.auditor, 403), (callers.nobody, 401)):
        assert (await caller.post("/envelopes/transfers", body)).status_code == status
    headers = {"idempotency-key": "transfer-1"}
    made = await callers.administrator.post("/envelopes/transfers", body, headers=headers)
    again = await callers.administrator.post("/envelopes/transfers", body, headers=headers)
    assert (made.status_code, made.json()) == (201, again.json())
    transfer = made.json()
    assert (transfer["state"], transfer["from"], transfer["to"]) == ("proposed", source, target)
    path = f"/envelopes/transfers/{transfer['id']}"
    alone = await callers.administrator.post(f"{path}/approve")
    assert (alone.status_code, alone.json()["type"]) == (403, "same-person")
    assert (await callers.reader.post(f"{path}/approve")).status_code == 403
    done = await callers.second.post(f"{path}/approve", {"note": "D’accord."})
    assert (done.status_code, done.json()["state"], done.json()["note"]) == (200, "approved", "D’accord.")
    late = await callers.second.post(f"{path}/return")
    assert (late.status_code, late.json()["type"]) == (409, "transfer-answered")
    allocated = {
        one["id"]: one["allocated_cents"]
        for one in (await callers.auditor.get("/budget?school_year=2026-2027")).json()["envelopes"]
    }
    assert (allocated[source], allocated[target]) == (35_000, 65_000)
    listed = (await callers.auditor.get("/envelopes/transfers?school_year=2026-2027&state=approved")).json()
    assert [one["id"] for one in listed["items"]] == [transfer["id"]]
    assert (await callers.director.get("/envelopes/transfers")).status_code == 403
    kinds = [one["kind"] for one in (await callers.auditor.get("/ledger/entries")).json()["items"]]
    assert kinds[:3] == ["transferred", "released", "reserved"]
    assert await check_ledger() == []


async def test_what_cannot_be_transferred_says_why(callers_on_sqlite: Callers) -> None:
    source, target = await _envelopes(callers_on_sqlite)
    body: dict[str, Any] = {"from": source, "to": target, "amount_cents": 1, "reason": "x"}
    send = callers_on_sqlite.administrator.post
    too_much = await send("/envelopes/transfers", {**body, "amount_cents": 60_001})
    assert (too_much.status_code, too_much.json()["type"]) == (409, "transfer-not-covered")
    for changes, pointer in (
        ({"to": source}, "/to"),
        ({"to": "6b7a6a9e-4f4e-4a63-9a0e-1d7a3c2f5b11"}, "/to"),
        ({"from": "here"}, "/from"),
        ({"amount_cents": 0}, "/amount_cents"),
        ({"amount_cents": 1.5}, "/amount_cents"),
        ({"reason": ""}, "/reason"),
        ({"source": source}, "/source"),
    ):
        answer = await send("/envelopes/transfers", {**body, **changes})
        assert answer.status_code == 422, answer.text
        assert [one["pointer"] for one in answer.json()["errors"]] == [pointer]
    unknown = "/envelopes/transfers/6b7a6a9e-4f4e-4a63-9a0e-1d7a3c2f5b11/approve"
    assert (await callers_on_sqlite.second.post(unknown)).status_code == 404


async def _granted(callers: Callers, cents: int = 12_000) -> str:
    reference = str((await callers.director.a_request(a_line(20_000)))["reference"])
    answer = await callers.administrator.post(
        f"/requests/{reference}/decide",
        {"outcome": "grant", "lines": [{"line": 1, "granted_cents": cents}]},
    )
    assert answer.status_code == 200, answer.text
    return reference


async def test_an_aid_is_ended_by_an_administrator(callers: Callers) -> None:
    reference = await _granted(callers)
    path = f"/requests/{reference}/revoke"
    assert await _statuses(callers, path, REASON) == {"director": 403, "stranger": 404, "auditor": 403}
    assert (await callers.administrator.post(path, {})).status_code == 422
    done = await callers.administrator.post(path, REASON)
    assert done.status_code == 200, done.text
    told = done.json()
    assert (told["status"], told["outcome"], told["granted_cents"]) == ("decided", "terminated", 0)
    assert [one["outcome"] for one in told["decisions"]] == ["granted_partial", "terminated"]
    again = await callers.administrator.post(path, REASON)
    assert (again.status_code, again.json()["type"]) == (409, "nothing-in-force")
    open_one = (await callers.director.a_request())["reference"]
    early = await callers.administrator.post(f"/requests/{open_one}/revoke", REASON)
    assert (early.status_code, early.json()["type"]) == (409, "state")
    items = (await callers.auditor.get("/letters")).json()["items"]
    grant, end = sorted(items, key=lambda one: str(one["number"]))
    assert (grant["kind"], end["kind"]) == ("partial", "termination")
    assert grant["superseded_by"] == end["number"]
    assert await check_ledger() == []


async def test_a_review_is_asked_by_the_school_and_answered_by_somebody_else(callers: Callers) -> None:
    reference = await _granted(callers)
    path = f"/requests/{reference}/appeal"
    found = await _statuses(callers, path, GROUNDS, who=("administrator", "stranger", "auditor"))
    assert found == {"administrator": 403, "stranger": 404, "auditor": 403}
    filed = await callers.director.post(path, GROUNDS)
    assert (filed.status_code, filed.json()["status"]) == (200, "decided")
    twice = await callers.director.post(path, GROUNDS)
    assert (twice.status_code, twice.json()["type"]) == (409, "appeal-already-open")
    own = await callers.administrator.post(f"{path}/answer", {"outcome": "uphold"})
    assert (own.status_code, own.json()["type"]) == (403, "took-part")
    silent = await callers.second.post(f"{path}/answer", {"outcome": "dismiss"})
    assert silent.status_code == 422
    done = await callers.second.post(f"{path}/answer", {"outcome": "uphold"})
    assert (done.status_code, done.json()["outcome"], done.json()["granted_cents"]) == (
        200,
        "corrected",
        20_000,
    )
    [appeal] = (await callers.director.get(f"/requests/{reference}/appeals")).json()["items"]
    assert (appeal["state"], appeal["decision"], appeal["outcome"]) == ("upheld", 1, 2)
    assert (await callers.stranger.get(f"/requests/{reference}/appeals")).status_code == 404
    other = await _granted(callers)
    await callers.director.post(f"/requests/{other}/appeal", GROUNDS)
    assert (await callers.director.post(f"/requests/{other}/appeal/withdraw")).status_code == 200
    gone = await callers.second.post(f"/requests/{other}/appeal/take")
    assert (gone.status_code, gone.json()["type"]) == (409, "appeal-none")
    early = (await callers.director.a_request())["reference"]
    assert (await callers.director.post(f"/requests/{early}/appeal", GROUNDS)).status_code == 409
    assert await check_ledger() == []


async def test_nothing_to_ratify_outside_the_lane(callers_on_sqlite: Callers) -> None:
    callers = callers_on_sqlite
    reference = await _granted(callers)
    path = f"/requests/{reference}/ratify"
    assert await _statuses(callers, path, {}) == {"director": 403, "stranger": 404, "auditor": 403}
    answer = await callers.second.post(path)
    assert (answer.status_code, answer.json()["type"]) == (409, "nothing-to-ratify")


async def _statuses(
    callers: Callers,
    path: str,
    body: dict[str, Any],
    *,
    who: tuple[str, ...] = ("director", "stranger", "auditor"),
) -> dict[str, int]:
    found = {}
    for name in who:
        caller: Caller = getattr(callers, name)
        found[name] = (await caller.post(path, body)).status_code
    return found
