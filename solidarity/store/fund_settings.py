"""Settings of the fund that are data: what marks a demo, and the clock that a demo may have frozen."""

from datetime import datetime

from solidarity.clock import Clock
from solidarity.settings import Settings, WrongSetting
from solidarity.store.engine import current_engine
from solidarity.store.tables import FundSettingRow

CLOCK = "clock"
DEMO = "demo"


async def fund_setting(key: str) -> str | None:
    """The text kept under this key."""
    row = await FundSettingRow.select(FundSettingRow.value).where(FundSettingRow.key == key).first()
    return None if row is None else str(row["value"])


async def keep_fund_setting(key: str, value: str) -> None:
    """Keep a text under this key, in the caller's transaction."""
    assert current_engine().transaction_exists(), "writing() comes first"
    if await FundSettingRow.exists().where(FundSettingRow.key == key):
        await FundSettingRow.update({FundSettingRow.value: value}).where(FundSettingRow.key == key)
    else:
        await FundSettingRow.insert(FundSettingRow(key=key, value=value))


async def business_clock(settings: Settings) -> Clock:
    """The clock of this database: frozen only in a demo, by its own data or by SOLIDARITY_NOW.

    Raises `WrongSetting` when SOLIDARITY_NOW is given for a database that is not a demo.
    """
    if await fund_setting(DEMO) is None:
        if settings.now is not None:
            raise WrongSetting("SOLIDARITY_NOW: accepted only for a demo, and this database is not one")
        return Clock()
    stored = await fund_setting(CLOCK)
    return Clock(frozen=settings.now or (datetime.fromisoformat(stored) if stored else None))
