"""Nothing at a path is noticed, wherever the path breaks off; anything is not."""

from dataclasses import dataclass

import pytest

from solidarity.rules.presence import absence


@dataclass(frozen=True, kw_only=True, slots=True)
class Leaf:
    title: str | None = "x"


@dataclass(frozen=True, kw_only=True, slots=True)
class Branch:
    leaves: tuple[Leaf, ...] | None = (Leaf(), Leaf())
    names: tuple[str, ...] = ("x", "")
    count: int = 1
    only: Leaf | None = Leaf()


FULL = Branch()


@pytest.mark.parametrize(
    ("path", "value", "is_absent"),
    [
        ("only.title", FULL, False),
        ("only.title", Branch(only=None), True),
        ("only.title", Branch(only=Leaf(title=" ")), True),
        ("only", Branch(only=None), True),
        ("only", FULL, False),
        ("count", FULL, False),
        ("count", Branch(count=0), True),
        ("names", FULL, False),
        ("names", Branch(names=()), True),
        ("names", Branch(names=("", " ")), True),
        ("leaves.*.title", FULL, False),
        ("leaves.*.title", Branch(leaves=(Leaf(), Leaf(title=None))), True),
        ("leaves.*.title", Branch(leaves=()), False),
        ("leaves.*.title", Branch(leaves=None), True),
        ("leaves", Branch(leaves=()), True),
    ],
)
def test_what_is_absent(path: str, value: Branch, is_absent: bool) -> None:
    assert absence(path)(value) is is_absent
