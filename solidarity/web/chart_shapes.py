"""What a chart is drawn from: shapes for the macro, and the scale that places values among them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from solidarity.rules.money import ceil_div, half_up_div

Write = Callable[[int], str]

WIDTH: Final = 480
PLOT_HEIGHT: Final = 200
TOP: Final = 26
BOTTOM: Final = 42
RIGHT: Final = 14
LETTER: Final = 7
"""About how wide one letter of a label is: labels are written in 13 units."""
_MOST_TICKS: Final = 5


class Tone(StrEnum):
    """What a colour means; each has a texture or a dash of its own, for colour never stands alone."""

    PAID = "paid"
    COMMITTED = "committed"
    RESERVED = "reserved"
    FREE = "free"
    FIRST = "first"
    SECOND = "second"
    THIRD = "third"
    GOOD = "good"
    BAD = "bad"


@dataclass(frozen=True, kw_only=True, slots=True)
class Words:
    """What a chart is called, says, and measures: `across` and `upwards` name its axes and columns."""

    id: str
    title: str
    description: str
    across: str
    upwards: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Block:
    x: int
    y: int
    width: int
    height: int
    tone: Tone
    says: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    points: str
    tone: Tone


@dataclass(frozen=True, kw_only=True, slots=True)
class Rule:
    x1: int
    y1: int
    x2: int
    y2: int
    kind: str = "grid"


@dataclass(frozen=True, kw_only=True, slots=True)
class Label:
    x: int
    y: int
    text: str
    anchor: str = "start"
    kind: str = "tick"


@dataclass(frozen=True, kw_only=True, slots=True)
class Dot:
    x: int
    y: int
    tone: Tone
    is_filled: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Key:
    name: str
    tone: Tone
    kind: str = "block"


@dataclass(frozen=True, kw_only=True, slots=True)
class Cell:
    text: str
    address: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    heading: Cell
    cells: tuple[Cell, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Chart:
    """Shapes in a drawing of `width` × `height`, and the same figures as a table."""

    words: Words
    width: int
    height: int
    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    blocks: tuple[Block, ...] = ()
    areas: tuple[Trace, ...] = ()
    lines: tuple[Trace, ...] = ()
    rules: tuple[Rule, ...] = ()
    labels: tuple[Label, ...] = ()
    dots: tuple[Dot, ...] = ()
    keys: tuple[Key, ...] = ()
    is_narrow: bool = False

    @property
    def tones(self) -> tuple[Tone, ...]:
        """The textures this drawing and its keys need."""
        return tuple(dict.fromkeys([*(one.tone for one in self.blocks), *(one.tone for one in self.keys)]))


@dataclass(frozen=True, kw_only=True, slots=True)
class Plot:
    """Where values and labels lie: upwards from `least` to `most`, across `count` equal places."""

    left: int
    least: int
    most: int
    count: int
    ticks: tuple[int, ...]

    @property
    def inner_width(self) -> int:
        return WIDTH - self.left - RIGHT

    def y(self, value: int) -> int:
        return TOP + PLOT_HEIGHT - half_up_div((value - self.least) * PLOT_HEIGHT, self.most - self.least)

    def x(self, place: int) -> int:
        """The left end of a place; place `count` is the right end of the drawing."""
        return self.left + half_up_div(place * self.inner_width, self.count)

    def middle(self, place: int) -> int:
        return (self.x(place) + self.x(place + 1)) // 2


def round_ticks(least: int, most: int) -> tuple[int, ...]:
    """Give 2 to 7 round values, 1, 2 or 5 times a power of ten apart, that span both ends and 0."""
    low, high = min(least, 0), max(most, 0)
    wanted = max(ceil_div(high - low, _MOST_TICKS), 1)
    power = 10 ** (len(str(wanted)) - 1)
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= wanted)
    first, last = low // step, max(ceil_div(high, step), low // step + 1)
    return tuple(step * count for count in range(first, last + 1))


def plot_of(values: Sequence[int], count: int, write: Write) -> Plot:
    ticks = round_ticks(min(values, default=0), max(values, default=0))
    left = min(max(len(write(tick)) for tick in ticks) * LETTER + 10, WIDTH // 3)
    return Plot(left=left, least=ticks[0], most=ticks[-1], count=max(count, 1), ticks=ticks)


def frame(plot: Plot, words: Words, write: Write) -> tuple[tuple[Rule, ...], list[Label]]:
    rules = tuple(
        Rule(
            x1=plot.left, y1=plot.y(tick), x2=WIDTH - RIGHT, y2=plot.y(tick), kind="grid" if tick else "axis"
        )
        for tick in plot.ticks
    )
    labels = [
        Label(x=plot.left - 6, y=plot.y(tick) + 4, text=write(tick), anchor="end") for tick in plot.ticks
    ]
    labels.append(Label(x=0, y=12, text=words.upwards, kind="axis"))
    labels.append(
        Label(x=WIDTH - RIGHT, y=TOP + PLOT_HEIGHT + BOTTOM - 6, text=words.across, anchor="end", kind="axis")
    )
    return rules, labels


def named_places(plot: Plot, names: Sequence[str]) -> list[Label]:
    """Names under the places, only as many as find room."""
    widest = max((len(name) for name in names), default=1) * LETTER
    every = max(ceil_div((widest + 4) * plot.count, plot.inner_width), 1)
    return [
        Label(x=plot.middle(place), y=TOP + PLOT_HEIGHT + 18, text=name, anchor="middle")
        for place, name in enumerate(names)
        if place % every == 0
    ]
