"""The chain notices any change; the tree is that of RFC 6962, against its published vectors."""

import hashlib
from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solidarity.rules import chain
from solidarity.rules.chain import ChainedEvent, Frontier

EVENT = ChainedEvent(
    sequence=1,
    at="2026-10-01T08:00:00.000000Z",
    actor="5b0c",
    action="request.submitted",
    subject_kind="request",
    subject_id="2026-000123",
    commitment=bytes(range(32)),
)

# The eight leaves and the roots of the Certificate Transparency reference tree.
LEAVES = [
    bytes.fromhex(leaf)
    for leaf in (
        "",
        "00",
        "10",
        "2021",
        "3031",
        "40414243",
        "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )
]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
INCLUSION = [
    # leaf, size, path
    (0, 1, []),
    (
        0,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5,
        8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1,
        5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]
CONSISTENCY = [
    # old size, new size, path
    (1, 1, []),
    (
        1,
        8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6,
        8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2,
        5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]


def test_canonical_bytes_are_pinned_for_ten_years():
    expected = (
        b"\x00\x00\x00\x011"
        b"\x00\x00\x00\x011"
        b"\x00\x00\x00\x1b2026-10-01T08:00:00.000000Z"
        b"\x00\x00\x00\x045b0c"
        b"\x00\x00\x00\x11request.submitted"
        b"\x00\x00\x00\x07request"
        b"\x00\x00\x00\x0b2026-000123"
        b"\x00\x00\x00\x20" + bytes(range(32))
    )
    assert chain.canonical(EVENT) == expected


@pytest.mark.parametrize("field", [field.name for field in fields(EVENT)])
def test_every_field_counts(field):
    other = {"sequence": 2, "commitment": bytes(32)}.get(field, "autre")
    assert chain.canonical(replace(EVENT, **{field: other})) != chain.canonical(EVENT)


def test_moving_a_letter_between_two_fields_is_seen():
    one, two = replace(EVENT, actor="ab", action="c"), replace(EVENT, actor="a", action="bc")
    assert chain.canonical(one) != chain.canonical(two)


def test_an_event_is_tied_to_the_one_before():
    written = chain.canonical(EVENT)
    first = chain.event_hash(chain.GENESIS, written)
    assert first == hashlib.sha256(bytes(32) + written).digest()
    assert chain.event_hash(first, written) != first
    with pytest.raises(AssertionError):
        chain.event_hash(b"", written)


@given(st.binary(), st.binary(), st.binary(), st.binary())
def test_a_commitment_binds_salt_and_detail(salt, detail, other_salt, other_detail):
    same = (salt, detail) == (other_salt, other_detail)
    assert (
        chain.detail_commitment(salt, detail) == chain.detail_commitment(other_salt, other_detail)
    ) == same


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference_tree(size):
    assert chain.merkle_root(LEAVES[:size]).hex() == ROOTS[size]


@pytest.mark.parametrize(("index", "size", "path"), INCLUSION)
def test_inclusion_proofs_are_those_of_the_reference_tree(index, size, path):
    assert [step.hex() for step in chain.inclusion_proof(LEAVES[:size], index)] == path


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_reference_tree(old, new, path):
    assert [step.hex() for step in chain.consistency_proof(LEAVES[:new], old)] == path


def naive_root(leaves):
    """The definition of RFC 6962, 2.1, word for word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\x00" + leaves[0]).digest()
    middle = 1
    while middle * 2 < len(leaves):
        middle *= 2
    return hashlib.sha256(b"\x01" + naive_root(leaves[:middle]) + naive_root(leaves[middle:])).digest()


def test_every_proof_of_every_small_tree_holds_and_no_other_does():
    leaves = [bytes([number]) for number in range(20)]
    for size in range(1, 21):
        root = naive_root(leaves[:size])
        assert chain.merkle_root(leaves[:size]) == root
        for index in range(size):
            proof = chain.inclusion_proof(leaves[:size], index)
            asked = {"index": index, "size": size, "proof": proof, "root": root}
            assert chain.verify_inclusion(leaf=leaves[index], **asked)
            assert not chain.verify_inclusion(leaf=b"other", **asked)
            assert not chain.verify_inclusion(leaf=leaves[index], **{**asked, "index": index + 1})
            assert not chain.verify_inclusion(leaf=leaves[index], **{**asked, "proof": (*proof, root)})
            assert not proof or not chain.verify_inclusion(
                leaf=leaves[index], **{**asked, "proof": proof[:-1]}
            )


def test_every_pair_of_small_trees_is_consistent_and_no_other_is():
    leaves = [bytes([number]) for number in range(20)]
    for new in range(1, 21):
        for old in range(1, new + 1):
            asked = {
                "old_size": old,
                "new_size": new,
                "old_root": naive_root(leaves[:old]),
                "new_root": naive_root(leaves[:new]),
                "proof": chain.consistency_proof(leaves[:new], old),
            }
            assert chain.verify_consistency(**asked)
            assert not chain.verify_consistency(**{**asked, "old_root": bytes(32)})
            assert not chain.verify_consistency(**{**asked, "new_root": bytes(32)})
            assert not chain.verify_consistency(**{**asked, "proof": (*asked["proof"], bytes(32))})
            assert not chain.verify_consistency(**{**asked, "old_size": 0})
            assert not chain.verify_consistency(**{**asked, "old_size": new + 1})
            assert old == new or not chain.verify_consistency(**{**asked, "proof": asked["proof"][:-1]})


@given(st.lists(st.binary(max_size=4), max_size=70))
def test_a_frontier_written_and_read_between_appends_has_the_same_root(leaves):
    frontier = Frontier()
    for leaf in leaves:
        frontier = Frontier.from_text(frontier.append(leaf).to_text())
    assert frontier.size == len(leaves)
    assert frontier.root() == naive_root(leaves)
    assert len(frontier.peaks) <= 7


@pytest.mark.parametrize(
    "text", ["", "1", "0:00", "2:" + "00" * 31, "x:" + "00" * 32, "-1:" + "00" * 32, "1:zz"]
)
def test_a_damaged_frontier_is_not_read(text):
    with pytest.raises(ValueError):
        Frontier.from_text(text)


def test_a_changed_byte_changes_the_root():
    leaves = [number.to_bytes(2, "big") for number in range(300)]
    root = chain.merkle_root(leaves)
    for place in (0, 150, 299):
        assert chain.merkle_root([*leaves[:place], b"x", *leaves[place + 1 :]]) != root
