"""Records per CPU second through the decoders and encoders, as one JSON line.

    python bench/sensors_rate.py [--repeat 5] [--mutated 20000]

`decode_*`: from datagrams to columns through the room (`asterix_rate.py` compares with libasterix);
`mutated`: real datagrams with random bytes changed, none of which may be fatal.
"""

import argparse
import json
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))
from bench.asterix_rate import plots, tracks  # noqa: E402
from skypact.core.ids import Issuer
from skypact.core.messages import Context
from skypact.core.site import SensorSite
from skypact.exercise.recorded import RecordedTraffic
from skypact.sensors import beast
from skypact.sensors.categories import asterix_cat048, asterix_cat062
from skypact.sensors.mode_s import Aircrafts
from skypact.sensors.reading import Arrived, Reader
from skypact.sensors.recording import read_recording
from skypact.sensors.settings import Editions

ZERO_NS = 1_790_000_000_000_000_000
SECOND_NS = 1_000_000_000
SITE = SensorSite(name="r", sac=7, sic=9, lat_deg=-32, lon_deg=-18, height_m=100, period_s=5)


def rate(work: Callable[[], int], repeat: int) -> int:
    """Return the median of records per CPU second."""
    found = []
    for _ in range(repeat):
        begun = time.process_time()
        records = work()
        found.append(records / (time.process_time() - begun))
    return round(statistics.median(found))


def mutated(sent: list[bytes], count: int) -> dict[str, float]:
    """Return how many of `count` broken datagrams were read or refused, and the slowest in ms."""
    dice = random.Random(1)
    reader = Reader(Editions(), None, clock_error_max_s=1e6, refuse_simulated=False)
    records = refused = 0
    worst_s = 0.0
    for _ in range(count):
        data = bytearray(dice.choice(sent))
        for _ in range(dice.randint(1, 5)):
            data[dice.randrange(len(data))] = dice.randrange(256)
        begun = time.process_time()
        reading = reader.read([Arrived(bytes(data), ZERO_NS)])
        worst_s = max(worst_s, time.process_time() - begun)
        records += reading.records
        refused += sum(r.count for r in reading.refusals)
    return {"datagrams": count, "records": records, "refused": refused, "worst_ms": worst_s * 1e3}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--mutated", type=int, default=20_000)
    args = parser.parse_args()
    dice = np.random.default_rng(1)
    traffic = RecordedTraffic()
    some_plots, some_tracks = plots(960, dice), tracks(960, dice)
    cat048 = asterix_cat048.encode_all(SITE, some_plots)
    cat021 = [data for _, data in traffic.cat021(0, 30, ZERO_NS)]
    cat062 = [
        asterix_cat062.encode(
            1, 2, {k: v[i : i + 24] for k, v in some_tracks.items()}, simulated=True
        )
        for i in range(0, 960, 24)
    ]
    frames = b"".join(data for _, data in traffic.beast(0, 300))

    def decode(sent: list[bytes]) -> Callable[[], int]:
        def work() -> int:
            issuer = Issuer("a", "s", Context.TEST)
            return read_recording(((ZERO_NS, d) for d in sent), issuer, Editions(), None).records

        return work

    def mode_s() -> int:
        found, _, _ = beast.split(b"", frames)
        Aircrafts().reports([(f.message, ZERO_NS, 0) for f in found])
        return len(found)

    def encode_plots() -> int:
        asterix_cat048.encode_all(SITE, some_plots)
        return 960

    result: dict[str, object] = {
        f"decode_{name}": rate(decode(sent), args.repeat)
        for name, sent in (("cat048", cat048), ("cat021", cat021), ("cat062", cat062))
    }
    result["decode_beast"] = rate(mode_s, args.repeat)
    result["encode_cat048"] = rate(encode_plots, args.repeat)
    result["mutated"] = mutated(cat048 + cat021 + cat062, args.mutated)
    print(json.dumps(result))


if __name__ == "__main__":
    main()
