"""Who is the nation that is shown as the coalition? The strongest attack that we can write.

    python bench/linkage.py [--seeds 6] [--seconds 3600] [--leak NAME] [--keep FOLDER]

For each seed a sky, four radars and their rests are drawn, and each of the four nations is the owner once:
its tracks go through the rooms of production (owner, sponsor; the others declare coverage) for an hour. The
attacker is the viewer and the hub at once. It knows the site, range, errors, turn and rest of every radar,
what everybody declares, the numbers that each nation may lease, and where each aircraft truly is and when; it
sees every byte, size, time and place. For each candidate it works out signs, such as how the errors lie to
the line from its site, and learns from all other seeds, with the owner told, how much each sign betrays. Then
it ranks the four of each hour of the seed it has not seen.

One JSON object: `top1`, `chance`, `difference`, the same for the best single sign, signs and their weights;
`met`: the difference is at most 0.10. With `--leak` a fault is planted in the program; then `met` says that
the attacker found it: at least 0.30 above chance. Without that the test would be void.
"""

import argparse
import json
import pickle
import sys
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent))

from linkage_world import (  # noqa: E402
    CENTRE,
    DECLARED_M,
    FLOOR_M,
    NATIONS,
    RANGE_M,
    Hour,
    Site,
    bodies,
    played,
    rows,
)

from skypact.core.geodesy import enu_from_ecef  # noqa: E402
from skypact.sharing.coalition import coalition, course, view  # noqa: E402
from skypact.sharing.coalition.coverage import Coverage  # noqa: E402

F64 = NDArray[np.float64]
BAR, FOUND = 0.10, 0.30
MATCH_M = 15_000.0
DECAY, STEPS = 0.05, 400


