"""Track a scenario with perfect association: what no tracker can be asked to beat by much.

  python bench/oracle.py SCENARIO.npz [--save TRACKS.npz]        (prints the score as JSON)

Every plot goes to the target that made it (`hid_det_truth`), false plots to none. A track is shown
from its second plot on and ends 30 s after its last; plots that come late are worked in where they
belong. The filter has the idea of the product's (interacting models: three that fly, two that
fall, kinds that never mix) but nothing of its code: numpy alone, all targets at once, in the
scenario's own frame. Extended Kalman filter; Blom, Bar-Shalom 1988.
"""

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np
from air_scenario import E2, GM, A
from numpy.typing import NDArray
from runs import score

F64 = NDArray[np.float64]
NOISE = np.array([1.0, 80.0, 2000.0, 5.0, 3000.0])  # m2/s3
FALLS = np.array([False, False, False, True, True])
CLIMB_SHARE = 0.02  # of the flying noise along the vertical
STAY_S = 60.0
SPEED_SD, CLIMB_SD, FALL_SD = 170.0, 20.0, 900.0
CEILING_M = 18e3
HITS, HOLD_S = 2, 30.0
UNKNOWN = 1e12


class World:
    """The scenario's geometry: gravity, height, sensors."""

    def __init__(self, z: Any) -> None:
        meta = json.loads(str(z["meta"]))
        self.curved, self.dims = meta["curved"], meta["dims"]
        self.origin = np.array(meta["ecef_origin"])
        self.turn = np.array(meta["ecef_rot"])
        self.place, self.rot = z["sen_pos"], z["sen_rot"]

    def up(self, p: F64) -> F64:
        if not self.curved:
            return np.broadcast_to([0.0, 0.0, 1.0], p.shape)
        q = p @ self.turn + self.origin
        q = q * [1.0, 1.0, 1 / (1 - E2)]  # across the ellipsoid
        return (q / np.linalg.norm(q, axis=-1, keepdims=True)) @ self.turn.T

    def height(self, p: F64) -> F64:
        if not self.curved:
            return p[..., 2]
        q = p @ self.turn + self.origin
        r = np.linalg.norm(q, axis=-1)
        return r - A * np.sqrt((1 - E2) / (1 - E2 * (1 - (q[..., 2] / r) ** 2)))

    def gravity(self, p: F64) -> F64:
        if not self.curved:
            return np.broadcast_to([0.0, 0.0, -9.80665], p.shape)
        q = p @ self.turn + self.origin
        return (-GM * q / np.linalg.norm(q, axis=-1, keepdims=True) ** 3) @ self.turn.T


def predict(world: World, x: F64, p: F64, w: F64, dt: F64) -> tuple[F64, F64, F64]:
    """Mix within each kind and carry x (n, 5, 6), p, w by dt (n,) seconds."""
    move = np.zeros((len(dt), 5, 5))
    stay = np.exp(-dt / STAY_S)
    for kind in (FALLS, ~FALLS):
        own = np.outer(kind, kind)
        n = kind.sum()
        move += own * ((1 - stay) / (n - 1))[:, None, None]
        move += (own * np.eye(5)) * (stay - (1 - stay) / (n - 1))[:, None, None]
    flow = move * w[:, :, None]  # from a to b
    new_w = flow.sum(1)
    share = flow / np.maximum(new_w, 1e-300)[:, None, :]
    mean = np.einsum("nab,nau->nbu", share, x)
    d = x[:, :, None, :] - mean[:, None, :, :]
    cov = np.einsum("nab,nauv->nbuv", share, p) + np.einsum("nab,nabu,nabv->nbuv", share, d, d)
    t = dt[:, None, None]
    g0 = world.gravity(mean[..., :3]) * FALLS[:, None]
    ahead = mean[..., :3] + t * mean[..., 3:] + 0.5 * t * t * g0
    g1 = world.gravity(ahead) * FALLS[:, None]
    out = np.concatenate(
        [mean[..., :3] + t * mean[..., 3:] + t * t / 6 * (2 * g0 + g1),
         mean[..., 3:] + 0.5 * t * (g0 + g1)], -1,
    )  # fmt: skip
    f = np.eye(6) + np.zeros((len(dt), 1, 6, 6))
    f[..., [0, 1, 2], [3, 4, 5]] = dt[:, None, None]
    up = world.up(mean[..., :3])
    flat = (
        np.where(FALLS, 0.0, CLIMB_SHARE - 1.0)[:, None, None] * up[..., :, None] * up[..., None, :]
    )
    n = NOISE[:, None, None] * (np.eye(3) + flat)
    if world.dims == 2:
        n = n * np.outer([1, 1, 0], [1, 1, 0])
    q = np.zeros_like(cov)
    t = dt[:, None, None, None]
    q[..., :3, :3], q[..., 3:, 3:] = n * t**3 / 3, n * t
    q[..., :3, 3:] = q[..., 3:, :3] = n * t * t / 2
    return out, f @ cov @ np.swapaxes(f, -1, -2) + q, new_w


