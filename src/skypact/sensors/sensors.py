"""Bytes of feeds in; plots, position reports and the state of feeds and sensors out."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from skypact.core.columns import array, pack
from skypact.core.errors import InvariantError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Bearings,
    Context,
    Datagrams,
    DatagramsDropped,
    FeedNoted,
    FeedView,
    Message,
    NodeStarted,
    PacketsRefused,
    PositionReports,
    Scan,
)
from skypact.core.site import SensorSite
from skypact.sensors import beast
from skypact.sensors.cot import positions as cot
from skypact.sensors.dis import read as dis
from skypact.sensors.lines.messages import messages
from skypact.sensors.lines.reader import Piece, read
from skypact.sensors.mode_s import Aircraft, Aircrafts
from skypact.sensors.moved import Invented, InventedNames, move, turning
from skypact.sensors.radar_clocks import RadarClocks
from skypact.sensors.reading import Arrived, Columns, Reader, Reading, position_reports, scan
from skypact.sensors.sapient import read as sapient
from skypact.sensors.sapient.nodes import Node
from skypact.sensors.settings import FeedSettings
from skypact.sensors.standards import reader as standard_reader
from skypact.sensors.standards.standard import Standard
from skypact.sensors.standards.table import STANDARDS
from skypact.sensors.tally import REFUSALS_KEPT, Doubles, Tally
from skypact.sensors.watch import Heard, Watch

SECOND_NS = 1_000_000_000
SPLITS = {"beast": beast.split, "avr": beast.split_avr}


class State(msgspec.Struct, kw_only=True):
    """Everything a snapshot holds."""

    issued: int
    next_wake_ns: int | None
    tallies: dict[str, Tally]
    doubles: dict[str, dict[bytes, int]]
    pending: dict[str, bytes]
    aircraft: dict[str, dict[int, Aircraft]]
    names: dict[str, Invented]
    heard: dict[str, Heard]
    clocks: dict[str, dict[int, int]] = msgspec.field(default_factory=dict[str, dict[int, int]])
    nodes: dict[str, dict[str, Node]] = msgspec.field(default_factory=dict[str, dict[str, Node]])
    watches: dict[str, Watch] = msgspec.field(default_factory=dict[str, Watch])


class Sensors:
    """The room. settings: the feeds; sites: the radars whose plots are wanted; standards: by
    format, those of third parties too."""

    def __init__(
        self,
        issuer: Issuer,
        settings: tuple[FeedSettings, ...],
        sites: tuple[SensorSite, ...],
        standards: Mapping[str, Standard] = STANDARDS,
    ) -> None:
        self._issuer, self._standards = issuer, standards
        self._feeds = {feed.name: feed for feed in settings}
        self._sites = {(site.sac, site.sic): site for site in sites}
        if len(self._feeds) != len(settings) or len(self._sites) != len(sites):
            raise InvariantError("two feeds of one name, or two radars of one SAC and SIC")
        operational = issuer.context == Context.OPERATION
        self._readers = {
            feed.name: Reader(
                feed.editions,
                self._sites,
                clock_error_max_s=feed.clock_error_max_s,
                refuse_simulated=operational,
            )
            for feed in settings
        }
        by_name = {site.name: site for site in sites}
        self._sapient = {
            feed.name: sapient.Reader(feed, by_name, issuer.context)
            for feed in settings
            if feed.format == "sapient"
        }
        self._dis = {f.name: dis.Reader(f, issuer.context) for f in settings if f.format == "dis"}
        self._turnings = {f.name: turning(f.moved) for f in settings if f.moved is not None}
        self._tallies = {name: Tally() for name in self._feeds}
        self._watches = {name: Watch() for name in self._feeds}
        self._doubles = {feed.group or feed.name: Doubles() for feed in settings}
        self._pending = {f.name: b"" for f in settings if f.format != "asterix"}
        self._aircraft = {f.name: Aircrafts() for f in settings if f.format in SPLITS}
        self._names = InventedNames()
        self._heard = {site.name: Heard(rotation_s=float(site.period_s)) for site in sites}
        self._periods_s = {site.name: site.period_s for site in sites}
        self._next_wake_ns: int | None = None

    def handle(self, message: Message, now_ns: int) -> Sequence[Message]:
        """Take Datagrams, what of them was lost, or NodeStarted; return plots and reports."""
        match message:
            case Datagrams():
                out = self._take(message)
                return [*self._noted(message.feed, out, now_ns), *out]
            case DatagramsDropped() | PacketsRefused():
                self._tally(message.feed).lose(message)
            case NodeStarted():
                self._next_wake_ns = now_ns
                for watch in self._watches.values():
                    watch.begin(now_ns)
            case _:
                raise InvariantError(f"sensors can't take {type(message).__name__}")
        return ()

    def wake(self, now_ns: int) -> Sequence[Message]:
        """Return one FeedView when a second has passed, and what is to be told of feeds."""
        if self._next_wake_ns is None or now_ns < self._next_wake_ns:
            return ()
        self._next_wake_ns = now_ns + SECOND_NS
        view = FeedView(
            **self._issuer.header(now_ns, now_ns),
            feeds=tuple(
                self._tallies[n].state(f, alive=self._watches[n].alive(f, now_ns))
                for n, f in self._feeds.items()
            ),
            sensors=tuple(
                heard.state(name, self._periods_s[name], now_ns)
                for name, heard in self._heard.items()
            ),
        )
        told = [
            self._note(name, text, now_ns)
            for name, feed in self._feeds.items()
            for text in self._watches[name].tell(feed, self._tallies[name].untimely, now_ns)
        ]
        return (view, *told)

    def _noted(self, feed: str, out: Sequence[Message], now_ns: int) -> list[Message]:
        """Keep watch over a feed that brought bytes and what was made of them."""
        watch = self._watches[feed]
        for message in out:
            watch.record(message.received_ns - message.observed_ns)
        text = watch.hear(now_ns)
        return [self._note(feed, text, now_ns)] if text else []

    def _note(self, feed: str, text: str, now_ns: int) -> FeedNoted:
        return FeedNoted(**self._issuer.header(now_ns, now_ns), feed=feed, text=text)

    def next_wake_ns(self) -> int | None:
        """Return when the next FeedView is due."""
        return self._next_wake_ns

    def snapshot(self) -> bytes:
        """Return the whole state as msgpack."""
        state = State(
            issued=self._issuer.issued,
            next_wake_ns=self._next_wake_ns,
            tallies=self._tallies,
            doubles={name: doubles.heard for name, doubles in self._doubles.items()},
            pending=self._pending,
            aircraft={name: aircraft.known for name, aircraft in self._aircraft.items()},
            names=self._names.names,
            heard=self._heard,
            clocks={name: reader.clocks.offsets for name, reader in self._readers.items()},
            nodes={name: reader.nodes for name, reader in self._sapient.items()},
            watches=self._watches,
        )
        return msgspec.msgpack.encode(state)

    def restore(self, state: bytes) -> None:
        """Take over a snapshot; feeds and radars configured since then begin afresh."""
        old = msgspec.msgpack.decode(state, type=State)
        self._issuer.issued = old.issued
        self._next_wake_ns = old.next_wake_ns
        self._tallies = {n: old.tallies.get(n, Tally()) for n in self._tallies}
        self._doubles = {n: Doubles(old.doubles.get(n)) for n in self._doubles}
        self._pending = {n: old.pending.get(n, b"") for n in self._pending}
        self._aircraft = {n: Aircrafts(old.aircraft.get(n)) for n in self._aircraft}
        self._watches = {n: old.watches.get(n, Watch()) for n in self._watches}
        self._names = InventedNames(old.names)
        self._heard = {n: old.heard.get(n, fresh) for n, fresh in self._heard.items()}
        for name, reader in self._readers.items():
            reader.clocks = RadarClocks(old.clocks.get(name))
        for name, said in self._sapient.items():
            said.nodes = old.nodes.get(name, {})

    def _tally(self, feed: str) -> Tally:
        if feed not in self._tallies:
            raise InvariantError(f"bytes of a feed that is not configured: {feed}")
        return self._tallies[feed]

    def _take(self, message: Datagrams) -> list[Message]:
        tally = self._tally(message.feed)
        lengths, arrivals = array(message, "length_bytes"), array(message, "arrival_ns")
        if int(lengths.sum()) != len(message.payload):
            raise InvariantError(f"{message.feed}: lengths of datagrams and payload differ")
        arrived: list[Arrived] = []
        end = 0
        for length, arrival_ns in zip(lengths.tolist(), arrivals.tolist(), strict=True):
            arrived.append(Arrived(message.payload[end : end + length], arrival_ns))
            end += length
            tally.last_ns = max(tally.last_ns, arrival_ns)
        feed = self._feeds[message.feed]
        takers = {
            "asterix": self._take_asterix,
            "beast": self._take_mode_s,
            "avr": self._take_mode_s,
            "sapient": self._take_sapient,
            "dis": self._take_dis,
            "cot": self._take_cot,
        } | dict.fromkeys(self._standards, self._take_standard)
        return takers.get(feed.format, self._take_lines)(feed, arrived)

    def _single(self, feed: FeedSettings, arrived: list[Arrived]) -> list[Arrived]:
        """Return the datagrams that no network of the group brought before; count the others."""
        doubles = self._doubles[feed.group or feed.name]
        window_ns = round(feed.doubled_window_s * SECOND_NS)
        single = [a for a in arrived if not doubles.is_double(a.data, a.arrival_ns, window_ns)]
        self._tallies[feed.name].doubled += len(arrived) - len(single)
        return single

    def _take_asterix(self, feed: FeedSettings, arrived: list[Arrived]) -> list[Message]:
        tally = self._tallies[feed.name]
        single = self._single(feed, arrived)
        reading = self._readers[feed.name].read(single)
        tally.records += reading.records
        tally.refuse(reading.refusals)
        self._count_unknown(tally, reading)
        out: list[Message] = []
        latest_ns = max((a.arrival_ns for a in single), default=0)
        for source, columns in reading.plots.items():
            name = self._sites[source].name
            self._heard[name].last_ns = max(self._heard[name].last_ns, latest_ns)
            if feed.moved is not None:
                self._rename(columns)
            out.append(scan(self._issuer, name, columns, latest_ns))
        for mark in reading.marks:
            self._heard[self._sites[mark.source].name].take(mark, latest_ns)
        for status in reading.statuses:
            tally.hear(status.source, status.fault, latest_ns)
        for columns in reading.reports.values():
            out += self._reports(feed, columns, latest_ns)
        return out

    def _take_mode_s(self, feed: FeedSettings, arrived: list[Arrived]) -> list[Message]:
        tally = self._tallies[feed.name]
        messages: list[tuple[bytes, int, int]] = []
        for chunk in arrived if feed.stream else self._single(feed, arrived):
            split = SPLITS[feed.format]
            frames, junk, self._pending[feed.name] = split(self._pending[feed.name], chunk.data)
            tally.refuse(junk)
            messages += [(f.message, chunk.arrival_ns, f.offset) for f in frames]
        columns, refusals = self._aircraft[feed.name].reports(messages)
        tally.records += len(messages) - len(refusals)
        tally.refuse(refusals)
        return self._reports(feed, columns, max((a.arrival_ns for a in arrived), default=0))

    def _take_sapient(self, feed: FeedSettings, arrived: list[Arrived]) -> list[Message]:
        tally = self._tallies[feed.name]
        single = self._single(feed, arrived)
        reading = self._sapient[feed.name].read((a.data, a.arrival_ns) for a in single)
        latest_ns = max((a.arrival_ns for a in single), default=0)
        tally.records += reading.records
        tally.refuse(reading.refusals)
        for name, fault in reading.health:
            tally.hear_named(name, fault, latest_ns)
        for note in reading.notes[-REFUSALS_KEPT:]:
            tally.note(note)
        for name, count in reading.unknown.items():
            tally.unknown += count
            tally.note(f"{name} is no [[sensor]] here: its bearings are left aside")
        for name in reading.heard:
            self._heard[name].last_ns = max(self._heard[name].last_ns, latest_ns)
        out = self._seen(reading.scans, reading.bearings, latest_ns)
        return out + (self._reports(feed, reading.reports, latest_ns) if reading.reports else [])

    def _seen(
        self, scans: Mapping[str, Columns], bearings: Mapping[str, Columns], latest_ns: int
    ) -> list[Message]:
        out: list[Message] = [
            scan(self._issuer, name, columns, latest_ns) for name, columns in scans.items()
        ]
        return out + [
            Bearings(
                **self._issuer.header(int(columns["time_ns"].max()), latest_ns),
                sensor=name,
                count=len(columns["time_ns"]),
                **pack(Bearings, **columns),
            )
            for name, columns in bearings.items()
        ]

    def _take_standard(self, feed: FeedSettings, arrived: list[Arrived]) -> list[Message]:
        tally, standard = self._tallies[feed.name], self._standards[feed.format]
        arrived = arrived if feed.stream else self._single(feed, arrived)
        pieces, self._pending[feed.name], long = standard_reader.records(
            self._pending[feed.name],
            ((a.data, a.arrival_ns) for a in arrived),
            standard.ends_with if feed.stream else b"",
        )
        tally.refuse(long)
        reading = standard_reader.read(standard, pieces, self._heard, feed.clock_error_max_s)
        tally.records += reading.records
        tally.refuse(reading.refusals)
        for name in list(reading.unknown)[-REFUSALS_KEPT:]:
            tally.note(f"{name} is no [[sensor]] here: what it saw is left aside")
        tally.unknown += sum(reading.unknown.values())
        latest_ns = max((a.arrival_ns for a in arrived), default=0)
        scans, bearings = reading.columns(Scan), reading.columns(Bearings)
        for name in (*scans, *bearings):
            self._heard[name].last_ns = max(self._heard[name].last_ns, latest_ns)
        positions = reading.columns(PositionReports).values()
        reports = [self._reports(feed, columns, latest_ns) for columns in positions]
        return sum(reports, self._seen(scans, bearings, latest_ns))

    def _take_cot(self, feed: FeedSettings, arrived: list[Arrived]) -> list[Message]:
        tally = self._tallies[feed.name]
        arrived = arrived if feed.stream else self._single(feed, arrived)
        reading, self._pending[feed.name] = cot.read_positions(
            self._pending[feed.name],
            ((a.data, a.arrival_ns) for a in arrived),
            stream=feed.stream,
            clock_error_max_s=feed.clock_error_max_s,
            refuse_simulated=self._issuer.context == Context.OPERATION,
        )
        tally.records += reading.records
        tally.refuse(reading.refusals)
        for kind, count in reading.unknown.items():
            tally.unknown += count
            tally.note(f"{kind} is no position in the air: left aside")
        return self._reports(feed, reading.columns, max((a.arrival_ns for a in arrived), default=0))

    def _take_lines(self, feed: FeedSettings, arrived: list[Arrived]) -> list[Message]:
        tally, sensors = self._tallies[feed.name], frozenset(self._heard)
        arrived = arrived if feed.stream else self._single(feed, arrived)
        reading, self._pending[feed.name] = read(
            self._pending[feed.name],
            [Piece(a.data, a.arrival_ns) for a in arrived],
            *(feed.format, feed.stream, sensors, feed.clock_error_max_s),
        )
        tally.records += reading.records
        tally.refuse(reading.refusals)
        for name in list(reading.unknown)[-REFUSALS_KEPT:]:
            tally.note(f"unknown sensor {name}")
        tally.unknown += sum(reading.unknown.values())
        latest_ns = max((a.arrival_ns for a in arrived), default=0)
        for name in (*reading.plots, *reading.bearings):
            self._heard[name].last_ns = max(self._heard[name].last_ns, latest_ns)
        out = messages(self._issuer, feed.name, reading, latest_ns)
        if reading.positions is not None:
            out += self._reports(feed, reading.positions, latest_ns)
        return out

    def _take_dis(self, feed: FeedSettings, arrived: list[Arrived]) -> list[Message]:
        tally = self._tallies[feed.name]
        single = self._single(feed, arrived)
        reading = self._dis[feed.name].read([(a.data, a.arrival_ns) for a in single])
        tally.records += reading.records
        tally.refuse(reading.refusals)
        for what, count in reading.unknown.items():
            tally.unknown += count
            tally.note(what)
        if reading.reports is None:
            return []
        return self._reports(feed, reading.reports, max(a.arrival_ns for a in single))

    def _reports(self, feed: FeedSettings, columns: Columns, arrived_ns: int) -> list[Message]:
        if not len(columns["time_ns"]):
            return []
        if feed.name in self._turnings:
            lat, lon, velocity = move(
                self._turnings[feed.name],
                columns["lat_rad"],
                columns["lon_rad"],
                columns["velocity_enu_mps"],
            )
            columns |= {"lat_rad": lat, "lon_rad": lon, "velocity_enu_mps": velocity}
            self._rename(columns)
        return [position_reports(self._issuer, feed.name, columns, arrived_ns)]

    def _rename(self, into: Columns) -> None:
        into["address"], into["callsign"] = self._names.rename(into["address"], into["callsign"])

    @staticmethod
    def _count_unknown(tally: Tally, reading: Reading) -> None:
        tally.unknown += int(reading.unknown.sum())
        # Thousands of invented sources in a datagram must not hold up the others.
        for code in np.flatnonzero(reading.unknown)[-REFUSALS_KEPT:].tolist():
            tally.note(f"unknown radar SAC {code >> 8} SIC {code & 255}")
        for category, count in reading.unknown_categories.items():
            tally.unknown += count
            tally.note(f"CAT{category:03d} is not read here")
