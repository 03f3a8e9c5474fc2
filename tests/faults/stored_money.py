"""What the database says of the money, in the shape in which the model says it."""

from collections import Counter
from typing import Any

from solidarity.store.tables import (
    AppealRow,
    ContributionRow,
    DecisionRow,
    EnvelopeRow,
    EnvelopeSourceRow,
    RequestRow,
    ReservationRow,
    TransferRow,
    WaitingRow,
)


async def stored() -> dict[str, Any]:
    """Envelopes, sources, contributions, requests, reservations, the waiting list, appeals and transfers."""
    sources = await EnvelopeSourceRow.select()
    requests = await RequestRow.select(RequestRow.id, RequestRow.reference, RequestRow.status)
    names = {row["id"]: row["reference"] for row in requests}
    kept: Counter[str] = Counter()
    for row in await ReservationRow.select().where(ReservationRow.state == "active"):
        kept[names[row["request"]]] += row["amount_cents"]
    granted = {
        names[row["request"]]: row["granted_cents"]
        for row in await DecisionRow.select().order_by(DecisionRow.number)
    }
    appeals = await AppealRow.select().where(AppealRow.ended_by.is_null())
    return {
        "envelopes": {
            str(row["id"]): tuple(
                row[f"{name}_cents"] for name in ("allocated", "reserved", "committed", "paid")
            )
            for row in await EnvelopeRow.select()
        },
        "sources": {
            (str(row["envelope"]), str(row["contribution"])): (row["amount_cents"], row["used_cents"])
            for row in sources
        },
        "left": {
            str(row["id"]): row["amount_cents"] - row["allocated_cents"]
            for row in await ContributionRow.select()
        },
        "requests": {
            row["reference"]: (row["status"], kept[row["reference"]], granted.get(row["reference"]))
            for row in requests
        },
        "waiting": {names[row["request"]] for row in await WaitingRow.select()},
        "appeals": {names[row["request"]]: (row["state"], row["proposal"] is not None) for row in appeals},
        "transfers": {str(row["id"]): row["state"] for row in await TransferRow.select()},
    }
