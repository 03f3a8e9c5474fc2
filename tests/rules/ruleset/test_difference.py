"""What changes between two rulesets, in words; and nothing when nothing does."""

from pathlib import Path

import pytest

from solidarity.rules.ruleset.difference import Act, Part, difference
from solidarity.rules.ruleset.portrait import portrait
from solidarity.rules.ruleset.written import read_written

SHIPPED = sorted(Path("rulesets").glob("*.toml"))

RULESET = """
[ruleset]
id = "essai-2026"
title = { fr = "Barème d’essai", en = "Trial scale" }
school_year = "2026-2027"
valid_from = 2026-09-01
valid_to = 2027-08-31

[params]
rent_cap = "150.00"
least_age = 15
share = "80%"

[[params.km_rate]]
from = 2026-09-01
value = "0.23"

[[params.km_rate]]
from = 2027-01-01
value = "0.24"
confirmed = false

[facts.distance]
type = "integer"
unit = "km_one_way"
label = { fr = "distance en km", en = "distance in km" }
kinds = ["transport.car"]

[[rule]]
id = "age"
kind = "eligibility"
title = { fr = "Âge", en = "Age" }
applies_to = ["*"]
require = "student.age >= params.least_age"
severity = "refuse"
message = { fr = "L’élève a {value} ans.", en = "The pupil is {value}." }

[[rule]]
id = "papers"
kind = "documents"
title = { fr = "Preuve", en = "Proof" }
applies_to = ["housing"]
all_of = ["lease"]
any_of = ["invoice", "receipt"]
valid_for = "P3M"
message = { fr = "Il manque : {missing}.", en = "Missing: {missing}." }

[[rule]]
id = "car"
kind = "cost"
title = { fr = "Voiture", en = "Car" }
applies_to = ["transport.car"]
units = "line.facts.distance"
min_units = 3
bands = [{ below = 100, unit_rate = "0.1055" }, { from = 100, unit_rate = "0.25" }]

[[rule]]
id = "per-km"
kind = "deduct"
title = { fr = "Déjà payé", en = "Already paid" }
applies_to = ["transport.car"]
amount = "line.facts.distance * params.km_rate"

[[rule]]
id = "means"
kind = "scale"
title = { fr = "Tranches", en = "Brackets" }
applies_to = ["*"]
on = "student.quotient_familial_cents"
brackets = [
  { below = "500.00", rate = "100%" },
  { from = "500.00", below = "900.00", rate_min = "20%", rate_max = "40%" },
  { from = "900.00", below = "1200.00", amount = "50.00" },
  { from = "1200.00", refer = true },
]
missing = "rate"
missing_rate = "10%"

[[rule]]
id = "rent-cap"
kind = "cap"
title = { fr = "Plafond du loyer", en = "Cap of rent" }
applies_to = ["housing.rent"]
per = "line_month"
amount = "=params.rent_cap"
source = "Un arrêté."

[[rule]]
id = "year-cap"
kind = "cap"
title = { fr = "Plafond annuel", en = "Yearly cap" }
applies_to = ["*"]
per = "student_year"
amount = "900.00"

[[rule]]
id = "twice"
kind = "cap"
title = { fr = "Deux fois", en = "Twice" }
applies_to = ["food"]
per = "rolling:P1Y"
count = 2

[[rule]]
id = "useful"
kind = "floor"
title = { fr = "Minimum utile", en = "Useful minimum" }
applies_to = ["food"]
per = "line"
amount = "10.00"
below = "zero"

[[rule]]
id = "weeks"
kind = "prorate"
title = { fr = "Semaines", en = "Weeks" }
applies_to = ["food"]
by = "weeks"
of = 36
mode = "remove"
units = "line.weeks"
threshold = 2

[[rule]]
id = "whole"
kind = "round"
title = { fr = "Arrondi", en = "Rounding" }
applies_to = ["food"]
to = "1.00"
mode = "down"

[[rule]]
id = "kept"
kind = "reserve"
title = { fr = "Réserve", en = "Reserve" }
share = "10%"
until = 2027-03-31
except_urgency = "emergency"

[[rule]]
id = "two-people"
kind = "approval"
title = { fr = "Deux personnes", en = "Two people" }
bands = [{ up_to = "300.00", approvals = 1 }, { approvals = 2 }]
over = "rolling:P30D"

[[rule]]
id = "urgent"
kind = "emergency"
title = { fr = "Urgence", en = "Emergency" }
amount = "250.00"
quota = 30
ratify_within = "P15D"

[[example]]
title = "a small meal"
case = { today = 2026-10-01, student = { birth_date = 2010-03-14, quotient_familial_cents = 40000 }, request = { lines = [{ category = "food", kind = "canteen", amount_cents = 900 }] } }
expect = { outcome = "payable", proposed_cents = 0 }
"""

