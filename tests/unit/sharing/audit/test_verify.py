"""One pass over a log in memory; the store's whole zoo is in edge/audit/test_reading.py."""

from typing import NamedTuple

import pytest

from skypact.sharing.audit.log import CHAIN_START, Log
from skypact.sharing.audit.merkle import Range
from skypact.sharing.audit.verify import Expected, Head, Wrong, check


class Row(NamedTuple):
    number: int
    time_ns: int
    data: bytes
    chain: bytes


def logged(count=20):
    log, rows, heads, nodes = Log("log"), [], [], {}
    for number in range(count):
        added = log.append(b"entry %d" % number)
        rows.append(Row(number, number * 10, added.data, added.chain))
        nodes |= {(level, place): value for level, place, value in added.nodes}
        if number % 5 == 4:
            heads.append(Head(log.size, log.tree.head(), number * 10, "auria signed"))
    told = Expected(0, Range(), CHAIN_START, count, log.tree.head(), log.chain, heads, {}, nodes)
    return rows, told


ROWS, TOLD = logged()


def found(rows, told=TOLD):
    return [(f.kind, f.first, f.end) for f in check(told, rows)]


def test_a_sound_log_has_no_fault():
    assert found(ROWS) == []
    rows, told = logged(700)
    assert found(rows, told) == []
    empty = Range().head()
    assert found([], Expected(0, Range(), CHAIN_START, 0, empty, CHAIN_START, (), {}, {})) == []


@pytest.mark.parametrize("first", [0, 4, 5, 13])
def test_a_log_that_lost_its_beginning_is_sound(first):
    log = Log("log")
    for row in ROWS[:first]:
        log.append(row.data)
    told = TOLD._replace(first=first, before=log.tree, chain=log.chain)
    assert found(ROWS[first:], told) == []
    wrong = Range(first, [bytes(32)] * len(log.tree.roots))
    if first:
        kinds = {kind for kind, _, _ in found(ROWS[first:], told._replace(before=wrong))}
        assert kinds == {Wrong.TWO_FACED}


@pytest.mark.parametrize("place", [1, 7, 18])
def test_places(place):
    row = ROWS[place]
    assert found([*ROWS[:place], *ROWS[place + 1 :]]) == [(Wrong.DROPPED, place, place + 1)]
    changed = [*ROWS[:place], row._replace(data=b"other"), *ROWS[place + 1 :]]
    assert found(changed) == [(Wrong.ALTERED, place, place + 1)]
    swapped = [
        *ROWS[:place],
        row._replace(data=ROWS[place + 1].data),
        ROWS[place + 1]._replace(data=row.data),
        *ROWS[place + 2 :],
    ]
    assert found(swapped) == [(Wrong.REORDERED, place, place + 1)]
    assert found(ROWS[:place]) == [(Wrong.CUT, place, 20)]


def test_a_head_that_another_signed_bounds_only_its_own():
    heads = [*TOLD.heads, Head(18, bytes(32), 1, "borvia holds")]
    assert found(ROWS, TOLD._replace(heads=heads)) == [(Wrong.TWO_FACED, 0, 18)]
    heads = [*TOLD.heads, Head(18, bytes(32), 1, "auria signed")]
    assert found(ROWS, TOLD._replace(heads=heads)) == [(Wrong.TWO_FACED, 15, 18)]
    heads = [*TOLD.heads, Head(30, bytes(32), 1, "borvia holds")]
    assert found(ROWS, TOLD._replace(heads=heads)) == [(Wrong.CUT, 20, 30)]


def test_more_entries_than_the_log_has_are_found():
    log = Log("log")
    for row in ROWS:
        log.append(row.data)
    extra = log.append(b"more")
    rows = [*ROWS, Row(20, 999, extra.data, extra.chain)]
    assert found(rows) == [(Wrong.DOUBLED, 20, 21)]
