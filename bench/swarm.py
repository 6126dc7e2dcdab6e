"""What a swarm of cheap sources does to the picture: python bench/swarm.py [--seconds 240] [--sources 14000]

Low flights over a square of 120 km, three radars with clutter, and 14,000 sources (microphones, people)
that each report a direction every 10 s, a fifth of them false. Bytes go in as datagrams of JSON lines,
through the sensors room and the tracker; the radars' plots come from the exercise's own radar model and
the score from the exercise's own measures (SIAP, 3 km). The same night with the same plots is run without
the swarm. Cases: `scattered`, every report false with the same probability; `liars`, a fifth of the
sources always say something false; `crowd`, 2,000 more sources that have never reported before all point
at a place 3 km beside one flight. `planted` is that crowd with both limits on hearsay and all learning
taken away, and must be seen to do harm. `load`: CPU seconds of all that the swarm costs, a second of the
night; steps are a tenth of a second. `met`: spuriousness rises by at most 0.02 in each case, load is at
most 1, the planted fault is found (GOSPA at least 5 % worse).
"""

import argparse
import json
import time
from typing import Any

import numpy as np
from skypact.core.columns import pack
from skypact.core.geodesy import ecef_from_enu, enu_from_ecef, geodetic_from_ecef
from skypact.core.ids import Issuer
from skypact.core.jit import warm
from skypact.core.messages import Context, Datagrams, Scan, Sightings, SightingsUnexplained
from skypact.core.site import SensorSite
from skypact.exercise.score import States, score
from skypact.exercise.sensing import Radar
from skypact.sensors.sensors import Sensors
from skypact.sensors.settings import FeedSettings
from skypact.tracking.sightings import areas, nudge
from skypact.tracking.sightings.reliability import Reliability
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.tracker import Tracker

NS = 1_000_000_000
ZERO_NS = 1_790_000_000 * NS
ORIGIN = np.radians(-32.0), np.radians(-18.0), 0.0
SIDE_M, FLIGHTS = 120e3, 80
PERIOD_S, FALSE_SHARE, AZIMUTH_SD_DEG = 10.0, 0.2, 8.0
HEARING_M, SOUND_MPS = 12e3, 340.0
CROWD, CROWD_OFF_M = 2_000, 3_000.0
LINES_A_DATAGRAM, DATAGRAMS_A_MESSAGE = 8, 64
SPURIOUS_MAX = 0.02


class Flights:
    """Straight low flights that turn back at the border; what `Radar` asks of a truth."""

    def __init__(self, dice: np.random.Generator) -> None:
        self.count = FLIGHTS
        self.rcs_m2 = np.full(FLIGHTS, 1.0)
        self._from_m = dice.uniform(-SIDE_M / 2, SIDE_M / 2, (FLIGHTS, 2))
        speed, course = dice.uniform(45, 220, FLIGHTS), dice.uniform(0, 2 * np.pi, FLIGHTS)
        self._pace = np.stack([speed * np.sin(course), speed * np.cos(course)], 1)
        self._height_m = dice.uniform(400, 3000, FLIGHTS)

    def state(self, time_s: Any) -> tuple[Any, Any, Any]:
        flat = self._from_m + self._pace * np.broadcast_to(time_s, (FLIGHTS,))[:, None]
        turn = (flat + SIDE_M / 2) % (2 * SIDE_M)
        back = turn > SIDE_M
        flat = np.where(back, 2 * SIDE_M - turn, turn) - SIDE_M / 2
        pace = np.where(back, -self._pace, self._pace)
        local = np.concatenate([flat, self._height_m[:, None]], 1)
        ahead = np.concatenate([flat + pace, self._height_m[:, None]], 1)
        place = ecef_from_enu(local, ORIGIN)
        return place, ecef_from_enu(ahead, ORIGIN) - place, np.ones(FLIGHTS, bool)


def sites() -> tuple[SensorSite, ...]:
    places = [(-32.2, -18.3), (-31.8, -17.7), (-32.25, -17.6)]
    return tuple(
        SensorSite(
            name=f"r{i}", sac=1, sic=i, lat_deg=lat, lon_deg=lon, height_m=150, period_s=4,
            range_max_m=150e3, elevation_min_deg=-1, elevation_max_deg=60, elevation_sd_deg=0.3,
            clutter_per_scan=20, detection_probability=0.85,
        )
        for i, (lat, lon) in enumerate(places)
    )  # fmt: skip


