"""World: everything outside the nodes, as bytes on the wire at their time.

Plots leave as real ASTERIX CAT048 at the end of each sector, with CAT034 north and sector marks;
recorded civil traffic as CAT021 and Beast,
launches and sightings as lines of text. What is sent between two instants depends on scenario,
seed and start only, not on how often one asks.
"""

from collections import OrderedDict
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import numpy as np

from skypact.core.site import SensorSite
from skypact.exercise.cast.injects import SensorOut
from skypact.exercise.scenario import Scenario, Traffic
from skypact.exercise.sensing import TURN_RAD, Radar
from skypact.exercise.truth import Truth
from skypact.exercise.watchers.launches import LaunchFeed
from skypact.exercise.watchers.observers import ObserverFeed
from skypact.sensors.categories import asterix_cat034, asterix_cat048

SECOND_NS = 1_000_000_000
# What a radar takes to extract and send the plots of a sector (assumed).
EXTRACTION_NS = 20_000_000
ROTATIONS_KEPT = 3


class WireDatagram(NamedTuple):
    """Bytes of `feed` that reach the nation's node at `time_ns`."""

    time_ns: int
    feed: str
    data: bytes


class CivilTraffic(Protocol):
    """Recorded flights as bytes: (seconds of the recording, datagram or piece of a stream) in
    from_s <= seconds < to_s; zero_ns: UTC to be told for second 0 of the recording."""

    def cat021(
        self, from_s: float, to_s: float, zero_ns: int | None = None
    ) -> Sequence[tuple[float, bytes]]: ...

    def beast(
        self, from_s: float, to_s: float, zero_ns: int | None = None
    ) -> Sequence[tuple[float, bytes]]: ...


class World:
    """All feeds of all nations. `feeds` maps the name of a feed to its nation."""

    def __init__(
        self, scenario: Scenario, seed: int, start_ns: int, civil: CivilTraffic | None = None
    ) -> None:
        """start_ns: when second 0 of the scenario is, int ns UTC; civil: without it the feeds of
        recorded traffic are silent."""
        self.scenario, self.seed, self.start_ns = scenario, seed, start_ns
        self.truth = Truth(scenario, civil=True)
        self.feeds = {s.name: n.name for n in scenario.nations for s in n.sensors}
        self.feeds |= {t.feed: n.name for n in scenario.nations for t in n.traffic}
        self.feeds |= {w.feed: n.name for n in scenario.nations for w in n.launch_watches}
        self.feeds |= {o.feed: n.name for n in scenario.nations for o in n.observers}
        sites = [s for n in scenario.nations for s in n.sensors]
        off: dict[str, list[tuple[float, float]]] = {}
        for inject in scenario.injects:
            if isinstance(inject, SensorOut):
                off.setdefault(inject.sensor, []).append((inject.at_s, inject.until_s))
        self._radars = [
            _RadarFeed(site, self.truth, seed, start_ns, scenario.sectors, off.get(site.name, []))
            for site in sites
        ]
        self._texts: dict[str, LaunchFeed | ObserverFeed] = {}
        for nation in scenario.nations:
            for watch in nation.launch_watches:
                self._texts[watch.feed] = LaunchFeed(watch, self.truth, seed, start_ns)
            for table in nation.observers:
                self._texts[table.feed] = ObserverFeed(table, self.truth, seed, start_ns)
        self._traffic = [t for n in scenario.nations for t in n.traffic]
        self._civil = civil

    def datagrams(self, from_ns: int, to_ns: int) -> list[WireDatagram]:
        """Return what arrives in from_ns <= time < to_ns, by time, then feed, then order sent."""
        found = [d for radar in self._radars for d in radar.datagrams(from_ns, to_ns)]
        for feed, text in self._texts.items():
            found += [WireDatagram(ns, feed, line) for ns, line in text.sent(from_ns, to_ns)]
        for traffic in self._traffic:
            found += self._civil_datagrams(traffic, from_ns, to_ns)
        return sorted(found, key=lambda d: (d.time_ns, d.feed))

    def _civil_datagrams(self, traffic: Traffic, from_ns: int, to_ns: int) -> list[WireDatagram]:
        if self._civil is None:
            return []
        source = self._civil.cat021 if traffic.format == "asterix" else self._civil.beast
        zero_ns = self.start_ns - round(traffic.start_s * SECOND_NS)
        from_s, to_s = ((ns - zero_ns) / SECOND_NS for ns in (from_ns, to_ns))
        return [
            WireDatagram(zero_ns + round(at_s * SECOND_NS), traffic.feed, data)
            for at_s, data in source(max(from_s, 0.0), max(to_s, 0.0), zero_ns)
        ]


