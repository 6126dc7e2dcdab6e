"""The whole release step: own tracks in, frames for all partners out, in CPU ms a second of picture.

    python bench/release_rate.py [--tracks 5000] [--partners 6] [--seconds 30] [--repeat 3]

One JSON object. Every track has changed each second. Each partner has an agreement of its own:
eight clauses that differ in classes, area, heights, grid and delay, so that a third leaves in full
precision, a third rounded and the rest rounded and late or not at all. Measured is the room of
sharing as a node runs it: it takes the tracks and the classes, and wakes. `cpu_ms`: median of a
second, of each run and the best of them (a busy neighbour core costs a third); `copies`: rows that
left a second; `met`: the best median is at most the bar, and each row that left was admitted by the
clause it names (checked for the last second, track by track).
"""

import argparse
import json
import resource
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np  # noqa: E402

from skypact.core.columns import array, pack  # noqa: E402
from skypact.core.geodesy import ecef_from_geodetic, velocity_ecef_from_enu  # noqa: E402
from skypact.core.ids import Issuer  # noqa: E402
from skypact.core.messages import (  # noqa: E402
    Context,
    NodeStarted,
    OwnTracks,
    Release,
    Stream,
    ThreatBatch,
    ThreatClass,
)
from skypact.sharing import wire  # noqa: E402
from skypact.sharing.settings import Partner, SharingSettings  # noqa: E402
from skypact.sharing.sharing import Sharing  # noqa: E402
from skypact.sharing.treaty.agreements import Agreement, Clause, What  # noqa: E402
from skypact.sharing.treaty.lint import check  # noqa: E402

S = 1_000_000_000
T0 = 1_790_000_000 * S
BAR_MS = 50.0
LEAD = 15
"""Seconds until what is late leaves too."""
ISSUER = Issuer("auria", "bench", Context.TEST)
GRIDS = (500.0, 1_000.0, 2_000.0, 5_000.0)


def agreement(partner: str, k: int) -> Agreement:
    """Return an agreement of eight clauses, each partner's with its own figures."""
    south, west = -38.0 + k, -24.0 + k
    area = ((south, west), (south, west + 8), (south + 7, west + 8), (south + 7, west))
    grid = GRIDS[k % len(GRIDS)]
    rounded = {"position_grid_m": grid, "velocity_grid_mps": grid / 50}
    falling, flying = ("ballistic", "rocket"), ("cruise", "drone")
    clauses = [
        ("1", "track", falling, {}),
        ("2", "track", flying, {"area_deg": area, "height_max_m": 3_000.0}),
        ("3", "track", flying, {"area_deg": area, **rounded}),
        ("4", "track", flying, {"delay_s": 10.0, **rounded}),
        ("5", "track", ("aircraft",), {"area_deg": area, "show_callsign": True, **rounded}),
        ("6", "track", ("unknown",), {"delay_s": 5.0, "height_min_m": 3_000.0, **rounded}),
        ("7", "warning", (*falling, *flying), {"show_impact": True}),
        ("8", "acknowledgement", (*falling, *flying), {}),
    ]
    return Agreement(
        owner="auria",
        partner=partner,
        valid_from=datetime(2020, 1, 1, tzinfo=UTC),
        valid_until=datetime(2040, 1, 1, tzinfo=UTC),
        lease_s=86_400.0,
        clauses=tuple(
            Clause(id=i, what=What(what), classes=named, **terms)
            for i, what, named, terms in clauses
        ),
    )


def sky(count: int, dice: np.random.Generator) -> dict[str, Any]:
    lat, lon = np.radians(dice.uniform(-38, -26, count)), np.radians(dice.uniform(-24, -8, count))
    height = dice.uniform(100, 20_000, count)
    enu = np.stack([dice.normal(0, 200, count), dice.normal(0, 200, count), np.zeros(count)], 1)
    spread = np.diag([2_500.0] * 3 + [25.0] * 3)[np.triu_indices(6)]
    return {
        "position": ecef_from_geodetic(lat, lon, height),
        "velocity": velocity_ecef_from_enu(enu, lat, lon),
        "covariance": np.tile(spread, (count, 1)),
        "class": dice.integers(0, 6, count),
        "number": np.arange(1_000, 1_000 + count),
        "callsign": dice.integers(65, 91, (count, 8), dtype=np.uint8).view("S8").reshape(-1),
    }


