"""Sensors that a person describes: a TOML file of [[sensor]] tables, or a row of a table each."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, cast, get_args, get_origin

import msgspec
import numpy as np

from skypact.core.errors import ConfigError
from skypact.core.lines import Path as KeyPath
from skypact.core.lines import line_of
from skypact.core.site import SensorSite, limit_faults
from skypact.core.toml import decode_toml, dotted
from skypact.edge.tables.read import Column, Table, read_table

_Byte = Annotated[int, msgspec.Meta(ge=0, le=255)]


class PlotSensor(SensorSite, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sensor of a table of plots: as SensorSite, but it needs no ASTERIX identity."""

    sac: _Byte = 0
    sic: _Byte = 0


class SensorFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A TOML file of [[sensor]] tables of an ASTERIX recording."""

    sensor: tuple[SensorSite, ...] = ()


class PlotSensorFile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A TOML file of [[sensor]] tables of a table of plots."""

    sensor: tuple[PlotSensor, ...] = ()


def read_sensors(path: Path, *, asterix: bool) -> tuple[SensorSite, ...]:
    """Return the sensors of a file, .toml, .csv or .parquet.

    asterix: each needs sac and sic, which name it in a recording. Raises ConfigError with the file
    and the line (TOML, CSV) or row of the first fault, also for two sensors with one name.
    """
    if path.suffix.lower() != ".toml":
        table = read_table(path, _columns(SensorSite))
        sites, places = _rows(table, SensorSite if asterix else PlotSensor), _Places(table)
    else:
        try:
            text = path.read_text("utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise ConfigError(f"cannot be read: {error}", path=str(path)) from error
        kind = SensorFile if asterix else PlotSensorFile
        sites, places = decode_toml(text, kind, str(path)).sensor, _Places(text, str(path))
    if not sites:
        raise ConfigError("holds no sensor", path=str(path))
    _check_limits(sites, places)
    _check_unique([site.name for site in sites], "name", places)
    if asterix:
        _check_unique([f"SAC {site.sac} SIC {site.sic}" for site in sites], "sic", places)
    return tuple(sites)


def sensors_from(rows: Sequence[Mapping[str, Any]]) -> tuple[SensorSite, ...]:
    """Return sensors given as mappings with the keys of a [[sensor]] table.

    Raises ConfigError for the first fault.
    """
    for i, row in enumerate(rows):
        if not isinstance(cast(object, row), Mapping):
            raise ConfigError(f"[{i}] is no mapping of keys to values", path="sensors")
    try:
        sites = msgspec.convert([dict(row) for row in rows], tuple[PlotSensor, ...])
    except msgspec.ValidationError as error:
        raise ConfigError(str(error), path="sensors") from error
    _check_limits(sites, None)
    _check_unique([site.name for site in sites], "name", None)
    return sites


class _Places:
    """Where the sensor of some index stands."""

    def __init__(self, source: Table | str, path: str = "") -> None:
        self._source, self._path = source, path

    def fault(self, index: int, key: KeyPath, message: str) -> ConfigError:
        if isinstance(self._source, Table):
            return self._source.fault(index, dotted(key), message)
        path = ("sensor", index, *key)
        line = line_of(self._source, path)
        return ConfigError(message, path=self._path, key=dotted(path), line=line)


def _check_limits(sites: Sequence[SensorSite], places: _Places | None) -> None:
    for i, site in enumerate(sites):
        for key, message in limit_faults(site):
            if places is None:
                raise ConfigError(message, path="sensors", key=dotted((i, *key)))
            raise places.fault(i, key, message)


def _check_unique(values: list[str], key: str, places: _Places | None) -> None:
    for i, value in enumerate(values):
        if value in values[:i]:
            message = f"two sensors are {value!r}"
            if places is None:
                raise ConfigError(message, path="sensors")
            raise places.fault(i, (key,), message)


def _columns(kind: type[SensorSite]) -> list[Column]:
    columns: list[Column] = []
    for field in msgspec.structs.fields(kind):
        plain: Any = get_args(field.type)[0] if get_origin(field.type) is Annotated else field.type
        if get_origin(plain) is tuple:
            continue  # a list has no place in a row
        needed = field.required and field.name not in ("sac", "sic")
        columns.append(
            Column(field.name, "text" if plain is str else "number", needed=needed, full=needed)
        )
    return columns


def _rows(table: Table, kind: type[SensorSite]) -> tuple[SensorSite, ...]:
    sites: list[SensorSite] = []
    for row in range(table.rows):
        values: dict[str, Any] = {}
        for name, column in table.numbers.items():
            value = float(column[row])
            if not np.isnan(value):
                values[name] = int(value) if value.is_integer() else value
        for name, text in table.texts.items():
            if text.codes[row] >= 0:
                values[name] = text.names[text.codes[row]]
        try:
            sites.append(msgspec.convert(values, kind))
        except msgspec.ValidationError as error:
            message, _, place = str(error).partition(" - at ")
            raise table.fault(row, re.sub(r"[`$.]", "", place), message.replace("`", "")) from error
    return tuple(sites)
