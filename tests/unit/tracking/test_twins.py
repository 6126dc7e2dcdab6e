"""A young track that may have taken another target's plot, as the beam turns."""

import numpy as np
import pytest

from skypact.core.geodesy import F64, ecef_from_enu
from skypact.tracking.engine import Engine
from skypact.tracking.plots import scan_plots
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR, T0_NS, polar, scan

TURN_S = RADAR.period_s


def piece(made: Engine, time_s: float, place: F64) -> None:
    at = T0_NS + round(time_s * 1e9)
    made.run(0, scan_plots(scan(np.array([time_s]), place)), at, at, False)


def flown(east_m: float, time_s: float, speed_mps: float = -240.0) -> F64:
    here = [[east_m + speed_mps * time_s, -28e3, 6e3]]
    return polar(RADAR, ecef_from_enu(here, RADAR.origin))


def fast(made: Engine) -> int:
    """Return how many tracks of two plots or more are much faster than what flies here."""
    tracks = made.table.tracks[: made.table.count]
    speed = np.linalg.norm(tracks["x"][:, 3:], axis=1)
    return int(((speed > 700) & (tracks["state"] == 1)).sum())


def test_a_target_behind_another_on_one_line_leaves_both_their_plots() -> None:
    made = Engine(TrackingSettings(registration=False), site_rows([RADAR]))
    for k in range(7):
        # The beam meets the one further east first, each turn.
        piece(made, TURN_S * k, flown(42.7e3, TURN_S * k))
        piece(made, TURN_S * k + 0.1, flown(37.0e3, TURN_S * k + 0.1))
    at = T0_NS + round((TURN_S * 6 + 0.1) * 1e9)
    numbers, states = made.states_at(at)
    assert len(numbers) == 2
    assert np.linalg.norm(states[:, 3:], axis=1) == pytest.approx([240, 240], abs=25)
    assert fast(made) == 0


def test_what_flies_fast_towards_the_beam_is_still_found() -> None:
    made = Engine(TrackingSettings(registration=False), site_rows([RADAR]))
    for k in range(6):
        # Eastwards, against the beam's turn: each plot comes a little early.
        piece(made, (TURN_S - 0.1) * k, flown(10e3, (TURN_S - 0.1) * k, 1500.0))
    assert fast(made) == 1


def test_a_full_table_takes_no_twin() -> None:
    settings = TrackingSettings(registration=False, tracks_max=1)
    made = Engine(settings, site_rows([RADAR]))
    piece(made, 0.0, flown(37.0e3, 0.0))
    piece(made, TURN_S - 0.1, flown(42.7e3, TURN_S))
    assert made.table.count == 1
    assert made.table.tracks["hits"][0] == 2
