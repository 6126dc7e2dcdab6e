"""A radar's bytes in, CAT062 out: a running node, real sockets, and libasterix as the receiver."""

import socket
import time
from pathlib import Path

import numpy as np
import pytest

from skypact.core.geodesy import ecef_from_geodetic
from skypact.sensors.categories import asterix_cat062
from tests.e2e.test_solo import AIRCRAFT, EXAMPLE, SEEN_S, Solo, places
from tests.unit.sensors import oracle

pytestmark = pytest.mark.e2e
CLIENT = """
[[cat062]]
name = "tower"
address = "127.0.0.1:{port}"
sac = 1
sic = 100
every_s = 1.0
"""


def test_a_client_of_the_node_gets_its_tracks_as_cat062(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.bind(("127.0.0.1", 0))
        receiver.settimeout(1.0)
        example = tmp_path / "example.toml"
        example.write_text(EXAMPLE.read_text() + CLIENT.format(port=receiver.getsockname()[1]))
        monkeypatch.setattr("tests.e2e.test_solo.EXAMPLE", example)
        node = Solo(tmp_path)
        try:
            node.until_said("CAT062 to tower")
            node.until_said("console: http")
            node.turn_radars()
            seen = moving(receiver)
        finally:
            node.stop()
    assert len(seen) == AIRCRAFT, node.said()
    for record in seen.values():
        assert (record["010/SIC"], record["080/SIM"]) == ([100], [1])
        degrees = np.array([record["105/LAT"][0], record["105/LON"][0]]) * 180 / 2**25
        at = ecef_from_geodetic(*np.radians(degrees), record["130"][0] * 6.25 * 0.3048)
        midnight_s = time.time() // 86_400 * 86_400
        off_m = np.linalg.norm(places(midnight_s + record["070"][0] / 128) - at, axis=1).min()
        assert off_m < 1_500
        assert record["500/APC/X"][0] / 2 > 10


def moving(receiver: socket.socket) -> dict[int, oracle.Values]:
    """Return by number the newest record of each track that has settled."""
    found: dict[int, oracle.Values] = {}
    end_s = time.monotonic() + SEEN_S
    while len(found) < AIRCRAFT and time.monotonic() < end_s:
        try:
            data = receiver.recv(65_535)
        except TimeoutError:
            continue
        if data[0] == asterix_cat062.CATEGORY:
            said = oracle.parsed(62, asterix_cat062.EDITION, data[3:])
            assert not isinstance(said, str), said
            found |= {r["040"][0]: r for r in said if r["185/VY"][0] / 4 > 150}
    return found
