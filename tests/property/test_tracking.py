"""The compiled pass equals the textbook IMM, step by step, in plain numpy."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.core.geodesy import ecef_from_enu
from skypact.tracking.engine import Engine
from skypact.tracking.plots import scan_plots
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR, T0_NS, polar, scan, straight

SETTINGS = TrackingSettings(falling_share_low=1e-9, confirm_probability=0.9)
NOISE = np.diag([RADAR.range_sd_m, RADAR.azimuth_sd_rad, RADAR.elevation_sd_rad]) ** 2


def slope(position: np.ndarray) -> np.ndarray:
    step = 0.5 * np.eye(3)
    return ((polar(RADAR, position + step) - polar(RADAR, position - step)) / 1.0).T


def place(plot: np.ndarray) -> np.ndarray:
    slant, azimuth, elevation = plot
    flat = slant * np.cos(elevation)
    enu = [flat * np.sin(azimuth), flat * np.cos(azimuth), slant * np.sin(elevation)]
    return ecef_from_enu(enu, RADAR.origin)


def textbook(
    x: np.ndarray, cov: np.ndarray, weight: np.ndarray, dt: float, plot: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """One IMM cycle of the three flying models: mix, predict, correct."""
    stay = np.exp(-dt / SETTINGS.manoeuvre_s)
    joint = (np.full((3, 3), (1 - stay) / 2) + np.eye(3) * (1.5 * stay - 0.5)) * weight[:, None]
    prior = joint.sum(axis=0)
    share = joint / prior
    move = np.eye(6) + dt * np.eye(6, k=3)
    new_x, new_cov, new_weight = np.zeros((3, 6)), np.zeros((3, 6, 6)), np.zeros(3)
    for b in range(3):
        mean = share[:, b] @ x
        p = sum(share[a, b] * (cov[a] + np.outer(x[a] - mean, x[a] - mean)) for a in range(3))
        mean = move @ mean
        up = mean[:3] / np.linalg.norm(mean[:3])
        flat = np.eye(3) + (SETTINGS.vertical_noise_share - 1) * np.outer(up, up)
        time = np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
        p = move @ p @ move.T + SETTINGS.flying_noise[b] * np.kron(time, flat)
        at = place(plot)
        turn = np.linalg.inv(slope(at))
        h = np.eye(3, 6)
        s = h @ p @ h.T + turn @ NOISE @ turn.T
        z = at - mean[:3]
        gain = p @ h.T @ np.linalg.inv(s)
        new_x[b], new_cov[b] = mean + gain @ z, p - gain @ s @ gain.T
        likelihood = np.exp(-0.5 * z @ np.linalg.solve(s, z)) / np.sqrt(np.linalg.det(s))
        new_weight[b] = prior[b] * likelihood
    return new_x, new_cov, new_weight / new_weight.sum()


@given(st.integers(0, 2**32 - 1), st.floats(1.0, 10.0))
@settings(max_examples=25, deadline=None)
def test_a_pass_equals_the_textbook(seed: int, period_s: float) -> None:
    rng = np.random.default_rng(seed)
    engine = Engine(SETTINGS, site_rows([RADAR.__class__(**_with(period_s))]))
    times = np.arange(6) * round(period_s, 3)
    plots = polar(RADAR, straight(times)) + rng.normal(size=(6, 3)) * np.sqrt(np.diag(NOISE))
    state: tuple[np.ndarray, ...] | None = None
    for k, (t, plot) in enumerate(zip(times, plots, strict=True)):
        at = T0_NS + round(t * 1e9)
        engine.run(0, scan_plots(scan([t], plot[None])), at, at, True)
        track = engine.table.tracks[0]
        if state is not None:
            state = textbook(*state, times[k] - times[k - 1], plot)
            if engine.table.count != 1:
                return  # the plot fell outside the gate and started a track of its own
            np.testing.assert_allclose(track["weight"][:3], state[2], rtol=1e-3, atol=1e-6)
            np.testing.assert_allclose(track["model_x"][:3, :3], state[0][:, :3], atol=0.5)
            np.testing.assert_allclose(track["model_x"][:3, 3:], state[0][:, 3:], atol=0.2)
            scale = np.abs(state[1]).max(axis=(1, 2))[:, None, None]
            assert (np.abs(np.triu(track["model_cov"][:3] - state[1])) <= 1e-3 * scale).all()
        weight = track["weight"][:3] / track["weight"][:3].sum()
        upper = np.triu(track["model_cov"][:3])
        state = track["model_x"][:3].copy(), upper + np.triu(upper, 1).swapaxes(1, 2), weight


def _with(period_s: float) -> dict[str, object]:
    return {name: getattr(RADAR, name) for name in RADAR.__struct_fields__} | {
        "period_s": round(period_s, 3)
    }
