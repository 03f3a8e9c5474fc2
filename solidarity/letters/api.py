"""Letters for programs: finding them, fetching the sealed file."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from litestar import Request, Response, get
from litestar.di import NamedDependency
from litestar.params import FromPath
from msgspec import Struct

from solidarity.letters.queries import LetterView, letter, letter_pdf, letters
from solidarity.rules.access import Action, Person
from solidarity.web.access import needs
from solidarity.web.answers import json_answer
from solidarity.web.describing import SCHOOL_YEAR_PATTERN, Described, Query, describes, describes_both
from solidarity.web.house import house_of
from solidarity.web.listing import instant_place, read_listing
from solidarity.web.problems import Refusal, problem_json

ENDING: Final = ".pdf"
RENDERED_WITHIN_SECONDS: Final = 5

Incoming = Request[Any, Any, Any]


class LetterJson(Struct, frozen=True, kw_only=True):
    """One letter; `sha256` and `size` are null until it is rendered, `request` is the reference."""

    number: str
    kind: str
    language: str
    request: str
    decision: int | None
    school: str
    school_year: str
    issued_at: datetime
    sha256: str | None
    size: int | None
    superseded_by: str | None
    verification_code: str


async def in_scope(person: Person, path: Mapping[str, Any]) -> None:
    """Raise `Unknown` for a letter that the person may not know of."""
    await letter(str(path["number"]).removesuffix(ENDING), person)


@get(
    "/api/v1/letters",
    opt={
        **needs(Action.VIEW_LETTERS),
        **describes(
            "Letters, newest first",
            answer=LetterJson,
            is_list=True,
            query=(
                Query(name="school", about="The slug of a school."),
                Query(name="school_year", about="Such as 2026-2027.", pattern=SCHOOL_YEAR_PATTERN),
                Query(name="kind", about="The kind of letter."),
                Query(name="request", about="The reference of a request."),
                Query(name="q", about="The start of a letter's number."),
            ),
        ),
    },
)
async def list_letters(request: Incoming, person: NamedDependency[Person]) -> Response[bytes]:
    listing = read_listing(request, "letters")
    found = await letters(
        person,
        school=listing.text("school") or None,
        school_year=listing.school_year(),
        kind=listing.text("kind") or None,
        q=listing.text("q"),
        request=listing.text("request") or None,
        limit=listing.limit + 1,
        before=listing.after_instant(),
    )
    return json_answer(
        listing.page(found, place=lambda one: instant_place(one.issued_at, one.id), item=_letter_json)
    )


@get(
    "/api/v1/letters/{number:str}",
    opt={
        **needs(Action.VIEW_LETTERS, within=in_scope),
        **describes_both(
            Described(summary="One letter", answer=LetterJson),
            Described(
                summary="The sealed file; a 503 with Retry-After until it is rendered",
                path="/api/v1/letters/{number}.pdf",
                answer_types=("application/pdf",),
                refusals=(409,),
            ),
        ),
    },
)
async def one_letter(
    request: Incoming, number: FromPath[str], person: NamedDependency[Person]
) -> Response[bytes]:
    if number.endswith(ENDING):
        return await _file(request, number.removesuffix(ENDING), person)
    return json_answer(_letter_json(await letter(number, person)))


async def _file(request: Incoming, number: str, person: Person) -> Response[bytes]:
    content = await letter_pdf(number, person, house_of(request).archive)
    if content is None:
        headers = {"retry-after": str(RENDERED_WITHIN_SECONDS)}
        return problem_json(request, Refusal(status=503, code="letter-not-rendered", headers=headers))
    return Response(
        content,
        media_type="application/pdf",
        headers={"content-disposition": f'attachment; filename="{number}{ENDING}"'},
    )


def _letter_json(view: LetterView) -> LetterJson:
    return LetterJson(
        number=view.number,
        kind=view.kind,
        language=view.language,
        request=view.request,
        decision=view.decision,
        school=view.school,
        school_year=view.school_year,
        issued_at=view.issued_at,
        sha256=view.sha256,
        size=view.size,
        superseded_by=view.superseded_by,
        verification_code=view.verification_code,
    )


HANDLERS: list[Any] = [list_letters, one_letter]
