"""The column kinds of the house: no silent default, no cascade; a forgotten value is an error."""

from typing import Any

from piccolo import columns
from piccolo.columns import (
    BigInt,
    Boolean,
    Bytea,
    Date,
    ForeignKey,
    Integer,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table


def identity() -> columns.UUID:
    """The primary key of a row; its value is given by whoever makes the row."""
    return columns.UUID(primary_key=True, default=None, null=False)


def words(most: int, *, null: bool = False, unique: bool = False, primary_key: bool = False) -> Varchar:
    """A text of at most so many characters."""
    return Varchar(length=most, default=None, null=null, unique=unique, primary_key=primary_key)


def prose(*, null: bool = False) -> Text:
    """A text whose length is decided where it is typed."""
    return Text(default=None, null=null)


def cents(*, null: bool = False) -> BigInt:
    """An amount in euro cents."""
    return BigInt(default=None, null=null)


def count(*, null: bool = False, primary_key: bool = False) -> BigInt:
    """A whole number that may grow large."""
    return BigInt(default=None, null=null, primary_key=primary_key)


def small(*, null: bool = False) -> Integer:
    """A whole number that stays small."""
    return Integer(default=None, null=null)


def day(*, null: bool = False) -> Date:
    """A calendar day."""
    return Date(default=None, null=null)


def moment(*, null: bool = False) -> Timestamptz:
    """An instant, aware, in UTC."""
    return Timestamptz(default=None, null=null)


def flag() -> Boolean:
    """Yes or no."""
    return Boolean(default=None, null=False)


def raw_bytes() -> Bytea:
    """Bytes as they are."""
    return Bytea(default=None, null=False)


def link(table: type[Table] | str, *, null: bool = False) -> Any:
    """A foreign key that refuses to lose what it points to."""
    return ForeignKey(references=table, on_delete=OnDelete.restrict, null=null, default=None)
