"""The amounts, rates, bounds and dates of a ruleset's text as fields, and the text with some of them changed.

Only what changed is written again: comments, order and layout of the text stay as their author left them.
"""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Final

from solidarity.rules.errors import Conflict
from solidarity.rules.ruleset.expressions import cents_of
from solidarity.rules.ruleset.reading import UNIT_RATE, basis_points_of
from solidarity.rules.ruleset.spans import KeyPath, value_spans
from solidarity.web.wording import Wording

MOST_FIELDS: Final = 1500
Value = int | str | date | bool


class Reads(StrEnum):
    """How a field is typed and written."""

    EUROS = "euros"
    RATE = "rate"
    UNIT_PRICE = "unit_price"
    WHOLE = "whole"
    DAY = "day"
    WORDS = "words"
    FLAG = "flag"


@dataclass(frozen=True, kw_only=True, slots=True)
class Field:
    """One value of the text. Euros are cents, rates basis points, unit prices ten-thousandths of a euro."""

    path: KeyPath
    reads: Reads
    value: Value
    label: Wording

    @property
    def name(self) -> str:
        return "-".join(str(part) for part in self.path)


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldTable:
    """The rows of a scale; a cell is None where the row has no such key."""

    columns: tuple[Wording, ...]
    rows: tuple[tuple[Field | None, ...], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class FieldGroup:
    """The fields of one rule, of the heading or of the parameters."""

    name: str
    title: Wording
    note: Wording | None
    fields: tuple[Field, ...]
    tables: tuple[FieldTable, ...]

    @property
    def every_field(self) -> Iterator[Field]:
        yield from self.fields
        yield from (cell for table in self.tables for row in table.rows for cell in row if cell is not None)


LABELS: Final[Mapping[str, Wording]] = {
    "amount": Wording(fr="Montant", en="Amount"),
    "count": Wording(fr="Nombre d’aides", en="Number of grants"),
    "unit_rate": Wording(fr="Prix unitaire", en="Unit rate"),
    "min_units": Wording(fr="Quantité minimale", en="Least units"),
    "of": Wording(fr="Sur", en="Of"),
    "units": Wording(fr="Unités", en="Units"),
    "threshold": Wording(fr="Seuil", en="Threshold"),
    "to": Wording(fr="Au multiple de", en="To a multiple of"),
    "share": Wording(fr="Part gardée", en="Share kept"),
    "until": Wording(fr="Jusqu’au", en="Until"),
    "missing_rate": Wording(fr="Taux sans l’information", en="Rate without the information"),
    "quota": Wording(fr="Nombre de décisions", en="Number of decisions"),
    "from": Wording(fr="À partir de", en="From"),
    "below": Wording(fr="Moins de", en="Below"),
    "up_to": Wording(fr="Jusqu’à", en="Up to"),
    "rate": Wording(fr="Taux", en="Rate"),
    "rate_min": Wording(fr="Taux minimal", en="Lowest rate"),
    "rate_max": Wording(fr="Taux maximal", en="Highest rate"),
    "approvals": Wording(fr="Décideurs", en="Deciders"),
    "value": Wording(fr="Valeur", en="Value"),
    "confirmed": Wording(fr="Confirmé", en="Confirmed"),
    "valid_from": Wording(fr="Valable à partir du", en="Valid from"),
    "valid_to": Wording(fr="Valable jusqu’au", en="Valid until"),
    "id": Wording(fr="Identifiant", en="Id"),
}
SINCE: Final = Wording(fr="À partir du", en="Since")
TITLES: Final = {
    "fr": Wording(fr="Titre", en="Title in French"),
    "en": Wording(fr="Titre anglais", en="Title"),
}
HEADING: Final = Wording(fr="Titre et dates", en="Title and dates")
PARAMETERS: Final = Wording(fr="Paramètres", en="Parameters")

_ALONE: Final = (
    *("amount", "count", "unit_rate", "min_units", "units", "of", "threshold"),
    *("to", "share", "until", "missing_rate", "quota"),
)
_IN_ROWS: Final = (
    "from",
    "below",
    "up_to",
    "rate",
    "rate_min",
    "rate_max",
    "amount",
    "unit_rate",
    "approvals",
)
_TABLES: Final = ("brackets", "bands")


def field_groups(source: str) -> tuple[FieldGroup, ...]:
    """What can be changed by form; the rest of the text is changed as text."""
    raw = tomllib.loads(_unmarked(source))
    params = _parameters(raw.get("params", {}), raw["rule"])
    groups = (_heading(raw["ruleset"]), params, *_rules(raw["rule"]))
    return tuple(group for group in groups if group.fields or group.tables)


def with_values(source: str, changed: Mapping[str, Value]) -> str:
    """The text with these values, by field name; the same text when none of them differs.

    Raises `Conflict("ruleset-edit-as-text")` when the text cannot be changed in place.
    """
    source = _unmarked(source)
    fields = {one.name: one for group in field_groups(source) for one in group.every_field}
    news = {name: value for name, value in changed.items() if fields[name].value != value}
    if not news:
        return source
    spans, wanted, text = value_spans(source), tomllib.loads(source), source
    for name in sorted(news, key=lambda name: spans[fields[name].path], reverse=True):
        written, (first, last) = _as_written(news[name], fields[name].reads), spans[fields[name].path]
        text = text[:first] + _literal(written) + text[last:]
        _put(wanted, fields[name].path, written)
    if tomllib.loads(text) != wanted:
        raise Conflict("ruleset-edit-as-text")
    return text


def _unmarked(source: str) -> str:
    """Without the byte order mark that some editors write and TOML does not know."""
    return source.removeprefix("\ufeff")


def _put(tree: Any, path: KeyPath, written: Value) -> None:
    for part in path[:-1]:
        tree = tree[part]
    tree[path[-1]] = written


def _literal(written: Value) -> str:
    """The value as TOML writes it; a JSON string is a TOML string."""
    if isinstance(written, bool | str):
        return json.dumps(written, ensure_ascii=False)
    return written.isoformat() if isinstance(written, date) else str(written)


def _heading(raw: Mapping[str, Any]) -> FieldGroup:
    return FieldGroup(
        name="ruleset",
        title=HEADING,
        note=None,
        fields=(
            _words(("ruleset", "id"), raw["id"], LABELS["id"]),
            *(_words(("ruleset", "title", key), raw["title"][key], label) for key, label in TITLES.items()),
            *(
                Field(path=("ruleset", key), reads=Reads.DAY, value=raw[key], label=LABELS[key])
                for key in ("valid_from", "valid_to")
            ),
        ),
        tables=(),
    )


def _words(path: KeyPath, value: str, label: Wording) -> Field:
    return Field(path=path, reads=Reads.WORDS, value=value, label=label)


def _used_in(name: str, rules: Sequence[Mapping[str, Any]]) -> Wording:
    """A parameter by the titles of the rules that name it, then its own name."""
    naming = re.compile(rf"\bparams\.{name}\b")
    titles = [
        rule["title"]
        for rule in rules
        if any(isinstance(written, str) and naming.search(written) for written in rule.values())
    ]
    french, english = ("; ".join(title[language] for title in titles) for language in ("fr", "en"))
    return Wording(fr=f"{french} ({name})", en=f"{english} ({name})") if titles else Wording(fr=name, en=name)


def _parameters(raw: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> FieldGroup:
    fields, tables = [], []
    for name, value in raw.items():
        label = _used_in(name, rules)
        if isinstance(value, list) and value and isinstance(value[0], dict):
            columns = (SINCE, label, LABELS["confirmed"])
            rows = [
                tuple(
                    _field(("params", name, number, key), entry.get(key), column)
                    for key, column in zip(("from", "value", "confirmed"), columns, strict=True)
                )
                for number, entry in enumerate(value)
            ]
            tables.append(FieldTable(columns=columns, rows=tuple(rows)))
        elif (found := _field(("params", name), value, label)) is not None:
            fields.append(found)
    return FieldGroup(name="params", title=PARAMETERS, note=None, fields=tuple(fields), tables=tuple(tables))


def _rules(raw: Sequence[Mapping[str, Any]]) -> Iterator[FieldGroup]:
    for number, rule in enumerate(raw):
        fields = (_field(("rule", number, key), rule.get(key), LABELS[key]) for key in _ALONE)
        yield FieldGroup(
            name=f"rule-{number}",
            title=Wording(**rule["title"]),
            note=Wording(fr=rule["source"], en=rule["source"]) if "source" in rule else None,
            fields=tuple(found for found in fields if found is not None),
            tables=tuple(
                _rows(("rule", number, key), rule[key]) for key in _TABLES if isinstance(rule.get(key), list)
            ),
        )


def _rows(path: KeyPath, raw: Sequence[Mapping[str, Any]]) -> FieldTable:
    keys = [key for key in _IN_ROWS if any(key in row for row in raw)]
    return FieldTable(
        columns=tuple(LABELS[key] for key in keys),
        rows=tuple(
            tuple(_field((*path, number, key), row.get(key), LABELS[key]) for key in keys)
            for number, row in enumerate(raw)
        ),
    )


def _field(path: KeyPath, written: object, label: Wording) -> Field | None:
    """None for what is no plain value: a computation, a list, a text."""
    found = _read(str(path[-1]), written)
    return None if found is None else Field(path=path, reads=found[0], value=found[1], label=label)


def _read(key: str, written: object) -> tuple[Reads, Value] | None:
    if isinstance(written, bool):
        return Reads.FLAG, written
    if isinstance(written, int):
        return (Reads.WHOLE, written) if 0 <= written <= 10**9 else None
    if isinstance(written, date):
        return Reads.DAY, written
    if not isinstance(written, str):
        return None
    if key == "unit_rate" and (price := UNIT_RATE.fullmatch(written)):
        return Reads.UNIT_PRICE, int(price[1]) * 10_000 + int((price[2] or "").ljust(4, "0"))
    points, cents = basis_points_of(written), cents_of(written)
    if points is not None:
        return Reads.RATE, points
    return (Reads.EUROS, cents) if cents is not None and cents >= 0 else None


def _as_written(value: Value, reads: Reads) -> Value:
    if reads is Reads.EUROS and isinstance(value, int):
        return f"{value // 100}.{value % 100:02}"
    if reads is Reads.RATE and isinstance(value, int):
        return f"{_decimal(value, 2, least=0)}%"
    if reads is Reads.UNIT_PRICE and isinstance(value, int):
        return _decimal(value, 4, least=2)
    return value


def _decimal(value: int, places: int, *, least: int) -> str:
    whole, rest = divmod(value, 10**places)
    decimals = f"{rest:0{places}}".rstrip("0").ljust(least, "0")
    return f"{whole}.{decimals}" if decimals else str(whole)


def typed(field: Field) -> str:
    """The value as somebody would type it into its field."""
    value = field.value
    if isinstance(value, bool):
        return "yes" if value else ""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, str):
        return value
    match field.reads:
        case Reads.EUROS:
            return f"{value // 100},{value % 100:02}"
        case Reads.RATE:
            return _decimal(value, 2, least=0).replace(".", ",")
        case Reads.UNIT_PRICE:
            return _decimal(value, 4, least=2).replace(".", ",")
    return str(value)
