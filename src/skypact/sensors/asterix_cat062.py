"""ASTERIX CAT062, system track data (EUROCONTROL-SPEC-0149-9)."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from skypact.sensors import asterix_blocks as blocks
from skypact.sensors import asterix_fields as fields
from skypact.sensors.asterix_cat021 import Reports
from skypact.sensors.asterix_fields import F64, UNKNOWN_SD_M, Flags

CATEGORY = 62
EDITION = "1.20"
VELOCITY_LSB_MPS = 0.25
ACCURACY_LSB_M = 0.5
_HALF_TURN_BITS = 25
_TRACK_NUMBER_MASK = 0xFFFF


def encode(sac: int, sic: int, tracks: Mapping[str, NDArray[Any]], *, simulated: bool) -> bytes:
    """Return one datagram with one data block.

    Columns as in messages.PositionReports and `number`, of which I062/040 has room for the low
    16 bits. simulated: sets the SIM bit, as every context but operation must.
    """
    lat = fields.raw_signed_angle(tracks["lat_rad"], _HALF_TURN_BITS, 32)
    lon = fields.raw_signed_angle(tracks["lon_rad"], _HALF_TURN_BITS, 32)
    time = fields.raw_time(tracks["time_ns"])
    east, north, up = np.asarray(tracks["velocity_enu_mps"], np.float64).reshape(-1, 3).T
    vx, has_x = fields.raw_quantity(east, VELOCITY_LSB_MPS, 16)
    vy, has_y = fields.raw_quantity(north, VELOCITY_LSB_MPS, 16)
    climb, has_climb = fields.raw_quantity(up, fields.VERTICAL_RATE_LSB_MPS, 16)
    height, has_height = fields.raw_quantity(tracks["height_wgs84_m"], fields.HEIGHT_LSB_M, 16)
    level, has_level = fields.raw_quantity(
        tracks["altitude_pressure_m"], fields.FLIGHT_LEVEL_LSB_M, 16
    )
    sd = np.clip(np.asarray(tracks["position_sd_m"]) / ACCURACY_LSB_M, 0, 0xFFFF)
    sd = np.ceil(sd).astype(np.int64)
    names = fields.raw_callsigns(tracks["callsign"])
    status = (
        ((1, 0, 0, 0, 0, None), (1, 0, 0, 0, 0, 0, 0, None))
        if simulated
        else ((1, 0, 0, 0, 0, None),)
    )
    records: list[dict[str, Any]] = []
    for i in range(len(time)):
        record: dict[str, Any] = {
            "010": sac << 8 | sic,
            "070": int(time[i]),
            "105": int(lat[i]) << 32 | int(lon[i]),
            "040": int(tracks["number"][i]) & _TRACK_NUMBER_MASK,
            "080": status,
            "500": {"APC": int(sd[i]) << 16 | int(sd[i])},
        }
        if has_x[i] and has_y[i]:
            record["185"] = int(vx[i]) << 16 | int(vy[i])
        if has_level[i]:
            record["136"] = int(level[i])
        if has_height[i]:
            record["130"] = int(height[i])
        if has_climb[i]:
            record["220"] = int(climb[i])
        derived = {"ADR": int(tracks["address"][i])} if tracks["address"][i] else {}
        if tracks["callsign"][i]:
            derived["ID"] = names[i]
        if derived:
            record["380"] = derived
        records.append(record)
    return blocks.block(CATEGORY, EDITION, records)


def decode(records: Sequence[blocks.Record]) -> Reports:
    """Return the tracks among records as position reports; without I062/105 no row."""
    place = fields.octets(records, "105", 8)
    here = fields.present(records, "105")
    lat = fields.sign(fields.unsigned(place[:, :4]), 32) * (np.pi / (1 << _HALF_TURN_BITS))
    lon = fields.sign(fields.unsigned(place[:, 4:]), 32) * (np.pi / (1 << _HALF_TURN_BITS))
    raw_time = fields.unsigned(fields.octets(records, "070", 3))
    timed = fields.present(records, "070") & (raw_time < fields.TIME_OF_DAY_MAX)
    sane = (np.abs(lat) <= np.pi / 2) & (np.abs(lon) <= np.pi)
    refusals = tuple(
        blocks.Refusal(
            r.offset, f"CAT062 record: {'position off the globe' if t else 'no valid time of day'}"
        )
        for r, t, present, ok in zip(records, timed, here, sane & timed, strict=True)
        if present and not ok
    )
    rows = here & sane & timed
    kept = fields.take(records, rows)
    arrivals = fields.arrivals(kept)
    columns: dict[str, NDArray[Any]] = {
        "time_ns": fields.utc_ns(raw_time[rows], arrivals),
        "lat_rad": lat[rows],
        "lon_rad": lon[rows],
        "height_wgs84_m": fields.within(_signed(kept, "130", fields.HEIGHT_LSB_M), -1e3, 5e5),
        "altitude_pressure_m": fields.within(
            _signed(kept, "136", fields.FLIGHT_LEVEL_LSB_M), -1e3, 5e4
        ),
        "velocity_enu_mps": _velocities(kept),
        "position_sd_m": _position_sd(kept),
        "address": _derived_addresses(kept),
        "callsign": _callsigns(kept),
    }
    return Reports(columns, arrivals, _simulated(kept), refusals)


def _signed(records: Sequence[blocks.Record], item: str, lsb: float) -> F64:
    raw = fields.sign(fields.unsigned(fields.octets(records, item, 2)), 16)
    return fields.quantity(raw, lsb, fields.present(records, item))


def _simulated(records: Sequence[blocks.Record]) -> Flags:
    status = fields.octets(records, "080", 2)
    return ((status[:, 0] & 1) > 0) & ((status[:, 1] & 0x80) > 0)


def _velocities(records: Sequence[blocks.Record]) -> F64:
    vector = fields.octets(records, "185", 4)
    has = fields.present(records, "185")
    east, north = (
        fields.quantity(
            fields.sign(fields.unsigned(vector[:, at : at + 2]), 16), VELOCITY_LSB_MPS, has
        )
        for at in (0, 2)
    )
    return np.stack([east, north, _signed(records, "220", fields.VERTICAL_RATE_LSB_MPS)], axis=1)


def _subitem(record: blocks.Record, item: str, name: str) -> int | None:
    found = record.items.get(item)
    inner = None if found is None else found.variation.get_item(name)
    return None if inner is None else int(inner.as_uint())


def _position_sd(records: Sequence[blocks.Record]) -> F64:
    """Return the larger Cartesian standard deviation of I062/500 APC."""
    sd = np.full(len(records), UNKNOWN_SD_M)
    for row, record in enumerate(records):
        raw = _subitem(record, "500", "APC")
        if raw is not None:
            sd[row] = max(raw >> 16, raw & 0xFFFF) * ACCURACY_LSB_M
    return sd


def _derived_addresses(records: Sequence[blocks.Record]) -> NDArray[np.uint32]:
    found = (_subitem(record, "380", "ADR") or 0 for record in records)
    return np.fromiter(found, np.uint32, len(records))


def _callsigns(records: Sequence[blocks.Record]) -> NDArray[np.bytes_]:
    """Return callsigns of I062/380 ID, else of I062/245."""
    raws: list[bytes] = []
    for record in records:
        derived = _subitem(record, "380", "ID")
        raws.append(record.raw("245")[1:7] if derived is None else derived.to_bytes(6, "big"))
    joined = b"".join(raw.ljust(6, b"\0") for raw in raws)
    return fields.callsigns(np.frombuffer(joined, np.uint8).reshape(-1, 6))
