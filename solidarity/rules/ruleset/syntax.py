"""The grammar of expressions: source text to a small tree, within bounds of length and nesting."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from solidarity.rules.ruleset.faults import Text

MOST_CHARACTERS = 2000
MOST_TOKENS = 300
MOST_NESTING = 24
MOST_DEPTH = 80
"""Of the tree: `a || b || c …` grows deep without a parenthesis."""

INTEGER_LIMIT = 2**63


@dataclass(frozen=True, kw_only=True, slots=True)
class Node:
    """A piece of an expression; `start` and `end` are its place in the source."""

    start: int
    end: int


@dataclass(frozen=True, kw_only=True, slots=True)
class Literal(Node):
    value: int | float | str | bool | None
    type_name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Name(Node):
    name: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Select(Node):
    operand: Node
    field: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Index(Node):
    operand: Node
    index: Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Call(Node):
    function: str
    target: Node | None
    arguments: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Unary(Node):
    operator: str
    operand: Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Binary(Node):
    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, kw_only=True, slots=True)
class Ternary(Node):
    condition: Node
    then: Node
    otherwise: Node


@dataclass(frozen=True, kw_only=True, slots=True)
class ListOf(Node):
    items: tuple[Node, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class MapOf(Node):
    keys: tuple[Node, ...]
    values: tuple[Node, ...]


def children(node: Node) -> tuple[Node, ...]:
    match node:
        case Select(operand=operand) | Unary(operand=operand):
            return (operand,)
        case Index(operand=operand, index=index):
            return (operand, index)
        case Call(target=target, arguments=arguments):
            return arguments if target is None else (target, *arguments)
        case Binary(left=left, right=right):
            return (left, right)
        case Ternary(condition=condition, then=then, otherwise=otherwise):
            return (condition, then, otherwise)
        case ListOf(items=items):
            return items
        case MapOf(keys=keys, values=values):
            return keys + values
    return ()


def walk(node: Node) -> Iterator[Node]:
    pending = [node]
    while pending:
        current = pending.pop()
        yield current
        pending.extend(reversed(children(current)))


class SyntaxFault(ValueError):  # noqa: N818 - the word faults is used for what people wrote
    """The expression is not one; says what and where (a column counted from 1)."""

    def __init__(self, code: str, message: Text) -> None:
        super().__init__(message.en)
        self.code = code
        self.message = message


TOKEN = re.compile(
    r"""(?P<space>[\s]+|//[^\n]*)
    |(?P<double>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)
    |(?P<hexadecimal>0[xX][0-9a-fA-F]+(?![\w]))
    |(?P<integer>\d+(?![\w]))
    |(?P<text>"(?:[^"\\\n]|\\["'\\nrt])*"|'(?:[^'\\\n]|\\["'\\nrt])*')
    |(?P<name>[A-Za-z_][A-Za-z0-9_]*)
    |(?P<operator>&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()\[\]{}])""",
    re.VERBOSE,
)
ESCAPE = re.compile(r"\\(.)")
ESCAPED = {"n": "\n", "r": "\r", "t": "\t"}

BINARY_LEVELS: tuple[frozenset[str], ...] = (
    frozenset({"||"}),
    frozenset({"&&"}),
    frozenset({"<", "<=", ">", ">=", "==", "!=", "in"}),
    frozenset({"+", "-"}),
    frozenset({"*", "/", "%"}),
)
CLOSING = {"(": ")", "[": "]"}


@dataclass(frozen=True, kw_only=True, slots=True)
class Token:
    kind: str
    text: str
    start: int
    end: int


def tokens_of(source: str) -> list[Token]:
    found: list[Token] = []
    at = 0
    while at < len(source):
        match = TOKEN.match(source, at)
        if match is None:
            raise _unexpected(source[at], at)
        if match.lastgroup != "space":
            found.append(
                Token(kind=str(match.lastgroup), text=match.group(), start=at, end=match.end()),
            )
        at = match.end()
    found.append(Token(kind="end", text="", start=len(source), end=len(source)))
    return found


SIGNS_FOR_WORDS = {"and": "&&", "or": "||", "not": "!", "et": "&&", "ou": "||", "=": "=="}


def _unexpected(text: str, at: int) -> SyntaxFault:
    shown = repr(text) if text else "…"
    sign = SIGNS_FOR_WORDS.get(text.lower())
    hint = Text(f" ; écrivez {sign}", f"; write {sign}") if sign else Text("", "")
    return SyntaxFault(
        "expression-syntax",
        Text(
            f"l’expression ne se lit pas : {shown} inattendu à la colonne {at + 1}{hint.fr}",
            f"the expression cannot be read: unexpected {shown} at column {at + 1}{hint.en}",
        ),
    )


def _too_large() -> SyntaxFault:
    return SyntaxFault(
        "expression-too-large",
        Text(
            f"l’expression est trop grande : {MOST_CHARACTERS} caractères, {MOST_TOKENS} mots et"
            f" {MOST_NESTING} niveaux d’imbrication au plus",
            f"the expression is too large: at most {MOST_CHARACTERS} characters, {MOST_TOKENS} words and"
            f" {MOST_NESTING} levels of nesting",
        ),
    )


def read(source: str) -> Node:
    """The tree of an expression; raises SyntaxFault."""
    if len(source) > MOST_CHARACTERS:
        raise _too_large()
    tokens = tokens_of(source)
    if len(tokens) > MOST_TOKENS:
        raise _too_large()
    if len(tokens) == 1:
        raise SyntaxFault("expression-empty", Text("l’expression est vide", "the expression is empty"))
    tree = _Reader(tokens).whole()
    if _depth(tree) > MOST_DEPTH:
        raise _too_large()
    return tree


def _depth(tree: Node) -> int:
    level, deep = [tree], 0
    while level:
        level, deep = [child for node in level for child in children(node)], deep + 1
    return deep


class _Reader:
    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._at = 0
        self._depth = 0

    @property
    def _current(self) -> Token:
        return self._tokens[self._at]

    def _take(self) -> Token:
        token = self._current
        self._at += 1
        return token

    def _is(self, text: str) -> bool:
        return self._current.text == text and self._current.kind in {"operator", "name"}

    def _expect(self, text: str) -> Token:
        if not self._is(text):
            raise self._stuck()
        return self._take()

    def _stuck(self) -> SyntaxFault:
        """What comes next has no place; after a "not" it is that word that is wrong."""
        before = self._tokens[self._at - 1] if self._at else self._current
        token = before if before.text.lower() == "not" else self._current
        return _unexpected(token.text, token.start)

    def whole(self) -> Node:
        node = self._ternary()
        if self._current.kind != "end":
            raise self._stuck()
        return node

    def _ternary(self) -> Node:
        self._go_deeper()
        node = self._binary(0)
        if self._is("?"):
            self._take()
            then = self._ternary()
            self._expect(":")
            otherwise = self._ternary()
            node = Ternary(
                start=node.start, end=otherwise.end, condition=node, then=then, otherwise=otherwise
            )
        self._depth -= 1
        return node

    def _go_deeper(self) -> None:
        self._depth += 1
        if self._depth > MOST_NESTING:
            raise _too_large()

    def _binary(self, level: int) -> Node:
        if level == len(BINARY_LEVELS):
            return self._unary()
        node = self._binary(level + 1)
        while self._current.kind in {"operator", "name"} and self._current.text in BINARY_LEVELS[level]:
            operator = self._take().text
            right = self._binary(level + 1)
            node = Binary(start=node.start, end=right.end, operator=operator, left=node, right=right)
        return node

    def _unary(self) -> Node:
        if not (self._is("-") or self._is("!")):
            return self._member()
        token = self._take()
        if self._is(token.text):
            self._go_deeper()
            operand = self._unary()
            self._depth -= 1
            return Unary(start=token.start, end=operand.end, operator=token.text, operand=operand)
        if token.text == "-" and self._current.kind == "integer" and not self._is_member_after():
            return self._number(self._take(), sign=-1, start=token.start)
        operand = self._member()
        return Unary(start=token.start, end=operand.end, operator=token.text, operand=operand)

    def _is_member_after(self) -> bool:
        return self._tokens[self._at + 1].text in {".", "["}

    def _member(self) -> Node:
        node = self._primary()
        while self._is(".") or self._is("["):
            node = self._selected(node) if self._take().text == "." else self._indexed(node)
        return node

    def _selected(self, node: Node) -> Node:
        if self._current.kind != "name":
            raise _unexpected(self._current.text, self._current.start)
        field = self._take()
        if not self._is("("):
            return Select(start=node.start, end=field.end, operand=node, field=field.text)
        arguments, end = self._listed("(")
        return Call(start=node.start, end=end, function=field.text, target=node, arguments=arguments)

    def _indexed(self, node: Node) -> Node:
        index = self._ternary()
        closing = self._expect("]")
        if isinstance(index, Literal) and isinstance(index.value, str):
            return Select(start=node.start, end=closing.end, operand=node, field=index.value)
        return Index(start=node.start, end=closing.end, operand=node, index=index)

    def _listed(self, opening: str) -> tuple[tuple[Node, ...], int]:
        self._expect(opening)
        items: list[Node] = []
        while not self._is(CLOSING[opening]):
            items.append(self._ternary())
            if not self._is(","):
                break
            self._take()
        return tuple(items), self._expect(CLOSING[opening]).end

    def _primary(self) -> Node:
        if self._is("("):
            start = self._take().start
            node = self._ternary()
            return replace(node, start=start, end=self._expect(")").end)
        if self._is("["):
            start = self._current.start
            items, end = self._listed("[")
            return ListOf(start=start, end=end, items=items)
        if self._is("{"):
            return self._mapping()
        token = self._take()
        match token.kind:
            case "name":
                return self._named(token)
            case "integer" | "hexadecimal":
                return self._number(token, sign=1, start=token.start)
            case "double":
                return Literal(start=token.start, end=token.end, value=float(token.text), type_name="double")
            case "text":
                value = ESCAPE.sub(lambda found: ESCAPED.get(found[1], found[1]), token.text[1:-1])
                return Literal(start=token.start, end=token.end, value=value, type_name="text")
        raise _unexpected(token.text, token.start)

    def _mapping(self) -> Node:
        start = self._take().start
        keys: list[Node] = []
        values: list[Node] = []
        while not self._is("}"):
            keys.append(self._ternary())
            self._expect(":")
            values.append(self._ternary())
            if not self._is(","):
                break
            self._take()
        end = self._expect("}").end
        return MapOf(start=start, end=end, keys=tuple(keys), values=tuple(values))

    def _named(self, token: Token) -> Node:
        place = {"start": token.start, "end": token.end}
        if token.text in {"true", "false"}:
            return Literal(**place, value=token.text == "true", type_name="boolean")
        if token.text == "null":
            return Literal(**place, value=None, type_name="null")
        if token.text == "in":
            raise _unexpected(token.text, token.start)
        if self._is("("):
            arguments, end = self._listed("(")
            return Call(start=token.start, end=end, function=token.text, target=None, arguments=arguments)
        return Name(**place, name=token.text)

    def _number(self, token: Token, *, sign: int, start: int) -> Literal:
        value = sign * int(token.text, 16 if token.kind == "hexadecimal" else 10)
        if not -INTEGER_LIMIT <= value < INTEGER_LIMIT:
            raise SyntaxFault(
                "expression-overflow",
                Text(
                    "l’expression contient un nombre trop grand (64 bits au plus)",
                    "the expression holds a number that is too large (64 bits at most)",
                ),
            )
        return Literal(start=start, end=token.end, value=value, type_name="integer")
