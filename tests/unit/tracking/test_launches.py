"""A launch seen from space gives the velocity of what a radar then sees high up."""

import numpy as np
import pytest
from numpy.typing import NDArray

from skypact.core.columns import pack
from skypact.core.geodesy import ecef_from_geodetic
from skypact.core.ids import Issuer
from skypact.core.messages import Context, LaunchDetections
from skypact.exercise import arcs
from skypact.tracking.launches import KEPT, Launches
from skypact.tracking.tracker import Tracker
from tests.unit.tracking.scenes import RADAR, SECOND_NS, T0_NS, polar, scan, tracker

FROM = np.radians([-30.0]), np.radians([-18.5])
AIM = np.radians([-34.0]), np.radians([-18.2])
HIGH_M = 18_000.0


def detection(
    lat_rad: float = FROM[0][0], lon_rad: float = FROM[1][0], **columns: object
) -> LaunchDetections:
    values: dict[str, object] = {
        "time_ns": [T0_NS], "time_sd_s": [2.0], "lat_rad": [lat_rad], "lon_rad": [lon_rad],
        "major_sd_m": [3000.0], "minor_sd_m": [1500.0], "major_azimuth_rad": [0.0],
        "azimuth_rad": [np.nan], "confidence": [0.9],
    }  # fmt: skip
    header = Issuer("auria", "sensors", Context.TEST).header(T0_NS, T0_NS)
    packed = pack(LaunchDetections, **(values | columns))
    return LaunchDetections(**header, sensor="orbit", count=1, **packed)


def flight(burn_s: float) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return times (T,) s after the launch, positions and velocities (T, 3) of a missile that its
    motor holds back for `burn_s`."""
    drag, elevation = np.array([9000.0]), np.array([np.nan])
    p, v, there = arcs.solve((*FROM, np.zeros(1)), AIM, elevation, drag, arcs.Forces())
    assert there.all()
    position, velocity, *_ = arcs.fly(p, v, drag, arcs.Forces())
    return np.arange(len(position)) * arcs.STEP_S + burn_s, position[:, 0], velocity[:, 0]


@pytest.mark.parametrize("burn_s", [10.0, 35.0, 65.0])
def test_the_velocity_is_right_within_what_it_claims(burn_s: float) -> None:
    launches = Launches()
    launches.take(detection())
    times_s, position, velocity = flight(burn_s)
    looks = (times_s > 100) & (times_s < 260)
    time_ns = T0_NS + (times_s[looks] * 1e9).astype(np.int64)
    rows, found, variance = launches.velocities(time_ns, position[looks], HIGH_M)
    assert len(rows) > 200
    off = np.linalg.norm(found - velocity[looks][rows], axis=1)
    assert (off < 3 * np.sqrt(3 * variance)).all()
    assert (np.sqrt(variance) < 0.6 * np.linalg.norm(velocity[looks][rows], axis=1)).all()


def test_a_first_plot_starts_a_track_that_falls() -> None:
    times_s, position, velocity = flight(35.0)
    k = int(np.searchsorted(times_s, 180.0))
    errors = []
    for reported in (True, False):
        room = tracker()
        if reported:
            room.handle(detection(), T0_NS + 60 * SECOND_NS)
        room.handle(scan([times_s[k]], polar(RADAR, position[k : k + 1])), T0_NS + 180 * SECOND_NS)
        room = restored(room)
        [track] = room._engine.table.tracks[: room.tracks]
        errors.append(np.linalg.norm(track["x"][3:] - velocity[k]))
    assert errors[0] < 0.25 * errors[1]


def restored(room: Tracker) -> Tracker:
    again = tracker()
    again.restore(room.snapshot())
    assert again.snapshot() == room.snapshot()
    return again


def test_what_a_launch_does_not_explain_is_left_alone() -> None:
    launches = Launches()
    launches.take(detection())
    times_s, position, _ = flight(35.0)
    k = int(np.searchsorted(times_s, 180.0))
    here, low = position[k], ecef_from_geodetic(*FROM, np.array([9_000.0]))[0]
    far = ecef_from_geodetic(np.radians(20.0), np.radians(30.0), 50_000.0)
    cases = {
        "low": (180, low), "before it": (-5, here), "next day": (86_400, here),
        "too far": (180, far), "no height": (180, np.full(3, np.nan)),
    }  # fmt: skip
    for name, (after_s, place) in cases.items():
        rows, *_ = launches.velocities(np.array([T0_NS + after_s * SECOND_NS]), place[None], HIGH_M)
        assert not len(rows), name
    rows, *_ = launches.velocities(np.array([T0_NS + 180 * SECOND_NS]), here[None], HIGH_M)
    assert len(rows) == 1


def test_of_several_launches_the_velocity_covers_all() -> None:
    one, two = Launches(), Launches()
    one.take(detection())
    two.take(detection())
    two.take(detection(lat_rad=FROM[0][0] + 0.02, lon_rad=FROM[1][0] - 0.02))
    times_s, position, _ = flight(35.0)
    k = int(np.searchsorted(times_s, 180.0))
    look = np.array([T0_NS + 180 * SECOND_NS]), position[k : k + 1], HIGH_M
    assert two.velocities(*look)[2][0] > one.velocities(*look)[2][0]


def test_little_is_remembered_and_doubt_is_not() -> None:
    launches = Launches()
    launches.take(detection(confidence=[0.2]))
    assert not launches.recent(T0_NS)
    for second in range(KEPT + 9):
        launches.take(detection(time_ns=[T0_NS + second * SECOND_NS]))
    assert len(launches.to_bytes()) == KEPT * 48
    assert launches.recent(T0_NS + 1_500 * SECOND_NS)
    assert not launches.recent(T0_NS + 1_600 * SECOND_NS)


def test_a_launch_of_tomorrow_is_refused() -> None:
    room = tracker()
    room.handle(detection(time_ns=[T0_NS + 60 * SECOND_NS]), T0_NS)
    assert room.refusals.counts == {"orbit: launches from the future": 1}
