"""Derive our recorded flights from the samples of the `traffic` package.

src/skypact/data/recorded_traffic.npz: aircraft around Paris and raw messages of one flight;
tests/data/spoofed_flight.npz: one flight under satellite navigation spoofing.

    python bench/make_recorded_traffic.py [--wheel FILE]

Without a wheel it is downloaded with pip. Prints what was kept as JSON. The result is the same
byte for byte whenever the wheel is the same.
"""

import argparse
import gzip
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

import numpy as np

PACKAGE = "traffic==2.13"
SAMPLES = "traffic/data/samples/"
FLIGHTS = SAMPLES + "collections/quickstart.json.gz"
MESSAGES = SAMPLES + "rs1090/full_flight_short.jsonl"
SPOOFED = SAMPLES + "noisy/noisy_spoofing.json.gz"
WINDOW_S = 1200
ROOT = Path(__file__).parents[1]
OUT = ROOT / "src/skypact/data/recorded_traffic.npz"
SPOOFED_OUT = ROOT / "tests/data/spoofed_flight.npz"


def wheel_file(folder: Path) -> Path:
    command = [
        sys.executable,
        "-m",
        "pip",
        "download",
        "--no-deps",
        "-q",
        "-d",
        str(folder),
        PACKAGE,
    ]
    subprocess.run(command, check=True, timeout=600)
    return next(folder.glob("traffic-*.whl"))


def busiest(seconds: np.ndarray) -> int:
    """Return the first second of the window with the most reports, on a whole minute."""
    minutes = np.arange(seconds.min() // 60, seconds.max() // 60 - WINDOW_S // 60) * 60
    ordered = np.sort(seconds)
    held = np.searchsorted(ordered, minutes + WINDOW_S) - np.searchsorted(ordered, minutes)
    return int(minutes[held.argmax()])


def flights(raw: bytes) -> dict[str, np.ndarray]:
    """Return the reports of airborne aircraft in the busiest window, by second, then flight."""
    wanted = ("latitude", "longitude", "altitude", "groundspeed", "track", "vertical_rate")
    rows = [
        r
        for r in json.loads(gzip.decompress(raw))
        if not r["onground"] and all(r[k] is not None for k in wanted)
    ]
    begin = busiest(np.array([r["timestamp"] // 1000 for r in rows]))
    rows = [r for r in rows if 0 <= r["timestamp"] // 1000 - begin < WINDOW_S]
    names = sorted({(r["icao24"], r["callsign"] or "") for r in rows})
    number = {name: i for i, name in enumerate(names)}
    rows.sort(key=lambda r: (r["timestamp"], number[r["icao24"], r["callsign"] or ""]))

    def column(key: str, scale: float, dtype: str) -> np.ndarray:
        return np.round([r[key] * scale for r in rows]).astype(dtype)

    return {
        "flights_begin_s": np.array(begin, "<i8"),
        "second": np.array([r["timestamp"] // 1000 - begin for r in rows], "<u2"),
        "flight": np.array([number[r["icao24"], r["callsign"] or ""] for r in rows], "<u2"),
        "lat_microdeg": column("latitude", 1e6, "<i4"),
        "lon_microdeg": column("longitude", 1e6, "<i4"),
        "altitude_pressure_ft": column("altitude", 1, "<i4"),
        "ground_speed_kt": column("groundspeed", 1, "<u2"),
        "track_centideg": column("track", 100, "<u2"),
        "vertical_rate_ftpmin": column("vertical_rate", 1, "<i2"),
        "flight_address": np.array([int(a, 16) for a, _ in names], "<u4"),
        "flight_callsign": np.array([c.strip().encode() for _, c in names], "S8"),
    }


def messages(raw: bytes) -> dict[str, np.ndarray]:
    """Return WINDOW_S of raw Mode S messages, from the first airborne position on."""
    rows = [json.loads(line) for line in raw.splitlines()]
    begin = next(r["timestamp"] for r in rows if r.get("bds") == "05")
    rows = [r for r in rows if 0 <= r["timestamp"] - begin < WINDOW_S]
    frames = [bytes.fromhex(r["frame"]) for r in rows]
    return {
        "messages_begin_s": np.array(begin, "<f8"),
        "message_us": np.round([(r["timestamp"] - begin) * 1e6 for r in rows]).astype("<u4"),
        "message_bytes": np.array([len(f) for f in frames], "|u1"),
        "message": np.frombuffer(b"".join(frames), "|u1"),
    }


def spoofed(raw: bytes) -> dict[str, np.ndarray]:
    """Return the reports of one flight, by second; age: of the position, from when it was heard."""
    table = json.loads(gzip.decompress(raw))
    rows = [
        dict(zip(table, row, strict=True))
        for row in zip(*(c.values() for c in table.values()), strict=True)
    ]
    rows = [r for r in rows if None not in r.values()]
    begin = rows[0]["timestamp"]

    def column(key: str, scale: float, dtype: str) -> np.ndarray:
        return np.round([r[key] * scale for r in rows]).astype(dtype)

    return {
        "begin_s": np.array(begin // 1000, "<i8"),
        "second": np.array([(r["timestamp"] - begin) // 1000 for r in rows], "<u2"),
        "age_ds": np.round([(r["timestamp"] - r["last_position"]) / 100 for r in rows]).astype(
            "<i4"
        ),
        "lat_microdeg": column("latitude", 1e6, "<i4"),
        "lon_microdeg": column("longitude", 1e6, "<i4"),
        "altitude_pressure_ft": column("altitude", 1, "<i4"),
        "ground_speed_kt": column("groundspeed", 1, "<u2"),
        "track_centideg": column("track", 100, "<u2"),
        "vertical_rate_ftpmin": column("vertical_rate", 1, "<i2"),
    }


def write(columns: dict[str, np.ndarray], path: Path) -> None:
    """Write a compressed .npz without the times of its making."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name, column in columns.items():
            body = io.BytesIO()
            np.lib.format.write_array(body, column, allow_pickle=False)
            entry = zipfile.ZipInfo(f"{name}.npy", (2020, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, body.getvalue())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheel", type=Path)
    wheel = parser.parse_args().wheel
    with tempfile.TemporaryDirectory() as folder:
        with zipfile.ZipFile(wheel or wheel_file(Path(folder))) as archive:
            columns = flights(archive.read(FLIGHTS)) | messages(archive.read(MESSAGES))
            write(spoofed(archive.read(SPOOFED)), SPOOFED_OUT)
    write(columns, OUT)
    kept = {
        "bytes": OUT.stat().st_size,
        "flights": len(columns["flight_address"]),
        "flights_begin_s": int(columns["flights_begin_s"]),
        "messages": len(columns["message_us"]),
        "messages_begin_s": float(columns["messages_begin_s"]),
        "reports": len(columns["second"]),
        "window_s": WINDOW_S,
    }
    print(json.dumps(kept))


if __name__ == "__main__":
    main()
