import numpy as np

from skypact.core.ids import Issuer
from skypact.core.messages import Context, SensorRegistration, Standing
from skypact.edge.runs.messages import nanoseconds, run_messages, standings
from skypact.edge.runs.table import plot_messages
from skypact.edge.tables.plots import plots_of, table_from
from skypact.edge.tables.sensors import sensors_from

SITES = sensors_from(
    [
        {
            "name": "north",
            "lat_deg": 48.0,
            "lon_deg": 20.0,
            "height_m": 100.0,
            "period_s": 5.0,
            "elevation_sd_deg": 0.2,
            "clutter_per_scan": 0.1,
        }
    ]
)


def flight(looks: int = 12) -> list:
    time_s = 5.0 * np.arange(looks)
    columns = {
        "time_s": time_s,
        "sensor": ["north"] * looks,
        "range_m": 40e3 + 200.0 * time_s,
        "azimuth_deg": np.full(looks, 45.0),
        "elevation_deg": np.full(looks, 8.0),
    }
    plots = plots_of(table_from(columns), SITES)
    return list(plot_messages(plots, SITES, np.ones(looks, bool), None))


def test_rows_are_the_tracks_that_changed() -> None:
    told: list[float] = []
    run = run_messages(flight(), SITES, None, told.append)
    assert run.report["detections"] == 12
    assert set(run.rows.time_s.tolist()) <= set((5.0 * np.arange(12)).tolist())
    assert np.unique(run.rows.number).size == 1
    symmetric = run.rows.covariance - run.rows.covariance.transpose(0, 2, 1)
    assert not symmetric.any()
    assert told == [0.0]
    assert run.plots_ecef_m().shape == (12, 3)


def test_a_report_knows_nothing_of_what_comes_after() -> None:
    times = np.array([57.0, 22.0])
    whole = run_messages(flight(), SITES, times, lambda share: None)
    cut = run_messages(flight(5), SITES, times, lambda share: None)
    early = whole.rows.time_s == 22.0
    assert early.any()
    np.testing.assert_array_equal(
        whole.rows.position_m[early], cut.rows.position_m[cut.rows.time_s == 22.0]
    )
    assert whole.rows.time_s.tolist() == sorted(whole.rows.time_s.tolist())


def test_a_quiet_track_is_not_reported_for_ever() -> None:
    run = run_messages(flight(), SITES, np.array([56.0, 200.0]), lambda share: None)
    assert run.rows.time_s.tolist() == [56.0]


def test_seconds_keep_their_nanoseconds() -> None:
    assert nanoseconds(np.array([1_700_000_000.5, 0.25])).tolist() == [
        1_700_000_000_500_000_000,
        250_000_000,
    ]


def test_a_sensor_that_the_others_disagree_with_is_named() -> None:
    assert standings({"north": registration(Standing.GOOD)}) == []
    (note,) = standings({"north": registration(Standing.STUCK)})
    assert note.startswith("sensor north: repeats the same plots")


def registration(standing: Standing) -> SensorRegistration:
    return SensorRegistration(
        **Issuer("recording", "tracking", Context.TEST).header(0, 0),
        sensor="north",
        standing=standing,
        before=Standing.ALONE,
        place_enu_m=(0.0, 0.0, 0.0),
        noise_ratio=(1.0, 1.0, 1.0),
        **dict.fromkeys(("range_bias_m", "range_sd_m", "range_scale"), 0.0),
        **dict.fromkeys(("azimuth_bias_rad", "azimuth_sd_rad"), 0.0),
        **dict.fromkeys(("elevation_bias_rad", "elevation_sd_rad"), 0.0),
        **dict.fromkeys(("time_bias_s", "time_sd_s"), 0.0),
    )
