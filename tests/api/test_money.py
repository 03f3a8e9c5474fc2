"""Contributions, envelopes, payments and the ledger: nothing is spent that was not given for it."""

from datetime import UTC, datetime
from typing import Any

import pytest

from solidarity.budgets.commands import record_payment
from solidarity.budgets.queries import check_ledger, statement
from solidarity.rules.errors import Conflict
from solidarity.store.tables import EnvelopeRow
from solidarity.store.transaction import writing
from tests.api.callers import Callers, a_line
from tests.build import LATER, NOW

GIFT: dict[str, Any] = {
    "funder": "Fondation des Hauts Métiers",
    "amount_cents": 500_000,
    "received_on": "2026-09-15",
    "school_year": "2026-2027",
}
ENVELOPE: dict[str, Any] = {
    "name": "Logement",
    "school_year": "2026-2027",
    "category": "housing",
    "school": None,
    "allocated_cents": 300_000,
}


async def test_an_envelope_takes_what_contributions_leave(callers: Callers) -> None:
    gift = await callers.administrator.post("/contributions", GIFT)
    assert gift.status_code == 201, gift.text
    assert gift.json()["allocated_cents"] == 0
    opened = await callers.administrator.post("/envelopes", ENVELOPE)
    assert opened.status_code == 201, opened.text
    assert opened.json()["available_cents"] == 300_000
    too_much = await callers.administrator.post("/envelopes", {**ENVELOPE, "allocated_cents": 200_001})
    assert (too_much.status_code, too_much.json()["type"]) == (409, "envelope-not-covered")
    rest = await callers.administrator.post("/envelopes", {**ENVELOPE, "allocated_cents": 200_000})
    assert rest.status_code == 201
    assert await check_ledger() == []


@pytest.mark.parametrize(
    ("restriction", "wanted", "status"),
    [
        ({"category": "housing"}, {}, 201),
        ({"category": "food"}, {}, 409),
        ({"category": "housing"}, {"category": None}, 409),
        ({"region_code": "32"}, {"school": "roubaix"}, 201),
        ({"region_code": "32"}, {"region_code": "32"}, 201),
        ({"region_code": "28"}, {"school": "roubaix"}, 409),
        ({"schools": ["roubaix", "lille"]}, {"school": "lille"}, 201),
        ({"schools": ["roubaix"]}, {"school": "lille"}, 409),
        ({"until": "2026-11-12"}, {}, 201),
        ({"until": "2026-11-11"}, {}, 409),
        ({"from": "2026-11-12", "until": "2026-11-12"}, {}, 201),
        ({"from": "2026-11-13"}, {}, 409),
        ({"max_share": 10_000}, {}, 201),
        ({"max_share": 9_999}, {}, 409),
    ],
)
async def test_a_restricted_gift_only_serves_what_it_was_given_for(
    callers_on_sqlite: Callers, restriction: dict[str, Any], wanted: dict[str, Any], status: int
) -> None:
    administrator = callers_on_sqlite.administrator
    gift = await administrator.post("/contributions", {**GIFT, "restriction": restriction})
    assert gift.status_code == 201, gift.text
    opened = await administrator.post("/envelopes", {**ENVELOPE, **wanted})
    assert opened.status_code == status, opened.text


async def test_a_director_sees_the_envelopes_of_the_own_school_only(callers: Callers) -> None:
    await callers.administrator.post("/contributions", {**GIFT, "amount_cents": 900_000})
    for school in ("roubaix", "evreux", None):
        await callers.administrator.post("/envelopes", {**ENVELOPE, "name": str(school), "school": school})

    async def names(caller: Any) -> list[str]:
        found = (await caller.get("/budget?school_year=2026-2027")).json()["envelopes"]
        return sorted(one["name"] for one in found if one["category"] == "housing")

    assert await names(callers.auditor) == ["None", "evreux", "roubaix"]
    assert await names(callers.director) == ["None", "roubaix"]
    assert await names(callers.stranger) == ["None", "evreux"]
    assert (await callers.auditor.get("/budget?school_year=2030-2031")).json()["envelopes"] == []


async def test_what_is_granted_can_be_paid_once(callers: Callers) -> None:
    reference = (await callers.director.a_request(a_line(12_000)))["reference"]
    with pytest.raises(Conflict):
        await record_payment(reference, by=callers.cast.administrator, now=LATER)
    await callers.administrator.post(f"/requests/{reference}/decide", {"outcome": "grant"})
    assert await record_payment(reference, by=callers.cast.administrator, now=LATER) == 12_000
    with pytest.raises(Conflict):
        await record_payment(reference, by=callers.cast.administrator, now=LATER)
    [envelope] = (await callers.director.get("/budget")).json()["envelopes"]
    assert (envelope["committed_cents"], envelope["paid_cents"]) == (0, 12_000)
    assert await check_ledger() == []


async def test_every_transaction_of_the_ledger_adds_up_to_zero(callers: Callers) -> None:
    reference = (await callers.director.a_request(a_line(12_000)))["reference"]
    await callers.administrator.post(f"/requests/{reference}/decide", {"outcome": "grant"})
    items = (await callers.auditor.get("/ledger/entries")).json()["items"]
    assert [one["number"] for one in items] == list(range(len(items), 0, -1))
    assert {one["kind"] for one in items} == {"received", "allocated", "reserved", "committed"}
    for one in items:
        assert len(one["postings"]) >= 2
        assert sum(posting["amount_cents"] for posting in one["postings"]) == 0


async def test_a_statement_tells_any_instant(callers: Callers) -> None:
    reference = (await callers.director.a_request(a_line(12_000)))["reference"]
    await callers.administrator.post(f"/requests/{reference}/decide", {"outcome": "grant"})
    await record_payment(reference, by=callers.cast.administrator, now=LATER)

    def figures(rows: Any) -> list[tuple[str, int, int, int]]:
        return [(row.kind, row.committed_cents, row.paid_cents, row.available_cents) for row in rows]

    assert figures(await statement("2026-2027")) == [
        ("contribution", 0, 0, 0),
        ("envelope", 0, 12_000, 988_000),
    ]
    assert figures(await statement("2026-2027", NOW)) == [
        ("contribution", 0, 0, 0),
        ("envelope", 12_000, 0, 988_000),
    ]
    assert await statement("2026-2027", datetime(2026, 1, 1, tzinfo=UTC)) == []


async def test_a_changed_balance_is_found(callers: Callers) -> None:
    await callers.director.a_request(a_line(12_000))
    async with writing():
        await EnvelopeRow.update({EnvelopeRow.reserved_cents: 11_999}, force=True)
    [difference] = await check_ledger()
    assert (difference.what, difference.expected, difference.found) == (
        "envelope.reserved_cents",
        "12000",
        "11999",
    )


async def test_without_credit_a_request_is_sent_and_nothing_is_set_aside(callers: Callers) -> None:
    async with writing():
        await EnvelopeRow.update({EnvelopeRow.category: "food"}, force=True)
    sent = await callers.director.a_request(a_line(12_000))
    assert (sent["status"], sent["enough"]) == ("submitted", False)
    answer = await callers.administrator.post(f"/requests/{sent['reference']}/decide", {"outcome": "grant"})
    assert (answer.status_code, answer.json()["type"]) == (409, "envelope-exhausted")
