"""Reading ASTERIX in the tests of the sensors room, and what libasterix says of the same bytes."""

import random
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from typing import Any

import asterix.base as base
import asterix.generated as generated

from skypact.sensors import asterix_blocks as blocks
from skypact.sensors.asterix.program import Program
from skypact.sensors.reading import reading_program
from skypact.sensors.settings import Editions
from tests.unit.sensors import samples

Values = dict[str, list[int]]


def program() -> Program:
    """Return the program of the usual editions."""
    return reading_program(Editions())


def batch(*data: bytes, arrival_ns: int = samples.START_NS + samples.SECOND_NS) -> blocks.Batch:
    """Return what datagrams of the usual editions hold."""
    return blocks.read(data, [arrival_ns] * len(data), program())


def records(data: bytes | Sequence[bytes], category: int) -> blocks.Records:
    """Return the records of a category, of which there must be some and no others refused."""
    read = batch(data) if isinstance(data, bytes) else batch(*data)
    assert read.refused == []
    return read.records[category]


@cache
def specification(category: int, edition: str, kind: str = "Cat") -> Any:
    """Return libasterix's class of a category, or of its expansion field (kind "Ref")."""
    return getattr(generated, f"{kind}_{category:03d}_{edition.replace('.', '_')}")


def profiles(category: int, edition: str) -> dict[str, Any]:
    """Return libasterix's record classes by name of the profile."""
    uap = specification(category, edition).cv_uap
    return {"": uap.cv_record} if issubclass(uap, base.UapSingle) else uap.cv_uaps


def variation(item: Any) -> Any:
    """Return the variation of a NonSpare class."""
    rule = item.cv_rule
    free = issubclass(rule, base.RuleVariationContextFree)
    return rule.cv_variation if free else rule.cv_default_variation


def bits_of(kind: Any, dice: random.Random) -> str:
    """Return random bits that are a variation of this kind, as text of 0 and 1."""
    if issubclass(kind, base.Spare):
        return "".join(dice.choice("01") for _ in range(kind.cv_bit_size))
    if issubclass(kind, base.Item):
        return bits_of(variation(kind.cv_non_spare), dice)
    if issubclass(kind, base.Element):
        return "".join(dice.choice("01") for _ in range(kind.cv_bit_size))
    if issubclass(kind, base.Group):
        return "".join(bits_of(item, dice) for item, _ in kind.cv_items_list)
    if issubclass(kind, base.Extended):
        parts = kind.cv_items_list
        depth = dice.randint(1, len(parts))
        fx = ["1"] * (depth - 1) + ["0"]
        return "".join(
            "".join(bits_of(i[0], dice) if i else more for i in part)
            for part, more in zip(parts[:depth], fx, strict=True)
        )
    if issubclass(kind, base.Repetitive):
        return repetitive_bits(kind, dice)
    if issubclass(kind, base.Explicit):
        size = dice.randint(1, 12)
        return f"{size:08b}" + "".join(dice.choice("01") for _ in range(8 * (size - 1)))
    return compound_bits(kind.cv_items_list, dice)


def repetitive_bits(kind: Any, dice: random.Random) -> str:
    if kind.cv_rep_bytes is None:
        fx = ["1"] * dice.randint(0, 3) + ["0"]
        return "".join(bits_of(kind.cv_variation, dice) + more for more in fx)
    count = dice.choice((0, 1, 2, 5))
    items = "".join(bits_of(kind.cv_variation, dice) for _ in range(count))
    return f"{count:0{8 * kind.cv_rep_bytes}b}" + items


