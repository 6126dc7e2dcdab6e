import math
import random

import numpy as np

from skypact.sensors.standards.base_station import decode

AT_NS = 1_790_000_000_000_000_000
LINE = (
    b"MSG,3,5,211,4CA2D6,10057,2008/11/28,14:53:50.594,2008/11/28,14:58:51.153,RYR77,37000,,,"
    b"51.45735,-1.02826,,,0,0,0,0\r\n"
)
OTHER = (
    b"MSG,4,5,211,4CA2D6,10057,2008/11/28,14:53:50.391,2008/11/28,14:58:51.153,,,408.3,146.4,"
    b",,64,,0,0,0,0\r\n"
)


RECEIVED = b"""\
SEL,,496,2286,4CA4E5,27215,2010/02/19,18:06:07.710,2010/02/19,18:06:07.710,RYR1427
ID,,496,7162,405637,27928,2010/02/19,18:06:07.115,2010/02/19,18:06:07.115,EZY691A
AIR,,496,5906,400F01,27931,2010/02/19,18:06:07.128,2010/02/19,18:06:07.128
STA,,5,179,400AE7,10103,2008/11/28,14:58:51.153,2008/11/28,14:58:51.153,RM
CLK,,496,-1,,-1,2010/02/19,18:18:19.036,2010/02/19,18:18:19.036
MSG,1,145,256,7404F2,11267,2008/11/28,23:48:18.611,2008/11/28,23:53:19.161,RJA1118,,,,,,,,,,,
MSG,2,496,603,400CB6,13168,2008/10/13,12:24:32.414,2008/10/13,12:28:52.074,,,0,76.4,258.3,54.05735,-4.38826,,,,,,0
MSG,3,496,211,4CA2D6,10057,2008/11/28,14:53:50.594,2008/11/28,14:58:51.153,,37000,,,51.45735,-1.02826,,,0,0,0,0
MSG,4,496,469,4CA767,27854,2010/02/19,17:58:13.039,2010/02/19,17:58:13.368,,,288.6,103.2,,,-832,,,,,
MSG,5,496,329,394A65,27868,2010/02/19,17:58:12.644,2010/02/19,17:58:13.368,,10000,,,,,,,0,,0,0
MSG,6,496,237,4CA215,27864,2010/02/19,17:58:12.846,2010/02/19,17:58:13.368,,33325,,,,,,0271,0,0,0,0
MSG,7,496,742,51106E,27929,2011/03/06,07:57:36.523,2011/03/06,07:57:37.054,,3775,,,,,,,,,,0
MSG,8,496,194,405F4E,27884,2010/02/19,17:58:13.244,2010/02/19,17:58:13.368,,,,,,,,,,,,0
MSG,3,1,1,a5cf54,1,2015/06/03,16:58:38.193,2015/06/03,16:58:38.214,,28000,,,40.86542,-73.830,,,,,,0
MSG,3,1,1,A4F7A9,1,2015/06/03,16:58:38.193,2015/06/03,16:58:38.214,UAL1 ,,,,-40.86542,173.830,,,,,,
MSG,3,1,1,A4F7AA,1,2015/06/03,16:58:38.193,2015/06/03,16:58:38.214,,0,,,40.6,-73,,,0,0,0,-1
"""
"""A line of each kind, as the page of the format has them, and what dump1090 writes."""


def test_of_all_kinds_of_line_the_airborne_positions_are_read() -> None:
    decoded = decode(RECEIVED, AT_NS)
    assert decoded.refusals == []
    assert decoded.positions is not None
    assert decoded.positions["address"].tolist() == [0x4CA2D6, 0xA5CF54, 0xA4F7A9]
    assert decoded.positions["callsign"].tolist() == [b"", b"", b"UAL1"]
    degrees = np.degrees(decoded.positions["lat_rad"]), np.degrees(decoded.positions["lon_rad"])
    assert np.allclose(degrees, [[51.45735, 40.86542, -40.86542], [-1.02826, -73.830, 173.830]])
    altitudes = decoded.positions["altitude_pressure_m"]
    assert np.allclose(altitudes, [11277.6, 8534.4, np.nan], equal_nan=True)


