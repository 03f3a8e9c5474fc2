"""What a person typed into a form, read once: text by field name, and the files beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import parse_qsl

from litestar import Request
from litestar.datastructures import UploadFile
from litestar.exceptions import ClientException

MOST_FIELDS = 2000
Item = TypeVar("Item")


@dataclass(frozen=True, kw_only=True, slots=True)
class Typed:
    """The raw values of a form, in the order they came; nothing is cleaned yet."""

    values: Mapping[str, tuple[str, ...]]
    files: Mapping[str, tuple[UploadFile, ...]]

    def first(self, name: str) -> str:
        return self.values.get(name, ("",))[0]


NOTHING_TYPED = Typed(values={}, files={})


async def read_typed(request: Request[Any, Any, Any]) -> Typed:
    """The form of this request, URL-encoded or multipart; read only once however often it is asked for."""
    state = request.scope["state"]
    if "typed" not in state:
        kind = request.content_type[0]
        if kind == "multipart/form-data":
            state["typed"] = await _from_multipart(request)
        elif kind == "application/x-www-form-urlencoded":
            state["typed"] = typed_from_text(await request.body())
        else:
            state["typed"] = NOTHING_TYPED
    typed = state["typed"]
    assert isinstance(typed, Typed)
    return typed


def typed_from_text(body: bytes) -> Typed:
    """A URL-encoded body. Raises a 400 for bytes that are not UTF-8 and for thousands of fields."""
    try:
        pairs = parse_qsl(
            body.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=MOST_FIELDS
        )
    except ValueError as fault:
        raise ClientException("unreadable form") from fault
    return Typed(values=_grouped(pairs), files={})


async def _from_multipart(request: Request[Any, Any, Any]) -> Typed:
    # Read whole first: a body that turns out too large would leave Litestar's half-written file open.
    await request.body()
    try:
        items = list((await request.form()).multi_items())
    except (UnicodeDecodeError, LookupError) as fault:
        raise ClientException("unreadable form") from fault
    files = [(name, value) for name, value in items if isinstance(value, UploadFile) and value.filename]
    texts = [(name, str(value)) for name, value in items if not isinstance(value, UploadFile)]
    return Typed(values=_grouped(texts), files=_grouped(files))


def _grouped(pairs: list[tuple[str, Item]]) -> dict[str, tuple[Item, ...]]:
    grouped: dict[str, list[Item]] = {}
    for name, value in pairs:
        grouped.setdefault(name, []).append(value)
    return {name: tuple(values) for name, values in grouped.items()}
