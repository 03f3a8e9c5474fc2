"""A case written as JSON, read strictly: every problem with its pointer, nothing guessed."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, TypeVar

from solidarity.rules.calendar import FIRST_YEAR, LAST_YEAR
from solidarity.rules.envelopes import Envelope
from solidarity.rules.ruleset.case import (
    Case,
    DocumentFact,
    EmergencyUse,
    FactValue,
    LineFacts,
    PastGrant,
    StudentFacts,
)
from solidarity.rules.ruleset.faults import CaseFaults, CaseProblem, Text
from solidarity.rules.ruleset.model import CATEGORIES, FactDeclaration, FactType, Ruleset
from solidarity.rules.ruleset.readable import is_readable
from solidarity.rules.ruleset.reading import named_type

MOST_BYTES = 1024 * 1024
MOST_CENTS = 10_000_000_000
MOST_LINES = 100
MOST_HISTORY = 2_000
LONGEST_PERIOD_DAYS = 3_660
MOST_FACT = 10**9
MOST_DECIMALS = 3
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
FREQUENCIES = ("once", "monthly", "termly", "yearly")
URGENCIES = ("normal", "emergency")

Item = TypeVar("Item")


def parse_case(text: str | bytes, ruleset: Ruleset) -> Case:
    """Read the text of a case; numbers with decimals stay exact. Raises CaseFaults."""
    return case_from_json(_json(text), ruleset)


def _json(text: str | bytes) -> object:
    try:
        if len(text) > MOST_BYTES:
            _refuse_constant("too large")
        decoded = text.decode("utf-8-sig") if isinstance(text, bytes) else text
        return json.loads(
            decoded, parse_float=Decimal, parse_constant=_refuse_constant, object_pairs_hook=_without_doubles
        )
    except (ValueError, RecursionError, ArithmeticError) as fault:
        reason = str(fault)[:200] or type(fault).__name__
        message = Text(f"ce n’est pas du JSON lisible : {reason}", f"this is not readable JSON: {reason}")
        raise CaseFaults((CaseProblem(pointer="", code="json", message=message),)) from None


def _refuse_constant(name: str) -> object:
    raise ValueError(name)


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("duplicate key")
    return found


def case_from_json(obj: object, ruleset: Ruleset) -> Case:
    """The case of `rules assess` as plain values; `obj` holds Decimal, never float. Raises CaseFaults."""
    reader = _Reader(ruleset)
    case = reader.case(obj)
    if reader.problems or case is None:
        raise CaseFaults(tuple(reader.problems))
    return case


class _Reader:
    """Reads values by pointer; a wrong one is noted and replaced by nothing."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        self.problems: list[CaseProblem] = []

    def _note(self, pointer: str, code: str, fr: str, en: str) -> None:
        if len(self.problems) < 200:
            self.problems.append(CaseProblem(pointer=pointer, code=code, message=Text(fr, en)))

    def _wrong(self, pointer: str, fr: str, en: str, found: object) -> None:
        name = _named(found)
        self._note(pointer, "type", f"attend {fr}, trouve {name.fr}", f"needs {en}, finds {name.en}")

    def _missing(self, pointer: str) -> None:
        self._note(pointer, "missing", "il manque", "it is missing")

    # Parts

    def case(self, obj: object) -> Case | None:
        known = ("today", "student", "request", "documents", "history", "envelope", "emergency")
        raw = self._table(obj, "", known)
        today = self._day(raw, "", "today", required=True)
        student = self._student(raw.get("student"), today)
        request = self._table(raw.get("request", {}), "/request", ("urgency", "submitted_on", "lines"))
        lines = self._list(request.get("lines"), "/request/lines", MOST_LINES, self._line(today))
        if not lines and not self.problems:
            self._note("/request/lines", "lines-none", "il faut une ligne", "one line is needed")
        urgency = self._choice(request, "/request", "urgency", URGENCIES, "normal")
        history = self._list(raw.get("history"), "/history", MOST_HISTORY, self._grant)
        documents = self._list(raw.get("documents"), "/documents", 200, self._document)
        if today is None or student is None:
            return None
        return Case(
            today=today,
            student=student,
            lines=lines,
            urgency=urgency,
            submitted_on=self._day(request, "/request", "submitted_on"),
            documents=documents,
            history=history,
            envelopes=self._envelopes(raw.get("envelope")),
            emergency=self._emergency(raw.get("emergency")),
        )

    def _student(self, obj: object, today: date | None) -> StudentFacts | None:
        texts, counts = ("school", "region_code", "trade"), ("household_size",)
        known = ("birth_date", "boarder", "quotient_familial_cents", *counts, *texts)
        raw = self._table({} if obj is None else obj, "/student", known)
        birth_date = self._day(raw, "/student", "birth_date", required=True)
        if birth_date is None:
            return None
        if today is not None and birth_date > today:
            self._note("/student/birth_date", "birth-date", "naissance après today", "birth after today")
        return StudentFacts(
            birth_date=birth_date,
            boarder=self._boolean(raw, "/student", "boarder"),
            quotient_familial_cents=self._integer(raw, "/student", "quotient_familial_cents"),
            household_size=self._integer(raw, "/student", "household_size", least=1, most=100),
            school=self._string(raw, "/student", "school"),
            region_code=self._string(raw, "/student", "region_code"),
            trade=self._string(raw, "/student", "trade"),
        )

    def _line(self, today: date | None) -> Callable[[object, str], LineFacts | None]:
        def read(obj: object, pointer: str) -> LineFacts | None:
            return self._line_from(obj, pointer, today)

        return read

    def _line_from(self, obj: object, pointer: str, today: date | None) -> LineFacts | None:
        known = ("category", "kind", "description", "amount_cents", "frequency")
        raw = self._table(obj, pointer, (*known, "period_from", "period_to", "supplier", "facts"))
        category = self._choice(raw, pointer, "category", CATEGORIES, None)
        kinds = self._ruleset.kinds.get(category, ())
        kind = self._choice(raw, pointer, "kind", kinds, None) if category else ""
        amount = self._integer(raw, pointer, "amount_cents", required=True)
        first = self._day(raw, pointer, "period_from") or today
        last = self._day(raw, pointer, "period_to") or first
        facts = self._facts(raw.get("facts"), f"{pointer}/facts")
        if first is None or last is None or amount is None or not self._is_period(pointer, first, last):
            return None
        return LineFacts(
            category=category,
            kind=kind,
            description=self._string(raw, pointer, "description") or "",
            amount_cents=amount,
            frequency=self._choice(raw, pointer, "frequency", FREQUENCIES, "once"),
            period_from=first,
            period_to=last,
            supplier=self._string(raw, pointer, "supplier"),
            facts=facts,
        )

    def _is_period(self, pointer: str, first: date, last: date) -> bool:
        if last < first:
            self._note(f"{pointer}/period_to", "period-reversed", "avant period_from", "before period_from")
            return False
        if (last - first).days > LONGEST_PERIOD_DAYS:
            self._note(f"{pointer}/period_to", "period-too-long", "période trop longue", "period too long")
            return False
        return True

    def _facts(self, obj: object, pointer: str) -> Mapping[str, FactValue]:
        declared = self._ruleset.facts
        raw = self._table({} if obj is None else obj, pointer, tuple(declared))
        return {
            name: self._fact(declared[name], value, f"{pointer}/{name}")
            for name, value in raw.items()
            if name in declared and value is not None
        }

    def _fact(self, fact: FactDeclaration, value: object, pointer: str) -> FactValue:
        is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
        match fact.type:
            case FactType.TEXT if isinstance(value, str) and _is_text(value, most=500):
                return value
            case FactType.BOOLEAN if isinstance(value, bool):
                return value
            case FactType.INTEGER if is_number and isinstance(value, int) and abs(value) <= MOST_FACT:
                return value
            case FactType.NUMBER if is_number and _is_exact_to_milli(value):
                return value  # type: ignore[return-value]  # is_number says which
        wanted = {
            FactType.TEXT: ("un texte lisible", "a readable text"),
            FactType.BOOLEAN: ("vrai ou faux", "true or false"),
            FactType.INTEGER: ("un nombre entier", "an integer"),
            FactType.NUMBER: ("un nombre à trois décimales au plus", "a number with three decimals at most"),
        }[fact.type]
        places = _decimals(value)
        if fact.type is FactType.NUMBER and places > MOST_DECIMALS:
            said = (f"{places} décimales, trois au plus", f"{places} decimals, at most three")
            self._note(pointer, "type", *said)
        else:
            self._wrong(pointer, *wanted, value)
        return None

    def _grant(self, obj: object, pointer: str) -> PastGrant | None:
        known = ("category", "granted_cents", "decided_on", "period_from", "period_to", "household")
        raw = self._table(obj, pointer, known)
        category = self._choice(raw, pointer, "category", CATEGORIES, None)
        granted = self._integer(raw, pointer, "granted_cents", required=True)
        decided_on = self._day(raw, pointer, "decided_on", required=True)
        if granted is None or decided_on is None:
            return None
        first = self._day(raw, pointer, "period_from") or decided_on
        last = self._day(raw, pointer, "period_to") or first
        return PastGrant(
            category=category,
            granted_cents=granted,
            decided_on=decided_on,
            period_from=first,
            period_to=last,
            household=self._boolean(raw, pointer, "household") or False,
        )

    def _document(self, obj: object, pointer: str) -> DocumentFact | None:
        raw = self._table({"kind": obj} if isinstance(obj, str) else obj, pointer, ("kind", "dated"))
        kind = self._choice(raw, pointer, "kind", self._ruleset.document_kinds, None)
        return DocumentFact(kind=kind, dated=self._day(raw, pointer, "dated"))

    def _envelopes(self, obj: object) -> tuple[Envelope, ...] | None:
        if obj is None:
            return None
        raw = self._table(obj, "/envelope", ("available_cents", "allocated_cents"))
        available = self._integer(
            raw, "/envelope", "available_cents", least=-MOST_CENTS, most=100 * MOST_CENTS, required=True
        )
        allocated = self._integer(raw, "/envelope", "allocated_cents", most=100 * MOST_CENTS)
        general = Envelope(
            id="general",
            name="general",
            category=None,
            school=None,
            region_code=None,
            available_cents=available or 0,
            allocated_cents=allocated,
        )
        return (general,)

    def _emergency(self, obj: object) -> EmergencyUse:
        raw = self._table({} if obj is None else obj, "/emergency", ("used", "overdue"))
        return EmergencyUse(
            used=self._integer(raw, "/emergency", "used") or 0,
            overdue=self._integer(raw, "/emergency", "overdue") or 0,
        )

    # Values

    def _table(self, obj: object, pointer: str, known: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(obj, dict):
            self._wrong(pointer, "un objet", "an object", obj)
            return {}
        for key in obj:
            if key not in known:
                close = get_close_matches(str(key), known, n=1)
                hint_fr = f" ; vouliez-vous dire « {close[0]} » ?" if close else ""
                hint_en = f"; did you mean “{close[0]}”?" if close else ""
                where = f"{pointer}/{str(key)[:80].replace('~', '~0').replace('/', '~1')}"
                self._note(where, "key-unknown", f"clé inconnue{hint_fr}", f"unknown key{hint_en}")
        return obj

    def _list(
        self, obj: object, pointer: str, most: int, read: Callable[[object, str], Item | None]
    ) -> tuple[Item, ...]:
        if obj is None:
            return ()
        if not isinstance(obj, list) or len(obj) > most:
            self._wrong(pointer, f"une liste de {most} au plus", f"an array of {most} at most", obj)
            return ()
        found = [read(item, f"{pointer}/{index}") for index, item in enumerate(obj)]
        return tuple(item for item in found if item is not None)

    def _day(self, raw: Mapping[str, Any], pointer: str, key: str, *, required: bool = False) -> date | None:
        value = raw.get(key)
        if value is None:
            if required:
                self._missing(f"{pointer}/{key}")
            return None
        if isinstance(value, date) and not isinstance(value, datetime):
            return value
        try:
            if isinstance(value, str) and ISO_DAY.fullmatch(value):
                found = date.fromisoformat(value)
                if FIRST_YEAR <= found.year <= LAST_YEAR:
                    return found
        except ValueError:
            pass
        self._wrong(f"{pointer}/{key}", "une date AAAA-MM-JJ", "a date YYYY-MM-DD", value)
        return None

    def _integer(
        self,
        raw: Mapping[str, Any],
        pointer: str,
        key: str,
        *,
        least: int = 0,
        most: int = MOST_CENTS,
        required: bool = False,
    ) -> int | None:
        value = raw.get(key)
        if value is None and not required:
            return None
        if isinstance(value, int) and not isinstance(value, bool) and least <= value <= most:
            return value
        self._wrong(
            f"{pointer}/{key}", f"un entier de {least} à {most}", f"an integer from {least} to {most}", value
        )
        return None

    def _boolean(self, raw: Mapping[str, Any], pointer: str, key: str) -> bool | None:
        value = raw.get(key)
        if value is None or isinstance(value, bool):
            return value
        self._wrong(f"{pointer}/{key}", "true, false ou null", "true, false or null", value)
        return None

    def _string(self, raw: Mapping[str, Any], pointer: str, key: str) -> str | None:
        value = raw.get(key)
        if value is None or (isinstance(value, str) and _is_text(value, most=4_000)):
            return value
        self._wrong(f"{pointer}/{key}", "un texte lisible", "a readable text", value)
        return None

    def _choice(
        self, raw: Mapping[str, Any], pointer: str, key: str, choices: tuple[str, ...], default: str | None
    ) -> str:
        value = raw.get(key)
        if value is None and default is not None:
            return default
        if isinstance(value, str) and value in choices:
            return value
        listed = ", ".join(choices)
        self._wrong(f"{pointer}/{key}", f"un de : {listed}", f"one of: {listed}", value)
        return ""


def _named(found: object) -> Text:
    """A short text or number as it is, anything else by its type: "finds an integer" explains nothing."""
    if isinstance(found, int) and not isinstance(found, bool) and abs(found) < 10**30:
        return Text(str(found), str(found))
    if isinstance(found, str) and len(found) <= 40 and is_readable(found, most=40):
        return Text(f"« {found} »", f"“{found}”")
    return named_type(found)


def _is_text(value: str, *, most: int) -> bool:
    return is_readable(value, most=most) or (len(value) <= most and value.isspace()) or not value


def _is_exact_to_milli(value: object) -> bool:
    if isinstance(value, int):
        return abs(value) <= MOST_FACT
    if not isinstance(value, Decimal) or not value.is_finite() or value.adjusted() > 9:
        return False
    return _decimals(value) <= MOST_DECIMALS


def _decimals(value: object) -> int:
    """How many are written, trailing zeros aside; 0 for what is no finite number."""
    if not isinstance(value, Decimal) or not value.is_finite():
        return 0
    exponent = value.normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
