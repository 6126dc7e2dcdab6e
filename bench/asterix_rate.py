"""ASTERIX records per CPU second, bytes to columns, ours and libasterix side by side in one run.

    python bench/asterix_rate.py [--repeat 5] [--capture FILE.pcap] [--quick]

One JSON object. `sent`: records as our simulated world sends them; `random`: half of all items of the
edition, drawn at random; `capture`: CAT048 and CAT034 of a recording. For each
`columns`: bytes to columns of the fields the product uses; `plots`: on to plots and reports in SI,
through the room's reader; `live`: the same, a datagram a call; `every`: bytes to columns of every
field; `libasterix`: its parsing alone, without reading a field. `met`: `columns` and `plots` of `sent`
and `columns` of `random` reach the bar.
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import asterix.base as base  # noqa: E402
import numpy as np  # noqa: E402

from skypact.core.site import SensorSite  # noqa: E402
from skypact.edge.feeds.capture import read_datagrams  # noqa: E402
from skypact.exercise.recorded import RecordedTraffic  # noqa: E402
from skypact.sensors import asterix_blocks as blocks  # noqa: E402
from skypact.sensors.categories import asterix_cat048, asterix_cat062  # noqa: E402
from skypact.sensors.asterix.program import Wanted, program  # noqa: E402
from skypact.sensors.reading import Arrived, Reader, reading_program  # noqa: E402
from skypact.sensors.settings import Editions  # noqa: E402
from tests.unit.sensors import oracle  # noqa: E402

ZERO_NS = 1_790_000_000_000_000_000
BATCH = 64
BARS = {48: 250_000, 62: 120_000, 21: 200_000}
EDITIONS = {21: "2.6", 34: "1.29", 48: "1.32", 62: "1.20"}
SITE = SensorSite(name="r", sac=7, sic=9, lat_deg=-32, lon_deg=-18, height_m=100, period_s=5)


def plots(count: int, dice: np.random.Generator) -> dict[str, np.ndarray]:
    """Return plots of a radar: address, callsign, level; no elevation."""
    return {
        "time_ns": ZERO_NS + np.arange(count) * 1_000_000,
        "range_m": dice.uniform(1e4, 4e5, count),
        "azimuth_rad": dice.uniform(0, 6.28, count),
        "elevation_rad": dice.uniform(0, 0.2, count),
        "range_rate_mps": dice.uniform(-400, 400, count),
        "altitude_pressure_m": dice.uniform(100, 12_000, count),
        "address": dice.integers(1, 1 << 24, count, dtype=np.uint32),
        "mode3a": dice.integers(0, 4096, count, dtype=np.int32),
        "detection": np.full(count, 3, np.uint8),
        "callsign": np.full(count, b"SKY1234", "S8"),
    }


def tracks(count: int, dice: np.random.Generator) -> dict[str, np.ndarray]:
    """Return system tracks."""
    return {
        "time_ns": np.full(count, ZERO_NS),
        "lat_rad": dice.uniform(-1, 1, count),
        "lon_rad": dice.uniform(-3, 3, count),
        "height_wgs84_m": dice.uniform(0, 12_000, count),
        "altitude_pressure_m": dice.uniform(0, 12_000, count),
        "velocity_enu_mps": dice.uniform(-200, 200, (count, 3)),
        "position_sd_m": np.full(count, 50.0),
        "address": dice.integers(1, 1 << 24, count, dtype=np.uint32),
        "callsign": np.full(count, b"SKY1234", "S8"),
        "number": np.arange(count),
    }


def sent(category: int, dice: np.random.Generator) -> list[bytes]:
    """Return datagrams as our world sends them."""
    if category == 48:
        return asterix_cat048.encode_all(SITE, plots(2400, dice))
    if category == 21:
        return [data for _, data in RecordedTraffic().cat021(0, 60, ZERO_NS)]
    many = tracks(2400, dice)
    return [
        asterix_cat062.encode(1, 2, {k: v[i : i + 24] for k, v in many.items()}, simulated=True)
        for i in range(0, 2400, 24)
    ]


def drawn(category: int, count: int) -> list[bytes]:
    """Return datagrams of random records with half of the edition's items each."""
    dice = random.Random(category)
    [record] = oracle.profiles(category, EDITIONS[category]).values()
    made = [oracle.record_bytes(record, dice) for _ in range(count)]
    return [oracle.block(category, *made[i : i + 4]) for i in range(0, count, 4)]