def measurement(world: World, s: NDArray[np.int64], x: F64) -> tuple[F64, F64]:
    """Return range, azimuth, elevation, range rate (n, 5, 4) and their slopes (n, 5, 4, 6)."""
    rot = world.rot[s][:, None]
    line = x[..., :3] - world.place[s][:, None]
    u = np.einsum("nmij,nmj->nmi", rot + np.zeros((1, 5, 1, 1)), line)
    r, flat = np.linalg.norm(u, axis=-1), np.hypot(u[..., 0], u[..., 1])
    rate = np.einsum("nmi,nmi->nm", line, x[..., 3:]) / r
    z = np.stack([r, np.arctan2(u[..., 0], u[..., 1]), np.arcsin(u[..., 2] / r), rate], -1)
    h = np.zeros((*r.shape, 4, 6))
    h[..., 0, :3] = line / r[..., None]
    zero = np.zeros_like(r)
    h[..., 1, :3] = np.stack([u[..., 1], -u[..., 0], zero], -1) / flat[..., None] ** 2 @ rot[:, 0]
    slope = [-u[..., 0] * u[..., 2], -u[..., 1] * u[..., 2], flat**2]
    h[..., 2, :3] = np.stack(slope, -1) / (r**2 * flat)[..., None] @ rot[:, 0]
    h[..., 3, :3] = x[..., 3:] / r[..., None] - (rate / r**2)[..., None] * line
    h[..., 3, 3:] = line / r[..., None]
    return z, h


def update(world: World, plots: Any, at: Any, x: F64, p: F64, w: F64) -> tuple[F64, F64, F64]:
    z, h = measurement(world, plots["sensor"][at], x)
    seen = np.stack([plots[k][at] for k in ("rng", "az", "el", "rr")], -1)[:, None]
    known = np.isfinite(seen)
    e = np.where(known, seen - z, 0.0)
    e[..., 1] = (e[..., 1] + np.pi) % (2 * np.pi) - np.pi
    sd = np.stack([plots[k][at] for k in ("sig_r", "sig_az", "sig_el", "sig_rr")], -1)[:, None]
    var = np.where(known & np.isfinite(sd), sd**2, UNKNOWN)
    h = h * known[..., None]
    ht = np.swapaxes(h, -1, -2)
    s = h @ p @ ht + var[..., None, :] * np.eye(4)
    gain = p @ ht @ np.linalg.inv(s)
    x = x + (gain @ e[..., None])[..., 0]
    keep = np.eye(6) - gain @ h
    p = keep @ p @ np.swapaxes(keep, -1, -2) + (gain * var[..., None, :]) @ np.swapaxes(
        gain, -1, -2
    )
    nees = np.einsum("nmi,nmi->nm", e, np.linalg.solve(s, e[..., None])[..., 0])
    log = np.log(np.maximum(w, 1e-300)) - 0.5 * (nees + np.linalg.slogdet(s)[1])
    w = np.exp(log - log.max(1, keepdims=True))
    return x, p, np.maximum(w / w.sum(1, keepdims=True), 1e-12)


def start(world: World, plots: Any, at: Any) -> tuple[F64, F64, F64]:
    """Return x, p, w of new tracks from one plot each; a radar without height guesses it."""
    s, r, az = plots["sensor"][at], plots["rng"][at], plots["az"][at]
    el, sd_el = plots["el"][at].copy(), plots["sig_el"][at].copy()
    blind = ~np.isfinite(el)
    if world.dims == 2:
        el[blind], sd_el[blind] = 0.0, 1e-6
    else:
        el[blind] = np.clip(CEILING_M / 3 / r[blind] - r[blind] / 12.74e6, -0.9, 0.9)
        sd_el[blind] = CEILING_M / 4 / r[blind]
    sa, ca, se, ce = np.sin(az), np.cos(az), np.sin(el), np.cos(el)
    u = np.stack([sa * ce, ca * ce, se], -1) * r[:, None]
    zero = np.zeros_like(r)
    j = np.stack([u / r[:, None], np.stack([u[:, 1], -u[:, 0], zero], -1),
                  np.stack([-r * sa * se, -r * ca * se, r * ce], -1)], -1)  # fmt: skip
    sd = np.stack([plots["sig_r"][at], plots["sig_az"][at], sd_el], -1)
    j = np.einsum("nji,njk->nik", world.rot[s], j * sd[:, None])
    place = np.einsum("nji,nj->ni", world.rot[s], u) + world.place[s]
    x = np.zeros((len(s), 5, 6))
    p = np.zeros((len(s), 5, 6, 6))
    x[..., :3] = place[:, None]
    p[..., :3, :3] = (j @ np.swapaxes(j, -1, -2))[:, None]
    up = world.up(place)
    flying = SPEED_SD**2 * np.eye(3) + (CLIMB_SD**2 - SPEED_SD**2) * up[:, :, None] * up[:, None]
    p[:, :, 3:, 3:] = np.where(FALLS[:, None, None], FALL_SD**2 * np.eye(3), flying[:, None])
    if world.dims == 2:
        p[..., 5, :] = p[..., :, 5] = 0.0
    falls = np.where(world.height(place) > CEILING_M, 0.9, 0.1 if world.dims == 3 else 1e-9)[
        :, None
    ]
    return x, p, np.where(FALLS, falls / 2, (1 - falls) / 3)


