"""What may be typed about a request: its lines and facts, a document, an answer, a search."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from litestar import Request

from solidarity.requests.lines import FREQUENCIES, MOST_LINES, FactValue, NewLine
from solidarity.requests.queries import RequestView
from solidarity.requests.wording import WORDS
from solidarity.rules.calendar import school_year_bounds, school_year_of
from solidarity.rules.money import MOST_CENTS
from solidarity.rules.ruleset import FactDeclaration, Ruleset
from solidarity.web.forms import Form, form_with
from solidarity.web.typed import read_typed

TABS: Final[Mapping[str, tuple[str, ...]]] = {
    "toutes": (),
    "a-completer": ("draft", "information_requested"),
    "en-cours": ("submitted", "in_review", "on_hold", "awaiting_approval"),
    "decidees": ("decided",),
    "retirees": ("withdrawn", "closed"),
}
"""The tabs of the list, by the word in the address."""

URGENCIES: Final = ("normal", "emergency")
COPIED_TO_NEW_LINE: Final = ("frequency", "period_from", "period_to")
_LINE: Final = re.compile(r"lines-([0-9]{1,4})-(.+)\Z")
_DECIMAL: Final = re.compile(r"-?[0-9]{1,9}(?:[.,][0-9]{1,3})?\Z")
_WHOLE: Final = re.compile(r"-?[0-9]{1,12}\Z")

Values = dict[str, str | tuple[str, ...]]


@dataclass(frozen=True, kw_only=True, slots=True)
class RequestTyped:
    """A request as typed, every field readable."""

    urgency: str
    narrative: str | None
    lines: tuple[NewLine, ...]


async def read_request_form(
    request: Request[Any, Any, Any], *, add: bool = False, remove: int | None = None
) -> Form:
    """The form with its lines numbered 0, 1, 2… as a command counts them, one more or one less when asked."""
    typed = await read_typed(request)
    numbers = sorted({int(match[1]) for name in typed.values if (match := _LINE.match(name))})
    kept = [number for place, number in enumerate(numbers) if place != remove][: MOST_LINES + 1]
    place_of = {number: place for place, number in enumerate(kept)}
    values: Values = {}
    for name, given in typed.values.items():
        match = _LINE.match(name)
        if match is None:
            values[name] = given
        elif int(match[1]) in place_of:
            values[f"lines-{place_of[int(match[1])]}-{match[2]}"] = given
    if add and len(kept) < MOST_LINES:
        values |= _next_line(values, len(kept))
    return form_with(request, values)


def _next_line(values: Mapping[str, str | tuple[str, ...]], place: int) -> Values:
    before = {name: values.get(f"lines-{place - 1}-{name}", "") for name in COPIED_TO_NEW_LINE}
    return {f"lines-{place}-kind": "", **{f"lines-{place}-{name}": value for name, value in before.items()}}


def first_values(today: date) -> Values:
    """What a new request starts with: one line, once, from today to the end of lessons."""
    first, last = school_year_bounds(school_year_of(today))
    lessons_end = date(first.year + 1, 6, 30)
    return {
        "urgency": "normal",
        "lines-0-kind": "",
        "lines-0-frequency": "once",
        "lines-0-period_from": f"{today:%d/%m/%Y}",
        "lines-0-period_to": f"{lessons_end if today <= lessons_end else last:%d/%m/%Y}",
    }


def read_request(form: Form, ruleset: Ruleset) -> RequestTyped | None:
    """A request; None when a problem was noted beside its field."""
    urgency = form.one_of("urgency", URGENCIES)
    narrative = form.text("narrative", most=2000, lines=True, required=False)
    lines = [read_line(line, ruleset) for line in form.group("lines", most=MOST_LINES)]
    if not lines:
        form.refuse("lines", "lines-none")
    if form.errors or urgency is None:
        return None
    return RequestTyped(
        urgency=urgency, narrative=narrative, lines=tuple(line for line in lines if line is not None)
    )


def read_line(line: Form, ruleset: Ruleset) -> NewLine | None:
    """One line with the facts that the ruleset declares for its kind."""
    before = len(line.errors)
    chosen = line.one_of("kind", kinds_of(ruleset))
    description = line.text("description", most=300, required=False)
    amount = line.amount("amount", most_cents=MOST_CENTS)
    if amount == 0:
        line.refuse("amount", "amount-out-of-range")
    frequency = line.one_of("frequency", FREQUENCIES)
    first, last = line.day("period_from"), line.day("period_to")
    if first and last and last < first:
        line.refuse("period_to", "period-reversed")
    supplier = line.text("supplier", most=160, required=False)
    category, _, kind = (chosen or "").partition(".")
    facts = _read_facts(line, facts_of(ruleset, category, kind)) if chosen else {}
    if len(line.errors) > before or amount is None or frequency is None or first is None or last is None:
        return None
    return NewLine(
        category=category,
        kind=kind,
        description=description or WORDS.kind(category, kind).fr,
        amount_cents=amount,
        frequency=frequency,
        period_from=first,
        period_to=last,
        supplier=supplier,
        facts=facts,
    )


def kinds_of(ruleset: Ruleset) -> list[str]:
    """Everything that may be asked: `transport.pass`, `housing.rent`…"""
    return [f"{category}.{kind}" for category, kinds in ruleset.kinds.items() for kind in kinds]


def facts_of(ruleset: Ruleset, category: str, kind: str) -> tuple[FactDeclaration, ...]:
    """The facts the ruleset asks about a line of this kind."""
    names = {"*", category, kind, f"{category}.{kind}"}
    return tuple(fact for fact in ruleset.facts.values() if not fact.kinds or names & set(fact.kinds))


def _read_facts(line: Form, declared: Iterable[FactDeclaration]) -> dict[str, FactValue]:
    found: dict[str, FactValue] = {}
    for fact in declared:
        field = f"facts-{fact.name}"
        typed = line.text(field, most=300, required=False)
        if typed is None:
            continue
        value = _fact(typed, fact.type.value)
        if value is None:
            line.refuse(field, f"fact-not-{fact.type.value}")
        else:
            found[fact.name] = value
    return found


def _fact(typed: str, kind: str) -> FactValue | None:
    compact = typed.replace("\u202f", "").replace("\u00a0", "").replace(" ", "")
    if kind == "boolean":
        return {"yes": True, "no": False}.get(typed)
    if kind == "integer":
        return int(compact) if _WHOLE.match(compact) else None
    if kind == "number":
        return Decimal(compact.replace(",", ".")) if _DECIMAL.match(compact) else None
    return typed


def written(view: RequestView) -> Values:
    """A request as the fields of the form show it."""
    values: Values = {
        "urgency": view.urgency,
        "narrative": view.narrative or "",
        "version": str(view.version),
    }
    for place, line in enumerate(view.lines):
        values |= {f"lines-{place}-{name}": text for name, text in _written_line(line).items()}
    return values


def _written_line(line: NewLine) -> dict[str, str]:
    default = WORDS.kind(line.category, line.kind).fr
    return {
        "kind": f"{line.category}.{line.kind}",
        "description": "" if line.description == default else line.description,
        "amount": f"{line.amount_cents // 100},{line.amount_cents % 100:02}",
        "frequency": line.frequency,
        "period_from": f"{line.period_from:%d/%m/%Y}",
        "period_to": f"{line.period_to:%d/%m/%Y}",
        "supplier": line.supplier or "",
        **{f"facts-{name}": _written_fact(value) for name, value in line.facts.items()},
    }


def _written_fact(value: FactValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:f}".replace(".", ",") if isinstance(value, Decimal) else str(value)


def read_tab(name: str | None) -> str:
    return name if name is not None and name in TABS else "toutes"


def read_answer(form: Form) -> tuple[str, int] | None:
    """An answer to a question, and the version of the request that was on the page."""
    answer = form.text("answer", most=2000, lines=True, required=False)
    if answer is None and not form.error("answer"):
        form.refuse("answer", "answer-required")
    version = form.whole("version", least=1, most=999_999)
    return None if form.errors or answer is None or version is None else (answer, version)
