"""CAT001: what libasterix encodes comes out as plots, under the time that CAT002 tells."""

from typing import Any

import numpy as np
import pytest

from skypact.core.messages import PRIMARY, SECONDARY
from skypact.sensors.asterix_fields import FOOT_M, NAUTICAL_MILE_M
from skypact.sensors.categories import asterix_cat001 as cat001
from skypact.sensors.categories.asterix_cat048 import Plots
from tests.unit.sensors import oracle, samples

EDITION = "1.4"
SECOND_NS = samples.SECOND_NS
RAW_TIME = samples.START_NS % (86_400 * SECOND_NS) * 128 // SECOND_NS & 0xFFFF


def made(*records: dict[str, Any], kind: str = "plot") -> bytes:
    record = oracle.profiles(1, EDITION)[kind]
    built = [record.create(each).unparse().to_bytes() for each in records]
    return oracle.block(1, *built)


def descriptor(ssrpsr: int, *, simulated: int = 0, monitor: int = 0, typ: int = 0) -> Any:
    return ((typ, simulated, ssrpsr, 0, 0, monitor, None),)


def decode(data: bytes) -> Plots:
    records = oracle.records(data, 1)
    return cat001.decode(records, records.arrivals)


def test_a_plot_is_what_libasterix_encoded() -> None:
    plot = {
        "010": 0x0709,
        "020": descriptor(3),
        "040": (50.0, 90.0),
        "070": (0, 0, 0, 0, 0o4321),
        "090": (0, 0, 350.0),
        "120": (-0.125, "NM/s"),
        "141": RAW_TIME,
    }
    plots = decode(made(plot))
    assert plots.refusals == ()
    columns = {name: column[0] for name, column in plots.columns.items()}
    assert columns["range_m"] == 50 * NAUTICAL_MILE_M
    assert columns["azimuth_rad"] == pytest.approx(np.pi / 2)
    assert columns["range_rate_mps"] == -NAUTICAL_MILE_M / 8
    assert columns["altitude_pressure_m"] == pytest.approx(35_000 * FOOT_M)
    assert (columns["mode3a"], columns["detection"]) == (0o4321, PRIMARY | SECONDARY)
    assert abs(columns["time_ns"] - samples.START_NS) < SECOND_NS / 64
    assert plots.sources.tolist() == [0x0709]
    assert not plots.simulated[0]
    assert np.isnan(columns["elevation_rad"])


def test_what_is_doubtful_is_missing_and_what_is_no_plot_gives_no_row() -> None:
    place = {"010": 1, "040": 0x0100_0000, "141": RAW_TIME}
    plots = decode(
        made(
            {**place, "020": descriptor(2), "070": 0x8FFF, "090": 0x4010},
            {**place, "020": descriptor(0)},
            {**place, "020": descriptor(1, monitor=1)},
            {"010": 1, "020": descriptor(1), "141": RAW_TIME},
            {**place, "020": descriptor(1, simulated=1)},
        )
    )
    assert plots.columns["mode3a"].tolist() == [-1, -1]
    assert np.isnan(plots.columns["altitude_pressure_m"]).all()
    assert plots.columns["detection"].tolist() == [SECONDARY, PRIMARY]
    assert plots.simulated.tolist() == [False, True]
    assert plots.refusals == ()


def test_a_track_that_measured_a_position_is_a_plot() -> None:
    track = {"010": 1, "020": descriptor(2, typ=1), "161": 7, "040": 0x0100_4000, "141": RAW_TIME}
    assert decode(made(track, kind="track")).columns["range_m"].tolist() == [2 * NAUTICAL_MILE_M]


def test_a_plot_without_a_time_is_refused() -> None:
    plots = decode(made({"010": 1, "020": descriptor(1), "040": 0}))
    assert "I001/141" in plots.refusals[0].reason
    assert len(plots.sources) == 0
