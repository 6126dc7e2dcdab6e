"""The tracking room: plots in, tracks out."""

from collections.abc import Sequence
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array, fault
from skypact.core.errors import ConfigError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Bearings,
    LaunchDetections,
    Message,
    PlotsRefused,
    PositionReports,
    Scan,
    Sighted,
    SightingArea,
    Sightings,
    SightingsUnexplained,
    Standing,
    TracksDeleted,
    TurnMeasured,
)
from skypact.core.site import SensorSite
from skypact.tracking.doubles import Doubles
from skypact.tracking.engine import Engine, Outcome
from skypact.tracking.kernels.layout import (
    COASTED,
    CONFIRMED,
    FEED,
    LAST_NUMBER,
    MERGED,
    PASSIVE,
    STARVED,
)
from skypact.tracking.kernels.lifecycle import COAST_TURNS
from skypact.tracking.launches import Launches
from skypact.tracking.pieces import one_plot_each, sweeps
from skypact.tracking.plots import bearing_plots, ecef_from_polar, report_plots, scan_plots
from skypact.tracking.refusals import Refusals, too_many
from skypact.tracking.registration.telling import registration_of
from skypact.tracking.registration.turns import Turns
from skypact.tracking.report import Report, batch_of, report_at
from skypact.tracking.settings import TrackingSettings
from skypact.tracking.sightings.crowd import Crowd
from skypact.tracking.sites import in_coverage, site_rows
from skypact.tracking.state import Held, TrackerState, layout

I64 = NDArray[np.int64]
F64 = NDArray[np.float64]
_WHY = {STARVED: "no plots", COASTED: "no plots", MERGED: "merged"}
_WAKE_GRACE_NS = 2_000_000_000
_WHOLE_SHARE = 0.8
_FALLS = 0.98  # how surely what is that high and fits a launch is ballistic
_FULL = "track table: is full, these plots could start no track"
_ANEW = "a snapshot of another version or other sensors: tracks start anew"


