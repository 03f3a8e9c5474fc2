"""One reader for each kind of rule: a TOML table to a rule, every fault said."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypedDict

from solidarity.rules.calendar import Duration
from solidarity.rules.ruleset.expressions import Expression
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.model import (
    Amount,
    ApprovalBand,
    ApprovalRule,
    Band,
    Below,
    Bracket,
    CapRule,
    CostRule,
    DeductRule,
    DocumentsRule,
    EligibilityRule,
    EmergencyRule,
    FloorRule,
    Missing,
    ProrateMode,
    ProrateRule,
    ReserveRule,
    Rounding,
    RoundRule,
    Rule,
    ScaleRule,
    Severity,
    Unit,
    Window,
)
from solidarity.rules.ruleset.ranges import Range, bound, in_order
from solidarity.rules.ruleset.reading import Table


class Shared(TypedDict):
    """What every rule has."""

    id: str
    title: Text
    applies_to: tuple[str, ...]
    when: Expression | None
    source: str | None
    message: Text | None
    line: int | None


class Urgency(StrEnum):
    NORMAL = "normal"
    EMERGENCY = "emergency"


class MissingKey(StrEnum):
    REFER = "refer"
    REFUSE = "refuse"
    RATE = "rate"


def one_of(table: Table, *keys: str) -> str | None:
    """The single key present among these; says so when there are none or several."""
    present = [key for key in keys if table.has(key)]
    if len(present) == 1:
        return present[0]
    listed = ", ".join(keys)
    table.complain(
        present[1] if present else keys[0],
        "keys-exclusive" if present else "key-missing",
        Text(
            f"il faut exactement une de ces clés : {listed}", f"exactly one of these keys is needed: {listed}"
        ),
        Text("Gardez-en une.", "Keep one.") if present else Text("Ajoutez-en une.", "Add one."),
    )
    return None


def eligibility(table: Table, shared: Shared) -> Rule | None:
    require = table.expression("require", "boolean", required=True)
    severity = table.choice("severity", Severity)
    if require is None or severity is None:
        return None
    return EligibilityRule(**shared, require=require, severity=severity)


def documents(table: Table, shared: Shared) -> Rule | None:
    all_of, any_of = table.strings("all_of"), table.strings("any_of")
    if not all_of and not any_of and not (table.has("all_of") or table.has("any_of")):
        one_of(table, "all_of", "any_of")
    valid_for = table.string("valid_for")
    is_for_school_year = valid_for == "school_year"
    length = None if valid_for is None or is_for_school_year else table.length_of("valid_for", valid_for)
    return DocumentsRule(
        **shared, all_of=all_of, any_of=any_of, valid_for=length, is_for_school_year=is_for_school_year
    )


def cost(table: Table, shared: Shared) -> Rule | None:
    may_exceed, min_units = table.boolean("may_exceed"), table.integer("min_units")
    chosen = one_of(table, "amount", "unit_rate", "bands")
    if chosen == "amount":
        for key in ("units", "min_units"):
            if table.has(key):
                _only_with(table, key, "unit_rate")
        amount = table.expression("amount", "integer")
        if amount is None:
            return None
        return CostRule(
            **shared,
            amount=amount,
            units=None,
            bands=(),
            unit_rate=None,
            min_units=None,
            may_exceed=may_exceed,
        )
    units = table.expression("units", "integer", required=True)
    rate, bands = _unit_prices(table, chosen)
    if units is None or (rate is None and not bands):
        return None
    return CostRule(
        **shared,
        amount=None,
        units=units,
        bands=bands,
        unit_rate=rate,
        min_units=min_units,
        may_exceed=may_exceed,
    )


def _unit_prices(table: Table, chosen: str | None) -> tuple[Expression | None, tuple[Band, ...]]:
    if chosen == "bands":
        return None, _bands(table)
    written = table.get("unit_rate")
    if isinstance(written, str) and written.startswith("="):
        return table.expression_of("unit_rate", written[1:], "integer"), ()
    rate = table.unit_rate("unit_rate") if chosen == "unit_rate" else None
    return None, () if rate is None else (Band(start=None, stop=None, unit_rate=rate),)


def _only_with(table: Table, key: str, other: str) -> None:
    table.complain(
        key,
        "keys-exclusive",
        Text(f"cette clé ne va qu’avec {other}", f"this key only goes with {other}"),
        Text(f"Retirez {key}, ou utilisez {other}.", f"Remove {key}, or use {other}."),
    )


def _bands(table: Table) -> tuple[Band, ...]:
    ranges = [cost_band(inner, number) for number, inner in enumerate(table.tables("bands"), start=1)]
    return tuple(
        Band(start=found.start, stop=found.stop, unit_rate=found.held)
        for found in in_order(table, "bands", ranges)
    )


def cost_band(table: Table, number: int) -> Range[int]:
    start, stop = bound(table, "from"), bound(table, "below")
    table.get("unit_rate", required=True)
    rate = table.unit_rate("unit_rate") if table.has("unit_rate") else None
    table.finish()
    return Range(start=start, stop=stop, number=number, held=rate or 0)


def deduct(table: Table, shared: Shared) -> Rule | None:
    amount = table.expression("amount", "integer", required=True)
    return None if amount is None else DeductRule(**shared, amount=amount)


def scale(table: Table, shared: Shared) -> Rule | None:
    on = table.expression("on", "integer", required=True)
    tables = table.tables("brackets")
    ranges = [bracket(inner, number) for number, inner in enumerate(tables, start=1)]
    ordered = in_order(table, "brackets", ranges)
    brackets = tuple(found.held for found in ordered)
    missing = table.choice("missing", MissingKey, required=False)
    missing_rate = table.percent("missing_rate", required=missing is MissingKey.RATE)
    if missing_rate is not None and missing is not MissingKey.RATE:
        _only_with(table, "missing_rate", 'missing = "rate"')
    if on is None or not brackets:
        return None
    chosen = Missing.INCOMPLETE if missing is None else Missing(missing.value)
    return ScaleRule(
        **shared,
        on=on,
        brackets=brackets,
        missing=chosen,
        missing_rate=missing_rate,
        has_euro_bounds=any(
            isinstance(inner.raw.get(key), str) for inner in tables for key in ("from", "below")
        ),
    )


def bracket(table: Table, number: int) -> Range[Bracket]:
    start, stop = bound(table, "from"), bound(table, "below")
    refer = table.boolean("refer")
    least, most = _rates(table, refer=refer)
    amount = table.amount("amount")
    table.finish()
    held = Bracket(start=start, stop=stop, rate_least=least, rate_most=most, amount=amount, refer=refer)
    return Range(start=start, stop=stop, number=number, held=held)


def _rates(table: Table, *, refer: bool) -> tuple[int | None, int | None]:
    given = {key for key in ("rate", "amount", "rate_min", "rate_max") if table.has(key)}
    allowed: tuple[set[str], ...] = (set(),) if refer else ({"rate"}, {"amount"}, {"rate_min", "rate_max"})
    if given not in allowed:
        table.complain(
            "brackets",
            "bracket-result",
            Text(
                "une tranche a un seul résultat : rate, amount, rate_min avec rate_max, ou refer = true",
                "a bracket has one result: rate, amount, rate_min with rate_max, or refer = true",
            ),
            Text("Gardez un seul résultat.", "Keep a single result."),
        )
    rate = table.percent("rate")
    least, most = table.percent("rate_min"), table.percent("rate_max")
    if least is not None and most is not None and least > most:
        table.complain(
            "rate_min",
            "bracket-band",
            Text("le minimum dépasse le maximum", "the minimum is above the maximum"),
            Text("Échangez rate_min et rate_max.", "Swap rate_min and rate_max."),
        )
    return (rate, rate) if rate is not None else (least, most)


def _window(table: Table) -> tuple[Window | None, Duration | None]:
    written = table.string("per", required=True)
    if written is None:
        return None, None
    name, colon, length = written.partition(":")
    if name == Window.ROLLING and colon:
        return Window.ROLLING, table.length_of("per", length)
    choices = [window.value for window in Window if window is not Window.ROLLING]
    if written in choices:
        return Window(written), None
    table.not_one_of("per", written, [*choices, "rolling:P12M"])
    return None, None


def cap(table: Table, shared: Shared) -> Rule | None:
    per, over = _window(table)
    chosen = one_of(table, "amount", "count")
    amount, count = table.amount("amount"), table.count("count")
    if count is not None and per in {Window.LINE, Window.LINE_MONTH}:
        table.complain(
            "count",
            "window",
            Text(
                "un nombre d’aides ne se compte pas sur une ligne",
                "a number of grants is not counted on a line",
            ),
            Text("Utilisez per = request ou plus large.", "Use per = request or wider."),
        )
    if per is None or chosen is None or (per is Window.ROLLING and over is None):
        return None
    if amount is None and count is None:
        return None
    return CapRule(**shared, per=per, over=over, amount=amount, count=count)


def floor(table: Table, shared: Shared) -> Rule | None:
    per, over = _window(table)
    amount = table.amount("amount", required=True)
    below = table.choice("below", Below)
    if per is None or amount is None or below is None or (per is Window.ROLLING and over is None):
        return None
    return FloorRule(**shared, per=per, over=over, amount=amount, below=below)


def prorate(table: Table, shared: Shared) -> Rule | None:
    by, mode = table.choice("by", Unit), table.choice("mode", ProrateMode)
    units, of = table.count("units"), table.count("of", required=True)
    threshold: Amount | None = table.count("threshold")
    if threshold is not None and mode is ProrateMode.KEEP:
        _only_with(table, "threshold", 'mode = "remove"')
    if of == 0 or (isinstance(of, Expression) and of.source.strip() == "0"):
        table.complain(
            "of",
            "expression-division-by-zero",
            Text("on ne partage pas par zéro", "nothing is divided by zero"),
            Text("Écrivez un nombre d’au moins 1.", "Write a number of at least 1."),
        )
    if by is None or mode is None or of is None:
        return None
    return ProrateRule(**shared, by=by, units=units, of=of, mode=mode, threshold=threshold or 0)


def rounding(table: Table, shared: Shared) -> Rule | None:
    to_cents, mode = table.cents("to", required=True), table.choice("mode", Rounding)
    if to_cents == 0:
        table.complain(
            "to",
            "amount",
            Text("on n’arrondit pas à zéro", "nothing is rounded to zero"),
            Text('Écrivez par exemple "1.00".', 'Write for instance "1.00".'),
        )
    if not to_cents or mode is None:
        return None
    return RoundRule(**shared, to_cents=to_cents, mode=mode)


def reserve(table: Table, shared: Shared) -> Rule | None:
    share, until = table.percent("share", required=True, most=10_000), table.day("until")
    except_urgency = table.choice("except_urgency", Urgency, required=False)
    if share is None or until is None:
        return None
    return ReserveRule(**shared, share=share, until=until, except_urgency=except_urgency)


def approval(table: Table, shared: Shared) -> Rule | None:
    inner = table.tables("bands")
    bands = tuple(band for band in map(approval_band, inner) if band is not None)
    written = table.string("over")
    over = None
    if written is not None:
        name, _, length = written.partition(":")
        if name != Window.ROLLING:
            table.not_one_of("over", written, ["rolling:P30D"])
        else:
            over = table.length_of("over", length)
    if len(bands) == len(inner) > 0:
        _approval_order(table, bands)
    return ApprovalRule(**shared, bands=bands, over=over) if bands else None


def approval_band(table: Table) -> ApprovalBand | None:
    up_to = table.cents("up_to")
    approvals = table.integer("approvals", least=1, most=2, required=True)
    is_broken = table.has("up_to") and up_to is None
    table.finish()
    return None if approvals is None or is_broken else ApprovalBand(up_to_cents=up_to, approvals=approvals)


def _approval_order(table: Table, bands: tuple[ApprovalBand, ...]) -> None:
    *bounded, last = [band.up_to_cents for band in bands]
    known = [amount for amount in bounded if amount is not None]
    if last is not None or len(known) != len(bounded):
        table.complain(
            "bands",
            "approval-bands",
            Text(
                "la dernière bande n’a pas de up_to, les autres en ont un",
                "the last band has no up_to, the others have one",
            ),
            Text(
                "Ajoutez une dernière bande { approvals = … } sans up_to : elle vaut au-delà.",
                "Add a last band { approvals = … } without up_to: it holds beyond.",
            ),
        )
    if sorted(set(known)) != known:
        table.complain(
            "bands",
            "approval-bands",
            Text("les bandes ne montent pas", "the bands do not rise"),
            Text("Rangez-les par up_to croissant.", "Sort them by rising up_to."),
        )


def emergency(table: Table, shared: Shared) -> Rule | None:
    amount, quota = table.amount("amount", required=True), table.integer("quota", required=True)
    ratify_within = table.length("ratify_within", required=True)
    if amount is None or quota is None or ratify_within is None:
        return None
    return EmergencyRule(**shared, amount=amount, quota=quota, ratify_within=ratify_within)


@dataclass(frozen=True, kw_only=True, slots=True)
class KindOfRule:
    """How one kind is read, and what must be there: places it applies to, a message."""

    read: Callable[[Table, Shared], Rule | None]
    needs_places: bool = True
    needs_message: bool = False


KINDS: Mapping[str, KindOfRule] = {
    "eligibility": KindOfRule(read=eligibility, needs_message=True),
    "documents": KindOfRule(read=documents, needs_message=True),
    "cost": KindOfRule(read=cost),
    "deduct": KindOfRule(read=deduct),
    "scale": KindOfRule(read=scale),
    "cap": KindOfRule(read=cap),
    "floor": KindOfRule(read=floor),
    "prorate": KindOfRule(read=prorate),
    "round": KindOfRule(read=rounding),
    "reserve": KindOfRule(read=reserve, needs_places=False),
    "approval": KindOfRule(read=approval, needs_places=False),
    "emergency": KindOfRule(read=emergency, needs_places=False),
}
