"""CAT062: tracks return, and a second implementation reads them."""

import shutil
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest

from skypact.sensors.categories import asterix_cat062 as cat062
from tests.unit.sensors import oracle, samples


def tracks() -> dict[str, np.ndarray]:
    return samples.reports(number=np.array([1, 2, 70_000, 4]))


def decode(data: bytes) -> cat062.Reports:
    return cat062.decode(oracle.records(data, 62))


def test_tracks_return_within_the_units_of_the_items() -> None:
    given = tracks()
    decoded = decode(cat062.encode(1, 2, given, simulated=True))
    assert decoded.refusals == ()
    assert decoded.simulated.all()
    np.testing.assert_allclose(decoded.columns["lat_rad"], given["lat_rad"], atol=5e-8)
    np.testing.assert_allclose(decoded.columns["lon_rad"], given["lon_rad"], atol=5e-8)
    velocity = decoded.columns["velocity_enu_mps"]
    np.testing.assert_allclose(velocity, given["velocity_enu_mps"], atol=0.13)
    assert decoded.columns["position_sd_m"].tolist() == [2, 10, 50, 32767.5]
    assert decoded.columns["address"].tolist() == given["address"].tolist()
    assert decoded.columns["callsign"].tolist() == given["callsign"].tolist()


def test_an_operational_track_is_not_marked_simulated() -> None:
    assert not decode(cat062.encode(1, 2, tracks(), simulated=False)).simulated.any()


def test_faulty_positions_are_refused() -> None:
    record = {"010": 1, "070": 0, "105": 0x7FFFFFFF << 32, "040": 1, "080": ((0,) * 5 + (None,),)}
    assert "off the globe" in decode(oracle.made(62, "1.20", [record])).refusals[0].reason


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_tshark_reads_our_tracks(tmp_path: Path) -> None:
    payload = cat062.encode(1, 2, tracks(), simulated=True)
    udp = struct.pack(">HHHH", 8600, 8600, len(payload) + 8, 0) + payload
    ip = struct.pack(
        ">BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1"
    )
    packet = ip + udp
    head = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    capture = tmp_path / "tracks.pcap"
    capture.write_bytes(head + struct.pack("<IIII", 0, 0, len(packet), len(packet)) + packet)
    said = subprocess.run(
        ["tshark", "-r", str(capture), "-d", "udp.port==8600,asterix", "-V"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout
    assert "Malformed" not in said
    assert said.count("Data Source Identifier") == 4
    assert "Category: 62" in said


def test_datagrams_fit_the_network_and_keep_the_order() -> None:
    count = 2 * cat062.RECORDS_MAX + 1
    many = {
        name: np.resize(column, (count, *column.shape[1:])) for name, column in tracks().items()
    }
    many["number"] = np.arange(count)
    sent = cat062.encode_all(1, 2, many, simulated=False)
    assert [len(d) for d in sent] == [int.from_bytes(d[1:3], "big") for d in sent]
    assert len(sent) == 3
    assert max(map(len, sent)) <= 1_472
    read = [oracle.parsed(62, cat062.EDITION, data[3:]) for data in sent]
    assert [record["040"][0] for part in read for record in part] == list(range(count))


def test_the_first_and_the_last_message_of_a_track_say_so() -> None:
    flags = {
        "began": np.array([True, False, False, False]),
        "ended": np.array([False, True, False, False]),
        "coasting": np.array([False, False, True, False]),
    }
    data = cat062.encode(1, 2, tracks() | flags, simulated=False)
    read = oracle.parsed(62, cat062.EDITION, data[3:])
    said = [{p[4:] for p, v in r.items() if p.startswith("080/") and v != [0]} for r in read]
    # The first and the last have a pressure altitude only, the second a geometric height only.
    assert said == [{"TSB"}, {"TSE", "MRH"}, {"CST"}, set()]
