"""From specification tables to the arrays that `kernels` interprets."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.sensors.asterix.kernels import layout as k
from skypact.sensors.asterix.numbers import Bits, Field, numbers, place, whole_bytes, width_bits
from skypact.sensors.asterix.tables import RFS, Items, table

I64 = NDArray[np.int64]
CATEGORIES = 256
SOURCE = "010"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to read of a category. edition: "1.32"; paths: of fields, None for every one;
    bits: numbers in explicit items; expansion: edition of the Reserved Expansion field, "" to leave
    it alone."""

    edition: str
    paths: tuple[str, ...] | None = None
    bits: tuple[Bits, ...] = ()
    expansion: str = ""


@dataclass(frozen=True, slots=True)
class Program:
    """Arrays for `kernels`. By category: fields, what is read once a record, in order of columns;
    columns, the same by path; repeated, what is read any number of times. names: of nodes."""

    editions: Mapping[int, str]
    fields: Mapping[int, tuple[Field, ...]]
    columns: Mapping[int, Mapping[str, int]]
    repeated: Mapping[int, tuple[Field, ...]]
    names: tuple[str, ...]
    table: I64
    slots: I64
    places: I64


def program(wanted: Mapping[int, Wanted]) -> Program:
    """Return the program that reads these categories.

    Raises ValueError for an edition or a path that does not exist.
    """
    builder = _Builder()
    fields: dict[int, tuple[Field, ...]] = {}
    repeated: dict[int, tuple[Field, ...]] = {}
    for category, each in wanted.items():
        own = _Category(builder, category, each)
        builder.table[category] = builder.append(own.root())
        fields[category], repeated[category] = own.once(), own.often()
    return Program(
        editions={category: each.edition for category, each in wanted.items()},
        fields=fields,
        columns={
            category: {each.path: i for i, each in enumerate(own) if not each.repeated}
            for category, own in fields.items()
        },
        repeated=repeated,
        names=tuple(builder.names),
        table=np.array(builder.table, np.int64),
        slots=_array(builder.slots, k.SLOT_COLUMNS),
        places=_array(builder.places, k.FIELD_COLUMNS),
    )


def _array(rows: list[list[int]], columns: int) -> I64:
    return np.array(rows, np.int64).reshape(-1, columns)


