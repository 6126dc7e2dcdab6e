import numpy as np

from skypact.tracking.kernels.layout import POINT
from skypact.tracking.registration.links import linked

SECOND_NS = 1_000_000_000


def flight(track: int, sensor: int, offset_m: float, speed_mps: float = 200.0) -> np.ndarray:
    made = np.zeros(5, POINT)
    time_s = np.arange(5) * 5
    made["track"], made["sensor"], made["time_ns"] = track, sensor, time_s * SECOND_NS
    made["x"][:, 0] = 6.4e6
    made["x"][:, 1] = speed_mps * time_s
    made["x"][:, 2] = offset_m
    return made


def tracks(*flights: np.ndarray) -> list[int]:
    found = linked(np.concatenate(flights), 3)
    assert (np.lexsort((found["time_ns"], found["track"])) == np.arange(found.size)).all()
    return np.unique(found["track"]).tolist()


def test_two_tracks_of_different_radars_side_by_side_are_one_target() -> None:
    assert tracks(flight(4, 0, 0), flight(9, 1, 1500)) == [4]


def test_two_tracks_that_one_radar_sees_both_are_two() -> None:
    assert tracks(flight(4, 0, 0), flight(9, 0, 1500)) == [4, 9]


def test_another_velocity_or_a_rival_nearby_leaves_them_apart() -> None:
    assert tracks(flight(4, 0, 0), flight(9, 1, 1500, -200.0)) == [4, 9]
    assert tracks(flight(4, 0, 0), flight(7, 0, 2500), flight(9, 1, 1500)) == [4, 7, 9]
