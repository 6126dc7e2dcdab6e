import re

import numpy as np
import pytest

from skypact.core.geodesy import ecef_from_enu, ecef_from_geodetic
from skypact.edge.chart.sheet import (
    HEAD,
    MAP_WIDTH,
    MARGIN,
    flat,
    north_arrow,
    scale_bar,
    sheet_around,
)

HOME = (np.radians(48.0), np.radians(20.0), 0.0)
CROSS = ecef_from_enu(
    [[0.0, 0.0, 0.0], [1e5, 0.0, 0.0], [-1e5, 0.0, 0.0], [0.0, 1e5, 0.0], [0.0, -1e5, 0.0]], HOME
)


def test_distances_from_the_centre_are_true_whatever_the_height() -> None:
    high = ecef_from_geodetic(np.radians(49.0), np.radians(20.0), 200e3)
    low = ecef_from_geodetic(np.radians(49.0), np.radians(20.0), 0.0)
    for place in (high, low):
        np.testing.assert_allclose(flat(place, HOME[:2]), [0.0, 111.2e3], atol=700)


def test_everything_is_on_the_sheet_north_up() -> None:
    sheet = sheet_around(CROSS)
    pixels = sheet.project(CROSS)
    assert sheet.inside(pixels).all()
    middle, east, west, north, south = pixels
    assert north[1] < middle[1] < south[1]
    assert west[0] < middle[0] < east[0]
    assert middle[0] == pytest.approx(MARGIN + MAP_WIDTH / 2, abs=2)
    assert middle[1] == pytest.approx(HEAD + sheet.height / 2, abs=2)
    assert not sheet.inside(pixels + 2000).any()


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    sheet = sheet_around(CROSS)
    bar = "".join(scale_bar(sheet))
    length_km = float(re.findall(r"([\d.]+) km", bar)[0])
    width = float(re.findall(r"v5h([\d.]+)v-5", bar)[0])
    assert width == pytest.approx(length_km * 1e3 * sheet.scale, abs=0.1)
    east, west = sheet.project(CROSS[1:3])
    assert (east[0] - west[0]) / 200e3 == pytest.approx(width / (length_km * 1e3), rel=0.01)
    assert ">N<" in "".join(north_arrow())


def test_one_place_or_none_is_a_sheet_too() -> None:
    assert sheet_around(CROSS[:1]).inside(sheet_around(CROSS[:1]).project(CROSS[:1])).all()
    assert sheet_around(CROSS[:0]).scale > 0
