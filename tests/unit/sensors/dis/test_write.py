import json
import math
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from skypact.core.columns import array
from skypact.core.errors import InvariantError
from skypact.core.geodesy import enu_axes
from skypact.core.messages import Context
from skypact.sensors.dis.pdu import DEACTIVATED
from skypact.sensors.dis.read import Reader
from skypact.sensors.dis.write import entity_states, orientation_rad, rows_of
from tests.unit.edge.clients.pictures import picture
from tests.unit.edge.feeds import captures
from tests.unit.sensors.dis.test_read import FEED


def test_what_is_sent_is_read_again() -> None:
    view = picture()
    sent = entity_states(view, 7, 3, 4)
    reading = Reader(FEED, Context.EXERCISE).read([(d, view.observed_ns) for d in sent])
    assert reading.reports is not None
    for name in ("lat_rad", "lon_rad", "height_wgs84_m", "velocity_enu_mps"):
        assert np.allclose(reading.reports[name], array(view, name), atol=1e-3)
    assert reading.reports["callsign"].tolist() == [b"T1001", b"SKY7", b"T1003", b"SKY7"]


@pytest.mark.parametrize("context", [Context.OPERATION, Context.TEST])
def test_nothing_but_an_exercise_leaves(context: Context) -> None:
    with pytest.raises(InvariantError, match="exercise only"):
        entity_states(picture(context=context), 1, 1, 1)


def test_a_force_is_only_what_an_authority_said() -> None:
    rows = rows_of(entity_states(picture(range(1, 8)), 1, 2, 3))
    # pending, unknown, assumed friend, friend, neutral, suspect, hostile
    assert rows["force"].tolist() == [0, 0, 0, 1, 3, 0, 2]
    assert set(zip(rows["site"].tolist(), rows["application"].tolist(), strict=True)) == {(2, 3)}


def test_a_track_that_ended_is_said_to_have_left() -> None:
    rows = rows_of(entity_states(picture((5,)), 1, 1, 1, ended=(9,)))
    assert rows["entity"].tolist() == [5, 9]
    assert rows["appearance"].tolist() == [0, DEACTIVATED]


def test_a_number_without_a_place_in_the_format_is_left_out() -> None:
    assert rows_of(entity_states(picture((0xFFFE, 0xFFFF)), 1, 1, 1))["entity"].tolist() == [0xFFFE]


def body(psi: float, theta: float, phi: float) -> np.ndarray:
    """Return nose, right wing and belly in ECEF: the three turns of the standard."""
    c, s = math.cos, math.sin
    about_z = np.array([[c(psi), -s(psi), 0], [s(psi), c(psi), 0], [0, 0, 1]])
    about_y = np.array([[c(theta), 0, s(theta)], [0, 1, 0], [-s(theta), 0, c(theta)]])
    about_x = np.array([[1, 0, 0], [0, c(phi), -s(phi)], [0, s(phi), c(phi)]])
    return (about_z @ about_y @ about_x).T


@pytest.mark.parametrize("place", [(0.0, 0.0), (-0.55, -0.3), (0.8, 2.9), (1.5, -1.0)])
@pytest.mark.parametrize("enu", [(100, 0, 0), (0, 200, 0), (-50, -80, 20), (30, -200, -60)])
def test_the_nose_is_where_it_goes_and_the_wings_are_level(
    place: tuple[float, float], enu: tuple[float, ...]
) -> None:
    axes = enu_axes(*place)
    velocity = np.array(enu, float) @ axes
    nose, right, belly = body(*orientation_rad(velocity[None], axes[2][None])[0].tolist())
    assert np.allclose(nose, velocity / np.linalg.norm(velocity), atol=1e-9)
    assert abs(right @ axes[2]) < 1e-9
    assert belly @ axes[2] < 0


def test_what_stands_still_has_no_direction() -> None:
    up = np.array([[0.0, 0.0, 1.0]])
    assert orientation_rad(np.zeros((1, 3)), up).tolist() == [[0, 0, 0]]
    assert orientation_rad(np.array([[0.0, 0.0, 300.0]]), up).tolist() == [[0, 0, 0]]


@pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed")
def test_tshark_reads_every_field(tmp_path: Path) -> None:
    view = picture()
    file = tmp_path / "out.pcap"
    packets = [captures.udp(data, port=3000) for data in entity_states(view, 7, 3, 4)]
    file.write_bytes(captures.pcap(packets))
    told = subprocess.run(
        ["tshark", "-r", str(file), "-T", "json", "-V"], capture_output=True, check=True, text=True
    ).stdout
    assert "malformed" not in told.lower()
    rows = rows_of(entity_states(view, 7, 3, 4))
    found = json.loads(told)
    assert len(found) == len(rows)
    for packet, row in zip(found, rows, strict=True):
        said = leaves(packet["_source"]["layers"]["dis"])
        for name, field in TSHARK.items():
            assert int(said[f"dis.{name}"], 0) == int(row[field]), name
        for name, (field, digits) in TSHARK_AXES.items():
            for axis, value in zip(name[1], row[field].tolist(), strict=True):
                assert float(said[f"dis.{name[0]}.{axis}"]) == pytest.approx(value, rel=digits)
        assert said["dis.entity_marking"].strip("\x00 ") == row["marking"].decode()


TSHARK = {
    "proto_ver": "version",
    "exer_id": "exercise",
    "pdu_type": "pdu_type",
    "pdu_length": "length",
    "entity_id_site": "site",
    "entity_id_application": "application",
    "entity_id_entity": "entity",
    "force_id": "force",
    "entityKind": "kind",
    "entityDomain": "domain",
    "appearance": "appearance",
}
TSHARK_AXES = {
    ("entity_linear_velocity", "xyz"): ("velocity_ecef_mps", 1e-4),
    ("entity_location", "xyz"): ("position_ecef_m", 1e-12),
    ("entity_orientation", ("psi", "theta", "phi")): ("orientation_rad", 1e-4),
}


def leaves(tree: dict[str, object]) -> dict[str, str]:
    """Return the first value under each name, however deep."""
    found: dict[str, str] = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            found = leaves(value) | found
        else:
            found.setdefault(name, str(value))
    return found
