"""Who decides about identities where."""

import numpy as np
import pytest

from skypact.core.messages import Context, Identity, RoleArea, RolesPublished
from skypact.picture.identity.authority import AuthorityArea, IdentitySettings, contradictions

BOX = ((-31.0, -19.0), (-31.0, -17.0), (-33.0, -17.0), (-33.0, -19.0))
NORTH = AuthorityArea(name="north", nation="borvia", area_deg=BOX)
REST = AuthorityArea(name="rest", nation="auria", who=("Ilse Maren",))
MAP = IdentitySettings(areas=(NORTH, REST))


def at(lat_deg: float, lon_deg: float) -> tuple[float, float]:
    return float(np.radians(lat_deg)), float(np.radians(lon_deg))


def test_the_first_area_that_covers_a_place_decides() -> None:
    inside, outside = at(-32, -18), at(-40, -18)
    assert (MAP.at(*inside), MAP.at(*outside)) == (NORTH, REST)
    lat, lon = np.array([inside, outside]).T
    assert MAP.at_each(lat, lon) == [NORTH, REST]
    assert IdentitySettings(areas=(NORTH,)).at(*outside) is None


def test_an_authority_is_one_only_in_the_area_our_map_gives_it() -> None:
    assert MAP.holds("borvia", "north")
    assert not MAP.holds("borvia", "rest")
    assert not MAP.holds("borvia", "")


def test_a_decision_counts_a_little_beyond_the_border_and_no_further() -> None:
    assert MAP.decides("borvia", "north", *at(-32, -18))
    assert MAP.decides("borvia", "north", *at(-30.9, -18))  # 11 km outside
    assert not MAP.decides("borvia", "north", *at(-30.5, -18))
    assert not MAP.decides("auria", "north", *at(-32, -18))
    assert MAP.decides("auria", "rest", *at(80, 100))


def test_others_may_set_only_what_says_little() -> None:
    assert MAP.open_to_others() == (Identity.PENDING, Identity.UNKNOWN)
    wide = IdentitySettings(others_may_set=("assumed_friend", "neutral"))
    assert wide.open_to_others() == (Identity.ASSUMED_FRIEND, Identity.NEUTRAL)


@pytest.mark.parametrize("lat_deg", [-31.5, -33.5])
def test_distance_is_nothing_inside_and_grows_outside(lat_deg: float) -> None:
    off_km = NORTH.off_m(*at(lat_deg, -18)) / 1000
    assert off_km == pytest.approx(0 if lat_deg > -33 else 55.6, abs=0.5)


def test_where_the_coordinator_says_otherwise_than_our_settings_is_told() -> None:
    corners = tuple(degrees for corner in BOX for degrees in corner)

    def said(*areas: RoleArea) -> tuple[str, ...]:
        told = RolesPublished(
            id="m", observed_ns=0, received_ns=0, origin="auria", context=Context.TEST,
            coordinator="keystone", members=(), hubs=(), areas=areas,
        )  # fmt: skip
        return contradictions(MAP.areas, told)

    rest = RoleArea(name="rest", nation="auria")
    assert said(RoleArea(name="north", nation="borvia", area_deg=corners), rest) == ()
    assert said(RoleArea(name="north", nation="auria", area_deg=corners)) == (
        "keystone says that auria decides in area north, our settings say borvia",
    )
    assert said(RoleArea(name="north", nation="borvia", area_deg=corners[2:])) == (
        "keystone draws area north of borvia otherwise than our settings",
    )
    assert said(RoleArea(name="sea", nation="cestia")) == (
        "keystone says that cestia decides in area sea, our settings say nobody",
    )
