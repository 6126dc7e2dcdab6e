"""The ASTERIX specification tables, as `bench/make_asterix_tables.py` derives them.

The form of a variation is described there.
"""

from functools import cache
from importlib import resources
from typing import Any

import msgspec

Definition = tuple[str, dict[str, Any]]
CATEGORIES = (1, 2, 10, 11, 20, 21, 34, 48, 62, 65)
RFS = "RFS"


class Items(msgspec.Struct, frozen=True, kw_only=True):
    """A user application profile, or the items of an expansion field.

    fspec_bytes: of the FSPEC, at most; items: by field reference number, index of a definition,
    None where nothing is defined, "RFS" for random field sequencing.
    """

    fspec_bytes: int
    items: tuple[int | str | None, ...]


class Edition(msgspec.Struct, frozen=True, kw_only=True):
    """profiles: by name, "" when there is one; selector: path of the field whose value names the
    profile, and value -> name."""

    profiles: dict[str, Items]
    selector: dict[str, dict[str, str]] = msgspec.field(default_factory=dict[str, dict[str, str]])


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """All editions of one category. source: what it was derived from."""

    category: int
    source: str
    editions: dict[str, Edition]
    expansions: dict[str, Items]
    definitions: tuple[Definition, ...]


@cache
def table(category: int) -> Table:
    """Return the table of a category."""
    name = f"data/asterix/cat{category:03d}.json"
    text = resources.files("skypact").joinpath(name).read_bytes()
    return msgspec.json.decode(text, type=Table)
