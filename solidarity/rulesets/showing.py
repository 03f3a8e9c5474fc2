"""What the pages of rulesets show, in the language of the reader: portraits, charts, differences, faults."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from solidarity.rules.ruleset import Fault
from solidarity.rules.ruleset.difference import Change, Part, difference
from solidarity.rules.ruleset.examine import examine
from solidarity.rules.ruleset.faults import Text
from solidarity.rules.ruleset.figures import Figure, Unit
from solidarity.rules.ruleset.portrait import RulePortrait, ScalePortrait, Section
from solidarity.rules.ruleset.saying import joined, sentence
from solidarity.rulesets.queries import RulesetView, portrait_of, written
from solidarity.rulesets.wording import (
    ACTS,
    AMOUNT,
    CAP,
    CAPS_SAYS,
    CAPS_TITLE,
    FACT_TYPES,
    LEAST,
    MOST,
    OUTCOMES,
    PARTS,
    RESULTS,
    SCALE_SAYS,
    STANDING_TONES,
    STANDINGS,
)
from solidarity.web.chart_shapes import Cell, Key, Row
from solidarity.web.charts import Bar, Chart, Step, Tone, Words, bar_chart, step_chart
from solidarity.web.visit import Language

LONGEST_LABEL: Final = 38
MOST_FAULTS_SHOWN: Final = 100
LONGEST_EXCERPT: Final = 120


@dataclass(frozen=True, kw_only=True, slots=True)
class FaultShown:
    """One fault beside the line it was found on."""

    line: int | None
    excerpt: str
    rule: str | None
    message: Text
    remedy: Text


def words() -> dict[str, Any]:
    """What every page about rulesets needs to say."""
    return {
        "standings": STANDINGS,
        "standing_tones": STANDING_TONES,
        "outcomes": OUTCOMES,
        "fact_types": FACT_TYPES,
        "acts": ACTS,
    }


def shown_view(view: RulesetView, today: date) -> dict[str, Any]:
    """One version, and where it stands."""
    return {
        **words(),
        "view": view,
        "title": Text(view.title_fr, view.title_en),
        "standing": view.standing(today).value,
        "today": today,
    }


def shown_portrait(source: str, language: Language) -> dict[str, Any]:
    """The readable form of a text, with a chart for each scale and for the caps of each section."""
    found = portrait_of(source)
    return {
        "portrait": found,
        "scales": {
            f"{section.name}-{rule.id}": _scale_chart(
                f"scale-{section.name}-{number}", section, rule, rule.scale, language
            )
            for section in found.sections
            for number, rule in enumerate(section.rules)
            if rule.scale is not None
        },
        "caps": {
            section.name: _caps_chart(section, language)
            for section in found.sections
            if len(section.caps) > 1
        },
    }


def shown_differences(before: str, after: str) -> list[tuple[Text, list[Change]]]:
    """What changes between two texts, part by part; a part without change is left out."""
    found = difference(written(before), written(after))
    parts = [(PARTS[part], [one for one in found if one.part is part]) for part in Part]
    return [(title, changes) for title, changes in parts if changes]


def shown_faults(faults: Sequence[Fault], source: str) -> list[FaultShown]:
    lines = source.split("\n")
    return [
        FaultShown(
            line=fault.line,
            excerpt=lines[fault.line - 1].strip()[:LONGEST_EXCERPT]
            if fault.line and fault.line <= len(lines)
            else "",
            rule=fault.rule,
            message=fault.message,
            remedy=fault.remedy,
        )
        for fault in faults[:MOST_FAULTS_SHOWN]
    ]


def shown_doubts(view: RulesetView, source: str) -> list[FaultShown]:
    """What somebody should look at before a draft is put in force; nothing of it refuses the draft."""
    if view.state != "draft":
        return []
    found = examine(source)
    return shown_faults([*found.faults, *found.warnings], source)


def _writer(unit: Unit, language: Language) -> Callable[[int], str]:
    return lambda value: Figure(value, unit).in_language(language)


def _caps_chart(section: Section, language: Language) -> Chart:
    """Caps as bars; the table beside them says over how long each one holds."""
    caps = section.caps
    write = _writer(Unit.EUROS, language)
    drawn = bar_chart(
        Words(
            id=f"caps-{section.name}",
            title=sentence(CAPS_TITLE, section=section.title).in_language(language),
            description=CAPS_SAYS.in_language(language),
            across=CAP.in_language(language),
            upwards=AMOUNT.in_language(language),
        ),
        bars=[Bar(label=_short(cap.title.in_language(language)), value=cap.cents) for cap in caps],
        write=write,
    )
    rows = tuple(
        Row(
            heading=Cell(text=cap.title.in_language(language)),
            cells=(Cell(text=f"{write(cap.cents)} {cap.window.in_language(language)}"),),
        )
        for cap in caps
    )
    return replace(drawn, rows=rows)


def _short(label: str) -> str:
    return label if len(label) <= LONGEST_LABEL else f"{label[: LONGEST_LABEL - 1].rstrip()}…"


def _scale_chart(
    name: str, section: Section, rule: RulePortrait, scale: ScalePortrait, language: Language
) -> Chart:
    """Steps, two of them where an administrator chooses; the table has the rows that cannot be drawn too."""
    subject = scale.subject.in_language(language)
    drawn = step_chart(
        Words(
            id=name,
            title=joined((rule.title, section.title)).in_language(language),
            description=sentence(SCALE_SAYS, subject=scale.subject).in_language(language),
            across=f"{subject[:1].upper()}{subject[1:]}",
            upwards=RESULTS[scale.result_counts].in_language(language),
        ),
        steps=_steps(scale),
        write_threshold=_writer(scale.counts, language),
        write_value=_writer(scale.result_counts, language),
    )
    keys = [(LEAST, Tone.FIRST), (MOST, Tone.SECOND)] if _has_band(scale) else []
    return replace(
        drawn,
        rows=tuple(
            Row(
                heading=Cell(text=row.range.in_language(language)),
                cells=(Cell(text=row.result.in_language(language)),),
            )
            for row in scale.rows
        ),
        keys=tuple(Key(name=name.in_language(language), tone=tone, kind="line") for name, tone in keys),
    )


def _has_band(scale: ScalePortrait) -> bool:
    return any(row.least != row.most for row in scale.rows)


def _steps(scale: ScalePortrait) -> list[Step]:
    steps = []
    for row in scale.rows:
        if row.least is not None:
            steps.append(Step(first=row.start, below=row.stop, value=row.least))
        if row.most is not None and row.most != row.least:
            steps.append(Step(first=row.start, below=row.stop, value=row.most, tone=Tone.SECOND))
    return steps
