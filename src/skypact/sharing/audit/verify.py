"""Reading a whole log again: where is the first entry that is not what was logged?"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import StrEnum
from itertools import chain as joined
from itertools import pairwise
from typing import NamedTuple, Protocol

from skypact.sharing.audit.log import LEVELS, chained
from skypact.sharing.audit.merkle import Range, leaf_hash


class Wrong(StrEnum):
    """What is wrong with a stored log."""

    ALTERED = "altered"
    DROPPED = "dropped"
    REORDERED = "reordered"
    DOUBLED = "doubled"
    CUT = "cut off"
    TWO_FACED = "two-faced"
    SIGNATURE = "signature"


class Finding(NamedTuple):
    """What is wrong, and where: in entries first <= number < end, the first of time_ns (0
    unknown)."""

    kind: Wrong
    first: int
    end: int
    time_ns: int
    text: str


class Row(Protocol):
    """An entry as it is stored."""

    @property
    def number(self) -> int: ...

    @property
    def time_ns(self) -> int: ...

    @property
    def data(self) -> bytes: ...

    @property
    def chain(self) -> bytes: ...


class Head(NamedTuple):
    """A head that somebody signed. who: in words."""

    size: int
    root: bytes
    time_ns: int
    who: str


class Expected(NamedTuple):
    """What is known of a log apart from its entries. first, before, chain: where what is held
    begins; size, root, end_chain: where it ends; heads: by size; leaves: hashes that another log
    tells, by number; nodes: inner hashes that are stored."""

    first: int
    before: Range
    chain: bytes
    size: int
    root: bytes
    end_chain: bytes
    heads: Sequence[Head]
    leaves: Mapping[int, bytes]
    nodes: Mapping[tuple[int, int], bytes]


def check(expected: Expected, rows: Iterable[Row]) -> Iterator[Finding]:
    """Yield what is wrong with a log, the first that is found in its entries, then what is wrong
    with its end."""
    tree = Range(expected.first, expected.before.roots)
    heads = sorted(h for h in expected.heads if h.size >= expected.first)
    link, at, last_ns = expected.chain, 0, 0
    sound: dict[str, int] = {}
    while at < len(heads) and heads[at].size == expected.first:
        if heads[at].root != tree.head():
            yield _two_faced(heads[at], 0)
            return
        at += 1
    for row, after in pairwise(joined(rows, (None,))):
        assert row is not None
        leaf = leaf_hash(row.data)
        wrong = _wrong_row(expected, row, after, leaf, link, tree.size)
        if wrong is not None:
            yield wrong
            return
        link, last_ns = row.chain, row.time_ns
        made = tree.append(leaf)
        for level in range(LEVELS, len(made), LEVELS):
            if expected.nodes.get((level, row.number >> level), made[level]) != made[level]:
                text = f"the inner hash over entries up to {row.number} is not that of the entries"
                yield Finding(Wrong.ALTERED, row.number, row.number + 1, row.time_ns, text)
                return
        while at < len(heads) and heads[at].size == tree.size:
            if heads[at].root != tree.head():
                # Only the same signer's heads tell that all was well up to there.
                yield _two_faced(heads[at], sound.get(heads[at].who, expected.first))
                return
            sound[heads[at].who] = tree.size
            at += 1
    yield from _wrong_end(expected, tree, link, last_ns, heads[at:])


def _wrong_row(
    expected: Expected, row: Row, after: Row | None, leaf: bytes, link: bytes, number: int
) -> Finding | None:
    def finding(kind: Wrong, text: str) -> Finding:
        return Finding(kind, number, number + 1, row.time_ns, text)

    if row.number != number:
        text = f"entries {number} to {row.number - 1} are not there"
        return Finding(Wrong.DROPPED, number, row.number, row.time_ns, text)
    told = expected.leaves.get(number)
    if told is not None and told != leaf:
        for distance in (1, 2, 3):
            if expected.leaves.get(number - distance) == leaf:
                return finding(Wrong.DOUBLED, f"entry {number - distance} is there again")
        if expected.leaves.get(number + 1) == leaf:
            if after is not None and told == leaf_hash(after.data):
                return finding(Wrong.REORDERED, f"entries {number} and {number + 1} changed places")
            return finding(Wrong.DROPPED, f"entry {number} was taken out")
        return finding(Wrong.ALTERED, f"entry {number} is not the one that was logged")
    if chained(link, leaf) != row.chain:
        if after is not None and chained(link, leaf_hash(after.data)) == row.chain:
            return finding(Wrong.REORDERED, f"entries {number} and {number + 1} changed places")
        return finding(Wrong.ALTERED, f"entry {number} is not the one that was chained")
    return None


def _two_faced(head: Head, sound: int) -> Finding:
    text = (
        f"what is stored does not lead to the head of {head.size} entries that {head.who}: "
        f"an entry from {sound} to {head.size - 1} was changed"
    )
    return Finding(Wrong.TWO_FACED, sound, head.size, head.time_ns, text)


def _wrong_end(
    expected: Expected, tree: Range, link: bytes, last_ns: int, beyond: Sequence[Head]
) -> Iterator[Finding]:
    """Yield what is wrong with the end: entries cut off, or an end that is not that of the log."""
    size = tree.size
    further = max([expected.size, *(h.size for h in beyond), *(n + 1 for n in expected.leaves)])
    if further > size:
        head = next((h for h in beyond if h.size == further), None)
        by = f": {head.who} a head of {further}" if head else f" of {further}"
        text = f"the log ends after {size} entries{by}"
        yield Finding(Wrong.CUT, size, further, head.time_ns if head else last_ns, text)
    elif size > expected.size:
        text = f"the log should end after {expected.size} entries and has {size}"
        yield Finding(Wrong.DOUBLED, expected.size, size, last_ns, text)
    elif tree.head() != expected.root or link != expected.end_chain:
        text = "the end of the log that is stored is not that of its entries"
        yield Finding(Wrong.ALTERED, max(0, size - 1), size, last_ns, text)
