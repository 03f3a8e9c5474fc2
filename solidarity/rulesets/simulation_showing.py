"""What came out of a simulation as charts and tables, on a page and in a spreadsheet."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final

from solidarity.rules.calendar import MONTH_NAMES
from solidarity.rules.money import format_euros
from solidarity.rules.ruleset.simulated_totals import Figures, Summary
from solidarity.rulesets.simulation_wording import CATEGORIES, LACKING, OUTCOMES
from solidarity.spreadsheets import Column, Kind, Sheet, Value, workbook
from solidarity.web.charts import Series, Tone, Words, column_chart
from solidarity.web.visit import Language
from solidarity.web.wording import Wording


@dataclass(frozen=True, kw_only=True, slots=True)
class Group:
    """One way to cut the cost: its title, the heading of its rows, and the rows with their names."""

    title: Wording
    heading: Wording
    rows: tuple[tuple[str, Figures], ...]


GROUPS: Final = (
    (Wording(fr="Par nature", en="By category"), Wording(fr="Nature", en="Category")),
    (Wording(fr="Par région", en="By region"), Wording(fr="Région", en="Region")),
    (Wording(fr="Par mois de décision", en="By month of decision"), Wording(fr="Mois", en="Month")),
    (Wording(fr="Par école", en="By school"), Wording(fr="École", en="School")),
)
THEN: Final = Wording(fr="Accordé alors", en="Granted then")
NOW: Final = Wording(fr="Avec ce barème", en="With this ruleset")
DIFFERENCE: Final = Wording(fr="Différence", en="Difference")
REQUESTS: Final = Wording(fr="Demandes", en="Requests")


def result_context(
    summary: Summary, language: Language, *, schools: Mapping[str, str], regions: Mapping[str, str]
) -> dict[str, Any]:
    """What the page of a result shows."""
    by_category, by_region, by_month, by_school = _groups(summary, language, schools, regions)
    return {
        "groups": (by_category, by_region, by_school),
        "by_month": _month_chart(by_month, language),
        "outcomes": _outcomes(summary),
        "lacking_kinds": LACKING,
        "kind_names": lambda text: _kind_name(text, language),
        "schools": schools,
    }


def _groups(
    summary: Summary, language: Language, schools: Mapping[str, str], regions: Mapping[str, str]
) -> tuple[Group, ...]:
    named = (
        [(_said(CATEGORIES[one.key], language), one) for one in summary.by_category],
        [(regions.get(one.key, one.key), one) for one in summary.by_region],
        [(_month(one.key, language), one) for one in summary.by_month],
        sorted((schools.get(one.key, one.key), one) for one in summary.by_school if one.key),
    )
    return tuple(
        Group(title=title, heading=heading, rows=tuple(rows))
        for (title, heading), rows in zip(GROUPS, named, strict=True)
    )


def _said(wording: Wording, language: Language) -> str:
    return wording.en if language == "en" else wording.fr


def _month(key: str, language: Language) -> str:
    year, _, month = key.partition("-")
    return f"{MONTH_NAMES[language][int(month) - 1]} {year}"


def _kind_name(text: str, language: Language) -> str:
    category, _, kind = text.partition(".")
    return f"{_said(CATEGORIES[category], language)} : {kind}" if category in CATEGORIES else text


def _outcomes(summary: Summary) -> tuple[tuple[Wording, int, int], ...]:
    return tuple(
        (words, summary.outcomes_then.get(name, 0), summary.new_outcomes.get(name, 0))
        for name, words in OUTCOMES.items()
    )


def _month_chart(group: Group, language: Language) -> Any:
    describes = Wording(
        fr="Ce qui fut accordé chaque mois, et ce que ce barème aurait accordé.",
        en="What was granted each month, and what this ruleset would have granted.",
    )
    return column_chart(
        Words(
            id="by-month",
            title=_said(group.title, language),
            description=_said(describes, language),
            across=_said(group.heading, language),
            upwards=_said(Wording(fr="Montant", en="Amount"), language),
        ),
        labels=[name for name, _ in group.rows],
        series=(
            Series(
                name=_said(THEN, language),
                values=tuple(one.granted_cents for _, one in group.rows),
                tone=Tone.FIRST,
            ),
            Series(
                name=_said(NOW, language),
                values=tuple(one.new_granted_cents for _, one in group.rows),
                tone=Tone.SECOND,
            ),
        ),
        write=partial(format_euros, language=language),
    )


# The spreadsheet


def result_workbook(
    summary: Summary,
    language: Language,
    *,
    title: str,
    created: datetime,
    schools: Mapping[str, str],
    regions: Mapping[str, str],
) -> bytes:
    """The whole result, one sheet a table; pupils by the references of their requests only."""
    say = partial(_said, language=language)
    sheets = [_totals_sheet(summary, say)]
    sheets += [
        _figures_sheet(say(group.title), say(group.heading), group.rows, say)
        for group in _groups(summary, language, schools, regions)
    ]
    sheets += [
        _changes_sheet(summary, say, schools),
        _envelopes_sheet(summary, say),
        _lacking_sheet(summary, language, say),
    ]
    return workbook(sheets, title=title, created=created)


_Say = partial[str]


def _euros(*headings: str) -> list[Column]:
    return [Column(heading=heading, kind=Kind.EUROS) for heading in headings]


def _totals_sheet(summary: Summary, say: _Say) -> Sheet:
    total, pupils = summary.total, summary.pupils
    counts: Iterable[tuple[Wording, int]] = (
        (REQUESTS, total.count),
        (Wording(fr="Demandes incomplètes", en="Incomplete requests"), summary.incomplete_requests),
        (Wording(fr="Élèves", en="Pupils"), pupils.count),
        (Wording(fr="Élèves qui gagnent", en="Pupils who gain"), pupils.gain),
        (Wording(fr="Élèves qui perdent", en="Pupils who lose"), pupils.lose),
        (Wording(fr="Deviennent éligibles", en="Become eligible"), pupils.become_eligible),
        (Wording(fr="Cessent d’être éligibles", en="Stop being eligible"), pupils.stop_being_eligible),
    )
    amounts: Iterable[tuple[Wording, int]] = (
        (Wording(fr="Proposé alors", en="Proposed then"), total.proposed_cents),
        (THEN, total.granted_cents),
        (Wording(fr="Proposé avec ce barème", en="Proposed with this ruleset"), total.new_proposed_cents),
        (NOW, total.new_granted_cents),
        (DIFFERENCE, total.difference_cents),
        (Wording(fr="Au plus, en haut des fourchettes", en="At most, top of bands"), summary.new_most_cents),
        (Wording(fr="Dont à confirmer", en="Of which to be confirmed"), summary.uncertain_cents),
        (Wording(fr="Sans crédit alors", en="Without credit then"), summary.unpaid_cents),
        (Wording(fr="Sans crédit avec ce barème", en="Without credit now"), summary.new_unpaid_cents),
    )
    rows: list[Sequence[Value]] = [(say(words), number, None) for words, number in counts]
    rows += [(say(words), None, cents) for words, cents in amounts]
    return Sheet(
        title=say(Wording(fr="Totaux", en="Totals")),
        columns=[
            Column(heading=say(Wording(fr="Quoi", en="What"))),
            Column(heading=say(Wording(fr="Nombre", en="Number")), kind=Kind.NUMBER),
            *_euros(say(Wording(fr="Montant", en="Amount"))),
        ],
        rows=rows,
    )


def _figures_sheet(title: str, heading: str, rows: Sequence[tuple[str, Figures]], say: _Say) -> Sheet:
    return Sheet(
        title=title,
        columns=[
            Column(heading=heading),
            Column(heading=say(Wording(fr="Nombre", en="Number")), kind=Kind.NUMBER),
            *_euros(
                say(Wording(fr="Proposé alors", en="Proposed then")),
                say(THEN),
                say(Wording(fr="Proposé avec ce barème", en="Proposed with this ruleset")),
                say(NOW),
                say(DIFFERENCE),
            ),
        ],
        rows=[
            (
                name,
                one.count,
                one.proposed_cents,
                one.granted_cents,
                one.new_proposed_cents,
                one.new_granted_cents,
                one.difference_cents,
            )
            for name, one in rows
        ],
    )


def _changes_sheet(summary: Summary, say: _Say, schools: Mapping[str, str]) -> Sheet:
    return Sheet(
        title=say(Wording(fr="Plus grands changements", en="Largest changes")),
        columns=[
            Column(heading=say(Wording(fr="Demandes de l’élève", en="Requests of the pupil"))),
            Column(heading=say(Wording(fr="École", en="School"))),
            *_euros(say(THEN), say(NOW), say(DIFFERENCE)),
        ],
        rows=[
            (
                ", ".join(one.references),
                schools.get(one.school, one.school),
                one.granted_cents,
                one.new_granted_cents,
                one.difference_cents,
            )
            for one in summary.changes
        ],
    )


def _envelopes_sheet(summary: Summary, say: _Say) -> Sheet:
    exhausted_then = Wording(fr="Épuisée alors le", en="Exhausted then on")
    exhausted_now = Wording(fr="Épuisée avec ce barème le", en="Exhausted with this ruleset on")
    return Sheet(
        title=say(Wording(fr="Enveloppes", en="Envelopes")),
        columns=[
            Column(heading=say(Wording(fr="Enveloppe", en="Envelope"))),
            *_euros(say(Wording(fr="Ouvert", en="Allocated")), say(THEN), say(NOW)),
            Column(heading=say(exhausted_then), kind=Kind.DATE),
            Column(heading=say(exhausted_now), kind=Kind.DATE),
        ],
        rows=[
            (
                one.new.name,
                one.new.allocated_cents,
                one.then.spent_cents,
                one.new.spent_cents,
                one.then.exhausted_on,
                one.new.exhausted_on,
            )
            for one in summary.envelopes
        ],
    )


def _lacking_sheet(summary: Summary, language: Language, say: _Say) -> Sheet:
    return Sheet(
        title=say(Wording(fr="Ce qui manque", en="What is missing")),
        columns=[
            Column(heading=say(Wording(fr="Sorte", en="Kind"))),
            Column(heading=say(Wording(fr="Quoi", en="What"))),
            Column(heading=say(REQUESTS), kind=Kind.NUMBER),
        ],
        rows=[
            (say(LACKING[one.kind]), _kind_name(one.what.in_language(language), language), one.requests)
            for one in summary.lacking
        ],
    )
