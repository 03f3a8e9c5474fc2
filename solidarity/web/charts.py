"""Charts as plain geometry: from figures to shapes, which `macros/charts.html` writes as SVG beside a table.

A page makes the chart, with its words in the language of the visitor, and the template draws it:

    shown = column_chart(
        Words(id="by-month", title="Payé par mois", description="Somme des paiements de chaque mois.",
              across="Mois", upwards="Montant"),
        labels=("sept.", "oct."),
        series=(Series(name="Payé", values=(120_00, 80_00), tone=Tone.PAID),),
        write=partial(format_euros, language=language),
    )
    {% from "macros/charts.html" import chart %}   {{ chart(shown) }}

Values are whole numbers (cents, counts, basis points); `write` says one of them in words. `Words.id` is
unique on its page. A figure that has an `address` is a link in the table to the rows it sums.

bar_chart     Bar… side by side, one a line: labels of any length; readable on a phone as it is
gauge         Bar… one after the other in a whole: what is spent of a budget
column_chart  Series… over labels such as months, beside each other; negative values go down
line_chart    Series… over labels, with a `Band` for what is uncertain; a missing value (None) breaks the line
step_chart    Step…: a scale, value against threshold; each step holds from `first` to below `below`
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from solidarity.rules.money import half_up_div
from solidarity.web.chart_shapes import (
    BOTTOM,
    LETTER,
    PLOT_HEIGHT,
    TOP,
    WIDTH,
    Block,
    Cell,
    Chart,
    Dot,
    Key,
    Label,
    Plot,
    Row,
    Rule,
    Tone,
    Trace,
    Words,
    Write,
    frame,
    named_places,
    plot_of,
)

__all__ = [
    "Band",
    "Bar",
    "Cell",
    "Chart",
    "Series",
    "Step",
    "Tone",
    "Words",
    "bar_chart",
    "column_chart",
    "gauge",
    "line_chart",
    "step_chart",
]


@dataclass(frozen=True, kw_only=True, slots=True)
class Bar:
    label: str
    value: int
    tone: Tone = Tone.FIRST
    address: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Series:
    name: str
    values: tuple[int | None, ...]
    tone: Tone = Tone.FIRST
    addresses: tuple[str | None, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """Between which values something lies, label by label; None where nothing is uncertain."""

    name: str
    least: tuple[int | None, ...]
    most: tuple[int | None, ...]
    tone: Tone = Tone.SECOND


@dataclass(frozen=True, kw_only=True, slots=True)
class Step:
    """From `first` on (None: from below every threshold), up to but without `below` (None: without end)."""

    first: int | None
    below: int | None
    value: int
    tone: Tone = Tone.FIRST


def _cell(series: Series, place: int, write: Write) -> Cell:
    value = series.values[place]
    address = series.addresses[place] if place < len(series.addresses) else None
    return Cell(text="–" if value is None else write(value), address=address)


# The five charts


def bar_chart(words: Words, *, bars: Sequence[Bar], write: Write) -> Chart:
    """One bar a line under its label, from the same zero; negative values are drawn as nothing."""
    width, line = 340, 46
    most = max((bar.value for bar in bars), default=0) or 1
    blocks, labels, rules = [], [], []
    for index, bar in enumerate(bars):
        top = index * line
        labels += [
            Label(x=0, y=top + 15, text=bar.label, kind="label"),
            Label(x=width, y=top + 15, text=write(bar.value), anchor="end", kind="value"),
        ]
        rules.append(Rule(x1=0, y1=top + 36, x2=width, y2=top + 36))
        length = half_up_div(max(bar.value, 0) * width, most)
        says = f"{bar.label} : {write(bar.value)}"
        blocks.append(Block(x=0, y=top + 22, width=length, height=14, tone=bar.tone, says=says))
    return Chart(
        words=words,
        width=width,
        height=max(len(bars), 1) * line,
        headings=(words.across, words.upwards),
        rows=_bar_rows(bars, write),
        blocks=tuple(blocks),
        rules=tuple(rules),
        labels=tuple(labels),
        is_narrow=True,
    )


def gauge(words: Words, *, parts: Sequence[Bar], whole: int, write: Write) -> Chart:
    """Parts one after the other in a whole; more than the whole makes the drawing the sum of its parts."""
    width, height = 340, 34
    scale = max(whole, sum(max(part.value, 0) for part in parts), 1)
    blocks, before = [], 0
    for part in parts:
        left, right = (half_up_div(end * width, scale) for end in (before, before + max(part.value, 0)))
        before += max(part.value, 0)
        says = f"{part.label} : {write(part.value)}"
        blocks.append(Block(x=left, y=2, width=right - left, height=height - 4, tone=part.tone, says=says))
    return Chart(
        words=words,
        width=width,
        height=height,
        headings=(words.across, words.upwards),
        rows=_bar_rows(parts, write),
        blocks=tuple(blocks),
        rules=tuple(Rule(x1=0, y1=y, x2=width, y2=y, kind="axis") for y in (1, height - 1)),
        keys=tuple(Key(name=part.label, tone=part.tone) for part in parts),
        is_narrow=True,
    )


def _bar_rows(bars: Sequence[Bar], write: Write) -> tuple[Row, ...]:
    return tuple(
        Row(heading=Cell(text=bar.label), cells=(Cell(text=write(bar.value), address=bar.address),))
        for bar in bars
    )


def column_chart(words: Words, *, labels: Sequence[str], series: Sequence[Series], write: Write) -> Chart:
    """Columns above each label, one for each series; the values of a series are as many as the labels."""
    assert all(len(one.values) == len(labels) for one in series), "one value for each label"
    values = [value for one in series for value in one.values if value is not None]
    plot = plot_of(values, len(labels), write)
    rules, written = frame(plot, words, write)
    return Chart(
        words=words,
        width=WIDTH,
        height=TOP + PLOT_HEIGHT + BOTTOM,
        headings=(words.across, *(one.name for one in series)),
        rows=_series_rows(labels, series, write),
        blocks=tuple(_columns(plot, labels, series, write)),
        rules=rules,
        labels=(*written, *named_places(plot, labels)),
        keys=tuple(Key(name=one.name, tone=one.tone) for one in series),
    )


def _columns(plot: Plot, labels: Sequence[str], series: Sequence[Series], write: Write) -> list[Block]:
    found = []
    for place, label in enumerate(labels):
        room = plot.x(place + 1) - plot.x(place)
        wide = max(room * 4 // (5 * max(len(series), 1)), 2)
        start = plot.x(place) + (room - wide * len(series)) // 2
        for index, one in enumerate(series):
            value = one.values[place]
            if value:
                ends = sorted((plot.y(value), plot.y(0)))
                says = f"{label}, {one.name} : {write(value)}"
                found.append(
                    Block(
                        x=start + index * wide,
                        y=ends[0],
                        width=wide - 1,
                        height=max(ends[1] - ends[0], 1),
                        tone=one.tone,
                        says=says,
                    )
                )
    return found


def line_chart(
    words: Words, *, labels: Sequence[str], series: Sequence[Series], write: Write, band: Band | None = None
) -> Chart:
    """Lines over labels; the band is drawn under them and has two columns of the table."""
    assert all(len(one.values) == len(labels) for one in series), "one value for each label"
    edges = (*band.least, *band.most) if band else ()
    values = [value for value in (*(v for one in series for v in one.values), *edges) if value is not None]
    plot = plot_of(values, len(labels), write)
    rules, written = frame(plot, words, write)
    limits = _limits(band)
    return Chart(
        words=words,
        width=WIDTH,
        height=TOP + PLOT_HEIGHT + BOTTOM,
        headings=(words.across, *(one.name for one in (*series, *limits))),
        rows=_series_rows(labels, (*series, *limits), write),
        areas=_band_areas(plot, band),
        lines=tuple(Trace(points=run, tone=one.tone) for one in series for run in _runs(plot, one.values)),
        dots=tuple(
            Dot(x=plot.middle(place), y=plot.y(value), tone=one.tone)
            for one in series
            for place, value in enumerate(one.values)
            if value is not None
        ),
        rules=rules,
        labels=(*written, *named_places(plot, labels)),
        keys=(
            *(Key(name=one.name, tone=one.tone, kind="line") for one in series),
            *([Key(name=band.name, tone=band.tone, kind="area")] if band else []),
        ),
    )


def _limits(band: Band | None) -> tuple[Series, ...]:
    if band is None:
        return ()
    return (
        Series(name=f"{band.name} (min.)", values=band.least, tone=band.tone),
        Series(name=f"{band.name} (max.)", values=band.most, tone=band.tone),
    )


def _runs(plot: Plot, values: Sequence[int | None]) -> list[str]:
    """The points of a line, cut where a value is missing."""
    runs: list[list[str]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
        else:
            runs[-1].append(f"{plot.middle(place)},{plot.y(value)}")
    return [" ".join(run) for run in runs if run]


def _band_areas(plot: Plot, band: Band | None) -> tuple[Trace, ...]:
    if band is None:
        return ()
    upper, lower = _runs(plot, band.most), _runs(plot, band.least)
    return tuple(
        Trace(points=f"{over} {' '.join(reversed(under.split()))}", tone=band.tone)
        for over, under in zip(upper, lower, strict=True)
    )


def _series_rows(labels: Sequence[str], series: Sequence[Series], write: Write) -> tuple[Row, ...]:
    return tuple(
        Row(heading=Cell(text=label), cells=tuple(_cell(one, place, write) for one in series))
        for place, label in enumerate(labels)
    )


def step_chart(
    words: Words,
    *,
    steps: Sequence[Step],
    write_threshold: Write,
    write_value: Write,
    mark: int | None = None,
) -> Chart:
    """A scale, drawn from its lowest threshold to a little beyond the last; `mark` is a place on it.

    A filled dot says that the step has its left end, an open one that it does not reach its right end.
    """
    known = [end for one in steps for end in (one.first, one.below) if end is not None]
    reach = [*known, *([mark] if mark is not None else [])] or [0, 1]
    first, last = min(*reach, 0), max(*reach, 1)
    last += max((last - first) // 6, 1)
    plot = plot_of([one.value for one in steps], 1, write_value)
    rules, written = frame(plot, words, write_value)

    def place(threshold: int) -> int:
        return plot.left + half_up_div((threshold - first) * plot.inner_width, last - first)

    ends = [
        (place(first if one.first is None else one.first), place(last if one.below is None else one.below))
        for one in steps
    ]
    return Chart(
        words=words,
        width=WIDTH,
        height=TOP + PLOT_HEIGHT + BOTTOM,
        headings=(words.across, words.upwards),
        rows=tuple(_step_row(one, write_threshold, write_value) for one in steps),
        lines=tuple(
            Trace(points=f"{left},{plot.y(one.value)} {right},{plot.y(one.value)}", tone=one.tone)
            for one, (left, right) in zip(steps, ends, strict=True)
        ),
        dots=tuple(
            dot
            for one, (left, right) in zip(steps, ends, strict=True)
            for dot in _step_dots(one, left, right, plot.y(one.value))
        ),
        rules=(*rules, *([] if mark is None else [_marker(place(mark))])),
        labels=(*written, *_thresholds(sorted(set(known)), place, write_threshold)),
    )


def _step_row(step: Step, write_threshold: Write, write_value: Write) -> Row:
    low = "" if step.first is None else f"≥ {write_threshold(step.first)}"
    high = "" if step.below is None else f"< {write_threshold(step.below)}"
    bounds = ", ".join(end for end in (low, high) if end) or "–"
    return Row(heading=Cell(text=bounds), cells=(Cell(text=write_value(step.value)),))


def _step_dots(step: Step, left: int, right: int, y: int) -> list[Dot]:
    starts = [] if step.first is None else [Dot(x=left, y=y, tone=step.tone)]
    return starts + ([] if step.below is None else [Dot(x=right, y=y, tone=step.tone, is_filled=False)])


def _marker(x: int) -> Rule:
    return Rule(x1=x, y1=TOP, x2=x, y2=TOP + PLOT_HEIGHT, kind="marker")


def _thresholds(known: Sequence[int], place: Callable[[int], int], write: Write) -> list[Label]:
    """Thresholds under the axis; one that would run into the one before it is left to the table."""
    found: list[Label] = []
    free_from = 0
    for one in known:
        text = write(one)
        half = len(text) * LETTER // 2
        x = place(one)
        if x - half >= free_from:
            found.append(Label(x=x, y=TOP + PLOT_HEIGHT + 18, text=text, anchor="middle"))
            free_from = x + half + 6
    return found
