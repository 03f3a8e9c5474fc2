"""Supporting documents for programs: sending one, fetching its bytes."""

import asyncio
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from litestar import Response, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath

from solidarity.requests.api_steps import ONE, Incoming, in_scope
from solidarity.requests.commands import add_document
from solidarity.requests.queries import document, request_view
from solidarity.requests.shapes import DocumentJson, document_json
from solidarity.requests.uploads import ACCEPTED_TYPES, accept_upload, kinds_accepted, read_upload
from solidarity.rules.access import Action, Person
from solidarity.rules.errors import Unknown
from solidarity.trail.acting import carry_out
from solidarity.web.access import needs
from solidarity.web.describing import describes
from solidarity.web.headers import ATTACHMENT_POLICY
from solidarity.web.house import house_of

UPLOAD: Final[dict[str, Any]] = {
    "type": "object",
    "required": ["file", "kind"],
    "additionalProperties": False,
    "properties": {
        "file": {"type": "string", "format": "binary"},
        "kind": {"type": "string", "minLength": 1, "maxLength": 40},
    },
}


@post(
    f"{ONE}/documents",
    status_code=201,
    opt={
        **needs(Action.ADD_DOCUMENT, within=in_scope),
        **describes(
            "Attach a supporting document: PDF, JPEG or PNG, 8 MB at most",
            body=UPLOAD,
            body_types=("multipart/form-data",),
            answer=DocumentJson,
            status=201,
            is_repeatable=True,
        ),
    },
)
async def attach(
    request: Incoming,
    reference: FromPath[str],
    person: NamedDependency[Person],
    now: NamedDependency[datetime],
) -> Response[bytes]:
    view = await request_view(reference, person)
    upload = await read_upload(request)
    new = await accept_upload(
        house_of(request).archive,
        kind=upload.kind,
        file_name=upload.file_name,
        declared_type=upload.declared_type,
        content=upload.content,
        allowed_kinds=await kinds_accepted(view.school_year, now),
    )

    async def act() -> DocumentJson:
        added = await add_document(reference, new, by=person, now=now)
        return document_json(await document(reference, added, person))

    body = {"kind": upload.kind, "file_name": upload.file_name, "sha256": upload.sha256}
    return await carry_out(request, act, now=now, status=201, body=body)


@get(
    f"{ONE}/documents/{{document_id:str}}",
    opt={
        **needs(Action.VIEW_DOCUMENT, within=in_scope),
        **describes("The bytes of a document", answer_types=ACCEPTED_TYPES),
    },
)
async def download(
    request: Incoming, reference: FromPath[str], document_id: FromPath[str], person: NamedDependency[Person]
) -> Response[bytes]:
    view = await document(reference, _document_id(document_id), person)
    content = await asyncio.to_thread(house_of(request).archive.get, view.sha256)
    return Response(
        content,
        media_type=view.media_type,
        headers={
            "content-disposition": f"attachment; filename*=utf-8''{quote(view.file_name, safe='')}",
            "content-security-policy": ATTACHMENT_POLICY,
            "etag": f'"{view.sha256}"',
        },
    )


def _document_id(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError:
        raise Unknown from None


HANDLERS: list[Any] = [attach, download]
