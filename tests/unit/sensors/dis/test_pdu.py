import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skypact.sensors.dis import pdu


def rows(count: int = 2) -> pdu.Rows:
    made = np.zeros(count, pdu.ROW)
    made["entity"] = np.arange(1, count + 1)
    made["position_ecef_m"] = [[1.5e6, -2e6, 5.9e6]] * count
    made["marking"] = b"EAGLE 01"
    return made


def test_a_row_is_laid_out_as_the_standard_says() -> None:
    assert pdu.ROW.itemsize == 144
    places = {"timestamp": 4, "length": 8, "entity": 16, "force": 18, "kind": 20, "country": 22}
    places |= {"velocity_ecef_mps": 36, "position_ecef_m": 48, "orientation_rad": 72}
    places |= {"appearance": 84, "dead_reckoning": 88, "character_set": 128, "marking": 129}
    assert {name: pdu.ROW.fields[name][1] for name in places} == places
    [data] = pdu.write(rows(1))
    assert data[:4] == bytes([7, 0, 1, 1])
    assert struct.unpack_from(">H", data, 8) == (144,)
    assert struct.unpack_from(">3d", data, 48) == (1.5e6, -2e6, 5.9e6)


def test_what_is_written_is_read_alone_and_in_one_datagram() -> None:
    sent = pdu.write(rows(3))
    for datagrams in (sent, [b"".join(sent)], [sent[0], sent[1] + sent[2]]):
        read, source, others, refusals = pdu.read(datagrams)
        assert read["entity"].tolist() == [1, 2, 3]
        assert read["marking"].tolist() == [b"EAGLE 01"] * 3
        assert (others, refusals) == ({}, [])
        assert source.tolist() == sorted(source.tolist())
        assert int(source[-1]) == len(datagrams) - 1


def test_variable_parameters_and_other_pdus_are_passed_over() -> None:
    [first, second] = pdu.write(rows(2))
    longer = bytearray(first + bytes(32))
    longer[8:10], longer[19] = (176).to_bytes(2, "big"), 2
    fire = bytearray(second)
    fire[2] = 2
    read, _, others, refusals = pdu.read([bytes(longer) + bytes(fire) + second])
    assert read["entity"].tolist() == [1, 2]
    assert (others, refusals) == ({2: 1}, [])


def refused(data: bytes) -> list[str]:
    found, _, _, refusals = pdu.read([data])
    assert len(found) == 0
    return [r.reason for r in refusals]


def test_what_does_not_fit_is_refused() -> None:
    [good] = pdu.write(rows(1))
    assert refused(good[:100]) == ["a PDU that is cut short"]
    assert refused(b"\x07" * 5) == ["a PDU that is cut short"]
    assert refused(good[:8] + b"\x00\x00" + good[10:]) == ["a PDU that is cut short"]
    assert refused(b"\x08" + good[1:]) == ["an entity state of version 8, not 5 to 7"]
    assert refused(good[:19] + b"\x01" + good[20:]) == [
        "an entity state of 144 bytes with 1 parameters"
    ]
    small = good[:8] + (100).to_bytes(2, "big") + good[10:100]
    assert refused(small) == ["an entity state of 100 bytes"]


@given(st.lists(st.binary(max_size=400), max_size=4))
def test_no_bytes_are_fatal(datagrams: list[bytes]) -> None:
    found, source, _, _ = pdu.read(datagrams)
    assert len(found) == len(source)
