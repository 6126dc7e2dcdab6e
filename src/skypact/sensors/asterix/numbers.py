"""Which numbers an ASTERIX item holds, and where."""

from dataclasses import dataclass
from typing import Any

NUMBER_BYTES_MAX = 8


@dataclass(frozen=True, slots=True)
class Field:
    """A number in a record. path: "040/RHO"; content: raw, table, string, integer or quantity;
    characters: of a string; lsb, unit: of a quantity; repeated: any number of times a record;
    whole: an item that has fields of its own, as one number."""

    path: str
    width_bits: int
    content: str = "raw"
    signed: bool = False
    lsb: float = 1.0
    unit: str = ""
    characters: str = ""
    repeated: bool = False
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Bits:
    """A number in an explicit item (SP, RE) that no specification describes. at_bits: from the
    length byte on. An item too short for it does not have it."""

    path: str
    item: str
    at_bits: int
    width_bits: int
    signed: bool = False


def width_bits(variation: Any) -> int:
    """Return the width of a number or group."""
    if "bits" in variation:
        return variation["bits"]
    return sum(
        item if isinstance(item, int) else width_bits(item[1]) for item in variation["group"]
    )


def whole_bytes(bits: int) -> int:
    """Return bits as bytes; raises ValueError when they are not whole ones."""
    if bits % 8:
        raise ValueError(f"an item of {bits} bits")
    return bits // 8


def numbers(path: str, variation: Any, repeated: bool, at_bits: int = 0) -> list[tuple[int, Field]]:
    """Return (first bit, field) of a number or group; a bare number in a group is spare bits."""
    if "bits" in variation:
        made = Field(
            path,
            variation["bits"],
            variation["content"],
            variation.get("signed", False),
            variation.get("lsb", 1.0),
            variation.get("unit", ""),
            variation.get("characters", ""),
            repeated,
        )
        return [(at_bits, made)]
    found: list[tuple[int, Field]] = []
    begun = at_bits
    for item in variation["group"]:
        if isinstance(item, int):
            at_bits += item
            continue
        name, inner = item
        found += numbers(f"{path}/{name}", inner, repeated, at_bits)
        at_bits += width_bits(inner)
    if at_bits - begun <= 8 * NUMBER_BYTES_MAX:
        found.append((begun, Field(path, at_bits - begun, repeated=repeated, whole=True)))
    return found


def place(at_bits: int, width: int, signed: bool, column: int) -> list[int]:
    """Return a row of `kernels` fields; raises ValueError when it spans over eight bytes."""
    at, end_bits = at_bits // 8, at_bits + width
    size = (end_bits + 7) // 8 - at
    if size > NUMBER_BYTES_MAX:
        raise ValueError(f"a number over {size} bytes")
    return [at, size, (at + size) * 8 - end_bits, width, int(signed), column]
