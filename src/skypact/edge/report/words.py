"""How figures are written for people."""

from html import escape
from typing import Any

NONE = "–"


def seconds(value: float | None) -> str:
    """Return a time as 8 s, 3 min 20 s or 1 h 05 min."""
    if value is None:
        return NONE
    sign, whole = ("-" if value <= -0.5 else ""), round(abs(value))
    if abs(value) < 10:
        return f"{value:.1f} s"
    if whole < 120:
        return f"{sign}{whole} s"
    if whole < 3600:
        return f"{sign}{whole // 60} min {whole % 60:02d} s"
    return f"{sign}{whole // 3600} h {whole % 3600 // 60:02d} min"


def share(value: float | None) -> str:
    """Return 0..1 as per cent."""
    return NONE if value is None else f"{100 * value:.1f} %"


def number(value: float | None, digits: int = 0) -> str:
    """Return a number with groups of thousands."""
    return NONE if value is None else f"{value:,.{digits}f}"


def size(value: float) -> str:
    """Return bytes as kB or MB."""
    return f"{value / 1e6:,.1f} MB" if value >= 1e6 else f"{value / 1e3:,.1f} kB"


def name(nation: str) -> str:
    """Return a nation as people write it."""
    return nation.replace("-", " ").title()


def amount(count: int, noun: str) -> str:
    """Return 1 object, 2 objects."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"


def table(head: list[str], rows: list[list[Any]], *, words: int = 1, note: str = "") -> str:
    """Return an HTML table; the first `words` columns hold text, the others figures."""

    def cells(row: list[Any], tag: str) -> str:
        return "".join(
            f"<{tag}{'' if i < words else ' class=n'}>{escape(str(cell), quote=False)}</{tag}>"
            for i, cell in enumerate(row)
        )

    body = "".join(f"<tr>{cells(row, 'td')}</tr>" for row in rows)
    foot = f"<p class=note>{escape(note, quote=False)}</p>" if note else ""
    return f"<table><thead><tr>{cells(head, 'th')}</tr></thead><tbody>{body}</tbody></table>{foot}"


def paragraph(text: str, kind: str = "") -> str:
    """Return a paragraph of plain text."""
    shown = f" class={kind}" if kind else ""
    return f"<p{shown}>{escape(text, quote=False)}</p>"
