"""What a run of the tracker leaves behind."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.edge.tables.write import TrackRows

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
Tell = Callable[[float], None]


class Run(NamedTuple):
    """rows: what the tracker reported; report: figures for people; sites: SITE rows of the radars;
    names: theirs; plots_ecef_m: positions of the plots, worked out when asked for; placed: False
    where the sensors' places are made up."""

    rows: TrackRows
    report: dict[str, Any]
    sites: NDArray[Any]
    names: tuple[str, ...]
    plots_ecef_m: Callable[[], F64]
    placed: bool = True

    def noted(self, read_s: float, notes: list[str]) -> "Run":
        """Return the run with how long reading took and what was noticed on the way."""
        more = {"read_s": round(read_s, 3), "notes": notes + self.report["notes"]}
        return self._replace(report=self.report | more)


def rows_in_frame(
    times_s: Sequence[float],
    found: Sequence[tuple[I64, F64, F64]],
    origin_ecef_m: F64,
    rotation: F64,
) -> TrackRows:
    """Return (numbers, states ECEF, covariances) of each time as rows in a frame."""
    none = (np.zeros(0, np.int64), np.zeros((0, 6)), np.zeros((0, 6, 6)))
    number, state, covariance = (np.concatenate(parts) for parts in zip(none, *found, strict=True))
    turn = np.zeros((6, 6))
    turn[:3, :3] = turn[3:, 3:] = rotation
    return TrackRows(
        np.repeat(np.asarray(times_s, np.float64), [one[0].size for one in found]),
        number,
        (state[:, :3] - origin_ecef_m) @ rotation.T,
        state[:, 3:] @ rotation.T,
        np.einsum("ij,njk,lk->nil", turn, covariance, turn),
        origin_ecef_m,
        rotation,
    )


def plots_ecef(sites: NDArray[Any], sensor: I64, polar: F64) -> F64:
    """Return positions (n, 3) of radar plots: range m, azimuth and elevation rad (NaN: level).

    A plot without range has no position: NaN.
    """
    distance, azimuth = polar[:, 0], polar[:, 1]
    elevation = np.where(np.isnan(polar[:, 2]), 0.0, polar[:, 2])
    level = distance * np.cos(elevation)
    local = np.stack(
        [level * np.sin(azimuth), level * np.cos(azimuth), distance * np.sin(elevation)], 1
    )
    turned = np.einsum("nji,nj->ni", sites["rotation"][sensor], local)
    return turned + sites["position"][sensor]
