"""A corpus of broken rulesets: what is wrong, and the code `rules check` must answer with."""

from tests.rules.ruleset.written import HEAD, rule

DEEP = "(" * 60 + "true" + ")" * 60


def require(expression: str) -> str:
    return HEAD + rule("eligibility", f"require = '''{expression}'''\nseverity = \"refuse\"")


def written(kind: str, keys: str, before: str = "", **more: str) -> str:
    return HEAD + before + rule(kind, keys, **more)


def scale(brackets: str, more: str = "") -> str:
    return written("scale", f'on = "student.quotient_familial_cents"\nbrackets = [{brackets}]\n{more}')


GOOD = 'per = "line"\namount = "1.00"'
FACT = "label = { fr = 'a', en = 'b' }"

BROKEN: dict[str, tuple[str | bytes, str]] = {
    # The file
    "empty": ("", "file-empty"),
    "only spaces": (" \n\n\t", "file-empty"),
    "10 MB": (b"x" * 10_000_000, "file-too-large"),
    "not UTF-8": (b"\xff\xfe[ruleset]", "file-encoding"),
    "UTF-16": (HEAD.encode("utf-16"), "file-encoding"),
    "NUL": (HEAD + "\x00", "toml"),
    "not TOML": ("{json: true}", "toml"),
    "cut in the middle": (HEAD + '[[rule]]\nid = "a', "toml"),
    "duplicate key": (HEAD + 'id = "again"\n', "toml"),
    "deep arrays": ("a = " + "[" * 5000, "toml-nesting"),
    "deep arrays on lines": ("a = " + "[\n" * 20_000, "toml"),
    "deep dotted keys": ("a." * 500 + "a = 1", "toml-nesting"),
    "huge integer": (HEAD + "[params]\na = " + "9" * 20_000, "toml"),
    "huge exponent": (HEAD + "[params]\na = 1e999999999", "toml"),
    # The head
    "no head": (rule("cap", GOOD), "key-missing"),
    "no rule": (HEAD, "key-missing"),
    "head is a list": ("ruleset = [1]\n" + rule("cap", GOOD), "type"),
    "rule is a text": ('rule = "a"\n' + HEAD, "type"),
    "unknown table": (HEAD + "[parms]\na = 1\n" + rule("cap", GOOD), "key-unknown"),
    "unknown key in head": (HEAD + 'valide = "x"\n' + rule("cap", GOOD), "key-unknown"),
    "title in one language": (
        HEAD.replace(', en = "Test"', "") + rule("cap", GOOD),
        "key-missing",
    ),
    "title in a third language": (
        HEAD.replace('en = "Test"', 'en = "Test", de = "Test"') + rule("cap", GOOD),
        "key-unknown",
    ),
    "title is a string": (
        HEAD.replace('{ fr = "Essai", en = "Test" }', '"Essai"') + rule("cap", GOOD),
        "type",
    ),
    "blank text": (HEAD.replace('"Essai"', '" "') + rule("cap", GOOD), "text-length"),
    "date as a string": (HEAD.replace("2026-09-01", '"2026-09-01"') + rule("cap", GOOD), "type"),
    "date with a time": (HEAD.replace("2026-09-01", "2026-09-01T00:00:00Z") + rule("cap", GOOD), "type"),
    "dates reversed": (HEAD.replace("2027-08-31", "2026-08-31") + rule("cap", GOOD), "dates"),
    "no such school year": (HEAD.replace("2026-2027", "2026-2028") + rule("cap", GOOD), "school-year"),
    # Declarations
    "unknown category in kinds": (HEAD + '[kinds]\nhealth = ["a"]\n' + rule("cap", GOOD), "key-unknown"),
    "kinds not a list": (HEAD + '[kinds]\nfood = "a"\n' + rule("cap", GOOD), "type"),
    "fact without a type": (HEAD + f"[facts.a]\n{FACT}\n" + rule("cap", GOOD), "key-missing"),
    "fact of an unknown type": (
        HEAD + f'[facts.a]\ntype = "decimal"\n{FACT}\n' + rule("cap", GOOD),
        "choice-unknown",
    ),
    "fact without a label": (HEAD + '[facts.a]\ntype = "integer"\n' + rule("cap", GOOD), "key-missing"),
    "fact for an unknown kind": (
        HEAD + f'[facts.a]\ntype = "integer"\nkinds = ["boat"]\n{FACT}\n' + rule("cap", GOOD),
        "choice-unknown",
    ),
    "fact with a name no expression can say": (
        HEAD + f'[facts.a-b]\ntype = "integer"\n{FACT}\n' + rule("cap", GOOD),
        "name",
    ),
    "param a float": (HEAD + "[params]\na = 1.5\n" + rule("cap", GOOD), "type"),
    "param with three decimals": (HEAD + '[params]\na = "1.234"\n' + rule("cap", GOOD), "param"),
    "param with a comma": (HEAD + '[params]\na = "1,50"\n' + rule("cap", GOOD), "param"),
    "param rate with three decimals": (HEAD + '[params]\na = "33.333%"\n' + rule("cap", GOOD), "param"),
    "param made of params (a cycle)": (
        HEAD + '[params]\na = "=params.b"\nb = "=params.a"\n' + rule("cap", GOOD),
        "param",
    ),
    "param dated twice the same day": (
        HEAD + "[[params.a]]\nfrom = 2026-09-01\nvalue = 1\n" * 2 + rule("cap", GOOD),
        "param-dated",
    ),
    "param of two types": (
        HEAD
        + '[[params.a]]\nfrom = 2026-09-01\nvalue = 1\n[[params.a]]\nfrom = 2027-01-01\nvalue = "un"\n'
        + rule("cap", GOOD),
        "param-dated",
    ),
    "param without a day": (HEAD + "[[params.a]]\nvalue = 1\n" + rule("cap", GOOD), "key-missing"),
    # Every rule
    "duplicate id": (HEAD + rule("cap", GOOD) + rule("cap", GOOD), "rule-duplicate"),
    "no id": (HEAD + rule("cap", GOOD).replace('id = "r"\n', ""), "key-missing"),
    "id with spaces": (HEAD + rule("cap", GOOD, rule_id="a b"), "id"),
    "unknown kind": (written("discount", GOOD), "choice-unknown"),
    "kind is a number": (HEAD + rule("cap", GOOD).replace('"cap"', "3"), "type"),
    "no applies_to": (HEAD + rule("cap", GOOD).replace('applies_to = ["*"]\n', ""), "key-missing"),
    "applies to a boat": (written("cap", GOOD, places='["transport.boat"]'), "choice-unknown"),
    "applies to a text": (written("cap", GOOD, places='"*"'), "type"),
    "unknown key": (written("cap", GOOD + "\namout = 3"), "key-unknown"),
    "no title": (
        HEAD + rule("cap", GOOD).replace("title = { fr = 'Règle', en = 'Rule' }\n", ""),
        "key-missing",
    ),
    "message in one language": (written("cap", GOOD, message="{ fr = 'a' }"), "key-missing"),
    "message with an unknown figure": (
        written("cap", GOOD, message="{ fr = 'a {limite}', en = 'a' }"),
        "message-figure",
    ),
    "message with a brace alone": (
        written("cap", GOOD, message="{ fr = 'a {limit', en = 'a' }"),
        "message-figure",
    ),
    "message naming a figure nothing compares": (
        written(
            "eligibility",
            "require = 'true'\nseverity = 'warn'",
            message="{ fr = '{limit}', en = '{limit}' }",
        ),
        "message-figure",
    ),
    "eligibility without a message": (
        HEAD + rule("eligibility", "require = 'true'\nseverity = 'warn'").replace("message", "source", 1),
        "key-missing",
    ),
    # Expressions
    "unknown variable": (require("pupil.age > 3"), "expression-unknown-name"),
    "unknown field": (require("student.agee > 3"), "expression-unknown-name"),
    "undeclared fact": (require("line.facts.distance_milli > 3"), "expression-unknown-name"),
    "undeclared parameter": (require("params.cap > 3"), "expression-unknown-name"),
    "unknown function": (require("sum(1, 2) > 3"), "expression-unknown-function"),
    "unknown method": (require("'a'.upper() == 'A'"), "expression-unknown-function"),
    "too many arguments": (require("min(1, 2, 3) > 0"), "expression-arguments"),
    "syntax": (require("student.age >"), "expression-syntax"),
    "two expressions": (require("true true"), "expression-syntax"),
    "Python instead of CEL": (require("student.age > 3 and True"), "expression-syntax"),
    "empty expression": (require(" "), "expression-empty"),
    "too long": (require("true && " * 400 + "true"), "expression-too-large"),
    "too long a text": (require("'" + "a" * 3000 + "' == ''"), "expression-too-large"),
    "too deep": (require(DEEP), "expression-too-large"),
    "a number instead of a condition": (require("student.age"), "expression-result"),
    "a record": (require("student"), "expression-type"),
    "text compared with a number": (require("student.trade > 3"), "expression-type"),
    "text equal to a number": (require("student.age == '15'"), "expression-type"),
    "text times a number": (require("student.trade * 3 > 2"), "expression-type"),
    "mixed decimals": (require("student.age * 1.5 > 20.0"), "expression-type"),
    "wrong branch of a condition": (require("student.age > 3 ? true : 'no'"), "expression-type"),
    "division by zero": (require("student.age / 0 > 1"), "expression-division-by-zero"),
    "hidden division by zero": (require("floor_div(student.age, 3 - 3) > 1"), "expression-never-works"),
    "overflow": (require("9223372036854775807 + 1 > 0"), "expression-never-works"),
    "number beyond 64 bits": (require("9223372036854775808 > 0"), "expression-overflow"),
    "three decimals in cents": (require('cents("1.234") > 0'), "expression-never-works"),
    "not a timestamp": (require('today > timestamp("2026-10-01")'), "expression-never-works"),
    "bad pattern": (require("'a'.matches('(')"), "expression-never-works"),
    "lists three deep": (
        require("[1].all(a, [1].all(b, [1].all(c, c > 0)))"),
        "expression-macro",
    ),
    "a number fact under its bare name": (
        HEAD
        + f'[facts.distance]\ntype = "number"\n{FACT}\n'
        + rule("deduct", 'amount = "line.facts.distance"'),
        "expression-unknown-name",
    ),
    "when is a number": (written("cap", GOOD + '\nwhen = "1"'), "expression-result"),
    "expression is a number": (HEAD + rule("deduct", "amount = 3"), "type"),
    "money as a decimal expression": (written("deduct", 'amount = "12.50"'), "expression-result"),
    # Each kind
    "severity unknown": (written("eligibility", "require = 'true'\nseverity = 'block'"), "choice-unknown"),
    "severity missing": (written("eligibility", "require = 'true'"), "key-missing"),
    "no document": (written("documents", ""), "key-missing"),
    "document list empty": (written("documents", "all_of = []"), "list"),
    "document duration": (written("documents", "all_of = ['a']\nvalid_for = '3 months'"), "duration"),
    "cost with two amounts": (
        written("cost", "amount = '1'\nunit_rate = '1.00'\nunits = '1'"),
        "keys-exclusive",
    ),
    "cost without units": (written("cost", "unit_rate = '1.00'"), "key-missing"),
    "unit rate with five decimals": (written("cost", "unit_rate = '0.12345'\nunits = '1'"), "amount"),
    "unit rate a float": (written("cost", "unit_rate = 0.25\nunits = '1'"), "amount"),
    "cost bands with a hole": (
        written(
            "cost",
            "units = 'line.days'\nbands = [{ below = 3, unit_rate = '1' }, { from = 4, unit_rate = '2' }]",
        ),
        "range-hole",
    ),
    "scale with a hole": (
        scale('{ below = "5.00", rate = "1%" }, { from = "5.01", rate = "2%" }'),
        "range-hole",
    ),
    "scale with an overlap": (
        scale('{ below = "5.00", rate = "1%" }, { from = "4.99", rate = "2%" }'),
        "range-overlap",
    ),
    "scale covered twice": (scale('{ rate = "1%" }, { from = "5.00", rate = "2%" }'), "range-overlap"),
    "scale that begins late": (scale('{ from = "5.00", rate = "1%" }'), "range-hole"),
    "scale that ends early": (scale('{ below = "5.00", rate = "1%" }'), "range-hole"),
    "bracket that holds nothing": (
        scale(
            '{ below = "5.00", rate = "1%" }, { from = "5.00", below = "5.00", rate = "2%" }, { from = "5.00", rate = "3%" }'
        ),
        "range-empty",
    ),
    "bracket with two results": (scale('{ rate = "1%", amount = "1.00" }'), "bracket-result"),
    "bracket with none": (scale("{ }"), "bracket-result"),
    "bracket with half a band": (scale('{ rate_min = "1%" }'), "bracket-result"),
    "bracket that refers and pays": (scale('{ refer = true, rate = "1%" }'), "bracket-result"),
    "band upside down": (scale('{ rate_min = "80%", rate_max = "20%" }'), "bracket-band"),
    "rate as a number": (scale("{ rate = 80 }"), "rate"),
    "rate without a sign": (scale('{ rate = "80" }'), "rate"),
    "rate with three decimals": (scale('{ rate = "33.333%" }'), "rate"),
    "negative rate": (scale('{ rate = "-5%" }'), "rate"),
    "bound a float": (scale('{ below = 350.5, rate = "1%" }, { from = 350.5, rate = "2%" }'), "type"),
    "no bracket": (scale(""), "list"),
    "missing rate forgotten": (scale('{ rate = "1%" }', 'missing = "rate"'), "key-missing"),
    "missing rate for nothing": (
        scale('{ rate = "1%" }', 'missing = "refer"\nmissing_rate = "5%"'),
        "keys-exclusive",
    ),
    "missing unknown": (scale('{ rate = "1%" }', 'missing = "ignore"'), "choice-unknown"),
    "cap with a float": (written("cap", 'per = "line"\namount = 12.5'), "amount"),
    "cap with an integer": (written("cap", 'per = "line"\namount = 12'), "amount"),
    "cap with three decimals": (written("cap", 'per = "line"\namount = "12.345"'), "amount"),
    "cap with a comma": (written("cap", 'per = "line"\namount = "12,50"'), "amount"),
    "cap with a sign": (written("cap", 'per = "line"\namount = "12.50 €"'), "amount"),
    "cap below zero": (written("cap", 'per = "line"\namount = "-1.00"'), "amount"),
    "cap of nothing": (written("cap", 'per = "line"'), "key-missing"),
    "cap twice": (written("cap", 'per = "request"\namount = "1.00"\ncount = 2'), "keys-exclusive"),
    "cap per week": (written("cap", 'per = "week"\namount = "1.00"'), "choice-unknown"),
    "rolling without a length": (written("cap", 'per = "rolling"\namount = "1.00"'), "choice-unknown"),
    "rolling over nothing": (written("cap", 'per = "rolling:P0M"\namount = "1.00"'), "duration"),
    "count on a line": (written("cap", 'per = "line"\ncount = 2'), "window"),
    "cap of text": (written("cap", 'per = "line"\namount = "=student.trade"'), "expression-result"),
    "floor without a consequence": (written("floor", GOOD), "key-missing"),
    "prorate of zero": (
        written("prorate", 'by = "days"\nof = 0\nmode = "keep"'),
        "expression-division-by-zero",
    ),
    "prorate by years": (written("prorate", 'by = "years"\nof = 3\nmode = "keep"'), "choice-unknown"),
    "threshold when keeping": (
        written("prorate", 'by = "days"\nof = 3\nmode = "keep"\nthreshold = 2'),
        "keys-exclusive",
    ),
    "round to zero": (written("round", 'to = "0.00"\nmode = "down"'), "amount"),
    "round sideways": (written("round", 'to = "1.00"\nmode = "nearest"'), "choice-unknown"),
    "reserve of too much": (written("reserve", 'share = "110%"\nuntil = 2027-01-01'), "rate"),
    "reserve until a text": (written("reserve", 'share = "10%"\nuntil = "2027-01-01"'), "type"),
    "approval whose last band ends": (
        written("approval", 'bands = [{ up_to = "1.00", approvals = 1 }, { up_to = "2.00", approvals = 2 }]'),
        "approval-bands",
    ),
    "approval that falls": (
        written(
            "approval",
            'bands = [{ up_to = "2.00", approvals = 1 }, { up_to = "1.00", approvals = 2 }, { approvals = 2 }]',
        ),
        "approval-bands",
    ),
    "approval by three": (written("approval", "bands = [{ approvals = 3 }]"), "number-range"),
    "approval over a year": (
        written("approval", 'bands = [{ approvals = 1 }]\nover = "year"'),
        "choice-unknown",
    ),
    "emergency without a delay": (written("emergency", 'amount = "1.00"\nquota = 2'), "key-missing"),
    "emergency quota below zero": (
        written("emergency", 'amount = "1.00"\nquota = -1\nratify_within = "P15D"'),
        "number-range",
    ),
    # Examples
    "example without an expectation": (
        written("cap", GOOD) + "[[example]]\ncase = { today = 2026-10-01 }\n",
        "key-missing",
    ),
    "example with a broken case": (
        written("cap", GOOD)
        + "[[example]]\ncase = { today = 2026-10-01 }\nexpect = { outcome = 'payable' }\n",
        "example-case",
    ),
    "example that differs": (
        written("cap", GOOD)
        + "[[example]]\ncase = { today = 2026-10-01, student = { birth_date = 2010-01-01 }, request = { lines = ["
        + "{ category = 'food', kind = 'canteen', amount_cents = 500 }] } }\nexpect = { proposed_cents = 200 }\n",
        "example-differs",
    ),
}
