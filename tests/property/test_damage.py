"""Every decoder of a feed: bits flipped in 1 % of the records lose only those, datagrams that come
twice count once, and whatever came is counted as good, refused, unknown or doubled."""

import random
from collections import Counter
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pytest

from skypact.core.columns import array
from skypact.core.ids import Issuer
from skypact.core.messages import Context, FeedState, Message, NodeStarted
from skypact.exercise.recorded import RecordedTraffic
from skypact.sensors import beast
from skypact.sensors.categories import asterix_cat048
from skypact.sensors.dis import pdu
from skypact.sensors.sensors import Sensors
from skypact.sensors.settings import FeedSettings
from skypact.sensors.tally import REFUSALS_KEPT
from tests.unit.sensors import samples
from tests.unit.sensors.cot import samples as cot
from tests.unit.sensors.dis.test_read import rows as entities
from tests.unit.sensors.sapient import messages as sapient
from tests.unit.sensors.standards.test_base_station import LINE

COUNT, DAMAGED, PIECE_BYTES = 1_000, 10, 1_400
SITE = samples.site()


def asterix() -> Iterator[bytes]:
    for i in range(COUNT):
        table = {name: column[:1] for name, column in samples.plots().items()}
        table["range_m"] = np.array([5e3 + 100 * i])
        yield asterix_cat048.encode(SITE, table)


def basestation() -> Iterator[bytes]:
    for i in range(COUNT):
        yield LINE.replace(b"4CA2D6", b"%06X" % (i + 1))


def mode_s() -> Iterator[bytes]:
    """Yield Beast frames whose bytes are all different: receivers count 12 million a second."""
    for i, (_, frame) in zip(range(COUNT), RecordedTraffic().beast(0, 60), strict=False):
        [one], _, _ = beast.split(b"", frame)
        yield beast.encode_frame(one.message, i << 12, 7)


def avr() -> Iterator[bytes]:
    for i, frame in enumerate(mode_s()):
        [one], _, _ = beast.split(b"", frame)
        yield b"@%012X%s;\n" % (i, one.message.hex().encode())


def json_lines() -> Iterator[bytes]:
    for i in range(COUNT):
        yield b'{"kind":"position","lat_deg":-32,"lon_deg":-18.%03d,"position_sd_m":50}\n' % i


def csv_lines() -> Iterator[bytes]:
    for i in range(COUNT):
        yield b"position,,-32,-18.%03d,50,9000\n" % i


def cursors() -> Iterator[bytes]:
    for i in range(COUNT):
        event = cot.ATAK.replace(b"a-f-G-U-C", b"a-f-A-M-F").replace(b"ANDROID-1", b"PLANE-%d" % i)
        yield event.replace(b"-32.1", b"-32.%03d" % i)


def dis() -> Iterator[bytes]:
    for i in range(COUNT):
        [data] = pdu.write(entities(exercise=1, entity=i + 1))
        yield data


def detections() -> Iterator[bytes]:
    for i in range(COUNT):
        yield sapient.frame(sapient.detection(lon=-18 + i / 1e4))


SENT = {
    "asterix": ("asterix", "udp", asterix),
    "beast": ("beast", "udp", mode_s),
    "beast stream": ("beast", "tcp", mode_s),
    "avr": ("avr", "udp", avr),
    "avr stream": ("avr", "tcp", avr),
    "basestation": ("basestation", "udp", basestation),
    "basestation stream": ("basestation", "tcp", basestation),
    "json": ("lines", "udp", json_lines),
    "json stream": ("lines", "tcp", json_lines),
    "csv": ("lines", "udp", csv_lines),
    "csv stream": ("lines", "tcp", csv_lines),
    "cot": ("cot", "udp", cursors),
    "cot stream": ("cot", "tcp", cursors),
    "dis": ("dis", "udp", dis),
    "sapient": ("sapient", "tcp", detections),
}
CASES = pytest.mark.parametrize("case", SENT)


