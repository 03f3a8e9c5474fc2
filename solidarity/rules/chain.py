"""The audit chain: canonical bytes of an event, the hash that ties it to the one before, and the Merkle tree.

The tree is that of RFC 6962, section 2.1: leaves and nodes are hashed with different first bytes.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

SCHEMA_VERSION: Final = 1
GENESIS: Final = bytes(32)
"""What stands before the first event."""

HASH_BYTES: Final = 32

_LEAF = b"\x00"
_NODE = b"\x01"
_LENGTH_BYTES = 4


@dataclass(frozen=True, kw_only=True, slots=True)
class ChainedEvent:
    """What the chain keeps of an event; no personal data, only the commitment to its detail.

    `at` is UTC in RFC 3339 with microseconds; `actor` is a pseudonymous id, empty for the system.
    """

    sequence: int
    at: str
    actor: str
    action: str
    subject_kind: str
    subject_id: str
    commitment: bytes


def canonical(event: ChainedEvent) -> bytes:
    """Write every field after its length, so that no two different events give the same bytes."""
    assert event.sequence > 0, "events are numbered from 1"
    assert len(event.commitment) == HASH_BYTES, "a commitment is a SHA-256"
    texts = (
        str(SCHEMA_VERSION),
        str(event.sequence),
        event.at,
        event.actor,
        event.action,
        event.subject_kind,
        event.subject_id,
    )
    return b"".join(_prefixed(field) for field in (*(text.encode() for text in texts), event.commitment))


def _prefixed(field: bytes) -> bytes:
    return len(field).to_bytes(_LENGTH_BYTES, "big") + field


def event_hash(previous: bytes, canonical_bytes: bytes) -> bytes:
    """Tie an event to the hash of the one before; the first one follows GENESIS."""
    assert len(previous) == HASH_BYTES, "the previous hash is a SHA-256"
    return hashlib.sha256(previous + canonical_bytes).digest()


def detail_commitment(salt: bytes, detail_json: bytes) -> bytes:
    """Commit to a detail without revealing it; with the salt erased nobody can guess it back."""
    return hashlib.sha256(_prefixed(salt) + _prefixed(detail_json)).digest()


# The Merkle tree


def leaf_hash(leaf: bytes) -> bytes:
    return hashlib.sha256(_LEAF + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(_NODE + left + right).digest()


@dataclass(frozen=True, kw_only=True, slots=True)
class Frontier:
    """The roots of the complete subtrees of a growing tree, largest first: enough to append to it."""

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def append(self, leaf: bytes) -> Self:
        """Add a leaf in O(log n) hashes at most, two on average."""
        peaks = [*self.peaks]
        merged = leaf_hash(leaf)
        size = self.size
        while size & 1:
            merged = node_hash(peaks.pop(), merged)
            size >>= 1
        return type(self)(size=self.size + 1, peaks=(*peaks, merged))

    def root(self) -> bytes:
        if not self.peaks:
            return hashlib.sha256(b"").digest()
        found = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            found = node_hash(peak, found)
        return found

    def to_text(self) -> str:
        return ":".join((str(self.size), *(peak.hex() for peak in self.peaks)))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `to_text` wrote; raises ValueError when it cannot be one."""
        size, *peaks = text.split(":")
        hashes = tuple(bytes.fromhex(peak) for peak in peaks)
        fits = size.isascii() and size.isdecimal() and int(size).bit_count() == len(hashes)
        if not fits or any(len(peak) != HASH_BYTES for peak in hashes):
            raise ValueError("not a frontier")
        return cls(size=int(size), peaks=hashes)


def merkle_root(leaves: Sequence[bytes]) -> bytes:
    frontier = Frontier()
    for leaf in leaves:
        frontier = frontier.append(leaf)
    return frontier.root()


def _subtree_root(hashes: Sequence[bytes]) -> bytes:
    """Root of already hashed leaves; each pass pairs neighbours and carries an odd last one up."""
    level = list(hashes)
    while len(level) > 1:
        paired = [node_hash(level[place], level[place + 1]) for place in range(0, len(level) - 1, 2)]
        level = paired + level[len(level) & ~1 :]
    return level[0]


def _split(size: int) -> int:
    """The largest power of two smaller than the size."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Give the path that shows leaf `index` (from 0) is in the tree of all leaves (RFC 6962, 2.1.1)."""
    assert 0 <= index < len(leaves), "the leaf is in the tree"
    hashes = [leaf_hash(leaf) for leaf in leaves]
    path: list[bytes] = []
    while len(hashes) > 1:
        middle = _split(len(hashes))
        inside, outside = (hashes[:middle], hashes[middle:])
        if index >= middle:
            inside, outside = outside, inside
            index -= middle
        path.append(_subtree_root(outside))
        hashes = inside
    return tuple(reversed(path))


def verify_inclusion(*, leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Recompute the root from one leaf and its path (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, leaf_hash(leaf)
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = node_hash(sibling, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and found == root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> tuple[bytes, ...]:
    """Give the hashes that show the first `old_size` leaves are unchanged in this tree (RFC 6962, 2.1.2)."""
    assert 0 < old_size <= len(leaves), "the old tree has leaves and is not larger"
    hashes = [leaf_hash(leaf) for leaf in leaves]
    size, old_is_whole = old_size, True
    path: list[bytes] = []
    while size != len(hashes):
        middle = _split(len(hashes))
        if size <= middle:
            path.append(_subtree_root(hashes[middle:]))
            hashes = hashes[:middle]
        else:
            path.append(_subtree_root(hashes[:middle]))
            hashes, size, old_is_whole = hashes[middle:], size - middle, False
    if not old_is_whole:
        path.append(_subtree_root(hashes))
    return tuple(reversed(path))


def verify_consistency(
    *, old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Check that a tree grew out of an older one without changing it (RFC 9162, 2.1.4.2)."""
    if not 0 < old_size <= new_size:
        return False
    if old_size == new_size:
        return not proof and old_root == new_root
    path = [old_root, *proof] if old_size.bit_count() == 1 else [*proof]
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    return bool(path) and _roots_from(path, place, last) == (old_root, new_root)


def _roots_from(path: Sequence[bytes], place: int, last: int) -> tuple[bytes, bytes] | None:
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = node_hash(sibling, old), node_hash(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, sibling)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None
