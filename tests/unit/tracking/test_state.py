from skypact.tracking.state import layout


def test_the_layout_depends_on_which_sensor_is_which() -> None:
    assert layout(["a", "b"]) == layout(("a", "b"))
    assert len({layout(["a", "b"]), layout(["b", "a"]), layout(["a"])}) == 3
