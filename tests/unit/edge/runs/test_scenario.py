from pathlib import Path

import numpy as np
import pytest

from skypact.edge.runs.scenario import track_scenario
from tests.unit.edge.tables.night import make_scenario


def test_reports_are_at_the_times_asked_for(tmp_path: Path) -> None:
    path = make_scenario(tmp_path / "s.npz", "--targets", "8", "--duration", "60", "--seed", "3")
    told: list[float] = []
    run = track_scenario(path, np.array([58.0, 31.5]), told.append)
    assert set(run.rows.time_s.tolist()) == {31.5, 58.0}
    assert told
    assert told == sorted(told)
    eigenvalues = np.linalg.eigvalsh(run.rows.covariance)
    assert (eigenvalues > 0).all()
    places = run.plots_ecef_m()
    assert places.shape == (run.report["detections"], 3)
    assert np.isfinite(places).all()


def test_plots_without_range_are_tracked_too(tmp_path: Path) -> None:
    options = ["--targets", "4", "--duration", "30", "--seed", "3", "--passive", "1"]
    path = make_scenario(tmp_path / "s.npz", *options)
    run = track_scenario(path, None, lambda share: None)
    with np.load(path) as archive:
        without = int(np.isnan(archive["det_rng"]).sum())
    assert without > 0
    assert len(run.plots_ecef_m()) == run.report["detections"] - without
    assert run.report["notes"] == pytest.approx([])
