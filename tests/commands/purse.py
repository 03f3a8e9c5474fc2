"""A purse that many spend from at once: the smallest thing on which transactions can go wrong."""

from uuid import UUID, uuid4

from piccolo.table import Table

from solidarity.store.columns import cents, identity, link
from solidarity.store.ddl import create_table
from solidarity.store.transaction import writing


class PurseRow(Table, tablename="purse"):
    """Money that many want to spend."""

    id = identity()
    spent_cents = cents()


class SpendingRow(Table, tablename="spending"):
    """One expense; its purse is checked when the transaction commits."""

    id = identity()
    purse = link(PurseRow)


async def a_purse() -> UUID:
    """An empty purse that holds at most 500 euros, in tables of its own."""
    purse_id = uuid4()
    async with writing():
        await create_table(
            "purse",
            "id UUID PRIMARY KEY",
            "spent_cents BIGINT NOT NULL",
            "CHECK (spent_cents BETWEEN 0 AND 50000)",
        )
        await create_table(
            "spending",
            "id UUID PRIMARY KEY",
            "purse UUID NOT NULL REFERENCES purse(id) DEFERRABLE INITIALLY DEFERRED",
        )
        await PurseRow(id=purse_id, spent_cents=0).save()
    return purse_id


async def spent_cents(purse: UUID) -> int:
    row = await PurseRow.objects().get(PurseRow.id == purse)
    assert row is not None
    return row.spent_cents
