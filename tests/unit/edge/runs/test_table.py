import json
from pathlib import Path

import numpy as np
import pytest

from skypact.core.columns import array
from skypact.core.messages import PositionReports, Scan
from skypact.edge.runs.table import plot_messages, track_columns, track_table
from skypact.edge.tables.plots import plots_of, table_from
from skypact.edge.tables.sensors import sensors_from
from tests.unit.edge.tables.night import (
    make_scenario,
    plot_columns,
    sensor_rows,
    write_csv,
    write_parquet,
    write_toml,
)

SITES = sensors_from(
    [
        {"name": name, "lat_deg": 48.0, "lon_deg": 20.0, "height_m": 100.0, "period_s": 5.0}
        for name in ("north", "south")
    ]
)


def test_messages_hold_a_second_of_one_sensor() -> None:
    columns = {
        "time_s": [1.0, 1.5, 1.9, 2.1, 2.2],
        "sensor": ["north", "south", "north", "north", ""],
        "range_m": [1e4, 2e4, 3e4, 4e4, np.nan],
        "azimuth_deg": [1.0, 2.0, 3.0, 4.0, np.nan],
        "lat_deg": [np.nan] * 4 + [48.0],
        "lon_deg": [np.nan] * 4 + [20.0],
    }
    plots = plots_of(table_from(columns), SITES)
    keep = np.ones(5, bool)
    made = list(plot_messages(plots, SITES, keep, np.array([1.5])))
    assert [(m.sensor, m.count) for m in made if isinstance(m, Scan)] == [
        ("north", 1),
        ("south", 1),
        ("north", 1),
        ("north", 1),
    ]
    assert [m.received_ns for m in made] == [
        *([1_500_000_000] * 2),
        *(1_900_000_000, 2_200_000_000, 2_200_000_000),
    ]
    whole = list(plot_messages(plots, SITES, keep, None))
    assert [array(m, "range_m").tolist() for m in whole if isinstance(m, Scan)] == [
        [1e4, 3e4],
        [2e4],
        [4e4],
    ]
    assert isinstance(whole[2], PositionReports)


def test_rows_without_sensor_become_reports() -> None:
    columns = {"time_s": [1.0], "lat_deg": [48.0], "lon_deg": [20.0]}
    plots = plots_of(table_from(columns), ())
    (made,) = plot_messages(plots, (), np.ones(1, bool), None)
    assert isinstance(made, PositionReports)
    assert array(made, "position_sd_m").tolist() == [100.0]


def test_a_table_gives_the_tracks_of_its_scenario(tmp_path: Path) -> None:
    scenario = make_scenario(
        tmp_path / "s.npz", "--targets", "10", "--duration", "60", "--seed", "4"
    )
    sensors = write_toml(tmp_path / "s.toml", sensor_rows(scenario))
    columns = plot_columns(scenario)
    times = np.arange(5.0, 61.0, 5.0)
    csv = track_table(write_csv(tmp_path / "p.csv", columns), sensors, times, lambda share: None)
    path = write_parquet(tmp_path / "p.parquet", columns | {"colour": columns["time_s"]})
    parquet = track_table(path, sensors, times, lambda share: None)
    for ours, theirs in zip(csv.rows, parquet.rows, strict=True):
        np.testing.assert_array_equal(ours, theirs)
    assert csv.report["detections"] == len(columns["time_s"])
    assert parquet.report["notes"] == ["columns not read: colour"]
    with np.load(scenario) as archive:
        last = archive["truth_pos"][archive["truth_t"] == 60.0]
        meta = json.loads(str(archive["meta"]))
    rotation, origin = np.array(meta["ecef_rot"]), np.array(meta["ecef_origin"])
    position = csv.rows.position_ecef_m[csv.rows.time_s == 60.0]
    away = np.linalg.norm((last @ rotation + origin)[:, None] - position[None], axis=2).min(axis=0)
    assert away.size >= 5
    assert np.mean(away < 3e3) > 0.8


def test_plots_without_range_and_of_the_future_are_counted() -> None:
    columns = {
        "time_s": [1.0, 60.0, 3.0],
        "arrival_s": [1.0, 2.0, 3.0],
        "sensor": ["north", "north", "south"],
        "range_m": [np.nan, 1e4, 1e4],
        "azimuth_deg": [1.0, 2.0, 3.0],
    }
    run = track_columns(plots_of(table_from(columns), SITES), SITES, None, lambda share: None)
    assert run.report["detections"] == 2
    assert run.report["refused"]["north: no range"] == 1
    assert run.report["refused"]["north: plots from the future"] == pytest.approx(1)
