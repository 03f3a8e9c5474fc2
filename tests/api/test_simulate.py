"""A simulation by program: who may, what is answered, and that nothing but the kept answer is written."""

from solidarity.decisions.commands import decide
from tests.api.callers import Callers
from tests.build import BAND, GRANT, NOW, RULES, SCHOOL_YEAR, a_line, a_request
from tests.commands.books import actions

TOML = {"content-type": "application/toml"}
NEXT = RULES.replace("essai-2026", "essai-2026-bis").replace('"400.00"', '"250.00"')
BODY = {"school_year": SCHOOL_YEAR}


async def _loaded(callers: Callers, source: str = NEXT) -> str:
    answer = await callers.administrator.send("POST", "/rulesets", content=source.encode(), headers=TOML)
    assert answer.status_code == 201, answer.text
    return f"/rulesets/{answer.json()['id']}/simulate"


async def test_a_draft_is_tried_on_what_was_decided(callers: Callers) -> None:
    path = await _loaded(callers)
    none_yet = await callers.administrator.post(path, BODY)
    assert (none_yet.status_code, none_yet.json()["type"].rpartition("/")[2]) == (409, "nothing-decided")
    reference = await a_request(a_line(30_000), by=callers.cast.director)
    await decide(reference, GRANT, by=callers.cast.administrator, now=NOW)
    before = await actions()
    key = {"idempotency-key": "one"}
    answer = await callers.administrator.post(path, BODY, headers=key)
    assert answer.status_code == 200, answer.text
    found = answer.json()
    assert (found["school_year"], found["ruleset"]["id"]) == (SCHOOL_YEAR, "essai-2026-bis")
    assert (found["total"]["granted_cents"], found["total"]["new_granted_cents"]) == (30_000, 25_000)
    assert found["pupils"] == {
        "count": 1,
        "gain": 0,
        "lose": 1,
        "become_eligible": 0,
        "stop_being_eligible": 0,
    }
    assert found["changes"][0]["references"] == [reference]
    assert found["envelopes"][0]["new"]["exhausted_on"] is None
    assert [one["key"] for one in found["by_month"]] == ["2026-11"]
    assert (await callers.administrator.post(path, BODY, headers=key)).text == answer.text
    other = await callers.administrator.post(path, {"school_year": "2025-2026"}, headers=key)
    assert other.status_code in {409, 422}
    assert (await callers.reader.post(path, BODY)).json() == found
    assert await actions() == before


async def test_who_may_simulate_and_what_is_refused(callers_on_sqlite: Callers) -> None:
    callers = callers_on_sqlite
    path = await _loaded(callers, NEXT + BAND)
    for caller, status in (
        (callers.auditor, 403),
        (callers.director, 403),
        (callers.nobody, 401),
    ):
        assert (await caller.post(path, BODY)).status_code == status
    unknown = "/rulesets/00000000-0000-0000-0000-000000000007/simulate"
    assert (await callers.auditor.post(unknown, BODY)).status_code == 404
    assert (await callers.administrator.post(unknown, BODY)).status_code == 404
    bodies: tuple[object, ...] = (
        None,
        {},
        {"school_year": "2026"},
        {"school_year": "2026-2029"},
        {**BODY, "more": 1},
        {"school_year": 2026},
    )
    for body in bodies:
        answer = await callers.administrator.post(path, body)
        assert answer.status_code == 422, (body, answer.text)
        assert answer.json()["errors"]
