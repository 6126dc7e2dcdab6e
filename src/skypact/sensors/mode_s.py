"""Mode S extended squitter (ADS-B) to position reports; rs1090 reads the messages.

A position needs an even and an odd message (CPR). The last of each is kept here, per aircraft, so
that a snapshot holds all there is to know. Source: ICAO Doc 9871, appendix C.2.6.
"""

import math
from collections.abc import Iterable
from typing import Any, cast

import msgspec
import numpy as np
import rs1090
from numpy.typing import NDArray

from skypact.sensors.asterix_blocks import Refusal
from skypact.sensors.asterix_fields import FOOT_M, NACP_SD_M, NUCP_SD_M, within

F64 = NDArray[np.float64]

PAIR_NS = 10_000_000_000
VELOCITY_NS = 10_000_000_000
FORGET_NS = 60_000_000_000
AIRCRAFT_MAX = 10_000
KNOT_MPS = 1852 / 3600
MESSAGE_BYTES = 14
# Downlink formats with an address in the clear: 17, and 18 from ADS-B transmitters (CF 0 and 6).
_EXTENDED = {17 << 3 | ca for ca in range(8)} | {18 << 3, 18 << 3 | 6}
_CALLSIGN = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")


class Aircraft(msgspec.Struct, kw_only=True):
    """What an aircraft last said. even, odd: (time_ns, lat, lon) as CPR fractions of 2^17;
    velocity: (time_ns, east, north, up) m/s; height_over_pressure_m: geometric minus pressure."""

    even: tuple[int, int, int] | None = None
    odd: tuple[int, int, int] | None = None
    velocity: tuple[int, float, float, float] | None = None
    height_over_pressure_m: float | None = None
    nacp: int | None = None
    callsign: str = ""
    heard_ns: int = 0


class Position(msgspec.Struct, frozen=True):
    """One row on its way to columns: a CPR pair and what is known of the aircraft."""

    time_ns: int
    address: int
    is_odd: bool
    even: tuple[int, int]
    odd: tuple[int, int]
    altitude_pressure_m: float
    height_wgs84_m: float
    velocity_enu_mps: tuple[float, float, float]
    position_sd_m: float
    callsign: str


class Aircrafts:
    """The aircraft one receiver hears. `known`: address -> Aircraft, least recently heard first."""

    def __init__(self, known: dict[int, Aircraft] | None = None) -> None:
        self.known = known or {}

    def reports(
        self, messages: Iterable[tuple[bytes, int, int]]
    ) -> tuple[dict[str, NDArray[Any]], list[Refusal]]:
        """Return columns of PositionReports and what was refused.

        messages: (Mode S message, arrival_ns, offset), in order of arrival. Other downlink formats
        than extended squitter carry no position and are passed over.
        """
        positions: list[Position] = []
        refusals: list[Refusal] = []
        for message, arrival_ns, offset in messages:
            if len(message) != MESSAGE_BYTES or message[0] not in _EXTENDED:
                continue
            said = cast("dict[str, Any] | None", rs1090.decode(message.hex()))
            if said is None:
                refusals.append(Refusal(offset, "Mode S message: wrong parity or content"))
                continue
            position = self._take(said, arrival_ns)
            if position is not None:
                positions.append(position)
        return _columns(positions), refusals

    def _take(self, said: dict[str, Any], now_ns: int) -> Position | None:
        address = int(said["icao24"], 16)
        aircraft = self._aircraft(address, now_ns)
        register = said.get("bds")
        if register == "08":
            callsign = str(said["callsign"]).strip()
            if set(callsign) <= _CALLSIGN:
                aircraft.callsign = callsign
        elif register == "09":
            self._take_velocity(aircraft, said, now_ns)
        elif register == "65":
            aircraft.nacp = said.get("NACp")
        elif register == "05" and "lat_cpr" in said:
            return self._take_position(aircraft, address, said, now_ns)
        return None

    def _aircraft(self, address: int, now_ns: int) -> Aircraft:
        aircraft = self.known.pop(address, None)
        if aircraft is None or now_ns - aircraft.heard_ns > FORGET_NS:
            aircraft = Aircraft()
        aircraft.heard_ns = now_ns
        self.known[address] = aircraft
        while True:
            oldest = next(iter(self.known))
            silent = now_ns - self.known[oldest].heard_ns > FORGET_NS
            if len(self.known) <= AIRCRAFT_MAX and not silent:
                return aircraft
            del self.known[oldest]

    @staticmethod
    def _take_velocity(aircraft: Aircraft, said: dict[str, Any], now_ns: int) -> None:
        over = said.get("geo_minus_baro")
        aircraft.height_over_pressure_m = None if over is None else over * FOOT_M
        ground, track, climb = (said.get(k) for k in ("groundspeed", "track", "vertical_rate"))
        if ground is None or track is None:
            return
        east = ground * KNOT_MPS * math.sin(math.radians(track))
        north = ground * KNOT_MPS * math.cos(math.radians(track))
        up = math.nan if climb is None else climb * FOOT_M / 60
        aircraft.velocity = (now_ns, east, north, up)

    @staticmethod
    def _take_position(
        aircraft: Aircraft, address: int, said: dict[str, Any], now_ns: int
    ) -> Position | None:
        is_odd = said["parity"] == "odd"
        place = (now_ns, int(said["lat_cpr"]), int(said["lon_cpr"]))
        if is_odd:
            aircraft.odd = place
        else:
            aircraft.even = place
        if aircraft.even is None or aircraft.odd is None:
            return None
        if abs(aircraft.even[0] - aircraft.odd[0]) > PAIR_NS:
            return None
        feet = said.get("altitude")
        height_m = math.nan if feet is None else feet * FOOT_M
        geometric = said.get("source") == "GNSS"
        pressure_m = math.nan if geometric else height_m
        if not geometric:
            over = aircraft.height_over_pressure_m
            height_m = math.nan if over is None else pressure_m + over
        velocity = (math.nan, math.nan, math.nan)
        if aircraft.velocity is not None and now_ns - aircraft.velocity[0] <= VELOCITY_NS:
            velocity = aircraft.velocity[1:]
        category = int(said.get("NUCp") or 0)
        sd = NUCP_SD_M[category] if aircraft.nacp is None else NACP_SD_M[aircraft.nacp & 15]
        return Position(
            now_ns,
            address,
            is_odd,
            aircraft.even[1:],
            aircraft.odd[1:],
            pressure_m,
            height_m,
            velocity,
            float(sd),
            aircraft.callsign,
        )


