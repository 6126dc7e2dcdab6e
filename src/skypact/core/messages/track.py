"""Tracks: what the tracker, the picture and the threat evaluation say of objects, as columns."""

from collections.abc import Mapping
from enum import IntEnum
from typing import ClassVar

from skypact.core.columns import Column
from skypact.core.messages.header import TIME_MAX_NS, Message


class ThreatClass(IntEnum):
    """What kind of object it moves like. A class is not an identity."""

    UNKNOWN = 0
    BALLISTIC = 1
    CRUISE = 2
    DRONE = 3
    AIRCRAFT = 4
    ROCKET = 5


class Identity(IntEnum):
    """The seven standard identities (MIL-STD-2525D codes); software sets only the first two."""

    PENDING = 0
    UNKNOWN = 1
    ASSUMED_FRIEND = 2
    FRIEND = 3
    NEUTRAL = 4
    SUSPECT = 5
    HOSTILE = 6


STATE_COLUMNS: Mapping[str, Column] = {
    "number": Column("<u4", "", 1, 0xFFFFFFFF),
    "time_ns": Column("<i8", "ns", 0, TIME_MAX_NS),
    "position_ecef_m": Column("<f8", "m", -1e8, 1e8, width=3),
    "velocity_ecef_mps": Column("<f8", "m/s", -2e4, 2e4, width=3),
    # Upper triangle of the 6x6 covariance of (position, velocity), row by row.
    "covariance": Column("<f8", "m2, m2/s, m2/s2", -1e14, 1e14, width=21),
    "quality": Column("|u1", "0 worst..15 best", 0, 15),
    "detected_ns": Column("<i8", "ns", 0, TIME_MAX_NS),
    "confirmed_ns": Column("<i8", "ns", 0, TIME_MAX_NS),
    "detection": Column("|u1", "bits as in a plot", 0, 7),
    "address": Column("<u4", "", 0, 0xFFFFFF),
    "callsign": Column("|S8", "", 0, 0),
}


class _State(Message, frozen=True, kw_only=True):
    COLUMNS: ClassVar[Mapping[str, Column]] = STATE_COLUMNS
    count: int
    number: bytes
    time_ns: bytes
    position_ecef_m: bytes
    velocity_ecef_mps: bytes
    covariance: bytes
    quality: bytes
    detected_ns: bytes
    confirmed_ns: bytes
    detection: bytes
    address: bytes
    callsign: bytes


class TrackBatch(_State, frozen=True, kw_only=True, tag="track_batch"):
    """Confirmed local tracks that changed. number: the tracker's, never reused; time_ns: of the
    state; detected_ns, confirmed_ns: when this node learnt the first plot and confirmed."""


class TracksDeleted(Message, frozen=True, kw_only=True, tag="tracks_deleted"):
    """Local tracks that ended, with a reason each (no plots, left coverage, merged)."""

    numbers: tuple[int, ...]
    reasons: tuple[str, ...]


class OwnTracks(_State, frozen=True, kw_only=True, tag="own_tracks"):
    """Local tracks under their system track numbers: what sharing may draw on.

    ended: numbers under which our own sensors no longer hold anything; successors: for each of them
    the number it goes on under, 0 none; reporting: numbers of this message that we report, and
    terms: under which term each.
    """

    ended: tuple[int, ...] = ()
    successors: tuple[int, ...] = ()
    reporting: tuple[int, ...] = ()
    terms: tuple[int, ...] = ()


class SystemTracks(_State, frozen=True, kw_only=True, tag="system_tracks"):
    """Fused tracks of the picture that changed, under system track numbers."""


class SystemTracksDeleted(Message, frozen=True, kw_only=True, tag="system_tracks_deleted"):
    """System tracks that left the picture. A renumbered track names its successor, else 0.
    `own`: True when this nation's own sensors held it."""

    numbers: tuple[int, ...]
    successors: tuple[int, ...]
    reasons: tuple[str, ...]
    own: tuple[bool, ...]


class ThreatBatch(Message, frozen=True, kw_only=True, tag="threat_batch"):
    """Threat class of system tracks, with its probability (0..1)."""

    COLUMNS: ClassVar[Mapping[str, Column]] = {
        "number": Column("<u4", "", 1, 0xFFFFFFFF),
        "threat_class": Column("|u1", "ThreatClass", 0, 5),
        "probability": Column("<f8", "", 0, 1),
    }
    count: int
    number: bytes
    threat_class: bytes
    probability: bytes
