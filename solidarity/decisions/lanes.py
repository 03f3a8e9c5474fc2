"""The lists beside the queue: what follows a decision, and who waits for credit; each is one tab more."""

from datetime import datetime
from typing import Final

from solidarity.decisions.appeal_queries import count_open_appeals
from solidarity.decisions.ratifying import to_ratify
from solidarity.requests.waiting import waiting_list
from solidarity.web.wording import Wording

Lane = tuple[str, Wording, int | None, bool]
"""Address, label, how many (None when counting would take long), whether it is the one that is open."""

REVIEWS: Final = "/instruction/reexamens"
RATIFICATIONS: Final = "/instruction/a-ratifier"
WAITING: Final = "/instruction/liste-attente"
UNCLAIMED: Final = "/instruction/non-reclamees"


async def lanes(now: datetime, here: str = "") -> list[Lane]:
    """The tabs, with `here` as the open one."""
    return [
        (REVIEWS, Wording(fr="Réexamens", en="Reviews"), await count_open_appeals(), here == REVIEWS),
        (
            RATIFICATIONS,
            Wording(fr="À ratifier", en="To ratify"),
            len(await to_ratify(now)),
            here == RATIFICATIONS,
        ),
        (
            WAITING,
            Wording(fr="Liste d’attente", en="Waiting list"),
            len(await waiting_list()),
            here == WAITING,
        ),
        (UNCLAIMED, Wording(fr="Non réclamées", en="Unclaimed"), None, here == UNCLAIMED),
    ]
