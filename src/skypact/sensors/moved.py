"""Recorded traffic moved to another part of the globe, under invented names.

The globe is turned as a whole: n-vectors (the normals of the ellipsoid) are rotated, heights stay,
velocities turn with the local frame. Distances change by the ellipsoid's share, at most 0.7 %.
"""

import hashlib
import math
from typing import Any

import msgspec
import numpy as np
from numpy.typing import ArrayLike, NDArray

from skypact.core.geodesy import enu_axes
from skypact.sensors.settings import Moved

F64 = NDArray[np.float64]

# ICAO Annex 10 volume III, table 9-1: no State is given an address beginning with 1101.
INVENTED_FIRST = 0xD00000
INVENTED_COUNT = 1 << 20
CALLSIGN_FIRST, CALLSIGN_COUNT = 1000, 9000
NAMES_MAX = 8_000  # below CALLSIGN_COUNT, so that a free callsign is always found


def turning(moved: Moved) -> F64:
    """Return the rotation of n-vectors, shape (3, 3)."""
    turn = math.radians(moved.turn_deg)
    here = enu_axes(math.radians(moved.from_lat_deg), math.radians(moved.from_lon_deg))
    there = enu_axes(math.radians(moved.to_lat_deg), math.radians(moved.to_lon_deg))
    sine, cosine = math.sin(turn), math.cos(turn)
    clockwise = np.array([[cosine, sine, 0.0], [-sine, cosine, 0.0], [0.0, 0.0, 1.0]])
    return there.T @ clockwise @ here


def move(
    rotation: F64, lat_rad: ArrayLike, lon_rad: ArrayLike, velocity_enu_mps: ArrayLike
) -> tuple[F64, F64, F64]:
    """Return (lat_rad, lon_rad, velocity_enu_mps) after `rotation`; NaN velocities stay NaN."""
    axes = enu_axes(lat_rad, lon_rad)
    normal = axes[..., 2, :] @ rotation.T
    lat = np.arctan2(normal[..., 2], np.hypot(normal[..., 0], normal[..., 1]))
    lon = np.arctan2(normal[..., 1], normal[..., 0])
    # Only horizontal directions turn: up stays up, known or not.
    turned = enu_axes(lat, lon) @ rotation @ np.swapaxes(axes, -1, -2)
    velocity = np.asarray(velocity_enu_mps, np.float64).copy()
    velocity[..., :2] = np.einsum("...ij,...j->...i", turned[..., :2, :2], velocity[..., :2])
    return lat, lon, velocity


class Invented(msgspec.Struct, frozen=True, array_like=True):
    """The names a moved flight goes by."""

    address: int
    callsign: str


class InventedNames:
    """Invented addresses and callsigns of moved flights.

    Each is keyed from the real address (from the callsign where there is no address), so that two
    feeds and two nodes agree; a name already taken passes to the next free one, so that no two
    flights ever share one. `names`: key -> Invented, in order of first hearing, the oldest leave.
    """

    def __init__(self, names: dict[str, Invented] | None = None) -> None:
        self.names = names or {}
        self._addresses = {n.address for n in self.names.values()}
        self._callsigns = {n.callsign for n in self.names.values()}

    def rename(
        self, address: NDArray[Any], callsign: NDArray[Any]
    ) -> tuple[NDArray[np.uint32], NDArray[np.bytes_]]:
        """Return the invented columns for the real ones; what a report left out stays out."""
        new_addresses = np.zeros(len(address), np.uint32)
        new_callsigns = np.zeros(len(address), "S8")
        for row, (real, said) in enumerate(zip(address.tolist(), callsign.tolist(), strict=True)):
            if not real and not said:
                continue
            invented = self._invented(f"{real:06x}" if real else said.decode("ascii", "replace"))
            new_addresses[row] = invented.address if real else 0
            new_callsigns[row] = invented.callsign.encode() if said else b""
        return new_addresses, new_callsigns

    def _invented(self, key: str) -> Invented:
        known = self.names.get(key)
        if known is not None:
            return known
        if len(self.names) >= NAMES_MAX:
            gone = self.names.pop(next(iter(self.names)))
            self._addresses.discard(gone.address)
            self._callsigns.discard(gone.callsign)
        digest = int.from_bytes(hashlib.blake2b(key.encode(), digest_size=8).digest(), "big")
        slot = digest % INVENTED_COUNT
        while INVENTED_FIRST + slot in self._addresses:
            slot = (slot + 1) % INVENTED_COUNT
        number = (digest >> 32) % CALLSIGN_COUNT
        while f"SKY{CALLSIGN_FIRST + number}" in self._callsigns:
            number = (number + 1) % CALLSIGN_COUNT
        invented = Invented(INVENTED_FIRST + slot, f"SKY{CALLSIGN_FIRST + number}")
        self.names[key] = invented
        self._addresses.add(invented.address)
        self._callsigns.add(invented.callsign)
        return invented
