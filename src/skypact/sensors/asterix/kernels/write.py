"""Columns to ASTERIX records: the FSPEC, then each form that is there, field by field."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.jit import B1, I8, U1, arrays, kernel, part, signature
from skypact.sensors.asterix.kernels.layout import (
    FIELD_AT,
    FIELD_BYTES,
    FIELD_COLUMN,
    FIELD_SHIFT,
    FIELD_WIDTH,
    FORM_BYTES,
    FORM_END,
    FORM_FIRST,
    FORM_NUMBER,
    FORM_TEMPLATE,
)

I64 = NDArray[np.int64]
Int = Any  # an int64; numba has no other here
Bytes = NDArray[np.uint8]

_I64, _TABLE = arrays(I8, 1), arrays(I8, 2)


@part
def put(out: Bytes, at: Int, value: Int, fields: I64, f: Int) -> None:
    """Set the bits of a field in an item that begins at `at`."""
    width = fields[f, FIELD_WIDTH]
    if width < 64:
        value &= (np.int64(1) << width) - 1
    size, shift = fields[f, FIELD_BYTES], fields[f, FIELD_SHIFT]
    value <<= shift
    first = at + fields[f, FIELD_AT]
    for i in range(first + size - 1, first - 1, -1):
        out[i] |= value & 255
        value >>= 8


@kernel(signature(I8, _TABLE, arrays(B1, 2), _TABLE, _TABLE, arrays(U1, 1), arrays(U1, 1), _I64))
def write(
    values: I64,
    has: NDArray[np.bool_],
    forms: I64,
    fields: I64,
    template: Bytes,
    out: Bytes,
    bounds: I64,
) -> Int:
    """Write records end to end into out, of zeros; return how many bytes that takes.

    values: (F, N) by column of a field; has: (K, N), which forms each record has; forms: in order
    of their field reference number; bounds: (N + 1,), where each record begins. out must have room
    for every form of every record and the longest FSPEC.
    """
    at = 0
    for row in range(values.shape[1]):
        bounds[row] = at
        last = np.int64(0)
        for form in range(forms.shape[0]):
            if has[form, row]:
                number = forms[form, FORM_NUMBER]
                out[at + number // 7] |= 1 << (7 - number % 7)
                last = number // 7
        for i in range(last):
            out[at + i] |= 1
        at += last + 1
        for form in range(forms.shape[0]):
            if has[form, row]:
                for i in range(forms[form, FORM_BYTES]):
                    out[at + i] = template[forms[form, FORM_TEMPLATE] + i]
                for f in range(forms[form, FORM_FIRST], forms[form, FORM_END]):
                    put(out, at, values[fields[f, FIELD_COLUMN], row], fields, f)
                at += forms[form, FORM_BYTES]
    bounds[values.shape[1]] = at
    return at
