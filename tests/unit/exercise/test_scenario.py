import re
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest

from skypact.core.errors import ConfigError
from skypact.core.site import Sector, SensorSite
from skypact.exercise.cast.threats import Ballistic, Civil, Cruise, Drone, Point, Waypoint
from skypact.exercise.scenario import (
    Agreed,
    LaunchWatch,
    Link,
    Nation,
    Observers,
    Partition,
    Person,
    Scenario,
    Traffic,
    load,
    read,
    shipped,
)
from skypact.sensors.settings import Moved
from skypact.warning.settings import Place

SMALL = """\
name = "small"
title = "EXERCISE: small"
context = "exercise"
start = 2030-06-01T01:00:00Z
duration_s = 60

[[nation]]
name = "auria"

[[nation.sensor]]
name = "auria-east"
sac = 201
sic = 1
lat_deg = -32.0
lon_deg = -20.0
height_m = 100
period_s = 5

[[nation]]
name = "borvia"

[[link]]
between = ["auria", "borvia"]

[[threat]]
name = "drone"
class = "drone"
speed_mps = 50
height_m = 500
waypoints = [{ lat_deg = -32, lon_deg = -19 }, { lat_deg = -32, lon_deg = -20 }]
"""


def test_the_shipped_scenario_loads() -> None:
    assert "first_night" in shipped()
    scenario = load("first_night")
    assert scenario.context == "exercise"
    assert [n.name for n in scenario.nations] == ["auria", "borvia", "cestia", "keystone"]
    assert not scenario.nation("keystone").sensors
    classes = [type(t).__name__.lower() for t in scenario.threats for _ in range(t.count)]
    assert sorted(classes) == ["ballistic", "cruise", "cruise", *["drone"] * 6]


def test_a_file_loads(tmp_path: Path) -> None:
    path = tmp_path / "small.toml"
    path.write_text(SMALL)
    scenario = load(path)
    assert isinstance(scenario.threats[0], Drone)
    assert scenario.threats[0].rcs_m2 == 0.05
    start = datetime(2030, 6, 1, 1, tzinfo=UTC)
    assert scenario.start_ns == int(start.timestamp()) * 1_000_000_000


def test_a_missing_file_names_what_is_shipped(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="first_night"):
        load(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("old", "new", "why"),
    [
        ("lat_deg = -32.0\n", "lat_deg = -132.0\n", "at least -90"),
        ("period_s = 5", "period_s = 5\ncolour = 1", "colour"),
        ('class = "drone"', 'class = "balloon"', "balloon"),
        ('context = "exercise"', 'context = "operation"', "operation"),
        ('["auria", "borvia"]', '["auria", "dorvia"]', "dorvia"),
        ('["auria", "borvia"]', '["auria", "auria"]', "two different"),
        ('name = "borvia"', 'name = "auria"', "twice"),
        ("duration_s = 60", "duration_s = 60\nduration_s = 61", "TOML"),
        ("speed_mps = 50", "speed_mps = 50\nstart_s = 90", "before the end"),
        ("height_m = 100", "height_m = 100\nrange_max_m = 100", "range_min_m"),
        ("height_m = 100", "height_m = 100\nblocked = [{ from_deg = 4, to_deg = 4 }]", "all round"),
        ("height_m = 100", "height_m = 100\noutages = "
            "[{ from_utc = 2030-06-01T01:00:00Z, to_utc = 2030-06-01T02:00:00Z }]", "node.toml"),
    ],
)  # fmt: skip
def test_faults_name_their_line(old: str, new: str, why: str) -> None:
    text = SMALL.replace(old, new, 1)
    line = text[: SMALL.index(old) + len(new.rstrip())].count("\n") + 1
    with pytest.raises(ConfigError, match=why) as caught:
        read(text, "small.toml")
    assert caught.value.path == "small.toml"
    assert caught.value.line == line


def test_partitions_must_be_in_order() -> None:
    wrong = SMALL.replace(
        'between = ["auria", "borvia"]',
        'between = ["auria", "borvia"]\npartition = [{ from_s = 9, to_s = 5 }]',
    )
    with pytest.raises(ConfigError, match="in order"):
        read(wrong, "small.toml")


def test_a_place_needs_its_nation() -> None:
    place = '[[place]]\nname = "X"\nnation = "nowhere"\nkind = "site"\n'
    place += "lat_deg = 0\nlon_deg = 0\nradius_m = 1000\n"
    with pytest.raises(ConfigError, match="nowhere"):
        read(SMALL + place, "small.toml")


def test_the_raid_of_the_first_night_is_ballistic_first() -> None:
    first = load("first_night").threats[0]
    assert isinstance(first, Ballistic)
    assert first.start_s == 5


PAGE = Path(__file__).parents[3] / "docs" / "reference" / "scenario.md"


def test_the_page_names_every_key() -> None:
    page = PAGE.read_text("utf-8")
    tables = (Scenario, Nation, SensorSite, Traffic, Moved, Person, Ballistic, Cruise, Drone)
    for table in (
        *tables,
        Sector,
        Point,
        Waypoint,
        Link,
        Partition,
        Place,
        Agreed,
        Civil,
        LaunchWatch,
        Observers,
    ):
        for field in msgspec.structs.fields(table):
            assert re.search(rf"`[^`]*\b{field.encode_name}\b[^`]*`", page), field.encode_name


def test_the_scenario_on_the_page_loads() -> None:
    (block,) = re.findall(r"```toml scenario\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert len(read(block, "scenario.md").threats) == 2