def rate(work: Callable[[], int], repeat: int, least_s: float) -> int:
    """Return the median of records per CPU second, each over at least so many CPU seconds."""
    work()
    found = []
    for _ in range(repeat):
        begun, records = time.process_time(), 0
        while time.process_time() - begun < least_s:
            records += work()
        found.append(records / (time.process_time() - begun))
    return round(statistics.median(found))


def batches(data: list[bytes], size: int) -> list[list[bytes]]:
    return [data[i : i + size] for i in range(0, len(data), size)]


def columns(data: list[bytes], made: object) -> Callable[[], int]:
    parts = batches(data, BATCH)

    def work() -> int:
        read = [blocks.read(part, [ZERO_NS] * len(part), made) for part in parts]
        return sum(len(records) for found in read for records in found.records.values())

    return work


def through_reader(data: list[bytes], size: int) -> Callable[[], int]:
    reader = Reader(Editions(), None, clock_error_max_s=1e6, refuse_simulated=False)
    parts = [[Arrived(d, ZERO_NS) for d in part] for part in batches(data, size)]
    # Random values may be refused as values (a time beyond the day); they are read all the same.
    return lambda: sum(
        found.records + sum(r.count for r in found.refusals)
        for found in (reader.read(part) for part in parts)
    )


def libasterix(data: list[bytes]) -> Callable[[], int]:
    def work() -> int:
        count = 0
        for datagram in data:
            rest = base.Bits.from_bytes(datagram)
            for block in base.RawDatablock.parse(rest):
                category = block.get_category()
                kind = oracle.specification(category, EDITIONS[category])
                count += len(kind.cv_uap.parse(block.get_raw_records()))
        return count

    return work


def measured(data: list[bytes], category: int, repeat: int, least_s: float) -> dict[str, int]:
    wanted = {c: Wanted(EDITIONS[c]) for c in ({34, 48} if category == 48 else {category})}
    return {
        "columns": rate(columns(data, reading_program(Editions())), repeat, least_s),
        "plots": rate(through_reader(data, BATCH), repeat, least_s),
        "live": rate(through_reader(data, 1), repeat, least_s),
        "every": rate(columns(data, program(wanted)), repeat, least_s),
        "libasterix": rate(libasterix(data[:20]), repeat, least_s),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--capture", type=Path)
    parser.add_argument("--quick", action="store_true")
    args = parser.parse_args()
    repeat, least_s = (1, 0.05) if args.quick else (args.repeat, 0.3)
    dice = np.random.default_rng(1)
    rates: dict[str, dict[str, dict[str, int]]] = {}
    for category in BARS:
        rates[f"cat{category:03d}"] = {
            "sent": measured(sent(category, dice), category, repeat, least_s),
            "random": measured(drawn(category, 800), category, repeat, least_s),
        }
    if args.capture:
        data = [d.data for d in read_datagrams(args.capture)]
        rates["cat048"]["capture"] = measured(data * 8, 48, repeat, least_s)
    met = all(
        value >= bar
        for category, bar in BARS.items()
        for name, said in rates[f"cat{category:03d}"].items()
        for value in (said["columns"], *([said["plots"]] if name == "sent" else []))
    )
    bars = {f"cat{category:03d}": bar for category, bar in BARS.items()}
    print(json.dumps({"bars_per_s": bars, "records_per_cpu_s": rates, "met": met}))


if __name__ == "__main__":
    main()
