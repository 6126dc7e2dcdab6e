"""What happens to a node itself."""

from skypact.core.messages.header import Message


class NodeStarted(Message, frozen=True, kw_only=True, tag="node_started"):
    """First entry after every start. epoch: never reused, orders best-effort streams."""

    epoch: int
    version: str


class Woken(Message, frozen=True, kw_only=True, tag="woken"):
    """The driver woke the rooms; journalled so that a replay wakes them at the same instants."""


class ClockStepped(Message, frozen=True, kw_only=True, tag="clock_stepped"):
    """UTC and the node's own clock were further apart than slewing may hide."""

    step_ns: int


class InputQuarantined(Message, frozen=True, kw_only=True, tag="input_quarantined"):
    """An input broke an invariant and is skipped on replay."""

    position: int
    reason: str


class StorageFailed(Message, frozen=True, kw_only=True, tag="storage_failed"):
    """The disk refuses: from here on warnings go out unrecorded."""

    reason: str
