from pathlib import Path

import pytest

from skypact.core.errors import ConfigError
from skypact.edge.tables.sensors import read_sensors, sensors_from
from tests.unit.edge.tables.night import write_csv, write_parquet, write_toml

ROW = {"name": "north", "lat_deg": 48.5, "lon_deg": 20.0, "height_m": 100.0, "period_s": 5.0}
OTHER = ROW | {"name": "south", "range_sd_m": 30.0, "elevation_sd_deg": 0.2}


def test_toml_csv_and_parquet_say_the_same(tmp_path: Path) -> None:
    rows = [ROW | {"range_sd_m": 60.0, "elevation_sd_deg": 0.3}, OTHER]
    table = {key: [row[key] for row in rows] for key in OTHER}
    files = [
        write_toml(tmp_path / "s.toml", rows),
        write_csv(tmp_path / "s.csv", table),
        write_parquet(tmp_path / "s.parquet", table),
    ]
    made = [read_sensors(path, asterix=False) for path in files]
    assert made[0] == made[1] == made[2] == sensors_from(rows)
    assert made[0][1].elevation_sd_deg == 0.2


def test_an_empty_cell_is_the_default(tmp_path: Path) -> None:
    table = {key: [ROW[key], OTHER[key]] for key in ROW} | {"elevation_sd_deg": ["", 0.2]}
    made = read_sensors(write_csv(tmp_path / "s.csv", table), asterix=False)
    assert [site.elevation_sd_deg for site in made] == [None, 0.2]


def test_two_sensors_with_one_name_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"s\.toml:8: sensor\[1\]\.name: two sensors are 'north'"):
        read_sensors(write_toml(tmp_path / "s.toml", [ROW, ROW]), asterix=False)
    twice = {key: [value, value] for key, value in ROW.items()}
    with pytest.raises(ConfigError, match=r"s\.csv:3: name: two sensors are 'north'"):
        read_sensors(write_csv(tmp_path / "s.csv", twice), asterix=False)
    with pytest.raises(ConfigError, match="two sensors are 'north'"):
        sensors_from([ROW, ROW])
    named = [ROW | {"sac": 1, "sic": 2}, OTHER | {"sac": 1, "sic": 2}]
    with pytest.raises(ConfigError, match="two sensors are 'SAC 1 SIC 2'"):
        read_sensors(write_toml(tmp_path / "a.toml", named), asterix=True)


def test_what_is_wrong_is_named(tmp_path: Path) -> None:
    for key, value in (("range_sd_m", -3.0), ("lat_deg", 91.0), ("period_s", 0.0)):
        rows = [ROW | {key: value}]
        with pytest.raises(ConfigError, match=rf"s\.toml:\d: sensor\[0\]\.{key}: expected"):
            read_sensors(write_toml(tmp_path / "s.toml", rows), asterix=False)
        table = {name: [cell] for name, cell in rows[0].items()}
        with pytest.raises(ConfigError, match=rf"s\.csv:2: {key}: Expected"):
            read_sensors(write_csv(tmp_path / "s.csv", table), asterix=False)
    with pytest.raises(ConfigError, match="lat_deg"):
        sensors_from([{"name": "north"}])
    with pytest.raises(ConfigError, match=r'setting "sac" is missing'):
        read_sensors(write_toml(tmp_path / "s.toml", [ROW]), asterix=True)
    (tmp_path / "none.toml").write_text("")
    with pytest.raises(ConfigError, match="holds no sensor"):
        read_sensors(tmp_path / "none.toml", asterix=False)
    (tmp_path / "odd.toml").write_bytes(b"\xff")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_sensors(tmp_path / "odd.toml", asterix=False)


def test_limits_that_contradict_each_other_are_refused(tmp_path: Path) -> None:
    wrong = ROW | {"range_min_m": 900.0, "range_max_m": 800.0}
    why = "must be more than range_min_m, 900 m"
    with pytest.raises(ConfigError, match=rf"s\.toml:\d+: sensor\[0\]\.range_max_m: {why}"):
        read_sensors(write_toml(tmp_path / "s.toml", [wrong]), asterix=False)
    table = {key: [value] for key, value in wrong.items()}
    with pytest.raises(ConfigError, match=rf"s\.csv:2: range_max_m: {why}"):
        read_sensors(write_csv(tmp_path / "s.csv", table), asterix=False)
    sector = {"from_deg": 10.0, "to_deg": 10.0}
    with pytest.raises(ConfigError, match=r"\[1\]\.blocked\[0\]\.to_deg: must differ"):
        sensors_from([ROW, OTHER | {"blocked": [sector]}])


def test_sectors_and_outages_are_read_from_toml(tmp_path: Path) -> None:
    path = tmp_path / "s.toml"
    path.write_text(
        '[[sensor]]\nname = "n"\nlat_deg = 1\nlon_deg = 1\nheight_m = 9\nperiod_s = 5\n'
        "blocked = [{ from_deg = 10, to_deg = 20 }]\n"
        "outages = [{ from_utc = 2027-03-01T06:00:00Z, to_utc = 2027-03-01T07:00:00Z }]\n"
    )
    (site,) = read_sensors(path, asterix=False)
    assert site.blocked[0].up_to_deg == 90
    assert site.rests_until_ns(1_803_880_800_000_000_000) > 0
