"""A log as a Merkle tree: what a head commits to, and proofs that it only grew (RFC 6962, 2.1).

Leaves and nodes are hashed apart (prefix 0 and 1). Only the roots of the complete subtrees that
make up the log are held (a compact range): a leaf costs about two hashes, whatever the size.
Proofs are made from a function that gives the hash of any complete subtree, so whoever keeps the
leaves decides how many inner hashes to keep.
"""

from collections.abc import Callable, Sequence
from hashlib import sha256

Subtree = Callable[[int, int], bytes]
"""Returns the root of leaves [begin, begin + 2 ** level): called with (level, begin)."""

HASH_BYTES = 32
EMPTY_ROOT = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    return sha256(b"\0" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()


class Range:
    """The roots of the complete subtrees of a log, largest first."""

    def __init__(self, size: int = 0, roots: Sequence[bytes] = ()) -> None:
        """Go on from a held state; raises ValueError when there are not as many roots as the size
        has set bits."""
        if size < 0 or len(roots) != size.bit_count():
            raise ValueError(
                f"a log of {size} entries has {size.bit_count()} roots, not {len(roots)}"
            )
        self.size, self.roots = size, list(roots)

    def append(self, leaf: bytes) -> list[bytes]:
        """Add the hash of the next leaf; return the roots of the subtrees that it completes, by
        level: the leaf itself is the first."""
        size, made = self.size, [leaf]
        while size & 1:
            made.append(node_hash(self.roots.pop(), made[-1]))
            size >>= 1
        self.roots.append(made[-1])
        self.size += 1
        return made

    def head(self) -> bytes:
        """Return the root of the whole log."""
        if not self.roots:
            return EMPTY_ROOT
        root = self.roots[-1]
        for left in reversed(self.roots[:-1]):
            root = node_hash(left, root)
        return root


def inclusion_proof(index: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the path from leaf `index` to the head of the first `size` leaves (2.1.1)."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} of {size}")
    return _path(index, 0, size, subtree)


def consistency_proof(old: int, size: int, subtree: Subtree) -> list[bytes]:
    """Return the proof that the first `old` of `size` leaves are the log of before (2.1.2)."""
    if not 0 < old <= size:
        raise ValueError(f"{old} of {size} leaves")
    return [] if old == size else _grown(old, 0, size, subtree, whole=True)


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], head: bytes) -> bool:
    """Return whether a proof leads from a leaf's hash to a head (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size or len(leaf) != HASH_BYTES:
        return False
    at, last, root = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            root = node_hash(step, root)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            root = node_hash(root, step)
        at, last = at >> 1, last >> 1
    return last == 0 and root == head


def is_consistent(
    old: int, old_head: bytes, size: int, head: bytes, proof: Sequence[bytes]
) -> bool:
    """Return whether a proof shows that a log has only grown (RFC 9162, 2.1.4.2)."""
    if old == size:
        return size > 0 and not proof and old_head == head
    if not 0 < old < size or not proof:
        return False
    steps = [old_head, *proof] if old & (old - 1) == 0 else list(proof)
    at, last = old - 1, size - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(step, before), node_hash(step, after)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, step)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_head and after == head


def _split(size: int) -> int:
    """Return the largest power of two below `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _root(begin: int, size: int, subtree: Subtree) -> bytes:
    if size & (size - 1) == 0:
        return subtree(size.bit_length() - 1, begin)
    left = _split(size)
    return node_hash(_root(begin, left, subtree), _root(begin + left, size - left, subtree))


def _path(index: int, begin: int, size: int, subtree: Subtree) -> list[bytes]:
    if size == 1:
        return []
    left = _split(size)
    if index < left:
        return [*_path(index, begin, left, subtree), _root(begin + left, size - left, subtree)]
    rest = _path(index - left, begin + left, size - left, subtree)
    return [*rest, _root(begin, left, subtree)]


def _grown(old: int, begin: int, size: int, subtree: Subtree, *, whole: bool) -> list[bytes]:
    if old == size:
        return [] if whole else [_root(begin, size, subtree)]
    left = _split(size)
    if old <= left:
        rest = _grown(old, begin, left, subtree, whole=whole)
        return [*rest, _root(begin + left, size - left, subtree)]
    rest = _grown(old - left, begin + left, size - left, subtree, whole=False)
    return [*rest, _root(begin, left, subtree)]
