import numpy as np

from skypact.core.columns import pack
from skypact.core.messages import Bearings, PositionReports, Scan
from skypact.sensors.standards.standard import blank


def test_blank_columns_make_a_message_of_every_kind() -> None:
    for kind in (PositionReports, Scan, Bearings):
        columns = blank(kind, 3)
        assert {len(column) for column in columns.values()} == {3}
        pack(kind, **columns)


def test_what_may_be_missing_is_missing() -> None:
    columns = blank(PositionReports, 2)
    assert np.isnan(columns["velocity_enu_mps"]).all()
    assert columns["velocity_enu_mps"].shape == (2, 3)
    assert columns["callsign"].tolist() == [b"", b""]
    assert columns["position_sd_m"].tolist() == [0, 0]
