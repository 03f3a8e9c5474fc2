"""What the API answers: JSON in one way only, with the version of what may be edited as its ETag."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from litestar import Response

_ENCODER: Final = msgspec.json.Encoder(decimal_format="number")
JSON_TYPE: Final = "application/json"


def json_text(value: object) -> str:
    """`value` as JSON; instants in UTC end in Z, decimals are exact numbers."""
    return _ENCODER.encode(value).decode()


def json_answer(
    value: object, *, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response[bytes]:
    """An answer with this value as its body."""
    return text_answer(json_text(value), status=status, headers=headers)


def text_answer(text: str, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response[bytes]:
    """An answer whose body is JSON already."""
    return Response(
        text.encode(),
        status_code=status,
        media_type=JSON_TYPE,
        headers={"vary": "Accept-Language, Authorization", **(headers or {})},
    )


def versioned(value: Any, version: int) -> Response[bytes]:
    """An answer about something that may be edited; its ETag is what `If-Match` sends back."""
    return json_answer(value, headers={"etag": f'"{version}"'})
