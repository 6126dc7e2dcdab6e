from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skypact.core.errors import ConfigError
from skypact.edge.tables.plots import plots_of, read_plots, table_from
from skypact.edge.tables.sensors import sensors_from

SITES = sensors_from(
    [
        {"name": name, "lat_deg": 48.0, "lon_deg": 20.0, "height_m": 100.0, "period_s": 5.0}
        for name in ("north", "south")
    ]
)
ROW = {"time_s": 1.5, "sensor": "south", "range_m": 5e4, "azimuth_deg": 90.0}


def columns(*changes: dict[str, Any]) -> dict[str, list[Any]]:
    rows = [ROW | change for change in changes]
    return {key: [row.get(key, np.nan) for row in rows] for key in {k: 0 for r in rows for k in r}}


def test_units_become_those_of_the_messages() -> None:
    rows = columns(
        {"azimuth_deg": -90.0, "elevation_deg": 3.0, "address": "3C660c"},
        {"time_s": 1_700_000_000.25, "sensor": "north", "callsign": "SKY123456789"},
    )
    rows["address"][1], rows["callsign"][0] = "", ""
    plots = plots_of(table_from(rows), SITES)
    assert plots.sensor.tolist() == [1, 0]
    assert plots.time_ns.tolist() == [1_500_000_000, 1_700_000_000_250_000_000]
    np.testing.assert_allclose(plots.columns["azimuth_rad"], np.radians([270, 90]))
    np.testing.assert_allclose(plots.columns["elevation_rad"], [np.radians(3), np.nan])
    assert plots.columns["address"].tolist() == [0x3C660C, 0]
    assert plots.columns["callsign"].tolist() == [b"", b"SKY12345"]


def test_a_row_without_sensor_is_a_position_report() -> None:
    rows = {"time_s": [1.0], "lat_deg": [48.0], "lon_deg": [20.0], "address": [0x3C660C]}
    plots = plots_of(table_from(rows), ())
    assert plots.sensor.tolist() == [-1]
    assert plots.columns["address"].tolist() == [0x3C660C]
    assert plots.columns["position_sd_m"].tolist() == [100.0]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        (({}, {"time_s": 1.0}), r"row 2: time goes back by 0\.5 s; sort the rows"),
        (({"arrival_s": 2.0}, {"arrival_s": 1.5}), r"arrival_s: row 2: time goes back by 0\.5 s$"),
        (({"sensor": "west"},), r"sensor: row 1: 'west' is not among the sensors: north, south"),
        (({"azimuth_deg": np.nan},), r"azimuth_deg: row 1: a plot needs an azimuth"),
        (({"azimuth_deg": 400.0},), r"azimuth_deg: row 1: 400 is not within"),
        (({"position_sd_m": -1.0},), r"position_sd_m: row 1: -1 is not within 0"),
        (({"time_s": np.nan},), r"time_s: row 1: is empty"),
        (({"range_m": -5.0},), r"range_m: row 1: -5 is not within"),
        (({"address": "xyz"},), r"address: row 1: 'xyz' is not a 24-bit address"),
        (({"address": "1000000"},), r"'1000000' is not a 24-bit address"),
        (({"colour": 1},), r"colour: is not a column; known: time_s"),
    ],
)
def test_a_row_that_is_wrong_is_named(changes: tuple[dict[str, Any], ...], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        plots_of(table_from(columns(*changes)), SITES)


def test_columns_of_different_length_are_refused() -> None:
    with pytest.raises(ConfigError, match=r"range_m: has 1 rows, not 2"):
        table_from({"time_s": [1, 2], "range_m": [1]})


def test_late_plots_have_their_arrival() -> None:
    rows = columns({"arrival_s": 4.0, "time_s": 3.0}, {"arrival_s": 4.5, "time_s": 2.0})
    plots = plots_of(table_from(rows), SITES)
    assert plots.time_ns.tolist() == [3_000_000_000, 2_000_000_000]
    assert plots.arrival_ns.tolist() == [4_000_000_000, 4_500_000_000]


def test_a_file_names_its_line(tmp_path: Path) -> None:
    path = tmp_path / "p.csv"
    path.write_text("time_s,sensor,range_m,azimuth_deg\n1,north,5,6\n\n2,west,5,6\n")
    with pytest.raises(ConfigError, match=r"p\.csv:4: sensor: 'west'"):
        read_plots(path, SITES)
    path.write_text("sensor,range_m,azimuth_deg\nnorth,5,6\n")
    with pytest.raises(ConfigError, match=r"p\.csv:1: time_s: column is missing"):
        read_plots(path, SITES)
    path.write_text("time_s,lat_deg\n1,5\n")
    with pytest.raises(ConfigError, match=r"p\.csv:2: sensor: a row names a sensor, or gives"):
        read_plots(path, SITES)
