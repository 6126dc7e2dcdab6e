"""Which track a sighting may mean, against plain trigonometry."""

import numpy as np
import pytest

from skypact.core.geodesy import ecef_from_enu, enu_axes
from skypact.tracking.sightings.pairs import (
    LIGHT_REACH_M,
    SOUND_REACH_M,
    Pairs,
    likelihoods,
    pairs,
    seen,
)

LAT, LON = np.radians(-32.0), np.radians(-18.0)
ORIGIN = (LAT, LON, 0.0)
S = 1_000_000_000


def look(azimuth_deg: list[float], sound: bool = False, sd_deg: float = 5.0) -> Pairs:
    n = len(azimuth_deg)
    columns = {
        "time_ns": np.full(n, 10 * S),
        "lat_rad": np.full(n, LAT),
        "lon_rad": np.full(n, LON),
        "place_sd_m": np.full(n, 50.0),
        "azimuth_rad": np.radians(azimuth_deg) % (2 * np.pi),
        "azimuth_sd_rad": np.full(n, np.radians(sd_deg)),
        "signal_speed_mps": np.full(n, 340.0 if sound else np.nan),
    }
    return pairs(seen(columns), *tracks())


def tracks(
    places: tuple[tuple[float, float], ...] = ((5e3, 5e3), (-4e3, 0.0), (25e3, 0.0), (40e3, 0.0)),
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    n = len(places)
    local = np.array([(e, north, 1000.0) for e, north in places])
    state = np.zeros((n, 6))
    state[:, :3] = ecef_from_enu(local, ORIGIN)
    state[:, 3:] = np.array([100.0, 0, 0]) @ enu_axes(LAT, LON)
    return np.full(n, 10 * S), state, np.tile(np.eye(6) * 100.0, (n, 1, 1)), np.zeros(n)


def test_the_offset_is_to_the_right_of_the_line_of_sight() -> None:
    found = look([46.0])
    row = int(np.flatnonzero(found.track == 0)[0])
    assert found.off_m[row] == pytest.approx(np.radians(1) * np.hypot(5e3, 5e3), rel=0.01)
    across = found.across[row] @ enu_axes(LAT, LON).T
    assert across == pytest.approx([np.sqrt(0.5), -np.sqrt(0.5), 0], abs=1e-2)
    expected = np.sqrt((np.radians(5) * found.ground_m[row]) ** 2 + 50**2)
    assert found.seen_sd_m[row] == pytest.approx(expected)
    assert found.sd_m[row] == pytest.approx(np.sqrt(expected**2 + 100), rel=1e-6)


def test_reach_ends_sooner_for_sound_than_for_light() -> None:
    assert LIGHT_REACH_M > 26e3 > SOUND_REACH_M
    assert sorted(look([0.0]).track.tolist()) == [0, 1, 2]
    assert sorted(look([0.0], sound=True).track.tolist()) == [0, 1]


def test_sound_comes_from_where_the_target_was() -> None:
    found = look([270.0], sound=True)
    row = int(np.flatnonzero(found.track == 1)[0])
    assert found.dt_s[row] == pytest.approx(-np.hypot(4e3, 1e3) / 340, rel=0.01)


def test_only_what_fits_is_a_hit_and_several_share() -> None:
    found = look([270.0, 180.0])
    hits = np.stack([found.sighting, found.track], 1)[found.hit]
    assert hits.tolist() == [[0, 1]]
    ratio, part = likelihoods(2, found)
    assert ratio[0] > 1
    assert ratio[1] == 0
    assert part[found.hit].tolist() == [1.0]


def test_a_direction_beside_a_track_is_less_likely_than_at_it() -> None:
    ratio, _ = likelihoods(3, look([270.0, 280.0, 284.0]))
    assert ratio[0] > ratio[1] > ratio[2] > 0
    assert ratio[2] < 1  # nearly three standard deviations off: likelier to be false


def test_random_directions_are_as_likely_false_as_true_on_average() -> None:
    azimuths = np.linspace(0, 360, 3600, endpoint=False)
    ratio, _ = likelihoods(3600, look(azimuths.tolist()))
    assert ratio.mean() == pytest.approx(1.0, abs=0.02)


def test_no_tracks_and_no_sightings_are_no_pairs() -> None:
    assert look([]).sighting.size == 0
    ratio, part = likelihoods(0, look([]))
    assert (ratio.size, part.size) == (0, 0)
