"""Pictures that the tests of our own clients share."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skypact.core.columns import pack
from skypact.core.ids import Issuer
from skypact.core.messages import Context, Identity, PictureView, ThreatClass

START_NS, S = 1_790_000_000_000_000_000, 1_000_000_000


def picture(
    numbers: Sequence[int] = (1001, 1002, 1003, 1004),
    at_s: float = 0.0,
    context: Context = Context.EXERCISE,
    **changed: Any,
) -> PictureView:
    """Return a picture of tracks with these numbers; a keyword replaces a column."""
    n = len(numbers)
    steps = np.arange(n)
    now_ns = START_NS + round(at_s * S)
    columns: dict[str, Any] = {
        "number": np.array(numbers, np.uint32),
        "lat_rad": np.radians(-32 + 0.01 * (steps % 300)),
        "lon_rad": np.radians(-18 - 0.01 * (steps % 500)),
        "height_wgs84_m": 3_000.0 + 10.0 * (steps % 1_000),
        "velocity_enu_mps": np.stack([100.0 + steps % 7, -50.0 + steps % 9, 0.5 * (steps % 5)], -1),
        "position_sd_m": 40.0 + steps % 30,
        "age_s": np.zeros(n),
        "threat_class": steps % len(ThreatClass),
        "identity": steps % len(Identity),
        "quality": np.full(n, 12),
        "own": np.ones(n),
        "reporter": steps % 2,
        "address": np.zeros(n),
        "callsign": np.array([b"SKY7" if i % 2 else b"" for i in range(n)], "S8"),
    }
    for name in PictureView.COLUMNS.keys() - columns.keys():
        columns[name] = columns["position_sd_m"] / 2  # deviations of a part
    columns |= changed
    return PictureView(
        **Issuer("auria", "picture", context).header(now_ns, now_ns),
        reporters=("auria", "coalition"),
        count=n,
        **pack(PictureView, **columns),
    )
