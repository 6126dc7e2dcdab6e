"""Entity State PDUs of DIS as columns (IEEE 1278.1-2012, 7.2.2; versions 5 to 7 are alike)."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.sensors.asterix_blocks import Refusal

I64 = NDArray[np.int64]
Rows = NDArray[Any]
VERSIONS = (5, 6, 7)
"""IEEE 1278.1-1995, 1278.1A-1998 and 1278.1-2012."""
ENTITY_STATE, FAMILY = 1, 1
HEADER_BYTES, PARAMETER_BYTES = 12, 16
DEACTIVATED = 1 << 23
"""Bit of `appearance`: the entity is no longer in the simulation."""
ABSOLUTE = 1
"""Bit of `timestamp`: the sender's clock is right."""
ROW = np.dtype(
    [
        ("version", "u1"),
        ("exercise", "u1"),
        ("pdu_type", "u1"),
        ("family", "u1"),
        ("timestamp", ">u4"),
        ("length", ">u2"),
        ("pdu_status", "u1"),
        ("padding", "u1"),
        ("site", ">u2"),
        ("application", ">u2"),
        ("entity", ">u2"),
        ("force", "u1"),
        ("parameters", "u1"),
        ("kind", "u1"),
        ("domain", "u1"),
        ("country", ">u2"),
        ("category", "u1"),
        ("subcategory", "u1"),
        ("specific", "u1"),
        ("extra", "u1"),
        ("other_type", "u1", (8,)),
        ("velocity_ecef_mps", ">f4", (3,)),
        ("position_ecef_m", ">f8", (3,)),
        ("orientation_rad", ">f4", (3,)),
        ("appearance", ">u4"),
        ("dead_reckoning", "u1"),
        ("dead_reckoning_parameters", "u1", (15,)),
        ("acceleration_mps2", ">f4", (3,)),
        ("spin_radps", ">f4", (3,)),
        ("character_set", "u1"),
        ("marking", "S11"),
        ("capabilities", ">u4"),
    ]
)
"""One Entity State PDU without its variable parameters, 144 bytes."""
_OFFSETS = np.arange(ROW.itemsize)


def read(datagrams: Sequence[bytes]) -> tuple[Rows, I64, dict[int, int], list[Refusal]]:
    """Return entity states, the datagram each came in, other PDUs by type, and what was refused.

    A datagram holds one PDU or several end to end. No bytes at all make this fail.
    """
    at: list[int] = []
    source: list[int] = []
    others: dict[int, int] = {}
    refusals: list[Refusal] = []
    base = 0
    for index, data in enumerate(datagrams):
        begun, end = 0, len(data)
        while begun < end:
            length = int.from_bytes(data[begun + 8 : begun + 10], "big")
            if end - begun < HEADER_BYTES or not HEADER_BYTES <= length <= end - begun:
                refusals.append(Refusal(begun, "a PDU that is cut short"))
                break
            if data[begun + 2] != ENTITY_STATE:
                others[data[begun + 2]] = others.get(data[begun + 2], 0) + 1
            else:
                why = _misfit(data, begun, length)
                if why:
                    refusals.append(Refusal(begun, why))
                else:
                    at.append(base + begun)
                    source.append(index)
            begun += length
        base += end
    joined = np.frombuffer(b"".join(datagrams), np.uint8)
    rows = joined[np.array(at, np.int64)[:, None] + _OFFSETS].view(ROW).reshape(-1)
    return rows, np.array(source, np.int64), others, refusals


def _misfit(data: bytes, at: int, length: int) -> str:
    """Return why an entity state can't be read, "" when it can."""
    if data[at] not in VERSIONS:
        return f"an entity state of version {data[at]}, not {VERSIONS[0]} to {VERSIONS[-1]}"
    if length < ROW.itemsize:
        return f"an entity state of {length} bytes"
    if length != ROW.itemsize + data[at + 19] * PARAMETER_BYTES:
        return f"an entity state of {length} bytes with {data[at + 19]} parameters"
    return ""


def write(rows: Rows) -> list[bytes]:
    """Return each row as a datagram. version, type, family and length are set here."""
    made = rows.copy()
    made["version"], made["pdu_type"], made["family"] = VERSIONS[-1], ENTITY_STATE, FAMILY
    made["length"], made["parameters"] = ROW.itemsize, 0
    data = made.tobytes()
    return [data[i : i + ROW.itemsize] for i in range(0, len(data), ROW.itemsize)]