class Seen:
    """What of an hour the attacker works with: an entry a row of a frame. flight: which one it is."""

    def __init__(self, hour: Hour) -> None:
        found: list[tuple[Any, ...]] = []
        self.frames = np.array(
            [(s, t % 10**9, z, b.count) for s, t, z, b in bodies(hour)], np.float64
        )
        for second, _, _, body in bodies(hour):
            columns = rows(body)
            found += [
                (second, n, *x, *v, sd)
                for n, x, v, sd in zip(
                    columns["number"].tolist(), columns["position_ecef_m"], columns["velocity_ecef_mps"],
                    columns["position_sd_m"], strict=True,
                )
            ]  # fmt: skip
        self.rows = np.array(found, np.float64).reshape(-1, 9)
        self.second = self.rows[:, 0].astype(np.int64)
        self.number = self.rows[:, 1].astype(np.int64)
        self.place = enu_from_ecef(self.rows[:, 2:5], CENTRE)
        self.velocity = self.rows[:, 5:8]
        self.sd = self.rows[:, 8]
        self.flight = self._matched(hour)
        at = np.maximum(self.flight, 0)
        self.truth = hour.sky.path[self.second, at]
        self.error = self.place[:, :2] - self.truth[:, :2]

    def _matched(self, hour: Hour) -> NDArray[np.int64]:
        """Return the flight of each row, by where its whole track is nearest to; -1 none."""
        out = np.full(len(self.second), -1)
        for number in np.unique(self.number):
            mine = np.flatnonzero(self.number == number)
            # A number may serve two objects, one after the other.
            for part in np.split(mine, np.flatnonzero(np.diff(self.second[mine]) > 60) + 1):
                some = part[:: max(1, len(part) // 20)]
                gap = self.place[some, None, :2] - hour.sky.path[self.second[some]][:, :, :2]
                apart = np.hypot(gap[..., 0], gap[..., 1])
                apart = np.where(hour.sky.alive[self.second[some]], apart, np.inf).mean(0)
                if apart.min() < MATCH_M:
                    out[part] = int(apart.argmin())
        return out

    def tracks(self) -> list[NDArray[np.int64]]:
        """Return the rows of each track in order of time."""
        return [np.flatnonzero(self.number == n) for n in np.unique(self.number)]


def reach(seen: Seen, site: Site, hour: Hour) -> dict[str, float]:
    """Places that a radar cannot see or that its nation does not declare, and how they lie to its site."""
    if not len(seen.place):
        return {"unseen": 0.0, "undeclared": 0.0, "far": 0.0}
    return {
        "undeclared": -float((site.reach_m(seen.truth) > DECLARED_M).mean()),
        "unseen": -float((~site.sees(seen.truth)).mean()),
        "far": -float(site.reach_m(seen.place).mean() / RANGE_M),
    }


def edges(seen: Seen, site: Site, hour: Hour) -> dict[str, float]:
    """Where tracks begin and end, against when the radar could first and last see the aircraft."""
    begins: list[float] = []
    ends: list[float] = []
    for track in seen.tracks():
        flight = int(seen.flight[track[0]])
        if flight < 0:
            continue
        path, alive = hour.sky.path[:, flight], hour.sky.alive[:, flight]
        sees = site.sees(path) & alive
        first, last = int(seen.second[track[0]]), int(seen.second[track[-1]])
        since = np.flatnonzero(~sees[: first + 1])
        waited = first - (since[-1] if len(since) else -1e4) - 3 * site.period_s
        begins.append(float(np.exp(-abs(waited) / 20)))
        before = np.flatnonzero(~sees[last:])
        left = before[0] if len(before) else 1e4
        ends.append(float(np.exp(-abs(left) / 60)))
    return {"begins": float(np.sum(begins)), "ends": float(np.sum(ends))}


def rests(seen: Seen, site: Site, hour: Hour) -> dict[str, float]:
    """What stops when the antenna rests, and what comes back."""
    second, count = seen.frames[:, 0], seen.frames[:, 3]

    def mean(begin: float, end: float) -> float:
        inside = (second >= begin) & (second < end)
        return float(count[inside].mean()) if inside.any() else 0.0

    begin, end = site.rest_s
    last = np.array([seen.second[t[-1]] for t in seen.tracks()])
    first = np.array([seen.second[t[0]] for t in seen.tracks()])
    ended = int(((last >= begin) & (last < begin + 150)).sum()) if len(last) else 0
    begun = int(((first >= begin + 30) & (first < end)).sum()) if len(first) else 0
    return {
        "drop": mean(begin - 60, begin) - mean(begin + 100, end),
        "early": mean(begin - 60, begin) - mean(begin + 20, begin + 60),
        "back": mean(end + 30, end + 120) - mean(end - 60, end),
        "ended": float(ended),
        "begun": -float(begun),
    }


def errors(seen: Seen, site: Site, hour: Hour) -> dict[str, float]:
    """How errors lie to the line from the site: their spread, their bias and their moments of change."""
    known = seen.flight >= 0
    out = {"spread": 0.0, "turned": 0.0, "crossing": 0.0, "biased": 0.0}
    if known.sum() < 100:
        return out
    truth, error = seen.truth[known], seen.error[known]
    azimuth = site.azimuth(truth)
    along = np.stack([np.sin(azimuth), np.cos(azimuth)], 1)
    cross = np.stack([along[:, 1], -along[:, 0]], 1)
    radial, across = (error * along).sum(1), (error * cross).sum(1)
    out["spread"] = float(np.log(across.var() / radial.var()))
    scale = site.azimuth_sd_rad * site.reach_m(truth)
    out["turned"] = _correlation(across**2 - radial**2, scale**2)
    # The second in which a rounded value steps tells where the track was.
    told: list[tuple[float, float, float]] = []
    for track in seen.tracks():
        if seen.flight[track[0]] < 0 or len(track) < 3:
            continue
        place, where = seen.place[track], seen.truth[track]
        for axis in (0, 1):
            for at in (np.flatnonzero(np.abs(np.diff(place[:, axis])) > 1_500) + 1).tolist():
                line = (place[at - 1, axis] + place[at, axis]) / 2
                middle = (where[at - 1] + where[at]) / 2
                bearing = site.azimuth(middle[None])[0]
                share = np.cos(bearing) if axis == 0 else np.sin(bearing)
                wide = (
                    60.0**2 * (1 - share**2) + (1.5e-3 * site.reach_m(middle[None])[0] * share) ** 2
                )
                drawn = site.azimuth_bias_rad * site.reach_m(middle[None])[0]
                sign = share if axis == 0 else -share
                told.append((line - middle[axis], wide, sign * drawn))
    if len(told) > 20:
        off, wide, drawn = np.array(told).T
        out["crossing"] = _correlation(np.minimum(np.abs(off), 3_000), np.sqrt(wide))
        out["biased"] = _correlation(np.clip(off, -3_000, 3_000), drawn)
    return out


def spreads(seen: Seen, site: Site, hour: Hour) -> dict[str, float]:
    """Whether the covariance that is told goes with the range from the site."""
    return (
        {"told": _correlation(seen.sd, site.reach_m(seen.place))}
        if len(seen.sd) > 10
        else {"told": 0.0}
    )


def turns(seen: Seen, site: Site, hour: Hour) -> dict[str, float]:
    """Whether values change when the antenna has just passed the aircraft, and how often."""
    passed: list[float] = []
    spaced: list[float] = []
    for track in seen.tracks():
        if len(track) < 3:
            continue
        straight = np.linalg.norm(np.diff(seen.velocity[track], axis=0), axis=1)
        jump = np.linalg.norm(np.diff(seen.place[track], axis=0), axis=1)
        changes = np.flatnonzero((straight > 1.0) | ((jump > 1.0) & (straight > 0.0)))
        for at in changes.tolist():
            row = track[at + 1]
            passed.append(float(site.turns(seen.truth[row][None], float(seen.second[row]))[0]))
        gaps = np.diff(seen.second[track][changes + 1]) / site.period_s
        spaced += np.cos(2 * np.pi * gaps).tolist()
    if len(passed) < 10:
        return {"phase": 0.0, "period": 0.0}
    phase = np.exp(2j * np.pi * np.array(passed))
    return {
        "phase": float(abs(phase.mean()) * np.sqrt(len(passed))),
        "period": float(np.mean(spaced) * np.sqrt(len(spaced))) if spaced else 0.0,
    }


def presence(seen: Seen, site: Site, hour: Hour) -> dict[str, float]:
    """Which aircraft over the middle are shown, against which the radar would hold."""
    shown = np.zeros(hour.sky.alive.shape, np.bool_)
    known = seen.flight >= 0
    shown[seen.second[known], seen.flight[known]] = True
    steps = slice(600, None, 20)
    path, alive = hour.sky.path[steps], hour.sky.alive[steps]
    inside = alive & (np.hypot(path[..., 0], path[..., 1]) < 100_000) & (path[..., 2] > FLOOR_M)
    flat = path[inside]
    held = 1 - (site.reach_m(flat) / RANGE_M) ** 4
    return {
        "shown": _correlation(shown[steps][inside].astype(float), held),
        "low": _correlation(
            shown[steps][alive].astype(float), site.sees(path[alive]).astype(float)
        ),
    }


def sizes(seen: Seen, site: Site, hour: Hour) -> dict[str, float]:
    """Whether sizes and times of frames go with what the radar sees, or with its turns."""
    second = seen.frames[:, 0].astype(np.int64)
    load = np.array(
        [float((site.sees(hour.sky.path[s]) & hour.sky.alive[s]).sum()) for s in second[::10]]
    )
    late = seen.frames[:, 1]
    turn = np.exp(2j * np.pi * second / site.period_s)
    wave = abs(((late - late.mean()) * turn).mean()) / (late.std() + 1e-9)
    rest = (second >= site.rest_s[0] + 20) & (second < site.rest_s[1])
    return {
        "size": _correlation(seen.frames[::10, 2], load),
        "size at rest": -_correlation(seen.frames[:, 2], rest.astype(float)),
        "late": float(wave),
    }


def numbers(seen: Seen, site: Site, hour: Hour) -> dict[str, float]:
    """Whether numbers are those that the nation leases."""
    nation = next(n for n, s in hour.sites.items() if s is site)
    first = 1_000 + NATIONS.index(nation) * 8_000
    return {
        "leased": float(((seen.number >= first) & (seen.number < first + 8_000)).mean())
        if len(seen.number)
        else 0.0
    }


SIGNS: tuple[Callable[[Seen, Site, Hour], dict[str, float]], ...] = (
    reach, edges, rests, errors, spreads, turns, presence, sizes, numbers,
)  # fmt: skip


def _correlation(a: F64, b: F64) -> float:
    if len(a) < 3 or a.std() == 0 or b.std() == 0:
        return 0.0
    return float(np.corrcoef(a, b)[0, 1])


def signs(hour: Hour) -> tuple[list[str], F64]:
    """Return names and values (4, K) of all signs, a row a candidate."""
    seen = Seen(hour)
    found = [
        {k: v for sign in SIGNS for k, v in sign(seen, hour.sites[n], hour).items()}
        for n in NATIONS
    ]
    return list(found[0]), np.array([list(one.values()) for one in found])


def standard(values: F64, scale: F64) -> F64:
    """Return signs relative to the mean of the four candidates, in units of their usual spread."""
    return (values - values.mean(1, keepdims=True)) / scale


def learnt(values: F64, owner: NDArray[np.int64]) -> F64:
    """Return weights of a conditional logit: which signs told the owner of these hours (H, 4, K). Every
    sign is made so that more of it speaks for a candidate: none counts against it."""
    weight = np.zeros(values.shape[2])
    for _ in range(STEPS):
        score = values @ weight
        share = np.exp(score - score.max(1, keepdims=True))
        share /= share.sum(1, keepdims=True)
        share[np.arange(len(owner)), owner] -= 1
        weight -= 0.5 * (np.einsum("hc,hck->k", share, values) / len(owner) + DECAY * weight)
        weight = np.maximum(weight, 0)
    return weight


def attacked(values: F64, owner: NDArray[np.int64], seed: NDArray[np.int64]) -> tuple[F64, F64]:
    """Return how often the owner comes first: by all signs (H,), and by each alone (H, K); each seed
    is judged by what the others taught. A tie counts as its share."""
    hits = np.zeros(len(owner))
    alone = np.zeros((len(owner), values.shape[2]))
    for one in np.unique(seed):
        test, rest = seed == one, seed != one
        scale = (values[rest] - values[rest].mean(1, keepdims=True)).std((0, 1)) + 1e-9
        train, asked = standard(values[rest], scale), standard(values[test], scale)
        weight = learnt(train, owner[rest])
        hits[test] = _first(asked @ weight, owner[test])
        told = np.sign(train[np.arange(rest.sum()), owner[rest]].mean(0))
        for k in range(values.shape[2]):
            alone[test, k] = _first(asked[:, :, k] * told[k], owner[test])
    return hits, alone


def _first(score: F64, owner: NDArray[np.int64]) -> F64:
    best = np.abs(score - score.max(1, keepdims=True)) < 1e-12
    return best[np.arange(len(owner)), owner] / best.sum(1)


_LOOK, _BLUR, _COLUMNS = course.Course.look, view.blurred, view.View._columns


def _own_only(self: course.Course, declared: Any) -> Any:
    found = declared.get(self.owner)
    return [found] if found is not None and found.areas else None


def _popping(self: course.Course, held: Any, declared: Any, now_ns: int) -> Any:
    self.tracks.put(held.of(self.owner), outside=1)
    return _LOOK(self, held, declared, now_ns)


def _exact(state: F64, pushed: F64, grid_m: float, grid_mps: float) -> F64:
    return _BLUR(state, pushed * 0, 100.0, 2.0)


def _only_rounded(state: F64, pushed: F64, grid_m: float, grid_mps: float) -> F64:
    return _BLUR(state, pushed * 0, grid_m, grid_mps)


def _numbered(self: view.View, objects: Any, now_ns: int) -> Any:
    out = _COLUMNS(self, objects, now_ns)
    owners = {o: c.owner for c in self.courses for o in c.shown()[1].tolist()}
    owner = [NATIONS.index(owners.get(o, self.courses[0].owner)) for o in objects.tolist()]
    return out | {"number": 1_000 + 8_000 * np.array(owner, np.int64) + objects}


def _silent(self: Coverage, feeds: Any) -> None:
    """Nobody says that its sensors rest."""


LEAKS: dict[str, list[tuple[Any, str, Any]]] = {
    "own region": [(course.Course, "_region", _own_only)],
    "pop-ups": [(course.Course, "look", _popping)],
    "as it is": [(view, "blurred", _exact), (coalition, "SLOT_NS", 1_000_000_000)],
    "only rounded": [(view, "blurred", _only_rounded), (coalition, "SLOT_NS", 1_000_000_000)],
    "rests": [(Coverage, "look", _silent)],
    "numbers": [(view.View, "_columns", _numbered)],
}
"""Planted faults: only what the owner covers counts; tracks that appear inside are shown; neither noise nor
rounding nor slots; no noise nor slots; a rest closes the region for nobody; numbers of the owner's lease."""


def one(given: tuple[int, str, int, str, str]) -> tuple[list[str], F64]:
    seed, owner, seconds, leak, keep = given
    file = Path(keep or ".") / f"{leak or 'base'}-{seconds}-{seed}-{owner}.pkl"
    if keep and file.exists():
        return signs(pickle.loads(file.read_bytes()))
    with ExitStack() as planted:
        for fault in LEAKS.get(leak, []):
            planted.enter_context(patch.object(*fault))
        hour = played(seed, owner, seconds)
    if keep:
        file.write_bytes(pickle.dumps(hour))
    return signs(hour)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=6)
    parser.add_argument("--seconds", type=int, default=3_600)
    parser.add_argument("--leak", default="", choices=["", *LEAKS])
    parser.add_argument("--keep", default="", help="folder where recordings are kept")
    parser.add_argument("--processes", type=int, default=2)
    a = parser.parse_args()
    work = [(s, n, a.seconds, a.leak, a.keep) for s in range(1, a.seeds + 1) for n in NATIONS]
    if a.processes > 1:
        with ProcessPoolExecutor(a.processes) as pool:
            found = list(pool.map(one, work))
    else:
        found = [one(w) for w in work]
    result = judged(found, [w[0] for w in work], [w[1] for w in work])
    result |= {"hours": len(work), "seconds": a.seconds, "leak": a.leak}
    difference = result["difference"]
    result["met"] = difference >= FOUND if a.leak else difference <= BAR
    print(json.dumps(result))
    return 0 if result["met"] else 1


def judged(
    found: list[tuple[list[str], F64]], seeds: list[int], owners: list[str]
) -> dict[str, Any]:
    """Return how the attack fares on all hours."""
    names, values = found[0][0], np.array([v for _, v in found])
    owner = np.array([NATIONS.index(n) for n in owners])
    hits, alone = attacked(values, owner, np.array(seeds))
    chance = 1 / len(NATIONS)
    single = alone.mean(0)
    scale = (values - values.mean(1, keepdims=True)).std((0, 1)) + 1e-9
    weight = learnt(standard(values, scale), owner)
    order = np.argsort(-np.abs(weight))[:6]
    return {
        "top1": round(float(hits.mean()), 3),
        "chance": chance,
        "difference": round(float(hits.mean()) - chance, 3),
        "standard_error": round(float(np.sqrt(chance * (1 - chance) / len(hits))), 3),
        "best_single": {names[int(single.argmax())]: round(float(single.max()), 3)},
        "weights": {names[i]: round(float(weight[i]), 2) for i in order.tolist()},
    }


if __name__ == "__main__":
    sys.exit(main())
