"""Each object has the place it comes down on."""

from skypact.exercise.outcome.aims import aims
from skypact.exercise.scenario import read
from skypact.exercise.truth import Truth
from tests.unit.exercise.small import SMALL, small


def test_circles_and_polygons_hold_their_objects() -> None:
    scenario = small()
    found = aims(scenario, Truth(scenario))
    assert [(a.name, a.group, a.threat_class, a.place, a.nation) for a in found] == [
        ("missile", "missile", "ballistic", "Aurensis", "auria"),
        ("drone-1", "drone", "drone", "Cove", "borvia"),
        ("drone-2", "drone", "drone", "Cove", "borvia"),
    ]
    assert 290 < found[0].end_s < 300


def test_what_ends_elsewhere_has_no_place() -> None:
    scenario = read(SMALL.replace("radius_m = 20_000", "radius_m = 20_000").replace(
        "aim = { lat_deg = -32.05", "aim = { lat_deg = -32.55"), "x.toml")  # fmt: skip
    assert aims(scenario, Truth(scenario))[0].place == ""
