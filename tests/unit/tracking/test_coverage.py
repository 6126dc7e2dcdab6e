import msgspec
import numpy as np
import pytest

from skypact.core.geodesy import ecef_from_enu, ecef_from_geodetic
from skypact.core.site import Sector, SensorSite
from skypact.tracking.kernels import measure
from skypact.tracking.kernels.layout import SITE
from skypact.tracking.sites import in_coverage, site_rows
from tests.unit.tracking.rows import row
from tests.unit.tracking.scenes import RADAR

RIDGE = Sector(from_deg=340.0, to_deg=30.0, up_to_deg=2.0)
SITES = {
    "free": RADAR,
    "ridge": msgspec.structs.replace(RADAR, blocked=(RIDGE,)),
    "sectors": msgspec.structs.replace(
        RADAR,
        blocked=(RIDGE, Sector(from_deg=100.0, to_deg=200.0), Sector(from_deg=215.0, to_deg=216.0)),
    ),
    "plateau": msgspec.structs.replace(RADAR, height_m=1_540.0, mast_m=40.0),
}


def states_around(n: int = 400) -> np.ndarray:
    rng = np.random.default_rng(5)
    lat = RADAR.lat_rad + rng.uniform(-0.07, 0.07, n)
    lon = RADAR.lon_rad + rng.uniform(-0.08, 0.08, n)
    position = ecef_from_geodetic(lat, lon, np.exp(rng.uniform(2, 11, n)))
    return np.hstack([position, rng.normal(size=(n, 3)) * 300])


def kernel_says(states: np.ndarray, site: SensorSite) -> list[bool]:
    made, found = row(SITE), site_rows([site])[0]
    for name in SITE.names or ():
        made[name] = found[name]
    return [bool(measure.covered.py_func(x, 0.0, made)) for x in states]


def test_range_and_elevation_limits_decide() -> None:
    enu = np.array([[0, 50e3, 5e3], [0, 500e3, 30e3], [0, 10.0, 5e3], [0, 100.0, 0.0]])
    states = np.hstack([ecef_from_enu(enu, RADAR.origin), np.zeros((4, 3))])
    assert in_coverage(states, site_rows([RADAR])).tolist() == [True, False, False, False]


def test_a_sector_hides_what_is_low_in_it() -> None:
    enu = [[0, 50e3, 1e3], [0, 50e3, 3e3], [50e3, 0, 1e3], [0, -50e3, 1e3]]
    states = np.hstack([ecef_from_enu(enu, RADAR.origin), np.zeros((4, 3))])
    assert in_coverage(states, site_rows([RADAR])).all()
    found = in_coverage(states, site_rows([SITES["ridge"]]))
    assert found.tolist() == [False, True, True, True]


@pytest.mark.parametrize("name", SITES)
def test_the_kernel_says_the_same(name: str) -> None:
    states = states_around()
    found = in_coverage(states, site_rows([SITES[name]]))
    assert 0.1 < found.mean() < 0.9
    assert found.tolist() == kernel_says(states, SITES[name])


def test_sectors_and_a_plateau_make_a_difference() -> None:
    states = states_around()
    shares = {name: in_coverage(states, site_rows([site])).mean() for name, site in SITES.items()}
    assert shares["sectors"] < shares["ridge"] - 0.05
    assert shares["ridge"] < shares["free"] - 0.01
    assert shares["plateau"] < shares["free"]


def test_a_radar_that_rests_covers_nothing() -> None:
    rows = site_rows([RADAR])
    rows["resting"] = 1
    assert not in_coverage(states_around(), rows).any()
