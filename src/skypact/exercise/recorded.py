"""Recorded real flights and receiver messages as real CAT021 and Beast bytes.

The recording is data of the package (see its licence note). It lasts `LENGTH_S` and then begins
again. Addresses and callsigns are the recorded ones; the feed that moves the flights replaces them.
"""

import io
import math
from collections.abc import Mapping
from importlib import resources
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.sensors import beast
from skypact.sensors.asterix_fields import FOOT_M
from skypact.sensors.categories import asterix_cat021

SECOND_NS = 1_000_000_000
LENGTH_S = 1200
KNOT_MPS = 1852 / 3600
REPORTS_MAX = 28  # a datagram then stays below 1,472 bytes
# The recording says nothing of accuracy: NACp 8 (93 m at 95 %) is what most transponders claim.
POSITION_SD_M = 92.6 / 2.4477
SIGNAL = 0x80


class RecordedTraffic:
    """The recording, read once. sac, sic: the ground station that the CAT021 reports name."""

    def __init__(self, sac: int = 0, sic: int = 1) -> None:
        self._sac, self._sic = sac, sic
        packed = resources.files("skypact").joinpath("data/recorded_traffic.npz").read_bytes()
        with np.load(io.BytesIO(packed), allow_pickle=False) as archive:
            self._data: dict[str, NDArray[Any]] = {name: archive[name] for name in archive.files}
        self._reports = _report_columns(self._data)
        bounds = np.arange(LENGTH_S + 1)
        self._rows = np.searchsorted(self._data["second"], bounds).tolist()
        ends = np.cumsum(self._data["message_bytes"], dtype=np.int64)
        self._ends: list[int] = [0, *ends.tolist()]
        self._messages = self._data["message"].tobytes()
        self.begin_ns = int(self._data["flights_begin_s"]) * SECOND_NS

    def flights(self) -> dict[str, list[Any]]:
        """Return `address` and `callsign` of the recorded flights, as they are in the bytes."""
        return {
            "address": self._data["flight_address"].tolist(),
            "callsign": self._data["flight_callsign"].tolist(),
        }

    def cat021(
        self, from_s: float, to_s: float, zero_ns: int | None = None
    ) -> list[tuple[float, bytes]]:
        """Return (seconds of the recording, datagram) in from_s <= seconds < to_s.

        zero_ns: UTC of second 0, from which the times of day in the bytes follow; None as recorded.
        """
        zero_ns = self.begin_ns if zero_ns is None else zero_ns
        found: list[tuple[float, bytes]] = []
        for second in range(max(0, math.ceil(from_s)), math.ceil(max(0.0, to_s))):
            row, end = self._rows[second % LENGTH_S], self._rows[second % LENGTH_S + 1]
            for first in range(row, end, REPORTS_MAX):
                part = slice(first, min(first + REPORTS_MAX, end))
                reports: Mapping[str, NDArray[Any]] = {
                    **{name: column[part] for name, column in self._reports.items()},
                    "time_ns": np.full(part.stop - part.start, zero_ns + second * SECOND_NS),
                }
                data = asterix_cat021.encode(self._sac, self._sic, reports)
                found.append((float(second), data))
        return found

    def beast(
        self, from_s: float, to_s: float, zero_ns: int | None = None
    ) -> list[tuple[float, bytes]]:
        """Return (seconds of the recording, Beast frame) in from_s <= seconds < to_s.

        The clock in a frame counts from second 0; Beast knows no UTC, so `zero_ns` changes nothing.
        """
        del zero_ns
        found: list[tuple[float, bytes]] = []
        at_us = self._data["message_us"]
        for turn in range(max(0, math.floor(from_s / LENGTH_S)), math.ceil(to_s / LENGTH_S)):
            begun_s = turn * LENGTH_S
            bounds = [math.ceil((s - begun_s) * 1e6) for s in (from_s, to_s)]
            first, last = np.searchsorted(at_us, np.clip(bounds, 0, LENGTH_S * 1_000_000)).tolist()
            for i in range(first, last):
                seconds = begun_s + int(at_us[i]) / 1e6
                message = self._messages[self._ends[i] : self._ends[i + 1]]
                clock = round(seconds * beast.CLOCK_HZ)
                found.append((seconds, beast.encode_frame(message, clock, SIGNAL)))
        return found


def _report_columns(data: Mapping[str, NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Return the columns of PositionReports but for `time_ns`, in order of the recording."""
    speed = data["ground_speed_kt"] * KNOT_MPS
    track = np.radians(data["track_centideg"] / 100)
    climb = data["vertical_rate_ftpmin"] * (FOOT_M / 60)
    return {
        "lat_rad": np.radians(data["lat_microdeg"] * 1e-6),
        "lon_rad": np.radians(data["lon_microdeg"] * 1e-6),
        "height_wgs84_m": np.full(len(speed), np.nan),
        "altitude_pressure_m": data["altitude_pressure_ft"] * FOOT_M,
        "velocity_enu_mps": np.stack([speed * np.sin(track), speed * np.cos(track), climb], axis=1),
        "position_sd_m": np.full(len(speed), POSITION_SD_M),
        "address": data["flight_address"][data["flight"]],
        "callsign": data["flight_callsign"][data["flight"]],
    }
