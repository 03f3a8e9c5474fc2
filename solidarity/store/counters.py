"""Numbers without gaps: each is given inside the transaction that uses it, and returned if that one fails."""

from solidarity.store.engine import current_engine
from solidarity.store.statements import Statement

_NEXT = Statement(
    "INSERT INTO counter (name, value) VALUES ({}, {}) "
    "ON CONFLICT (name) DO UPDATE SET value = counter.value + excluded.value RETURNING value"
)


async def next_number(name: str) -> int:
    """The next number under this name, from 1; others who want one wait until this transaction ends."""
    return (await next_numbers(name, 1))[0]


async def next_numbers(name: str, count: int) -> range:
    """As `next_number`, so many at once, in one statement."""
    assert current_engine().transaction_exists(), "a number without gap needs writing()"
    assert count > 0, "somebody asks for a number"
    row = await _NEXT.row(name, count)
    assert row is not None, "it was just written"
    last = int(row["value"])
    return range(last - count + 1, last + 1)
