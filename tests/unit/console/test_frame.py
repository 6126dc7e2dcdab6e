"""The binary picture frame, read back as the page reads it."""

import struct
from typing import Any

import numpy as np
import pytest

from skypact.console.frame import COASTING, LAYOUT, OWN, encode, text_keys
from skypact.core.columns import pack
from skypact.core.geoid import undulation_m
from skypact.core.messages import Context, PictureView
from tests.unit.console.scene import picture

HEADER: dict[str, Any] = {
    "id": "p1", "observed_ns": 1_900_000_000_123_000_000, "received_ns": 0, "origin": "auria",
    "context": Context.EXERCISE,
}  # fmt: skip


def read(data: bytes) -> tuple[int, float, dict[str, np.ndarray[Any, Any]]]:
    magic, count, time_ms = struct.unpack_from("<4sId", data)
    assert magic == b"SKP1"
    at, columns = 16, {}
    for column in LAYOUT:
        values = np.frombuffer(data, "<" + column.dtype, count, at)
        columns[column.name] = values * float(column.scale)
        at += -(-values.nbytes // 4) * 4
    assert at == len(data)
    return count, time_ms, columns


def one(**changed: Any) -> PictureView:
    fields: dict[str, Any] = {
        "number": [7], "lat_rad": [-0.55], "lon_rad": [3.1415], "height_wgs84_m": [91_000.4],
        "velocity_enu_mps": [[-300.0, 400.0, -25.2]], "position_sd_m": [450.0],
        "horizontal_sd_m": [300.0], "height_sd_m": [200.0], "age_s": [3.14],
        "threat_class": [1], "identity": [6], "quality": [11], "own": [1], "reporter": [2],
        "address": [0xABCDEF], "callsign": np.array([b"SPX1"], "S8"),
    }  # fmt: skip
    fields.update(changed)
    return PictureView(**HEADER, reporters=("auria",), count=1, **pack(PictureView, **fields))


def test_a_frame_holds_what_the_picture_says() -> None:
    count, time_ms, columns = read(encode(one(), coast_after_s=10.0))
    assert (count, time_ms) == (1, 1_900_000_000_123.0)
    assert columns["number"][0] == 7
    assert columns["lat"][0] == pytest.approx(np.degrees(-0.55), abs=1e-7)
    assert columns["lon"][0] == pytest.approx(np.degrees(3.1415), abs=1e-7)
    above_sea_m = 91_000.4 - undulation_m(-0.55, 3.1415)
    assert columns["height"][0] == round(float(above_sea_m)) != 91_000
    assert columns["speed"][0] == 500.0
    assert columns["course"][0] == pytest.approx(323.13, abs=0.006)
    assert columns["climb"][0] == -25
    assert columns["age"][0] == pytest.approx(3.1)
    assert columns["accuracy"][0] == 450
    assert [columns[k][0] for k in ("threat_class", "identity", "quality", "reporter")] == [
        1, 6, 11, 2,
    ]  # fmt: skip
    assert columns["flags"][0] == OWN


def test_coasting_and_own_are_separate_bits() -> None:
    _, _, columns = read(encode(one(age_s=[11.0], own=[0]), coast_after_s=10.0))
    assert columns["flags"][0] == COASTING


def test_what_leaves_a_column_is_clipped_to_it() -> None:
    extreme = one(
        velocity_enu_mps=[[2e4, 2e4, -2e4]], age_s=[1e6], position_sd_m=[1e7], height_wgs84_m=[1e7]
    )
    _, _, columns = read(encode(extreme, coast_after_s=10.0))
    assert columns["speed"][0] == pytest.approx(28_284.5, abs=0.5)
    assert columns["climb"][0] == -20_000
    assert columns["age"][0] == pytest.approx(6_553.5)
    assert columns["accuracy"][0] == 655_350
    assert abs(columns["height"][0] - 10_000_000) < 110


@pytest.mark.parametrize("flights", [0, 1, 2, 3, 401])
def test_any_number_of_tracks_is_padded_to_whole_words(flights: int) -> None:
    data = encode(picture(HEADER, flights, raid=False, after_s=0.0), 10.0)
    count, _, columns = read(data)
    assert count == flights
    assert len(data) % 4 == 0
    assert (columns["course"] < 360).all()


def test_a_key_changes_with_each_text() -> None:
    keys = {text_keys(one(**changed)).tobytes() for changed in (
        {}, {"number": [8]}, {"address": [1]}, {"callsign": np.array([b"SPX2"], "S8")},
    )}  # fmt: skip
    assert len(keys) == 4
    assert text_keys(one()).tobytes() == text_keys(one(age_s=[9.0])).tobytes()
