"""Where ASTERIX items begin: one interpreter of specification tables over a batch of datagrams.

`walk` finds where every wanted item of every record begins and refuses what the specification does
not allow; `gather.gather` reads numbers at those places. Both are driven by the arrays of
`program.Program`. Every read is bounded by the data block, and each step moves on by at least a
byte, so the time is bounded by the number of bytes. Source: EUROCONTROL-SPEC-0149 part 1, 4.3, 4.4.

All tables of a walk are one flat array, and a node, a part or a list of children is the index where
it begins: few and flat arguments halve what numba needs to compile this.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.jit import I8, U1, arrays, kernel, part, signature, together
from skypact.sensors.asterix.kernels.layout import (
    CHAINED,
    COMPOUND,
    EVENT_AT,
    EVENT_COLUMNS,
    EVENT_SLOT,
    EXPLICIT,
    EXTENDED,
    FAULT_AT,
    FAULT_CATEGORY,
    FAULT_CODE,
    FAULT_COLUMNS,
    FAULT_COUNT,
    FAULT_DATAGRAM,
    FAULT_NAME,
    FIXED,
    FSPEC_LONG,
    FX_BEYOND,
    HEADER_BYTES,
    KIND,
    MANY,
    NAME,
    NO_LENGTH,
    NO_SOURCE,
    PART_BYTES,
    PART_COLUMNS,
    PART_FX,
    PART_SLOT,
    RECORD_AT,
    RECORD_CATEGORY,
    RECORD_COLUMNS,
    RECORD_DATAGRAM,
    RECORD_EVENT,
    RECORD_EVENTS,
    REFUSALS_MAX,
    ROOT,
    ROOT_ALTERNATIVE,
    ROOT_SELECTOR,
    ROOT_SOURCE,
    SEQUENCE,
    SHORT,
    SLOT,
    TRAILING,
    UNDEFINED,
    UNKNOWN,
    WRONG_FRN,
    WRONG_LENGTH,
    A,
    B,
    C,
)

I64 = NDArray[np.int64]
Int = Any  # an int64; numba has no other here
Bytes = NDArray[np.uint8]

# `state` of a walk: counters, then frames. A frame is an item with an FSPEC being walked: its node,
# the next flag, its first FSPEC byte, flags a byte (0: a random field sequence), flags, the end of
# its bytes, where its parent goes on (-1: after it), the events before it.
_RECORDS, _EVENTS, _FAULTS, _MUTED, _NAME, _CHOICE = 0, 1, 2, 3, 4, 5
_TOP = 6
_NODE, _FLAG, _FSPEC, _PER, _FLAGS, _END, _RESUME, _MARK = 0, 1, 2, 3, 4, 5, 6, 7
_FRAME = 8
STATE_SIZE = _TOP + 8 * _FRAME
_DONE = -100
# Typed, for numba would compile a part again for each literal it is given.
_FLAGS_FX, _FLAGS_ALL, _START = np.int64(7), np.int64(8), np.int64(_TOP)


@part
def emit(slot: Int, at: Int, events: I64, state: I64) -> None:
    """Note that a wanted item begins at `at`."""
    n = state[_EVENTS]
    if slot >= 0 and state[_MUTED] == 0 and n * EVENT_COLUMNS < events.size:
        events[n * EVENT_COLUMNS + EVENT_SLOT] = slot
        events[n * EVENT_COLUMNS + EVENT_AT] = at
        state[_EVENTS] = n + 1


@part
def extended_end(
    data: Bytes, table: I64, node: Int, at: Int, end: Int, events: I64, state: I64
) -> int:
    """Return where an extended item ends, or minus a fault."""
    p = table[node + A]
    for _ in range(table[node + B]):
        done = at + table[p + PART_BYTES]
        if done > end:
            return -SHORT
        emit(table[p + PART_SLOT], at, events, state)
        at = done
        if table[p + PART_FX] == 0 or (data[done - 1] & 1) == 0:
            return at
        p += PART_COLUMNS
    return -FX_BEYOND


@part
def repeated_end(data: Bytes, table: I64, node: Int, at: Int, end: Int) -> int:
    """Return where a repetitive item ends, or minus a fault."""
    done = at
    if table[node + KIND] == CHAINED:
        while True:
            done += table[node + B]
            if done > end:
                return -SHORT
            if (data[done - 1] & 1) == 0:
                return done
    done = at + table[node + A]
    if done > end:
        return -SHORT
    count = 0
    for i in range(at, done):
        count = (count << 8) | data[i]
    return done + count * table[node + B]


@part
def leaf_end(data: Bytes, table: I64, node: Int, at: Int, end: Int, events: I64, state: I64) -> int:
    """Return where an item without an FSPEC ends, or minus a fault."""
    kind = table[node + KIND]
    if kind == EXTENDED:
        return extended_end(data, table, node, at, end, events, state)
    if kind == FIXED:
        done = at + table[node + A]
    elif kind == EXPLICIT:
        if at >= end:
            return -SHORT
        done = at + data[at]
        if done == at:
            return -NO_LENGTH
    else:
        done = repeated_end(data, table, node, at, end)
    if done > end:
        return -SHORT
    if done > 0:
        emit(table[node + SLOT], at, events, state)
    return done


@part
def opened(
    data: Bytes, node: Int, longest: Int, at: Int, end: Int, frame: Int, per: Int, state: I64
) -> int:
    """Begin a frame; return where its first item is, or minus a fault.

    per: 7 flags a byte and FX in at most `longest` bytes, or 8 flags in each of so many.
    """
    done = at
    if per == 8:
        done = at + longest
        if done > end:
            return -SHORT
    else:
        while True:
            if done - at == longest:
                return -FSPEC_LONG
            if done >= end:
                return -SHORT
            done += 1
            if (data[done - 1] & 1) == 0:
                break
    state[frame + _NODE] = node
    state[frame + _FLAG] = 0
    state[frame + _FSPEC] = at
    state[frame + _PER] = per
    state[frame + _FLAGS] = (done - at) * per
    state[frame + _END] = end
    state[frame + _RESUME] = -1
    state[frame + _MARK] = state[_EVENTS]
    return done


@part
def next_flagged(data: Bytes, table: I64, frame: Int, state: I64) -> Int:
    """Return the next node of a frame, _DONE after the last, -UNDEFINED when a flag has none."""
    per, flags = state[frame + _PER], state[frame + _FLAGS]
    i = state[frame + _FLAG]
    while i < flags and (data[state[frame + _FSPEC] + i // per] >> (7 - i % per)) & 1 == 0:
        i += 1
    state[frame + _FLAG] = i + 1
    if i >= flags:
        return _DONE
    node = state[frame + _NODE]
    if i >= table[node + B]:
        return -UNDEFINED
    child = table[table[node + A] + i]
    return child if child >= 0 else -UNDEFINED


@part
def next_in_sequence(data: Bytes, table: I64, frame: Int, at: Int, state: I64) -> Int:
    """Return the node whose number (FRN) stands at `at` in a random field sequence."""
    if state[frame + _FLAG] == state[frame + _FLAGS]:
        return _DONE
    state[frame + _FLAG] += 1
    if at >= state[frame + _END]:
        return -SHORT
    number = np.int64(data[at])
    root = state[_TOP + _NODE]
    if number == 0 or number > table[root + B]:
        return -WRONG_FRN
    child = table[table[root + A] + number - 1]
    if child < 0 or table[child + KIND] == SEQUENCE:
        return -WRONG_FRN
    return child


@part
def descend(
    data: Bytes, table: I64, node: Int, at: Int, frame: Int, events: I64, state: I64
) -> tuple[int, int]:
    """Walk over a node or begin a frame for it; return (where to go on or minus a fault, frame)."""
    end, kind = state[frame + _END], table[node + KIND]
    below = frame + _FRAME
    if kind == COMPOUND:
        return opened(data, node, table[node + C], at, end, below, _FLAGS_FX, state), below
    if kind == SEQUENCE:
        if at >= end:
            return -SHORT, frame
        state[below + _FLAG] = 0
        state[below + _PER] = 0
        state[below + _FLAGS] = data[at]
        state[below + _END] = end
        state[below + _RESUME] = -1
        state[_MUTED] = 1
        return at + 1, below
    done = leaf_end(data, table, node, at, end, events, state)
    if kind == EXPLICIT and done > 0 and table[node + A] >= 0:
        child = table[node + A]
        inner = opened(data, child, table[child + C], at + 1, done, below, _FLAGS_ALL, state)
        if inner > 0:
            state[below + _RESUME] = done
            return inner, below
    return done, frame


@part
def record_end(
    data: Bytes, table: I64, root: Int, at: Int, end: Int, events: I64, state: I64
) -> int:
    """Return where a record ends, or minus a fault. A fault in an expansion only loses that."""
    first, other = table[root + ROOT], table[root + ROOT_ALTERNATIVE]
    top, longest = first, table[first + C]
    if other >= 0:
        top = other if state[_CHOICE] else first
        if table[other + C] > longest:
            longest = table[other + C]
    state[_MUTED], state[_NAME] = 0, table[top + NAME]
    at = opened(data, top, longest, at, end, _START, _FLAGS_FX, state)
    frame = _START
    while at >= 0 and frame >= _TOP:
        in_sequence = state[frame + _PER] == 0
        if in_sequence:
            node = next_in_sequence(data, table, frame, at, state)
        else:
            node = next_flagged(data, table, frame, state)
        if node == _DONE:
            state[_MUTED] = 0 if in_sequence else state[_MUTED]
            at = state[frame + _RESUME] if state[frame + _RESUME] >= 0 else at
            frame -= _FRAME
            continue
        done, below = node, frame
        if node >= 0:
            state[_NAME] = table[node + NAME]
            at += 1 if in_sequence else 0
            done, below = descend(data, table, node, at, frame, events, state)
            if other >= 0 and node == table[root + ROOT_SELECTOR] and frame == _TOP and done > 0:
                state[_CHOICE] = data[at] >> 7
                state[_TOP + _NODE] = other if state[_CHOICE] else first
        while done < 0 and frame >= _TOP:
            if state[frame + _RESUME] >= 0:
                done, state[_EVENTS] = state[frame + _RESUME], state[frame + _MARK]
            frame -= _FRAME
            below = frame
        at, frame = done, below
    if at >= 0 and state[_TOP + _FLAGS] > 7 * table[state[_TOP + _NODE] + C]:
        return -FSPEC_LONG
    return at


@part
def fault(
    faults: I64, state: I64, code: Int, datagram: Int, at: Int, category: Int, count: Int
) -> None:
    """Note a fault."""
    n = state[_FAULTS] * FAULT_COLUMNS
    if n < faults.size:
        faults[n + FAULT_CODE] = code
        faults[n + FAULT_DATAGRAM] = datagram
        faults[n + FAULT_AT] = at
        faults[n + FAULT_CATEGORY] = category
        faults[n + FAULT_NAME] = state[_NAME]
        faults[n + FAULT_COUNT] = count
        state[_FAULTS] += 1


@part
def block_fault(
    data: Bytes,
    table: I64,
    datagram: Int,
    at: Int,
    end: Int,
    records: I64,
    events: I64,
    faults: I64,
    state: I64,
) -> int:
    """Walk the records of a block, after its header; return 1 when it is refused, whole, else 0."""
    category = np.int64(data[at - HEADER_BYTES])
    root = table[category]
    source = table[root + ROOT_SOURCE]
    first_record, first_event = state[_RECORDS], state[_EVENTS]
    state[_CHOICE] = 0
    while at < end:
        mark = state[_EVENTS]
        done = record_end(data, table, root, at, end, events, state)
        flag = data[at + source // 7] >> (7 - source % 7)
        if done >= 0 and (source >= state[_TOP + _FLAGS] or flag & 1 == 0):
            done = -NO_SOURCE
        n = state[_RECORDS] * RECORD_COLUMNS
        if done < 0 or n >= records.size:
            count = state[_RECORDS] - first_record + 1
            state[_RECORDS], state[_EVENTS] = first_record, first_event
            fault(faults, state, -done, datagram, at, category, count)
            return 1
        records[n + RECORD_CATEGORY] = category
        records[n + RECORD_DATAGRAM] = datagram
        records[n + RECORD_AT] = at
        records[n + RECORD_EVENT] = mark
        records[n + RECORD_EVENTS] = state[_EVENTS] - mark
        state[_RECORDS] += 1
        at = done
    return 0


_I64 = arrays(I8, 1)


@kernel(signature(together(I8, I8, I8), arrays(U1, 1), _I64, _I64, _I64, _I64, _I64, _I64))
def walk(
    data: Bytes, bounds: I64, table: I64, records: I64, events: I64, faults: I64, state: I64
) -> tuple[int, int, int]:
    """Walk datagrams; return how many records, events and faults were written, each a row.

    data: datagrams end to end; bounds: where each begins, and the end; table: begins with the root
    of each of 256 categories, -1 where none is read; state: STATE_SIZE zeros to work in. A data
    block is refused whole when one of its records is wrong: those before the fault may already be
    misread. Blocks after it are read, for its length is its own.
    """
    for datagram in range(bounds.size - 1):
        at, end, refused = bounds[datagram], bounds[datagram + 1], 0
        while at < end:
            left = end - at
            category = np.int64(data[at])
            size = HEADER_BYTES
            if left >= HEADER_BYTES:
                size = np.int64(data[at + 1]) << 8 | np.int64(data[at + 2])
            code, count = 0, left
            if refused == REFUSALS_MAX:
                code = MANY
            elif left < HEADER_BYTES:
                code = TRAILING
            elif size <= HEADER_BYTES or size > left:
                code = WRONG_LENGTH
            elif table[category] < 0:
                code, count = UNKNOWN, 1
            begun, at = at + HEADER_BYTES, at + size
            if code > 0:
                refused += 1
                fault(faults, state, code, datagram, begun - HEADER_BYTES, category, count)
                at = at if code == UNKNOWN else end
            else:
                refused += block_fault(
                    data, table, datagram, begun, at, records, events, faults, state
                )
    return state[_RECORDS], state[_EVENTS], state[_FAULTS]
