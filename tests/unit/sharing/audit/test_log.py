"""One log: the tree of RFC 6962, a chain over it, and proofs from what is left of it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.sharing.audit.log import CHAIN_START, Log, chained, positions, subtree_of, tree_at
from skypact.sharing.audit.merkle import (
    Range,
    consistency_proof,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
)


class Held:
    """A log of which the entries before `first` are gone."""

    def __init__(self, count: int, first: int = 0) -> None:
        self.log, self.nodes, self.leaves = Log("log"), {}, []
        self.heads, self.before = [self.log.tree.head()], Range()
        self.first = first
        for number in range(count):
            if number == first:
                self.before = Range(self.log.size, self.log.tree.roots)
            added = self.log.append(b"entry %d" % number)
            self.leaves.append(added.leaf)
            self.heads.append(self.log.tree.head())
            for level, place, value in added.nodes:
                if (place + 1) << level > first:
                    self.nodes[level, place] = value

    def node(self, level: int, number: int) -> bytes | None:
        return self.nodes.get((level, number))

    def leaf_hashes(self, begin: int, end: int) -> list[bytes]:
        assert begin >= self.first
        assert end - begin <= 256
        return self.leaves[begin:end]


HELD = {first: Held(1_400, first) for first in (0, 1, 255, 256, 700, 1_399)}


def test_the_chain_is_over_all_entries():
    log, chain = Log("log"), CHAIN_START
    for data in (b"one", b"two"):
        chain = chained(chain, leaf_hash(data))
        assert log.append(data).chain == chain


@given(st.sampled_from(sorted(HELD)), st.data())
def test_proofs_from_what_is_left_hold(first, data):
    held = HELD[first]
    size = data.draw(st.integers(max(first, 1), 1_400))
    subtree = subtree_of(held)
    assert tree_at(size, subtree).head() == held.heads[size]
    if first < size:
        index = data.draw(st.integers(first, size - 1))
        proof = inclusion_proof(index, size, subtree)
        assert is_included(held.leaves[index], index, size, proof, held.heads[size])
    old = data.draw(st.integers(max(first, 1), size))
    proof = consistency_proof(old, size, subtree)
    assert is_consistent(old, held.heads[old], size, held.heads[size], proof)


def test_what_is_gone_is_said():
    with pytest.raises(ValueError, match="no longer held"):
        inclusion_proof(3, 1_400, subtree_of(HELD[700]))


def test_positions_are_those_of_the_complete_subtrees():
    log = Log("log")
    for number in range(11):
        log.append(b"%d" % number)
    assert list(positions(log.tree)) == [(3, 0), (1, 8), (0, 10)]
    assert list(positions(log.tree).values()) == log.tree.roots


def test_a_checkpoint_names_the_log():
    log = Log("a log")
    log.append(b"x")
    assert (log.checkpoint().origin, log.checkpoint().size) == ("a log", 1)
    assert log.checkpoint().head == leaf_hash(b"x")
