"""What contributions give and pay, rebuilt from append-only rows: differences named."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from solidarity.rules.ledger import AccountKind
from solidarity.rules.money import Cents
from solidarity.store.tables import EnvelopeRow, EnvelopeSourceRow

Pair = tuple[str, str]
"""An envelope and a contribution."""

_BETWEEN = (
    "SELECT entry.debit_ref AS debit, entry.credit_ref AS credit, SUM(entry.amount_cents) AS cents"
    " FROM ledger_entry entry WHERE entry.debit_kind = {} AND entry.credit_kind = {}"
    " GROUP BY entry.debit_ref, entry.credit_ref"
)
_MOVED = "SELECT source, target, contribution, SUM(amount_cents) AS cents FROM source_move GROUP BY 1, 2, 3"
_FUNDED = "SELECT envelope, contribution, SUM(amount_cents) AS cents FROM funding GROUP BY 1, 2"


@dataclass(frozen=True, kw_only=True, slots=True)
class SourceFault:
    """A figure of a source that is not what the rows behind it add up to."""

    what: str
    id: str
    expected: str
    found: str


async def source_faults() -> list[SourceFault]:
    """Rebuild what each contribution gives each envelope, and what of it is used, from append-only rows."""
    stored = await EnvelopeSourceRow.select()
    given, used = await _given(), await _funded()
    amounts = {_pair(row): row["amount_cents"] for row in stored}
    uses = {_pair(row): row["used_cents"] for row in stored}
    return [
        *_apart("source.amount_cents", given, amounts),
        *_apart("source.used_cents", used, uses),
        *await _envelopes_apart(used),
    ]


async def _given() -> dict[Pair, Cents]:
    found: dict[Pair, Cents] = {}
    free, gift = AccountKind.ENVELOPE_FREE.value, AccountKind.CONTRIBUTION.value
    for row in await EnvelopeRow.raw(_BETWEEN, gift, free):
        _add(found, row["credit"], row["debit"], row["cents"])
    for row in await EnvelopeRow.raw(_BETWEEN, free, gift):
        _add(found, row["debit"], row["credit"], -row["cents"])
    for row in await EnvelopeRow.raw(_MOVED):
        _add(found, row["source"], row["contribution"], -row["cents"])
        _add(found, row["target"], row["contribution"], row["cents"])
    return found


async def _funded() -> dict[Pair, Cents]:
    found: dict[Pair, Cents] = {}
    for row in await EnvelopeRow.raw(_FUNDED):
        _add(found, row["envelope"], row["contribution"], row["cents"])
    return found


async def _envelopes_apart(used: Mapping[Pair, Cents]) -> list[SourceFault]:
    """Every cent that an envelope promised or paid has a contribution behind it, and no other has."""
    by_envelope: dict[str, Cents] = {}
    for (envelope, _contribution), cents in used.items():
        by_envelope[envelope] = by_envelope.get(envelope, 0) + cents
    rows = await EnvelopeRow.select(EnvelopeRow.id, EnvelopeRow.committed_cents, EnvelopeRow.paid_cents)
    return [
        SourceFault(what="envelope.funding", id=str(row["id"]), expected=str(spent), found=str(named))
        for row in rows
        if (spent := row["committed_cents"] + row["paid_cents"])
        != (named := by_envelope.get(str(row["id"]), 0))
    ]


def _apart(what: str, expected: Mapping[Pair, Cents], found: Mapping[Pair, Cents]) -> list[SourceFault]:
    return [
        SourceFault(
            what=what,
            id=f"{envelope} / {contribution}",
            expected=str(expected.get((envelope, contribution), 0)),
            found=str(found.get((envelope, contribution), 0)),
        )
        for envelope, contribution in sorted(expected.keys() | found.keys())
        if expected.get((envelope, contribution), 0) != found.get((envelope, contribution), 0)
    ]


def _pair(row: Mapping[str, object]) -> Pair:
    return str(row["envelope"]), str(row["contribution"])


def _add(found: dict[Pair, Cents], envelope: UUID | str, contribution: UUID | str, cents: Cents) -> None:
    pair = str(envelope), str(contribution)
    found[pair] = found.get(pair, 0) + int(cents)
