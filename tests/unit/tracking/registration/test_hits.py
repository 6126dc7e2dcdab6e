import numpy as np

from skypact.tracking.plots import empty_plots
from skypact.tracking.registration.hits import Hits
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR

SITE = site_rows([RADAR])[0]


def plots(tracks: list[int], time_ns: int) -> np.ndarray:
    made = empty_plots(len(tracks))
    made["track"], made["time_ns"] = tracks, time_ns
    made["polar"] = [1e5, 1.0, 0.05]
    return made


def test_only_plots_that_hit_a_track_are_kept_by_track_and_time() -> None:
    hits, late, early = Hits(), plots([3, 0, 1], 20), plots([1, 2], 10)
    hits.add(0, late, late, SITE)
    hits.add(0, early, early, SITE)
    held = hits.since(5)
    assert list(zip(held["track"].tolist(), held["time_ns"].tolist(), strict=True)) == [
        (1, 10),
        (1, 20),
        (2, 10),
        (3, 20),
    ]
    assert hits.since(10)["track"].tolist() == [1, 3]


def test_a_height_not_measured_is_uncertain() -> None:
    hits, flat = Hits(), plots([1, 2], 10)
    flat["polar"][:, 2] = np.nan
    flat["altitude"][1] = 9000.0
    hits.add(0, flat, flat, SITE)
    variance = hits.since(0)["var"][:, 2]
    np.testing.assert_allclose(np.sqrt(variance), [0.02, 0.003])


def test_many_tracks_are_thinned_out_and_whole_tracks_kept() -> None:
    hits = Hits()
    for turn in range(1, 30):
        many = plots(list(range(1, 2001)), turn * 10)
        hits.add(0, many, many, SITE)
        hits.since(turn * 10 - 35)
    held = hits.since(29 * 10 - 25)
    assert hits.thin > 1
    assert 100 < held.size < 2000
    assert len(np.unique(held["track"])) * 3 == held.size


def test_bytes_bring_all_back() -> None:
    hits, other, some = Hits(), Hits(), plots([1, 2], 10)
    hits.add(0, some, some, SITE)
    other.from_bytes(*hits.to_bytes())
    assert other.to_bytes() == hits.to_bytes()
