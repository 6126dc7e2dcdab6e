"""Cells of coverage: their numbers, their middles, and which of them are told."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.geodesy import within
from skypact.sharing.coalition.cells import cell_at, cells_inside, centres

LATS, LONS = st.floats(-89.0, 89.0), st.floats(-180.0, 180.0)


@given(LATS, LONS, st.sampled_from([10_000.0, 50_000.0, 333_000.0]))
def test_a_point_is_in_the_cell_whose_middle_is_near(lat: float, lon: float, cell_m: float):
    at, on = np.radians([lat]), np.radians([lon])
    cell = cell_at(at, on, cell_m)
    north, east = centres(cell, cell_m)
    assert cell_at(north, east, cell_m) == cell
    step = cell_m / 6_378_137.0
    assert abs(north[0] - at[0]) <= step / 2 + 1e-9
    turn = (east[0] - on[0] + np.pi) % (2 * np.pi) - np.pi
    assert abs(turn) * np.cos(north[0]) <= step  # Rows are cut into whole cells, a bit wider.


def test_what_is_told_lies_well_inside():
    square = ((-34.0, 178.0), (-34.0, -178.0), (-30.0, -178.0), (-30.0, 178.0))
    cells = cells_inside(square, 50_000.0)
    lat, lon = centres(cells, 50_000.0)
    assert len(cells) > 20
    corners = np.radians(square)
    step = 50_000.0 / 6_378_137.0
    for up, right in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        assert within(corners, lat + up * step, lon + right * step / np.cos(lat)).all()
    assert len(cells_inside(square, 500_000.0)) == 0
