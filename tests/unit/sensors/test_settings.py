"""Feed settings say what is wrong with them."""

import msgspec
import pytest

from skypact.sensors.asterix.tables import CATEGORIES, table
from skypact.sensors.settings import FeedSettings, split_source


def convert(**changed: object) -> FeedSettings:
    table = {"name": "a", "source": "udp://127.0.0.1:8601", "format": "asterix", "period_s": 4}
    return msgspec.convert(table | changed, FeedSettings)


@pytest.mark.parametrize("source", ["tcp://h:1", "tcp-listen://0.0.0.0:5020", "file:a.sapient"])
def test_a_format_comes_by_its_own_ways(source: str) -> None:
    assert convert(source=source, format="sapient").source == source


def test_defaults_pin_an_edition_for_every_category() -> None:
    editions = convert().editions
    said = (editions.cat021, editions.cat034, editions.cat048, editions.cat062)
    assert said == ("2.6", "1.29", "1.32", "1.20")
    assert {c: editions.of(c) in table(c).editions for c in CATEGORIES} == dict.fromkeys(
        CATEGORIES, True
    )


@pytest.mark.parametrize(
    "source",
    [
        *("udp://239.1.1.1:8600?interface=127.0.0.1", "tcp://127.0.0.1:30005"),
        *("file:a/b.pcap?speed=2", "tls://sender.example:9443?ca=keys/sender.pem", "https:"),
        *("serial:/dev/ttyUSB0?baud=115200", "nats:feed.launches.first"),
    ],
)
def test_sources_that_are_understood(source: str) -> None:
    assert convert(source=source, format="lines").source == source
    assert split_source(source).scheme == source.partition(":")[0]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"source": "http://127.0.0.1:80"}, "udp://HOST:PORT"),
        ({"source": "udp://127.0.0.1"}, "HOST:PORT is missing"),
        ({"source": "file:"}, "no path"),
        ({"source": "serial:?baud=9600"}, "no path"),
        ({"source": "tls://host"}, "HOST:PORT is missing"),
        ({"source": "nats:exercise.borvia.auria.warning"}, "a subject is as in"),
        ({"source": "nats:feed.>"}, "a subject is as in"),
        ({"source": "https://example.org/"}, "just https:"),
        ({"format": "SBS 1"}, "format"),
        (
            {"source": "tcp-listen://127.0.0.1:5020"},
            "asterix comes by udp:, tcp:, tls:, serial:, file:",
        ),
        ({"format": "dis", "source": "tcp://h:3000"}, "dis comes by udp:, file:"),
        ({"dis": {"exercise_id": 0}}, "exercise_id"),
        ({"format": "sapient"}, "sapient comes by tcp:, tls:, tcp-listen:, file:"),
        ({"sapient": {"nodes": {"radar": "north"}}}, "sapient"),
        ({"editions": {"cat048": "9.9"}}, "cat048"),
        ({"colour": "red"}, "colour"),
        ({"moved": {"from_lat_deg": 91}}, "from_lat_deg"),
    ],
)
def test_faults_are_named(changed: dict[str, object], reason: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=reason):
        convert(**changed)


@pytest.mark.parametrize(
    ("source", "stream"),
    [
        *(("tcp://a:1", True), ("tls://a:1", True), ("serial:/dev/a", True), ("file:a.csv", True)),
        *(("udp://a:1", False), ("nats:feed.a", False), ("https:", False)),
        *(("file:a.pcap?speed=2", False), ("file:a.PCAPNG", False)),
    ],
)
def test_streams_are_told_from_datagrams(source: str, stream: bool) -> None:
    assert convert(source=source, format="lines").stream is stream