def tracks(held: dict[str, Any], second: int) -> OwnTracks:
    count, now_ns = len(held["number"]), T0 + second * S
    packed = pack(
        OwnTracks,
        number=held["number"],
        time_ns=np.full(count, now_ns - 300_000_000),
        position_ecef_m=held["position"] + held["velocity"] * second,
        velocity_ecef_mps=held["velocity"],
        covariance=held["covariance"],
        quality=np.full(count, 9),
        detected_ns=np.full(count, T0),
        confirmed_ns=np.full(count, T0),
        detection=np.full(count, 1),
        address=np.arange(count) + 1,
        callsign=held["callsign"],
    )
    return OwnTracks(**ISSUER.header(now_ns, now_ns), count=count, **packed)


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def wrong(out: list[Any], held: dict[str, Any], texts: dict[str, Agreement]) -> int:
    """Count rows whose class or precision their clause does not allow."""
    bad = 0
    for release in out:
        if not isinstance(release, Release) or release.stream is not Stream.TRACK:
            continue
        clauses = {f"auria-{release.partner}/{c.id}": c for c in texts[release.partner].clauses}
        body = wire.track_decoder.decode(wire.frame_decoder.decode(release.frame).body)
        names = [clauses[name] for name in release.clauses]
        for number, threat, clause, call in zip(
            array(body, "number").tolist(), array(body, "threat_class").tolist(),
            array(body, "clause").tolist(), array(body, "callsign").tolist(), strict=True,
        ):  # fmt: skip
            one = names[clause]
            fits = ThreatClass(threat).name.lower() in one.classes
            bad += int(not fits or threat != held["class"][number - 1_000])
            bad += int(bool(call) != one.show_callsign)
    return bad


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--tracks", type=int, default=5_000)
    parser.add_argument("--partners", type=int, default=6)
    parser.add_argument("--seconds", type=int, default=30)
    parser.add_argument("--repeat", type=int, default=3)
    a = parser.parse_args()
    began_s = time.monotonic()
    runs = [measured(a.tracks, a.partners, a.seconds) for _ in range(a.repeat)]
    medians = [round(float(np.median(spent)), 2) for spent, _, _ in runs]
    copies, bad = runs[0][1], sum(wrongs for _, _, wrongs in runs)
    best = min(medians)
    result = {
        "tracks": a.tracks, "partners": a.partners, "seconds": a.seconds,
        "cpu_ms": {"best": best, "runs": medians}, "copies": copies,
        "copies_a_cpu_s": round(copies / best * 1e3), "rows_wrong": bad, "bar_ms": BAR_MS,
        "took_s": round(time.monotonic() - began_s, 1),
        "met": bool(best <= BAR_MS and bad == 0 and copies > 0),
    }  # fmt: skip
    print(json.dumps(result))
    return 0 if result["met"] else 1


def measured(count: int, partners: int, seconds: int) -> tuple[list[float], int, int]:
    """Return CPU ms of each second, rows that left in one, and how many of them were wrong."""
    names = [f"partner{k}" for k in range(partners)]
    texts = {name: agreement(name, k) for k, name in enumerate(names)}
    check({f"{name}.toml": text for name, text in texts.items()}, "auria", names)
    known = tuple(Partner(name=n, reference_key=n.encode() * 4) for n in names)
    room = Sharing(ISSUER, SharingSettings(partners=known), tuple(texts.values()))
    room.handle(NodeStarted(**ISSUER.header(T0, T0), epoch=1, version="bench"), T0)
    held = sky(count, np.random.default_rng(1))
    packed = pack(
        ThreatBatch, number=held["number"], threat_class=held["class"], probability=np.ones(count)
    )
    room.handle(ThreatBatch(**ISSUER.header(T0, T0), count=count, **packed), T0)
    spent: list[float] = []
    out: list[Any] = []
    for second in range(seconds + LEAD):
        news, now_ns = tracks(held, second), T0 + second * S
        before_s = cpu_s()
        room.handle(news, now_ns)
        out = list(room.wake(now_ns + S // 2))
        spent.append((cpu_s() - before_s) * 1e3)
    rows = [
        wire.track_decoder.decode(wire.frame_decoder.decode(m.frame).body).count
        for m in out
        if isinstance(m, Release) and m.stream is Stream.TRACK
    ]
    return spent[LEAD:], sum(rows), wrong(out, held, texts)


if __name__ == "__main__":
    sys.exit(main())
