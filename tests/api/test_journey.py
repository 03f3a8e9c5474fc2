"""The main journey by program, on both engines: request, decision, money, letter, and who may see what."""

from typing import Any

from solidarity.budgets.queries import check_ledger
from solidarity.trail.queries import verify_log
from tests.api.callers import Callers, a_line


async def _envelope(callers: Callers) -> dict[str, Any]:
    answer = await callers.administrator.get("/budget")
    return next(one for one in answer.json()["envelopes"] if one["allocated_cents"] == 1_000_000)


async def test_from_a_request_to_its_letter(callers: Callers) -> None:
    sent = await callers.director.a_request(a_line(12_000))
    reference = sent["reference"]
    assert (sent["status"], sent["enough"], sent["proposed_cents"]) == ("submitted", True, 12_000)
    assert (await _envelope(callers))["reserved_cents"] == 12_000

    decided = await callers.administrator.post(f"/requests/{reference}/decide", {"outcome": "grant"})
    assert decided.status_code == 200, decided.text
    assert decided.json()["status"] == "decided"
    assert decided.json()["decision"]["outcome"] == "granted_full"
    assert decided.json()["granted_cents"] == 12_000
    budget = await _envelope(callers)
    assert (budget["reserved_cents"], budget["committed_cents"]) == (0, 12_000)

    for reader in (callers.director, callers.auditor, callers.administrator):
        [letter] = (await reader.get("/letters", params={"request": reference})).json()["items"]
        assert (letter["request"], letter["sha256"]) == (reference, None)
        waiting = await reader.get(f"/letters/{letter['number']}.pdf")
        assert (waiting.status_code, waiting.json()["type"]) == (503, "letter-not-rendered")
        assert int(waiting.headers["retry-after"]) > 0
    assert (await callers.stranger.get(f"/letters/{letter['number']}")).status_code == 404
    assert (await callers.stranger.get("/letters")).json()["items"] == []
    assert await check_ledger() == []
    assert (await verify_log()).valid


async def test_the_steps_of_an_assessment_chain(callers: Callers) -> None:
    draft = await callers.director.a_draft(a_line(55_000), a_line(9_000, category="food", kind="canteen"))
    reference = draft["reference"]
    answer = await callers.director.get(f"/requests/{reference}/assessment")
    found = answer.json()
    assert answer.status_code == 200
    for line in found["lines"]:
        amounts = [line["requested_cents"]]
        for step in line["steps"]:
            assert step["before_cents"] == amounts[-1]
            amounts.append(step["after_cents"])
        assert amounts[-1] == line["proposed_cents"]
    assert found["proposed_cents"] == sum(line["proposed_cents"] for line in found["lines"]) == 49_000
    assert found["budget"]["enough"] is True
    english = await callers.director.get(
        f"/requests/{reference}/assessment", headers={"accept-language": "en"}
    )
    assert english.json()["lines"][0]["steps"] != found["lines"][0]["steps"]


async def test_above_the_threshold_a_second_person_approves(callers: Callers) -> None:
    reference = (await callers.director.a_request(a_line(40_000)))["reference"]
    prepared = await callers.administrator.post(f"/requests/{reference}/decide", {"outcome": "grant"})
    assert prepared.json()["status"] == "awaiting_approval"
    assert prepared.json()["proposal"]["granted_cents"] == 40_000
    assert (await callers.director.get(f"/requests/{reference}")).json()["proposal"] is None

    alone = await callers.administrator.post(f"/requests/{reference}/approve")
    assert alone.status_code == 403
    returned = await callers.second.post(f"/requests/{reference}/return", {"note": "Vérifier la facture."})
    assert returned.json()["status"] == "in_review"
    await callers.administrator.post(f"/requests/{reference}/decide", {"outcome": "grant"})
    approved = await callers.second.post(f"/requests/{reference}/approve", {})
    assert approved.status_code == 200, approved.text
    decision = approved.json()["decision"]
    assert (decision["prepared_by"], decision["approved_by"]) == ("Claire Fontaine", "Marc Delattre")
    assert (await _envelope(callers))["committed_cents"] == 40_000
    assert await check_ledger() == []


async def test_another_school_is_answered_as_if_there_were_nothing(callers: Callers) -> None:
    student = await callers.director.a_student()
    reference = (await callers.director.a_request(student=student))["reference"]
    outsiders = (callers.stranger, callers.neighbour)
    for caller in outsiders:
        for path in ("", "/assessment", "/timeline", "/documents/6b7a6a9e-4f4e-4a63-9a0e-1d7a3c2f5b11"):
            seen = await caller.get(f"/requests/{reference}{path}")
            absent = await caller.get(f"/requests/2026-999999{path}")
            assert seen.status_code == absent.status_code == 404
            assert seen.json() == absent.json()
        for path in ("submit", "withdraw", "decide", "approve", "hold", "close", "resume"):
            assert (await caller.post(f"/requests/{reference}/{path}", {})).status_code == 404
        assert (await caller.patch(f"/requests/{reference}", {}, version=None)).status_code == 404
        assert (await caller.get(f"/students/{student}")).status_code == 404
        assert (await caller.get("/requests")).json()["items"] == []
        assert (await caller.get("/students")).json()["items"] == []
        assert (await caller.get("/schools/roubaix")).status_code == 404


