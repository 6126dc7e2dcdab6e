"""Map frames are drawn for each instant."""

import xml.etree.ElementTree as ElementTree

from skypact.edge.report.frames import map_frames
from tests.unit.edge.report.summaries import summary

SVG = "{http://www.w3.org/2000/svg}"


def test_a_frame_has_places_objects_and_a_ring_for_each_track() -> None:
    frames = summary()["frames"]
    drawn = [ElementTree.fromstring(one) for one in map_frames(summary())]
    assert len(drawn) == len(frames) == 4
    words = [e.text for e in drawn[-1].iter(f"{SVG}text")]
    assert {"Aurensis", "Cove", "Auria shows"} <= set(words)
    rings = len(list(drawn[-1].iter(f"{SVG}circle")))
    legend = 1 + len(summary()["nations"]) + 1  # dot, nations, the arrow to the north
    assert rings == legend + sum(len(t) for t in frames[-1]["tracks"].values())


def test_nothing_to_show_is_no_map() -> None:
    assert map_frames({**summary(), "frames": []}) == []
