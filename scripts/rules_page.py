"""Writes docs/rules.md, the reference of the ruleset language, from the tables of the parser itself.

Run `python -m scripts.rules_page --write` after a change of the language.
"""

import argparse
import sys
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from solidarity.rules.ruleset import declarations, expressions, parse_rules, reading, syntax, visible
from solidarity.rules.ruleset.faults import Fault, Text
from solidarity.rules.ruleset.figures import decimal
from solidarity.rules.ruleset.locate import Place
from solidarity.rules.ruleset.messages import FIGURES
from solidarity.rules.ruleset.model import (
    AMOUNT_STAGES,
    DEFAULT_DOCUMENT_KINDS,
    DEFAULT_KINDS,
    KIND_OF,
    FactType,
    Window,
)
from solidarity.rules.ruleset.parse import MOST_BYTES, MOST_EXAMPLES, MOST_RULES, MOST_TOML_NESTING
from solidarity.rules.ruleset.reading import Faults, Table
from solidarity.rules.ruleset.signatures import ARITHMETIC, MACROS, METHODS, SIGNATURES, TYPE_NAMES, Type

PAGE: Final = Path(__file__).parents[1] / "docs" / "rules.md"
INTRODUCTION: Final = """# The language of rulesets, from its parser

Written by `scripts/rules_page.py` from the tables the parser itself uses, and compared with them by a test:
what stands here is what is read. [rulesets.md](rulesets.md) explains it, and
[ruleset-recipes.md](ruleset-recipes.md) gives a block to copy for each type of rule.
"""
EVERY_RULE: Final = ("id", "kind", "title", "applies_to", "when", "source", "message")
Reader = Callable[[Table], object]


