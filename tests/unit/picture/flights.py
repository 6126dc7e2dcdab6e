"""Tracks of invented flights, as a tracker or a partner would report them."""

from typing import Any

import numpy as np

from skypact.core.columns import array, pack
from skypact.core.geodesy import ecef_from_geodetic, velocity_ecef_from_enu
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Context,
    Message,
    NodeStarted,
    PartnerTracks,
    PictureView,
    SystemTracksDeleted,
    TrackBatch,
    TracksDeleted,
)
from skypact.picture.picture import Picture
from skypact.picture.settings import PictureSettings

S = 1_000_000_000
T0 = 1_700_000_000 * S
LAT, LON = np.radians(-32.0), np.radians(-18.0)
POOL = (105, 117, 110, 181, 162)
ISSUER = Issuer("auria", "test", Context.EXERCISE)


def state(east_m: float, north_m: float, east_mps: float, north_mps: float) -> np.ndarray:
    """Return a state (6,) at 9,000 m near the middle of the region."""
    lat = LAT + north_m / 6.36e6
    lon = LON + east_m / (6.38e6 * np.cos(LAT))
    position = ecef_from_geodetic(lat, lon, 9000.0)
    return np.concatenate([position, velocity_ecef_from_enu([east_mps, north_mps, 0.0], lat, lon)])


def moved(x: np.ndarray, seconds: float) -> np.ndarray:
    """Return the state after straight flight."""
    return np.concatenate([x[:3] + x[3:] * seconds, x[3:]])


def beside(x: np.ndarray, metres: float) -> np.ndarray:
    """Return the state shifted along one axis."""
    return x + np.array([metres, 0, 0, 0, 0, 0])


def triangle(position_sd_m: float, velocity_sd_mps: float, count: int) -> np.ndarray:
    diagonal = [position_sd_m**2] * 3 + [velocity_sd_mps**2] * 3
    return np.tile(np.diag(diagonal)[np.triu_indices(6)], (count, 1))


def columns(numbers: list[int], states: Any, time_ns: int, **given: Any) -> dict[str, Any]:
    n = len(numbers)
    x = np.asarray(states, np.float64).reshape(n, 6)
    return {
        "number": numbers,
        "time_ns": np.full(n, time_ns),
        "position_ecef_m": x[:, :3],
        "velocity_ecef_mps": x[:, 3:],
        "covariance": triangle(given.get("sd_m", 50.0), given.get("sd_mps", 5.0), n),
        "quality": np.full(n, 9),
        "detection": np.full(n, given.get("detection", 1)),
        "address": given.get("address", np.zeros(n)),
        "callsign": given.get("callsign", np.zeros(n, "S8")),
    }


def own(numbers: list[int], states: Any, time_ns: int, **given: Any) -> TrackBatch:
    n = len(numbers)
    extra = {"detected_ns": np.full(n, time_ns - S), "confirmed_ns": np.full(n, time_ns)}
    packed = pack(TrackBatch, **columns(numbers, states, time_ns, **given), **extra)
    return TrackBatch(**ISSUER.header(time_ns, time_ns), count=n, **packed)


def partner(
    nation: str,
    numbers: list[int],
    states: Any,
    time_ns: int,
    deleted: tuple[int, ...] = (),
    successors: tuple[int, ...] = (),
    **given: Any,
) -> PartnerTracks:
    n = len(numbers)
    threat = np.full(n, given.get("threat_class", 0))
    packed = pack(PartnerTracks, **columns(numbers, states, time_ns, **given), threat_class=threat)
    return PartnerTracks(
        **ISSUER.header(time_ns, time_ns),
        partner=nation,
        deleted=deleted,
        successors=successors,
        count=n,
        **packed,
    )


def ended(numbers: tuple[int, ...], time_ns: int) -> TracksDeleted:
    reasons = ("no plots",) * len(numbers)
    return TracksDeleted(**ISSUER.header(time_ns, time_ns), numbers=numbers, reasons=reasons)


def started(time_ns: int) -> NodeStarted:
    return NodeStarted(**ISSUER.header(time_ns, time_ns), epoch=1, version="test")


def picture(**settings: Any) -> Picture:
    chosen = PictureSettings(**{"track_numbers": POOL, **settings})
    return Picture(Issuer("auria", "picture", Context.EXERCISE), chosen)


def view(messages: list[Message]) -> PictureView:
    return next(m for m in messages if isinstance(m, PictureView))


def numbers(message: Any) -> list[int]:
    return array(message, "number").tolist()


def gone(messages: Any) -> list[tuple[int, int]]:
    """Return (number, successor) of every system track that left."""
    found = [m for m in messages if isinstance(m, SystemTracksDeleted)]
    return [pair for m in found for pair in zip(m.numbers, m.successors, strict=True)]
