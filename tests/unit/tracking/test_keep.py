import numpy as np

from skypact.tracking.engine import Engine
from skypact.tracking.kernels.keep import kept
from skypact.tracking.kernels.layout import BOTH, NEXT
from skypact.tracking.plots import scan_plots
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR, T0_NS, polar, scan, straight


def test_one_track_in_so_many_is_kept() -> None:
    share = np.mean([kept.py_func(number, 8) for number in range(1, 4001)])
    assert 0.1 < share < 0.15
    assert all(kept.py_func(number, 1) for number in range(1, 100))


def test_a_pass_keeps_what_the_sensor_gave_and_where_the_track_was() -> None:
    engine = Engine(TrackingSettings(), site_rows([RADAR, RADAR]))
    for k in range(5):
        at = T0_NS + k * 5_000_000_000
        plots = scan_plots(scan([5.0 * k], polar(RADAR, straight([5.0 * k]))))
        plots["altitude"] = 9000.0
        engine.run(0, plots, at, at, True)
    hits = engine.registration.hits
    assert hits.ring[BOTH] == 1
    last = hits.rows[hits.ring[NEXT] - 1]
    assert last["track"] == engine.states_at(at)[0][0]
    assert last["sensor"] == 0
    np.testing.assert_array_equal(last["raw"], plots["polar"][0])
    np.testing.assert_array_equal(last["place"], engine.states_at(at)[1][0, :3])
    np.testing.assert_array_equal(last["noise_var"], engine.sites["noise_var"][0])
