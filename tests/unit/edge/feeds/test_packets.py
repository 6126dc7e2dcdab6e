"""UDP payloads of a batch of packets are those of each packet alone."""

import struct

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skypact.edge.feeds.packets import ETHERNET, LINUX_COOKED, LINUX_COOKED_2, udp_payloads
from tests.unit.edge.feeds.captures import udp


def payloads(packets: list[tuple[int, bytes]]) -> list[bytes]:
    data = b"".join(packet for _, packet in packets) + b"\xff"
    end = np.cumsum([len(packet) for _, packet in packets])
    at = end - np.array([len(packet) for _, packet in packets])
    link = np.array([code for code, _ in packets])
    found = udp_payloads(np.frombuffer(data, np.uint8), at, end, link)
    return [data[a:b] for a, b in zip(found.first.tolist(), found.last.tolist(), strict=True)]


def ip6(following: int, payload: bytes) -> bytes:
    return struct.pack(">IHBB", 6 << 28, len(payload), following, 64) + bytes(32) + payload


WRAPPED = [
    (101, udp(b"one")),
    (ETHERNET, bytes(12) + b"\x08\x00" + udp(b"two")),
    (ETHERNET, bytes(12) + b"\x81\x00\x00\x01\x88\xa8\x00\x02\x08\x00" + udp(b"three")),
    (LINUX_COOKED, bytes(14) + b"\x08\x00" + udp(b"four")),
    (LINUX_COOKED_2, b"\x08\x00" + bytes(18) + udp(b"five")),
    (0, b"\x02\x00\x00\x00" + udp(b"six")),
    (101, ip6(17, udp(b"seven")[20:])),
    (101, ip6(0, b"\x11\x00" + bytes(6) + udp(b"eight")[20:])),
    (147, udp(b"a link nobody knows")),
]


def test_every_link_layer_is_unwrapped() -> None:
    assert payloads(WRAPPED) == [
        *(b"one", b"two", b"three", b"four", b"five", b"six", b"seven", b"eight", b"")
    ]


@given(st.lists(st.sampled_from(WRAPPED) | st.tuples(st.just(101), st.binary(max_size=40))))
def test_a_batch_gives_what_each_packet_gives_alone(packets: list[tuple[int, bytes]]) -> None:
    if packets:
        assert payloads(packets) == [payloads([packet])[0] for packet in packets]


@given(st.sampled_from(WRAPPED), st.integers(1, 60))
def test_a_packet_cut_short_gives_nothing(wrapped: tuple[int, bytes], lost: int) -> None:
    link, packet = wrapped
    assert payloads([(link, packet[:-lost] if lost < len(packet) else b"")]) == [b""]
