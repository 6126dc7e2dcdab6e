"""Zones of GeoJSON files: what is good is warned, what is not is refused with its line."""

import json
from pathlib import Path

import pytest

from skypact.config import NODE_FILE, check_folder, decode, load
from skypact.config.zones import zones
from skypact.warning.settings import Place
from tests.unit.config.folders import change

SQUARE = [[-20.4, -32.1], [-20.3, -32.1], [-20.3, -32.0], [-20.4, -32.0], [-20.4, -32.1]]
BOW = [[-20.4, -32.1], [-20.3, -32.0], [-20.3, -32.1], [-20.4, -32.0], [-20.4, -32.1]]


def feature(ring: object = SQUARE, kind: str = "Polygon", **properties: object) -> dict:
    where = [ring] if kind == "Polygon" else ring
    said = {"name": "Harbour"} | properties
    return {
        "type": "Feature",
        "properties": said,
        "geometry": {"type": kind, "coordinates": where},
    }


def text(*features: object) -> str:
    """Return a file with one feature a line, the first on line 3."""
    lines = ",\n".join(json.dumps(one) for one in features)
    return f'{{"type": "FeatureCollection",\n"features": [\n{lines}\n]}}'


def read(content: str) -> tuple[tuple[Place, ...], list[str]]:
    made, refused = zones(Path("n"), {"z.geojson": content}, ["z.geojson"], "auria", {"Port"})
    return made, [str(fault) for fault in refused]


def test_a_zone_has_its_shelter_time_and_its_nation() -> None:
    (one, two), refused = read(
        text(feature(shelter_s=45), feature(name="Other", nation="borvia", population=900))
    )
    assert refused == []
    assert (one.name, one.nation, one.kind, one.shelter_s) == ("Harbour", "auria", "zone", 45.0)
    assert (two.nation, two.shelter_s) == ("borvia", 60.0)
    assert one.polygon == ((-32.1, -20.4), (-32.1, -20.3), (-32.0, -20.3), (-32.0, -20.4))


def test_parts_and_points() -> None:
    far = [[lon + 5, lat] for lon, lat in SQUARE]
    made, refused = read(
        text(
            feature([[SQUARE], [far]], "MultiPolygon", name="Isles"),
            feature([-18, -32], "Point", name="Mast", radius_m=500),
        )
    )
    assert refused == []
    assert [place.name for place in made] == ["Isles (1)", "Isles (2)", "Mast"]
    assert made[2].radius_m == 500


@pytest.mark.parametrize(
    ("bad", "why"),
    [
        (feature(BOW, name="Bow"), "Bow: the sides of the polygon cross"),
        (feature(SQUARE[:2], name="Line"), "has 2 corners"),
        (feature([[0, 0], [1, 1], [2, 2], [0, 0]], name="Flat"), "has no area"),
        (feature([[0, 95], [1, 95], [1, 96]], name="Pole"), "<= 90"),
        (feature(name="Port"), 'another place named "Port"'),
        (feature(name="Slow", shelter_s=-1), ">= 0.0"),
        (feature(name="Typo", shelter=30), 'did you mean "shelter_s"'),
        (feature("x", name="Odd"), "coordinates are not those of a Polygon"),
        (feature(SQUARE, "LineString", name="Road"), "LineString is no zone"),
        (feature([-18, -32], "Point", name="Bare"), "needs lat_deg, lon_deg and radius_m"),
        ({"type": "Feature"}, "is not a Feature with properties"),
        (7, "is not a Feature"),
    ],
)
def test_a_bad_zone_is_refused_with_its_line_and_the_rest_stays(bad: object, why: str) -> None:
    made, (said,) = read(text(feature(), bad, feature(name="Last")))
    assert [place.name for place in made] == ["Harbour", "Last"]
    assert said.startswith("n/z.geojson:4: features[1]: ")
    assert why in said


@pytest.mark.parametrize(
    ("content", "why"),
    [("{", "z.geojson:1: is not JSON"), ('{"type": "Feature"}', "is not a GeoJSON Feature")],
)
def test_a_file_that_is_none_is_refused(content: str, why: str) -> None:
    made, (said,) = read(content)
    assert made == ()
    assert why in said


def test_a_name_in_an_earlier_property_does_not_mislead() -> None:
    content = '{"features_of": "x", "type": "FeatureCollection", "note": "\\"features\\": [1]",\n'
    content += '"features": [\n\n' + json.dumps(feature(BOW)) + "]}"
    _, (said,) = read(content)
    assert said.startswith("n/z.geojson:4: ")


def test_a_node_runs_with_the_good_zones_and_says_what_it_refused(folder: Path) -> None:
    change(folder / NODE_FILE, "[warning]", '[warning]\nzones = ["z.geojson", "gone.geojson"]')
    (folder / "z.geojson").write_text(text(feature(), feature(BOW, name="Bow")), "utf-8")
    read_ = load(folder)
    assert "Harbour" in {place.name for place in read_.config.places}
    told = [str(fault).removeprefix(f"{folder}/") for fault in read_.refused]
    assert told[0].startswith("z.geojson:4: features[1]: ")
    assert told[1].startswith("gone.geojson: cannot be read")
    assert [str(fault) for fault in check_folder(folder)] == [str(f) for f in read_.refused]
    # A journal holds the text: a replay needs no file.
    (folder / "z.geojson").unlink()
    again = decode(folder, read_.files, read_.secret)
    assert again.config == read_.config


@pytest.mark.parametrize("name", ["../z.geojson", "/etc/z.geojson", "z.txt"])
def test_a_file_outside_the_folder_is_no_setting(folder: Path, name: str) -> None:
    change(folder / NODE_FILE, "[warning]", f'[warning]\nzones = ["{name}"]')
    (fault,) = check_folder(folder)
    assert "warning.zones" in str(fault)
