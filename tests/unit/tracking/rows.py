"""Rows of the kernels' tables for plain Python: fields are attributes."""

from typing import Any

import numpy as np

from skypact.tracking.kernels.layout import FLYING, MODELS, PLACE, TRACK, TUNING


def row(kind: np.dtype[Any]) -> Any:
    return np.zeros(1, kind).view(np.recarray)[0]


def place() -> Any:
    made = row(PLACE)
    made["rate"] = np.nan
    return made


def tuning(**values: object) -> Any:
    made = row(TUNING)
    for name, value in values.items():
        made[name] = value
    return made


def covariance(rng: np.random.Generator, sd: float) -> np.ndarray:
    a = rng.normal(size=(6, 6)) * sd
    return a @ a.T + np.eye(6) * sd


def track(rng: np.random.Generator) -> Any:
    """Return a track near the Earth's surface with all models alive."""
    made = row(TRACK)
    place = np.array([4.1e6, 1.2e6, 4.7e6])
    for m in range(MODELS):
        made.model_x[m, :3] = place + rng.normal(size=3) * 300
        made.model_x[m, 3:] = rng.normal(size=3) * 200
        made.model_cov[m] = covariance(rng, 50.0 if m < FLYING else 100.0)
    weight = rng.random(MODELS) + 0.05
    made.weight[:] = weight / weight.sum()
    return made
