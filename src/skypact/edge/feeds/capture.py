"""Recordings on disk: `.pcap` and `.pcapng` captures and raw `.ast` files, a piece at a time."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import DecodeError
from skypact.edge.feeds.fragments import Fragments
from skypact.edge.feeds.frames import PCAP, PCAPNG, Frames, Pcap, Pcapng
from skypact.edge.feeds.packets import udp_payloads
from skypact.sensors.asterix.tables import CATEGORIES
from skypact.sensors.sapient.frames import HEADER_BYTES, MESSAGE_BYTES_MAX, length
from skypact.sensors.sapient.read import sent_ns

I64 = NDArray[np.int64]
CHUNK_BYTES = 1_400
PIECE_BYTES = 1 << 20
NO_TIME = -1
DAMAGED = "capture: a packet's header makes no sense"
INCOMPLETE = "capture: a UDP datagram of which fragments are missing or contradict"
CUT = "capture: a UDP datagram of which the capture holds only the beginning"
_BLOCK_HEADER_BYTES = 3
_LOOK_AHEAD_BYTES = 2 * 0xFFFF  # so that a block and the next are here before they are judged


@dataclass(frozen=True, slots=True)
class Datagram:
    """One datagram of a recording. arrival_ns: UTC, None when the file keeps no times."""

    arrival_ns: int | None
    data: bytes


@dataclass(frozen=True, slots=True)
class Datagrams:
    """Datagrams in the order of the file. data: all end to end; bounds: (N + 1,), where each
    begins, and the end; arrival_ns: (N,), NO_TIME when the file keeps no times; packets: captured
    ones; passed_over: those of them that hold no UDP, or a part only (cut). Of the file so far,
    read_bytes; damaged: headers of packets that made no sense; fragments: packets that were put
    together; incomplete: datagrams of which fragments are missing or contradict."""

    data: bytearray
    bounds: I64
    arrival_ns: I64
    packets: int
    read_bytes: int
    damaged: int
    passed_over: int = 0
    cut: int = 0
    fragments: int = 0
    incomplete: int = 0


def read_pieces(path: Path, piece_bytes: int = PIECE_BYTES) -> Iterator[Datagrams]:
    """Yield the datagrams of a recording, about so many bytes of the file at a time.

    A capture gives the UDP payloads in it, put together where they came in fragments; other packets
    are passed over. Any other file is taken as ASTERIX data blocks end to end, each a datagram.
    Raises DecodeError with the offset where a capture is cut short, after what came before.
    """
    with path.open("rb") as stream:
        head = stream.read(4)
        stream.seek(0)
        if head in PCAP:
            yield from _captured(stream, Pcap(), str(path), piece_bytes)
        elif head == PCAPNG:
            yield from _captured(stream, Pcapng(), str(path), piece_bytes)
        else:
            yield from _blocks(stream, piece_bytes)


def read_datagrams(
    path: Path, refuse: Callable[[str, int], None] = lambda _, __: None
) -> Iterator[Datagram]:
    """Yield the datagrams of a recording one by one; as `read_pieces` else. refuse(reason, count)
    is told what gave no datagram."""
    damaged = incomplete = 0
    for piece in read_pieces(path):
        faults = (
            (DAMAGED, piece.damaged - damaged),
            (INCOMPLETE, piece.incomplete - incomplete),
            (CUT, piece.cut),
        )
        for reason, count in faults:
            if count:
                refuse(reason, count)
        damaged, incomplete = piece.damaged, piece.incomplete
        ends = piece.bounds.tolist()
        for i, arrival_ns in enumerate(piece.arrival_ns.tolist()):
            data = bytes(piece.data[ends[i] : ends[i + 1]])
            yield Datagram(None if arrival_ns == NO_TIME else arrival_ns, data)


def read_chunks(path: Path) -> Iterator[Datagram]:
    """Yield a recorded byte stream (Beast) in pieces, without times."""
    with path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            yield Datagram(None, chunk)


def read_frames(path: Path) -> Iterator[Datagram]:
    """Yield recorded SAPIENT messages, a frame each, cut as a live stream is; each arrives at the
    time at which it says it was sent."""
    with path.open("rb") as stream:
        while header := stream.read(HEADER_BYTES):
            size = length(header)
            if size > MESSAGE_BYTES_MAX:
                yield Datagram(None, header)
                stream.seek(size, io.SEEK_CUR)
            else:
                message = stream.read(size)
                yield Datagram(sent_ns(message), header + message)


def _captured(stream: BinaryIO, frames: Frames, name: str, piece_bytes: int) -> Iterator[Datagrams]:
    window, base, more, fragments = b"", 0, True, Fragments()
    while more:
        chunk = stream.read(piece_bytes)
        window, more = window + chunk, len(chunk) > 0
        done = frames.take(window, last=not more)
        if frames.at.size:
            yield _payloads(window, frames, fragments, base + len(window))
        window, base = window[done:], base + done
    if fragments.end():
        nothing = np.zeros(0, np.int64)
        yield _end_to_end([], nothing, base + len(window), frames, fragments)
    if window:
        raise DecodeError(frames.cut_short(len(window)), feed=name, offset=base)


def _payloads(window: bytes, frames: Frames, fragments: Fragments, read_bytes: int) -> Datagrams:
    packets = udp_payloads(np.frombuffer(window, np.uint8), frames.at, frames.end, frames.link)
    first, last = packets.first.tolist(), packets.last.tolist()
    parts = [window[a:b] for a, b in zip(first, last, strict=True)]
    for number in np.flatnonzero(packets.fragment).tolist():
        parts[number] = fragments.take(window, packets, number, int(frames.arrival_ns[number]))
    piece = _end_to_end(parts, frames.arrival_ns, read_bytes, frames, fragments)
    used = (packets.last > packets.first) | packets.fragment
    return replace(
        piece,
        packets=len(parts),
        passed_over=len(parts) - int(used.sum()),
        cut=int(packets.cut.sum()),
    )


def _end_to_end(
    parts: list[bytes], times: I64, read_bytes: int, frames: Frames, fragments: Fragments
) -> Datagrams:
    """Return the parts that are not empty, and what is known of the file so far."""
    sizes = np.array([len(part) for part in parts], np.int64)
    there = sizes > 0
    return Datagrams(
        bytearray().join(parts),
        np.concatenate([[0], np.cumsum(sizes[there])]),
        times[there],
        0,
        read_bytes,
        frames.damaged,
        fragments=fragments.joined,
        incomplete=fragments.lost,
    )


def _blocks(stream: BinaryIO, piece_bytes: int) -> Iterator[Datagrams]:
    window, read_bytes, more = b"", 0, True
    seen: set[int] = set(CATEGORIES)
    while more:
        chunk = stream.read(piece_bytes)
        window, read_bytes, more = window + chunk, read_bytes + len(chunk), len(chunk) > 0
        at, bounds = 0, [0]
        while at < len(window):
            size = _block_size(window, at, seen)
            if at + max(size, _LOOK_AHEAD_BYTES) > len(window) and more:
                break
            if not size or at + size > len(window):
                # Nobody can tell where this one ends; the decoder refuses what lies between.
                size = _following(window, at + 1, seen) - at
            else:
                seen.add(window[at])
            at += size
            bounds.append(at)
        if at:
            times = np.full(len(bounds) - 1, NO_TIME)
            ends = np.array(bounds, np.int64)
            yield Datagrams(bytearray(window[:at]), ends, times, len(times), read_bytes, 0)
        window = window[at:]


def _block_size(window: bytes, at: int, seen: set[int]) -> int:
    """Return the length of a data block, 0 when it makes no sense: at its end another of a known
    category has to begin, unless that is not here yet."""
    size = int.from_bytes(window[at + 1 : at + _BLOCK_HEADER_BYTES], "big")
    if size <= _BLOCK_HEADER_BYTES:
        return 0
    beyond = at + size
    return size if beyond >= len(window) or window[beyond] in seen else 0


def _following(window: bytes, start: int, seen: set[int]) -> int:
    """Return where the next data block begins whose length makes sense, and that of the one after
    it; else what a datagram holds at most, or the end."""
    end = min(len(window), start + 0xFFFF - 1)
    for at in range(start, end):
        if window[at] in seen:
            size = _block_size(window, at, seen)
            beyond = at + size
            if size and (beyond == len(window) or _block_size(window, beyond, seen)):
                return at
    return end
