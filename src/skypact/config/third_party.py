"""Standards of sensors that other packages bring: entry points of the group `skypact.sensors`."""

from collections.abc import Iterable
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING

from skypact.core.errors import ConfigError
from skypact.sensors.settings import SCHEMES

if TYPE_CHECKING:
    from skypact.sensors.standards.standard import Standard

GROUP = "skypact.sensors"


def standards(formats: Iterable[str]) -> "dict[str, Standard]":
    """Return the standards of this program and, of the formats named that it does not have, those
    of installed packages. Only what is named is loaded.

    Raises ConfigError for one that is there twice, can't be loaded or is no Standard.
    """
    # Decoders cost a second to load, and most commands need none.
    from skypact.sensors.standards.table import STANDARDS

    found = dict(STANDARDS)
    for name in sorted({*formats} - SCHEMES.keys() - found.keys()):
        there = list(entry_points(group=GROUP, name=name))
        if there:
            found[name] = _loaded(name, there)
    return found


def _loaded(name: str, there: list[EntryPoint]) -> "Standard":
    from skypact.sensors.standards.standard import Standard

    where = f"entry point {GROUP}.{name}"
    if len(there) > 1:
        who = ", ".join(sorted(point.value for point in there))
        raise ConfigError(f"two packages bring it: {who}", path=where)
    try:
        made = there[0].load()
    except (ImportError, AttributeError) as error:
        raise ConfigError(f"can't be loaded: {error}", path=where) from error
    if not isinstance(made, Standard):
        raise ConfigError(f"{there[0].value} is no skypact Standard", path=where)
    return made
