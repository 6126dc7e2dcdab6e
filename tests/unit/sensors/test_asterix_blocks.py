"""Data blocks: what parses, what is refused and where reading goes on."""

import numpy as np
import pytest

from skypact.sensors import asterix_blocks as blocks
from skypact.sensors.asterix_blocks import REFUSALS_MAX, Batch, Refusal, UnknownCategory
from skypact.sensors.categories import asterix_cat034, asterix_cat048
from tests.unit.sensors import oracle, samples


def mark() -> bytes:
    return asterix_cat034.encode_mark(samples.site(), "north", 0.0, samples.START_NS, 5.0)


def read(*data: bytes) -> Batch:
    return oracle.batch(*data)


def refusals(data: bytes) -> list[Refusal]:
    return [r for r in read(data).refused if isinstance(r, Refusal)]


def test_offsets_count_from_the_start_of_the_datagram() -> None:
    plots = asterix_cat048.encode(samples.site(), samples.plots())
    found = read(b"\x41\x00\x05\x80\x01", mark() + plots)
    assert found.records[34].offsets.tolist() == [3]
    assert len(found.records[48]) == 5
    assert found.records[48].offsets[0] == len(mark()) + 3
    assert found.records[48].value("010")[0] == 0x0709
    assert found.records[48].present("010").all()
    assert not found.records[48].present("120/CAL/CAL")[0]


def test_every_record_has_the_arrival_of_its_datagram() -> None:
    plots = asterix_cat048.encode(samples.site(), samples.plots())
    found = oracle.blocks.read([mark(), plots, plots], [5, 7, 9], oracle.program())
    assert found.records[34].arrivals.tolist() == [5]
    assert found.records[48].arrivals.tolist() == [7] * 5 + [9] * 5


def test_a_bad_block_is_refused_whole_and_the_next_is_read() -> None:
    plots = asterix_cat048.encode(samples.site(), samples.plots())
    broken = bytearray(plots)
    broken[1:3] = (len(plots) - 2).to_bytes(2, "big")
    found = read(bytes(broken[:-2]) + mark())
    [refusal] = found.refused
    assert isinstance(refusal, Refusal)
    assert refusal.count == 5
    assert 100 < refusal.offset < len(plots)
    assert "CAT048 edition 1.32" in refusal.reason
    assert "I048/SP: insufficient data" in refusal.reason
    assert list(found.records) == [34]


def test_an_unknown_category_is_stepped_over() -> None:
    found = read(b"\xc8\x00\x05\x80\x01" + mark())
    assert found.refused == [UnknownCategory(0, 200)]
    assert len(found.records[34]) == 1


def test_lengths_that_make_no_sense_end_the_datagram() -> None:
    assert [r.offset for r in refusals(mark() + b"\x30\x00\x02\x00")] == [len(mark())]
    assert "20 bytes" in refusals(b"\x30\x00\x14\x00")[0].reason
    assert "after the last data block" in refusals(mark() + b"\x30")[0].reason
    assert read(b"") == Batch({}, [])


def test_a_fault_ends_its_datagram_and_not_the_batch() -> None:
    found = read(b"\x30\x00\x14\x00", mark())
    assert len(found.refused) == 1
    assert len(found.records[34]) == 1


def test_a_record_without_data_source_refuses_its_block() -> None:
    found = read(b"\x30\x00\x04\x00" + mark())
    [refusal] = found.refused
    assert isinstance(refusal, Refusal)
    assert "SAC, SIC" in refusal.reason
    assert len(found.records[34]) == 1


@pytest.mark.parametrize("block", [b"\x30\x00\x04\x00", b"\x41\x00\x04\x00"])
def test_a_datagram_full_of_faults_is_given_up(block: bytes) -> None:
    found = read(block * 16_000).refused
    assert len(found) == REFUSALS_MAX + 1
    assert isinstance(found[-1], Refusal)
    assert "the rest, 63936 bytes" in found[-1].reason


def test_a_block_of_empty_records_is_refused_at_the_first() -> None:
    assert refusals(b"\x30" + (60_003).to_bytes(2, "big") + bytes(60_000))[0].offset == 3


def test_refusals_for_one_reason_are_told_apart_only_at_the_end() -> None:
    for count in (0, 1, blocks.REFUSALS_APART, blocks.REFUSALS_APART + 1, 20_000):
        told = blocks.alike(np.arange(count) * 3, "reason")
        assert sum(refusal.count for refusal in told) == count
        assert len(told) <= blocks.REFUSALS_APART + 1
        assert [r.offset for r in told[-1:]] == [3 * (count - 1)] * (count > 0)
