"""ASTERIX numbers to columns, at the places `walk.walk` found."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.jit import B1, I8, U1, arrays, kernel, part, signature
from skypact.sensors.asterix.kernels.layout import (
    CHAINED,
    EVENT_AT,
    EVENT_SLOT,
    EXPLICIT,
    FIELD_AT,
    FIELD_BYTES,
    FIELD_COLUMN,
    FIELD_SHIFT,
    FIELD_SIGNED,
    FIELD_WIDTH,
    RECORD_EVENT,
    RECORD_EVENTS,
    SLOT_COUNT_BYTES,
    SLOT_END,
    SLOT_FIRST,
    SLOT_MODE,
    SLOT_STEP_BYTES,
)

I64 = NDArray[np.int64]
Int = Any  # an int64; numba has no other here
Bytes = NDArray[np.uint8]

_I64, _TABLE = arrays(I8, 1), arrays(I8, 2)


@part
def number(data: Bytes, at: Int, fields: I64, f: Int) -> int:
    """Return the number a field reads when its item begins at `at`."""
    value = np.int64(0)
    first = at + fields[f, FIELD_AT]
    for i in range(first, first + fields[f, FIELD_BYTES]):
        value = (value << 8) | np.int64(data[i])
    width = fields[f, FIELD_WIDTH]
    value >>= fields[f, FIELD_SHIFT]
    if width == 64:
        return value
    if fields[f, FIELD_SIGNED]:
        return (value << (64 - width)) >> (64 - width)
    return value & ((np.int64(1) << width) - 1)


@kernel(signature(I8, arrays(U1, 1), _TABLE, _TABLE, _I64, _TABLE, _TABLE, _TABLE, arrays(B1, 2)))
def gather(
    data: Bytes,
    events: I64,
    records: I64,
    rows: I64,
    slots: I64,
    fields: I64,
    values: I64,
    has: NDArray[np.bool_],
) -> int:
    """Read the fields of the records `rows` into values and has, a field a row, a record a column.

    What a record does not have is left as it was; what it may have many times is not read. Returns
    how many numbers were read.
    """
    count = 0
    for column in range(rows.size):
        first = records[rows[column], RECORD_EVENT]
        for e in range(first, first + records[rows[column], RECORD_EVENTS]):
            slot, at = events[e, EVENT_SLOT], events[e, EVENT_AT]
            if slots[slot, SLOT_STEP_BYTES] > 0:
                continue
            limit = np.int64(255)
            if slots[slot, SLOT_MODE] == EXPLICIT:
                limit = np.int64(data[at])
            for f in range(slots[slot, SLOT_FIRST], slots[slot, SLOT_END]):
                if fields[f, FIELD_AT] + fields[f, FIELD_BYTES] <= limit:
                    values[fields[f, FIELD_COLUMN], column] = number(data, at, fields, f)
                    has[fields[f, FIELD_COLUMN], column] = True
                    count += 1
    return count


@part
def repetitions(data: Bytes, slots: I64, slot: Int, at: Int) -> tuple[Int, Int]:
    """Return how often an item at `at` is repeated, and where the first repetition begins."""
    mode, step = slots[slot, SLOT_MODE], slots[slot, SLOT_STEP_BYTES]
    if mode == EXPLICIT:
        return np.int64(data[at]) - 1, at + 1
    count = np.int64(0)
    if mode == CHAINED:
        while data[at + (count + 1) * step - 1] & 1:
            count += 1
        return count + 1, at
    first = at + slots[slot, SLOT_COUNT_BYTES]
    for i in range(at, first):
        count = (count << 8) | np.int64(data[i])
    return count, first


@kernel(signature(I8, arrays(U1, 1), _TABLE, _TABLE, _I64, _TABLE, _TABLE, _TABLE))
def gather_repeated(
    data: Bytes, events: I64, records: I64, rows: I64, slots: I64, fields: I64, found: I64
) -> int:
    """Read repeated fields of the records `rows`, a number a row of found: column, row, value.

    Returns how many there are, even if found has not so many rows.
    """
    n = 0
    for row in range(rows.size):
        first = records[rows[row], RECORD_EVENT]
        for e in range(first, first + records[rows[row], RECORD_EVENTS]):
            slot = events[e, EVENT_SLOT]
            step = slots[slot, SLOT_STEP_BYTES]
            if step == 0:
                continue
            count, at = repetitions(data, slots, slot, events[e, EVENT_AT])
            for _ in range(count):
                for f in range(slots[slot, SLOT_FIRST], slots[slot, SLOT_END]):
                    if n < found.shape[0]:
                        found[n, 0] = fields[f, FIELD_COLUMN]
                        found[n, 1] = row
                        found[n, 2] = number(data, at, fields, f)
                    n += 1
                at += step
    return n
