"""Numbers without gaps: each is given inside the transaction that uses it, and returned if that one fails."""

from solidarity.store.engine import current_engine
from solidarity.store.tables.counter import Counter

_NEXT = (
    "INSERT INTO counter (name, value) VALUES ({}, 1) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + 1 RETURNING value"
)


async def next_number(name: str) -> int:
    """The next number under this name, from 1; others who want one wait until this transaction ends."""
    assert current_engine().transaction_exists(), "a number without gap needs writing()"
    rows = await Counter.raw(_NEXT, name)
    return int(rows[0]["value"])
