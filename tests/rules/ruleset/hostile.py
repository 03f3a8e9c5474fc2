"""Files that were not written to be read: huge, deep, endless, of another kind; all are refused quickly."""

from collections.abc import Callable, Mapping

from tests.rules.ruleset.broken import require, scale, written
from tests.rules.ruleset.written import HEAD, rule

KIB = 1024
CAP = rule("cap", 'per = "line"\namount = "1.00"')
FACT = "label = { fr = 'a', en = 'b' }"


def params(text: str) -> str:
    return HEAD + "[params]\n" + text + "\n" + CAP


def filled(piece: str, size: int = 120 * KIB) -> str:
    """As many pieces as the size allows: just below what is read at all."""
    return piece * (size // len(piece))


HOSTILE: Mapping[str, Callable[[], str | bytes]] = {
    # Size
    "10 MB of spaces": lambda: b" " * 10_000_000,
    "10 MB of one rule each": (HEAD + CAP * 80_000)[:10_000_000].encode,
    "100,000 rules": (HEAD + "[[rule]]\n" * 100_000).encode,
    "10,000 empty rules that fit": lambda: HEAD + "[[rule]]\n" * 10_000,
    "one rule too many": lambda: HEAD + "[[rule]]\nid='a'\n" * 501,
    "10,000 examples": lambda: HEAD + CAP + "[[example]]\n" * 9_000,
    "10,000 parameters": lambda: params("\n".join(f"p{number} = 1" for number in range(10_000))),
    "10,000 facts": lambda: HEAD + CAP + "\n".join(f"[facts.f{number}]" for number in range(6_000)),
    "5,000 brackets": lambda: scale(", ".join(['{ rate = "1%" }'] * 5_000)),
    "a list of 20,000 kinds of paper": lambda: written("documents", "all_of = [" + '"a",' * 20_000 + "]"),
    "a rule for 20,000 places": lambda: HEAD + rule("cap", 'per = "line"', places="[" + '"*",' * 20_000 + "]"),
    "20,000 unknown keys": lambda: HEAD + "\n".join(f"k{number} = 1" for number in range(9_000)) + CAP,
    # One endless line
    "an endless word": lambda: "a" * 127 * KIB,
    "an endless key": lambda: "a" * 127 * KIB + " = 1",
    "an endless quoted key": lambda: '"' + "a" * 127 * KIB + '" = 1',
    "endless spaces before a key": lambda: " " * 127 * KIB + "a = 1",
    "endless dots": lambda: "." * 127 * KIB,
    "endless brackets": lambda: "[" * 127 * KIB,
    "endless braces": lambda: "a = " + "{" * 126 * KIB,
    "endless quotes": lambda: "a = " + '"' * 126 * KIB,
    "endless apostrophes": lambda: "a = " + "'" * 126 * KIB,
    "endless comments": lambda: "#" * 127 * KIB,
    "an endless comment after a header": lambda: "[ruleset]" + "#" * 126 * KIB,
    "an endless text": lambda: HEAD + f"[params]\na = '{'a' * 120 * KIB}'\n" + CAP,
    "an endless message": lambda: written("cap", 'per = "line"', message="{ fr = '" + "{" * 60 * KIB + "' }"),
    "an endless number": lambda: params("a = " + "9" * 120 * KIB),
    "an endless hexadecimal number": lambda: params("a = 0x" + "f" * 120 * KIB),
    "an endless fraction": lambda: params("a = 0." + "1" * 120 * KIB),
    "an endless rate": lambda: scale('{ rate = "' + "9" * 60 * KIB + '%" }'),
    "an endless amount": lambda: written("cap", 'per = "line"\namount = "' + "9" * 60 * KIB + '"'),
    "an endless amount of zeros": lambda: written("cap", 'per = "line"\namount = "0.' + "0" * 60 * KIB + '"'),
    "an endless duration": lambda: written("cap", 'per = "rolling:P' + "9" * 60 * KIB + 'D"\namount = "1.00"'),
    "a window of a million years": lambda: written("cap", 'per = "rolling:P999999999Y"\namount = "1.00"'),
    "an endless expression": lambda: require("1 + " * 30_000 + "1 > 0"),
    "an endless name in an expression": lambda: require("a" * 100_000),
    "an endless text in an expression": lambda: require('"' + "a" * 100_000 + '" == ""'),
    # Depth
    "arrays 60,000 deep": lambda: "a = " + "[" * 60_000 + "]" * 60_000,
    "arrays 39 deep, often": lambda: filled("a = " + "[" * 39 + "]" * 39 + "\n"),
    "tables 39 deep, often": lambda: "".join(f"[{'a.' * 38}a{number}]\n" for number in range(1_200)),
    "inline tables 2,000 deep": lambda: "a = " + "{a=" * 2_000 + "1" + "}" * 2_000,
    "inline tables 2,000 deep on lines": lambda: "a = [\n" + "{a=[\n" * 2_000 + "1" + "]}" * 2_000 + "]",
    "dotted keys, often": lambda: filled("a." * 39 + "a = 1\n"),
    "parentheses 20,000 deep": lambda: require("(" * 20_000 + "true" + ")" * 20_000),
    "minus 1,000 times": lambda: require("-" * 1_000 + "1 < 0"),
    "not 1,000 times": lambda: require("!" * 1_000 + "true"),
    "lists 500 deep": lambda: require("[" * 500 + "]" * 500 + " == []"),
    "conditions 400 deep": lambda: require("true ? " * 400 + "true" + " : false" * 400),
    "a chain of 900 fields": lambda: require("student" + ".a" * 900 + " == 1"),
    "a chain of indexes": lambda: require("documents" + "[0]" * 600 + ' == "a"'),
    # What it counts
    "integer beyond 64 bits": lambda: params("a = 99999999999999999999"),
    "amount beyond the budget of a state": lambda: written("cap", 'per = "line"\namount = "999999999999.00"'),
    "rate beyond reason": lambda: scale('{ rate = "999999%" }'),
    "bound beyond reason": lambda: scale('{ below = 99999999999999, rate = "1%" }, { from = 99999999999999, rate = "2%" }'),
    "infinity": lambda: params("a = inf"),
    "not a number": lambda: params("a = nan"),
    "an exponent of a billion": lambda: params("a = 1e1000000000"),
    "a product beyond 64 bits": lambda: require("4611686018427387904 * 4 > 0"),
    "the year 0": lambda: HEAD.replace("2026-09-01", "0000-01-01") + CAP,
    "the year 10000": lambda: HEAD.replace("2026-09-01", "10000-01-01") + CAP,
    "31 November": lambda: HEAD.replace("2026-09-01", "2026-11-31") + CAP,
    "29 February of a common year": lambda: HEAD.replace("2026-09-01", "2027-02-29") + CAP,
    "a school year of the dinosaurs": lambda: HEAD.replace("2026-2027", "0000-0001") + CAP,
    "a time of day": lambda: HEAD.replace("2026-09-01", "12:00:00") + CAP,
    # Patterns
    "a pattern that explodes": lambda: require("'" + "a" * 60 + "!'.matches('(a+)+$') == 3"),
    "a pattern of a thousand thousand": lambda: require("'a'.matches('((a{1000}){1000}){1000}')"),
    "a pattern that is none": lambda: require("'a'.matches('[')"),
    # Bytes
    "nothing": lambda: b"",
    "a NUL in a text": lambda: HEAD.replace("Essai", "Es\x00sai") + CAP,
    "only NUL": lambda: b"\x00" * 4_096,
    "UTF-16 with a mark": lambda: (HEAD + CAP).encode("utf-16"),
    "UTF-32": lambda: (HEAD + CAP).encode("utf-32"),
    "Latin-1": lambda: (HEAD.replace("Essai", "Été") + CAP).encode("latin-1"),
    "UTF-8 cut in a letter": lambda: (HEAD + CAP + "# é").encode()[:-1],
    "a surrogate": lambda: HEAD.encode() + b"# \xed\xa0\x80",
    "an overlong slash": lambda: HEAD.encode() + b"# \xc0\xaf",
    "two byte order marks": lambda: "\ufeff\ufeff" + HEAD + CAP,
    "a byte order mark in the middle": lambda: HEAD + "\ufeff" + CAP,
    "every byte": lambda: bytes(range(256)) * 100,
    "a ZIP": lambda: b"PK\x03\x04" + bytes(range(200)),
    "a PDF": lambda: b"%PDF-1.7\n" + b"\xe2\xe3\xcf\xd3" * 100,
    "an image": lambda: b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
    "JSON": lambda: '{"ruleset": {"id": "a"}}',
    "YAML": lambda: "ruleset:\n  id: a\n",
    "a web page": lambda: "<!doctype html><script>alert(1)</script>",
    "old line ends": lambda: (HEAD + CAP).replace("\n", "\r"),
    "a text that turns the reading direction": lambda: HEAD.replace("Essai", "Es\u202esai") + CAP,
    # Another shape
    "the same table twice": lambda: HEAD + HEAD + CAP,
    "the same key twice": lambda: HEAD + CAP + 'per = "line"\n',
    "a table that is also a list": lambda: HEAD + CAP + "[rule]\nid = 'a'\n",
    "a list that is also a value": lambda: "rule = []\n" + HEAD + CAP,
    "a dotted key into a text": lambda: HEAD + "id.a = 1\n" + CAP,
    "rules in rules": lambda: HEAD + "[[rule.rule]]\nid = 'a'\n",
    "every key a table": lambda: "[ruleset.id]\n[ruleset.title.fr]\n[[rule]]\n[rule.kind]\n",
    "every key a list": lambda: "[ruleset]\nid=[]\ntitle=[]\nschool_year=[]\n[[rule]]\nid=[]\nkind=[]\n",
    "every key a boolean": lambda: HEAD + "[[rule]]\nid=true\nkind=true\ntitle=true\napplies_to=true\nwhen=true\n",
    "every key a date": lambda: HEAD + "[[rule]]\nid=2026-01-01\nkind=2026-01-01\ntitle=2026-01-01\n",
    "a fact of facts": lambda: HEAD + f"[facts.a.b]\ntype = 'integer'\n{FACT}\n" + CAP,
    "a fact named like a keyword": lambda: HEAD + f"[facts.in]\ntype = 'integer'\n{FACT}\n" + CAP,
    "a parameter that names itself": lambda: params('a = "=params.a"'),
    "parameters in a circle": lambda: params('a = "=params.b"\nb = "=params.c"\nc = "=params.a"'),
}  # fmt: skip
