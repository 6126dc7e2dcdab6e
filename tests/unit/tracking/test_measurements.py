"""Kinds of measurement, through the engine: late plots, bearings, sound, range rates."""

import msgspec
import numpy as np
import pytest

from skypact.core.site import SensorSite
from skypact.tracking.engine import Engine
from skypact.tracking.plots import empty_plots, scan_plots
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR, T0_NS, polar, scan, straight

NOISE = np.array([50.0, np.radians(0.1), np.radians(0.2)])


def site(**changes: object) -> SensorSite:
    return msgspec.structs.replace(RADAR, **changes)


CAMERA = site(name="camera", sic=7, lat_deg=-31.7, lon_deg=-17.2, passive=True, azimuth_sd_deg=0.02,
              elevation_sd_deg=0.02, period_s=2.0)  # fmt: skip


def engine(*sites: SensorSite) -> Engine:
    return Engine(TrackingSettings(registration=False), site_rows(sites))


def run(made: Engine, s: int, plots: np.ndarray, now_s: float, whole: bool = True) -> None:
    seen = int(plots["time_ns"].max())
    made.run(s, plots, seen, T0_NS + round(now_s * 1e9), whole)


def radar_plots(where: SensorSite, time_s: float, rng: np.random.Generator) -> np.ndarray:
    noisy = polar(where, straight([time_s])) + rng.normal(size=(1, 3)) * NOISE
    return scan_plots(scan([time_s], noisy))


def bearing(time_s: float, at: np.ndarray, where: SensorSite = CAMERA) -> np.ndarray:
    plots = empty_plots(1)
    plots["time_ns"] = T0_NS + round(time_s * 1e9)
    plots["polar"] = polar(where, at)
    plots["polar"][:, 0] = np.nan
    return plots


def error_m(made: Engine, time_s: float) -> float:
    _, states = made.states_at(T0_NS + round(time_s * 1e9))
    assert len(states) == 1
    return float(np.linalg.norm(states[0, :3] - straight([time_s])[0]))


def test_late_plots_join_the_track_that_they_are_of_once() -> None:
    rng = np.random.default_rng(3)
    made = engine(RADAR)
    plots = [radar_plots(RADAR, 5.0 * k, rng) for k in range(14)]
    order = [0, 1, 2, 3, 4, 7, 5, 6, 8, 11, 9, 12, 10, 13]
    for place, k in enumerate(order):
        run(made, 0, plots[k].copy(), 5.0 * place + 20, False)
        if k in (5, 10):  # the same turn cannot hit twice
            hits = int(made.table.tracks["hits"][0])
            again = plots[k].copy()
            again["polar"][:, 0] += 1.0
            run(made, 0, again, 5.0 * place + 20, False)
            assert made.table.tracks["hits"][0] == hits
    assert made.table.tracks["hits"][0] == 14
    assert error_m(made, 65.0) < 400


def test_a_plot_that_may_still_come_is_no_miss() -> None:
    rng = np.random.default_rng(4)
    made, odds = engine(RADAR), []
    for k in range(12):
        late = [radar_plots(RADAR, 5.0 * t, rng) for t in ((k - 3,) if k % 2 else (k,)) if t >= 0]
        for plots in late:
            run(made, 0, plots, 5.0 * k, False)
        odds.append(float(made.table.tracks["odds"][0]))
    assert made.table.tracks["state"][0] == 1
    assert min(odds[6:]) > 4


def test_bearings_narrow_a_track_across_the_line_of_sight_and_start_none() -> None:
    def errors(with_camera: bool) -> list[float]:
        found = []
        for seed in range(6):
            rng = np.random.default_rng(seed)
            made = engine(RADAR, CAMERA)
            run(made, 1, bearing(0.0, straight([0.0])), 0.0)
            assert made.table.count == 0
            for k in range(20):
                run(made, 0, radar_plots(RADAR, 5.0 * k, rng), 5.0 * k)
                if with_camera:
                    seen = bearing(5.0 * k + 1, straight([5.0 * k + 1]))
                    seen["polar"][:, 1:] += rng.normal(size=2) * CAMERA.azimuth_sd_rad
                    run(made, 1, seen, 5.0 * k + 1)
            found.append(error_m(made, 96.0))
        return found

    assert np.mean(errors(True)) < 0.6 * np.mean(errors(False))


@pytest.mark.parametrize("told", [True, False])
def test_sound_shows_where_the_target_was(told: bool) -> None:
    ears = site(name="ears", sic=8, lat_deg=-31.46, lon_deg=-17.57, passive=True, period_s=2.0,
                azimuth_sd_deg=0.5, elevation_sd_deg=0.5,
                signal_speed_mps=340.0 if told else None)  # fmt: skip
    rng = np.random.default_rng(5)
    made, heard = engine(RADAR, ears), 0
    for k in range(16):
        run(made, 0, radar_plots(RADAR, 5.0 * k, rng), 5.0 * k)
        at = 5.0 * k + 1
        left = at
        for _ in range(5):
            left = at - polar(ears, straight([left]))[0, 0] / 340.0
        hits = int(made.table.tracks["hits"][0])
        run(made, 1, bearing(at, straight([left]), ears), at)
        heard += int(made.table.tracks["hits"][0]) - hits if k > 3 else 0
    assert at - left > 20
    assert heard >= 10 if told else heard <= 2


def test_range_rates_tell_the_speed_towards_the_radar_at_once() -> None:
    rng, doppler = np.random.default_rng(6), site(range_rate_sd_mps=1.0)
    spread = {}
    for where in (RADAR, doppler):
        made = engine(where)
        for k in range(3):
            plots = radar_plots(where, 5.0 * k, rng)
            ahead = polar(where, straight([5.0 * k + 0.5]))[0, 0]
            behind = polar(where, straight([5.0 * k - 0.5]))[0, 0]
            plots["rate"] = ahead - behind
            run(made, 0, plots, 5.0 * k)
        track = made.table.tracks[0]
        line = track["x"][:3] - made.sites["position"][0]
        line /= np.linalg.norm(line)
        spread[where.range_rate_sd_mps] = float(np.sqrt(line @ track["cov"][3:, 3:] @ line))
        if where is doppler:
            assert line @ track["x"][3:] == pytest.approx(ahead - behind, abs=4)
    assert spread[1.0] < 2.5
    assert spread[None] > 5