def main() -> int:
    """Exit 1 when docs/rules.md is not today's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="write docs/rules.md")
    if parser.parse_args().write:
        PAGE.write_text(page(), encoding="utf-8")
        return 0
    if PAGE.read_text(encoding="utf-8") == page():
        return 0
    print("docs/rules.md is old; run python -m scripts.rules_page --write", file=sys.stderr)
    return 1


def page() -> str:
    parts = [INTRODUCTION, _order(), *(_kind(kind) for kind in parse_rules.KINDS)]
    parts += [_inner_tables(), _declared(), _names(), _functions(), _limits()]
    return "\n".join(parts)


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    lines = [list(heads)]
    lines += [["---"] * len(lines[0]), *([cell.replace("|", "\\|") for cell in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def _code(words: Iterable[str]) -> str:
    return ", ".join(f"`{word}`" for word in words)


# Rules


def _order() -> str:
    stages = [" and ".join(f"`{KIND_OF[rule]}`" for rule in stage) for stage in AMOUNT_STAGES]
    first = "`eligibility`, then " + ", ".join(stages)
    return (
        "## Order\n\nThe stages that decide an amount, whatever the order of the file; inside a stage,"
        f" that of the file:\n{first}.\n\nEvery rule may have {_code(EVERY_RULE)}.\n"
    )


def _kind(kind: str) -> str:
    reader = parse_rules.KINDS[kind]
    needed = [
        *(["`applies_to` is required"] if reader.needs_places else ["`applies_to` may be left out"]),
        *(["`message` is required"] if reader.needs_message else []),
    ]
    figures = _code(f"{{{name}}}" for name in sorted(FIGURES[kind]))
    return f"## {kind}\n\n{'; '.join(needed)}. Figures of its message: {figures}.\n\n" + _keys(
        lambda table: reader.read(table, _shared())
    )


def _shared() -> parse_rules.Shared:
    return parse_rules.Shared(
        id="r", title=Text("", ""), applies_to=("*",), when=None, source=None, message=None, line=None
    )


def _keys(read: Reader) -> str:
    """Each key a reader asks for; what to write there is what the parser answers to a wrong value."""
    table, faults = _read(read, {})
    missing = {key for key in table.asked for fault in faults if _is_missing(fault, key)}
    rows = [(f"`{key}`", "yes" if key in missing else "", _remedy(read, key)) for key in table.asked]
    return _table(("key", "required", "what to write"), rows)


def _is_missing(fault: Fault, key: str) -> bool:
    return fault.code == "key-missing" and fault.message.en.startswith(f"“{key}”: this key")


def _read(read: Reader, raw: Mapping[str, Any]) -> tuple[Table, tuple[Fault, ...]]:
    faults = Faults()
    table = Table(raw, place=Place(), faults=faults, rule="r", names=visible.names({}, {}))
    read(table)
    return table, faults.all()


def _remedy(read: Reader, key: str) -> str:
    wanted = _value_wanted(read, key)
    if "expression" in wanted or _answer(read, key, "=1"):
        return wanted
    if wanted.startswith("Write an integer"):
        return f"{wanted} Or an expression, with or without `=`."
    return f"{wanted} Or an expression after `=`."


def _value_wanted(read: Reader, key: str) -> str:
    said = [_answer(read, key, wrong) for wrong in (Decimal("1.5"), "?", 10**20)]
    number, text, huge = said
    if number.startswith("Write a quoted string") and text:
        return text
    if number.startswith("Write an integer") and huge:
        return f"{number} {huge}"
    return number or text or "Write a text of its own."


def _answer(read: Reader, key: str, wrong: object) -> str:
    _, faults = _read(read, {key: wrong})
    return next(
        (
            fault.remedy.en
            for fault in faults
            if fault.message.en.startswith(f"“{key}”") and fault.code not in {"key-missing", "keys-exclusive"}
        ),
        "",
    )


def _inner_tables() -> str:
    inner: dict[str, Reader] = {
        "Brackets of a scale (`brackets`)": lambda table: parse_rules.bracket(table, 1),
        "Bands of a cost (`bands`)": lambda table: parse_rules.cost_band(table, 1),
        "Bands of an approval (`bands`)": parse_rules.approval_band,
    }
    return "\n".join(f"## {title}\n\n{_keys(read)}" for title, read in inner.items())


# Declarations and names


def _declared() -> str:
    kinds = [(f"`{category}`", _code(kinds)) for category, kinds in DEFAULT_KINDS.items()]
    return (
        "## Declared names\n\n"
        f"Types of a fact: {_code(kind.value for kind in FactType)}. Windows of a cap:"
        f" {_code(window.value for window in Window if window is not Window.ROLLING)}, `rolling:P12M`.\n\n"
        f"Kinds of papers always known: {_code(DEFAULT_DOCUMENT_KINDS)}. Kinds of aid, unless `[kinds]` says"
        f" otherwise:\n\n{_table(('category', 'kinds'), kinds)}"
    )


def _names() -> str:
    rows = [
        (f"`{name}.{field}`", _type(held))
        for name, found in visible.names({}, {}).items()
        for field, held in (found.fields or {}).items()
        if held.name != "record"
    ]
    rows += [
        ("`line.facts.NAME`", "as the fact is declared; a number as `line.facts.NAME_milli`, in thousandths"),
        ("`params.NAME`", "as the parameter is written, its value on the line's first day"),
    ]
    rows += [(f"`{name}`", _type(found)) for name, found in visible.names({}, {}).items() if not found.fields]
    rows = [row for row in rows if row[0] != "`params`"]
    return "## What expressions see\n\n" + _table(("name", "type"), rows)


def _type(found: Type) -> str:
    said = TYPE_NAMES[found.name].en if found.name in TYPE_NAMES else found.name
    return f"{said} of {_type(found.item).removeprefix('a ')}s" if found.item is not None else said


def _functions() -> str:
    rows = [
        (f"`{name}({', '.join('/'.join(wanted) for wanted in taken)})`", _type(result))
        for name, (taken, result) in SIGNATURES.items()
    ]
    rows += [
        (
            f"`({'/'.join(taken[0])}).{name}({', '.join('/'.join(wanted) for wanted in taken[1:])})`",
            _type(result),
        )
        for name, (taken, result) in METHODS.items()
    ]
    operators = [
        (f"`{left} {sign} {right}`", _type(result) if result.item is None else "a list")
        for (left, sign, right), result in ARITHMETIC.items()
    ]
    return (
        f"## Functions\n\nAlso `has(name)`, `? :`, `in`, `&&`, `||`, `!`, comparisons, and of lists"
        f" {_code(sorted(MACROS))}.\n\n{_table(('call', 'gives'), rows)}\n"
        + _table(("operator", "gives"), operators)
    )


def _limits() -> str:
    rows = [
        ("a file", f"{MOST_BYTES // 1024} KiB, UTF-8"),
        ("rules", str(MOST_RULES)),
        ("examples", str(MOST_EXAMPLES)),
        ("facts, parameters, values of a parameter", f"{declarations.MOST_DECLARED} each"),
        ("nesting of TOML values", str(MOST_TOML_NESTING)),
        ("a text", f"{reading.MOST_TEXT:,} characters"),
        ("an amount", f"€{decimal(reading.MOST_CENTS, 2, 'en')}, two decimals"),
        ("faults said at once", str(reading.MOST_FAULTS)),
        ("an expression", f"{syntax.MOST_CHARACTERS:,} characters, {syntax.MOST_TOKENS} words"),
        ("nesting of an expression", f"{syntax.MOST_NESTING} parentheses, a tree of {syntax.MOST_DEPTH}"),
        ("a number in an expression", "64 bits"),
        ("what is never computed", "; ".join(text.en for text in expressions.FAILURE_TEXTS.values())),
    ]
    return "## Limits\n\n" + _table(("what", "most"), rows)


if __name__ == "__main__":
    sys.exit(main())
