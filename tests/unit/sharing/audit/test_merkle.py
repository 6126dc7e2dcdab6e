"""Against the definition of RFC 6962, word by word, and against every single change of a proof."""

from collections.abc import Sequence
from hashlib import sha256

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.sharing.audit.merkle import (
    EMPTY_ROOT,
    Range,
    Subtree,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
)


def tree_hash(entries: Sequence[bytes]) -> bytes:
    """MTH of RFC 6962, 2.1."""
    if not entries:
        return sha256(b"").digest()
    if len(entries) == 1:
        return sha256(b"\0" + entries[0]).digest()
    k = 1
    while 2 * k < len(entries):
        k *= 2
    return sha256(b"\1" + tree_hash(entries[:k]) + tree_hash(entries[k:])).digest()


def entries(count: int) -> list[bytes]:
    return [b"entry %d" % i for i in range(count)]


def subtrees(log: Sequence[bytes]) -> Subtree:
    return lambda level, begin: tree_hash(log[begin : begin + (1 << level)])


def heads(log: Sequence[bytes]) -> list[bytes]:
    held, out = Range(), []
    for entry in [None, *log]:
        if entry is not None:
            held.append(leaf_hash(entry))
        out.append(held.head())
    return out


def test_heads_are_those_of_the_definition() -> None:
    log = entries(70)
    assert heads(log) == [tree_hash(log[:n]) for n in range(71)]
    assert heads([])[0] == EMPTY_ROOT


def test_a_known_head() -> None:
    """The eight entries of the Certificate Transparency reference tests."""
    log = [bytes.fromhex(x) for x in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
    )]  # fmt: skip
    known = "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"
    assert heads(log)[-1].hex() == known


def test_a_log_goes_on_from_what_was_held() -> None:
    log, held = entries(23), Range()
    for entry in log:
        held.append(leaf_hash(entry))
        held = Range(held.size, held.roots)
    assert held.head() == tree_hash(log)
    with pytest.raises(ValueError, match="4 roots"):
        Range(23, held.roots[1:])


@given(st.integers(1, 90), st.data())
@settings(max_examples=60, deadline=None)
def test_every_proof_holds_and_no_changed_one_does(size: int, data: st.DataObject) -> None:
    log = entries(size)
    head, index = tree_hash(log), data.draw(st.integers(0, size - 1))
    old = data.draw(st.integers(1, size))
    path = inclusion_proof(index, size, subtrees(log))
    assert is_included(leaf_hash(log[index]), index, size, path, head)
    grown = consistency_proof(old, size, subtrees(log))
    assert is_consistent(old, tree_hash(log[:old]), size, head, grown)
    for other in range(size):
        if other != index:
            assert not is_included(leaf_hash(log[other]), index, size, path, head)
            assert not is_included(leaf_hash(log[index]), other, size, path, head)
    for changed in broken(path):
        assert not is_included(leaf_hash(log[index]), index, size, changed, head)
    for changed in broken(grown):
        assert not is_consistent(old, tree_hash(log[:old]), size, head, changed)
    if old < size:
        told = [*log[: old - 1], b"another story", *log[old:]]
        assert not is_consistent(old, tree_hash(told[:old]), size, head, grown)
        forked = consistency_proof(old, size, subtrees(told))
        assert not is_consistent(old, tree_hash(log[:old]), size, tree_hash(told), forked)


def broken(proof: list[bytes]) -> list[list[bytes]]:
    """Return the proof with a step altered, left out, added or exchanged."""
    out = [[*proof, bytes(32)], [bytes(32), *proof]]
    for i, step in enumerate(proof):
        out.append([*proof[:i], bytes([step[0] ^ 1]) + step[1:], *proof[i + 1 :]])
        out.append([*proof[:i], *proof[i + 1 :]])
        if i and proof[i - 1] != step:
            out.append([*proof[: i - 1], step, proof[i - 1], *proof[i + 1 :]])
    return out


def test_what_is_not_there_has_no_proof() -> None:
    log = entries(5)
    for index, size in ((5, 5), (-1, 5), (0, 0)):
        with pytest.raises(ValueError, match="leaf"):
            inclusion_proof(index, size, subtrees(log))
        assert not is_included(b"", index, size, [], tree_hash(log))
    with pytest.raises(ValueError, match="of 5 leaves"):
        consistency_proof(6, 5, subtrees(log))
    assert not is_consistent(0, EMPTY_ROOT, 5, tree_hash(log), [])
    assert not is_consistent(6, tree_hash(log), 5, tree_hash(log), [])
