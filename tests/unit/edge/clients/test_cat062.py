"""Pictures to datagrams on a real socket, as libasterix reads them."""

import asyncio
import socket
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from skypact.config.settings import Cat062Settings
from skypact.core.columns import pack
from skypact.core.ids import Issuer
from skypact.core.messages import Context, PictureView
from skypact.edge.clients.cat062 import Cat062Client
from skypact.sensors.categories import asterix_cat062, asterix_cat065
from tests.unit.sensors import oracle

START_NS, S = 1_790_000_000_000_000_000, 1_000_000_000
ISSUER = Issuer("auria", "picture", Context.EXERCISE)
EDITIONS = {62: asterix_cat062.EDITION, 65: asterix_cat065.EDITION}


@pytest.fixture
def receiver() -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as made:
        made.bind(("127.0.0.1", 0))
        made.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        made.settimeout(120)
        yield made


def client(port: int = 9, context: Context = Context.EXERCISE, **changed: Any) -> Cat062Client:
    table = {"name": "atc", "address": f"127.0.0.1:{port}", "sac": 1, "sic": 100, **changed}
    return Cat062Client(Cat062Settings(**table), context, 15.0, lambda line: None)


def view(second: float, numbers: list[int], **changed: Any) -> PictureView:
    """Return a picture; a track's place follows from its number."""
    count, number = len(numbers), np.array(numbers, np.uint32)
    at = (number % 1000).astype(np.float64)
    columns: dict[str, Any] = {
        "number": number,
        "lat_rad": np.radians(-32 + at / 1000),
        "lon_rad": np.radians(-18 - at / 1000),
        "height_wgs84_m": 3_000 + at,
        "velocity_enu_mps": np.stack([100 + at, -50 - at, np.zeros(count)], 1),
        "position_sd_m": np.full(count, 90.0),
        "horizontal_sd_m": np.full(count, 70.0),
        "height_sd_m": np.full(count, 50.0),
        "age_s": np.zeros(count),
        "address": number % 7,
        "callsign": np.where(number % 2, b"SKY7", b"").astype("S8"),
    }
    columns |= {
        name: np.zeros(count) for name in ("threat_class", "identity", "quality", "own", "reporter")
    }
    columns = {name: columns[name] for name in PictureView.COLUMNS} | changed
    now_ns = START_NS + round(second * S)
    header = ISSUER.header(now_ns, now_ns)
    return PictureView(**header, reporters=("auria",), count=count, **pack(PictureView, **columns))


def read(datagrams: list[bytes]) -> dict[int, list[oracle.Values]]:
    found: dict[int, list[oracle.Values]] = {62: [], 65: []}
    for data in datagrams:
        assert int.from_bytes(data[1:3], "big") == len(data) <= 1_472
        said = oracle.parsed(data[0], EDITIONS[data[0]], data[3:])
        assert not isinstance(said, str), said
        found[data[0]] += said
    return found


def flags(records: list[oracle.Values]) -> dict[int, set[str]]:
    """Return by track number which bits of I062/080 are set."""
    return {
        r["040"][0]: {p[4:] for p, v in r.items() if p.startswith("080/") and v != [0]}
        for r in records
    }


def test_a_picture_arrives_over_the_network(receiver: socket.socket) -> None:
    numbers = list(range(1, 201))

    async def run() -> list[bytes]:
        sender = client(receiver.getsockname()[1])
        running = asyncio.create_task(sender.run())
        sender.take(view(0, numbers))
        heard = []
        while sum(len(r) for r in read(heard).values()) < 201:
            heard.append(await asyncio.to_thread(receiver.recv, 65_535))
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return heard

    found = read(asyncio.run(run()))
    [state] = found[65]
    assert (state["010/SAC"], state["010/SIC"], state["040/NOGO"]) == ([1], [100], [0])
    tracks = {r["040"][0]: r for r in found[62]}
    assert sorted(tracks) == numbers
    for number, record in tracks.items():
        assert (record["010/SAC"], record["010/SIC"], record["080/SIM"]) == ([1], [100], [1])
        assert record["105/LAT"][0] * 180 / 2**25 == pytest.approx(-32 + number / 1000, abs=3e-6)
        assert record["105/LON"][0] * 180 / 2**25 == pytest.approx(-18 - number / 1000, abs=3e-6)
        assert record["130"][0] * 6.25 * 0.3048 == pytest.approx(3_000 + number, abs=1)
        assert record["185/VX"][0] / 4 == pytest.approx(100 + number, abs=0.13)
        assert record["185/VY"][0] / 4 == pytest.approx(-50 - number, abs=0.13)
        assert record["070"] == [START_NS // S % 86_400 * 128]
        assert record["500/APC/X"] == record["500/APC/Y"] == [140]
        assert record.get("380/ADR", [0]) == [number % 7]
        assert ("380/ID" in record) == (number % 2 == 1)


def test_the_first_and_the_last_message_of_a_track_and_coasting_are_said() -> None:
    sender = client(context=Context.OPERATION)
    first = read(sender.datagrams(view(0, [1, 2])))[62]
    assert flags(first) == {1: {"TSB", "MRH"}, 2: {"TSB", "MRH"}}
    old = view(4, [2, 0x5_0001], age_s=np.array([16.0, 0]))
    second = read(sender.datagrams(old))[62]
    assert flags(second) == {2: {"CST", "MRH"}, 3: {"TSB", "MRH"}, 1: {"TSE", "MRH"}}
    gone = next(r for r in second if r["040"] == [1])
    assert gone["105/LAT"] == first[0]["105/LAT"]
    assert gone["070"] == [(START_NS // S + 4) % 86_400 * 128]
    third = read(sender.datagrams(view(8, [])))
    assert flags(third[62]) == {2: {"TSE", "CST", "MRH"}, 3: {"TSE", "MRH"}}
    assert len(third[65]) == 1
    assert read(sender.datagrams(view(12, [])))[62] == []


def test_pictures_in_between_are_left_out() -> None:
    async def run() -> list[float]:
        sender, sent = client(every_s=4.0), list[float]()
        sender.datagrams = lambda one: sent.append(one.observed_ns) or []  # type: ignore[method-assign, func-returns-value]
        running = asyncio.create_task(sender.run())
        for second in range(9):
            sender.take(view(second, [1]))
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        return [(at - START_NS) / S for at in sent]

    assert asyncio.run(run()) == [0, 4, 8]


def test_what_cannot_be_sent_is_said_once(monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    settings = Cat062Settings(name="atc", address="127.0.0.1:9", sac=1, sic=1)
    sender = Cat062Client(settings, Context.TEST, 15.0, said.append)
    sender.close()

    async def run() -> None:
        for second in (0, 4):
            await sender._send(sender.datagrams(view(second, [1])))

    asyncio.run(run())
    assert said == ["CAT062 to atc: 127.0.0.1:9", "CAT062 to atc: datagrams can't be sent"]