# What is replaced in the text, by what, and every sentence that must come out of it, in French and in English.
CASES = [
    (
        'rent_cap = "150.00"',
        'rent_cap = "180.00"',
        ["Plafond du loyer : 150,00 € → 180,00 € par mois"],
        ["Cap of rent: €150.00 → €180.00 per month"],
    ),
    (
        'per = "student_year"\namount = "900.00"',
        'per = "household_year"\namount = "950.50"',
        ["Plafond annuel : 900,00 € par élève et par an → 950,50 € par foyer et par an"],
        ["Yearly cap: €900.00 per pupil and year → €950.50 per household and year"],
    ),
    (
        '{ below = "500.00", rate = "100%" },\n  { from = "500.00", below = "900.00"',
        '{ below = "520.00", rate = "100%" },\n  { from = "520.00", below = "900.00"',
        [
            "Tranches : moins de 500,00 € : 100 % → moins de 520,00 € : 100 %",
            (
                "Tranches : de 500,00 € à moins de 900,00 € : de 20 % à 40 %, au choix"
                " → de 520,00 € à moins de 900,00 € : de 20 % à 40 %, au choix"
            ),
        ],
        None,
    ),
    (
        '  { from = "900.00", below = "1200.00", amount = "50.00" },\n  { from = "1200.00", refer = true },',
        '  { from = "900.00", refer = true },',
        [
            "Retiré : Tranches : de 900,00 € à moins de 1 200,00 € : 50,00 € au plus",
            "Retiré : Tranches : 1 200,00 € et plus : une personne décide",
            "Ajouté : Tranches : 900,00 € et plus : une personne décide",
        ],
        None,
    ),
    (
        'missing_rate = "10%"',
        'missing_rate = "12.5%"',
        ["Tranches, si l’information manque : 10 % → 12,5 %"],
        ["Brackets, when the information is missing: 10% → 12.5%"],
    ),
    ("least_age = 15", "least_age = 16", ["Paramètre least_age : 15 → 16"], ["Parameter least_age: 15 → 16"]),
    (
        'value = "0.24"\nconfirmed = false',
        'value = "0.25"',
        [
            (
                "Paramètre km_rate : 0,23 € à partir du 1er septembre 2026 ; 0,24 € à partir du 1er janvier 2027"
                " (à confirmer) → 0,23 € à partir du 1er septembre 2026 ; 0,25 € à partir du 1er janvier 2027"
            )
        ],
        None,
    ),
    (
        'all_of = ["lease"]',
        'all_of = ["lease", "identity"]',
        ["Preuve : bail → bail, pièce d’identité"],
        ["Proof: lease → lease, proof of identity"],
    ),
    (
        'valid_for = "P3M"',
        'valid_for = "school_year"',
        ["Preuve, datés : de moins de 3 mois → de l’année scolaire"],
        ["Proof, dated: less than 3 months ago → in the school year"],
    ),
    (
        'severity = "refuse"',
        'severity = "warn"',
        ["Âge, conséquence : la dépense n’est pas aidée → un avertissement, sans effet"],
        None,
    ),
    (
        'require = "student.age >= params.least_age"',
        'require = "student.age > params.least_age"',
        ["Âge, condition : « student.age >= params.least_age » → « student.age > params.least_age »"],
        None,
    ),
    ("min_units = 3", "min_units = 5", ["Voiture, à partir de : 3 → 5"], ["Car, from: 3 → 5"]),
    (
        'unit_rate = "0.1055"',
        'unit_rate = "0.11"',
        ["Voiture : moins de 100 : 0,1055 € → moins de 100 : 0,11 €"],
        ["Car: below 100: €0.1055 → below 100: €0.11"],
    ),
    ("count = 2", "count = 3", ["Deux fois : 2 → 3 par élève sur 1 an glissants"], None),
    (
        'below = "zero"',
        'below = "refuse"',
        ["Minimum utile, en dessous : rien n’est versé → la dépense n’est pas aidée"],
        None,
    ),
    ("of = 36", "of = 35", ["Semaines : 36 → 35 semaines"], ["Weeks: 36 → 35 weeks"]),
    ("threshold = 2", "threshold = 3", ["Semaines : 2 → 3"], None),
    ('mode = "down"', 'mode = "up"', ["Arrondi : 1,00 € vers le bas → 1,00 € vers le haut"], None),
    ('share = "10%"', 'share = "5%"', ["Réserve : 10 % → 5 % jusqu’au 31 mars 2027"], None),
    (
        'up_to = "300.00"',
        'up_to = "400.00"',
        ["Deux personnes : jusqu’à 300,00 € : une personne → jusqu’à 400,00 € : une personne"],
        None,
    ),
    ("quota = 30", "quota = 20", ["Urgence, nombre de décisions, au plus : 30 → 20"], None),
    ('ratify_within = "P15D"', 'ratify_within = "P2M"', ["Urgence, ratifiée sous : 15 jours → 2 mois"], None),
    (
        "valid_from = 2026-09-01",
        "valid_from = 2027-01-01",
        ["Valable à partir du : 1er septembre 2026 → 1er janvier 2027"],
        None,
    ),
    (
        'fr = "Plafond annuel"',
        'fr = "Plafond de l’année"',
        ["Plafond de l’année, titre : Plafond annuel → Plafond de l’année"],
        None,
    ),
    (
        'label = { fr = "distance en km"',
        'label = { fr = "aller simple en km"',
        [
            (
                "Information demandée, distance : distance en km, integer, km_one_way, transport.car"
                " → aller simple en km, integer, km_one_way, transport.car"
            )
        ],
        None,
    ),
    (
        '\n[[rule]]\nid = "twice"\nkind = "cap"\ntitle = { fr = "Deux fois", en = "Twice" }\napplies_to = ["food"]\nper = "rolling:P1Y"\ncount = 2\n',
        "",
        ["Retiré : Deux fois : Plafond, repas, 2 par élève sur 1 an glissants"],
        ["Removed: Twice: Cap, food, 2 per pupil over 1 year, rolling"],
    ),
    (
        'id = "useful"\nkind = "floor"',
        'id = "helpful"\nkind = "floor"',
        [
            "Ajouté : Minimum utile : Minimum, repas, 10,00 € par dépense",
            "Retiré : Minimum utile : Minimum, repas, 10,00 € par dépense",
        ],
        None,
    ),
    ("# nothing", "", [], []),
    ('title = "a small meal"', 'title = "another name"', [], []),
]


