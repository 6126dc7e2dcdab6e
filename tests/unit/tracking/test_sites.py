import math
from datetime import UTC, datetime, timedelta

import msgspec
import numpy as np
import pytest

from skypact.core.geodesy import ecef_from_geodetic
from skypact.core.site import OUTAGES_MAX, SECTORS_MAX, Outage, Sector
from skypact.tracking.kernels.layout import OUTAGES, SECTORS
from skypact.tracking.kernels.measure import place_plot
from skypact.tracking.plots import empty_plots
from skypact.tracking.sites import least_floor, rest, site_rows
from tests.unit.tracking.rows import place, tuning
from tests.unit.tracking.scenes import RADAR


def test_radars_become_rows_and_the_last_row_stands_for_reports() -> None:
    rows = site_rows([RADAR])
    assert rows["radar"].tolist() == [1, 0]
    np.testing.assert_allclose(rows["position"][0], ecef_from_geodetic(*RADAR.origin))
    np.testing.assert_allclose(rows["rotation"][0] @ rows["rotation"][0].T, np.eye(3), atol=1e-12)
    assert rows["period_ns"][0] == 5_000_000_000
    depth, span = RADAR.range_max_m - RADAR.range_min_m, rows["elevation_span"][0]
    volume = 2 * np.pi * depth * span
    assert rows["false_density"][0] * volume == pytest.approx(RADAR.clutter_per_scan)
    assert span == pytest.approx(np.radians(21))


def test_sectors_and_the_ground_are_in_the_row() -> None:
    sectors = tuple(Sector(from_deg=40.0 * k, to_deg=40.0 * k + 10) for k in range(SECTORS_MAX))
    hill = msgspec.structs.replace(RADAR, height_m=900.0, mast_m=30.0, blocked=sectors)
    row = site_rows([RADAR, hill])[1]
    assert (row["mast"], row["ground"], row["height"]) == (30.0, 870.0, 900.0)
    assert row["sectors"] == SECTORS_MAX == SECTORS
    assert np.degrees(row["blocked"][:, 0]).tolist() == pytest.approx(
        [0, 40, 80, 120, 160, -160, -120, -80]
    )
    np.testing.assert_allclose(np.degrees(row["blocked"][:, 1:]), [[10.0, 90.0]] * SECTORS)
    free = site_rows([RADAR])[0]
    assert (free["mast"], free["ground"], free["sectors"]) == (RADAR.height_m, 0.0, 0)


@pytest.mark.parametrize("rate_sd_mps", [None, 0.05, 3.0])
def test_no_plot_lies_where_false_plots_are_rarer_than_said(rate_sd_mps: float | None) -> None:
    rows = site_rows([msgspec.structs.replace(RADAR, range_rate_sd_mps=rate_sd_mps)])
    rng, least, seen = np.random.default_rng(5), least_floor(rows), place()
    plots = empty_plots(200)
    plots["polar"][:, 0] = rng.uniform(RADAR.range_min_m, RADAR.range_max_m, 200)
    plots["polar"][:, 1:] = rng.uniform([0, -0.1], [6.28, 1.4], (200, 2))
    plots["altitude"][::2], plots["polar"][::4, 2] = 9e3, np.nan
    plots["rate"] = 100.0
    for plot in plots.view(np.recarray):
        place_plot.py_func(rows.view(np.recarray)[0], plot, tuning(ceiling_m=18e3), seen)
        # What a range rate makes of the likelihood at best counts as if false plots were rarer.
        peak = 0.0 if rate_sd_mps is None else -math.log(math.sqrt(2 * math.pi) * rate_sd_mps)
        assert seen.full == 0 or least <= seen.floor - peak + 1e-9


def test_a_radar_rests_from_the_beginning_of_an_outage_until_before_its_end() -> None:
    start = datetime(2027, 3, 1, 6, tzinfo=UTC)
    spans = [(start + timedelta(hours=2 * k), timedelta(hours=1)) for k in range(OUTAGES_MAX)]
    outages = tuple(Outage(from_utc=at, to_utc=at + long) for at, long in spans)
    rows = site_rows([RADAR, msgspec.structs.replace(RADAR, name="b", outages=outages)])
    assert OUTAGES == OUTAGES_MAX
    for at, rests in ((-1, 0), (0, 1), (3_599, 1), (3_600, 0), (7_200, 1), (15 * 3_600, 0)):
        rest(rows, round(start.timestamp() + at) * 1_000_000_000)
        assert rows["resting"].tolist() == [0, rests, 0]
