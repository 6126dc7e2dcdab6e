"""What is encoded comes back; what is broken is refused in one sentence, never a crash."""

import msgspec
import numpy as np
import pytest

from skypact.core.codec import decode, encode
from skypact.core.columns import pack
from skypact.core.errors import DecodeError
from skypact.core.messages import (
    AirWarning,
    Context,
    ThreatBatch,
    ThreatClass,
    ThreatenedPlace,
    WarningRaised,
    WarningState,
)

HEADER = {
    "id": "auria-warning-1",
    "observed_ns": 1,
    "received_ns": 2,
    "origin": "auria",
    "context": Context.TEST,
}


def batch(probability: float = 0.5) -> ThreatBatch:
    columns = pack(ThreatBatch, number=[1, 2], threat_class=[1, 2], probability=[0.1, probability])
    return ThreatBatch(**HEADER, count=2, **columns)


def warning(time_to_go_s: float = 60.0) -> WarningRaised:
    place = ThreatenedPlace(
        name="port", nation="auria", time_to_go_s=time_to_go_s, time_spread_s=1.0
    )
    held = AirWarning(
        warning_id="w1",
        origin="borvia",
        nation="auria",
        track=7,
        threat_class=ThreatClass.BALLISTIC,
        class_probability=0.9,
        state=WarningState.RAISED,
        version=1,
        places=(place,),
        assessed_ns=3,
    )
    return WarningRaised(**HEADER, warning=held)


def test_a_message_comes_back_whole() -> None:
    for message in (batch(), warning()):
        assert decode(encode(message), "test") == message


def test_the_same_message_has_the_same_bytes() -> None:
    assert encode(batch()) == encode(batch())


@pytest.mark.parametrize("cut", [0, 1, 10, -1])
def test_cut_bytes_are_refused(cut: int) -> None:
    with pytest.raises(DecodeError) as caught:
        decode(encode(batch())[:cut], "link borvia")
    assert caught.value.feed == "link borvia"


@pytest.mark.parametrize("data", [b"\xc1", b"\xc0", b"\x80", b"hello", b"\xff" * 100])
def test_noise_is_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        decode(data, "test")


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(DecodeError, match="launch_weapon"):
        decode(msgspec.msgpack.encode({**HEADER, "kind": "launch_weapon"}), "test")


@pytest.mark.parametrize("value", [2.0, np.nan, np.inf])
def test_columns_are_checked(value: float) -> None:
    with pytest.raises(DecodeError, match="column probability leaves"):
        decode(encode(batch(value)), "test")


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e9])
def test_bounded_numbers_are_checked(value: float) -> None:
    with pytest.raises(DecodeError, match="time_to_go_s"):
        decode(encode(warning(value)), "test")


def test_a_field_of_a_newer_partner_is_dropped() -> None:
    raw = msgspec.msgpack.decode(encode(warning()))
    raw["from_the_future"] = {"a": 1}
    assert decode(msgspec.msgpack.encode(raw), "test") == warning()
