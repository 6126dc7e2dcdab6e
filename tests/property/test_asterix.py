"""For all bytes: what is read is what libasterix reads, or both refuse."""

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from skypact.sensors import asterix_blocks as blocks
from skypact.sensors.asterix.program import Wanted, program
from skypact.sensors.categories import (
    asterix_cat021,
    asterix_cat034,
    asterix_cat048,
    asterix_cat062,
)
from tests.unit.sensors import oracle, samples

REAL = (
    asterix_cat048.encode(samples.site(), samples.plots()),
    asterix_cat021.encode(0, 1, samples.reports()),
    asterix_cat034.encode_mark(samples.site(), "sector", 1, samples.START_NS, 4.8),
    asterix_cat062.encode(1, 2, samples.reports(number=range(4)), simulated=True),
    *(
        oracle.block(category, oracle.record_bytes(kind, random.Random(seed)))
        for category, edition in samples.EDITIONS.items()
        for kind in oracle.profiles(category, edition).values()
        for seed in range(5)
    ),
)
EVERYTHING = program({c: Wanted(e) for c, e in samples.EDITIONS.items()})


@st.composite
def mutated(draw: st.DrawFn) -> bytes:
    """Return the records of a real block with some bytes changed, lost or doubled."""
    real = draw(st.sampled_from(REAL))
    data = bytearray(real[3:])
    for _ in range(draw(st.integers(0, 5))):
        at = draw(st.integers(0, len(data) - 1))
        match draw(st.integers(0, 3)):
            case 0:
                data[at] = draw(st.integers(0, 255))
            case 1:
                data[at] ^= 1 << draw(st.integers(0, 7))
            case 2 if len(data) > 8:
                del data[at : at + draw(st.integers(1, 4))]
            case _:
                data[at:at] = data[at : at + draw(st.integers(1, 4))]
    return oracle.block(real[0], bytes(data))


def agree(data: bytes) -> bool:
    """Return whether a block is read as by libasterix, number by number, or refused by both."""
    said = oracle.parsed(data[0], samples.EDITIONS[data[0]], data[3:])
    batch = blocks.read([data], [0], EVERYTHING)
    found = [oracle.ours(records) for records in batch.records.values()]
    return [said] == found if isinstance(said, list) else found == [] and len(batch.refused) == 1


@settings(deadline=None, max_examples=300)
@given(mutated())
def test_mutated_blocks_are_read_or_refused_as_by_libasterix(data: bytes) -> None:
    assert agree(data)


@settings(deadline=None, max_examples=200)
@given(st.sampled_from(sorted(samples.EDITIONS)), st.binary(min_size=1, max_size=60))
def test_random_bytes_are_read_or_refused_as_by_libasterix(category: int, body: bytes) -> None:
    assert agree(oracle.block(category, body))


@settings(deadline=None, max_examples=200)
@given(st.lists(mutated() | st.binary(max_size=60), max_size=8))
def test_a_batch_holds_what_its_datagrams_hold_alone(sent: list[bytes]) -> None:
    together = blocks.read(sent, list(range(len(sent))), EVERYTHING)
    alone = [blocks.read([data], [i], EVERYTHING) for i, data in enumerate(sent)]
    assert together.refused == [refused for batch in alone for refused in batch.refused]
    for category, records in together.records.items():
        parts = [batch.records[category] for batch in alone if category in batch.records]
        assert records.values.tolist() == [
            [v for part in parts for v in part.values[row].tolist()]
            for row in range(len(records.values))
        ]


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_record_cut_anywhere_is_refused(cut: int) -> None:
    body = REAL[1][3:]
    data = oracle.block(21, body[:-cut])
    assert agree(data)
