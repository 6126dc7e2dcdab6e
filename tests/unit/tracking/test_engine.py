import numpy as np
import pytest

from skypact.tracking.engine import Engine, tuning_row
from skypact.tracking.plots import scan_plots
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR, T0_NS, polar, scan, straight


def test_probabilities_become_log_odds() -> None:
    row = tuning_row(TrackingSettings(confirm_probability=0.5, earth_rotation=False))
    assert row["confirm_odds"][0] == 0.0
    assert row["rotation"][0] == 0.0
    assert row["noise"][0].tolist() == [1.0, 80.0, 2000.0, 5.0, 3000.0]


def test_states_are_carried_to_the_time_asked_for() -> None:
    engine = Engine(TrackingSettings(), site_rows([RADAR]))
    for k in range(8):
        plots = scan_plots(scan([5.0 * k], polar(RADAR, straight([5.0 * k]))))
        now_ns = T0_NS + round(5e9 * k)
        outcome = engine.run(0, plots, now_ns, now_ns, True)
    assert outcome.changed.tolist() == [0]
    assert outcome.ended.size == 0
    numbers, states = engine.states_at(T0_NS + 40_000_000_000)
    assert numbers.tolist() == [1]
    assert states[0, :3] == pytest.approx(straight([40.0])[0], abs=300)
    assert np.linalg.norm(states[0, 3:]) == pytest.approx(220, abs=20)


def test_a_track_is_dated_to_when_its_plot_came() -> None:
    engine = Engine(TrackingSettings(), site_rows([RADAR]))
    plots = scan_plots(scan([0.0], polar(RADAR, straight([0.0]))))
    engine.run(0, plots, T0_NS, T0_NS + 90, True, T0_NS + 80)
    assert engine.table.tracks["detected_ns"][0] == T0_NS + 80
    assert engine.table.tracks["heard_ns"][0] == T0_NS + 90
