"""A ruleset file to a Ruleset: TOML, declarations, rules; every fault at once."""

import hashlib
import re
import tomllib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from enum import StrEnum
from typing import Any

from solidarity.rules.calendar import school_year_bounds
from solidarity.rules.errors import Unreadable
from solidarity.rules.ruleset import visible
from solidarity.rules.ruleset.declarations import read_facts, read_kinds, read_params
from solidarity.rules.ruleset.expressions import document_kinds_named
from solidarity.rules.ruleset.faults import Fault, RulesetFaults, Text
from solidarity.rules.ruleset.locate import Places
from solidarity.rules.ruleset.messages import check_message
from solidarity.rules.ruleset.model import (
    CATEGORIES,
    DEFAULT_DOCUMENT_KINDS,
    DocumentsRule,
    EligibilityRule,
    Example,
    Rule,
    Ruleset,
)
from solidarity.rules.ruleset.parse_rules import KINDS, Shared
from solidarity.rules.ruleset.reading import Faults, Table

MOST_BYTES = 128 * 1024
MOST_RULES = 500
MOST_EXAMPLES = 200
MOST_TOML_NESTING = 40

RULE_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,99}")
DEEP_TOML = re.compile(
    rf"(?:[\[{{]\s?){{{MOST_TOML_NESTING}}}"
    rf"|(?:(?:\"[^\"]{{0,80}}\"|'[^']{{0,80}}'|[\w-]{{1,80}})\s?\.\s?){{{MOST_TOML_NESTING}}}"
)
KIND_NAMES = StrEnum("KIND_NAMES", [(name, name) for name in KINDS])  # type: ignore[misc]
NUMBER = re.compile(r"(?<![\w.+-])[+-]?(?:nan|inf|[0-9][0-9_.]*(?:[eE][+-]?[0-9_]+)?)(?![\w.])")
LINE_OF_TOML = re.compile(r"\(at line (\d+), column (\d+)\)")


def parse(text: str | bytes) -> Ruleset:
    """Read a ruleset; raises RulesetFaults with every reason it is refused."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    source = _decoded(data)
    raw = _toml(source)
    faults = Faults()
    ruleset = _Reader(raw, Places(source), faults).ruleset(hashlib.sha256(data).hexdigest())
    found = faults.all()
    if found or ruleset is None:
        raise RulesetFaults(found)
    return ruleset


def _refuse(code: str, message: Text, remedy: Text, line: int | None = None) -> RulesetFaults:
    return RulesetFaults((Fault(line=line, rule=None, code=code, message=message, remedy=remedy),))


def _decoded(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise _refuse(
            "file-too-large",
            Text(
                f"le fichier dépasse {MOST_BYTES // 1024} Kio", f"the file is above {MOST_BYTES // 1024} KiB"
            ),
            Text("Un barème tient en quelques pages.", "A ruleset is a few pages long."),
        )
    try:
        source = data.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as fault:
        raise _refuse(
            "file-encoding",
            Text("le fichier n’est pas en UTF-8", "the file is not UTF-8"),
            Text("Enregistrez-le en UTF-8.", "Save it as UTF-8."),
            data.count(b"\n", 0, fault.start) + 1,
        ) from None
    if not source.strip():
        raise _refuse(
            "file-empty",
            Text("le fichier est vide", "the file is empty"),
            Text("Commencez par [ruleset] et une [[rule]].", "Begin with [ruleset] and a [[rule]]."),
        )
    return source


def _toml(source: str) -> Mapping[str, Any]:
    _refuse_deep_toml(source)
    try:
        return tomllib.loads(source, parse_float=_finite)
    except tomllib.TOMLDecodeError as fault:
        reason = str(fault)
        place = LINE_OF_TOML.search(reason)
        said = LINE_OF_TOML.sub("", reason).strip()[:300]
        raise _refuse(
            "toml",
            Text(f"le fichier n’est pas du TOML : {said}", f"the file is not TOML: {said}"),
            Text("Corrigez la ligne ou celle d’avant.", "Correct this line or the one before."),
            int(place[1]) if place else source.count("\n") + 1,
        ) from None
    except (ValueError, RecursionError, ArithmeticError):
        raise _unreadable_value(source) from None


def _unreadable_value(source: str) -> RulesetFaults:
    """The reader of TOML does not say where such a number stands: the first one is looked for."""
    for number, line in enumerate(source.split("\n"), start=1):
        for found in NUMBER.finditer(line.partition("#")[0]):
            if not _is_usable(found[0]):
                name, shown = line.partition("=")[0].strip()[:80], found[0][:20]
                shown += "…" if len(found[0]) > len(shown) else ""
                return _refuse(
                    "toml",
                    Text(
                        f"« {name} » : {shown} n’est pas un nombre utilisable",
                        f"“{name}”: {shown} is not a number that can be used",
                    ),
                    Text(
                        "Écrivez un nombre fini, de 15 chiffres au plus.",
                        "Write a finite number of 15 digits at most.",
                    ),
                    number,
                )
    return _refuse(
        "toml",
        Text("une valeur du fichier est illisible", "a value of the file cannot be read"),
        Text("Cherchez un nombre ou une clé démesurés.", "Look for a huge number or key."),
    )


def _is_usable(written: str) -> bool:
    try:
        _finite(written)
    except (ValueError, ArithmeticError):
        return False
    return True


def _finite(text: str) -> Decimal:
    value = Decimal(text.replace("_", ""))
    if not value.is_finite() or value.adjusted() > 30 or value.adjusted() < -30:
        raise ValueError(text[:20])
    return value


def _refuse_deep_toml(source: str) -> None:
    """Nested arrays and dotted keys beyond reason would take the reader's stack or minutes."""
    for number, line in enumerate(source.split("\n"), start=1):
        signs = sum(line.count(sign) for sign in "[{.")
        if signs >= MOST_TOML_NESTING and DEEP_TOML.search(line):
            raise _refuse(
                "toml-nesting",
                Text("des valeurs sont trop imbriquées", "values are nested too deeply"),
                Text("Aucune clé d’un barème n’en a besoin.", "No key of a ruleset needs it."),
                number,
            )


