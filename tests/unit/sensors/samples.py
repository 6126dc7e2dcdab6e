"""Sites, plots and messages that the tests of the sensors room share."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import pack
from skypact.core.ids import Issuer
from skypact.core.messages import Context, Datagrams
from skypact.core.site import SensorSite

START_NS = 1_790_000_000_000_000_000
SECOND_NS = 1_000_000_000
EDITIONS = {21: "2.6", 34: "1.29", 48: "1.32", 62: "1.20"}


def site(name: str = "r1", sac: int = 7, sic: int = 9) -> SensorSite:
    return SensorSite(
        name=name, sac=sac, sic=sic, lat_deg=-32, lon_deg=-18, height_m=120, period_s=5
    )


def plots(**changed: Any) -> dict[str, NDArray[Any]]:
    """Return five plots; a keyword replaces a column."""
    nan = np.nan
    columns: dict[str, Any] = {
        "time_ns": START_NS + np.arange(5) * SECOND_NS // 10,
        "range_m": np.array([1e3, 2e5, 4e5, 6e5, 3e5]),
        "azimuth_rad": np.array([0, 1, 3, 5, 6.2831]),
        "elevation_rad": np.array([nan, 0.1, 0.02, 0.5, -0.01]),
        "range_rate_mps": np.array([nan, -200, 3000, nan, 5.0]),
        "altitude_pressure_m": np.array([nan, 1000, nan, nan, 11000]),
        "address": np.array([0, 0x3C660C, 0, 0, 5], np.uint32),
        "mode3a": np.array([-1, 0o7777, -1, 0, 1], np.int32),
        "detection": np.array([1, 3, 1, 1, 2], np.uint8),
        "callsign": np.array([b"", b"ABC123", b"", b"", b"DLH12X"], "S8"),
    }
    return columns | changed


def reports(**changed: Any) -> dict[str, NDArray[Any]]:
    """Return four position reports; a keyword replaces a column."""
    nan = np.nan
    columns: dict[str, Any] = {
        "time_ns": START_NS + np.arange(4) * SECOND_NS // 4,
        "lat_rad": np.array([0.8, -0.55, 0, np.pi / 2]),
        "lon_rad": np.array([0.04, -0.3, 3.14, -3.14]),
        "height_wgs84_m": np.array([nan, 11000, -20, 60000]),
        "altitude_pressure_m": np.array([11000, nan, 5000.0, -300]),
        "velocity_enu_mps": np.array([[200, -100, 5], [nan] * 3, [0, 250, nan], [-900, 0, -12]]),
        "position_sd_m": np.array([2.0, 10, 50, 1e5]),
        "address": np.array([1, 0x3C660C, 0xFFFFFF, 0], np.uint32),
        "callsign": np.array([b"AFR1", b"", b"DLH9999", b""], "S8"),
    }
    return columns | changed


def datagrams(feed: str, sent: Sequence[tuple[int, bytes]]) -> Datagrams:
    """Return the message of (arrival_ns, bytes) of one feed."""
    issuer = Issuer("auria", "feeds", Context.EXERCISE)
    columns = pack(
        type("Lengths", (), {"COLUMNS": Datagrams.COLUMNS}),
        length_bytes=np.array([len(data) for _, data in sent], np.uint32),
        arrival_ns=np.array([at for at, _ in sent], np.int64),
    )
    last = sent[-1][0] if sent else 0
    return Datagrams(
        **issuer.header(last, last),
        feed=feed,
        count=len(sent),
        payload=b"".join(data for _, data in sent),
        **columns,
    )
