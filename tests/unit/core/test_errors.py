"""Each error is one sentence that says where."""

import pytest

from skypact.core.errors import (
    ConfigError,
    DecodeError,
    InvariantError,
    LinkError,
    PolicyError,
    SkypactError,
)


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (
            ConfigError("was 95", path="node.toml", key="sensor[0].lat_deg", line=8),
            "node.toml:8: sensor[0].lat_deg: was 95",
        ),
        (ConfigError("is empty", path="node.toml"), "node.toml: is empty"),
        (DecodeError("is cut off", feed="north", offset=12), "north: byte 12: is cut off"),
        (
            PolicyError("no clause allows it", rule="agreement 1"),
            "agreement 1: no clause allows it",
        ),
        (LinkError("is refused", link="borvia"), "borvia: is refused"),
        (InvariantError("two tracks, one number"), "two tracks, one number"),
    ],
)
def test_an_error_says_where_and_what(error: SkypactError, says: str) -> None:
    assert str(error) == says
    assert isinstance(error, SkypactError)


def test_the_fields_are_kept() -> None:
    error = ConfigError("was 95", path="node.toml", key="a.b", line=8)
    assert (error.message, error.path, error.key, error.line) == ("was 95", "node.toml", "a.b", 8)
    assert DecodeError("x", feed="f", offset=3).offset == 3
    assert PolicyError("x", rule="r").rule == "r"
    assert LinkError("x", link="l").link == "l"
