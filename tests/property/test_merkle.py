"""The tree's arithmetic against the definitions of RFC 6962 written down recursively, and against known vectors."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.ledger import merkle

LEAVES = [
    bytes.fromhex(text)
    for text in (
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
# Of the Certificate Transparency reference implementation (merkle_tree_test.cc).
ROOTS = (
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
)
INCLUSION = {
    (0, 1): (),
    (0, 8): (
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ),
    (5, 8): (
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 3): ("fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",),
}
CONSISTENCY = {
    (1, 1): (),
    (6, 8): (
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ),
    (2, 5): (
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
    ),
}


# The slow twin: MTH, PATH and SUBPROOF of RFC 6962, section 2.1, as they stand there.
def mth(data):
    if not data:
        return sha256(b"").digest()
    if len(data) == 1:
        return sha256(b"\x00" + data[0]).digest()
    k = cut(len(data))
    return sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()


def cut(n):
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def path(m, data):
    if len(data) == 1:
        return []
    k = cut(len(data))
    return [*path(m, data[:k]), mth(data[k:])] if m < k else [*path(m - k, data[k:]), mth(data[:k])]


def subproof(m, data, whole):
    if m == len(data):
        return [] if whole else [mth(data)]
    k = cut(len(data))
    if m <= k:
        return [*subproof(m, data[:k], whole), mth(data[k:])]
    return [*subproof(m - k, data[k:], False), mth(data[:k])]


def stored(data):
    """All complete nodes, as the ledger would have them."""
    hashes = [merkle.leaf_hash(one) for one in data]
    return dict(merkle.grow(0, {}, hashes)) | {(0, index): digest for index, digest in enumerate(hashes)}


def folded(spans, data):
    nodes = stored(data)
    return [merkle.fold(span, nodes) for span in spans]


leaves = st.lists(st.binary(max_size=3), min_size=1, max_size=70)


@pytest.mark.parametrize("size", range(1, 9))
def test_roots_are_those_of_the_reference(size):
    assert merkle.fold((0, size), stored(LEAVES)).hex() == ROOTS[size - 1] == mth(LEAVES[:size]).hex()


def test_the_empty_tree_has_the_hash_of_nothing():
    assert merkle.fold((0, 0), {}) == merkle.EMPTY == mth([])


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_audit_paths_are_those_of_the_reference(index, size):
    assert [one.hex() for one in folded(merkle.inclusion_spans(index, size), LEAVES)] == list(INCLUSION[index, size])


@pytest.mark.parametrize(("old", "new"), CONSISTENCY)
def test_consistency_proofs_are_those_of_the_reference(old, new):
    assert [one.hex() for one in folded(merkle.consistency_spans(old, new), LEAVES)] == list(CONSISTENCY[old, new])


@given(leaves, st.data())
def test_roots_paths_and_proofs_equal_the_definitions(data, draw):
    size = draw.draw(st.integers(1, len(data)))
    index = draw.draw(st.integers(0, size - 1))
    old = draw.draw(st.integers(1, size))
    assert merkle.fold((0, size), stored(data)) == mth(data[:size])
    assert folded(merkle.inclusion_spans(index, size), data) == path(index, data[:size])
    assert folded(merkle.consistency_spans(old, size), data) == subproof(old, data[:size], True)


@given(leaves, st.integers(0, 70))
def test_growing_in_two_steps_is_growing_in_one(data, first):
    first = min(first, len(data))
    whole = stored(data)
    frontier = {node: whole[node] for node in merkle.peaks((0, first))}
    later = dict(merkle.grow(first, frontier, [merkle.leaf_hash(one) for one in data[first:]]))
    assert stored(data[:first]) | later == {
        node: digest for node, digest in whole.items() if node[0] or node[1] < first
    }


@given(leaves, st.data())
def test_true_inclusions_hold_and_any_change_breaks_them(data, draw):
    size, index = len(data), draw.draw(st.integers(0, len(data) - 1))
    leaf, root, proof = merkle.leaf_hash(data[index]), mth(data), path(index, data)
    assert merkle.inclusion_holds(leaf, index, size, proof, root)
    other = sha256(b"other").digest()
    assert not merkle.inclusion_holds(other, index, size, proof, root)
    assert not merkle.inclusion_holds(leaf, index, size, proof, other)
    assert not merkle.inclusion_holds(leaf, index, size, [*proof, other], root)
    assert not merkle.inclusion_holds(leaf, size, size, proof, root)
    assert not merkle.inclusion_holds(leaf, -1, size, proof, root)
    for at in range(len(proof)):
        assert not merkle.inclusion_holds(leaf, index, size, [*proof[:at], other, *proof[at + 1 :]], root)
        assert not merkle.inclusion_holds(leaf, index, size, [*proof[:at], *proof[at + 1 :]], root)


@given(leaves, st.data())
def test_true_consistency_holds_and_any_change_breaks_it(data, draw):
    new, old = len(data), draw.draw(st.integers(1, len(data)))
    old_root, new_root, proof = mth(data[:old]), mth(data), subproof(old, data, True)
    assert merkle.consistency_holds(old, new, old_root, new_root, proof)
    other = sha256(b"other").digest()
    assert not merkle.consistency_holds(old, new, other, new_root, proof)
    assert not merkle.consistency_holds(old, new, old_root, other, proof)
    assert not merkle.consistency_holds(old, new, old_root, new_root, [*proof, other])
    assert not merkle.consistency_holds(new + 1, new, old_root, new_root, proof)
    assert not merkle.consistency_holds(0, new, old_root, new_root, proof)
    for at in range(len(proof)):
        assert not merkle.consistency_holds(old, new, old_root, new_root, [*proof[:at], other, *proof[at + 1 :]])
        assert not merkle.consistency_holds(old, new, old_root, new_root, [*proof[:at], *proof[at + 1 :]])


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_no_path_leads_to_a_leaf_outside_of_the_tree(index, size):
    with pytest.raises(ValueError, match="outside"):
        merkle.inclusion_spans(index, size)


@pytest.mark.parametrize(("old", "new"), [(0, 3), (4, 3), (-1, 3)])
def test_no_proof_leads_from_an_empty_or_larger_tree(old, new):
    with pytest.raises(ValueError, match="smaller"):
        merkle.consistency_spans(old, new)
