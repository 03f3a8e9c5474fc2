"""Rulesets by program: a text becomes a draft, and somebody else puts it in force."""

from tests.api.callers import Callers
from tests.build import BAND, RULES

TOML = {"content-type": "application/toml"}
NEXT = (RULES + BAND).replace("essai-2026", "essai-2026-bis")


async def test_a_draft_is_put_in_force_by_somebody_else(callers: Callers) -> None:
    loaded = await callers.administrator.send("POST", "/rulesets", content=NEXT.encode(), headers=TOML)
    assert loaded.status_code == 201, loaded.text
    found = loaded.json()
    assert (found["slug"], found["status"], found["source"]) == ("essai-2026-bis", "draft", NEXT)
    again = await callers.second.send("POST", "/rulesets", content=NEXT.encode(), headers={})
    assert again.json()["id"] == found["id"]
    path = f"/rulesets/{found['id']}/activate"
    assert (await callers.administrator.post(path)).status_code == 403
    assert (await callers.auditor.post(path)).status_code == 403
    assert (await callers.second.post(path)).json()["status"] == "in_force"
    assert (await callers.second.post(path)).status_code == 409
    status = {one["slug"]: one["status"] for one in (await callers.auditor.get("/rulesets")).json()["items"]}
    assert status == {"essai-2026": "retired", "essai-2026-bis": "in_force"}
    assert (await callers.auditor.get(f"/rulesets/{found['id']}")).json()["source"] == NEXT


async def test_a_text_with_faults_is_refused_with_all_of_them(callers_on_sqlite: Callers) -> None:
    administrator = callers_on_sqlite.administrator
    broken = NEXT.replace('kind = "cap"', 'kind = "hat"').replace('severity = "refer"', 'severity = "maybe"')
    cases = {
        b"": 422,
        b"[ruleset": 422,
        broken.encode(): 422,
        b"\xff\xfe": 400,
        b"[" * 100_000: 422,
    }
    for content, status in cases.items():
        answer = await administrator.send("POST", "/rulesets", content=content, headers=TOML)
        assert answer.status_code == status, answer.text
    answer = await administrator.send("POST", "/rulesets", content=broken.encode(), headers=TOML)
    assert len(answer.json()["errors"]) >= 3
    assert all(error["detail"] for error in answer.json()["errors"])
    as_json = await administrator.post("/rulesets", {"source": NEXT})
    assert as_json.status_code == 201
    image = {"content-type": "image/png"}
    assert (await administrator.send("POST", "/rulesets", content=b"x", headers=image)).status_code == 415
    assert (
        await callers_on_sqlite.auditor.send("POST", "/rulesets", content=b"x", headers=TOML)
    ).status_code == 403
