import numpy as np

from skypact.tracking.kernels.layout import FEED, THIN
from skypact.tracking.plots import empty_plots
from skypact.tracking.registration.hits import Hits
from skypact.tracking.registration.kernels.register import BIASES, TIME
from skypact.tracking.sites import site_rows
from tests.unit.tracking.registration.world import keep
from tests.unit.tracking.scenes import RADAR

ROWS = site_rows([RADAR])
FEEDS = np.zeros(2, FEED)
FEEDS["noise_var"] = ROWS["noise_var"]
NO_BIAS = np.zeros((1, BIASES))


def plots(tracks: list[int], time_ns: int) -> np.ndarray:
    made = empty_plots(len(tracks))
    made["track"], made["time_ns"] = tracks, time_ns
    made["polar"] = [1e5, 1.0, 0.05]
    return made


def add(hits: Hits, made: np.ndarray) -> None:
    keep(hits, 0, ROWS, FEEDS, made, made)


def pairs(held: np.ndarray) -> list[tuple[int, int]]:
    return list(zip(held["track"].tolist(), held["time_ns"].tolist(), strict=True))


def test_only_plots_that_hit_a_track_are_kept_by_track_and_time() -> None:
    hits = Hits()
    add(hits, plots([3, 0, 1], 20))
    add(hits, plots([1, 2], 10))
    assert pairs(hits.since(5, NO_BIAS)) == [(1, 10), (1, 20), (2, 10), (3, 20)]
    assert hits.since(10, NO_BIAS)["track"].tolist() == [1, 3]


def test_they_come_in_the_order_of_the_time_without_the_clocks_bias() -> None:
    hits, late = Hits(), np.zeros((1, BIASES))
    late[0, TIME] = 20e-9
    add(hits, plots([1], 10))
    keep(hits, 1, ROWS, FEEDS, plots([1], 5), plots([1], 5))
    assert pairs(hits.since(0, NO_BIAS)) == [(1, 5), (1, 10)]
    assert pairs(hits.since(0, late)) == [(1, 10), (1, 5)]


def test_a_height_not_measured_is_uncertain() -> None:
    hits, flat = Hits(), plots([1, 2], 10)
    flat["polar"][:, 2] = np.nan
    flat["altitude"][1] = 9000.0
    add(hits, flat)
    variance = hits.since(0, NO_BIAS)["noise_var"][:, 2]
    np.testing.assert_allclose(np.sqrt(variance), [0.02, 0.003])


def test_many_tracks_are_thinned_out_and_whole_tracks_kept() -> None:
    hits = Hits()
    for turn in range(1, 30):
        add(hits, plots(list(range(1, 2001)), turn * 10))
        hits.since(turn * 10 - 35, NO_BIAS)
    held = hits.since(29 * 10 - 25, NO_BIAS)
    assert hits.ring[THIN] > 1
    assert 100 < held.size < 2000
    assert len(np.unique(held["track"])) * 3 == held.size


def test_no_memory_keeps_none() -> None:
    hits = Hits(keeps=False)
    add(hits, plots([1, 2], 10))
    assert hits.since(0, NO_BIAS).size == 0


def test_bytes_bring_all_back() -> None:
    hits, other = Hits(), Hits()
    add(hits, plots([1, 2], 10))
    other.from_bytes(*hits.to_bytes())
    assert other.to_bytes() == hits.to_bytes()
