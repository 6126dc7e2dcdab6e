"""What the picture says: own tracks, fused tracks, and the picture at an instant."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array, pack
from skypact.core.kernels.places import shown_places
from skypact.core.messages import (
    Identity,
    OwnTracks,
    PartnerTracks,
    PictureView,
    SystemTracks,
    TrackBatch,
)
from skypact.picture.correlate import Reports
from skypact.picture.covariance import triangle
from skypact.picture.fuse import intersect
from skypact.picture.matching import Matching
from skypact.picture.systems import OWN, Systems

I64 = NDArray[np.int64]
S = 1_000_000_000


def report_columns(batch: TrackBatch | PartnerTracks, rows: I64) -> dict[str, Any]:
    """Return the columns of a report table for some rows of a message."""
    state = np.concatenate(
        [array(batch, "position_ecef_m")[rows], array(batch, "velocity_ecef_mps")[rows]], 1
    )
    names = ("covariance", "time_ns", "quality", "detection", "address", "callsign")
    return {"state": state, **{name: array(batch, name)[rows] for name in names}}


def own_columns(systems: Systems, rows: I64) -> dict[str, bytes]:
    """Return the columns of OwnTracks: own reports exactly as our tracker holds them."""
    table = systems.reports
    held = systems.systems.rows(table["system"][rows])
    return pack(
        OwnTracks,
        number=table["system"][rows],
        position_ecef_m=table["state"][rows, :3],
        velocity_ecef_mps=table["state"][rows, 3:],
        detected_ns=systems.systems["detected_ns"][held],
        confirmed_ns=systems.systems["confirmed_ns"][held],
        **{
            name: table[name][rows]
            for name in ("time_ns", "covariance", "quality", "detection", "address", "callsign")
        },
    )


class Grouped:
    """Reports of some system tracks, group by group, each group's own report first."""

    def __init__(self, systems: Systems, numbers: I64) -> None:
        table = systems.reports
        rows = np.flatnonzero(np.isin(table["system"], numbers))
        self.rows = rows[np.argsort(table["system"][rows], kind="stable")]
        self.table = table
        self.numbers, self.starts = np.unique(table["system"][self.rows], return_index=True)
        self.counts = np.diff(np.append(self.starts, len(self.rows)))
        self.held = systems.systems.rows(self.numbers)

    def best(self, name: str, how: Any) -> NDArray[Any]:
        """Return a column reduced over each group."""
        return how.reduceat(self.table[name][self.rows], self.starts)

    def named(self, name: str, empty: Any) -> NDArray[Any]:
        """Return for each group the first value that is not `empty`."""
        values = self.table[name][self.rows]
        at = np.where(values != empty, np.arange(len(values)), len(values))
        first = np.minimum.reduceat(at, self.starts)
        return np.append(values, np.array([empty], values.dtype))[first]


def _fused(members: Reports, rows: I64, group: Grouped) -> tuple[Any, Any]:
    """Return state and covariance of each group; rows: of its reports among the members."""
    first = rows[group.starts]
    state, covariance = members.state[first], members.covariance[first]
    several = group.counts > 1
    if several.any():
        starts = np.cumsum(group.counts[several]) - group.counts[several]
        of = members.at(rows[np.repeat(several, group.counts)])
        state[several], covariance[several] = intersect(of.state, of.covariance, starts)
    return state, covariance


def fused_columns(systems: Systems, matching: Matching, numbers: I64) -> dict[str, bytes]:
    """Return the columns of SystemTracks, each track at the time of its newest report."""
    group = Grouped(systems, numbers)
    newest = group.best("time_ns", np.maximum)
    if len(group.rows) == len(group.numbers):
        # One report each: it is the track, as it is.
        state = systems.reports["state"][group.rows]
        upper = systems.reports["covariance"][group.rows]
    else:
        members = matching.at(np.repeat(newest, group.counts), group.rows)
        state, covariance = _fused(members, np.arange(len(group.rows)), group)
        upper = triangle(covariance)
    return pack(
        SystemTracks,
        number=group.numbers,
        time_ns=newest,
        position_ecef_m=state[:, :3],
        velocity_ecef_mps=state[:, 3:],
        covariance=upper,
        quality=group.best("quality", np.maximum),
        detection=group.best("detection", np.bitwise_or),
        detected_ns=systems.systems["detected_ns"][group.held],
        confirmed_ns=systems.systems["confirmed_ns"][group.held],
        address=group.named("address", 0),
        callsign=group.named("callsign", b""),
    )


def software_identity(systems: Systems, pending_s: float, now_ns: int) -> NDArray[np.uint8]:
    """Return what software holds of each system track: pending at first, then unknown."""
    known_s = (now_ns - systems.systems["first_ns"]) / S
    return np.where(known_s < pending_s, Identity.PENDING, Identity.UNKNOWN).astype(np.uint8)


def picture_columns(
    systems: Systems, reports: Reports, identity: NDArray[np.uint8], now_ns: int
) -> dict[str, bytes]:
    """Return the columns of PictureView: every system track at `now_ns`. reports: all, at that
    time; identity: of each track (N,)."""
    group = Grouped(systems, systems.systems.keys)
    if not len(group.rows):
        return pack(PictureView, **{name: [] for name in PictureView.COLUMNS})
    state, covariance = _fused(reports, group.rows, group)
    shown = shown_places(state, covariance)
    lat, lon, height, spread, horizontal, vertical = shown[[0, 1, 2, 6, 7, 8]]
    age_s = np.maximum(now_ns - group.best("time_ns", np.maximum), 0) / S
    first = systems.reports.keys[group.rows[group.starts]] >> 32
    owner = systems.systems["owner"][group.held]
    reporter = np.where(owner > 0, owner - 1, first)
    own_class = systems.systems["threat_class"][group.held]
    told_class = group.named("threat_class", 0)
    return pack(
        PictureView,
        number=group.numbers,
        lat_rad=lat,
        lon_rad=lon,
        height_wgs84_m=np.clip(height, -1e5, 1e7),
        velocity_enu_mps=shown[3:6].T,
        position_sd_m=np.minimum(spread, 1e7),
        horizontal_sd_m=np.minimum(horizontal, 1e7),
        height_sd_m=np.minimum(vertical, 1e7),
        age_s=np.minimum(age_s, 1e6),
        threat_class=np.where(own_class > 0, own_class, told_class),
        identity=identity[group.held],
        quality=group.best("quality", np.maximum),
        own=first == OWN,
        reporter=np.minimum(reporter, 255),
        address=group.named("address", 0),
        callsign=group.named("callsign", b""),
    )