class _Reader:
    def __init__(self, raw: Mapping[str, Any], places: Places, faults: Faults) -> None:
        self._raw = raw
        self._places = places
        self._faults = faults
        self._top = Table(raw, place=places.of(""), faults=faults)

    def ruleset(self, sha256: str) -> Ruleset | None:
        head = self._head()
        kinds = read_kinds(self._section("kinds"), self._places, self._faults)
        facts = read_facts(self._section("facts"), self._places, self._faults, kinds)
        params = read_params(self._section("params"), self._places, self._faults)
        names, constants = visible.names(facts, params), visible.constants(params)
        refused = self._refused(facts, params)
        rules = []
        for index, raw in enumerate(self._array("rule", MOST_RULES, required=True)):
            place = self._places.of("rule", index)
            table = Table(
                raw, place=place, faults=self._faults, names=names, constants=constants, refused=refused
            )
            rules.append(_rule(table, index, kinds))
        found = tuple(rule for rule in rules if rule is not None)
        self._refuse_doubles()
        examples = tuple(
            self._example(raw, index) for index, raw in enumerate(self._array("example", MOST_EXAMPLES))
        )
        self._top.finish()
        if head is None:
            return None
        return Ruleset(
            **head,
            sha256=sha256,
            kinds=kinds,
            facts=facts,
            params=params,
            rules=found,
            document_kinds=_document_kinds(found),
            examples=examples,
        )

    def _refused(self, facts: Iterable[str], params: Iterable[str]) -> frozenset[str]:
        """Names that were declared and refused: each was said once, not wherever it is used."""
        lost_facts = {*self._section("facts")} - {*facts}
        lost_params = {*self._section("params")} - {*params}
        return frozenset(
            [f"params.{name}" for name in lost_params]
            + [f"line.facts.{name}{end}" for name in lost_facts for end in ("", "_milli")]
        )

    def _section(self, name: str) -> Mapping[str, Any]:
        value = self._top.get(name)
        if value is None or isinstance(value, dict):
            return value or {}
        self._top.wrong(name, Text("une table", "a table"), value)
        return {}

    def _array(self, name: str, most: int, *, required: bool = False) -> list[Mapping[str, Any]]:
        value = self._top.get(name, required=required)
        if value is None:
            return []
        least = 1 if required else 0
        is_array = isinstance(value, list) and all(isinstance(item, dict) for item in value)
        if isinstance(value, list) and is_array and least <= len(value) <= most:
            return value
        wanted = Text(f"de {least} à {most} tables [[{name}]]", f"{least} to {most} tables [[{name}]]")
        if not is_array or not isinstance(value, list):
            self._top.wrong(name, wanted, value)
            return []
        self._top.complain(
            name,
            "type",
            Text(f"attend {wanted.fr}, en trouve {len(value)}", f"needs {wanted.en}, finds {len(value)}"),
            Text(f"Écrivez {wanted.fr}.", f"Write {wanted.en}."),
        )
        return []

    def _head(self) -> dict[str, Any] | None:
        value = self._top.get("ruleset", required=True)
        if not isinstance(value, dict):
            if value is not None:
                self._top.wrong("ruleset", Text("une table", "a table"), value)
            return None
        table = Table(value, place=self._places.of("ruleset"), faults=self._faults)
        head = {
            "id": table.string("id", required=True),
            "title": table.text("title"),
            "school_year": table.string("school_year", required=True),
            "valid_from": table.day("valid_from"),
            "valid_to": table.day("valid_to"),
        }
        table.finish()
        _check_id(table, head["id"])
        _check_dates(table, head)
        return head if all(found is not None for found in head.values()) else None

    def _refuse_doubles(self) -> None:
        seen: dict[str, int | None] = {}
        for index, raw in enumerate(self._array("rule", MOST_RULES, required=True)):
            written = raw.get("id")
            place = self._places.of("rule", index)
            if isinstance(written, str) and written in seen:
                table = Table(raw, place=place, faults=self._faults, rule=written[:100])
                table.complain(
                    "id",
                    "rule-duplicate",
                    Text(
                        f"« {written[:100]} » est déjà pris (ligne {seen[written]})",
                        f"“{written[:100]}” is already taken (line {seen[written]})",
                    ),
                    Text("Donnez-lui un autre id.", "Give it another id."),
                )
            elif isinstance(written, str):
                seen[written] = place.line

    def _example(self, raw: Mapping[str, Any], index: int) -> Example:
        place = self._places.of("example", index)
        table = Table(raw, place=place, faults=self._faults)
        names = [table.get(key) for key in ("title", "name", "id", "description")]
        name = next((found for found in names if found), index + 1)
        case = self._inside(table, "case")
        expect = self._inside(table, "expected" if table.has("expected") else "expect")
        table.finish()
        shown = str(name.get("fr", index + 1)) if isinstance(name, dict) else str(name)
        return Example(name=shown[:120], case=case, expect=expect, line=place.line)

    def _inside(self, table: Table, key: str) -> Mapping[str, object]:
        value = table.get(key, required=True)
        if isinstance(value, dict):
            return value
        if value is not None:
            table.wrong(key, Text("une table", "a table"), value)
        return {}