def fspec(flags: list[bool]) -> str:
    """Return the bits of an FSPEC; it ends with the last flag set."""
    count = max((i + 1 for i, flag in enumerate(flags) if flag), default=1)
    size = -(-count // 7)
    padded = [*flags, *[False] * 7][: 7 * size]
    groups = ["".join("01"[f] for f in padded[i : i + 7]) for i in range(0, 7 * size, 7)]
    return "1".join(groups) + "0"


def compound_bits(items: Sequence[Any], dice: random.Random) -> str:
    flags = [item is not None and dice.random() < 0.5 for item in items]
    inner = [bits_of(variation(i), dice) for i, flag in zip(items, flags, strict=True) if flag]
    return fspec(flags) + "".join(inner)


def record_bytes(record: Any, dice: random.Random, share: float = 0.5, typ: str = "") -> bytes:
    """Return a random record with a data source. share: of the items; typ: bit of a profile."""
    flags: list[bool] = []
    inner: list[str] = []
    for item in record.cv_items_list:
        name = item.cv_non_spare.cv_name if issubclass(item, base.UapItem) else ""
        needed = name == "010" or (typ != "" and name == "020")
        flags.append(needed or (name != "" and dice.random() < share))
        if flags[-1]:
            bits = bits_of(variation(item.cv_non_spare), dice)
            inner.append(typ + bits[1:] if typ and name == "020" else bits)
        elif issubclass(item, base.UapItemRFS) and dice.random() < share:
            flags[-1] = True
            inner.append(sequence_bits(record, dice))
    bits = fspec(flags) + "".join(inner)
    return int(bits, 2).to_bytes(len(bits) // 8, "big")


def sequence_bits(record: Any, dice: random.Random) -> str:
    """Return a random field sequence of a record."""
    known = [
        (number, variation(item.cv_non_spare))
        for number, item in enumerate(record.cv_items_list, 1)
        if issubclass(item, base.UapItem)
    ]
    chosen = [dice.choice(known) for _ in range(dice.randint(0, 3))]
    return f"{len(chosen):08b}" + "".join(f"{n:08b}" + bits_of(v, dice) for n, v in chosen)


def made(category: int, edition: str, records: Sequence[Mapping[str, Any]]) -> bytes:
    """Return one data block; each record maps item names to what libasterix `create` takes."""
    kind = specification(category, edition)
    built = [kind.cv_uap.cv_record.create(dict(record)) for record in records]
    return kind.create(built).unparse().to_bytes()


def block(category: int, *data: bytes) -> bytes:
    """Return a data block of records."""
    size = 3 + sum(map(len, data))
    return bytes([category]) + size.to_bytes(2, "big") + b"".join(data)


def values(path: str, kind: Any) -> Iterator[tuple[str, int]]:
    """Yield (path, number as it stands in the bits) of every field of a parsed variation."""
    if isinstance(kind, base.RuleVariationContextFree | base.NonSpare | base.Item):
        yield from values(path, kind.arg)
    elif isinstance(kind, base.RuleVariationDependent):
        parsed = kind.cv_default_variation._parse(kind.bs)
        yield from values(path, parsed[0])
    elif isinstance(kind, base.Element):
        yield path, signed(kind)
    elif isinstance(kind, base.Group | base.Extended):
        parts = [kind.arg] if isinstance(kind, base.Group) else kind.arg
        for item in (item for part in parts for item in part if isinstance(item, base.Item)):
            yield from values(f"{path}/{item.arg.cv_name}", item.arg)
    elif isinstance(kind, base.Repetitive):
        for item in kind.arg:
            yield from values(path, item)
    elif isinstance(kind, base.Explicit):
        yield from ((path, byte) for byte in kind.get_bytes())
    elif isinstance(kind, base.Compound | base.Expansion):
        for name, item in kind.arg.items():
            yield from values(f"{path}/{name}", item)


def signed(element: Any) -> int:
    """Return what a number says, without its unit."""
    rule = element._get_rule()
    free = isinstance(rule, base.RuleContentContextFree)
    content = rule._get_content() if free else rule._get_content(None)
    if isinstance(content, base.ContentQuantity | base.ContentInteger):
        signedness = content.cv_signedness
        return signedness.convert(len(content.bs), content.bs.to_uinteger())
    whole = content.as_uint()
    return whole - (1 << 64) if whole >> 63 else whole  # a column is int64


def said(record: Any, category: int, expansion: str) -> Values:
    """Return path -> numbers of a record libasterix parsed."""
    found: Values = {}
    for name, item in record.items_regular.items():
        for path, number in values(name, item):
            found.setdefault(path, []).append(number)
    if expansion and "RE" in record.items_regular:
        inside = specification(category, expansion, "Ref").cv_expansion
        content = base.Bits.from_bytes(record.items_regular["RE"].unparse().to_bytes()[1:])
        parsed = inside._parse(content)
        for path, number in [] if isinstance(parsed, ValueError) else values("RE", parsed[0]):
            found.setdefault(path, []).append(number)
    return found


def parsed(category: int, edition: str, data: bytes, expansion: str = "") -> list[Values] | str:
    """Return what libasterix says of the records of one data block, or why it refuses it."""
    choices = profiles(category, edition)
    rest = base.Bits.from_bytes(data)
    found: list[Values] = []
    choice = next(iter(choices))
    while len(rest):
        here = chosen(choices, choice, rest)
        try:
            made = choices[here]._parse(base.ParsingMode.StrictParsing, rest)
        except TypeError:  # libasterix, of an FSPEC bit after its last item
            return "fspec bit"
        if isinstance(made, ValueError):
            return str(made)
        record, rest = made
        if "010" not in record.items_regular:
            return "no data source"
        choice = here if "020" in record.items_regular else choice
        found.append(said(record, category, expansion))
    return found


def chosen(choices: dict[str, Any], before: str, rest: Any) -> str:
    """Return the profile of the next record: I001/020 TYP says, else it is as before."""
    data = rest.to_bytes()
    if len(choices) == 1 or not data[0] & 0x40:
        return before
    size = next((i + 1 for i, byte in enumerate(data) if not byte & 1), len(data))
    at = size + (2 if data[0] & 0x80 else 0)
    return list(choices)[data[at] >> 7] if at < len(data) else before


def ours(found: blocks.Records) -> list[Values]:
    """Return path -> numbers of each record."""
    rows: list[Values] = [{} for _ in range(len(found))]
    for path, column in found.columns.items():
        for row, number, has in zip(
            rows, found.values[column].tolist(), found.has[column].tolist(), strict=True
        ):
            if has:
                row[path] = [number]
    for path, (at, numbers) in found.repeated.items():
        for row, number in zip(at.tolist(), numbers.tolist(), strict=True):
            rows[row].setdefault(path, []).append(number)
    return rows


def editions(category: int) -> list[str]:
    """Return libasterix's editions of a category, but for those of another standard."""
    names = (re.fullmatch(rf"Cat_{category:03d}_([1-9]\d*)_(\d+)", name) for name in dir(generated))
    return [f"{name[1]}.{name[2]}" for name in names if name]
