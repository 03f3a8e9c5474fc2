"""From a draft to the fund: documents, check of everything, sending, answering a question, withdrawing."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from litestar import Request, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.requests.commands import add_document, edit_request, remove_document, submit, withdraw
from solidarity.requests.forms import read_answer
from solidarity.requests.queries import request_view
from solidarity.requests.showing import CHECK_TEMPLATE, kinds_for, shown, shown_on
from solidarity.requests.uploads import accept_upload
from solidarity.requests.wording import WORDS
from solidarity.rules.access import Action, Person
from solidarity.rules.errors import Conflict, Invalid, Stale
from solidarity.rules.lifecycle import RequestAction, RequestState
from solidarity.web.access import needs
from solidarity.web.forms import Form, read_form
from solidarity.web.house import house_of
from solidarity.web.respond import Page, SeeOther, page, see_other

UNSENT: Final = frozenset({RequestState.DRAFT})


@get("/demandes/{reference:str}/verifier", opt=needs(Action.SUBMIT_REQUEST))
async def check_page(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    context = await shown(request, reference, person, now)
    if not context["may"].send:
        return see_other(f"/demandes/{reference}")
    return page(CHECK_TEMPLATE, context)


@post("/demandes/{reference:str}/envoyer", opt=needs(Action.SUBMIT_REQUEST), status_code=303)
async def send(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    """Join the documents chosen on the page, then send; nothing is sent while one of them is refused."""
    form = await read_form(request)
    if await _attached(request, form, reference, person=person, now=now) is None:
        return await shown_on(request, reference, person, now, form=form, status=422)
    try:
        await submit(reference, by=person, now=now)
    except Conflict as refusal:
        view = await request_view(reference, person)
        # A second click, or the arrow back: it was sent already, so say that it was.
        if refusal.code != "state" or view.submitted_at is None:
            raise
    return see_other(f"/demandes/{reference}/envoyee")


@get("/demandes/{reference:str}/envoyee", opt=needs(Action.SUBMIT_REQUEST))
async def sent_page(reference: FromPath[str], person: NamedDependency[Person]) -> Page | SeeOther:
    view = await request_view(reference, person)
    if view.status in UNSENT:
        return see_other(f"/demandes/{reference}/verifier")
    return page("requests/sent.html", {"request": view, "words": WORDS})


@get("/demandes/{reference:str}/retirer", opt=needs(Action.WITHDRAW_REQUEST))
async def withdraw_page(reference: FromPath[str], person: NamedDependency[Person]) -> Page | SeeOther:
    view = await request_view(reference, person)
    if RequestAction.WITHDRAW not in view.open_actions:
        return see_other(f"/demandes/{reference}")
    return page("requests/withdraw.html", {"request": view, "words": WORDS})


@post("/demandes/{reference:str}/retirer", opt=needs(Action.WITHDRAW_REQUEST), status_code=303)
async def withdraw_submit(
    reference: FromPath[str], person: NamedDependency[Person], now: NamedDependency[datetime]
) -> SeeOther:
    await withdraw(reference, by=person, now=now)
    return see_other(f"/demandes/{reference}", done="request-withdrawn")


@post("/demandes/{reference:str}/repondre", opt=needs(Action.SUBMIT_REQUEST), status_code=303)
async def answer_submit(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    typed = read_answer(form)
    if typed is None:
        return await shown_on(request, reference, person, now, form=form, status=422)
    answer, version = typed
    try:
        await edit_request(reference, version=version, answer=answer, by=person, now=now)
        await submit(reference, by=person, now=now)
    except Stale as refusal:
        form.refuse("answer", refusal.code)
        return await shown_on(request, reference, person, now, form=form, status=409)
    return see_other(f"/demandes/{reference}", done="request-answered")


@post("/demandes/{reference:str}/documents", opt=needs(Action.ADD_DOCUMENT), status_code=303)
async def document_submit(
    request: Request[Any, Any, Any],
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Page | SeeOther:
    form = await read_form(request)
    count = await _attached(request, form, reference, person=person, now=now)
    if count == 0:
        groups = form.group("papers")
        (groups[0] if groups else form).refuse("file", "file-required")
    if not count:
        return await shown_on(request, reference, person, now, form=form, status=422)
    view = await request_view(reference, person)
    return see_other(_back(view.status, reference), done="document-added")


async def _attached(
    request: Request[Any, Any, Any], form: Form, reference: str, *, person: Person, now: datetime
) -> int | None:
    """How many documents were joined; None when a problem was noted beside its field."""
    chosen = [
        (paper, upload) for paper in form.group("papers") if (upload := paper.file("file", required=False))
    ]
    if not chosen:
        return None if form.errors else 0
    kinds = await kinds_for(await request_view(reference, person), now)
    for paper, upload in chosen:
        kind = paper.one_of("kind", kinds)
        if kind is not None:
            await _attach(request, paper, upload, reference, kind, person=person, now=now)
    return None if form.errors else len(chosen)


async def _attach(
    request: Request[Any, Any, Any],
    paper: Form,
    upload: UploadFile,
    reference: str,
    kind: str,
    *,
    person: Person,
    now: datetime,
) -> None:
    """Pass the gate, keep the bytes, attach them; a refusal is noted beside the field."""
    try:
        accepted = await accept_upload(
            house_of(request).archive,
            kind=kind,
            file_name=upload.filename,
            declared_type=upload.content_type,
            content=await upload.read(),
            allowed_kinds=(kind,),
        )
        await add_document(reference, accepted, by=person, now=now)
    except Invalid as refusal:
        paper.refuse_all(refusal.problems)
    except Conflict as refusal:
        paper.refuse("file", refusal.code, **refusal.figures)


@post(
    "/demandes/{reference:str}/documents/{document_id:uuid}/supprimer",
    opt=needs(Action.ADD_DOCUMENT),
    status_code=303,
)
async def document_remove(
    reference: FromPath[str],
    document_id: FromPath[UUID],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> SeeOther:
    await remove_document(reference, document_id, by=person, now=now)
    view = await request_view(reference, person)
    return see_other(_back(view.status, reference), done="document-removed")


def _back(status: RequestState, reference: str) -> str:
    return f"/demandes/{reference}/verifier" if status in UNSENT else f"/demandes/{reference}"


HANDLERS: list[Any] = [
    check_page,
    send,
    sent_page,
    withdraw_page,
    withdraw_submit,
    answer_submit,
    document_submit,
    document_remove,
]
