import math
import random

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
