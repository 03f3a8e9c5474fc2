"""Signing in, signing out and one's own account."""

from datetime import datetime
from typing import Any

from litestar import Request, get, post
from litestar.di import NamedDependency

from solidarity.people.commands import SignInRefused, set_language, sign_in, sign_out
from solidarity.people.forms import read_credentials, read_language
from solidarity.rules.access import Action, Person
from solidarity.rules.money import ceil_div
from solidarity.web.access import PUBLIC, SIGNED_IN, needs, own_path
from solidarity.web.forms import Form, form_with, read_form
from solidarity.web.respond import Page, SeeOther, page, see_other
from solidarity.web.session import forget_session, remember_session
from solidarity.web.visit import visit_of


@get("/connexion", opt=PUBLIC)
async def sign_in_page(request: Request[Any, Any, Any]) -> Page | SeeOther:
    target = own_path(request.query_params.get("suite"))
    if visit_of(request.scope).person is not None:
        return see_other(target)
    return page("people/sign_in.html", {"form": form_with(request, {"suite": target})})


@post("/connexion", opt=PUBLIC, status_code=200)
async def sign_in_submit(
    request: Request[Any, Any, Any], now: NamedDependency[datetime], real_now: NamedDependency[datetime]
) -> Page | SeeOther:
    form = await read_form(request)
    credentials = read_credentials(form)
    if credentials is None:
        return page("people/sign_in.html", {"form": form}, status=422)
    answer = await sign_in(
        credentials.email,
        credentials.password,
        address=request.client.host if request.client else "",
        now=now,
        real_now=real_now,
    )
    if isinstance(answer, SignInRefused):
        return _refused(form, answer)
    remember_session(request, answer.token)
    return see_other(own_path(form.value("suite")))


def _refused(form: Form, answer: SignInRefused) -> Page:
    """One sentence for an unknown, a wrong and a disabled account; another when it is time to wait."""
    if answer.retry_after:
        form.refuse("email", "sign-in-throttled", minutes=ceil_div(answer.retry_after, 60))
        return Page(
            "people/sign_in.html",
            {"form": form},
            status=429,
            headers={"retry-after": str(answer.retry_after)},
        )
    form.refuse("email", "sign-in-refused")
    return page("people/sign_in.html", {"form": form}, status=422)


@post("/deconnexion", opt=SIGNED_IN, status_code=303)
async def sign_out_submit(
    request: Request[Any, Any, Any],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
    real_now: NamedDependency[datetime],
) -> SeeOther:
    signed_in = visit_of(request.scope).signed_in
    if signed_in is not None and signed_in.session_id is not None:
        await sign_out(signed_in.session_id, by=person, now=now, real_now=real_now)
    forget_session(request)
    answer = see_other("/connexion", done="signed-out")
    answer.set_header("clear-site-data", '"cache", "storage"')
    return answer


@get("/compte", opt=needs(Action.VIEW_SELF))
async def account_page(request: Request[Any, Any, Any], person: NamedDependency[Person]) -> Page:
    return page("people/account.html", {"form": form_with(request, {"language": person.language})})


@post("/compte/langue", opt=needs(Action.EDIT_SELF), status_code=303)
async def language_submit(
    request: Request[Any, Any, Any], person: NamedDependency[Person]
) -> Page | SeeOther:
    form = await read_form(request)
    language = read_language(form)
    if language is None:
        return page("people/account.html", {"form": form}, status=422)
    await set_language(person, language)
    return see_other(own_path(form.value("suite", "/compte")), done="account-saved")


HANDLERS = (sign_in_page, sign_in_submit, sign_out_submit, account_page, language_submit)