def test_each_field_of_each_kind_may_be_empty() -> None:
    for line in RECEIVED.splitlines():
        parts = line.split(b",")
        for number in range(2, len(parts)):
            emptied = b",".join([*parts[:number], b"", *parts[number + 1 :]])
            refused = [r.reason for r in decode(emptied + b"\n", AT_NS).refusals]
            needed = line.startswith(b"MSG,3") and not line.endswith(b"-1") and number == 4
            assert refused == ["an address that is none: six hexadecimal digits"] * needed


def test_an_airborne_position_is_read() -> None:
    decoded = decode(OTHER + LINE, AT_NS)
    columns = decoded.positions
    assert columns is not None
    assert not decoded.refusals
    assert columns["address"].tolist() == [0x4CA2D6]
    assert columns["callsign"].tolist() == [b"RYR77"]
    assert columns["time_ns"].tolist() == [AT_NS]
    assert math.isclose(columns["altitude_pressure_m"][0], 11_277.6)
    assert math.isclose(math.degrees(columns["lat_rad"][0]), 51.45735)
    assert math.isclose(math.degrees(columns["lon_rad"][0]), -1.02826)
    assert math.isnan(columns["height_wgs84_m"][0])


def test_lines_without_a_position_in_the_air_are_passed_over() -> None:
    ground = LINE.replace(b"0,0,0,0\r\n", b"0,0,0,-1\r\n")
    empty = LINE.replace(b"51.45735,-1.02826", b",")
    decoded = decode(OTHER + ground + empty, AT_NS)
    assert decoded.positions is None
    assert not decoded.refusals


def test_what_is_wrong_is_refused_with_its_byte_and_costs_no_other() -> None:
    wrong = (
        b"what?\n",
        LINE.replace(b"51.45735", b"91.0"),
        LINE.replace(b"51.45735", b"nan"),
        LINE.replace(b"37000", b"inf"),
        LINE.replace(b"37000", b"x"),
        LINE.replace(b"37000", b"nan"),
        LINE.replace(b"37000", b"3_7"),
        LINE.replace(b"4CA2D6", b"4C_2D6"),
        LINE.replace(b"4CA2D6", b"000000"),
        LINE.replace(b"RYR77", b"RYR\x0777"),
        LINE.replace(b"MSG,3", b"MSG,9"),
        LINE.replace(b"0,0,0,0\r\n", b"0,0,0,5\r\n"),
        OTHER.replace(b",,64", b",64"),
        LINE.replace(b"4CA2D6", b"4CA2D6FF"),
        b"MSG,3,5\r\n",
    )
    for bad in wrong:
        decoded = decode(LINE + bad + LINE, AT_NS)
        assert decoded.positions is not None
        assert len(decoded.positions["time_ns"]) == 2, bad
        assert [refusal.offset for refusal in decoded.refusals] == [len(LINE)], bad


def test_no_bytes_make_it_fail() -> None:
    chance = random.Random(4)
    for _ in range(2_000):
        data = bytearray(LINE * 3)
        for _ in range(chance.randrange(1, 6)):
            data[chance.randrange(len(data))] = chance.randrange(256)
        decode(bytes(data), AT_NS)


def test_a_damaged_end_of_a_line_costs_that_line_only() -> None:
    for damaged in (
        b"MSG,3,5\x0a"[:-1],
        LINE[:-2] + b"\x8d\x8a",
        LINE[:-2],
        LINE.strip() + b"\x0b",
    ):
        decoded = decode(LINE + damaged + LINE + LINE, AT_NS)
        assert decoded.positions is not None
        assert len(decoded.positions["time_ns"]) >= 3, damaged


def test_one_flipped_bit_in_a_hundred_lines_loses_that_line_only() -> None:
    chance = random.Random(1)
    lines = [LINE.replace(b"4CA2D6", b"%06X" % (i + 1)) for i in range(1_000)]
    for _ in range(20):
        damaged = set(chance.sample(range(1_000), 10))
        sent = [bytearray(line) for line in lines]
        for number in damaged:
            sent[number][chance.randrange(len(LINE))] ^= 1 << chance.randrange(8)
        decoded = decode(b"".join(sent), AT_NS)
        assert decoded.positions is not None
        found = set(decoded.positions["address"].tolist())
        assert {i + 1 for i in range(1_000) if i not in damaged} <= found