def _columns(positions: list[Position]) -> dict[str, NDArray[Any]]:
    even = np.array([p.even for p in positions], np.float64).reshape(-1, 2)
    odd = np.array([p.odd for p in positions], np.float64).reshape(-1, 2)
    is_odd = np.array([p.is_odd for p in positions], np.bool_)
    lat, lon = cpr_positions(even, odd, is_odd)
    good = np.isfinite(lat)
    velocities = np.array([p.velocity_enu_mps for p in positions], np.float64).reshape(-1, 3)
    columns: dict[str, NDArray[Any]] = {
        "time_ns": np.array([p.time_ns for p in positions], np.int64),
        "lat_rad": lat,
        "lon_rad": lon,
        "height_wgs84_m": within(_floats([p.height_wgs84_m for p in positions]), -1e3, 5e5),
        "altitude_pressure_m": within(
            _floats([p.altitude_pressure_m for p in positions]), -1e3, 5e4
        ),
        "velocity_enu_mps": velocities,
        "position_sd_m": _floats([p.position_sd_m for p in positions]),
        "address": np.array([p.address for p in positions], np.uint32),
        "callsign": np.array([p.callsign.encode() for p in positions], "S8"),
    }
    return {name: column[good] for name, column in columns.items()}


def _floats(values: list[float]) -> F64:
    return np.array(values, np.float64)


def longitude_zones(lat_deg: F64) -> F64:
    """Return NL, the number of longitude zones at each latitude (1 to 59)."""
    cosine = np.cos(np.radians(np.minimum(np.abs(lat_deg), 87.0)))
    inner = 1 - (1 - math.cos(math.pi / 30)) / cosine**2
    zones = np.floor(2 * math.pi / np.arccos(np.clip(inner, -1, 1)))
    return np.where(np.abs(lat_deg) > 87, 1, np.where(np.abs(lat_deg) == 87, 2, zones))


def cpr_positions(even: F64, odd: F64, is_odd: NDArray[np.bool_]) -> tuple[F64, F64]:
    """Return (lat_rad, lon_rad) of airborne CPR pairs, at the odd message where `is_odd`.

    even, odd: (N, 2) latitude and longitude of 17 bits. NaN where the two lie in zones of another
    width, so that no position follows.
    """
    lat0, lon0 = even[:, 0] / (1 << 17), even[:, 1] / (1 << 17)
    lat1, lon1 = odd[:, 0] / (1 << 17), odd[:, 1] / (1 << 17)
    zone = np.floor(59 * lat0 - 60 * lat1 + 0.5)
    lat_even = _northing(360 / 60 * (zone % 60 + lat0))
    lat_odd = _northing(360 / 59 * (zone % 59 + lat1))
    zones = longitude_zones(lat_even)
    good = (zones == longitude_zones(lat_odd)) & (np.abs(lat_even) <= 90) & (np.abs(lat_odd) <= 90)
    strip = np.floor(lon0 * (zones - 1) - lon1 * zones + 0.5)
    count = np.maximum(np.where(is_odd, zones - 1, zones), 1)
    lon = 360 / count * (strip % count + np.where(is_odd, lon1, lon0))
    lon = np.where(lon >= 180, lon - 360, lon)
    lat = np.where(is_odd, lat_odd, lat_even)
    return np.where(good, np.radians(lat), np.nan), np.where(good, np.radians(lon), np.nan)


def _northing(lat_deg: F64) -> F64:
    return np.where(lat_deg >= 270, lat_deg - 360, lat_deg)
