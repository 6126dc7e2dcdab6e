"""Captures made byte by byte, for the tests that read them."""

import struct


def udp(payload: bytes, port: int = 8600) -> bytes:
    """Return an IPv4 packet."""
    datagram = struct.pack(">HHHH", port, port, 8 + len(payload), 0) + payload
    head = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(datagram), 0, 0, 64, 17, 0)
    return head + bytes(8) + datagram


def udp6(payload: bytes, port: int = 8600) -> bytes:
    """Return an IPv6 packet."""
    datagram = struct.pack(">HHHH", port, port, 8 + len(payload), 0) + payload
    return struct.pack(">IHBB", 6 << 28, len(datagram), 17, 64) + bytes(32) + datagram


def fragments(packet: bytes, size: int, number: int = 1) -> list[bytes]:
    """Return a packet of `udp` or `udp6` cut into fragments. size: bytes of each, a multiple of 8;
    number: what the fragments of one datagram share."""
    six = packet[0] >> 4 == 6
    header, body = packet[: 40 if six else 20], packet[40 if six else 20 :]
    made = list[bytes]()
    for at in range(0, len(body), size):
        part, more = body[at : at + size], at + size < len(body)
        if six:
            extra = struct.pack(">BBHI", 17, 0, at | more, number)
            length = (len(part) + len(extra)).to_bytes(2, "big")
            made.append(header[:4] + length + b"\x2c" + header[7:] + extra + part)
        else:
            told = struct.pack(">HHH", 20 + len(part), number, at // 8 | more << 13)
            made.append(header[:2] + told + header[8:] + part)
    return made


def pcap(
    packets: list[bytes], link: int = 101, first_s: int = 100, step_us: int = 7, apart_s: int = 1
) -> bytes:
    """Return a classic capture; packets come `apart_s` and `step_us` apart."""
    data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, link)
    for i, packet in enumerate(packets):
        data += (
            struct.pack("<IIII", first_s + apart_s * i, step_us * i, len(packet), len(packet))
            + packet
        )
    return data


def section(order: str = "<") -> bytes:
    return struct.pack(f"{order}IIIHHqI", 0x0A0D0D0A, 28, 0x1A2B3C4D, 1, 0, -1, 28)


def interface(link: int = 101, options: bytes = b"", order: str = "<") -> bytes:
    size = 20 + len(options)
    return (
        struct.pack(f"{order}IIHHI", 1, size, link, 0, 0) + options + struct.pack(f"{order}I", size)
    )


def option(code: int, value: bytes, order: str = "<") -> bytes:
    return struct.pack(f"{order}HH", code, len(value)) + value + bytes(-len(value) % 4)


def enhanced(packet: bytes, ticks: int, number: int = 0, order: str = "<") -> bytes:
    padded = packet + bytes(-len(packet) % 4)
    size = 32 + len(padded)
    head = struct.pack(
        f"{order}IIIIIII",
        *(6, size, number, ticks >> 32, ticks & 0xFFFFFFFF, len(packet), len(packet)),
    )
    return head + padded + struct.pack(f"{order}I", size)


def simple(packet: bytes, order: str = "<") -> bytes:
    padded = packet + bytes(-len(packet) % 4)
    size = 16 + len(padded)
    return (
        struct.pack(f"{order}III", 3, size, len(packet)) + padded + struct.pack(f"{order}I", size)
    )
