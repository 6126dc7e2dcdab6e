"""What the fuzzer feeds: for each decoder a function of bytes that fails when the decoder does.

Inputs are framed, so that most reach the decoder's inside: data blocks of a right length, Mode S
messages of a right parity. What comes out is checked against the bounds of the messages.
"""

from collections.abc import Callable
from typing import Any

ARRIVAL_NS = 1_790_000_000_000_000_000
CATEGORIES = (1, 2, 10, 11, 20, 21, 34, 48, 62, 65)
TestOne = Callable[[bytes], None]


def asterix() -> TestOne:
    """First byte: bits 0 to 3 choose a category and bit 6 no framing; second: cut into two blocks."""
    from skypact.core.columns import fault
    from skypact.core.ids import Issuer
    from skypact.core.messages import Context
    from skypact.core.site import SensorSite
    from skypact.sensors import asterix_blocks as blocks
    from skypact.sensors.asterix.program import Wanted, program
    from skypact.sensors.asterix_rows import USUAL
    from skypact.sensors.reading import Arrived, Reader, position_reports, scan
    from skypact.sensors.settings import Editions

    site = SensorSite(name="r", sac=7, sic=9, lat_deg=-32, lon_deg=-18, height_m=9, period_s=5)
    every = program({c: Wanted(e, expansion="") for c, e in USUAL.items()})
    issuer = Issuer("auria", "fuzz", Context.TEST)
    known = {(7, 9): site}

    def test_one(data: bytes) -> None:
        if len(data) < 3:
            return
        category, cut = CATEGORIES[(data[0] & 15) % len(CATEGORIES)], data[1]
        sent = data[2:]
        if not data[0] & 64:
            parts = [sent[:cut], sent[cut:]] if data[0] & 32 else [sent]
            sent = b"".join(bytes([category]) + (3 + len(p)).to_bytes(2, "big") + p for p in parts)
        batch = blocks.read([sent], [ARRIVAL_NS], every)
        for records in batch.records.values():
            assert (records.offsets >= 3).all()
            assert (records.offsets < len(sent)).all()
        for sites in (known, None):
            reader = Reader(Editions(), sites, clock_error_max_s=1e6, refuse_simulated=False)
            reading = reader.read([Arrived(sent, ARRIVAL_NS)])
            assert reading.records >= 0
            for columns in reading.plots.values():
                assert fault(scan(issuer, "r", columns, ARRIVAL_NS)) == ""
            for columns in reading.reports.values():
                assert fault(position_reports(issuer, "r", columns, ARRIVAL_NS)) == ""

    return test_one


def beast() -> TestOne:
    """First byte: bit 0 raw bytes, else message after message of a right parity; bit 1 AVR; second:
    where the stream is cut."""
    from skypact.core.columns import fault
    from skypact.core.ids import Issuer
    from skypact.core.messages import Context
    from skypact.sensors import beast as frames_of
    from skypact.sensors.mode_s import Aircrafts
    from skypact.sensors.reading import position_reports

    issuer = Issuer("auria", "fuzz", Context.TEST)

    def test_one(data: bytes) -> None:
        if len(data) < 2:
            return
        stream = data[2:]
        if not data[0] & 1:
            bodies = [data[i : i + 11] for i in range(2, len(data) - 10, 11)]
            messages = [body + parity(body) for body in bodies]
            stream = b"".join(frames_of.encode_frame(m, 0x1A1A, 26) for m in messages)
            if data[0] & 2:
                stream = b"".join(b"*%s;\n" % m.hex().encode() for m in messages)
        split = frames_of.split_avr if data[0] & 2 else frames_of.split
        known, pending, aircraft = [], b"", Aircrafts()
        for number, chunk in enumerate((stream[: data[1]], stream[data[1] :])):
            frames, refusals, pending = split(pending, chunk)
            assert len(pending) <= 44
            assert all(r.count > 0 for r in refusals)
            known += [(f.message, ARRIVAL_NS + number, f.offset) for f in frames]
        columns, _ = aircraft.reports(known)
        if len(columns["time_ns"]):
            assert fault(position_reports(issuer, "r", columns, ARRIVAL_NS)) == ""

    return test_one


def captures() -> TestOne:
    """First byte: bit 0 pcapng; second: how much of it is taken at a time."""
    import numpy as np

    from skypact.edge.feeds.fragments import Fragments
    from skypact.edge.feeds.frames import PCAP, PCAPNG, Pcap, Pcapng
    from skypact.edge.feeds.packets import udp_payloads

    def test_one(data: bytes) -> None:
        if len(data) < 3:
            return
        is_next, step, sent = data[0] & 1, 8 * data[1] + 8, data[2:]
        frames = Pcapng() if is_next else Pcap()
        sent = sent if is_next or sent[:4] in PCAP else next(iter(PCAP)) + sent
        sent = PCAPNG + sent if is_next and sent[:4] != PCAPNG else sent
        window, fragments = b"", Fragments()
        for at in range(0, len(sent), step):
            window += sent[at : at + step]
            done = frames.take(window, last=at + step >= len(sent))
            assert 0 <= done <= len(window)
            assert (frames.arrival_ns >= 0).all()
            view = np.frombuffer(window, np.uint8)
            packets = udp_payloads(view, frames.at, frames.end, frames.link)
            assert ((packets.first <= packets.last) & (packets.last <= len(window))).all()
            for number in np.flatnonzero(packets.fragment).tolist():
                taken = fragments.take(window, packets, number, int(frames.arrival_ns[number]))
                assert len(taken) <= 0xFFFF
            window = window[done:]
        assert frames.cut_short(len(window))

    return test_one


