"""Write SVG: elements as text, coordinates to a tenth of a pixel."""

from collections.abc import Iterable
from html import escape

import numpy as np
from numpy.typing import NDArray

F64 = NDArray[np.float64]


def element(name: str, *children: str, **attributes: object) -> str:
    """Return an element; `stroke_width` becomes stroke-width, floats have one decimal."""
    shown = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{_value(value)}"'
        for key, value in attributes.items()
        if value is not None
    )
    return f"<{name}{shown}>{''.join(children)}</{name}>" if children else f"<{name}{shown}/>"


def words(text: str, x: float, y: float, **attributes: object) -> str:
    """Return a line of text, whatever signs are in it."""
    return element("text", escape(_printable(text), quote=False), x=x, y=y, **attributes)


def line_path(points: F64, *, closed: bool = False) -> str:
    """Return path data through points (n, 2)."""
    steps = " L".join(f"{_number(x)} {_number(y)}" for x, y in points.tolist())
    return f"M{steps}{'Z' if closed else ''}" if len(points) else ""


def dot_path(points: F64) -> str:
    """Return path data that, with round line ends, draws a dot at each point."""
    return "".join(f"M{_number(x)} {_number(y)}h0" for x, y in points.tolist())


def document(width: float, height: float, parts: Iterable[str]) -> str:
    """Return a whole file."""
    body = "\n".join(parts)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:g}" height="{height:g}" '
        f'viewBox="0 0 {width:g} {height:g}" font-family="Helvetica Neue, Helvetica, Arial, '
        f'sans-serif">\n{body}\n</svg>\n'
    )


def _number(value: float) -> str:
    text = f"{value:.1f}"
    return text[:-2] if text.endswith(".0") else text


def _value(value: object) -> str:
    if isinstance(value, float):
        return _number(value) if abs(value) >= 1 else f"{value:.2g}"
    return escape(_printable(str(value)))


def _printable(text: str) -> str:
    """Return text without the control signs that XML forbids."""
    return "".join(sign if sign.isprintable() else " " for sign in text)
