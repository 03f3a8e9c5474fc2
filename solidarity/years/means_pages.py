"""The director's list of means to confirm: one click says that nothing changed."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.rules.access import Action, Person
from solidarity.rules.calendar import paris_day, school_year_of
from solidarity.web.access import needs
from solidarity.web.forms import read_form
from solidarity.web.respond import Page, SeeOther, page, see_other
from solidarity.years.means import confirm_means, means_to_confirm

LIST: Final = "/eleves/ressources"
MOST_SHOWN: Final = 100


@get(LIST, opt=needs(Action.VIEW_STUDENTS))
async def means_page(person: NamedDependency[Person], now: NamedDependency[datetime]) -> Page:
    found = await means_to_confirm(person, now=now, limit=MOST_SHOWN + 1)
    context = {
        "students": found[:MOST_SHOWN],
        "is_cut": len(found) > MOST_SHOWN,
        "year": school_year_of(paris_day(now)),
    }
    return page("years/means.html", context)


@post("/eleves/{student_id:uuid}/ressources", opt=needs(Action.EDIT_STUDENT), status_code=303)
async def confirm_submit(
    request: Request[Any, Any, Any],
    student_id: FromPath[UUID],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> SeeOther:
    version = (await read_form(request)).whole("version", most=999_999_999)
    await confirm_means(student_id, version=version or 0, by=person, now=now)
    return see_other(LIST, done="means-confirmed")


HANDLERS: list[Any] = [means_page, confirm_submit]
