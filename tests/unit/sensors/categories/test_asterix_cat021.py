"""CAT021: reports return, older versions and faults are understood."""

import numpy as np
import pytest

from skypact.sensors.categories import asterix_cat021 as cat021
from tests.unit.sensors import oracle, samples

TOLERANCE = {
    "time_ns": 4_000_000,
    "lat_rad": 2e-9,
    "lon_rad": 2e-9,
    "height_wgs84_m": 0.96,
    "altitude_pressure_m": 3.9,
    "velocity_enu_mps": 0.07,
}


def decode(data: bytes) -> cat021.Reports:
    return cat021.decode(oracle.records(data, 21))


def one(**items: object) -> cat021.Reports:
    base: dict[str, object] = {"010": 1, "040": ((0, 0, 0, 0, None),), "073": 0, "131": 0}
    changed = {k[1:]: v for k, v in items.items()}
    record = {k: v for k, v in (base | changed).items() if v is not None}
    return decode(oracle.made(21, "2.6", [record]))


def test_reports_return_within_the_units_of_the_items() -> None:
    given = samples.reports()
    decoded = decode(cat021.encode(1, 2, given))
    assert decoded.refusals == ()
    assert decoded.simulated.all()
    for name, atol in TOLERANCE.items():
        np.testing.assert_allclose(decoded.columns[name], given[name], rtol=0, atol=atol)
    assert decoded.columns["address"].tolist() == given["address"].tolist()
    assert decoded.columns["callsign"].tolist() == given["callsign"].tolist()
    assert (decoded.columns["position_sd_m"][:3] >= given["position_sd_m"][:3]).all()


def test_the_coarse_position_serves_where_the_fine_one_is_missing() -> None:
    half = 1 << 22
    columns = one(_131=None, _130=half << 24 | half).columns
    assert columns["lat_rad"][0] == pytest.approx(np.pi / 2)
    assert columns["lon_rad"][0] == pytest.approx(np.pi / 2)


def test_a_version_0_report_is_judged_by_nucp() -> None:
    coarse, fine = (one(_090=((0, nucp, None),)).columns["position_sd_m"][0] for nucp in (5, 8))
    assert coarse == pytest.approx(463 / 2.4477)
    assert fine == pytest.approx(10 / 2.4477)


def test_exceeded_ranges_are_no_measurements() -> None:
    columns = one(_160=(0x8000 | 5) << 16, _157=0x8005, _140=0x7FFF).columns
    assert np.isnan(columns["velocity_enu_mps"]).all()
    assert np.isnan(columns["height_wgs84_m"][0])


def test_faulty_records_are_refused_and_silent_ones_are_not() -> None:
    assert "90 degrees" in one(_131=((1 << 29) + 5) << 32).refusals[0].reason
    assert "time of day" in one(_073=None).refusals[0].reason
    silent = one(_131=None)
    assert silent.refusals == ()
    assert not len(silent.columns["time_ns"])
    assert not one().simulated.any()
