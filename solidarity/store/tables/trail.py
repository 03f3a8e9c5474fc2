"""The append-only event log, its erasable details, and the head of its hash chain."""

from piccolo.table import Table

from solidarity.store.columns import count, moment, prose, raw_bytes, words
from solidarity.store.columns import identity as identity_column


class EventRow(Table, tablename="event"):
    """One act: the canonical bytes that were hashed, and the same fields to search by."""

    sequence = count(primary_key=True)
    at = moment()
    actor = words(36)
    action = words(60)
    about_kind = words(30)
    about_id = words(60)
    commitment = words(64)
    canonical = raw_bytes()
    previous_hash = words(64)
    hash = words(64)


class EventDetailRow(Table, tablename="event_detail"):
    """What the event was about in words and figures; may be erased, the chain keeps its commitment."""

    sequence = count(primary_key=True)
    salt = words(64)
    detail = prose()


class ChainHeadRow(Table, tablename="chain_head"):
    """The one row that says how long the chain is; taken last in every transaction."""

    id = identity_column()
    size = count()
    hash = words(64)
    frontier = prose()