def _check_id(table: Table, written: object) -> None:
    if isinstance(written, str) and not RULE_ID.fullmatch(written):
        table.complain(
            "id",
            "id",
            Text(
                "un identifiant a des lettres sans accent, des chiffres et - _ .",
                "an id has letters, digits and - _ .",
            ),
            Text("Par exemple : plafond-transport.", "For instance: transport-cap."),
        )


def _check_dates(table: Table, head: Mapping[str, Any]) -> None:
    first, last, school_year = head["valid_from"], head["valid_to"], head["school_year"]
    if first is not None and last is not None and last < first:
        table.complain(
            "valid_to",
            "dates",
            Text("valid_to est avant valid_from", "valid_to is before valid_from"),
            Text("Échangez les dates.", "Swap the dates."),
        )
    try:
        school_year_bounds(school_year or "2000-2001")
    except Unreadable:
        table.complain(
            "school_year",
            "school-year",
            Text("cette année scolaire n’existe pas", "there is no such school year"),
            Text('Écrivez "2026-2027".', 'Write "2026-2027".'),
        )


def _rule(table: Table, index: int, kinds: Mapping[str, tuple[str, ...]]) -> Rule | None:
    written_id = table.string("id", required=True)
    table.rule = written_id[:100] if written_id else f"#{index + 1}"
    _check_id(table, written_id)
    kind = table.choice("kind", KIND_NAMES)
    if kind is None:
        return None
    reader = KINDS[str(kind)]
    shared = Shared(
        id=table.rule,
        title=table.text("title") or Text("", ""),
        applies_to=table.strings("applies_to", required=reader.needs_places) or ("*",),
        when=table.expression("when", "boolean"),
        source=_source(table),
        message=table.text("message", required=reader.needs_message),
        line=table.place.line,
    )
    _check_places(table, shared["applies_to"], kinds)
    rule = reader.read(table, shared)
    table.finish()
    if shared["message"] is not None:
        check_message(table, shared["message"], str(kind), rule)
    return rule


def _source(table: Table) -> str | None:
    """A citation is a text as it stands, or one in both languages."""
    if not isinstance(table.get("source"), dict):
        return table.string("source")
    cited = table.text("source")
    if cited is None:
        return None
    return cited.fr if cited.fr == cited.en else f"{cited.fr} / {cited.en}"


def _check_places(table: Table, places: tuple[str, ...], kinds: Mapping[str, tuple[str, ...]]) -> None:
    known = ["*", *CATEGORIES, *(f"{category}.{kind}" for category in kinds for kind in kinds[category])]
    for place in places:
        if place not in known:
            table.not_one_of("applies_to", place, known)


def _document_kinds(rules: tuple[Rule, ...]) -> tuple[str, ...]:
    found = set(DEFAULT_DOCUMENT_KINDS)
    for rule in rules:
        if isinstance(rule, DocumentsRule):
            found |= {*rule.all_of, *rule.any_of}
        if isinstance(rule, EligibilityRule):
            found |= document_kinds_named(rule.require.source)
        if rule.when is not None:
            found |= document_kinds_named(rule.when.source)
    named = sorted(found - set(DEFAULT_DOCUMENT_KINDS))
    return (*DEFAULT_DOCUMENT_KINDS, *named)