class Swarm:
    """Sources, when each reports, and what it says."""

    def __init__(self, a: argparse.Namespace, case: str, truth: Flights) -> None:
        self._dice, self._truth, self._case = np.random.default_rng(a.seed + 7), truth, case
        extra = CROWD if case == "crowd" else 0
        n = a.sources + extra
        flat = self._dice.uniform(-SIDE_M / 2, SIDE_M / 2, (n, 2))
        if extra:
            target = enu_from_ecef(truth.state(a.seconds / 2)[0], ORIGIN)[0, :2]
            flat[a.sources :] = target + self._dice.normal(0, 4e3, (extra, 2))
        self.local = np.concatenate([flat, np.zeros((n, 1))], 1)
        self.place = ecef_from_enu(self.local, ORIGIN)
        lat, lon, _ = geodetic_from_ecef(self.place)
        self.lat, self.lon = np.degrees(lat), np.degrees(lon)
        self.phase_s = self._dice.uniform(0, PERIOD_S, n)
        self.liar = np.arange(n) < round(FALSE_SHARE * a.sources)
        self.sources = a.sources
        self.sent = self.false = 0

    def lines(self, second: int) -> list[bytes]:
        """Return the lines sent in a second."""
        due = np.flatnonzero(np.floor(self.phase_s) == second % int(PERIOD_S))
        at_s = second + self.phase_s[due] % 1
        flights = enu_from_ecef(self._truth.state(float(second))[0], ORIGIN)
        gap = flights[None, :, :2] - self.local[due, None, :2]
        away = np.linalg.norm(gap, axis=2)
        nearest = away.argmin(1)
        rows = np.arange(len(due))
        away = away[rows, nearest]
        # What is heard left the target a while ago.
        earlier = enu_from_ecef(self._heard_from(second, away, nearest), ORIGIN)
        gap = earlier[:, :2] - self.local[due, :2]
        azimuth = np.degrees(np.arctan2(gap[:, 0], gap[:, 1]))
        azimuth += self._dice.normal(0, AZIMUTH_SD_DEG, len(due))
        false = (
            self.liar[due] if self._case == "liars" else self._dice.random(len(due)) < FALSE_SHARE
        )
        azimuth = np.where(false, self._dice.uniform(0, 360, len(due)), azimuth)
        crowd = due >= self.sources
        if crowd.any():
            beside = flights[0, :2] + np.array([CROWD_OFF_M, 0.0])
            gap = beside - self.local[due, :2]
            azimuth = np.where(crowd, np.degrees(np.arctan2(gap[:, 0], gap[:, 1])), azimuth)
        say = false | crowd | (away <= HEARING_M)
        self.sent += int(say.sum())
        self.false += int((say & (false | crowd)).sum())
        return [
            b'{"source":"s%d","time":%.3f,"lat_deg":%.5f,"lon_deg":%.5f,"azimuth_deg":%.1f,'
            b'"azimuth_sd_deg":%.1f,"place_sd_m":50,"what":"drone","signal_speed_mps":340}'
            % (due[k], ZERO_NS // NS + at_s[k], self.lat[due[k]], self.lon[due[k]],
               azimuth[k], AZIMUTH_SD_DEG)
            for k in np.flatnonzero(say).tolist()
        ]  # fmt: skip

    def _heard_from(self, second: int, away: Any, nearest: Any) -> Any:
        place, pace, _ = self._truth.state(float(second))
        return place[nearest] - pace[nearest] * (away / SOUND_MPS)[:, None]


def datagrams(issuer: Issuer, lines: list[bytes], now_ns: int) -> list[Datagrams]:
    parts = [
        b"\n".join(lines[i : i + LINES_A_DATAGRAM]) for i in range(0, len(lines), LINES_A_DATAGRAM)
    ]
    made = []
    for i in range(0, len(parts), DATAGRAMS_A_MESSAGE):
        some = parts[i : i + DATAGRAMS_A_MESSAGE]
        made.append(
            Datagrams(
                **issuer.header(now_ns, now_ns), feed="swarm", count=len(some), payload=b"".join(some),
                **pack(Datagrams, length_bytes=[len(p) for p in some], arrival_ns=[now_ns] * len(some)),
            )
        )  # fmt: skip
    return made


def scan_of(issuer: Issuer, radars: list[Radar], i: int, k: int, now_ns: int) -> Scan:
    passed_s, columns = radars[i].plots(k)
    times = ZERO_NS + np.rint(passed_s * NS).astype(np.int64)
    header = issuer.header(now_ns, now_ns)
    return Scan(**header, sensor=f"r{i}", count=len(times), **pack(Scan, time_ns=times, **columns))


