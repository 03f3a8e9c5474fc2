"""What becomes of each request of the demo, in an order in which every kind comes early."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class Fate(StrEnum):
    """Where the story of a request ends, if the rules let it."""

    DECIDED = "decided"
    REFUSED = "refused"
    PAID = "paid"
    DRAFT = "draft"
    SUBMITTED = "submitted"
    EMERGENCY = "emergency"
    IN_REVIEW = "in_review"
    QUESTION = "question"
    ANSWERED = "answered"
    ON_HOLD = "on_hold"
    AWAITING = "awaiting"
    RETURNED = "returned"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


THIS_YEAR: Final[Mapping[Fate, int]] = {
    Fate.SUBMITTED: 15,
    Fate.DECIDED: 22,
    Fate.AWAITING: 6,
    Fate.QUESTION: 7,
    Fate.DRAFT: 8,
    Fate.ON_HOLD: 5,
    Fate.PAID: 12,
    Fate.IN_REVIEW: 5,
    Fate.REFUSED: 5,
    Fate.WITHDRAWN: 4,
    Fate.CLOSED: 3,
    Fate.EMERGENCY: 3,
    Fate.ANSWERED: 3,
    Fate.RETURNED: 2,
}
LAST_YEAR: Final[Mapping[Fate, int]] = {
    Fate.PAID: 94,
    Fate.REFUSED: 3,
    Fate.WITHDRAWN: 2,
    Fate.CLOSED: 1,
}


def fates(shares: Mapping[Fate, int], count: int) -> list[Fate]:
    """As many fates as asked for: each time the one that is furthest behind its share."""
    given = dict.fromkeys(shares, 0)
    whole = sum(shares.values())
    found = []
    for number in range(1, count + 1):
        behind = max(shares, key=lambda fate: (given[fate] == 0, shares[fate] * number / whole - given[fate]))
        given[behind] += 1
        found.append(behind)
    return found
