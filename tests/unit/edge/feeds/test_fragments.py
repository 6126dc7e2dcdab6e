"""Datagrams in fragments come out as those that were never cut."""

import random
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.edge.feeds import fragments as module
from skypact.edge.feeds.capture import Datagrams, read_pieces
from skypact.edge.feeds.packets import udp_payloads
from tests.unit.edge.feeds.captures import fragments, pcap, udp, udp6

SENT = [bytes([i]) * (700 + i) for i in range(9)]


def taken(folder: Path, packets: list[bytes], piece_bytes: int) -> tuple[list[bytes], Datagrams]:
    """Return the datagrams of a capture, and its last piece."""
    path = folder / "a.pcap"
    path.write_bytes(pcap(packets, apart_s=0))
    found, last = list[bytes](), None
    for last in read_pieces(path, piece_bytes):
        ends = last.bounds.tolist()
        found += [bytes(last.data[a:b]) for a, b in pairwise(ends)]
    assert last is not None
    return found, last


@pytest.mark.parametrize("build", [udp, udp6])
@pytest.mark.parametrize("size", [8, 96, 688, 704])
@pytest.mark.parametrize("piece_bytes", [40, 5_000])
def test_fragments_become_the_datagrams_they_were(
    tmp_path: Path, build: Callable[[bytes], bytes], size: int, piece_bytes: int
) -> None:
    packets = [part for i, sent in enumerate(SENT) for part in fragments(build(sent), size, i)]
    found, last = taken(tmp_path, packets, piece_bytes)
    assert found == SENT
    whole = size == 704 and build is udp
    assert last.fragments <= len(packets)
    assert last.fragments > (0 if whole else len(SENT))
    assert last.incomplete == 0


def offered(taker: module.Fragments, packets: list[bytes], at_ns: int = 0) -> list[bytes]:
    data, end = b"".join(packets), np.cumsum([len(p) for p in packets])
    at = end - np.array([len(p) for p in packets])
    found = udp_payloads(np.frombuffer(data, np.uint8), at, end, np.full(len(at), 101))
    assert found.fragment.all()
    return [d for i in range(len(packets)) if (d := taker.take(data, found, i, at_ns))]


@given(st.randoms(use_true_random=False), st.integers(1, 40))
def test_order_and_copies_do_not_matter(dice: random.Random, eighths: int) -> None:
    parts = [p for i, sent in enumerate(SENT) for p in fragments(udp(sent), 8 * eighths, i)]
    twice = dice.sample(parts, len(parts) // 2)
    taker = module.Fragments()
    found = offered(taker, dice.sample(parts + twice, len(parts + twice)))
    assert sorted(set(found)) == SENT
    # A datagram that came twice in full is there twice, like one that was never cut.
    left = len(found) - len(SENT)
    assert 0 <= left < len(SENT)


def test_a_network_captured_twice_gives_each_datagram_twice() -> None:
    parts = [p for i, sent in enumerate(SENT) for p in fragments(udp(sent), 96, i)]
    taker = module.Fragments()
    assert offered(taker, [p for p in parts for _ in range(2)]) == [
        sent for sent in SENT for _ in range(2)
    ]
    assert (taker.end(), taker.lost, taker.joined) == (0, 0, 2 * len(parts))


def test_what_is_missing_is_counted_and_a_number_given_again_mixes_nothing() -> None:
    first, second = (fragments(udp(bytes([i]) * 300), 96) for i in (1, 2))
    taker = module.Fragments()
    assert offered(taker, first[:-1]) == []
    assert offered(taker, second) == [bytes([2]) * 300]
    assert (taker.end(), taker.lost) == (0, 1)
    # Too late: the first half waits no longer.
    assert offered(taker, first[:2]) == []
    assert offered(taker, first[2:], module.KEPT_NS + 1) == []
    assert (taker.end(), taker.lost) == (1, 3)


@pytest.mark.parametrize(
    "forged",
    [
        lambda parts: [parts[0], parts[1][:20] + b"x" * 96, *parts[1:]],
        lambda parts: [parts[0], parts[0][:6] + b"\x20\x06" + parts[0][8:], *parts[2:]],
        lambda parts: [parts[-1], parts[0][:6] + b"\x20\x90" + parts[0][8:], *parts[:-1]][:-1],
        lambda parts: [parts[0][:6] + b"\x3f\xff" + parts[0][8:]],
        lambda parts: [
            parts[0][:6] + b"\x00\x01" + parts[0][8:],
            parts[0][:3] + b"\x16" + parts[0][4:22],
        ],
    ],
    ids=["other bytes", "overlap", "behind the end", "too far", "no header"],
)
def test_fragments_that_contradict_give_no_datagram(
    forged: Callable[[list[bytes]], list[bytes]],
) -> None:
    parts = fragments(udp(bytes(300)), 96)
    taker = module.Fragments()
    assert offered(taker, forged(parts)) == []
    taker.end()
    assert taker.lost > 0


def test_memory_is_bounded() -> None:
    taker = module.Fragments()
    for number in range(0, 65_536, 64):
        packets = [fragments(udp(bytes(8_000)), 800, n)[1] for n in range(number, number + 64)]
        assert offered(taker, packets) == []
    assert taker.lost > 0
    left = taker.end()
    assert left * 800 < module.KEPT_BYTES_MAX
    assert taker.lost == 65_536
