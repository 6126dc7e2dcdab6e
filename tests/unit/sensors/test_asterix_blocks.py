"""Data blocks: what parses, what is refused and where reading goes on."""

import pytest

from skypact.sensors import asterix_cat034, asterix_cat048
from skypact.sensors.asterix_blocks import REFUSALS_MAX, Record, Refusal, UnknownCategory, parse
from tests.unit.sensors import samples


def mark() -> bytes:
    return asterix_cat034.encode_mark(samples.site(), "north", 0.0, samples.START_NS, 5.0)


def parts(data: bytes) -> list[Record | Refusal | UnknownCategory]:
    return list(parse(data, samples.START_NS, samples.EDITIONS))


def test_offsets_count_from_the_start_of_the_datagram() -> None:
    plots = asterix_cat048.encode(samples.site(), samples.plots())
    found = [p for p in parts(mark() + plots) if isinstance(p, Record)]
    assert [r.category for r in found] == [34, 48, 48, 48, 48, 48]
    assert found[0].offset == 3
    assert found[1].offset == len(mark()) + 3
    assert found[1].source == (7, 9)
    assert found[1].raw("010") == b"\x07\x09"
    assert found[1].raw("130") == b""


def test_a_bad_block_is_refused_whole_and_the_next_is_read() -> None:
    plots = asterix_cat048.encode(samples.site(), samples.plots())
    broken = bytearray(plots)
    broken[1:3] = (len(plots) - 2).to_bytes(2, "big")
    found = parts(bytes(broken[:-2]) + mark())
    assert isinstance(found[0], Refusal)
    assert found[0].count == 5
    assert 100 < found[0].offset < len(plots)
    assert "CAT048 edition 1.32" in found[0].reason
    assert isinstance(found[1], Record)


def test_an_unknown_category_is_stepped_over() -> None:
    found = parts(b"\x41\x00\x05\x80\x01" + mark())
    assert found[0] == UnknownCategory(0, 65)
    assert isinstance(found[1], Record)


def test_lengths_that_make_no_sense_end_the_datagram() -> None:
    assert [p.offset for p in parts(mark() + b"\x30\x00\x02\x00")[1:]] == [len(mark())]
    assert "20 bytes" in parts(b"\x30\x00\x14\x00")[0].reason
    assert "after the last data block" in parts(mark() + b"\x30")[1].reason
    assert parts(b"") == []


def test_a_record_without_data_source_refuses_its_block() -> None:
    found = parts(b"\x30\x00\x04\x00" + mark())
    assert isinstance(found[0], Refusal)
    assert "SAC, SIC" in found[0].reason
    assert isinstance(found[1], Record)


@pytest.mark.parametrize("block", [b"\x30\x00\x04\x00", b"\x41\x00\x04\x00"])
def test_a_datagram_full_of_faults_is_given_up(block: bytes) -> None:
    found = parts(block * 16_000)
    assert len(found) == REFUSALS_MAX + 1
    assert isinstance(found[-1], Refusal)
    assert "the rest, 63936 bytes" in found[-1].reason


def test_a_block_of_empty_records_is_refused_at_the_first() -> None:
    assert parts(b"\x30" + (60_003).to_bytes(2, "big") + bytes(60_000))[0].offset == 3