def taken(case: str, records: list[bytes]) -> tuple[Counter[Any], FeedState]:
    """Return the rows a room makes of them, and what it counted."""
    form, scheme, _ = SENT[case]
    table = {"name": "f", "source": f"{scheme}://127.0.0.1:1", "format": form, "period_s": 5}
    feed = msgspec.convert({**table, "clock_error_max_s": 1e5}, FeedSettings)
    issuer = Issuer("auria", "sensors", Context.EXERCISE)
    room, out = Sensors(issuer, (feed,), (SITE,)), list[Message]()
    now_ns = cot.NOW_NS if form == "cot" else samples.START_NS
    room.handle(NodeStarted(**issuer.header(0, 0), epoch=1, version="0"), now_ns)
    if form == "sapient":
        enter = [
            sapient.frame(m)
            for m in (
                sapient.registration(sapient.RADAR, ("RADAR",)),
                sapient.status(sapient.RADAR),
            )
        ]
        records = enter + records
    elif feed.stream:
        whole = b"".join(records)
        records = [whole[at : at + PIECE_BYTES] for at in range(0, len(whole), PIECE_BYTES)]
    for at in range(0, len(records), 64):
        batch = [(now_ns, data) for data in records[at : at + 64]]
        out += room.handle(samples.datagrams("f", batch), now_ns)
    view = room.wake(now_ns)[0]
    return Counter(row for m in out for row in rows(m)), view.feeds[0]  # type: ignore[attr-defined]


def rows(message: Message) -> list[tuple[Any, ...]]:
    columns = [array(message, name).tolist() for name in message.COLUMNS]  # type: ignore[attr-defined]
    return [tuple(map(str, row)) for row in zip(*columns, strict=True)]


@CASES
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_flipped_bits_lose_only_the_damaged_records(case: str, seed: int) -> None:
    dice, sent = random.Random(seed), list(SENT[case][2]())
    damaged = set(dice.sample(range(len(sent)), DAMAGED))
    whole, before = taken(case, sent)
    assert before.refused == 0, before
    kept = [data for i, data in enumerate(sent) if i not in damaged]
    broken = list(sent)
    for i in damaged:
        data = bytearray(broken[i])
        # Of a SAPIENT frame the length is the line's, which TCP checks.
        at = dice.randrange(4 if case == "sapient" else 0, len(data))
        data[at] ^= 1 << dice.randrange(8)
        broken[i] = bytes(data)
    found, after = taken(case, broken)
    sound, alone = taken(case, kept)
    if case in ("beast", "beast stream", "avr", "avr stream"):
        # A position needs two messages; what is lost with one of them is no damage to the other.
        assert after.records >= alone.records
    else:
        assert sound - found == Counter()
        assert sum(found.values()) <= sum(whole.values())
    assert after.records + after.refused + after.unknown >= alone.records
    assert after.refused + after.unknown + after.records > before.records - DAMAGED
    assert len(after.last_refusals) <= REFUSALS_KEPT


@pytest.mark.parametrize("case", [case for case in SENT if SENT[case][1] == "udp"])
def test_a_datagram_that_comes_twice_counts_once(case: str) -> None:
    sent = list(SENT[case][2]())
    once, one = taken(case, sent)
    twice, two = taken(case, [data for data in sent for _ in range(2)])
    assert twice == once
    assert (two.records, two.doubled) == (one.records, one.doubled + len(sent))
    # A second network, a little later.
    assert taken(case, sent + sent)[0] == once


@CASES
def test_what_is_none_is_counted_and_the_last_are_kept(case: str) -> None:
    junk, good = [b"no record %d\n" % i for i in range(20)], next(SENT[case][2]())
    _, state = taken(case, [*junk, good])
    assert state.records <= 1 + 2 * (case == "sapient")
    assert state.refused > 0
    assert 1 <= len(state.last_refusals) <= REFUSALS_KEPT
