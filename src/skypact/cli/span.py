"""Spans of time as people write them on a command line."""

from typing import Any

import click

UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0}


class Span(click.ParamType[float]):
    """A time such as 60s, 5m or 1h."""

    name = "time"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        text = str(value)
        try:
            seconds = float(text[:-1]) * UNITS_S[text[-1:]]
        except (KeyError, ValueError):
            self.fail(f"{text!r} is not a time such as 60s, 5m or 1h", param, ctx)
        if not 0 < seconds < 1e7:
            self.fail(f"{text!r} is not between 0 and 100 days", param, ctx)
        return seconds
