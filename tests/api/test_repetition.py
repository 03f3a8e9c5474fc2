"""The same thing sent twice, two people editing at once: one effect, one answer."""

import asyncio

from solidarity.store.tables import IdempotencyRow, RequestRow, StudentRow
from tests.api.callers import STUDENT, Callers, a_line

NEW = {**STUDENT, "family_name": "Delcourt"}


async def test_the_same_key_and_body_are_one_effect_and_one_answer(callers: Callers) -> None:
    headers = {"idempotency-key": "pupil-1"}
    first = await callers.director.post("/students", NEW, headers=headers)
    second = await callers.director.post("/students", dict(reversed(NEW.items())), headers=headers)
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.content == second.content
    assert await StudentRow.count() == 1


async def test_the_same_key_with_another_body_or_route_is_refused(callers: Callers) -> None:
    headers = {"idempotency-key": "pupil-2"}
    await callers.director.post("/students", NEW, headers=headers)
    other = await callers.director.post("/students", {**NEW, "boarder": True}, headers=headers)
    assert (other.status_code, other.json()["type"]) == (422, "idempotency-key-reused")
    reference = (await callers.director.a_draft())["reference"]
    elsewhere = await callers.director.post(f"/requests/{reference}/submit", headers=headers)
    assert (elsewhere.status_code, elsewhere.json()["type"]) == (422, "idempotency-key-reused")


async def test_a_key_belongs_to_the_person_who_used_it(callers: Callers) -> None:
    headers = {"idempotency-key": "pupil-3"}
    await callers.director.post("/students", NEW, headers=headers)
    other = await callers.neighbour.post("/students", {**NEW, "school": "lille"}, headers=headers)
    assert (other.status_code, other.json()["type"]) == (409, "duplicate-student")
    assert "student" not in other.json().get("figures", {})


async def test_a_refused_act_leaves_its_key_free(callers: Callers) -> None:
    reference = (await callers.director.a_draft())["reference"]
    headers = {"idempotency-key": "grant"}
    path = f"/requests/{reference}/decide"
    early = await callers.administrator.post(path, {"outcome": "grant"}, headers=headers)
    assert early.status_code == 409
    assert await IdempotencyRow.count() == 0
    await callers.director.post(f"/requests/{reference}/submit")
    later = await callers.administrator.post(path, {"outcome": "grant"}, headers=headers)
    assert later.json()["status"] == "decided"
    again = await callers.administrator.post(path, {"outcome": "grant"}, headers=headers)
    assert again.content == later.content


async def test_ten_at_once_with_one_key_are_one(callers: Callers) -> None:
    student = await callers.director.a_student()
    body = {"student": student, "urgency": "normal", "lines": [a_line()]}
    headers = {"idempotency-key": "at-once"}
    answers = await asyncio.gather(
        *(callers.director.post("/requests", body, headers=headers) for _ in range(10))
    )
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["reference"] for answer in answers}) == 1
    assert await RequestRow.count() == 1


async def test_two_administrators_decide_once(callers: Callers) -> None:
    reference = (await callers.director.a_request())["reference"]
    answers = await asyncio.gather(
        *(
            caller.post(f"/requests/{reference}/decide", {"outcome": "grant"})
            for caller in (callers.administrator, callers.second)
        )
    )
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_an_edit_needs_the_version_that_was_read(callers: Callers) -> None:
    reference = (await callers.director.a_draft())["reference"]
    path = f"/requests/{reference}"
    read = await callers.director.get(path)
    assert read.headers["etag"] == '"1"'
    missing = await callers.director.patch(path, {"narrative": "Autre."}, version=None)
    assert (missing.status_code, missing.json()["type"]) == (428, "version-required")
    done = await callers.director.patch(path, {"narrative": "Autre."}, version=1)
    assert (done.status_code, done.json()["version"], done.headers["etag"]) == (200, 2, '"2"')
    stale = await callers.director.patch(path, {"narrative": "Encore."}, version=1)
    assert (stale.status_code, stale.json()["type"]) == (412, "stale")
    assert (await callers.director.get(path)).json()["narrative"] == "Autre."


async def test_a_student_is_edited_field_by_field(callers: Callers) -> None:
    student = await callers.director.a_student(trade="usinage")
    path = f"/students/{student}"
    guardian = {"name": "Ph\u1ea1m Thị D’Arc", "address": "3 rue Haute\n59100 Roubaix"}
    done = await callers.director.patch(path, {"guardian": guardian, "trade": None}, version=1)
    assert done.status_code == 200, done.text
    assert (done.json()["guardian"], done.json()["trade"], done.json()["version"]) == (guardian, None, 2)
    assert (await callers.administrator.patch(path, {"boarder": True}, version=2)).json()["boarder"] is True
    assert (await callers.director.patch(path, {}, version=2)).status_code == 412


async def test_lines_are_sent_back_as_they_were_read(callers: Callers) -> None:
    lines = [a_line(facts={}), a_line(9_000, category="food", kind="canteen", supplier="Cantine")]
    draft = await callers.director.a_draft(*lines)
    same = await callers.director.patch(
        f"/requests/{draft['reference']}", {"lines": draft["lines"]}, version=draft["version"]
    )
    assert same.status_code == 200, same.text
    assert same.json()["lines"] == draft["lines"]
