"""Until when a grant may be claimed, when its school is reminded, and when it is proposed for release."""

from datetime import date, timedelta
from enum import StrEnum
from typing import Final

REMIND_DAYS: Final = 30
"""A school is reminded that many days before the last one."""


class ClaimStage(StrEnum):
    OPEN = "open"
    TO_REMIND = "to_remind"
    REMINDED = "reminded"
    LAPSED = "lapsed"


def claim_stage(claim_by: date, today: date, *, is_reminded: bool) -> ClaimStage:
    """Where a grant that nobody claimed yet stands; the last day is still in time."""
    if today > claim_by:
        return ClaimStage.LAPSED
    if is_reminded:
        return ClaimStage.REMINDED
    return ClaimStage.TO_REMIND if today >= claim_by - timedelta(days=REMIND_DAYS) else ClaimStage.OPEN
