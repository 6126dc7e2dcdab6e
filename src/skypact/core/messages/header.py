"""What every message carries."""

from enum import StrEnum

import msgspec

TIME_MAX_NS = 4_102_444_800_000_000_000  # 2100-01-01 UTC


class Context(StrEnum):
    """A node instance has exactly one context and refuses every frame of another."""

    OPERATION = "operation"
    EXERCISE = "exercise"
    TEST = "test"


class Message(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind"):
    """id: tells nothing outside the node; observed_ns: when it was true, received_ns: when this
    node learnt it (int ns UTC); origin: the nation that says so."""

    id: str
    observed_ns: int
    received_ns: int
    origin: str
    context: Context