class _Builder:
    """The arrays as they grow."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.table = [-1] * CATEGORIES
        self.slots: list[list[int]] = []
        self.places: list[list[int]] = []

    def node(self, kind: int, path: str, *columns: int, slot: int = -1) -> int:
        if path not in self.names:
            self.names.append(path)
        abc = [*columns, 0, 0, 0][:3]
        return self.append([kind, *abc, slot, self.names.index(path)])

    def append(self, numbers: list[int]) -> int:
        """Return where these numbers now begin."""
        self.table += numbers
        return len(self.table) - len(numbers)

    def slot(self, places: list[list[int]], mode: int, count: int, step: int) -> int:
        """Return a new slot, -1 when nothing is wanted of it."""
        if not places:
            return -1
        first = len(self.places)
        self.places += places
        self.slots.append([first, len(self.places), mode, count, step])
        return len(self.slots) - 1


class _Category:
    """One category of a program. An item that two profiles share is one node."""

    def __init__(self, builder: _Builder, category: int, wanted: Wanted) -> None:
        self._b, self._wanted, self._table = builder, wanted, table(category)
        self._columns = None if wanted.paths is None else {p: i for i, p in enumerate(wanted.paths)}
        self._once: dict[int, Field] = {}
        self._often: dict[int, Field] = {}
        self._known: dict[str, int] = {}
        if wanted.edition not in self._table.editions:
            raise ValueError(f"CAT{category:03d} has no edition {wanted.edition}")

    def root(self) -> list[int]:
        """Add all items; return the row of `kernels` roots."""
        edition = self._table.editions[self._wanted.edition]
        tops = [self._top(items) for items in edition.profiles.values()]
        source = next(
            i
            for i, item in enumerate(next(iter(edition.profiles.values())).items)
            if isinstance(item, int) and self._table.definitions[item][0] == SOURCE
        )
        if not edition.selector:
            return [tops[0], -1, -1, source]
        [(path, values)] = edition.selector.items()
        names = list(edition.profiles)
        if values != {str(i): name for i, name in enumerate(names)} or len(names) != 2:
            raise ValueError(f"profiles chosen by {values}")
        return [tops[0], tops[1], self._known[path.split("/")[0]], source]

    def once(self) -> tuple[Field, ...]:
        """Return what is read once a record; a repeated field keeps the column asked for, empty.

        Raises ValueError when a path does not exist.
        """
        paths, bits = self._wanted.paths or (), self._wanted.bits
        for i, each in enumerate(bits, len(paths)):
            self._once[i] = Field(each.path, each.width_bits, signed=each.signed)
        often = {each.path: each for each in self._often.values()}
        self._once |= {i: often[path] for i, path in enumerate(paths) if path in often}
        missing = [path for i, path in enumerate(paths) if i not in self._once]
        if missing:
            raise ValueError(f"CAT{self._table.category:03d} has no {', '.join(missing)}")
        return tuple(self._once[i] for i in sorted(self._once))

    def often(self) -> tuple[Field, ...]:
        """Return what is read any number of times a record."""
        return tuple(self._often.values())

    def _top(self, items: Items) -> int:
        return self._compound(f"CAT{self._table.category:03d}", self._rows(items), items)

    def _compound(self, path: str, rows: list[int], items: Items) -> int:
        first = self._b.append(rows)
        return self._b.node(k.COMPOUND, path, first, len(rows), items.fspec_bytes)

    def _rows(self, items: Items, prefix: str = "") -> list[int]:
        rows: list[int] = []
        for item in items.items:
            if isinstance(item, int):
                name, variation = self._table.definitions[item]
                path = prefix + name
                if path not in self._known:
                    self._known[path] = self._add(path, variation)
                rows.append(self._known[path])
            else:
                rows.append(self._b.node(k.SEQUENCE, RFS) if item == RFS else -1)
        return rows

    def _add(self, path: str, variation: Any) -> int:
        """Add an item with all that is in it; return its node."""
        if "extended" in variation:
            return self._extended(path, variation)
        if "repetitive" in variation:
            inner, count = variation["repetitive"], variation["count_bytes"]
            step = whole_bytes(width_bits(inner) + (count == 0))
            kind = k.COUNTED if count else k.CHAINED
            places = self._places(numbers(path, inner, True))
            return self._b.node(
                kind, path, count, step, slot=self._b.slot(places, kind, count, step)
            )
        if "explicit" in variation:
            return self._explicit(path, variation["explicit"])
        if "compound" in variation:
            rows = [
                -1 if item is None else self._add(f"{path}/{item[0]}", item[1])
                for item in variation["compound"]
            ]
            items = Items(fspec_bytes=variation["fspec_bytes"], items=())
            return self._compound(path, rows, items)
        size = whole_bytes(width_bits(variation))
        places = self._places(numbers(path, variation, False))
        return self._b.node(k.FIXED, path, size, slot=self._b.slot(places, k.FIXED, 0, 0))

    def _extended(self, path: str, variation: Any) -> int:
        parts: list[int] = []
        for number, items in enumerate(variation["extended"], 1):
            is_open = number == len(variation["extended"]) and variation.get("open", False)
            group = {"group": items}
            size = whole_bytes(width_bits(group) + (not is_open))
            found = [f for f in numbers(path, group, False) if f[1].path != path]
            slot = self._b.slot(self._places(found), k.FIXED, 0, 0)
            parts += [size, int(not is_open), slot]
        first = self._b.append(parts)
        return self._b.node(k.EXTENDED, path, first, len(parts) // k.PART_COLUMNS)

    def _explicit(self, path: str, kind: str) -> int:
        child = -1
        if kind == "RE" and self._wanted.expansion:
            items = self._table.expansions[self._wanted.expansion]
            child = self._compound(path, self._rows(items, f"{path}/"), items)
        first = len(self._wanted.paths or ())
        bits = [(i, b) for i, b in enumerate(self._wanted.bits, first) if b.item == path]
        if bits:
            places = [place(b.at_bits, b.width_bits, b.signed, i) for i, b in bits]
            return self._b.node(
                k.EXPLICIT, path, child, slot=self._b.slot(places, k.EXPLICIT, 0, 0)
            )
        places = self._places([(0, Field(path, 8, repeated=True))])
        return self._b.node(k.EXPLICIT, path, child, slot=self._b.slot(places, k.EXPLICIT, 1, 1))

    def _places(self, found: Iterable[tuple[int, Field]]) -> list[list[int]]:
        """Return rows of `kernels` fields for those that are wanted."""
        places: list[list[int]] = []
        for at_bits, each in found:
            column = self._column(each)
            if column is not None:
                places.append(place(at_bits, each.width_bits, each.signed, column))
        return places

    def _column(self, each: Field) -> int | None:
        if self._columns is None and each.whole:
            return None
        kept = self._often if each.repeated else self._once
        if self._columns is None or each.repeated:
            column = len(kept)
        else:
            column = self._columns.get(each.path, -1)
        if self._columns is not None and each.path not in self._columns:
            return None
        kept[column] = each
        return column
