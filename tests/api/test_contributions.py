"""Contributions for programs: restrictions as they were given, what is used, what each paid and why."""

from typing import Any

from tests.api.callers import Callers, a_line

GIFT: dict[str, Any] = {
    "funder": "Fondation des Hauts Métiers",
    "amount_cents": 20_000,
    "received_on": "2026-09-15",
    "school_year": "2026-2027",
}
TERMS = {
    "category": "transport",
    "region_code": "32",
    "schools": ["roubaix"],
    "from": "2026-11-01",
    "until": "2026-12-31",
    "max_share": 5000,
}


async def test_a_restriction_is_kept_as_it_was_given(callers_on_sqlite: Callers) -> None:
    administrator = callers_on_sqlite.administrator
    given = await administrator.post("/contributions", {**GIFT, "restriction": TERMS})
    assert given.status_code == 201, given.text
    assert given.json()["restriction"] == TERMS
    for wrong, pointer in (
        ({"max_share": 0}, "/restriction/max_share"),
        ({"max_share": 10_001}, "/restriction/max_share"),
        ({"max_share": "50%"}, "/restriction/max_share"),
        ({"from": "2026-12-01", "until": "2026-11-30"}, "/restriction/until"),
        ({"from": "bientôt"}, "/restriction/from"),
        ({"usable_from": "2026-12-01"}, "/restriction/usable_from"),
    ):
        refused = await administrator.post("/contributions", {**GIFT, "restriction": wrong})
        assert refused.status_code == 422, wrong
        assert [error["pointer"] for error in refused.json()["errors"]] == [pointer]
    listed = (await callers_on_sqlite.auditor.get("/contributions")).json()["items"]
    assert [one["restriction"] for one in listed if one["id"] == given.json()["id"]] == [TERMS]
    assert (await callers_on_sqlite.director.get("/contributions")).status_code == 403


async def test_what_a_contribution_paid_is_listed_with_its_reason(callers: Callers) -> None:
    administrator = callers.administrator
    given = await administrator.post("/contributions", {**GIFT, "restriction": {"until": "2026-12-31"}})
    more = await administrator.post("/contributions", {**GIFT, "funder": "Libre"})
    envelope = {"name": "Roubaix", "school_year": "2026-2027", "school": "roubaix", "allocated_cents": 40_000}
    opened = await administrator.post("/envelopes", {**envelope, "category": "transport"})
    assert opened.status_code == 201, opened.text
    references = []
    for _ in range(2):
        references.append((await callers.director.a_request(a_line(12_000)))["reference"])
        answer = await administrator.post(f"/requests/{references[-1]}/decide", {"outcome": "grant"})
        assert answer.status_code == 200, answer.text
    here = f"/contributions/{given.json()['id']}/funding"
    first = (await callers.auditor.get(f"{here}?limit=1")).json()
    then = (await callers.auditor.get(f"{here}?limit=1&cursor={first['next_cursor']}")).json()
    found = [*first["items"], *then["items"]]
    assert then["next_cursor"] is None
    assert sorted((one["request"], one["amount_cents"]) for one in found) == [
        (references[0], 12_000),
        (references[1], 8_000),
    ]
    assert {(one["line"], one["category"], one["reason"]) for one in found} == {
        (1, "transport", "lapses_first")
    }
    assert [one["passed_over"] for one in found if one["amount_cents"] == 12_000] == [
        [{"funder": "Libre", "reasons": ["not_needed"]}]
    ]
    [one] = [
        one
        for one in (await callers.auditor.get("/contributions?school_year=2026-2027")).json()["items"]
        if one["id"] == more.json()["id"]
    ]
    assert (one["used_cents"], one["left_cents"], one["allocated_cents"]) == (4_000, 16_000, 20_000)
    assert (await callers.auditor.get("/contributions?school_year=x")).status_code == 400
    missing = "/contributions/00000000-0000-4000-8000-000000000000/funding"
    assert (await callers.auditor.get(missing)).status_code == 404


async def test_money_that_lapsed_is_no_money_for_a_grant(callers_on_sqlite: Callers) -> None:
    administrator = callers_on_sqlite.administrator
    for share in (6_000, 4_000):
        gift = {**GIFT, "funder": f"Part {share}", "restriction": {"max_share": share}}
        await administrator.post("/contributions", gift)
    envelope = {"name": "Roubaix", "school_year": "2026-2027", "school": "roubaix", "allocated_cents": 20_000}
    opened = await administrator.post("/envelopes", {**envelope, "category": "transport"})
    assert opened.status_code == 201, opened.text
    sent = (await callers_on_sqlite.director.a_request(a_line(1_001)))["reference"]
    refused = await administrator.post(f"/requests/{sent}/decide", {"outcome": "grant"})
    assert (refused.status_code, refused.json()["type"]) == (409, "contributions-short")
    assert "financeurs" in refused.json()["detail"]
    lines = [{"line": 1, "granted_cents": 1_000}]
    done = await administrator.post(f"/requests/{sent}/decide", {"outcome": "grant", "lines": lines})
    assert done.status_code == 200, done.text
