"""Which tracks the sightings may mean: geometry on whole arrays."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import ecef_from_geodetic, enu_axes, wrap_pi
from skypact.core.kernels.pairing import pairs_within

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]

GATE_SD = 3.0
LIGHT_REACH_M, SOUND_REACH_M = 30_000.0, 12_000.0
NEAR_M = 50.0  # what is overhead has no azimuth


class Seen(NamedTuple):
    """Sightings: time_ns, position_ecef_m (n, 3), axes (n, 3, 3) to east, north, up, place_sd_m,
    azimuth_rad, azimuth_sd_rad, signal_speed_mps (NaN light)."""

    time_ns: I64
    position_ecef_m: F64
    axes: F64
    place_sd_m: F64
    azimuth_rad: F64
    azimuth_sd_rad: F64
    signal_speed_mps: F64


class Pairs(NamedTuple):
    """Sightings and tracks within reach, a row each pair.

    sighting, track: which; dt_s: from the track's state to when the target gave the signal;
    across: unit vector (n, 3) ECEF, horizontal and to the right of the line of sight; off_m: how
    far to its right the sighting lies; sd_m: of that, by the sighting and the track together;
    seen_sd_m: by the sighting alone; ground_m: how far away the track is.
    """

    sighting: I64
    track: I64
    dt_s: F64
    across: F64
    off_m: F64
    sd_m: F64
    seen_sd_m: F64
    ground_m: F64

    @property
    def hit(self) -> NDArray[np.bool_]:
        """Return which pairs fit."""
        return np.abs(self.off_m) <= GATE_SD * self.sd_m


def seen(columns: dict[str, NDArray[Any]]) -> Seen:
    """Return the columns of `Sightings` as geometry."""
    lat, lon = columns["lat_rad"], columns["lon_rad"]
    return Seen(
        columns["time_ns"],
        ecef_from_geodetic(lat, lon, np.zeros(len(lat))),
        enu_axes(lat, lon).reshape(-1, 3, 3),
        *(columns["place_sd_m"], columns["azimuth_rad"], columns["azimuth_sd_rad"]),
        columns["signal_speed_mps"],
    )


def pairs(looks: Seen, times_ns: I64, states: F64, covariances: F64, noise_m2ps3: F64) -> Pairs:
    """Return the pairs within reach. times_ns, states (m, 6), covariances (m, 6, 6), noise_m2ps3:
    of tracks.

    A track is carried to the sighting at constant velocity under its noise, which counts as an
    error of the sighting; sound left the target earlier.
    """
    sighting, track = _near(looks, times_ns, states)
    place, axes = looks.position_ecef_m[sighting], looks.axes[sighting]
    speed = looks.signal_speed_mps[sighting]
    dt_s = (looks.time_ns[sighting] - times_ns[track]) / 1e9
    position, velocity = states[track, :3], states[track, 3:]
    away = np.linalg.norm(position + dt_s[:, None] * velocity - place, axis=1)
    dt_s = dt_s - np.where(np.isnan(speed), 0.0, away / np.nan_to_num(speed, nan=1.0))
    local = np.einsum("nij,nj->ni", axes, position + dt_s[:, None] * velocity - place)
    ground = np.maximum(np.hypot(local[:, 0], local[:, 1]), NEAR_M)
    azimuth = np.arctan2(local[:, 0], local[:, 1])
    turn = np.stack([np.cos(azimuth), -np.sin(azimuth), np.zeros(len(azimuth))], 1)
    across = np.einsum("nij,ni->nj", axes, turn)
    off = wrap_pi(looks.azimuth_rad[sighting] - azimuth) * ground
    drift2 = noise_m2ps3[track] * np.abs(dt_s) ** 3 / 3
    width = looks.azimuth_sd_rad[sighting] * ground
    reach = np.sqrt(width**2 + looks.place_sd_m[sighting] ** 2 + drift2)
    spread = np.concatenate([across, dt_s[:, None] * across], 1)
    own = np.einsum("ni,nij,nj->n", spread, covariances[track], spread)
    sd = np.sqrt(np.maximum(own, 0.0) + reach**2)
    inside = away <= np.where(np.isnan(speed), LIGHT_REACH_M, SOUND_REACH_M)
    return Pairs(
        *(sighting[inside], track[inside], dt_s[inside], across[inside]),
        *(off[inside], sd[inside], reach[inside], ground[inside]),
    )


def likelihoods(count: int, found: Pairs) -> tuple[F64, F64]:
    """Return for each of `count` sightings how much likelier its direction is if it means one of
    the tracks within reach, any of them, than if it is false (any direction); and each pair's
    share in that."""
    each = np.bincount(found.sighting, minlength=count)
    sd_rad = found.sd_m / found.ground_m
    off_sd = found.off_m / found.sd_m
    density = np.exp(-0.5 * off_sd**2) / (np.sqrt(2 * np.pi) * sd_rad)
    ratio = 2 * np.pi * density / np.maximum(each, 1)[found.sighting]
    ratio = np.where(found.hit, ratio, 0.0)
    total: F64 = np.bincount(found.sighting, ratio, count).astype(np.float64)
    return total, ratio / np.maximum(total, 1e-300)[found.sighting]


def _near(looks: Seen, times_ns: I64, states: F64) -> tuple[I64, I64]:
    if not len(times_ns) or not len(looks.time_ns):
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    dt_s = (int(looks.time_ns.max()) - times_ns) / 1e9
    reach_m = np.full(len(looks.time_ns), 1.1 * LIGHT_REACH_M)
    positions = np.ascontiguousarray(states[:, :3] + dt_s[:, None] * states[:, 3:])
    return pairs_within(looks.position_ecef_m, reach_m, positions)
