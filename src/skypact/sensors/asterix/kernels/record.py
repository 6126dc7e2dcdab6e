"""Where the items of one ASTERIX record begin, and what is wrong with it."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.jit import part
from skypact.sensors.asterix.kernels.layout import (
    CHAINED,
    COMPOUND,
    DONE,
    EVENT_AT,
    EVENT_COLUMNS,
    EVENT_SLOT,
    EXPLICIT,
    EXTENDED,
    FIXED,
    FLAGS_ALL,
    FLAGS_FX,
    FRAME,
    FRAME_BIT,
    FRAME_BYTE,
    FRAME_END,
    FRAME_FLAG,
    FRAME_FLAGS,
    FRAME_MARK,
    FRAME_NODE,
    FRAME_PER,
    FRAME_RESUME,
    FSPEC_LONG,
    FX_BEYOND,
    KIND,
    NAME,
    NO_LENGTH,
    PART_BYTES,
    PART_COLUMNS,
    PART_FX,
    PART_SLOT,
    ROOT,
    ROOT_ALTERNATIVE,
    ROOT_SELECTOR,
    SEQUENCE,
    SHORT,
    SLOT,
    START,
    STATE_CHOICE,
    STATE_EVENTS,
    STATE_MUTED,
    STATE_NAME,
    TOP,
    UNDEFINED,
    WRONG_FRN,
    A,
    B,
    C,
)

I64 = NDArray[np.int64]
Int = Any  # an int64; numba has no other here
Bytes = NDArray[np.uint8]


@part
def emit(slot: Int, at: Int, events: I64, state: I64) -> None:
    """Note that a wanted item begins at `at`."""
    n = state[STATE_EVENTS]
    if slot >= 0 and state[STATE_MUTED] == 0 and n * EVENT_COLUMNS < events.size:
        events[n * EVENT_COLUMNS + EVENT_SLOT] = slot
        events[n * EVENT_COLUMNS + EVENT_AT] = at
        state[STATE_EVENTS] = n + 1


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
    """Return where an item of no fixed size and without an FSPEC ends, or minus a fault."""
    kind = table[node + KIND]
    if kind == EXTENDED:
        return extended_end(data, table, node, at, end, events, state)
    if kind == EXPLICIT:
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
    state[frame + FRAME_NODE] = node
    state[frame + FRAME_FLAG] = 0
    state[frame + FRAME_BYTE] = at
    state[frame + FRAME_BIT] = 7
    state[frame + FRAME_PER] = per
    state[frame + FRAME_FLAGS] = (done - at) * per
    state[frame + FRAME_END] = end
    state[frame + FRAME_RESUME] = -1
    state[frame + FRAME_MARK] = state[STATE_EVENTS]
    return done


@part
def next_flagged(data: Bytes, table: I64, frame: Int, state: I64) -> Int:
    """Return the next node of a frame, DONE after the last, -UNDEFINED when a flag has none."""
    flags, last = state[frame + FRAME_FLAGS], 8 - state[frame + FRAME_PER]
    i, at, bit = state[frame + FRAME_FLAG], state[frame + FRAME_BYTE], state[frame + FRAME_BIT]
    flagged = False
    while i < flags and not flagged:
        flagged = (data[at] >> bit) & 1 == 1
        i += 1
        bit -= 1
        if bit < last:
            at, bit = at + 1, 7
    state[frame + FRAME_FLAG], state[frame + FRAME_BYTE], state[frame + FRAME_BIT] = i, at, bit
    if not flagged:
        return DONE
    i -= 1
    node = state[frame + FRAME_NODE]
    if i >= table[node + B]:
        return -UNDEFINED
    child = table[table[node + A] + i]
    return child if child >= 0 else -UNDEFINED


@part
def next_in_sequence(data: Bytes, table: I64, frame: Int, at: Int, state: I64) -> Int:
    """Return the node whose number (FRN) stands at `at` in a random field sequence."""
    if state[frame + FRAME_FLAG] == state[frame + FRAME_FLAGS]:
        return DONE
    state[frame + FRAME_FLAG] += 1
    if at >= state[frame + FRAME_END]:
        return -SHORT
    number = np.int64(data[at])
    root = state[TOP + FRAME_NODE]
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
    end, kind = state[frame + FRAME_END], table[node + KIND]
    below = frame + FRAME
    if kind == COMPOUND:
        return opened(data, node, table[node + C], at, end, below, FLAGS_FX, state), below
    if kind == SEQUENCE:
        if at >= end:
            return -SHORT, frame
        state[below + FRAME_FLAG] = 0
        state[below + FRAME_PER] = 0
        state[below + FRAME_FLAGS] = data[at]
        state[below + FRAME_END] = end
        state[below + FRAME_RESUME] = -1
        state[STATE_MUTED] = 1
        return at + 1, below
    done = leaf_end(data, table, node, at, end, events, state)
    if kind == EXPLICIT and done > 0 and table[node + A] >= 0:
        child = table[node + A]
        inner = opened(data, child, table[child + C], at + 1, done, below, FLAGS_ALL, state)
        if inner > 0:
            state[below + FRAME_RESUME] = done
            return inner, below
    return done, frame


@part
def begun(data: Bytes, table: I64, root: Int, at: Int, end: Int, state: I64) -> int:
    """Begin the frame of a record, of the profile chosen last; return as `opened`."""
    top, other = table[root + ROOT], table[root + ROOT_ALTERNATIVE]
    longest = table[top + C]
    if other >= 0:
        if table[other + C] > longest:
            longest = table[other + C]
        if state[STATE_CHOICE]:
            top = other
    state[STATE_MUTED], state[STATE_NAME] = 0, table[top + NAME]
    return opened(data, top, longest, at, end, START, FLAGS_FX, state)


@part
def recovered(done: Int, frame: Int, state: I64) -> tuple[Int, Int]:
    """Return where to go on after a fault, and the frame; a fault in an expansion only loses that.

    Otherwise the fault stays, and the frame lies before the first.
    """
    while done < 0 and frame >= TOP:
        if state[frame + FRAME_RESUME] >= 0:
            done, state[STATE_EVENTS] = state[frame + FRAME_RESUME], state[frame + FRAME_MARK]
        frame -= FRAME
    return done, frame


@part
def record_end(
    data: Bytes, table: I64, root: Int, at: Int, end: Int, events: I64, state: I64
) -> int:
    """Return where a record ends, or minus a fault."""
    at = begun(data, table, root, at, end, state)
    selector, frame = table[root + ROOT_SELECTOR], START
    while at >= 0 and frame >= TOP:
        in_sequence = state[frame + FRAME_PER] == 0
        if in_sequence:
            node = next_in_sequence(data, table, frame, at, state)
        else:
            node = next_flagged(data, table, frame, state)
        if node == DONE:
            state[STATE_MUTED] = 0 if in_sequence else state[STATE_MUTED]
            at = state[frame + FRAME_RESUME] if state[frame + FRAME_RESUME] >= 0 else at
            frame -= FRAME
            continue
        done, below = node, frame
        if node >= 0:
            state[STATE_NAME] = table[node + NAME]
            at += 1 if in_sequence else 0
            if table[node + KIND] == FIXED:
                # Written out here, and `emit` with it: a call takes longer than all of this.
                slot, n = table[node + SLOT], state[STATE_EVENTS] * EVENT_COLUMNS
                done = at + table[node + A]
                if done > state[frame + FRAME_END]:
                    done = -SHORT
                elif slot >= 0 and state[STATE_MUTED] == 0 and n < events.size:
                    events[n + EVENT_SLOT], events[n + EVENT_AT] = slot, at
                    state[STATE_EVENTS] += 1
            else:
                done, below = descend(data, table, node, at, frame, events, state)
            if node == selector and frame == TOP and done > 0:
                state[STATE_CHOICE] = data[at] >> 7
                state[TOP + FRAME_NODE] = table[root + ROOT + state[STATE_CHOICE]]
        if done < 0:
            done, below = recovered(done, frame, state)
        at, frame = done, below
    if at >= 0 and state[TOP + FRAME_FLAGS] > 7 * table[state[TOP + FRAME_NODE] + C]:
        return -FSPEC_LONG
    return at
