"""One log: chained, and a Merkle tree whose inner hashes of every eighth level are kept."""

from collections.abc import Sequence
from hashlib import sha256
from typing import NamedTuple, Protocol

from skypact.sharing.audit.checkpoint import Checkpoint
from skypact.sharing.audit.merkle import HASH_BYTES, Range, Subtree, leaf_hash, node_hash

LEVELS = 8
"""Inner hashes are kept at levels 8, 16, 24 ...: a proof reads at most 256 leaves a step."""
CHAIN_START = bytes(HASH_BYTES)


class Added(NamedTuple):
    """An entry as it is stored. chain: over it and all before it; nodes: (level, number, hash) of
    inner hashes to keep."""

    number: int
    data: bytes
    leaf: bytes
    chain: bytes
    nodes: list[tuple[int, int, bytes]]


def chained(chain: bytes, leaf: bytes) -> bytes:
    """Return the next link: the hash of the link before and of the leaf's hash."""
    return sha256(chain + leaf).digest()


class Log:
    """Where a log ends. origin: its name."""

    def __init__(self, origin: str, tree: Range | None = None, chain: bytes = CHAIN_START) -> None:
        self.origin, self.tree, self.chain = origin, tree or Range(), chain

    @property
    def size(self) -> int:
        """Return how many entries it has."""
        return self.tree.size

    def append(self, data: bytes) -> Added:
        """Add an entry; return what is to be stored of it."""
        number, leaf = self.tree.size, leaf_hash(data)
        made = self.tree.append(leaf)
        self.chain = chained(self.chain, leaf)
        nodes = [
            (level, number >> level, made[level]) for level in range(LEVELS, len(made), LEVELS)
        ]
        return Added(number, data, leaf, self.chain, nodes)

    def checkpoint(self) -> Checkpoint:
        """Return the head of the log."""
        return Checkpoint(self.origin, self.size, self.tree.head())


class Kept(Protocol):
    """What is left of a log: entries from `first` on, and the tree's state before them."""

    first: int
    before: Range

    def node(self, level: int, number: int) -> bytes | None:
        """Return an inner hash that was kept."""
        ...

    def leaf_hashes(self, begin: int, end: int) -> Sequence[bytes]:
        """Return the hashes of the leaves begin <= number < end."""
        ...


def subtree_of(kept: Kept) -> Subtree:
    """Return how proofs find the hash of any complete subtree, also after old entries went."""
    gone = positions(kept.before)

    def subtree(level: int, begin: int) -> bytes:
        end = begin + (1 << level)
        if (level, begin) in gone:
            return gone[level, begin]
        if level and level % LEVELS == 0:
            held = kept.node(level, begin >> level)
            if held is not None:
                return held
        if begin >= kept.first and level <= LEVELS:
            return _folded(kept.leaf_hashes(begin, end))
        if end <= kept.first:
            raise ValueError(f"entries {begin} to {end - 1} are no longer held")
        half = 1 << (level - 1)
        return node_hash(subtree(level - 1, begin), subtree(level - 1, begin + half))

    return subtree


def positions(tree: Range) -> dict[tuple[int, int], bytes]:
    """Return the roots of a log's complete subtrees by (level, first leaf)."""
    found: dict[tuple[int, int], bytes] = {}
    begin, roots = 0, iter(tree.roots)
    for level in reversed(range(tree.size.bit_length())):
        if tree.size >> level & 1:
            found[level, begin] = next(roots)
            begin += 1 << level
    return found


def tree_at(size: int, subtree: Subtree) -> Range:
    """Return the tree of the first `size` entries."""
    roots: list[bytes] = []
    begin = 0
    for level in reversed(range(size.bit_length())):
        if size >> level & 1:
            roots.append(subtree(level, begin))
            begin += 1 << level
    return Range(size, roots)


def _folded(hashes: Sequence[bytes]) -> bytes:
    """Return the root over a power of two of leaves."""
    row = list(hashes)
    while len(row) > 1:
        row = [node_hash(row[i], row[i + 1]) for i in range(0, len(row), 2)]
    return row[0]
