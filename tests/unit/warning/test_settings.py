import msgspec
import numpy as np
import pytest

from skypact.core.geodesy import distance_m
from skypact.warning.settings import Place, WarningSettings


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"lat_deg": 1.0, "lon_deg": 2.0}, "needs lat_deg, lon_deg and radius_m, or a polygon"),
        (
            {"lat_deg": 1, "lon_deg": 2, "radius_m": 3, "polygon": [[0, 0], [1, 0], [1, 1]]},
            "a circle and a polygon",
        ),
        ({"polygon": [[0, 0], [1, 1], [1, 0], [0, 1]]}, "sides of the polygon cross"),
        ({"polygon": [[0, 0], [1, 1]]}, "length"),
        ({"lat_deg": 91, "lon_deg": 0, "radius_m": 1}, "<= 90"),
        ({"lat_deg": 1, "lon_deg": 0, "radius_m": 1, "colour": 1}, "colour"),
    ],
)
def test_a_place_that_cannot_be_is_refused(fields: dict[str, object], why: str) -> None:
    with pytest.raises(msgspec.ValidationError, match=why):
        msgspec.convert({"name": "Alder", "nation": "auria", "kind": "site", **fields}, Place)


def test_a_polygon_may_be_dented_and_cross_the_180th_meridian() -> None:
    for polygon in (
        ((0, 0), (0, 4), (4, 4), (1, 2), (4, 0)),
        ((0, 179), (0, -179), (1, -179), (1, 179)),
    ):
        Place(name="Z", nation="auria", kind="zone", polygon=polygon)


def test_a_circle_lies_inside_its_corners() -> None:
    place = Place(name="A", nation="a", kind="site", lat_deg=-50, lon_deg=179.99, radius_m=8000)
    corners = np.radians(place.corners_deg)
    gap = distance_m(*np.radians(place.centre_deg), corners[:, 0], corners[:, 1])
    assert gap.min() >= 7990
    assert gap.max() < 8200


def test_a_post_named_twice_is_refused() -> None:
    with pytest.raises(ValueError, match="twice"):
        WarningSettings(posts=("duty",), escalation_posts=("duty",))