def sapient() -> TestOne:
    """First byte: bit 0 raw bytes, else numbers of a detection: by bit 1 a place or a direction."""
    import msgspec
    import numpy as np

    from skypact.core.columns import fault, pack
    from skypact.core.ids import Issuer
    from skypact.core.messages import Bearings, Context
    from skypact.core.site import SensorSite
    from skypact.sensors.reading import position_reports, scan
    from skypact.sensors.sapient.frames import framed
    from skypact.sensors.sapient.read import Reader
    from skypact.sensors.settings import FeedSettings
    from tests.unit.sensors.sapient import messages

    site = SensorSite(name="r", sac=7, sic=9, lat_deg=-32, lon_deg=-18, height_m=9, period_s=5)
    sites = {"r": site, "eye": msgspec.structs.replace(site, name="eye", passive=True)}
    table = {"name": "n", "source": "tcp://127.0.0.1:1", "format": "sapient", "period_s": 5}
    known = {messages.CAMERA: "eye"}
    feed = msgspec.convert({**table, "sapient": {"nodes": known}}, FeedSettings)
    issuer = Issuer("auria", "fuzz", Context.TEST)
    enter = [
        messages.frame(m)
        for node, kind in ((messages.RADAR, "RADAR"), (messages.CAMERA, "CAMERA"))
        for m in (messages.registration(node, (kind,)), messages.status(node, origin=(-32, -18, 9)))
    ]

    def made(data: bytes) -> bytes:
        numbers = np.frombuffer(data[: len(data) // 8 * 8].ljust(64, b"\0"), np.float64)[
            :8
        ].tolist()
        node = messages.CAMERA if data[0] & 1 else messages.RADAR
        if data[0] & 2:
            a, b, c, *_ = numbers
            return messages.frame(messages.polar(node, azimuth=a, elevation=b, distance=c))
        lat, lon, z, error, *velocity = numbers
        return messages.frame(
            messages.detection(
                node, lat=lat, lon=lon, z=z, error=error, velocity=tuple(velocity[:3])
            )
        )

    def test_one(data: bytes) -> None:
        if len(data) < 3:
            return
        sent = data[1:] if data[0] & 1 else made(data[1:])
        if data[0] & 1 and data[0] & 4:
            sent = framed(sent)
        reader = Reader(feed, sites, Context.TEST)
        reading = reader.read([(m, ARRIVAL_NS) for m in (*enter, sent)])
        assert reading.records >= 0
        for columns in reading.scans.values():
            assert fault(scan(issuer, "r", columns, ARRIVAL_NS)) == ""
        for columns in reading.bearings.values():
            times, count = columns["time_ns"], len(columns["time_ns"])
            header = issuer.header(int(times.max()), ARRIVAL_NS)
            packed = pack(Bearings, **columns)
            assert fault(Bearings(**header, sensor="eye", count=count, **packed)) == ""
        if reading.reports is not None:
            assert fault(position_reports(issuer, "n", reading.reports, ARRIVAL_NS)) == ""

    return test_one


def cot() -> TestOne:
    """First byte: where the stream is cut; the rest: XML events and TAK frames."""
    from skypact.core.errors import DecodeError
    from skypact.sensors.cot.glance import glance
    from skypact.sensors.cot.stream import datagram, framed, read, split

    def test_one(data: bytes) -> None:
        if len(data) < 2:
            return
        sent, pending = data[1:], b""
        frames, _ = datagram(sent)
        for chunk in (sent[: data[0]], sent[data[0] :]):
            more, _, pending = split(pending, chunk)
            frames = [*frames, *more]
        for frame in frames:
            glance(frame.data)
            try:
                event = read(frame).event
            except DecodeError:
                continue
            for tak in (False, True):
                [again], refusals = datagram_of(framed(event, tak=tak))
                assert not refusals
                # XML has no control characters; a question mark stands for them.
                assert read(again).event.uid == event.uid or (
                    not tak and not event.uid.isprintable()
                )

    def datagram_of(data: bytes) -> Any:
        frames, refusals, pending = split(b"", data)
        assert pending == b""
        return frames, refusals

    return test_one


def lines() -> TestOne:
    """First byte: where the stream is cut; the rest goes through the room, as both forms."""
    import msgspec

    from skypact.core.columns import fault
    from skypact.core.ids import Issuer
    from skypact.core.messages import Context
    from skypact.core.site import SensorSite
    from skypact.sensors.sensors import Sensors
    from skypact.sensors.settings import FeedSettings
    from tests.unit.sensors import samples

    site = SensorSite(name="r1", sac=7, sic=9, lat_deg=-32, lon_deg=-18, height_m=9, period_s=5)
    table = {"source": "tcp://127.0.0.1:1", "period_s": 5}
    feeds = tuple(
        msgspec.convert({**table, "name": form, "format": form}, FeedSettings)
        for form in ("lines", "sightings")
    )

    def test_one(data: bytes) -> None:
        if len(data) < 2:
            return
        pieces = [p for p in (data[1 : 1 + data[0]], data[1 + data[0] :]) if p]
        room = Sensors(Issuer("auria", "fuzz", Context.TEST), feeds, (site,))
        for feed in feeds:
            message = samples.datagrams(feed.name, [(ARRIVAL_NS, piece) for piece in pieces])
            for out in room.handle(message, ARRIVAL_NS):
                assert not hasattr(out, "COLUMNS") or fault(out) == ""

    return test_one


def standards() -> TestOne:
    """First byte: bit 0 raw bytes, else fields of one line; bit 1 datagrams, else a stream; second:
    where it is cut. All standards of the table, through the room."""
    import msgspec

    from skypact.core.columns import fault
    from skypact.core.ids import Issuer
    from skypact.core.messages import Context, PositionReports
    from skypact.core.site import SensorSite
    from skypact.sensors.sensors import Sensors
    from skypact.sensors.settings import FeedSettings
    from skypact.sensors.standards.reader import RECORD_BYTES_MAX
    from skypact.sensors.standards.table import STANDARDS
    from tests.unit.sensors import samples

    site = SensorSite(name="r1", sac=7, sic=9, lat_deg=-32, lon_deg=-18, height_m=9, period_s=5)
    feeds = {
        scheme: tuple(
            msgspec.convert(
                {"source": f"{scheme}://127.0.0.1:1", "period_s": 5, "name": n, "format": n},
                FeedSettings,
            )
            for n in STANDARDS
        )
        for scheme in ("udp", "tcp")
    }

    def line(fields: bytes) -> bytes:
        parts = [b"MSG", b"3", *fields.split(b",")[:20]]
        return b",".join(parts + [b""] * (22 - len(parts))) + b"\n"

    def test_one(data: bytes) -> None:
        if len(data) < 3:
            return
        sent = data[2:] if data[0] & 1 else line(data[2:])
        pieces = [p for p in (sent[: data[1]], sent[data[1] :]) if p]
        used = feeds["udp" if data[0] & 2 else "tcp"]
        room = Sensors(Issuer("auria", "fuzz", Context.TEST), used, (site,))
        for feed in used:
            message = samples.datagrams(feed.name, [(ARRIVAL_NS, piece) for piece in pieces])
            for out in room.handle(message, ARRIVAL_NS):
                assert not hasattr(out, "COLUMNS") or fault(out) == ""
                assert not isinstance(out, PositionReports) or printable(out.callsign)
            state = room._tallies[feed.name]
            assert not any("the decoder failed" in text for text in state.last_refusals)
            assert len(room._pending[feed.name]) <= RECORD_BYTES_MAX

    def printable(callsigns: bytes) -> bool:
        return all(c == 0 or 32 <= c < 127 for c in callsigns)

    return test_one


def dis() -> TestOne:
    """First byte: bit 0 raw bytes, else one entity state of them, of a right length."""
    import msgspec

    from skypact.core.columns import fault
    from skypact.core.ids import Issuer
    from skypact.core.messages import Context
    from skypact.sensors.dis.pdu import ROW
    from skypact.sensors.dis.read import Reader
    from skypact.sensors.reading import position_reports
    from skypact.sensors.settings import FeedSettings

    table = {"name": "n", "source": "udp://127.0.0.1:1", "format": "dis", "period_s": 5}
    feed = msgspec.convert(table, FeedSettings)
    issuer = Issuer("auria", "fuzz", Context.EXERCISE)
    head = b"\x07\x01\x01\x01" + bytes(4) + ROW.itemsize.to_bytes(2, "big") + bytes(9) + b"\0"

    def test_one(data: bytes) -> None:
        if len(data) < 2:
            return
        body = data[1:] if data[0] & 1 else head + data[1:125].ljust(124, b"\0")
        reading = Reader(feed, Context.EXERCISE).read([(body, ARRIVAL_NS)])
        assert reading.records >= 0
        if reading.reports is not None:
            assert fault(position_reports(issuer, "n", reading.reports, ARRIVAL_NS)) == ""

    return test_one


def parity(body: bytes) -> bytes:
    """Return the 24 parity bits of a Mode S message. Source: ICAO Annex 10 volume IV, 3.1.2.3.3."""
    left = int.from_bytes(body, "big") << 24
    for bit in range(8 * len(body) + 23, 23, -1):
        if left >> bit & 1:
            left ^= 0x1FFF409 << (bit - 24)
    return left.to_bytes(3, "big")


DECODERS: dict[str, Callable[[], TestOne]] = {
    "asterix": asterix,
    "beast": beast,
    "captures": captures,
    "sapient": sapient,
    "dis": dis,
    "cot": cot,
    "lines": lines,
    "standards": standards,
}
