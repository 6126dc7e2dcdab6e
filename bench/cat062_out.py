"""CAT062 written: records per CPU second beside libasterix in one run, and read back by two others.

    python bench/cat062_out.py [--records 100000] [--repeat 5]

One JSON object. `ours`, `libasterix`: records per CPU second from columns, and from its own way of
making a record of the same items, to bytes. `read_by_libasterix`, `read_by_tshark`: fields compared
and how many differ from what was given, over all records; `malformed`: packets that tshark calls so.
The tracks have all items, or lack some at random. A planted fault (one bit of one packet) must be
found by both readers. `met`: the bar is reached, nothing differs and nothing is malformed.
"""

import argparse
import json
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

import numpy as np  # noqa: E402

from skypact.sensors.categories import asterix_cat062 as cat062  # noqa: E402
from tests.unit.sensors import oracle  # noqa: E402

ZERO_NS = 1_790_000_000_000_000_000
BAR = 100_000
SAC, SIC = 7, 9
FT, FTMIN = 0.3048, 0.3048 / 60
TSHARK = {
    "010/SAC": "010_SAC", "010/SIC": "010_SIC", "040": "040_VALUE", "070": "070_VALUE",
    "105/LAT": "105_LAT", "105/LON": "105_LON", "080/MRH": "080_MRH", "080/SIM": "080_SIM",
    "080/TSE": "080_TSE", "080/TSB": "080_TSB", "080/CST": "080_CST", "185/VX": "185_VX",
    "185/VY": "185_VY", "136": "136_VALUE", "130": "130_VALUE", "220": "220_VALUE",
    "380/ADR": "380_ADR_VALUE", "380/ID": "380_ID_VALUE", "500/APC/X": "500_APC_X",
    "500/APC/Y": "500_APC_Y",
}  # fmt: skip
LSB = {
    "070": 1 / 128, "105/LAT": 180 / 2**25, "105/LON": 180 / 2**25, "185/VX": 0.25, "185/VY": 0.25,
    "136": 0.25, "130": 6.25, "220": 6.25, "500/APC/X": 0.5, "500/APC/Y": 0.5,
}  # fmt: skip


def tracks(count: int, dice: np.random.Generator) -> dict[str, np.ndarray]:
    """Return system tracks; a fifth of each optional column is not there."""

    def some(values: np.ndarray, none: Any) -> np.ndarray:
        return np.where(dice.random(count) < 0.2, none, values)

    letters = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", "S1")
    names = dice.choice(letters, (count, 7)).view("S7").reshape(-1)
    return {
        "time_ns": ZERO_NS + dice.integers(0, 86_400_000_000_000, count),
        "lat_rad": dice.uniform(-1.5, 1.5, count),
        "lon_rad": dice.uniform(-3.14, 3.14, count),
        "height_wgs84_m": some(dice.uniform(-400, 60_000, count), np.nan),
        "altitude_pressure_m": some(dice.uniform(-300, 15_000, count), np.nan),
        "velocity_enu_mps": some(dice.uniform(-1, 1, (3, count)) * [[8e3], [8e3], [150]], np.nan).T,
        "position_sd_m": dice.uniform(1, 2_000, count),
        "address": some(dice.integers(1, 1 << 24, count), 0).astype(np.uint32),
        "callsign": some(names, b"").astype("S8"),
        "number": dice.integers(0, 1 << 16, count),
        "began": dice.random(count) < 0.1,
        "ended": dice.random(count) < 0.1,
        "coasting": dice.random(count) < 0.2,
    }


