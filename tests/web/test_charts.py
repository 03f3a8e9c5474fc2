"""Charts: the geometry follows the figures, and every drawing has its words and its table."""

import itertools
import re
from functools import partial
from typing import Any

import html5lib
import pytest
from hypothesis import given
from hypothesis import strategies as st
from litestar import Litestar

from solidarity.rules.money import format_euros
from solidarity.web.chart_shapes import Chart, round_ticks
from solidarity.web.charts import (
    Band,
    Bar,
    Series,
    Step,
    Tone,
    Words,
    bar_chart,
    column_chart,
    gauge,
    line_chart,
    step_chart,
)
from solidarity.web.templating import environment
from solidarity.web.visit import LANGUAGES
from solidarity.web.wording import Speaker, all_sentences

euros = partial(format_euros, language="fr")
MONTHS = ("sept.", "oct.", "nov.", "déc.")


def words(name: str) -> Words:
    return Words(
        id=name, title=f"Titre <{name}>", description="Ce qu’on voit.", across="Mois", upwards="Euros"
    )


def five_charts() -> list[Chart]:
    paid = Series(
        name="Payé", values=(100_00, 250_00, 0, -30_00), tone=Tone.PAID, addresses=("/budget?mois=9", None)
    )
    known = Series(name="Dépensé", values=(100_00, 350_00, None, None), tone=Tone.FIRST)
    band = Band(name="Prévision", least=(None, 350_00, 380_00, 400_00), most=(None, 350_00, 450_00, 600_00))
    return [
        bar_chart(
            words("bars"),
            bars=(
                Bar(label="Transport", value=300_00, address="/budget?nature=transport"),
                Bar(label="B", value=0),
            ),
            write=euros,
        ),
        gauge(
            words("gauge"),
            parts=(
                Bar(label="Payé", value=250_00, tone=Tone.PAID),
                Bar(label="Engagé", value=500_00, tone=Tone.COMMITTED),
                Bar(label="Disponible", value=250_00, tone=Tone.FREE),
            ),
            whole=1_000_00,
            write=euros,
        ),
        column_chart(words("columns"), labels=MONTHS, series=(paid,), write=euros),
        line_chart(words("lines"), labels=MONTHS, series=(known,), write=euros, band=band),
        step_chart(
            words("steps"),
            steps=(
                Step(first=None, below=500_00, value=80),
                Step(first=500_00, below=900_00, value=50),
                Step(first=900_00, below=None, value=0),
            ),
            write_threshold=euros,
            write_value=lambda rate: f"{rate} %",
            mark=640_00,
        ),
    ]


@given(st.integers(-(10**11), 10**11), st.integers(-(10**11), 10**11))
def test_ticks_are_few_round_and_reach_over_everything(one: int, other: int) -> None:
    least, most = sorted((one, other))
    ticks = round_ticks(least, most)
    step = ticks[1] - ticks[0]
    assert ticks[0] <= least <= most <= ticks[-1]
    assert 0 in ticks
    assert 2 <= len(ticks) <= 8
    assert {after - before for before, after in itertools.pairwise(ticks)} == {step}
    assert re.fullmatch("[125]0*", str(step))


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=6), st.integers(0, 10**9))
def test_a_gauge_is_filled_in_proportion_and_without_a_gap(parts: list[int], whole: int) -> None:
    shown = gauge(words("g"), parts=[Bar(label="x", value=one) for one in parts], whole=whole, write=str)
    ends = [(block.x, block.x + block.width) for block in shown.blocks]
    assert ends[0][0] == 0
    assert all(before[1] == after[0] for before, after in itertools.pairwise(ends))
    scale = max(whole, sum(parts), 1)
    assert abs(ends[-1][1] * scale - sum(parts) * shown.width) <= scale


def test_columns_stand_on_zero_and_lines_stop_where_nothing_is_known() -> None:
    _, _, columns, lines, steps = five_charts()
    zero = next(rule.y1 for rule in columns.rules if rule.kind == "axis")
    up, higher, down = columns.blocks
    assert (up.y + up.height, higher.y + higher.height, down.y) == (zero, zero, zero)
    # 250 € is two and a half times 100 €, to the rounding of one unit.
    assert abs(higher.height * 2 - up.height * 5) <= 5
    assert [len(line.points.split()) for line in lines.lines] == [2]
    assert [len(area.points.split()) for area in lines.areas] == [6]
    assert lines.headings == ("Mois", "Dépensé", "Prévision (min.)", "Prévision (max.)")
    assert [cell.text for cell in lines.rows[3].cells] == ["–", euros(400_00), euros(600_00)]
    assert [row.heading.text for row in steps.rows] == [
        f"< {euros(500_00)}",
        f"≥ {euros(500_00)}, < {euros(900_00)}",
        f"≥ {euros(900_00)}",
    ]
    # Half open: where a step ends and the next begins, the open dot and the filled one share their place.
    assert [(dot.x, dot.is_filled) for dot in steps.dots[:2]] == [
        (steps.dots[1].x, False),
        (steps.dots[0].x, True),
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_drawing_has_a_name_a_description_and_its_table(language: Any, site: Litestar) -> None:
    made = environment(language, site.state["web"].static_files, Speaker(language, all_sentences()))
    source = "{% from 'macros/charts.html' import chart %}{% for one in charts %}{{ chart(one) }}{% endfor %}"
    charts = five_charts()
    text = made.from_string(source).render(charts=charts)
    assert not re.search(r"\sstyle=|<script|<style", text)
    assert "&lt;bars&gt;" in text
    # html5lib reports every error of syntax when it is strict.
    page = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(
        f"<!doctype html><title>x</title>{text}"
    )
    ids = [one.get("id") for one in page.iter() if one.get("id")]
    assert len(ids) == len(set(ids))
    drawings = [one for one in page.iter() if one.get("role") == "img"]
    assert len(drawings) == len(charts)
    for drawing in drawings:
        assert set(drawing.get("aria-labelledby").split()) <= set(ids)
    tables = list(page.iter("table"))
    assert [len(list(table.iter("tr"))) for table in tables] == [1 + len(one.rows) for one in charts]
    assert all(table.find("caption") is not None for table in tables)
    linked = [one.get("href") for one in page.iter("a")]
    assert linked == ["/budget?nature=transport", "/budget?mois=9"]
