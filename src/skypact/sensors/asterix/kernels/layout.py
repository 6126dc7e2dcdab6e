"""Where things stand in the arrays of the ASTERIX kernels."""

import numpy as np

# A node is an item or a subitem: its kind, A, B and C by kind, its slot (-1: not wanted) and name.
KIND, A, B, C, SLOT, NAME = 0, 1, 2, 3, 4, 5
NODE_COLUMNS = 6
# FIXED: A bytes. EXTENDED: A first part, B parts. COUNTED: A bytes of the count, B bytes each.
# CHAINED: B bytes each. EXPLICIT: A its expansion or -1. COMPOUND: A children, B how many, C bytes
# of the FSPEC. SEQUENCE: random field sequencing.
FIXED, EXTENDED, COUNTED, CHAINED, EXPLICIT, COMPOUND, SEQUENCE = 0, 1, 2, 3, 4, 5, 6
# A part of an extended item. A root is a category: two profiles, the item that chooses one of them
# (-1: none does), and the FSPEC bit of the data source.
PART_BYTES, PART_FX, PART_SLOT = 0, 1, 2
PART_COLUMNS = 3
ROOT, ROOT_ALTERNATIVE, ROOT_SELECTOR, ROOT_SOURCE = 0, 1, 2, 3
ROOT_COLUMNS = 4
# Rows of `slots` (the fields of an item) and `fields`.
SLOT_FIRST, SLOT_END, SLOT_MODE, SLOT_COUNT_BYTES, SLOT_STEP_BYTES = 0, 1, 2, 3, 4
SLOT_COLUMNS = 5
FIELD_AT, FIELD_BYTES, FIELD_SHIFT, FIELD_WIDTH, FIELD_SIGNED, FIELD_COLUMN = 0, 1, 2, 3, 4, 5
FIELD_COLUMNS = 6
# What is written: a record, an event (a wanted item found) or a fault a row.
RECORD_CATEGORY, RECORD_DATAGRAM, RECORD_AT, RECORD_EVENT, RECORD_EVENTS = 0, 1, 2, 3, 4
RECORD_COLUMNS = 5
EVENT_SLOT, EVENT_AT = 0, 1
EVENT_COLUMNS = 2
FAULT_CODE, FAULT_DATAGRAM, FAULT_AT, FAULT_CATEGORY, FAULT_NAME, FAULT_COUNT = 0, 1, 2, 3, 4, 5
FAULT_COLUMNS = 6
SHORT, FSPEC_LONG, UNDEFINED, FX_BEYOND, NO_LENGTH, WRONG_FRN, NO_SOURCE = 1, 2, 3, 4, 5, 6, 7
TRAILING, WRONG_LENGTH, MANY, UNKNOWN = 8, 9, 10, 11

HEADER_BYTES = 3
# A crafted datagram of thousands of wrong blocks must not hold up the others.
REFUSALS_MAX = 16

# `state` of a walk: counters, then frames. A frame is an item with an FSPEC being walked: its node,
# the next flag, the FSPEC byte and bit of that, flags a byte (0: a random field sequence), flags,
# the end of its bytes, where its parent goes on (-1: after it), the events before it.
STATE_RECORDS, STATE_EVENTS, STATE_FAULTS, STATE_MUTED, STATE_NAME, STATE_CHOICE = 0, 1, 2, 3, 4, 5
TOP = 6
(
    FRAME_NODE,
    FRAME_FLAG,
    FRAME_BYTE,
    FRAME_BIT,
    FRAME_PER,
    FRAME_FLAGS,
    FRAME_END,
    FRAME_RESUME,
    FRAME_MARK,
) = 0, 1, 2, 3, 4, 5, 6, 7, 8
FRAME = 9
STATE_SIZE = TOP + 8 * FRAME
DONE = -100
# Typed, for numba would compile a part again for each literal it is given.
FLAGS_FX, FLAGS_ALL, START = np.int64(7), np.int64(8), np.int64(TOP)
# A form is one way an item is written: its field reference number less one, its bytes, where the
# bits that are always set stand, and its fields.
FORM_NUMBER, FORM_BYTES, FORM_TEMPLATE, FORM_FIRST, FORM_END = 0, 1, 2, 3, 4
FORM_COLUMNS = 5
