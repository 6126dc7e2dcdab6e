"""Write tracks: .npz, .csv, .parquet or .geojson."""

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import ConfigError
from skypact.core.geodesy import enu_axes, geodetic_from_ecef

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
_CSV_DIGITS = {"t": "%.9f", "id": "%d", "lat_deg": "%.8f", "lon_deg": "%.8f"}


class TrackRows(NamedTuple):
    """States of tracks (n,): time s, number, position m and velocity m/s in the frame (n, 3),
    covariance (n, 6, 6) in the frame, and the frame: ECEF turned by `rotation` about the origin."""

    time_s: F64
    number: I64
    position_m: F64
    velocity_mps: F64
    covariance: F64
    origin_ecef_m: F64
    rotation: F64

    @property
    def position_ecef_m(self) -> F64:
        return self.position_m @ self.rotation + self.origin_ecef_m

    @property
    def velocity_ecef_mps(self) -> F64:
        return self.velocity_mps @ self.rotation

    @property
    def covariance_ecef(self) -> F64:
        """Return the covariance of position in ECEF, (n, 3, 3), m2."""
        own = self.covariance[:, :3, :3]
        return np.einsum("ji,njk,kl->nil", self.rotation, own, self.rotation)


def write_tracks(target: Path, rows: TrackRows) -> None:
    """Write rows to a file; its suffix decides how.

    Raises ConfigError for another suffix and when the file cannot be written.
    """
    check_target(target)
    try:
        _WRITERS[target.suffix.lower()](target, rows)
    except OSError as error:
        message = f"cannot be written: {error.strerror or error}"
        raise ConfigError(message, path=str(target)) from error


def check_target(target: Path) -> None:
    """Raise ConfigError when tracks cannot be written to such a file."""
    if target.suffix.lower() not in _WRITERS:
        raise ConfigError(f"tracks go to {', '.join(_WRITERS)}", path=str(target))


def track_columns(rows: TrackRows) -> dict[str, NDArray[Any]]:
    """Return the columns of a table of tracks, see docs/reference/track-files.md."""
    lat, lon, height = geodetic_from_ecef(rows.position_ecef_m)
    axes = enu_axes(lat, lon)
    local = np.einsum("nij,njk,nlk->nil", axes, rows.covariance_ecef, axes)
    velocity = np.einsum("nij,nj->ni", axes, rows.velocity_ecef_mps)
    sd = np.sqrt(np.maximum(np.diagonal(local, axis1=1, axis2=2), 0.0))
    columns: dict[str, NDArray[Any]] = {"t": rows.time_s, "id": rows.number}
    columns |= dict(zip(("x", "y", "z"), rows.position_m.T, strict=True))
    columns |= dict(zip(("vx", "vy", "vz"), rows.velocity_mps.T, strict=True))
    columns |= {"lat_deg": np.degrees(lat), "lon_deg": np.degrees(lon), "height_wgs84_m": height}
    speed = np.hypot(velocity[:, 0], velocity[:, 1])
    course_deg = np.degrees(np.arctan2(velocity[:, 0], velocity[:, 1])) % 360.0
    columns |= {"speed_mps": speed, "course_deg": course_deg, "climb_mps": velocity[:, 2]}
    return columns | dict(zip(("sd_east_m", "sd_north_m", "sd_up_m"), sd.T, strict=True))


def _write_npz(target: Path, rows: TrackRows) -> None:
    np.savez_compressed(
        target,
        t=rows.time_s,
        id=rows.number,
        pos=rows.position_m,
        vel=rows.velocity_mps,
        cov=rows.covariance,
        ecef_origin=rows.origin_ecef_m,
        ecef_rot=rows.rotation,
    )


def _write_csv(target: Path, rows: TrackRows) -> None:
    columns = track_columns(rows)
    form = [_CSV_DIGITS.get(name, "%.3f") for name in columns]
    values = np.column_stack(list(columns.values()))
    np.savetxt(target, values, fmt=form, delimiter=",", header=",".join(columns), comments="")


def _write_parquet(target: Path, rows: TrackRows) -> None:
    arrow: Any = importlib.import_module("pyarrow")
    source: Any = importlib.import_module("pyarrow.parquet")
    source.write_table(arrow.table(track_columns(rows)), target)


def _write_geojson(target: Path, rows: TrackRows) -> None:
    lat, lon, height = geodetic_from_ecef(rows.position_ecef_m)
    place = np.round(np.stack([np.degrees(lon), np.degrees(lat), height], 1), 7)
    order = np.lexsort((rows.time_s, rows.number))
    cuts = np.flatnonzero(np.diff(rows.number[order])) + 1
    features: list[dict[str, Any]] = []
    for mine in np.split(order, cuts) if order.size else []:
        path = place[mine].tolist()
        shape = {"type": "Point", "coordinates": path[0]}
        if len(path) > 1:
            shape = {"type": "LineString", "coordinates": path}
        number = int(rows.number[mine[0]])
        properties = {"id": number, "t": np.round(rows.time_s[mine], 6).tolist()}
        features.append({"type": "Feature", "geometry": shape, "properties": properties})
    whole = {"type": "FeatureCollection", "features": features}
    target.write_bytes(msgspec.json.encode(whole))


_WRITERS: dict[str, Callable[[Path, TrackRows], None]] = {
    ".npz": _write_npz,
    ".csv": _write_csv,
    ".parquet": _write_parquet,
    ".geojson": _write_geojson,
}
