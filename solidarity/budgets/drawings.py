"""The charts of the budget: where the money of envelopes stands, and what each month granted and paid."""

from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Final

from solidarity.budgets.envelope_queries import MonthView
from solidarity.budgets.labels import PARTS
from solidarity.budgets.queries import EnvelopeView
from solidarity.rules.money import Cents, format_euros
from solidarity.web.charts import Bar, Chart, Series, Tone, Words, column_chart, gauge
from solidarity.web.visit import Language
from solidarity.web.wording import Wording

_MONTHS: Final = {
    "fr": ("janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
_STANDS: Final = Wording(fr="Où en est l’argent", en="Where the money stands")
_STANDS_SAYS: Final = Wording(
    fr="Sur {whole} ouverts, {paid} sont payés, {committed} engagés, {reserved} réservés ; {free} restent.",
    en="Of {whole} allocated, {paid} is paid, {committed} committed, {reserved} reserved; {free} is left.",
)
_BY_MONTH: Final = Wording(fr="Accordé et payé, par mois", en="Granted and paid, by month")
_BY_MONTH_SAYS: Final = Wording(
    fr="Accordé : les aides décidées dans le mois, moins celles qui ont été reprises. Au total, {granted} "
    "sont accordés, dont {paid} payés.",
    en="Granted: the aid decided in the month, less what was taken back. In all, {granted} is granted, "
    "of which {paid} is paid.",
)
_PART: Final = Wording(fr="Situation", en="Situation")
_AMOUNT: Final = Wording(fr="Montant", en="Amount")
_MONTH: Final = Wording(fr="Mois", en="Month")
_GRANTED: Final = Wording(fr="Accordé", en="Granted")

Address = Callable[[str], str]
"""Where a part of the gauge or a month leads."""


def totals_of(envelopes: Iterable[EnvelopeView]) -> dict[str, Cents]:
    """The parts of several envelopes together, in the order of the gauge, and the whole."""
    found = list(envelopes)
    return {
        "paid": sum(one.paid_cents for one in found),
        "committed": sum(one.committed_cents for one in found),
        "reserved": sum(one.reserved_cents for one in found),
        "free": sum(one.available_cents for one in found),
        "whole": sum(one.allocated_cents for one in found),
    }


def stands_chart(
    envelopes: Sequence[EnvelopeView], language: Language, *, address: Address | None = None
) -> Chart:
    totals = totals_of(envelopes)
    write = partial(format_euros, language=language)
    words = Words(
        id="stands",
        title=_STANDS.in_language(language),
        description=_STANDS_SAYS.in_language(language).format(
            **{name: write(cents) for name, cents in totals.items()}
        ),
        across=_PART.in_language(language),
        upwards=_AMOUNT.in_language(language),
    )
    parts = [
        Bar(
            label=PARTS[name].in_language(language),
            value=totals[name],
            tone=Tone(name),
            address=address(name) if address else None,
        )
        for name in PARTS
    ]
    return gauge(words, parts=parts, whole=totals["whole"], write=write)


def months_chart(months: Sequence[MonthView], language: Language, *, address: Address) -> Chart:
    write = partial(format_euros, language=language)
    words = Words(
        id="months",
        title=_BY_MONTH.in_language(language),
        description=_BY_MONTH_SAYS.in_language(language).format(
            granted=write(sum(one.granted_cents for one in months)),
            paid=write(sum(one.paid_cents for one in months)),
        ),
        across=_MONTH.in_language(language),
        upwards=_AMOUNT.in_language(language),
    )
    return column_chart(
        words,
        labels=[_short(one.month, language) for one in months],
        series=(
            Series(
                name=_GRANTED.in_language(language),
                values=tuple(one.granted_cents for one in months),
                tone=Tone.COMMITTED,
                addresses=tuple(address(one.month) if one.granted_cents else None for one in months),
            ),
            Series(
                name=PARTS["paid"].in_language(language),
                values=tuple(one.paid_cents for one in months),
                tone=Tone.PAID,
                addresses=tuple(address(one.month) if one.paid_cents else None for one in months),
            ),
        ),
        write=write,
    )


def _short(month: str, language: Language) -> str:
    return _MONTHS[language][int(month[5:]) - 1]
