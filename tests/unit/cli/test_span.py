"""Spans of time as people write them."""

import click
import pytest

from skypact.cli.span import Span


@pytest.mark.parametrize(("text", "seconds"), [("60s", 60.0), ("5m", 300.0), ("1.5h", 5400.0)])
def test_a_span(text: str, seconds: float):
    assert Span().convert(text, None, None) == seconds


@pytest.mark.parametrize("text", ["", "60", "h", "1d", "0s", "-1s", "nans", "1e9h"])
def test_what_is_none(text: str):
    with pytest.raises(click.BadParameter):
        Span().convert(text, None, None)