def night(a: argparse.Namespace, case: str) -> dict[str, Any]:
    """Run one night; return the score, what was sent and what the swarm cost."""
    truth = Flights(np.random.default_rng(a.seed))
    radars = [Radar(site, truth, a.seed) for site in sites()]  # type: ignore[arg-type]
    issuer = Issuer("auria", "bench", Context.TEST)
    feed = FeedSettings(name="swarm", source="udp://127.0.0.1:8700", format="sightings", period_s=1)
    sensors = Sensors(issuer, (feed,), sites())
    tracker = Tracker(issuer, TrackingSettings(), sites())
    swarm = None if case == "none" else Swarm(a, case, truth)
    turns = range(int(a.seconds / 4))
    scans = [(radar.north_s(k) + 4.0, i, k) for i, radar in enumerate(radars) for k in turns]
    scans.sort()
    rows: list[tuple[float, Any, Any]] = []
    steps_s, told = list[float](), 0
    for second in range(a.seconds):
        said = swarm.lines(second) if swarm else []
        for tenth in range(10):
            now_ns = ZERO_NS + second * NS + (tenth + 1) * NS // 10
            while scans and ZERO_NS + scans[0][0] * NS <= now_ns:
                tracker.handle(scan_of(issuer, radars, *scans.pop(0)[1:], now_ns), now_ns)
            made = datagrams(issuer, said[tenth::10], now_ns)
            begun = time.process_time()
            for message in made:
                for out in sensors.handle(message, now_ns):
                    assert isinstance(out, Sightings)
                    tracker.handle(out, now_ns)
            due_ns = tracker.next_wake_ns()
            if swarm and due_ns is not None and due_ns <= now_ns:
                told += sum(isinstance(m, SightingsUnexplained) for m in tracker.wake(now_ns))
            steps_s.append(time.process_time() - begun)
        if second >= 60 and second % 5 == 0:
            report = tracker.report_at(now_ns)
            rows.append((second + 1.0, report.number, report.state))
    cpu_s = sum(steps_s)
    return (
        figures(a, truth, rows)
        | {
            "sent_per_s": round(swarm.sent / a.seconds, 1) if swarm else 0,
            "false_share": round(swarm.false / max(swarm.sent, 1), 3) if swarm else 0,
            "refused": tracker.refusals.total,
            "load": round(cpu_s / a.seconds, 4),
            "step_p99_ms": round(1e3 * float(np.quantile(steps_s, 0.99)), 1),
            "step_worst_ms": round(1e3 * max(steps_s), 1),
            "areas_told": told,
        }
        | (reliability(tracker, swarm) if swarm else {})
    )


def reliability(tracker: Tracker, swarm: Swarm) -> dict[str, Any]:
    """Return what was learnt of the sources, mean by kind."""
    from skypact.sensors.lines.sighting import pseudonym

    known = tracker._crowd.reliability
    names = np.array([pseudonym(f"s{i}") for i in range(len(swarm.lat))], np.uint64)
    believed, new = known.of(names)
    kinds = {"liars": swarm.liar, "others": ~swarm.liar & (np.arange(len(names)) < swarm.sources)}
    kinds["crowd"] = np.arange(len(names)) >= swarm.sources
    return {
        "believed": {
            k: round(float(believed[rows].mean()), 3) for k, rows in kinds.items() if rows.any()
        },
        "new_share": round(float(new.mean()), 3),
    }


def figures(a: argparse.Namespace, truth: Flights, rows: list[Any]) -> dict[str, Any]:
    times = np.array([at for at, _, _ in rows])
    true = [truth.state(at) for at in times]
    held = States(
        np.repeat(times, [len(n) for _, n, _ in rows]), np.concatenate([n for _, n, _ in rows]),
        np.concatenate([s[:, :3] for _, _, s in rows]), np.concatenate([s[:, 3:] for _, _, s in rows]),
    )  # fmt: skip
    real = States(
        np.repeat(times, FLIGHTS), np.tile(np.arange(FLIGHTS), len(times)),
        np.concatenate([p for p, _, _ in true]), np.concatenate([v for _, v, _ in true]),
    )  # fmt: skip
    said = score(real, held, times)
    siap = said["siap_stone_soup"]
    first = real.number == 0
    off = []
    for at in times:
        place = real.position_m[first & (real.time_s == at)][0]
        near = held.position_m[held.time_s == at]
        off.append(float(np.linalg.norm(near - place, axis=1).min()))
    return {
        "spuriousness": siap["spuriousness"], "completeness": siap["completeness"],
        "position_error_m": siap["position_error_m"], "gospa_per_truth_m": said["gospa_per_truth_m"],
        "flight_0_worst_m": round(max(off)),
    }  # fmt: skip


def main() -> None:
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("--seconds", type=int, default=240)
    p.add_argument("--sources", type=int, default=14_000)
    p.add_argument("--seed", type=int, default=1)
    a = p.parse_args()
    warm()
    cases = {case: night(a, case) for case in ("none", "scattered", "liars", "crowd")}
    before = cases["none"]["spuriousness"]
    kept = nudge.SHARE_MAX, areas.NEW_WEIGHT_MAX, Reliability.learn
    nudge.SHARE_MAX = areas.NEW_WEIGHT_MAX = 1e9
    Reliability.learn = lambda *_: None
    planted = night(a, "crowd")
    nudge.SHARE_MAX, areas.NEW_WEIGHT_MAX, Reliability.learn = kept
    found = planted["gospa_per_truth_m"] >= 1.05 * cases["crowd"]["gospa_per_truth_m"]
    rises = {c: round(cases[c]["spuriousness"] - before, 4) for c in cases if c != "none"}
    met = (
        found
        and max(rises.values()) <= SPURIOUS_MAX
        and max(c["load"] for c in cases.values()) <= 1
    )
    print(json.dumps({"cases": cases, "planted": planted, "spuriousness_rise": rises, "met": met}))


if __name__ == "__main__":
    main()
