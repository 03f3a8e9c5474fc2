"""Amounts, rates, windows, brackets and durations of a ruleset, each as a few words in both languages."""

from collections.abc import Iterable, Mapping
from datetime import date

from solidarity.rules.calendar import Duration
from solidarity.rules.ruleset.expressions import Expression
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import Figure, Unit, fill
from solidarity.rules.ruleset.model import Amount, Bracket, DatedValue, Parameter, ParameterValue, Window
from solidarity.rules.ruleset.wording import CATEGORY_NAMES, kind_name
from solidarity.rules.ruleset.written import Written

NOTHING = Text("", "")
BY_FORMULA = Text("selon une formule", "by a formula")
TO_CONFIRM = Text("à confirmer", "to be confirmed")
A_PERSON_DECIDES = Text("une personne décide", "a person decides")

WINDOWS: Mapping[Window, Text] = {
    Window.LINE: Text("par dépense", "per expense"),
    Window.LINE_MONTH: Text("par mois", "per month"),
    Window.REQUEST: Text("par demande", "per request"),
    Window.STUDENT_CATEGORY_YEAR: Text("par élève, par an et par catégorie", "per pupil, year and category"),
    Window.STUDENT_YEAR: Text("par élève et par an", "per pupil and year"),
    Window.HOUSEHOLD_YEAR: Text("par foyer et par an", "per household and year"),
    Window.SCHOOL_YEAR: Text("par élève et par an", "per pupil and year"),
    Window.ROLLING: Text("par élève sur {length} glissants", "per pupil over {length}, rolling"),
}


def said(value: ParameterValue | Text | None, unit: Unit = Unit.PLAIN) -> Text:
    if isinstance(value, tuple):
        return joined(said(item, unit) for item in value)
    figure = Figure(value, unit)
    return Text(figure.in_language("fr"), figure.in_language("en"))


def sentence(wording: Text, /, **parts: Text | date | int) -> Text:
    return fill(wording, {name: Figure(part) for name, part in parts.items()})


def joined(parts: Iterable[Text], separator: str = ", ") -> Text:
    listed = [part for part in parts if part.fr]
    return Text(separator.join(part.fr for part in listed), separator.join(part.en for part in listed))


def bare_parameter(amount: Amount | None) -> str | None:
    """The parameter an amount simply is: `=params.rent_cap`; None for a constant or a computation."""
    if not isinstance(amount, Expression):
        return None
    name = amount.source.strip().removeprefix("params.")
    return name if amount.source.strip() == f"params.{name}" and name.isidentifier() else None


def amount_words(amount: Amount, written: Written, unit: Unit = Unit.EUROS) -> Text:
    if isinstance(amount, int):
        return said(amount, unit)
    parameter = written.ruleset.params.get(bare_parameter(amount) or "")
    return BY_FORMULA if parameter is None else parameter_words(parameter, unit)


def formula(amount: Amount | None) -> str:
    """What is computed, for the small print; empty for a constant and for a bare parameter."""
    is_computed = isinstance(amount, Expression) and bare_parameter(amount) is None
    return amount.source.strip() if is_computed and isinstance(amount, Expression) else ""


def parameter_words(parameter: Parameter, unit: Unit) -> Text:
    """Every value with the day from which it holds."""
    if len(parameter.values) == 1:
        return _with_doubt(said(parameter.values[0].value, unit), parameter.values[0])
    return joined((_dated_words(dated, unit) for dated in parameter.values), "\u00a0; ")


def _dated_words(dated: DatedValue, unit: Unit) -> Text:
    assert dated.from_day is not None, "a parameter with several values dates each of them"
    since = sentence(
        Text("{value} à partir du {day}", "{value} from {day}"),
        value=said(dated.value, unit),
        day=dated.from_day,
    )
    return _with_doubt(since, dated)


def _with_doubt(text: Text, dated: DatedValue) -> Text:
    return (
        text
        if dated.is_confirmed
        else sentence(Text("{text} (à confirmer)", "{text} (to be confirmed)"), text=text)
    )


def window_words(per: Window, over: Duration | None) -> Text:
    return sentence(WINDOWS[per], length=duration_words(over)) if over else WINDOWS[per]


def duration_words(length: Duration) -> Text:
    years, months = divmod(length.months, 12)
    counted = (
        _counted(years, ("an", "ans"), ("year", "years")),
        _counted(months, ("mois", "mois"), ("month", "months")),
        _counted(length.days, ("jour", "jours"), ("day", "days")),
    )
    return joined(counted, " ")


def _counted(count: int, french: tuple[str, str], english: tuple[str, str]) -> Text:
    if count == 0:
        return NOTHING
    return Text(f"{count} {french[count > 1]}", f"{count} {english[count > 1]}")


def range_words(start: int | None, stop: int | None, unit: Unit) -> Text:
    """A half-open range: its first value is inside, its last is not."""
    if stop is None and not start:
        return Text("quelle que soit la valeur", "whatever the value")
    if stop is None:
        return sentence(Text("{start} et plus", "{start} and more"), start=said(start, unit))
    if not start:
        return sentence(Text("moins de {stop}", "below {stop}"), stop=said(stop, unit))
    wording = Text("de {start} à moins de {stop}", "from {start} to below {stop}")
    return sentence(wording, start=said(start, unit), stop=said(stop, unit))


def result_words(bracket: Bracket, written: Written) -> Text:
    if bracket.refer:
        return A_PERSON_DECIDES
    if bracket.amount is not None:
        most = amount_words(bracket.amount, written)
        return sentence(Text("{most} au plus", "{most} at most"), most=most)
    if bracket.rate_least == bracket.rate_most:
        return said(bracket.rate_least, Unit.RATE)
    wording = Text("de {least} à {most}, au choix", "{least} to {most}, at discretion")
    return sentence(
        wording, least=said(bracket.rate_least, Unit.RATE), most=said(bracket.rate_most, Unit.RATE)
    )


def place_words(places: Iterable[str]) -> Text:
    """What a rule applies to: "transport", "logement : loyer, résidence"."""
    kinds: dict[str, list[Text]] = {}
    for place in places:
        if place == "*":
            return Text("toutes les aides", "all aid")
        category, dot, kind = place.partition(".")
        kinds.setdefault(category, []).extend([kind_name(kind)] if dot else [])
    return joined((_place_words(category, named) for category, named in kinds.items()), "\u00a0; ")


def _place_words(category: str, kinds: list[Text]) -> Text:
    name = CATEGORY_NAMES[category]
    if not kinds:
        return name
    wording = Text("{category}\u00a0: {kinds}", "{category}: {kinds}")
    return sentence(wording, category=name, kinds=joined(kinds))