class _RadarFeed:
    """The datagrams of one radar, a rotation at a time."""

    def __init__(
        self,
        site: SensorSite,
        truth: Truth,
        seed: int,
        start_ns: int,
        sectors: int,
        off_s: Sequence[tuple[float, float]],
    ) -> None:
        """off_s: (from, to) in seconds of the scenario, when it is off."""
        self._off_ns = [tuple(start_ns + round(s * SECOND_NS) for s in span) for span in off_s]
        self._radar = Radar(site, truth, seed)
        self._site, self._start_ns, self._sectors = site, start_ns, sectors
        self._kept: OrderedDict[int, list[WireDatagram]] = OrderedDict()

    def datagrams(self, from_ns: int, to_ns: int) -> list[WireDatagram]:
        """Return what this radar sends in from_ns <= time < to_ns, by rotation."""
        period_s = self._site.period_s
        since_s = (from_ns - EXTRACTION_NS - self._start_ns) / SECOND_NS - self._radar.phase_s
        until_s = (to_ns - self._start_ns) / SECOND_NS - self._radar.phase_s
        # One more on either side: times are rounded to ns, rotations are not.
        first, last = int(since_s // period_s) - 1, int(until_s // period_s) + 1
        return [
            d
            for rotation in range(max(first, 0), last + 1)
            for d in self._rotation(rotation)
            if from_ns <= d.time_ns < to_ns and not self._is_off(d.time_ns)
        ]

    def _is_off(self, time_ns: int) -> bool:
        return any(begin <= time_ns < end for begin, end in self._off_ns)

    def _rotation(self, rotation: int) -> list[WireDatagram]:
        if rotation not in self._kept:
            self._kept[rotation] = self._send(rotation)
            while len(self._kept) > ROTATIONS_KEPT:
                self._kept.popitem(last=False)
        return self._kept[rotation]

    def _send(self, rotation: int) -> list[WireDatagram]:
        name, period_s = self._site.name, self._site.period_s
        passed_s, columns = self._radar.plots(rotation)
        time_ns = self._start_ns + np.rint(passed_s * SECOND_NS).astype(np.int64)
        north_s = self._radar.north_s(rotation)
        sector_s = north_s + np.arange(self._sectors + 1) * (period_s / self._sectors)
        sector_ns = [self._start_ns + round(s * SECOND_NS) for s in sector_s.tolist()]
        rows = np.searchsorted(passed_s, sector_s)
        rows[0], rows[-1] = 0, len(passed_s)
        sent: list[WireDatagram] = []
        for sector in range(self._sectors):
            # A mark leaves when the antenna gets there, the plots of the sector when it has left.
            kind = "sector" if sector else "north"
            azimuth_rad = sector / self._sectors * TURN_RAD
            mark_ns = sector_ns[sector]
            mark = asterix_cat034.encode_mark(self._site, kind, azimuth_rad, mark_ns, period_s)
            sent.append(WireDatagram(mark_ns, name, mark))
            part = slice(rows[sector], rows[sector + 1])
            if part.start == part.stop:
                continue
            plots = {"time_ns": time_ns[part], **{k: v[part] for k, v in columns.items()}}
            sent += [
                WireDatagram(sector_ns[sector + 1] + EXTRACTION_NS, name, data)
                for data in asterix_cat048.encode_all(self._site, plots)
            ]
        return sorted(sent, key=lambda d: d.time_ns)
