"""Where a value stands in a text, and the text with values changed: nothing else may move."""

import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from solidarity.rules.ruleset import check
from solidarity.rules.ruleset.fresh_examples import with_fresh_examples
from solidarity.rules.ruleset.spans import KeyPath, value_spans
from solidarity.rulesets.editing import field_groups, typed, with_values
from tests.build import RULES

FEDERATION = Path("rulesets/federation-2026-2027.toml").read_text(encoding="utf-8")
SHIPPED = sorted(Path("rulesets").glob("*.toml"))

ODD = '''# a comment with "quotes" and [brackets]
top = 1 # after a value
"quoted key" = 'literal \\ text'
dotted.inner . key = true

[table] # a header
text = "a \\"quoted\\" # no comment ] } ,"
long = """
three "quotes" inside "" and \\""" escaped
[not.a.table]
"""
raw = \'\'\'
it's raw # too\'\'\'\'
day = 2026-09-01
moment = 2026-09-01 07:32:00Z
number = -1_000
list = [ 1, # one
  "two", [3, { four = 4 , five = [ "5" ] }],
]
none = []
empty = {}

[[table.rows]]
name = "first"
[table.rows.under]
deep = "a"
[[table.rows.parts]]
x = 1
[[table.rows.parts]]
x = 2
[[table.rows]]
name = "second"
[[table.rows.parts]]
x = 3
[\'other table\'."é"]
last="without a line end"'''


def leaves(tree: Any, path: KeyPath = ()) -> dict[KeyPath, Any]:
    if isinstance(tree, dict | list) and tree:
        pairs = tree.items() if isinstance(tree, dict) else enumerate(tree)
        return {where: leaf for key, value in pairs for where, leaf in leaves(value, (*path, key)).items()}
    return {} if tree in ({}, []) else {path: tree}


@pytest.mark.parametrize(
    "source", [ODD, ODD.replace("\n", "\r\n"), RULES, *(path.read_text() for path in SHIPPED)], ids=len
)
def test_every_value_is_found_where_it_stands(source: str) -> None:
    spans = value_spans(source)
    wanted = leaves(tomllib.loads(source))
    assert set(spans) == set(wanted)
    for path, (first, last) in spans.items():
        assert tomllib.loads(f"v = {source[first:last]}\n")["v"] == wanted[path], path


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_form_sent_as_it_was_shown_gives_the_same_text(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    fields = [one for group in field_groups(source) for one in group.every_field]
    assert fields
    assert with_values(source, {one.name: one.value for one in fields}) == source
    assert len({one.name for one in fields}) == len(fields)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_examples_that_pass_are_left_as_they_are(path: Path) -> None:
    source = path.read_text(encoding="utf-8")
    assert with_fresh_examples(source) == source


def test_an_example_that_differs_expects_what_comes_out() -> None:
    wrong = (
        FEDERATION.replace("proposed_cents = 8000", "proposed_cents = 8001")
        .replace('binding_rule = "means"', 'binding_rule = "rent-cap"')
        .replace("awaits_rate = true", "awaits_rate = false")
        .replace('rule = "income-proof", passed = false', 'rule = "income-proof", passed = true')
    )
    assert len(check(wrong)) == 4
    assert with_fresh_examples(wrong) == FEDERATION


EDITED = """
[ruleset] # who we are
id = "essai-2026"
title = { fr = 'Barème « d’essai »', en = "Trial scale" }   # two languages
school_year = "2026-2027"
valid_from = 2026-09-01
valid_to = 2027-08-31

[params]
rent   =   "150.00"   # a month, see the minutes of June
[[params.km]]
from = 2026-09-01
value = "0.23"
confirmed = false # until the arrêté

[[rule]]
id = "means"
kind = "scale"
title = { fr = "Tranches", en = "Brackets" }
applies_to = ["*"]
on = "student.quotient_familial_cents"
# The council wanted the first one wide.
brackets = [
  { below = "500.00", rate = "100%" }, # everything
  { from = "500.00", rate = '33.33%' },
]

[[rule]]
id = "rent-cap"
kind = "cap"
title = { fr = "Loyer", en = "Rent" }
applies_to = ["housing"]
per = "line_month"
amount = "=params.rent"

[[rule]]
id = "car"
kind = "cost"
title = { fr = "Voiture", en = "Car" }
applies_to = ["transport.car"]
units = "line.days * params.km"
unit_rate = "0.2345"
"""


def test_only_what_was_changed_is_written_again() -> None:
    changed = with_values(
        EDITED,
        {
            "params-rent": 180_50,
            "params-km-0-confirmed": True,
            "rule-0-brackets-0-below": 1_200_00,
            "rule-0-brackets-1-from": 1_200_00,
            "rule-0-brackets-1-rate": 12_50,
            "rule-2-unit_rate": 3_000,
            "ruleset-valid_from": date(2027, 1, 1),
            "ruleset-title-fr": 'Un "autre" \\ titre',
        },
    )
    lines = {
        before: after
        for before, after in zip(EDITED.splitlines(), changed.splitlines(), strict=True)
        if before != after
    }
    assert list(lines.values()) == [
        'title = { fr = "Un \\"autre\\" \\\\ titre", en = "Trial scale" }   # two languages',
        "valid_from = 2027-01-01",
        'rent   =   "180.50"   # a month, see the minutes of June',
        "confirmed = true # until the arrêté",
        '  { below = "1200.00", rate = "100%" }, # everything',
        '  { from = "1200.00", rate = "12.5%" },',
        'unit_rate = "0.30"',
    ]


def test_fields_are_grouped_by_rule_and_shown_as_they_are_typed() -> None:
    groups = {group.name: group for group in field_groups("\ufeff" + EDITED)}
    assert list(groups) == ["ruleset", "params", "rule-0", "rule-2"]
    shown = {one.name: typed(one) for group in groups.values() for one in group.every_field}
    assert shown["params-rent"] == "150,00"
    assert shown["params-km-0-from"] == "01/09/2026"
    assert shown["params-km-0-confirmed"] == ""
    assert shown["rule-0-brackets-1-rate"] == "33,33"
    assert shown["rule-2-unit_rate"] == "0,2345"
    (rent,) = (one for one in groups["params"].fields)
    assert rent.label.fr == "Loyer (rent)"
    (table,) = groups["rule-0"].tables
    assert [[cell is not None for cell in row] for row in table.rows] == [
        [False, True, True],
        [True, False, True],
    ]