def lanes(plots: Any, late: bool, eval_t: F64) -> list[tuple[NDArray[np.int64], float, int]]:
    """Return (plots in order of time, from when shown, track id): one a track, or, where plots
    come late, one a track and report."""
    found: list[tuple[NDArray[np.int64], float, int]] = []
    number = 0
    for target in np.unique(plots["truth"][plots["truth"] >= 0]):
        mine = np.flatnonzero(plots["truth"] == target)
        mine = mine[np.argsort(plots["t"][mine], kind="stable")]
        for part in np.split(mine, np.flatnonzero(np.diff(plots["t"][mine]) > HOLD_S) + 1):
            number += 1
            for te in eval_t if late else [np.inf]:
                there = part[plots["arrival"][part] <= te + 1e-9]
                ranged = np.flatnonzero(np.isfinite(plots["rng"][there]))
                if ranged.size and ranged[0] < there.size - 1:
                    found.append((there[ranged[0] :], te, number))
    return found


def track(path: Path) -> dict[str, F64]:
    """Return t, id, pos, vel of the perfect tracker at each report time."""
    with np.load(path) as z:
        world = World(z)
        names = ("t", "arrival", "sensor", "rng", "az", "el", "sig_r", "sig_az", "sig_el")
        plots = {k: z["det_" + k] for k in names} | {"truth": z["hid_det_truth"]}
        nothing = np.full(len(plots["t"]), np.nan)
        plots |= {k: z["det_" + k] if "det_" + k in z else nothing for k in ("rr", "sig_rr")}
        eval_t = z["eval_t"]
    late = bool((plots["arrival"] > plots["t"] + 1e-6).any())
    ways = lanes(plots, late, eval_t)
    count = np.array([len(way) for way, _, _ in ways])
    x, p, w = start(world, plots, np.array([way[0] for way, _, _ in ways]))
    history = np.full((len(ways), count.max(), 8), np.nan)  # time, x, share that falls
    for j in range(count.max()):
        on = np.flatnonzero(count > j)
        at = np.array([ways[i][0][j] for i in on])
        if j:
            dt = plots["t"][at] - history[on, j - 1, 0]
            carried = predict(world, x[on], p[on], w[on], dt)
            x[on], p[on], w[on] = update(world, plots, at, *carried)
        history[on, j, 0] = plots["t"][at]
        history[on, j, 1:7] = np.einsum("nm,nmu->nu", w[on], x[on])
        history[on, j, 7] = w[on][:, FALLS].sum(1)
    return shown(world, ways, history, eval_t)


def shown(world: World, ways: Any, history: F64, eval_t: F64) -> dict[str, F64]:
    rows = []
    for (_, only_t, number), past in zip(ways, history, strict=True):
        for te in eval_t if np.isinf(only_t) else [only_t]:
            last = int(np.searchsorted(past[:, 0], te + 1e-9)) - 1  # NaN sorts last
            if last < HITS - 1 or te - past[last, 0] > HOLD_S:
                continue
            dt, x = te - past[last, 0], past[last, 1:7]
            g = world.gravity(x[None, :3])[0] * past[last, 7]
            rows.append((te, number, *(x[:3] + dt * x[3:] + 0.5 * dt**2 * g), *(x[3:] + dt * g)))
    table = np.array(rows).reshape(-1, 8)
    return {
        "t": table[:, 0],
        "id": table[:, 1].astype(int),
        "pos": table[:, 2:5],
        "vel": table[:, 5:],
    }


def oracle(path: Path, save: Path | None = None, dims: int | None = None) -> dict[str, Any]:
    """Return the score of perfect association on a scenario file."""
    tracks = save or path.with_name(path.stem + ".oracle.npz")
    np.savez(tracks, **track(path))
    return score(path, tracks, dims)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("scenario", type=Path)
    parser.add_argument("--save", type=Path)
    a = parser.parse_args()
    print(json.dumps(oracle(a.scenario, a.save)))


if __name__ == "__main__":
    main()