def plain(text: str) -> str:
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(("old", "new", "french", "english"), CASES, ids=lambda value: str(value)[:40])
def test_a_change_is_said_in_words(old: str, new: str, french: list[str], english: list[str] | None) -> None:
    before = RULESET + "# nothing\n"
    assert before.count(old) == 1
    found = difference(read_written(before), read_written(before.replace(old, new)))
    assert [plain(one.sentence.fr) for one in found] == french
    if english is not None:
        assert [plain(one.sentence.en) for one in found] == english
    assert all(one.sentence.en for one in found)


def test_an_order_that_may_pay_another_amount_is_a_change() -> None:
    first, second = (RULESET.index(f'[[rule]]\nid = "{name}"') for name in ("rent-cap", "year-cap"))
    end = RULESET.index('[[rule]]\nid = "twice"')
    swapped = RULESET[:first] + RULESET[second:end] + RULESET[first:second] + RULESET[end:]
    (change,) = difference(read_written(RULESET), read_written(swapped))
    assert (change.part, change.act) == (Part.RULES, Act.CHANGED)
    assert change.before.fr.startswith("Plafond du loyer, Plafond annuel")
    assert change.after.fr.startswith("Plafond annuel, Plafond du loyer")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_ruleset_does_not_differ_from_itself_and_has_a_portrait(path: Path) -> None:
    written = read_written(path.read_text(encoding="utf-8"))
    assert difference(written, written) == ()
    found = portrait(written)
    shown = {rule.id for section in found.sections for rule in section.rules}
    assert shown == {rule.id for rule in written.ruleset.rules}
    assert all(example.outcome for example in found.examples)


def test_a_portrait_says_what_is_paid() -> None:
    found = portrait(read_written(RULESET))
    sections = {section.name: section for section in found.sections}
    assert list(sections) == ["transport", "housing", "food", "all", "deciding"]
    (cap,) = sections["housing"].caps
    assert (cap.title.fr, cap.window.fr, cap.cents) == ("Plafond du loyer", "par mois", 15000)
    means = next(rule for rule in sections["all"].rules if rule.id == "means")
    assert means.scale is not None
    # Rates and an amount in one scale: the steps are drawn for the rates, the table says everything.
    assert [(row.least, row.most) for row in means.scale.rows] == [
        (10_000, 10_000),
        (2_000, 4_000),
        (None, None),
        (None, None),
    ]
    assert plain(means.scale.rows[2].result.fr) == "50,00 € au plus"
    assert [(one.name, one.is_confirmed) for one in found.parameters][-2:] == [
        ("km_rate", True),
        ("km_rate", False),
    ]
    assert plain(next(one for one in found.parameters if one.name == "share").value.en) == "80%"
    (example,) = found.examples
    assert (example.requested_cents, example.proposed_cents, example.outcome) == (900, 0, "payable")
