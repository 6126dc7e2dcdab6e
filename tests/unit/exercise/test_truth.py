import msgspec
import numpy as np
import pytest

from skypact.core.errors import ConfigError
from skypact.core.geodesy import distance_m, geodetic_from_ecef
from skypact.core.messages import ThreatClass
from skypact.exercise.cast.threats import Ballistic, Civil, Point, Rocket
from skypact.exercise.scenario import Scenario, load, read
from skypact.exercise.truth import Truth


@pytest.fixture(scope="module")
def truth() -> Truth:
    return Truth(load("first_night"))


def test_every_object_has_its_class(truth: Truth) -> None:
    assert truth.count == 9
    assert truth.names[:3] == ("ballistic", "cruise-north", "cruise-south")
    assert truth.names[3:] == tuple(f"drone-{k}" for k in range(1, 7))
    wanted = [ThreatClass.BALLISTIC, *[ThreatClass.CRUISE] * 2, *[ThreatClass.DRONE] * 6]
    assert truth.threat_class.tolist() == wanted


def test_the_missile_hits_its_aim(truth: Truth) -> None:
    aim = np.radians([-32.05, -20.40])
    assert distance_m(truth.end_lat_rad[0], truth.end_lon_rad[0], *aim) < 100
    position, _, exists = truth.state(truth.end_s - 1e-6)
    assert exists.all()
    assert abs(geodetic_from_ecef(position)[2][0]) < 5


def test_objects_exist_between_start_and_end(truth: Truth) -> None:
    assert not truth.state(truth.start_s - 0.01)[2].any()
    assert truth.state(truth.start_s)[2].all()
    assert not truth.state(truth.end_s)[2].any()
    before = truth.state(-100.0)[0]
    assert np.isfinite(before).all()


def test_velocity_is_the_derivative_of_position(truth: Truth) -> None:
    for time in (30.3, 200.7, 365.2):
        before, after = truth.state(time - 0.01)[0], truth.state(time + 0.01)[0]
        velocity = truth.state(time)[1]
        assert np.abs((after - before) / 0.02 - velocity).max() < 0.3


def test_a_group_keeps_its_spacing(truth: Truth) -> None:
    position, _, _ = truth.state(60.0)
    drones = position[3:]
    gaps = np.linalg.norm(drones[:, None] - drones[None], axis=-1)
    nearest = np.sort(gaps, axis=1)[:, 1]
    assert nearest == pytest.approx(1000.0, rel=0.02)


def test_one_after_another() -> None:
    text = scenario_text("interval_s = 30\ncount = 3")
    assert Truth(text).start_s.tolist() == [0.0, 30.0, 60.0]


def test_standing_still_is_refused() -> None:
    with pytest.raises(ConfigError, match="the same"):
        Truth(scenario_text("", second="lat_deg = -32, lon_deg = -19"))


def test_no_threats() -> None:
    truth = Truth(scenario_text("", threat=False))
    assert truth.state(5.0)[0].shape == (0, 3)


def scenario_text(
    extra: str, second: str = "lat_deg = -32, lon_deg = -20", threat: bool = True
) -> Scenario:
    text = 'name = "small"\ntitle = "EXERCISE"\ncontext = "exercise"\n'
    text += 'start = 2030-06-01T01:00:00Z\nduration_s = 60\n[[nation]]\nname = "auria"\n'
    drone = '[[threat]]\nname = "drone"\nclass = "drone"\nspeed_mps = 50\nheight_m = 500\n'
    drone += f"{extra}\nwaypoints = [{{ lat_deg = -32, lon_deg = -19 }}, {{ {second} }}]\n"
    return read(text + drone if threat else text, "small.toml")


def test_an_aim_out_of_reach_names_its_threat() -> None:
    threat = Ballistic(
        name="heavy-air",
        launch=Point(lat_deg=-32, lon_deg=-14),
        aim=Point(lat_deg=-32, lon_deg=-16),
        drag_kgpm2=100,
        start_height_m=0,
    )
    scenario = msgspec.structs.replace(load("first_night"), threats=(threat,))
    with pytest.raises(ConfigError, match="heavy-air"):
        Truth(scenario)


def test_civil_aircraft_fly_straight_across_their_circle_behind_the_threats() -> None:
    table = Civil(lat_deg=-31.0, lon_deg=-18.0, radius_m=400_000, count=50)
    night = msgspec.structs.replace(load("first_night"), civil=(table,))
    plain, full = Truth(night), Truth(night, civil=True)
    assert full.count == plain.count + 50
    assert full.names[: plain.count] == plain.names
    assert (full.address[: plain.count] == 0).all()
    assert len(set(full.address[plain.count :].tolist())) == 50
    position, velocity, exists = full.state(0.0)
    assert exists[plain.count :].all()
    lat, lon, height = geodetic_from_ecef(position[plain.count :])
    assert (distance_m(lat, lon, *np.radians([-31.0, -18.0])) < 405_000).all()
    assert ((height > 8_900) & (height < 13_000)).all()
    speed = np.linalg.norm(velocity[plain.count :], axis=1)
    assert speed == pytest.approx(230.0, rel=0.01)
    again = Truth(night, civil=True).state(100.0)[0]
    assert (again == full.state(100.0)[0]).all()


def test_a_rocket_flies_some_minutes_at_most() -> None:
    rocket = Rocket(
        name="r",
        launch=Point(lat_deg=-31.8, lon_deg=-14.0),
        aim=Point(lat_deg=-31.8, lon_deg=-14.6),
    )
    truth = Truth(msgspec.structs.replace(load("first_night"), threats=(rocket,)))
    assert truth.threat_class.tolist() == [5]
    assert 90 < truth.end_s[0] < 180
