"""Writing ASTERIX: from columns to data blocks, by the specification tables.

An item is written in one or more forms. A form names the fields it carries; what else the item has
(a subitem's FSPEC, FX bits, the length of an explicit field) follows from the tables.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.sensors.asterix.kernels import layout as k
from skypact.sensors.asterix.kernels.write import write
from skypact.sensors.asterix.numbers import Bits, Field, numbers, place, whole_bytes, width_bits
from skypact.sensors.asterix.tables import Items, Table, table

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]
HEADER_BYTES = 3
_Found = list[tuple[int, Field]]


@dataclass(frozen=True, slots=True)
class Form:
    """One way to write an item. paths: fields it carries; bits: of an explicit item of our own
    layout."""

    item: str
    paths: tuple[str, ...] = ()
    bits: tuple[Bits, ...] = ()


@dataclass(frozen=True, slots=True)
class Writer:
    """Arrays for `kernels.write`. order: rows of the caller's forms by field reference number."""

    category: int
    columns: Mapping[str, int]
    order: tuple[int, ...]
    forms: I64
    places: I64
    template: NDArray[np.uint8]
    fspec_bytes: int

    def blocks(
        self, values: Mapping[str, Any], has: Sequence[Any], records_max: int
    ) -> list[bytes]:
        """Return data blocks of at most so many records each, in order.

        values: path -> numbers as they stand in the bytes, (N,) or one for all; has: by form,
        whether it is written, (N,) or one for all. Two forms of one item never go together.
        """
        count = next((len(v) for v in values.values() if np.ndim(v)), 1)
        table = np.zeros((len(self.columns), count), np.int64)
        for path, column in self.columns.items():
            table[column] = values[path]
        there = np.zeros((len(self.order), count), np.bool_)
        for row, form in enumerate(self.order):
            there[row] = has[form]
        size = int(self.forms[:, k.FORM_BYTES].sum()) + self.fspec_bytes
        out = np.zeros(count * size, np.uint8)
        bounds = np.zeros(count + 1, np.int64)
        write(table, there, self.forms, self.places, self.template, out, bounds)
        written, at = out.tobytes(), bounds.tolist()
        ends = [min(first + records_max, count) for first in range(0, count, records_max)]
        return [
            self._block(written[at[first] : at[end]])
            for first, end in zip(range(0, count, records_max), ends, strict=True)
        ]

    def _block(self, records: bytes) -> bytes:
        return bytes([self.category]) + (HEADER_BYTES + len(records)).to_bytes(2, "big") + records


def writer(category: int, edition: str, forms: Sequence[Form], expansion: str = "") -> Writer:
    """Return the writer of these forms; raises ValueError for what the edition does not have."""
    spec = table(category)
    profile = next(iter(spec.editions[edition].profiles.values()))
    names = {
        spec.definitions[item][0]: number
        for number, item in enumerate(profile.items)
        if isinstance(item, int)
    }
    columns: dict[str, int] = {}
    rows: list[list[int]] = []
    places: list[list[int]] = []
    template = bytearray()
    order = sorted(range(len(forms)), key=lambda i: names[forms[i].item])
    for i in order:
        form = forms[i]
        definition = spec.definitions[_index(profile, names[form.item])]
        always, found = _laid_out(form, definition[1], spec, expansion)
        first = len(places)
        for at_bits, field in found:
            column = columns.setdefault(field.path, len(columns))
            places.append(place(at_bits, field.width_bits, field.signed, column))
        number = names[form.item]
        rows.append([number, len(always), len(template), first, len(places)])
        template += always
    return Writer(
        category,
        columns,
        tuple(order),
        np.array(rows, np.int64).reshape(-1, k.FORM_COLUMNS),
        np.array(places, np.int64).reshape(-1, k.FIELD_COLUMNS),
        np.frombuffer(bytearray(template), np.uint8),
        profile.fspec_bytes,
    )


def _index(profile: Items, number: int) -> int:
    item = profile.items[number]
    if not isinstance(item, int):
        raise ValueError(f"no item at {number + 1}")
    return item


def _laid_out(form: Form, variation: Any, spec: Table, expansion: str) -> tuple[bytes, _Found]:
    """Return the bytes of a form with the bits that are always set, and its fields."""
    if form.bits:
        end_bits = max(b.at_bits + b.width_bits for b in form.bits)
        found = [(b.at_bits, Field(b.path, b.width_bits, signed=b.signed)) for b in form.bits]
        return bytes([whole_bytes(end_bits)]) + bytes(whole_bytes(end_bits) - 1), found
    if "explicit" in variation:
        items = spec.expansions[expansion]
        children = [spec.definitions[i] if isinstance(i, int) else None for i in items.items]
        inner, found = _compound(form, children, items.fspec_bytes, 8)
        always = bytes([1 + len(inner)]) + inner
        found = [(8 + at, field) for at, field in found]
    else:
        always, found = _variation(form, form.item, variation)
    missing = set(form.paths) - {field.path for _, field in found}
    if missing:
        raise ValueError(f"CAT{spec.category:03d} has no {', '.join(sorted(missing))}")
    return always, found


def _variation(form: Form, path: str, variation: Any) -> tuple[bytes, _Found]:
    if "extended" in variation:
        return _extended(form, path, variation["extended"])
    if "compound" in variation:
        return _compound(form, variation["compound"], 0, 7)
    if "bits" not in variation and "group" not in variation:
        raise ValueError(f"{path} has no fixed form")
    found = [f for f in numbers(path, variation, False) if f[1].path in form.paths]
    return bytes(whole_bytes(width_bits(variation))), found


def _extended(form: Form, path: str, parts: Any) -> tuple[bytes, _Found]:
    """Return as many parts as the fields need, each but the last with its FX bit."""
    always = bytearray()
    found: _Found = []
    made: list[tuple[bytearray, _Found]] = []
    for items in parts:
        group = {"group": items}
        own = [f for f in numbers(path, group, False) if f[1].path in form.paths]
        made.append((bytearray(whole_bytes(width_bits(group) + 1)), own))
    needed = max((i for i, (_, own) in enumerate(made) if own), default=0)
    for i, (part, own) in enumerate(made[: needed + 1]):
        part[-1] |= i < needed
        found += [(8 * len(always) + at, field) for at, field in own]
        always += part
    return bytes(always), found


def _compound(
    form: Form, children: Sequence[Any], fspec_bytes: int, per: int
) -> tuple[bytes, _Found]:
    """Return the subitems that the fields need behind their FSPEC of `per` flags a byte.

    fspec_bytes: its length, 0 for as many as it takes.
    """
    body = bytearray()
    found: _Found = []
    flags: list[int] = []
    for number, child in enumerate(children):
        if child is None:
            continue
        path = f"{form.item}/{child[0]}"
        if any(p == path or p.startswith(f"{path}/") for p in form.paths):
            always, own = _variation(form, path, child[1])
            found += [(8 * len(body) + at, field) for at, field in own]
            body += always
            flags.append(number)
    size = fspec_bytes or max(flags, default=0) // 7 + 1
    fspec = bytearray(size)
    for number in flags:
        fspec[number // per] |= 1 << (7 - number % per)
    for i in range(size - 1 if per == 7 else 0):
        fspec[i] |= 1
    return bytes(fspec + body), [(8 * size + at, field) for at, field in found]
