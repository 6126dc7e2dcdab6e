"""Two tracks of one target become one; two targets stay two."""

import numpy as np

from skypact.core.geodesy import F64
from skypact.tracking.engine import Engine
from skypact.tracking.kernels.layout import MERGED
from skypact.tracking.plots import scan_plots
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR, T0_NS, polar, scan, straight

SOUTH = RADAR.__class__(
    **{name: getattr(RADAR, name) for name in RADAR.__struct_fields__}
    | {"name": "south", "sic": 2, "lat_deg": -32.3}
)
BIASED_TURNS, TURNS = 8, 20


def look(made: Engine, sensor: int, time_s: float, plots: F64) -> list[int]:
    at = T0_NS + round(time_s * 1e9)
    rows = scan_plots(scan(np.full(len(plots), time_s), plots))
    return made.run(sensor, rows, at, at, True).why.tolist()


def north(time_s: float, *east_m: float) -> F64:
    return polar(RADAR, np.concatenate([straight([time_s], east_m=e) for e in east_m]))


def south(time_s: float, east_m: float, off_m: float) -> F64:
    plots = polar(SOUTH, straight([time_s], east_m=east_m))
    plots[:, 0] += off_m
    return plots


def tracks(made: Engine) -> int:
    return len(made.confirmed())


def test_a_target_that_was_two_while_a_radar_was_biased_becomes_one() -> None:
    made = Engine(TrackingSettings(registration=False), site_rows([RADAR, SOUTH]))
    why: list[int] = []
    most = 0
    for k in range(TURNS):
        off_m = 500.0 if k < BIASED_TURNS else 0.0
        why += look(made, 0, 5.0 * k, north(5.0 * k, 40e3))
        why += look(made, 1, 5.0 * k + 2, south(5.0 * k + 2, 40e3, off_m))
        most = max(most, tracks(made))
    assert most == 2
    assert tracks(made) == 1
    assert why == [MERGED]
    assert made.table.tracks["number"][made.confirmed()].tolist() == [1]


def test_two_targets_that_one_radar_sees_apart_stay_two() -> None:
    made = Engine(TrackingSettings(registration=False), site_rows([RADAR]))
    for k in range(TURNS):
        apart_m = max(1500.0 - 130.0 * k, 150.0)
        # Now and then a radar misses one of them.
        seen = (40e3,) if k % 4 == 3 else (40e3, 40e3 + apart_m)
        look(made, 0, 5.0 * k, north(5.0 * k, *seen))
    assert tracks(made) == 2
