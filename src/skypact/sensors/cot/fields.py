"""Children of `detail` that TAK Protocol version 1 has fields for: the one table of them.

Source: the public `.proto` files of ATAK-CIV (`detail.proto` and what it imports).
"""

from collections.abc import Mapping
from enum import Enum
from typing import NamedTuple


class Wire(Enum):
    """How a value is written in a protobuf field."""

    TEXT = "text"
    DOUBLE = "double"
    COUNT = "count"


class Field(NamedTuple):
    number: int
    wire: Wire = Wire.TEXT


class Child(NamedTuple):
    """number: of the field in `Detail`; attributes: XML name to field."""

    number: int
    attributes: Mapping[str, Field]


FIELDS: Mapping[str, Child] = {
    "contact": Child(2, {"endpoint": Field(1), "callsign": Field(2)}),
    "__group": Child(3, {"name": Field(1), "role": Field(2)}),
    "precisionlocation": Child(4, {"geopointsrc": Field(1), "altsrc": Field(2)}),
    "status": Child(5, {"battery": Field(1, Wire.COUNT)}),
    "takv": Child(
        6, {"device": Field(1), "platform": Field(2), "os": Field(3), "version": Field(4)}
    ),
    "track": Child(7, {"speed": Field(1, Wire.DOUBLE), "course": Field(2, Wire.DOUBLE)}),
}
NAMES = {child.number: name for name, child in FIELDS.items()}
