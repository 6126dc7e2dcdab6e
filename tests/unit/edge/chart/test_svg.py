from xml.etree import ElementTree

import numpy as np

from skypact.edge.chart.svg import document, dot_path, element, line_path, words


def test_names_and_texts_are_escaped() -> None:
    text = document(10, 20, [words('<a & "b"\x07', 1.0, 2.25), element("g", fill="a\"b'&")])
    root = ElementTree.fromstring(text)
    assert (root.get("width"), root.get("viewBox")) == ("10", "0 0 10 20")
    assert root[0].text == '<a & "b" '
    assert root[1].get("fill") == "a\"b'&"


def test_attributes_are_those_of_svg() -> None:
    assert element("path", stroke_width=1.70, d=None, class_="x", opacity=0.05) == (
        '<path stroke-width="1.7" class="x" opacity="0.05"/>'
    )


def test_paths_have_a_tenth_of_a_pixel() -> None:
    points = np.array([[0.04, 1.06], [2.0, -3.25]])
    assert line_path(points, closed=True) == "M0 1.1 L2 -3.2Z"
    assert dot_path(points) == "M0 1.1h0M2 -3.2h0"
    assert line_path(points[:0]) == ""
