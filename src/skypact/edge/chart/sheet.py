"""The sheet that a map is drawn on: projection, frame, scale bar, north."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.geodesy import azimuth_rad, distance_m, geodetic_from_ecef
from skypact.edge.chart.svg import element, words

F64 = NDArray[np.float64]
MARGIN, HEAD = 24.0, 64.0
MAP_WIDTH, MAP_HEIGHT_MIN, MAP_HEIGHT_MAX = 900.0, 520.0, 900.0
INK, FAINT = "#1f2933", "#9aa5b1"
_SPAN_MIN_M, _BORDER = 5_000.0, 1.15
_NICE = (1, 2, 5, 10)


class Sheet(NamedTuple):
    """An azimuthal equidistant map: distances and directions from the centre are true.

    centre: (lat_rad, lon_rad); middle_m: of the frame (east, north of the centre); scale: px a m;
    height: of the frame in px.
    """

    centre: tuple[float, float]
    middle_m: F64
    scale: float
    height: float

    def project(self, position_ecef_m: F64) -> F64:
        """Return pixels (..., 2) of ECEF positions (..., 3); x to the right, y down."""
        east_north = flat(position_ecef_m, self.centre)
        x = MARGIN + MAP_WIDTH / 2 + self.scale * (east_north[..., 0] - self.middle_m[0])
        y = HEAD + self.height / 2 - self.scale * (east_north[..., 1] - self.middle_m[1])
        return np.stack([x, y], -1)

    def inside(self, pixels: F64) -> NDArray[np.bool_]:
        """Say which points (..., 2) lie within the frame."""
        x, y = pixels[..., 0], pixels[..., 1]
        across = (x >= MARGIN) & (x <= MARGIN + MAP_WIDTH)
        return across & (y >= HEAD) & (y <= HEAD + self.height)


def flat(position_ecef_m: F64, centre: tuple[float, float]) -> F64:
    """Return metres (..., 2) east and north of the centre."""
    lat, lon, _ = geodetic_from_ecef(position_ecef_m)
    away = distance_m(*centre, lat, lon)
    azimuth = azimuth_rad(*centre, lat, lon)
    return np.stack([away * np.sin(azimuth), away * np.cos(azimuth)], -1)


def sheet_around(position_ecef_m: F64) -> Sheet:
    """Return a sheet that shows all these positions (n, 3), n may be 0."""
    if len(position_ecef_m) == 0:
        return Sheet((0.0, 0.0), np.zeros(2), MAP_WIDTH / 1e5, MAP_HEIGHT_MIN)
    lat, lon, _ = geodetic_from_ecef(position_ecef_m.mean(axis=0))
    centre = float(lat), float(lon)
    spots = flat(position_ecef_m, centre)
    low, high = spots.min(axis=0), spots.max(axis=0)
    span = np.maximum(high - low, _SPAN_MIN_M) * _BORDER
    wanted = MAP_WIDTH * span[1] / span[0]
    height = float(np.clip(wanted, MAP_HEIGHT_MIN, MAP_HEIGHT_MAX))
    scale = float(min(MAP_WIDTH / span[0], height / span[1]))
    return Sheet(centre, (low + high) / 2, scale, height)


def scale_bar(sheet: Sheet) -> list[str]:
    """Return a bar of a round length, about a sixth of the map, at the lower left."""
    aim_m = MAP_WIDTH / 6 / sheet.scale
    power = 10.0 ** np.floor(np.log10(aim_m))
    length_m = float(power * max(nice for nice in _NICE if nice * power <= aim_m))
    width = length_m * sheet.scale
    x, y = MARGIN + 18.0, HEAD + sheet.height - 20.0
    shown = f"{length_m / 1e3:,g} km" if length_m >= 1e3 else f"{length_m:g} m"
    bar = f"M{x:.1f} {y - 5:.1f}v5h{width:.1f}v-5M{x + width / 2:.1f} {y:.1f}v-3"
    back = element(
        "rect", x=x - 8, y=y - 22, width=width + 16, height=30.0, fill="#fff", opacity=0.85, rx=3
    )
    return [
        back,
        element("path", d=bar, fill="none", stroke=INK, stroke_width=1.4),
        words(shown, x + width / 2, y - 9, font_size=12, fill=INK, text_anchor="middle"),
    ]


def north_arrow() -> list[str]:
    """Return an arrow to the north, at the upper right; exact in the middle of the map."""
    x, y = MARGIN + MAP_WIDTH - 26.0, HEAD + 44.0
    return [
        element("circle", cx=x, cy=y - 12, r=21.0, fill="#fff", opacity=0.85),
        element("path", d=f"M{x} {y - 24}l6 20l-6 -4l-6 4Z", fill=INK),
        words("N", x, y + 8, font_size=11, fill=INK, text_anchor="middle", font_weight=600),
    ]
