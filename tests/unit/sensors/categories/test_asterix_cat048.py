"""CAT048: what is encoded comes back, and items of real radars are understood."""

from dataclasses import replace

import numpy as np
import pytest

from skypact.sensors import asterix_blocks as blocks
from skypact.sensors.categories import asterix_cat048 as cat048
from tests.unit.sensors import oracle, samples

SITES = {0x0709: samples.site()}
TOLERANCE = {
    "time_ns": 4_000_000,
    "range_m": 3.7,
    "azimuth_rad": 5e-5,
    "elevation_rad": 1e-8,
    "range_rate_mps": 0.13,
    "altitude_pressure_m": 3.9,
}


def parse(data: bytes) -> blocks.Records:
    return oracle.records(data, 48)


def made(**items: object) -> blocks.Records:
    """Return one record with a position, a time and the items given."""
    base: dict[str, object] = {"010": 0x0709, "140": 0, "020": ((2, 0, 0, 0, 0, {}),)}
    base["040"] = (256 * 100) << 16
    return parse(oracle.made(48, "1.32", [base | {k[1:]: v for k, v in items.items()}]))


def test_plots_return_within_the_units_of_the_items() -> None:
    given = samples.plots()
    decoded = cat048.decode(parse(cat048.encode(samples.site(), given)), SITES)
    assert decoded.refusals == ()
    assert decoded.simulated.all()
    for name, column in decoded.columns.items():
        if name in TOLERANCE:
            np.testing.assert_allclose(column, given[name], rtol=0, atol=TOLERANCE[name])
        else:
            assert column.tolist() == given[name].tolist()


def test_a_range_beyond_the_item_is_carried_in_the_expansion() -> None:
    given = samples.plots(range_m=np.full(5, 474_500.0) + np.arange(5) * 1e5)
    decoded = cat048.decode(parse(cat048.encode(samples.site(), given)), SITES)
    np.testing.assert_allclose(decoded.columns["range_m"], given["range_m"], atol=3.7)


def test_without_our_special_field_the_height_gives_the_elevation() -> None:
    records = parse(cat048.encode(samples.site(), samples.plots()))
    has = records.has.copy()
    has[records.columns["SP/RATE"]] = False
    bare = replace(records, has=has)
    elevation = cat048.decode(bare, SITES).columns["elevation_rad"]
    # 25 ft at 200 km and more; the fourth plot is above the item's 62 km.
    np.testing.assert_allclose(elevation, [np.nan, 0.1, 0.02, np.nan, -0.01], atol=3e-5)
    assert np.isnan(cat048.decode(bare, {}).columns["elevation_rad"]).all()


def test_special_fields_of_others_are_left_alone() -> None:
    assert np.isnan(cat048.decode(made(_SP=b"abc"), {}).columns["elevation_rad"]).all()
    foreign = cat048.SPECIAL.pack(b"ABCD", 1 << 20, 4)
    assert np.isnan(cat048.decode(made(_SP=foreign), {}).columns["range_rate_mps"]).all()


def test_doubtful_codes_count_as_missing() -> None:
    columns = cat048.decode(made(_070=0o1234 | 0x8000, _090=0x4000 | 400), {}).columns
    assert columns["mode3a"].tolist() == [-1]
    assert np.isnan(columns["altitude_pressure_m"][0])
    columns = cat048.decode(made(_070=0o1234 | 0x2000, _090=400), {}).columns
    assert columns["mode3a"].tolist() == [0o1234]
    assert columns["altitude_pressure_m"][0] == pytest.approx(3048)


def test_doppler_is_read_unless_doubtful() -> None:
    assert cat048.decode(made(_120={"CAL": 0x3FF}), {}).columns["range_rate_mps"][0] == -1
    doubtful = cat048.decode(made(_120={"CAL": 0x83FF}), {}).columns["range_rate_mps"]
    assert np.isnan(doubtful[0])


def test_field_monitors_and_records_without_position_are_no_plots() -> None:
    assert not len(cat048.decode(made(_020=((2, 0, 0, 0, 1, {}),)), {}).columns["time_ns"])
    silent = oracle.made(48, "1.32", [{"010": 0x0709, "140": 0}])
    decoded = cat048.decode(parse(silent), {})
    assert not len(decoded.columns["time_ns"])
    assert decoded.refusals == ()


def test_a_time_beyond_the_day_is_refused() -> None:
    decoded = cat048.decode(made(_140=86_400 * 128), {})
    assert not len(decoded.columns["time_ns"])
    assert "time of day" in decoded.refusals[0].reason


def test_datagrams_stay_below_what_ethernet_carries_in_one_piece() -> None:
    many = {name: np.tile(column, 40) for name, column in samples.plots().items()}
    sent = cat048.encode_all(samples.site(), many)
    assert sum(len(parse(data)) for data in sent) == 200
    assert max(map(len, sent)) <= 1472
    assert cat048.encode_all(samples.site(), {k: v[:0] for k, v in many.items()}) == []
