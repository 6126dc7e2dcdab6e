"""Tables of plots: one row a plot, as columns of Scan and PositionReports messages."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from skypact.core.errors import ConfigError
from skypact.core.messages.header import TIME_MAX_NS
from skypact.core.site import SensorSite
from skypact.edge.tables.read import Column, Table, Text, read_table

F64 = NDArray[np.float64]
I64 = NDArray[np.int64]
COLUMNS = (
    Column("time_s", low=0, high=TIME_MAX_NS * 1e-9, full=True),
    Column("time_utc", "instant", full=True),
    Column("arrival_s", low=0, high=TIME_MAX_NS * 1e-9, full=True),
    Column("sensor", "text"),
    Column("range_m", low=0, high=1e7),
    Column("azimuth_deg", low=-360, high=360),
    Column("elevation_deg", low=-90, high=90),
    Column("range_rate_mps", low=-2e4, high=2e4),
    Column("altitude_pressure_m", low=-1e3, high=5e4),
    Column("address", "text"),
    Column("callsign", "text"),
    Column("lat_deg", low=-90, high=90),
    Column("lon_deg", low=-180, high=180),
    Column("height_wgs84_m", low=-1e3, high=5e5),
    Column("position_sd_m", low=0, high=1e6),
)
_ADDRESS_MAX = 0xFFFFFF
_POSITION_SD_M = 100.0
_EMPTY = ("", "None", "nan")
_TWO_PI = 6.2831853071795862


class Plots(NamedTuple):
    """Plots in order of arrival. sensor: index into the sites, -1 for a position report; the other
    columns are named as those of the messages they become."""

    sensor: I64
    time_ns: I64
    arrival_ns: I64
    columns: dict[str, NDArray[Any]]
    ignored: tuple[str, ...]


def read_plots(path: Path, sites: Sequence[SensorSite]) -> Plots:
    """Return the plots of a .csv or .parquet file.

    Raises ConfigError naming file, line or row, and column of the first fault.
    """
    return plots_of(read_table(path, COLUMNS), sites)


def table_from(columns: Mapping[str, Any], name: str = "plots") -> Table:
    """Return arrays or lists, one a column, as a table; faults then name the row.

    Raises ConfigError for a column that is not known, of another length, or out of bounds.
    """
    known = {column.name: column for column in COLUMNS if column.kind != "instant"}
    table = Table(Path(name), int(np.size(next(iter(columns.values()), ()))), {}, {}, {}, ())
    for key, values in columns.items():
        column = known.get(key)
        if column is None:
            raise ConfigError(f"is not a column; known: {', '.join(known)}", path=name, key=key)
        try:
            cells = np.asarray(values)
        except ValueError as error:
            raise ConfigError(f"is not one row of values: {error}", path=name, key=key) from error
        if cells.ndim != 1:
            why = f"has shape {cells.shape}; a column is one row of values"
            raise ConfigError(why, path=name, key=key)
        if cells.size != table.rows:
            raise ConfigError(f"has {cells.size} rows, not {table.rows}", path=name, key=key)
        if column.kind == "text":
            cells = cells.astype(np.str_) if cells.dtype.kind == "O" else cells
            names, codes = np.unique(cells, return_inverse=True)
            texts = tuple(str(text).strip() for text in names.tolist())
            empty = np.isin(texts, _EMPTY)[codes] if texts else np.zeros(0, np.bool_)
            table.texts[key] = Text(np.where(empty, -1, codes), texts, names.dtype.kind in "iu")
            continue
        try:
            if cells.dtype.kind == "c":
                raise TypeError("they are complex")
            numbers = cells.astype(np.float64)
        except (TypeError, ValueError) as error:
            raise ConfigError(f"is not numbers: {error}", path=name, key=key) from error
        table.numbers[key] = numbers
        empty = np.isnan(numbers)
        table.refuse(empty & column.full, key, "is empty or not a number")
        bad = ~empty & ~((numbers >= column.low) & (numbers <= column.high))
        table.refuse(bad, key, f"{{}} is not within {column.low:g} and {column.high:g}")
    return table


def plots_of(table: Table, sites: Sequence[SensorSite]) -> Plots:
    """Return the plots of a table. Raises ConfigError for the first row that is no plot."""
    time_ns = _times(table)
    arrival_ns = _nanoseconds(table.number("arrival_s")) if table.has("arrival_s") else time_ns
    sensor = _sensors(table, sites)
    _check_order(table, arrival_ns)
    azimuth_deg = table.number("azimuth_deg")
    lat_deg, lon_deg = table.number("lat_deg"), table.number("lon_deg")
    radar = sensor >= 0
    _refuse(table, radar & np.isnan(azimuth_deg), "azimuth_deg", "a plot needs an azimuth")
    lost = ~radar & (np.isnan(lat_deg) | np.isnan(lon_deg))
    _refuse(table, lost, "sensor", "a row names a sensor, or gives lat_deg and lon_deg")
    sd = table.number("position_sd_m")
    columns: dict[str, NDArray[Any]] = {
        "range_m": table.number("range_m"),
        "azimuth_rad": np.minimum(np.radians(azimuth_deg % 360.0), _TWO_PI),
        "elevation_rad": np.radians(table.number("elevation_deg")),
        "range_rate_mps": table.number("range_rate_mps"),
        "altitude_pressure_m": table.number("altitude_pressure_m"),
        "address": _addresses(table),
        "callsign": _callsigns(table),
        "lat_rad": np.radians(lat_deg),
        "lon_rad": np.radians(lon_deg),
        "height_wgs84_m": table.number("height_wgs84_m"),
        "position_sd_m": np.where(np.isnan(sd), _POSITION_SD_M, sd),
    }
    return Plots(sensor, time_ns, arrival_ns, columns, table.ignored)


def _refuse(table: Table, bad: NDArray[np.bool_], column: str, message: str) -> None:
    rows = np.flatnonzero(bad)
    if rows.size:
        raise table.fault(int(rows[0]), column, message)


def _nanoseconds(time_s: F64) -> I64:
    # Whole seconds apart, so that today's times keep their nanoseconds.
    whole = np.floor(time_s)
    return whole.astype(np.int64) * 1_000_000_000 + np.round((time_s - whole) * 1e9).astype(
        np.int64
    )


def _times(table: Table) -> I64:
    if table.has("time_s"):
        return _nanoseconds(table.number("time_s"))
    if "time_utc" in table.instants:
        times = table.instants["time_utc"]
        _refuse(table, (times < 0) | (times > TIME_MAX_NS), "time_utc", "is before 1970")
        return times
    line = 1 if table.path.suffix.lower() == ".csv" else 0
    raise ConfigError(
        "column is missing (or time_utc)", path=str(table.path), key="time_s", line=line
    )


def _sensors(table: Table, sites: Sequence[SensorSite]) -> I64:
    text = table.texts.get("sensor")
    if text is None:
        return np.full(table.rows, -1, np.int64)
    index = {site.name: s for s, site in enumerate(sites)}
    place = np.array([index.get(name, -2) for name in text.names] + [-1], np.int64)
    sensor = place[text.codes]
    rows = np.flatnonzero(sensor == -2)
    if rows.size:
        name = text.names[text.codes[rows[0]]]
        known = ", ".join(index) or "none is"
        raise table.fault(int(rows[0]), "sensor", f"{name!r} is not among the sensors: {known}")
    return sensor


def _check_order(table: Table, arrival_ns: I64) -> None:
    back = np.flatnonzero(np.diff(arrival_ns) < 0)
    if back.size:
        row = int(back[0]) + 1
        seconds = (arrival_ns[row - 1] - arrival_ns[row]) * 1e-9
        late = table.has("arrival_s")
        column = "arrival_s" if late else "time_s" if table.has("time_s") else "time_utc"
        remedy = "" if late else "; sort the rows, or say in arrival_s when each plot came"
        raise table.fault(row, column, f"time goes back by {seconds:g} s{remedy}")


def _addresses(table: Table) -> NDArray[np.uint32]:
    text = table.texts.get("address")
    if text is None:
        return np.zeros(table.rows, np.uint32)
    values = [_address(name, text.whole) for name in text.names]
    place = np.array([*values, 0], np.int64)[text.codes]
    rows = np.flatnonzero(place < 0)
    if rows.size:
        name = text.names[text.codes[rows[0]]]
        message = f"{name!r} is not a 24-bit address such as 3c660c"
        raise table.fault(int(rows[0]), "address", message)
    return place.astype(np.uint32)


def _address(name: str, whole: bool) -> int:
    try:
        value = int(name) if whole else int(name or "0", 16)
    except ValueError:
        return -1
    return value if 0 <= value <= _ADDRESS_MAX else -1


def _callsigns(table: Table) -> NDArray[np.bytes_]:
    text = table.texts.get("callsign")
    if text is None:
        return np.zeros(table.rows, "S8")
    names = [name.encode("ascii", "replace")[:8] for name in text.names]
    return np.array([*names, b""], "S8")[text.codes]
