import numpy as np

from skypact.core.columns import pack
from skypact.core.geodesy import geodetic_from_ecef
from skypact.core.ids import Issuer
from skypact.core.messages import Bearings, Context
from skypact.tracking.heights import Heights
from skypact.tracking.plots import (
    bearing_plots,
    ecef_from_polar,
    empty_plots,
    report_plots,
    scan_plots,
)
from skypact.tracking.sites import site_rows
from tests.unit.tracking.scenes import RADAR, T0_NS, polar, reports, scan, straight


def test_a_scan_keeps_its_columns() -> None:
    rows = scan_plots(
        scan([1.0], np.array([[5e4, 1.0, np.nan]]), address=[0xABC], callsign=[b"AB"])
    )
    assert rows["polar"][0, :2].tolist() == [5e4, 1.0]
    assert np.isnan(rows["polar"][0, 2])
    assert rows["address"].tolist() == [0xABC]
    assert rows["callsign"].tobytes() == b"AB".ljust(8, b"\0")
    assert np.isnan(rows["velocity"]).all()


def test_the_less_a_report_knows_of_its_height_the_wider_it_is() -> None:
    nan = np.nan
    message = reports(
        [0.0] * 3,
        [0.5] * 3,
        [0.1] * 3,
        [1, 2, 3],
        height_wgs84_m=[9e3, nan, nan],
        altitude_pressure_m=[8e3, 8e3, nan],
        position_sd_m=[0.0, 50.0, 50.0],
    )
    rows = report_plots(message, Heights(150.0))
    height = geodetic_from_ecef(rows["position"])[2]
    np.testing.assert_allclose(height, [9e3, 8e3, 6e3], atol=1e-3)
    sd = np.sqrt(rows["noise_var"])
    assert sd[0, 0] == 10.0
    assert sd[0, 2] < sd[1, 2] < sd[2, 2]


def test_empty_plots_measure_nothing() -> None:
    rows = empty_plots(2)
    assert np.isnan(rows["altitude"]).all()
    assert np.isnan(rows["polar"][:, 2]).all()


def test_polar_coordinates_become_places() -> None:
    site = site_rows([RADAR])[0]
    truth = straight([0.0, 10.0])
    found = ecef_from_polar(polar(RADAR, truth), site["position"], site["rotation"])
    np.testing.assert_allclose(found, truth, atol=1e-6)


def test_bearings_have_no_range() -> None:
    header = Issuer("auria", "sensors", Context.TEST).header(T0_NS, T0_NS)
    columns = pack(Bearings, time_ns=[T0_NS], azimuth_rad=[1.0], elevation_rad=[np.nan])
    rows = bearing_plots(Bearings(**header, sensor="ears", count=1, **columns))
    assert np.isnan(rows["polar"][0]).tolist() == [True, False, True]
    assert rows["time_ns"].tolist() == [T0_NS]