class Tracker:
    """Tracks of one nation's own sensors (Room protocol).

    Takes Scan, Bearings, PositionReports, Sightings and LaunchDetections; returns TrackBatch
    (confirmed tracks that changed), TracksDeleted, SensorRegistration and TurnMeasured. Input that
    cannot be used changes no track, is counted in `refusals` and told of by PlotsRefused.
    """

    def __init__(
        self, issuer: Issuer, settings: TrackingSettings, sites: tuple[SensorSite, ...]
    ) -> None:
        self.refusals = Refusals()
        self._issuer = issuer
        self._index = {site.name: s for s, site in enumerate(sites)}
        if len(self._index) < len(sites):
            raise ConfigError("two sensors have one name", path="", key="sensor.name")
        self._engine = Engine(settings, site_rows(sites))
        self._names = tuple(site.name for site in sites)
        self._layout = layout(self._names)
        self._told = [Standing.ALONE] * len(sites)
        self._doubles, self._crowd, self._launches = Doubles(), Crowd(), Launches()
        self._turns = Turns(self._engine.sites["period_ns"][:-1])
        self._high_m = settings.ceiling_m
        self._newest_ns = self._due_ns = 0
        self._last_scan_ns = np.zeros(len(sites), np.int64)
        slowest_ns = COAST_TURNS * self._engine.sites["period_ns"][:-1].max(initial=0)
        self._coast_ns = round(max(settings.coast_s * 1e9, slowest_ns)) + _WAKE_GRACE_NS
        self._late_ns = round(settings.late_s * 1e9)
        self._future_ns = round(settings.future_s * 1e9)

    @property
    def tracks(self) -> int:
        """Return the number of tracks, tentative ones included."""
        return self._engine.table.count

    @property
    def not_started(self) -> int:
        """Return how many plots started no track because the table was full."""
        return self._engine.table.not_started

    def handle(self, message: Message, now_ns: int) -> Sequence[Message]:
        """Take one message; return what follows from it."""
        return [*self._taken(message, now_ns), *self._refused(now_ns)]

    def _taken(self, message: Message, now_ns: int) -> Sequence[Message]:
        if isinstance(message, Scan | Bearings):
            return self._scan(message, now_ns)
        if isinstance(message, PositionReports):
            return self._reports(message, now_ns)
        if isinstance(message, Sightings):
            self._sightings(message, now_ns)
        if isinstance(message, LaunchDetections):
            self._launched(message, now_ns)
        return ()

    def wake(self, now_ns: int) -> Sequence[Message]:
        """Judge sightings; end the confirmed tracks that nothing has been heard of for too long."""
        if self._crowd.due_ns is not None and now_ns >= self._crowd.due_ns:
            return self._judge(now_ns)
        if now_ns < self._due_ns:
            return ()
        ended = self._end_quiet(now_ns)
        table = self._engine.table
        heard_ns = table.tracks["heard_ns"][: table.count]
        self._due_ns = int(heard_ns.min()) + self._coast_ns if table.count else 0
        return ended

    def _end_quiet(self, now_ns: int) -> Sequence[Message]:
        table = self._engine.table
        quiet = table.tracks["heard_ns"][: table.count] + self._coast_ns <= now_ns
        rows = np.flatnonzero(quiet)
        if rows.size == 0:
            return ()
        ended = rows[table.tracks["state"][rows] == CONFIRMED]
        numbers: I64 = table.tracks["number"][ended]
        states = table.tracks["x"][ended]
        table.remove(rows)
        if ended.size == 0:
            return ()
        outcome = Outcome(ended[:0], numbers, np.full(ended.size, COASTED, np.int64), states)
        return self._deleted(outcome, now_ns)

    def next_wake_ns(self) -> int | None:
        """Return when to look for tracks unheard of: never later than the first of them is due to
        end, mostly earlier, so that not every message costs a look at every track."""
        quiet_ns = self._due_ns if self._engine.table.count else None
        due = [ns for ns in (quiet_ns, self._crowd.due_ns) if ns is not None]
        return min(due, default=None)

    def report_at(self, time_ns: int) -> Report:
        """Return the confirmed tracks carried to a time; nothing changes."""
        return report_at(self._engine, time_ns)

    def snapshot(self) -> bytes:
        """Return the whole state."""
        return msgspec.msgpack.encode(
            TrackerState(
                issued=self._issuer.issued,
                layout=self._layout,
                last_number=int(self._engine.table.counters[LAST_NUMBER]),
                table=self._engine.table.to_bytes(),
                registration=self._engine.registration.to_bytes(),
                heights=self._engine.heights.to_bytes(),
                feeds=self._engine.feeds.tobytes(),
                told=tuple(self._told),
                doubles=self._doubles.to_bytes(),
                newest_ns=self._newest_ns,
                due_ns=self._due_ns,
                last_scan_ns=tuple(self._last_scan_ns.tolist()),
                refused=self.refusals.counts,
                refusals=tuple(self.refusals.latest),
                untold=self.refusals.untold,
                told_ns=self.refusals.told_ns,
                crowd=self._crowd.to_bytes(),
                launches=self._launches.to_bytes(),
                turns=self._turns.to_bytes(),
            )
        )

    def restore(self, state: bytes) -> None:
        """Take over the state that `snapshot` returned.

        Of one that another version or other sensors have left, only the numbers go on: the next
        turns of the radars bring the tracks back.
        """
        known = msgspec.msgpack.decode(state, type=Held)
        self._issuer.issued = known.issued
        if known.layout != self._layout:
            self._engine.table.counters[LAST_NUMBER] = known.last_number
            self.refusals.add(_ANEW, 1)
            return
        held = msgspec.msgpack.decode(state, type=TrackerState)
        self._engine.table.from_bytes(held.table)
        self._engine.registration.from_bytes(held.registration)
        self._engine.heights.from_bytes(held.heights)
        self._engine.feeds[:] = np.frombuffer(held.feeds, FEED)
        self._told = list(held.told)
        self._doubles.from_bytes(held.doubles)
        self._crowd.from_bytes(held.crowd)
        self._launches.from_bytes(held.launches)
        self._turns.from_bytes(held.turns)
        self._engine.sites["period_ns"][:-1] = self._turns.period_ns
        self._newest_ns, self._due_ns = held.newest_ns, held.due_ns
        self._last_scan_ns = np.array(held.last_scan_ns, np.int64)
        self.refusals = Refusals(held.refused, held.refusals, held.untold, held.told_ns)

    def _refused(self, now_ns: int) -> list[Message]:
        """Tell what was not taken and why."""
        out: list[Message] = []
        for why, count in self.refusals.due(now_ns):
            source, _, reason = why.partition(": ")
            header = self._issuer.header(now_ns, now_ns)
            out.append(PlotsRefused(**header, source=source, reason=reason or source, count=count))
        return out

    def _timely(self, time_ns: I64, now_ns: int, source: str) -> NDArray[np.bool_]:
        """Say which plots are neither from the future nor too far behind; count the others."""
        ahead = time_ns > now_ns + self._future_ns
        behind = time_ns < self._newest_ns - self._late_ns
        if ahead.any():
            self.refusals.add(f"{source}: plots from the future", int(ahead.sum()))
        if behind.any():
            self.refusals.add(f"{source}: plots too late", int(behind.sum()))
        return ~(ahead | behind)

    def _scan(self, scan: Scan | Bearings, now_ns: int) -> Sequence[Message]:
        s = self._index.get(scan.sensor, -1)
        why = self._misfit(scan, s) or too_many(scan.count) or fault(scan)
        if why:
            self.refusals.add(f"{scan.sensor}: {why}", 1)
            return ()
        plots = scan_plots(scan) if isinstance(scan, Scan) else bearing_plots(scan)
        if np.isnan(self._engine.sites["noise_var"][s, 2]):
            # A height of unknown accuracy would fit nowhere.
            plots["polar"][:, 2] = np.nan
        keep = self._timely(plots["time_ns"], now_ns, scan.sensor)
        fresh = self._doubles.fresh(s, plots["time_ns"], plots["polar"])
        if not fresh.all():
            self.refusals.add(f"{scan.sensor}: doubled plots", int((~fresh).sum()))
        plots = plots[keep & fresh]
        if scan.count and plots.size == 0:
            return ()
        if plots.size and self._launches.recent(int(plots["time_ns"].min())):
            self._cue(s, plots)
        out = self._turned(s, plots, now_ns)
        period = int(self._engine.sites["period_ns"][s])
        for rows in sweeps(plots["time_ns"], period):
            piece = plots[rows]
            look = self._whole(s, piece, scan, period)
            out += self._pass(s, piece, look, scan.received_ns, now_ns)
        return out

    def _turned(self, s: int, plots: NDArray[Any], now_ns: int) -> list[Message]:
        """Go by the period that the plots show; tell when it is another."""
        turns = self._turns
        if not turns.learn(s, plots["time_ns"], plots["polar"][:, 1]):
            return []
        period, settings = int(turns.period_ns[s]), int(turns.settings_ns[s])
        self._engine.sites["period_ns"][s] = period
        header = self._issuer.header(self._newest_ns, now_ns)
        known = {"period_s": period / 1e9, "settings_s": settings / 1e9}
        return [TurnMeasured(**header, sensor=self._names[s], **known)]

    def _misfit(self, scan: Scan | Bearings, s: int) -> str:
        """Return why a sensor cannot have sent this, "" when it can."""
        if s < 0:
            return "is not a configured sensor"
        passive = int(self._engine.sites["radar"][s]) == PASSIVE
        if passive == isinstance(scan, Bearings):
            return ""
        return (
            "is a passive sensor and measures no range" if passive else "sends ranges, not bearings"
        )

    def _whole(
        self, s: int, piece: NDArray[Any], scan: Scan | Bearings, period: int
    ) -> tuple[int, bool]:
        """Return (plot time looked up to, True when the piece is a full turn at one instant)."""
        times = piece["time_ns"]
        seen_ns = int(times.max()) if times.size else scan.observed_ns
        before = int(self._last_scan_ns[s])
        instant = times.size == 0 or int(times.min()) == seen_ns
        self._last_scan_ns[s] = max(seen_ns, before)
        return seen_ns, instant and before > 0 and seen_ns - before >= _WHOLE_SHARE * period

    def _reports(self, reports: PositionReports, now_ns: int) -> Sequence[Message]:
        why = too_many(reports.count) or fault(reports)
        if why:
            self.refusals.add(f"{reports.feed}: {why}", 1)
            return ()
        heights = self._engine.heights
        plots = report_plots(reports, heights)
        timely = self._timely(plots["time_ns"], now_ns, reports.feed)
        plots = plots[timely]
        if plots.size:
            heights.learn(
                array(reports, "altitude_pressure_m")[timely],
                array(reports, "height_wgs84_m")[timely],
                np.square(array(reports, "position_sd_m")[timely]),
                int(plots["time_ns"].max()),
            )
        out: list[Message] = []
        for rows in one_plot_each(plots["time_ns"], plots["address"]):
            piece = plots[rows]
            look = (int(piece["time_ns"].max()), False)
            out += self._pass(self._engine.radars, piece, look, reports.received_ns, now_ns)
        return out

    def _launched(self, message: LaunchDetections, now_ns: int) -> None:
        why = too_many(message.count) or fault(message)
        timely = why or (array(message, "time_ns") <= now_ns + self._future_ns).all()
        if why or not timely:
            self.refusals.add(f"{message.sensor}: {why or 'launches from the future'}", 1)
        else:
            self._launches.take(message)

    def _cue(self, s: int, plots: NDArray[Any]) -> None:
        """Give plots that may come from a reported launch the velocity they then have."""
        site = self._engine.sites[s]
        place = ecef_from_polar(plots["polar"], site["position"], site["rotation"])
        found = self._launches.velocities(plots["time_ns"], place, self._high_m)
        rows, plots["velocity"][found[0]], plots["velocity_var"][found[0]] = found
        plots["falls"][rows] = _FALLS

    def _sightings(self, message: Sightings, now_ns: int) -> None:
        why = fault(message)
        late, over = (0, 0) if why else self._crowd.take(message, now_ns)
        reasons = ((why, 1 if why else 0), ("sightings of another time", late))
        for reason, count in (*reasons, ("more sightings than can be judged", over)):
            if count:
                self.refusals.add(f"{message.feed}: {reason}", count)

    def _judge(self, now_ns: int) -> list[Message]:
        changed, areas = self._crowd.work(self._engine, now_ns)
        out: list[Message] = []
        if changed.size:
            header = self._issuer.header(self._newest_ns, now_ns)
            out.append(batch_of(self._engine.table.tracks, changed, header))
        if areas:
            said = tuple(
                SightingArea(
                    lat_rad=a.lat_rad,
                    lon_rad=a.lon_rad,
                    sources=a.sources,
                    sighted=Sighted(a.sighted),
                )
                for a in areas
            )
            header = self._issuer.header(now_ns, now_ns)
            out.append(SightingsUnexplained(**header, areas=said))
        return out

    def _pass(
        self, s: int, plots: NDArray[Any], look: tuple[int, bool], arrived_ns: int, now_ns: int
    ) -> list[Message]:
        seen_ns, whole = look
        self._newest_ns = max(self._newest_ns, seen_ns)
        if self._engine.table.count == 0:
            self._due_ns = now_ns + self._coast_ns
        arrived_ns = min(arrived_ns, now_ns)
        left_out = self.not_started
        outcome = self._engine.run(s, plots, seen_ns, now_ns, whole, arrived_ns)
        if self.not_started > left_out:
            self.refusals.add(_FULL, self.not_started - left_out)
        out: list[Message] = []
        if outcome.changed.size:
            header = self._issuer.header(seen_ns, now_ns)
            out.append(batch_of(self._engine.table.tracks, outcome.changed, header))
        if outcome.ended.size:
            out += self._deleted(outcome, now_ns)
        return out + self._registration(now_ns)

    def _registration(self, now_ns: int) -> list[Message]:
        """Tell of sensors whose standing changed."""
        learnt, out = self._engine.registration, list[Message]()
        for s, before in enumerate(self._told):
            if learnt.standing[s] != before:
                header = self._issuer.header(self._newest_ns, now_ns)
                out.append(registration_of(learnt, s, header, self._names[s], before))
        self._told = list(learnt.standing)
        return out

    def _deleted(self, outcome: Outcome, now_ns: int) -> list[Message]:
        seen = in_coverage(outcome.states, self._engine.sites)
        reasons = tuple(
            _WHY[why] if why != COASTED or inside else "left coverage"
            for why, inside in zip(outcome.why.tolist(), seen.tolist(), strict=True)
        )
        numbers = tuple(outcome.ended.tolist())
        header = self._issuer.header(self._newest_ns, now_ns)
        return [TracksDeleted(**header, numbers=numbers, reasons=reasons)]
