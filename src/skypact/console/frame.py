"""The binary picture frame: the one place where its layout is written down.

A frame is little endian: the four bytes `SKP1`, u32 count, f64 time of the picture (ms UTC), then
the columns of `LAYOUT` in that order, `count` values each, every column padded with zeros to a
multiple of four bytes. A value is the integer times `scale`, in `unit`. The page gets `LAYOUT`
itself in its greeting and reads frames by it, so the two sides cannot differ.
"""

import struct
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array
from skypact.core.geoid import undulation_m
from skypact.core.messages import PictureView

MAGIC = b"SKP1"
_HEAD = struct.Struct("<4sId")
_METRES_PER_SECOND_MAX = 32_767.0
OWN, COASTING = 1, 2  # bits of `flags`


class FrameColumn(msgspec.Struct, frozen=True):
    """One column. dtype: u4, i4, u2, i2 or u1; unit: after multiplying by `scale`."""

    name: str
    dtype: str
    scale: float
    unit: str


LAYOUT = (
    FrameColumn("number", "u4", 1, "system track number"),
    FrameColumn("lat", "i4", 1e-7, "deg"),
    FrameColumn("lon", "i4", 1e-7, "deg"),
    FrameColumn("height", "i4", 1, "m above mean sea level"),
    FrameColumn("speed", "u2", 0.5, "m/s over ground"),
    FrameColumn("course", "u2", 0.01, "deg clockwise from true north"),
    FrameColumn("climb", "i2", 1, "m/s"),
    FrameColumn("age", "u2", 0.1, "s since the last update"),
    FrameColumn("accuracy", "u2", 10, "m, one standard deviation"),
    FrameColumn("threat_class", "u1", 1, "ThreatClass"),
    FrameColumn("identity", "u1", 1, "Identity"),
    FrameColumn("quality", "u1", 1, "0 worst..15 best"),
    FrameColumn("reporter", "u1", 1, "index into reporters"),
    FrameColumn("flags", "u1", 1, "bits: 1 own, 2 coasting"),
)


def encode(view: PictureView, coast_after_s: float) -> bytes:
    """Return the frame of a picture; values beyond a column's range are clipped to it."""
    east, north, up = array(view, "velocity_enu_mps").T
    age_s = array(view, "age_s")
    own = array(view, "own")
    lat_rad, lon_rad = array(view, "lat_rad"), array(view, "lon_rad")
    speed = np.minimum(np.hypot(east, north), _METRES_PER_SECOND_MAX)
    values: dict[str, NDArray[Any]] = {
        "number": array(view, "number"),
        "lat": np.degrees(lat_rad),
        "lon": np.degrees(lon_rad),
        "height": array(view, "height_wgs84_m") - undulation_m(lat_rad, lon_rad),
        "speed": speed,
        "course": np.degrees(np.arctan2(east, north)) % 360.0,
        "climb": up,
        "age": age_s,
        "accuracy": array(view, "position_sd_m"),
        "threat_class": array(view, "threat_class"),
        "identity": array(view, "identity"),
        "quality": array(view, "quality"),
        "reporter": array(view, "reporter"),
        "flags": own * OWN + (age_s > coast_after_s) * COASTING,
    }
    parts = [_HEAD.pack(MAGIC, view.count, view.observed_ns / 1e6)]
    for column in LAYOUT:
        limits = np.iinfo(column.dtype)
        scaled = np.rint(values[column.name] / column.scale)
        data = np.clip(scaled, limits.min, limits.max).astype("<" + column.dtype).tobytes()
        parts.append(data + bytes(-len(data) % 4))
    return b"".join(parts)


def text_keys(view: PictureView) -> NDArray[np.void]:
    """Return one 16-byte key a track (number, address, callsign), shape (N,): equal keys mean
    that the page already has the track's text."""
    rows = np.empty(view.count, dtype=[("number", "<u4"), ("address", "<u4"), ("callsign", "S8")])
    rows["number"] = array(view, "number")
    rows["address"] = array(view, "address")
    rows["callsign"] = array(view, "callsign")
    return rows.view("V16")
