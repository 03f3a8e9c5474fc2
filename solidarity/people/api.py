"""What a program asks first: who it is, and what it may call."""

from typing import Annotated, Any

from litestar import Response, get
from litestar.di import NamedDependency
from msgspec import Meta, Struct

from solidarity.rules.access import Action, Person, Role
from solidarity.web.access import needs
from solidarity.web.answers import json_answer
from solidarity.web.describing import describes
from solidarity.web.openapi import openapi_json


class MeJson(Struct, frozen=True, kw_only=True):
    """The account behind the token; `school` is the slug of a director's school."""

    email: str
    name: str
    role: Role
    school: Annotated[str, Meta(max_length=80)] | None


@get("/api/v1/me", opt={**needs(Action.VIEW_SELF), **describes("Who I am", answer=MeJson)})
async def me(person: NamedDependency[Person]) -> Response[bytes]:
    return json_answer(
        MeJson(email=person.email, name=person.name, role=person.role, school=person.school_slug)
    )


HANDLERS: list[Any] = [me, openapi_json]
