"""Start, hit, miss and end, through the kernel that uses them."""

import numpy as np
import pytest

from skypact.core.geodesy import ecef_from_enu
from skypact.tracking.engine import Engine
from skypact.tracking.plots import scan_plots
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR, T0_NS, polar, scan, straight

PERIOD_NS = 5_000_000_000
SOUTH = RADAR.__class__(
    **{name: getattr(RADAR, name) for name in RADAR.__struct_fields__}
    | {"name": "south", "sic": 2, "lat_deg": -50.0}
)


def engine(*sites: object) -> Engine:
    return Engine(TrackingSettings(), site_rows([RADAR, *sites]))  # type: ignore[list-item]


def turn(made: Engine, k: int, plots: np.ndarray, sensor: int = 0) -> None:
    at = T0_NS + k * PERIOD_NS
    made.run(sensor, scan_plots(scan(np.full(len(plots), 5.0 * k), plots)), at, at, True)


def test_a_start_stands_where_its_plot_is() -> None:
    made = engine()
    turn(made, 0, polar(RADAR, straight([0.0])))
    track = made.table.tracks[0]
    np.testing.assert_allclose(track["x"][:3], straight([0.0])[0], atol=1e-3)
    slant = polar(RADAR, straight([0.0]))[0, 0]
    side = np.sqrt(np.linalg.eigvalsh(track["cov"][:3, :3]))
    expected = sorted([RADAR.range_sd_m, slant * RADAR.azimuth_sd_rad, slant * np.radians(0.2)])
    np.testing.assert_allclose(side, expected, rtol=0.02)
    assert track["weight"].sum() == pytest.approx(1)


def test_what_starts_high_is_taken_to_fall() -> None:
    made = engine()
    high = ecef_from_enu([[50e3, 50e3, 45e3]], RADAR.origin)
    turn(made, 0, polar(RADAR, high))
    assert made.table.tracks["weight"][0, 3:].sum() > 0.9


def test_misses_erode_existence_only_by_radars_that_could_see() -> None:
    made = engine(SOUTH)
    for k in range(3):
        turn(made, k, polar(RADAR, straight([5.0 * k])))
    before = float(made.table.tracks["odds"][0])
    turn(made, 2, np.zeros((0, 3)), sensor=1)
    assert made.table.tracks["odds"][0] == before
    turn(made, 3, np.zeros((0, 3)))
    assert made.table.tracks["odds"][0] < before - 1


def test_a_radar_that_never_sees_a_target_soon_counts_for_little() -> None:
    near = SOUTH.__class__(
        **{name: getattr(SOUTH, name) for name in SOUTH.__struct_fields__} | {"lat_deg": -32.2}
    )
    made = engine(near)
    steps = []
    for k in range(6):
        turn(made, k, polar(RADAR, straight([5.0 * k])))
        before = float(made.table.tracks["odds"][0])
        turn(made, k, np.zeros((0, 3)), sensor=1)
        steps.append(before - float(made.table.tracks["odds"][0]))
    assert steps[0] > 0.3
    assert steps[-1] < 0.1