async def test_a_role_that_may_not_is_refused_before_the_state_is_looked_at(callers: Callers) -> None:
    reference = (await callers.director.a_draft())["reference"]
    for caller in (callers.director, callers.auditor, callers.reader):
        answer = await caller.post(f"/requests/{reference}/decide", {"outcome": "grant"})
        assert (answer.status_code, answer.json()["type"]) == (403, "forbidden")
    assert (await callers.auditor.post(f"/requests/{reference}/submit")).status_code == 403
    assert (await callers.administrator.post(f"/requests/{reference}/submit")).status_code == 403
    too_early = await callers.administrator.post(f"/requests/{reference}/decide", {"outcome": "grant"})
    assert (too_early.status_code, too_early.json()["type"]) == (409, "state")
    for path in ("/ledger/entries", "/rulesets", "/events", "/events/verify"):
        assert (await callers.director.get(path)).status_code == 403
    assert (await callers.auditor.get("/students")).status_code == 403
    assert (await callers.nobody.get("/me")).status_code == 401


async def test_what_an_administrator_does_before_deciding(callers: Callers) -> None:
    reference = (await callers.director.a_request())["reference"]
    asked = await callers.administrator.post(
        f"/requests/{reference}/request-information", {"message": "Quelle ligne ?", "due_date": "2026-12-01"}
    )
    assert (asked.json()["status"], asked.json()["due_date"]) == ("information_requested", "2026-12-01")
    version = asked.json()["version"]
    changed = await callers.director.patch(
        f"/requests/{reference}", {"answer": "La 7.", "lines": [a_line(8_000)]}, version=version
    )
    assert changed.status_code == 200, changed.text
    answered = await callers.director.post(f"/requests/{reference}/submit")
    assert (answered.json()["status"], answered.json()["requested_cents"]) == ("in_review", 8_000)
    assert (await _envelope(callers))["reserved_cents"] == 8_000
    held = await callers.administrator.post(f"/requests/{reference}/hold", {"reason": "no_credit"})
    assert (held.json()["status"], held.json()["status_message"]) == ("on_hold", "no_credit")
    resumed = await callers.administrator.post(f"/requests/{reference}/resume")
    assert resumed.json()["status"] == "in_review"
    closed = await callers.administrator.post(f"/requests/{reference}/close", {"reason": "Doublon."})
    assert closed.json()["status"] == "closed"
    assert (await _envelope(callers))["reserved_cents"] == 0
    again = await callers.administrator.post(f"/requests/{reference}/resume")
    assert again.status_code == 409

    events = (await callers.auditor.get(f"/requests/{reference}/timeline")).json()["items"]
    assert [event["action"] for event in reversed(events)] == [
        "request.drafted",
        "request.submit",
        "request.take_into_review",
        "request.request_information",
        "request.changed",
        "request.answer",
        "request.hold",
        "request.resume",
        "request.close",
    ]
    assert await check_ledger() == []


async def test_a_refusal_and_a_withdrawal_give_the_money_back(callers: Callers) -> None:
    refused = (await callers.director.a_request())["reference"]
    body = {"outcome": "refuse", "reason_codes": ["not_eligible"]}
    answer = await callers.administrator.post(f"/requests/{refused}/decide", body)
    assert answer.json()["outcome"] == "refused"
    withdrawn = (await callers.director.a_request())["reference"]
    assert (await callers.director.post(f"/requests/{withdrawn}/withdraw")).json()["status"] == "withdrawn"
    budget = await _envelope(callers)
    assert (budget["reserved_cents"], budget["committed_cents"]) == (0, 0)
    assert await check_ledger() == []


async def test_deciding_has_limits_that_are_told_apart(callers: Callers) -> None:
    reference = (await callers.director.a_request(a_line(50_000)))["reference"]
    path = f"/requests/{reference}/decide"

    def grant(cents: int, **more: Any) -> dict[str, Any]:
        return {"outcome": "grant", "lines": [{"line": 1, "granted_cents": cents}], **more}

    nothing = await callers.administrator.post(path, grant(0))
    assert (nothing.status_code, nothing.json()["type"]) == (409, "nothing-to-grant")
    above = await callers.administrator.post(path, grant(45_000))
    assert (above.status_code, above.json()["errors"][0]["pointer"]) == (422, "/override_reason")
    asked = await callers.administrator.post(path, grant(50_001))
    assert (asked.status_code, asked.json()["errors"][0]["pointer"]) == (422, "/lines/0/granted_cents")
    less = await callers.administrator.post(path, grant(20_000))
    assert less.json()["decision"]["outcome"] == "granted_partial"
