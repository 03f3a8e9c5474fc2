"""Lists: newest first, page after page without a gap, and cursors that fit one list only."""

import pytest

from tests.api.callers import Callers


async def test_a_walk_meets_every_request_once(callers: Callers) -> None:
    student = await callers.director.a_student()
    made = [(await callers.director.a_draft(student=student))["reference"] for _ in range(7)]
    for path in ("/requests", "/requests?sort=created_at"):
        seen: list[str] = []
        cursor = None
        while True:
            parameters = {"limit": 3} | ({"cursor": cursor} if cursor else {})
            answer = await callers.director.get(path, params={**parameters, **_sort(path)})
            assert answer.status_code == 200, answer.text
            seen += [one["reference"] for one in answer.json()["items"]]
            cursor = answer.json()["next_cursor"]
            if cursor is None:
                break
        assert sorted(seen) == sorted(made)
        assert len(seen) == len(set(seen))


def _sort(path: str) -> dict[str, str]:
    return {"sort": "created_at"} if "sort" in path else {}


@pytest.mark.parametrize("path", ["/students", "/schools", "/events", "/ledger/entries", "/requests"])
async def test_every_list_goes_on_where_it_stopped(callers: Callers, path: str) -> None:
    for _ in range(3):
        await callers.director.a_request()
    whole = (await callers.administrator.get(path, params={"limit": 200})).json()
    assert whole["next_cursor"] is None
    assert len(whole["items"]) >= 3
    first = (await callers.administrator.get(path, params={"limit": 2})).json()
    rest = (
        await callers.administrator.get(path, params={"limit": 200, "cursor": first["next_cursor"]})
    ).json()
    assert first["items"] + rest["items"] == whole["items"]


async def test_filters_narrow_the_list(callers: Callers) -> None:
    sent = await callers.director.a_request()
    await callers.director.a_draft()

    async def found(**wanted: str) -> int:
        return len((await callers.director.get("/requests", params=wanted)).json()["items"])

    assert (await found(), await found(status="submitted"), await found(status="submitted,draft")) == (
        2,
        1,
        2,
    )
    assert (await found(category="transport"), await found(category="food")) == (2, 0)
    assert (await found(school_year="2026-2027"), await found(school_year="2025-2026")) == (2, 0)
    assert (await found(school="roubaix"), await found(school="nowhere")) == (2, 0)
    assert (await found(q=sent["reference"]), await found(q="maelle"), await found(q="%")) == (1, 2, 0)
    assert [one["status"] for one in (await callers.auditor.get("/requests")).json()["items"]] == [
        "submitted"
    ]


UNREADABLE = [
    "limit=0",
    "limit=201",
    "limit=-1",
    "limit=1e1",
    "limit=ten",
    "limit=",
    "limit=%D9%A1%D9%A2",
    "cursor=",
    "cursor=AAAA",
    "cursor=!!",
    "cursor=WyJzdHVkZW50cyIsMV0",
    "cursor=bnVsbA",
    "status=lost",
    "status=draft,lost",
    "category=drinks",
    "school_year=2026",
    "school_year=2026-2028",
    "sort=amount",
    "limit=1&limit=2",
    "q=%00",
    "q=%ff",
]


async def test_a_query_that_cannot_be_read_is_a_400(callers_on_sqlite: Callers) -> None:
    answers = {query: await callers_on_sqlite.director.get(f"/requests?{query}") for query in UNREADABLE}
    assert {query: answer.status_code for query, answer in answers.items() if answer.status_code != 400} == {}
    assert {answer.headers["content-type"] for answer in answers.values()} == {"application/problem+json"}


async def test_a_cursor_does_not_fit_another_list(callers_on_sqlite: Callers) -> None:
    for _ in range(2):
        await callers_on_sqlite.director.a_draft()
    cursor = (await callers_on_sqlite.director.get("/students?limit=1")).json()["next_cursor"]
    assert (await callers_on_sqlite.director.get(f"/students?cursor={cursor}")).status_code == 200
    assert (await callers_on_sqlite.director.get(f"/requests?cursor={cursor}")).status_code == 400


async def test_schools_who_sees_which(callers_on_sqlite: Callers) -> None:
    own = (await callers_on_sqlite.director.get("/schools")).json()["items"]
    assert [one["slug"] for one in own] == ["roubaix"]
    assert set(own[0]) >= {"slug", "name", "town", "region_code", "trades", "status"}
    every = (await callers_on_sqlite.auditor.get("/schools")).json()["items"]
    assert [one["slug"] for one in every] == ["evreux", "lille", "roubaix"]
    assert (await callers_on_sqlite.auditor.get("/schools?status=out_of_partnership")).json()["items"] == []
    me = (await callers_on_sqlite.director.get("/me")).json()
    assert me == {
        "email": "nadia.lemaire@example.org",
        "name": "Nadia Lemaire",
        "role": "director",
        "school": "roubaix",
    }


async def test_head_answers_like_get_without_a_body(callers_on_sqlite: Callers) -> None:
    answer = await callers_on_sqlite.director.send("HEAD", "/me")
    assert (answer.status_code, answer.content) == (200, b"")
    assert (await callers_on_sqlite.director.send("HEAD", "/requests/2026-999999")).status_code == 404
