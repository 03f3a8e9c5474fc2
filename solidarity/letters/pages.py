"""Letters on screen: the list, one letter, its file, the outbox, and the public page that verifies."""

import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from litestar import Request, Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.letters.forms import ToVerify, read_filter, read_to_verify
from solidarity.letters.queries import LetterView, letter, letter_pdf, letters, outbox
from solidarity.letters.seal_files import CERTIFICATE_FILE
from solidarity.letters.verification import Answer, Examiner, check_code, check_file
from solidarity.letters.wording import KIND_TONES, LETTER_KINDS, VERDICTS
from solidarity.rules.access import Action, Person
from solidarity.rules.calendar import paris_day, previous_school_year, school_year_of
from solidarity.schools.queries import schools
from solidarity.web.access import PUBLIC, needs
from solidarity.web.csrf import CHANGES_NOTHING
from solidarity.web.forms import Form, form_with, query_form, read_form
from solidarity.web.house import house_of
from solidarity.web.problems import Refusal, problem_json
from solidarity.web.respond import Page, page

ROWS: Final = 50
ENDING: Final = ".pdf"
RENDERED_WITHIN_SECONDS: Final = "5"

Incoming = Request[Any, Any, Any]


@get("/lettres", opt=needs(Action.VIEW_LETTERS))
async def letters_page(
    request: Incoming, person: NamedDependency[Person], now: NamedDependency[datetime]
) -> Page:
    form = query_form(request)
    wanted = read_filter(form)
    found = await letters(
        person,
        school=wanted.school,
        school_year=wanted.school_year,
        kind=wanted.kind,
        q=wanted.q,
        limit=ROWS + 1,
        before=_place(request.query_params.get("avant")),
    )
    years = [school_year_of(paris_day(now))]
    years += [previous_school_year(years[0])]
    return page(
        "letters/list.html",
        {
            "form": form,
            "rows": found[:ROWS],
            "next_place": _place_of(found[ROWS - 1]) if len(found) > ROWS else None,
            "is_first": "avant" not in request.query_params,
            "schools": await schools(person),
            "years": years,
            "kinds": LETTER_KINDS,
            "tones": KIND_TONES,
        },
    )


async def letter_in_scope(person: Person, path: Mapping[str, Any]) -> None:
    """Raise `Unknown` for a letter that the person may not know of."""
    await letter(str(path["number"]).removesuffix(ENDING), person)


@get("/lettres/{number:str}", opt=needs(Action.VIEW_LETTERS, within=letter_in_scope))
async def letter_page(
    request: Incoming, number: FromPath[str], person: NamedDependency[Person]
) -> Response[bytes]:
    if number.endswith(ENDING):
        return await _file(request, number.removesuffix(ENDING), person)
    view = await letter(number, person)
    return page("letters/letter.html", {"view": view, "kinds": LETTER_KINDS, "tones": KIND_TONES})


async def _file(request: Incoming, number: str, person: Person) -> Response[bytes]:
    view = await letter(number, person)
    content = await letter_pdf(number, person, house_of(request).archive)
    if content is None:
        headers = {"retry-after": RENDERED_WITHIN_SECONDS}
        return Page("letters/pending.html", {"view": view}, status=503, headers=headers)
    headers = {"content-disposition": f'attachment; filename="{view.number}.pdf"'}
    return Response(content, media_type="application/pdf", headers=headers)


@get("/courriels", opt=needs(Action.MANAGE_PEOPLE))
async def outbox_page(request: Incoming) -> Page:
    mails = await outbox(limit=2 * ROWS)
    return page(
        "letters/outbox.html", {"mails": mails, "is_sending": bool(house_of(request).settings.smtp_url)}
    )


@get("/verify", opt=PUBLIC)
async def verify_page(request: Incoming, real_now: NamedDependency[datetime]) -> Page:
    """The square code of a letter opens this page with number and code: the answer comes at once."""
    number = request.query_params.get("number", "")[:100]
    code = request.query_params.get("code", "")[:100]
    form = form_with(request, {"number": number, "code": code})
    answer = None
    if number and code:
        _examiner(request).admit(_address(request), at=real_now)
        answer = await check_code(number, code)
    return _verify_page(form, answer)


@post("/verify", opt={**PUBLIC, **CHANGES_NOTHING}, status_code=200)
async def verify_submit(request: Incoming, real_now: NamedDependency[datetime]) -> Response[bytes]:
    _examiner(request).admit(_address(request), at=real_now)
    form = await read_form(request)
    wanted = read_to_verify(form)
    if wanted is None:
        if _wants_json(request):
            return problem_json(request, Refusal(status=422, code="verify-nothing"))
        return _verify_page(form, None, status=422)
    answer = await _checked(request, wanted)
    return _as_json(answer) if _wants_json(request) else _verify_page(form, answer)


async def _checked(request: Incoming, wanted: ToVerify) -> Answer:
    if wanted.file is None:
        return await check_code(wanted.number, wanted.code)
    certificate = _certificate(house_of(request).settings.seal_directory)
    return await check_file(await wanted.file.read(), certificate, _examiner(request))


def _verify_page(form: Form, answer: Answer | None, *, status: int = 200) -> Page:
    verdict = VERDICTS[answer.status.value] if answer else None
    context = {"form": form, "answer": answer, "verdict": verdict, "kinds": LETTER_KINDS}
    return page("letters/verify.html", context, status=status)


def _as_json(answer: Answer) -> Response[bytes]:
    told = {
        "status": answer.status.value,
        "number": answer.number,
        "kind": answer.kind,
        "issued_at": answer.issued_at.isoformat().replace("+00:00", "Z") if answer.issued_at else None,
        "superseded_by": answer.superseded_by,
    }
    return Response(json.dumps(told).encode(), media_type="application/json", headers={"vary": "Accept"})


def _wants_json(request: Incoming) -> bool:
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept


def _examiner(request: Incoming) -> Examiner:
    state = request.app.state
    if "examiner" not in state:
        state["examiner"] = Examiner()
    found = state["examiner"]
    assert isinstance(found, Examiner)
    return found


def _certificate(directory: Path) -> bytes:
    place = directory / CERTIFICATE_FILE
    return place.read_bytes() if place.exists() else b""


def _address(request: Incoming) -> str:
    return request.client.host if request.client else ""


def _place_of(view: LetterView) -> str:
    return f"{view.issued_at.isoformat()}~{view.id}"


def _place(typed: str | None) -> tuple[datetime, UUID] | None:
    """Where a page of the list begins; an unreadable place is the beginning."""
    at, _, last = (typed or "").partition("~")
    try:
        found = datetime.fromisoformat(at), UUID(last)
    except ValueError:
        return None
    return found if found[0].tzinfo is not None else None


HANDLERS: list[Any] = [letters_page, letter_page, outbox_page, verify_page, verify_submit]
