"""The UDP payloads of captured packets, a whole batch at a time."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

I64 = NDArray[np.int64]
Flags = NDArray[np.bool_]
Bytes = NDArray[np.uint8]

ETHERNET, LINUX_COOKED, LINUX_COOKED_2 = 1, 113, 276
LOOPBACK = (0, 108)
RAW_IP = (12, 14, 101, 228, 229)
_VLAN = (0x8100, 0x88A8, 0x9100)
_TAGS_MAX = 4
_IPV4, _IPV6, UDP = 0x0800, 0x86DD, 17
_IPV6_HEADER_BYTES = 40
_OPTIONS = (0, 43, 60)  # headers of IPv6 that may stand before the payload
_FRAGMENT, _OPTIONS_MAX = 44, 4
UDP_HEADER_BYTES = 8


@dataclass(frozen=True, slots=True)
class Packets:
    """What a batch of packets holds, an element each.

    first, last: where the payload of a whole UDP datagram begins and ends, the same for what is
    none: another protocol, a fragment, a packet cut short. fragment: a whole fragment of a UDP
    datagram; cut: UDP of which the capture holds a part only. Of a fragment, four: of IPv4;
    network, fragment_at, begun, network_end: where the network's header, what says where it stands
    in its datagram, and its bytes begin, and where they end.
    """

    first: I64
    last: I64
    fragment: Flags
    cut: Flags
    four: Flags
    network: I64
    fragment_at: I64
    begun: I64
    network_end: I64


def udp_payloads(data: Bytes, at: I64, end: I64, link: I64) -> Packets:
    """Return what packets hold of UDP.

    at, end: of the packets in data; link: link-layer header types, as in the registry of tcpdump.
    """
    packet = at
    kind, at = _network(data, packet, end, link)
    four, six = kind == _IPV4, kind == _IPV6
    fragment = four & ((_two(data, at + 6, end) & 0x3FFF) != 0)
    header = np.where(four, (_at(data, at, end) & 15) * 4, _IPV6_HEADER_BYTES)
    protocol = np.where(four, _at(data, at + 9, end), _at(data, at + 6, end))
    begun, fragment_at = at + header, at + 6
    for _ in range(_OPTIONS_MAX):
        more = six & ~fragment & np.isin(protocol, (*_OPTIONS, _FRAGMENT)) & (begun < end)
        if not more.any():
            break
        parted = more & (protocol == _FRAGMENT)
        fragment |= parted
        fragment_at = np.where(parted, begun, fragment_at)
        size = np.where(parted, 8, (_at(data, begun + 1, end) + 1) * 8)
        protocol = np.where(more, _at(data, begun, end), protocol)
        begun = np.where(more, begun + size, begun)
    length = _two(data, begun + 4, end)
    datagram = (four | six) & (protocol == UDP)
    said = np.where(four, _two(data, at + 2, end), _IPV6_HEADER_BYTES + _two(data, at + 4, end))
    needed = begun + np.maximum(length, UDP_HEADER_BYTES)
    cut = datagram & (np.where(fragment, np.maximum(at + said, begun), needed) > end)
    whole = datagram & ~fragment & ~cut & (length >= UDP_HEADER_BYTES)
    return Packets(
        first=np.where(whole, begun + UDP_HEADER_BYTES, packet),
        last=np.where(whole, begun + length, packet),
        fragment=datagram & fragment & ~cut,
        cut=cut,
        four=four,
        network=at,
        fragment_at=fragment_at,
        begun=begun,
        network_end=at + said,
    )


def _at(data: Bytes, at: I64, end: I64) -> I64:
    """Return the byte at each place, 0 beyond the packet's end."""
    inside = at < end
    return np.where(inside, data[np.where(inside, at, 0)], 0).astype(np.int64)


def _two(data: Bytes, at: I64, end: I64) -> I64:
    return _at(data, at, end) << 8 | _at(data, at + 1, end)


def _network(data: Bytes, at: I64, end: I64, link: I64) -> tuple[I64, I64]:
    """Return (EtherType, where the network header begins); EtherType 0 when it can't be told."""
    version = _at(data, at, end) >> 4
    kind = np.where(version == 4, _IPV4, np.where(version == 6, _IPV6, 0))
    kind = np.where(np.isin(link, RAW_IP), kind, 0)
    looped, version = np.isin(link, LOOPBACK), _at(data, at + 4, end) >> 4
    kind = np.where(looped & (version == 4), _IPV4, np.where(looped & (version == 6), _IPV6, kind))
    begun = np.where(looped, at + 4, at)
    for code, type_at, header in ((LINUX_COOKED, 14, 16), (LINUX_COOKED_2, 0, 20)):
        here = link == code
        kind = np.where(here, _two(data, at + type_at, end), kind)
        begun = np.where(here, at + header, begun)
    ethernet = link == ETHERNET
    kind = np.where(ethernet, _two(data, at + 12, end), kind)
    begun = np.where(ethernet, at + 14, begun)
    for _ in range(_TAGS_MAX):
        tagged = ethernet & np.isin(kind, _VLAN)
        if not tagged.any():
            break
        kind = np.where(tagged, _two(data, begun + 2, end), kind)
        begun = np.where(tagged, begun + 4, begun)
    return kind, begun
