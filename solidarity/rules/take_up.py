"""Schools that ask for far fewer pupils than their size and the means of their families let expect.

For each band of quotient familial, the rate is how many pupils of all other schools had a request, of how
many; a school's expected number is its pupils, band by band, at those rates. How far below is chance is the
Poisson probability of so few pupils or fewer. Pupils are counted, not requests: a second one is no surprise.

No float is money here; probabilities come out in basis points.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import exp, fsum, lgamma, log
from typing import Final

QUOTIENT_BANDS: Final = (350_00, 550_00, 800_00)
"""Where one band of quotient familial ends and the next begins, in cents; unknown ones are a band too."""
CHANCE: Final = 100
"""Listed only when so few would come by chance in at most one school of a hundred, in basis points."""
LEAST_EXPECTED: Final = 5
"""A school from which fewer pupils are expected is never listed: its silence says nothing."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Band:
    """The pupils of a school in one band of means, and how many of them had a request this year."""

    pupils: int
    asked: int


@dataclass(frozen=True, kw_only=True, slots=True)
class TakeUp:
    """One school: `expected_tenths` are tenths of pupils, `chance` is in basis points."""

    school: str
    pupils: int
    asked: int
    expected_tenths: int
    chance: int

    @property
    def is_far_below(self) -> bool:
        """Less than half of what is expected, and hardly by chance."""
        return (
            self.expected_tenths >= 10 * LEAST_EXPECTED
            and 20 * self.asked <= self.expected_tenths
            and self.chance <= CHANCE
        )


def take_up(schools: Mapping[str, Mapping[int, Band]]) -> list[TakeUp]:
    """Every school against the others, by its bands; the furthest below its expected number first."""
    whole = _sums(schools.values())
    found = [_against(name, bands, whole) for name, bands in schools.items()]
    return sorted(found, key=lambda one: (one.chance, one.asked * 10 - one.expected_tenths, one.school))


def band_of(quotient_cents: int | None) -> int:
    """The number of the band; -1 for an unknown quotient."""
    return -1 if quotient_cents is None else sum(quotient_cents >= end for end in QUOTIENT_BANDS)


def at_most(count: int, expected: float) -> float:
    """The probability that a Poisson number with this mean is at most `count`."""
    if expected <= 0:
        return 1.0
    terms = (exp(number * log(expected) - expected - lgamma(number + 1)) for number in range(count + 1))
    return min(fsum(terms), 1.0)


def _against(name: str, bands: Mapping[int, Band], whole: Mapping[int, Band]) -> TakeUp:
    expected = 0.0
    for number, band in bands.items():
        others = whole[number].pupils - band.pupils
        if others:
            expected += band.pupils * (whole[number].asked - band.asked) / others
    asked = sum(band.asked for band in bands.values())
    return TakeUp(
        school=name,
        pupils=sum(band.pupils for band in bands.values()),
        asked=asked,
        expected_tenths=round(expected * 10),
        chance=round(at_most(asked, expected) * 10_000),
    )


def _sums(schools: Iterable[Mapping[int, Band]]) -> dict[int, Band]:
    found: dict[int, Band] = {}
    for bands in schools:
        for number, band in bands.items():
            before = found.get(number, Band(pupils=0, asked=0))
            found[number] = Band(pupils=before.pupils + band.pupils, asked=before.asked + band.asked)
    return found
