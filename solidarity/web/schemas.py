"""From the declared shapes of the API to JSON Schema, with the limits that reading them enforces."""

import types
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Final, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec
from msgspec import UnsetType

from solidarity.web.shapes import MOST_ITEMS, MOST_WHOLE, Cents, Typed

Schema = dict[str, Any]
_PLAIN: Final[dict[Any, Schema]] = {
    str: {"type": "string"},
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    UUID: {"type": "string", "format": "uuid"},
    Decimal: {"type": "number"},
    Any: {},
    type(None): {"type": "null"},
}
_TYPED_LENGTH: Final = 200


class Schemas:
    """Collects the schema of every struct it meets under `#/components/schemas`."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}

    def of(self, shape: Any, *, is_read: bool) -> Schema:
        """The schema of a shape; `is_read` when we read it, so that limits and unknown fields count."""
        origin = get_origin(shape)
        if origin is Annotated:
            inner, *marks = get_args(shape)
            return {**self.of(inner, is_read=is_read), **_limits(marks)}
        if origin in {Union, types.UnionType}:
            return self._any_of(shape, is_read=is_read)
        if origin is Literal:
            return {"type": "string", "enum": list(get_args(shape))}
        if origin in {list, tuple}:
            return {"type": "array", "items": self.of(get_args(shape)[0], is_read=is_read)} | (
                {"maxItems": MOST_ITEMS} if is_read else {}
            )
        if origin is dict:
            return {"type": "object", "additionalProperties": self.of(get_args(shape)[1], is_read=is_read)}
        if isinstance(shape, type) and issubclass(shape, msgspec.Struct):
            return self._reference(shape, is_read=is_read)
        if isinstance(shape, type) and issubclass(shape, StrEnum):
            return {"type": "string", "enum": [member.value for member in shape]}
        return self._plain(shape, is_read=is_read)

    def _plain(self, shape: Any, *, is_read: bool) -> Schema:
        schema = dict(_PLAIN[shape])
        if is_read and shape is str:
            schema["maxLength"] = _TYPED_LENGTH
        if is_read and shape is int:
            schema |= {"minimum": -MOST_WHOLE, "maximum": MOST_WHOLE}
        return schema

    def _any_of(self, shape: Any, *, is_read: bool) -> Schema:
        members = [member for member in get_args(shape) if member is not UnsetType]
        schemas = [self.of(member, is_read=is_read) for member in members]
        if len(schemas) == 1:
            return schemas[0]
        if len(schemas) == 2 and schemas[1] == {"type": "null"} and isinstance(schemas[0].get("type"), str):
            nullable = {**schemas[0], "type": [schemas[0]["type"], "null"]}
            return nullable | ({"enum": [*nullable["enum"], None]} if "enum" in nullable else {})
        return {"anyOf": schemas}

    def _reference(self, shape: type[msgspec.Struct], *, is_read: bool) -> Schema:
        name = shape.__name__
        if name not in self.components:
            self.components[name] = {}
            self.components[name] = self._struct(shape, is_read=is_read)
        return {"$ref": f"#/components/schemas/{name}"}

    def _struct(self, shape: type[msgspec.Struct], *, is_read: bool) -> Schema:
        hints = get_type_hints(shape, include_extras=True)
        fields = msgspec.structs.fields(shape)
        schema: Schema = {
            "type": "object",
            "properties": {one.encode_name: self.of(hints[one.name], is_read=is_read) for one in fields},
            "required": [one.encode_name for one in fields if one.required or not is_read],
        }
        if shape.__doc__:
            schema["description"] = shape.__doc__.strip()
        if is_read:
            schema["additionalProperties"] = False
        return schema


def _limits(marks: list[Any]) -> Schema:
    found: Schema = {}
    for mark in marks:
        if isinstance(mark, Typed):
            found["maxLength"] = mark.most
        elif isinstance(mark, Cents):
            found |= {"minimum": mark.least, "maximum": mark.most}
        elif isinstance(mark, msgspec.Meta):
            named = {
                "minimum": mark.ge,
                "maximum": mark.le,
                "maxLength": mark.max_length,
                "pattern": mark.pattern,
            }
            named |= {
                "minLength": mark.min_length,
                "minItems": mark.min_length if found.get("type") else None,
            }
            found |= {name: value for name, value in named.items() if value is not None}
    return found