def expected(given: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Return what each field must say in units of the standard, NaN (or "") where it is not there."""
    east, north, up = given["velocity_enu_mps"].T
    level, height = given["altitude_pressure_m"], given["height_wgs84_m"]
    sd = np.ceil(given["position_sd_m"] / 0.5) * 0.5
    one = np.ones(len(sd))
    second = (given["time_ns"] % 86_400_000_000_000) / 1e9
    return {
        "010/SAC": SAC * one, "010/SIC": SIC * one, "040": given["number"] * one,
        "070": np.rint(second * 128) % (86_400 * 128) / 128,
        "105/LAT": np.degrees(given["lat_rad"]), "105/LON": np.degrees(given["lon_rad"]),
        "080/MRH": (~np.isnan(height) & np.isnan(level)) * 1.0,
        "080/SIM": one, "080/TSE": given["ended"] * 1.0, "080/TSB": given["began"] * 1.0,
        "080/CST": np.where(given["coasting"], 1.0, np.nan),
        "185/VX": east, "185/VY": north, "136": level / FT / 100, "130": height / FT,
        "220": up / FTMIN, "500/APC/X": sd, "500/APC/Y": sd,
        "380/ADR": np.where(given["address"] > 0, given["address"], np.nan),
        "380/ID": given["callsign"].astype("U8"),
    }  # fmt: skip


def there(values: np.ndarray) -> np.ndarray:
    return values != "" if values.dtype.kind == "U" else ~np.isnan(values)


def by_libasterix(datagrams: list[bytes], want: dict[str, np.ndarray]) -> dict[str, int]:
    """Return how many fields were compared and how many differ, are missing or are too many."""
    compared = wrong = row = 0
    for datagram in datagrams:
        said = oracle.parsed(62, cat062.EDITION, datagram[3:])
        if isinstance(said, str):
            return {"compared": compared, "wrong": wrong + len(want["040"]) - row}
        for record in said:
            must = {path for path, values in want.items() if there(values[row])}
            found = {path for path in record if not path.startswith("080/")}
            wrong += len(found ^ {path for path in must if not path.startswith("080/")})
            flags = {p for p, v in record.items() if p.startswith("080/") and v != [0]}
            wrong += len(flags ^ {p for p in must if p.startswith("080/") and want[p][row]})
            for path in must & record.keys():
                compared += 1
                wrong += not same(path, record[path][0], want[path][row])
            row += 1
    return {"compared": compared, "wrong": wrong + len(want["040"]) - row}


def same(path: str, raw: int, value: Any) -> bool:
    if path == "380/ID":
        text = "".join(letter(raw >> shift & 63) for shift in range(42, -1, -6))
        return text.rstrip() == value
    return abs(raw * LSB.get(path, 1) - value) <= LSB.get(path, 0) * 0.5001


def letter(code: int) -> str:
    return chr(64 + code) if 1 <= code <= 26 else chr(code)


def capture(datagrams: list[bytes], path: Path) -> None:
    data = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 101)
    parts = [data]
    for payload in datagrams:
        udp = struct.pack(">HHHH", 8600, 8600, len(payload) + 8, 0) + payload
        ip = struct.pack(">BBHHHBBH", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0) + bytes(8)
        parts += [struct.pack("<IIII", 0, 0, 28 + len(payload), 28 + len(payload)), ip, udp]
    path.write_bytes(b"".join(parts))


def by_tshark(datagrams: list[bytes], want: dict[str, np.ndarray], folder: Path) -> dict[str, int]:
    """Return the same as tshark reads it; a field comes as all its values in order."""
    path = folder / "out.pcap"
    capture(datagrams, path)
    command = ["tshark", "-r", str(path), "-d", "udp.port==8600,asterix", "-T", "fields"]
    command += ["-E", "occurrence=a", "-E", "aggregator=,", "-e", "_ws.malformed"]
    for name in TSHARK.values():
        command += ["-e", f"asterix.062_{name}"]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    lines = [line.split("\t") for line in said.splitlines()]
    malformed = sum(line[0] != "" for line in lines)
    compared = wrong = 0
    for column, field in enumerate(TSHARK, 1):
        values = [v for line in lines if line[column] for v in line[column].split(",")]
        must = want[field]
        if field in ("080/SIM", "080/TSE", "080/TSB"):
            must = must[(want["080/SIM"] > 0) | there(want["080/CST"])]
        elif field == "080/CST":
            must = must[there(must)]
        else:
            must = must[there(must)]
        compared += len(values)
        if len(values) != len(must):
            wrong += abs(len(values) - len(must)) or 1
        elif field == "380/ID":
            wrong += sum(a.strip() != b for a, b in zip(values, must, strict=True))
        else:
            base_of = 16 if values and values[0].startswith("0x") else 10
            numbers = np.array(
                [int(v, 16) if base_of == 16 else float(v) for v in values], np.float64
            )
            wrong += int((np.abs(numbers - must) > LSB.get(field, 0) * 0.5001).sum())
    return {"compared": compared, "wrong": wrong, "malformed": malformed}


def libasterix_rate(count: int) -> float:
    """Return records per CPU second that libasterix makes of the same items."""
    kind = oracle.specification(62, cat062.EDITION)
    record = {
        "010": SAC << 8 | SIC, "070": 128 * 100, "105": (1.0, 2.0), "040": 7, "080": ((0,) * 5 + (None,),),
        "185": (10.0, -20.0), "136": 100.0, "130": 30_000.0, "220": 0.0,
        "380": {"ADR": 0x3C660C, "ID": 0x0C3C71C33820}, "500": {"APC": (3.0, 3.0)},
    }  # fmt: skip
    begun = time.process_time()
    for first in range(0, count, cat062.RECORDS_MAX):
        size = min(cat062.RECORDS_MAX, count - first)
        made = [
            kind.cv_uap.cv_record.create(dict(record, **{"040": first + i})) for i in range(size)
        ]
        kind.create(made).unparse().to_bytes()
    return count / (time.process_time() - begun)


def our_rate(given: dict[str, np.ndarray]) -> float:
    begun = time.process_time()
    cat062.encode_all(SAC, SIC, given, simulated=True)
    return len(given["number"]) / (time.process_time() - begun)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--records", type=int, default=100_000)
    parser.add_argument("--repeat", type=int, default=5)
    args = parser.parse_args()
    given = tracks(args.records, np.random.default_rng(1))
    datagrams = cat062.encode_all(SAC, SIC, given, simulated=True)
    want = expected(given)
    ours, theirs = [], []
    for _ in range(args.repeat):
        ours.append(our_rate(given))
        theirs.append(libasterix_rate(600))
    few = datagrams[:20]
    known = {path: values[: 20 * cat062.RECORDS_MAX] for path, values in want.items()}
    spoilt = [few[0][:-1] + bytes([few[0][-1] ^ 1]), *few[1:]]
    with tempfile.TemporaryDirectory() as folder:
        planted = by_tshark(spoilt, known, Path(folder))["wrong"]
        tshark = by_tshark(datagrams, want, Path(folder))
    planted = min(planted, by_libasterix(spoilt, known)["wrong"])
    read = by_libasterix(datagrams, want)
    result = {
        "records": args.records,
        "bar_per_s": BAR,
        "ours": round(statistics.median(ours)),
        "libasterix": round(statistics.median(theirs)),
        "read_by_libasterix": read,
        "read_by_tshark": tshark,
        "planted_found": planted,
        "met": statistics.median(ours) >= BAR
        and args.records >= 100_000
        and read["wrong"] == tshark["wrong"] == tshark["malformed"] == 0
        and read["compared"] > 10 * args.records
        and tshark["compared"] > 10 * args.records,
    }
    print(json.dumps(result))
    if planted == 0:
        sys.exit("the planted fault was not found: this run proves nothing")
    return 0


if __name__ == "__main__":
    sys.exit(main())
