"""Requests in lists: searched without accents, narrowed, counted, and paged by key."""

from solidarity.requests.lists import Filter, count_by_status, requests
from tests.build import a_line, a_request, a_ruleset, a_student, an_envelope
from tests.databases import Database
from tests.people import the_cast


async def test_lists_search_and_page(database: Database) -> None:
    cast = await the_cast()
    await a_ruleset(activated_by=cast.second)
    await an_envelope(500_000)
    student = await a_student(cast.director, given_name="Chloé", family_name="Œuvray")
    mine = [await a_request(by=cast.director, student=student), await a_request(by=cast.director)]
    other = await a_request(a_line(category="food"), by=cast.neighbour)
    everything = await requests(cast.administrator, Filter())
    assert {found.reference for found in everything} == {*mine, other}
    assert [found.reference for found in await requests(cast.administrator, Filter(q="chloe oeuvray"))] == [
        mine[0]
    ]
    assert [found.reference for found in await requests(cast.auditor, Filter(category="food"))] == [other]
    assert [found.reference for found in await requests(cast.auditor, Filter(school="lille"))] == [other]
    assert await requests(cast.auditor, Filter(school="nowhere")) == []
    assert await count_by_status(cast.director, Filter()) == {"submitted": 2}
    first = await requests(cast.auditor, Filter(sort="created_at"), limit=2)
    rest = await requests(
        cast.auditor, Filter(sort="created_at"), limit=2, after=(first[-1].created_at, first[-1].id)
    )
    assert sorted(found.id for found in [*first, *rest]) == sorted(found.id for found in everything)
