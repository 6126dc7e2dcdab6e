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
    FAULT_AT,
    FAULT_CATEGORY,
    FAULT_CODE,
    FAULT_COLUMNS,
    FAULT_COUNT,
    FAULT_DATAGRAM,
    FAULT_NAME,
    FRAME_FLAGS,
    HEADER_BYTES,
    MANY,
    NO_SOURCE,
    RECORD_AT,
    RECORD_CATEGORY,
    RECORD_COLUMNS,
    RECORD_DATAGRAM,
    RECORD_EVENT,
    RECORD_EVENTS,
    REFUSALS_MAX,
    ROOT_SOURCE,
    STATE_CHOICE,
    STATE_EVENTS,
    STATE_FAULTS,
    STATE_NAME,
    STATE_RECORDS,
    TOP,
    TRAILING,
    UNKNOWN,
    WRONG_LENGTH,
)
from skypact.sensors.asterix.kernels.record import record_end

I64 = NDArray[np.int64]
Int = Any  # an int64; numba has no other here
Bytes = NDArray[np.uint8]


@part
def fault(
    faults: I64, state: I64, code: Int, datagram: Int, at: Int, category: Int, count: Int
) -> None:
    """Note a fault."""
    n = state[STATE_FAULTS] * FAULT_COLUMNS
    if n < faults.size:
        faults[n + FAULT_CODE] = code
        faults[n + FAULT_DATAGRAM] = datagram
        faults[n + FAULT_AT] = at
        faults[n + FAULT_CATEGORY] = category
        faults[n + FAULT_NAME] = state[STATE_NAME]
        faults[n + FAULT_COUNT] = count
        state[STATE_FAULTS] += 1


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
    first_record, first_event = state[STATE_RECORDS], state[STATE_EVENTS]
    state[STATE_CHOICE] = 0
    while at < end:
        mark = state[STATE_EVENTS]
        done = record_end(data, table, root, at, end, events, state)
        flag = data[at + source // 7] >> (7 - source % 7)
        if done >= 0 and (source >= state[TOP + FRAME_FLAGS] or flag & 1 == 0):
            done = -NO_SOURCE
        n = state[STATE_RECORDS] * RECORD_COLUMNS
        if done < 0 or n >= records.size:
            count = state[STATE_RECORDS] - first_record + 1
            state[STATE_RECORDS], state[STATE_EVENTS] = first_record, first_event
            fault(faults, state, -done, datagram, at, category, count)
            return 1
        records[n + RECORD_CATEGORY] = category
        records[n + RECORD_DATAGRAM] = datagram
        records[n + RECORD_AT] = at
        records[n + RECORD_EVENT] = mark
        records[n + RECORD_EVENTS] = state[STATE_EVENTS] - mark
        state[STATE_RECORDS] += 1
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
    return state[STATE_RECORDS], state[STATE_EVENTS], state[STATE_FAULTS]
