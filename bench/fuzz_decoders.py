"""Every decoder of bytes of sensors, partners and telephones under a coverage-guided fuzzer (atheris, libFuzzer).

    python bench/fuzz_decoders.py [--minutes 10] [--decoders asterix,beast] [--jobs 2]

Each decoder runs for so many minutes in a process of its own, its kernels interpreted instead of
compiled: then a read beyond the bytes is an exception, and the fuzzer sees which branches it reached.
All inputs that reached something new are then given to the compiled decoder again and again, for its memory and its
slowest. One JSON object; for each decoder: executions, crashes, hangs (a minute, on a busy machine),
branches reached at the start and the end, and of the compiled one memory after the first round and the
last, and CPU time of the slowest input. `planted`: executions until a fault of ours was found: a bounds
check of that decoder taken away. `met`: no crash, no hang, memory flat, each planted fault found.
"""

import argparse
import concurrent.futures
import inspect
import json
import os
import random
import re
import resource
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
from bench import fuzz_channels, fuzz_partner  # noqa: E402
from bench.fuzz_targets import CATEGORIES, parity  # noqa: E402, F401
from bench.fuzz_targets import DECODERS as OF_SENSORS  # noqa: E402

TARGETS = {**fuzz_partner.TARGETS, **fuzz_channels.TARGETS}
INCLUDED = (*fuzz_partner.INCLUDED, *fuzz_channels.INCLUDED)
DECODERS = {**OF_SENSORS, **{name: target for name, (target, _, _) in TARGETS.items()}}

HANG_S, MEMORY_MB, INPUT_BYTES = 60, 2048, 800
PARTNER_BYTES = 3_000
PLANTED_S = 60
ROUNDS_S, ROUNDS_MIN, FLAT_MB = 20, 3, 4


def without(module: Any, name: str, check: str, left: str = "if False:") -> None:
    """Take a bounds check out of a function, in memory; `left` is what remains of it."""
    owner, _, attribute = name.rpartition(".")
    holder = getattr(module, owner) if owner else module
    source = inspect.getsource(getattr(holder, attribute))
    assert check in source, f"{name} has no line {check}"
    lines = [line[4:] if owner else line for line in source.splitlines()]
    text = "\n".join(lines).replace(check, left)
    made: dict[str, Any] = {}
    exec(compile(text, f"planted in {name}", "exec"), vars(module), made)
    setattr(holder, attribute, made[attribute])


def plant(decoder: str) -> None:
    if decoder in TARGETS:
        TARGETS[decoder][2](without)
    elif decoder == "asterix":
        from skypact.sensors.asterix.kernels import record

        without(record, "extended_end", "if done > end:")
    elif decoder == "beast":
        from skypact.sensors import beast as module

        without(module, "_frame_at", "if i + 1 >= len(data):")
    elif decoder == "dis":
        from skypact.sensors.dis import pdu

        # A length of nothing is still refused: a read that never ends is found much later.
        bounds = "if end - begun < HEADER_BYTES or not HEADER_BYTES <= length <= end - begun:"
        without(pdu, "read", bounds, left="if not length:")
    elif decoder == "cot":
        from skypact.sensors.cot import protobuf

        without(protobuf, "read_varint", "if at + i >= len(data):")
    elif decoder == "lines":
        from skypact.sensors.lines import bearing

        bearing.azimuths = lambda values: bearing.measured(values) / 57
    elif decoder == "standards":
        from skypact.sensors.standards import base_station

        without(base_station, "_position", "if not (abs(lat_deg) <= 90 and abs(lon_deg) <= 180):")
    elif decoder == "sapient":
        from skypact.sensors.sapient import nodes

        # `detections` has its own name for it.
        from skypact.sensors.sapient import detections

        without(
            nodes, "latitude_longitude", "if not (abs(lat) <= math.pi / 2 and abs(lon) <= math.pi):"
        )
        detections.latitude_longitude = nodes.latitude_longitude
    else:
        from skypact.edge.feeds import frames

        without(frames, "Pcap._size", "if size > left:")


def seeds(decoder: str) -> list[bytes]:
    """Return real inputs to begin from."""
    if decoder in TARGETS:
        return TARGETS[decoder][1]()
    from skypact.exercise.recorded import RecordedTraffic
    from tests.unit.edge.feeds import captures as made
    from tests.unit.sensors import oracle

    dice = random.Random(1)
    if decoder == "asterix":
        return [
            bytes([number, 0]) + oracle.record_bytes(kind, dice, share)
            for number, category in enumerate(CATEGORIES)
            for kind in oracle.profiles(category, oracle_edition(category)).values()
            for share in (0.1, 0.3, 0.6)
        ]
    if decoder == "beast":
        frames = [data for _, data in RecordedTraffic().beast(0, 5)]
        texts = [
            b"\x03\x11*8D4840D6202CC371C32CE0576098;\n@0011223344558D4840D6202CC371C32CE0576098;"
        ]
        return texts + [b"\x01\x20" + b"".join(frames[i : i + 4]) for i in range(0, 40, 4)]
    if decoder == "dis":
        from tests.unit.sensors.dis.test_read import rows

        from skypact.sensors.dis import pdu

        [real] = pdu.write(rows(exercise=1))
        return [b"\x01" + real, b"\x01" + real + real, b"\x00" + real[20:]]
    if decoder == "cot":
        from skypact.sensors.cot.stream import Frame, framed, read
        from tests.unit.sensors.cot.samples import ATAK

        event = read(Frame(False, ATAK)).event
        return [b"\x20" + ATAK, b"\x09" + framed(event, tak=True), b"\xff" + ATAK + ATAK]
    if decoder == "lines":
        from tests.unit.sensors.lines import written

        kinds = [w for w in vars(written).values() if isinstance(w, written.Written)]
        return [b"\x09" + form + b"\n" for w in kinds for form in (w.json, w.csv)]
    if decoder == "standards":
        from tests.unit.sensors.standards.test_base_station import RECEIVED

        lines = RECEIVED.splitlines(keepends=True)
        real = [b"\x01\x10" + line for line in lines] + [b"\x01\xff" + b"".join(lines[:7])]
        return real + [b"\x02\xff" + line.split(b",", 2)[2].strip() for line in lines]
    if decoder == "sapient":
        from tests.unit.sensors.sapient import messages

        said = [messages.detection(), messages.polar(), messages.status(), messages.alert()]
        said += [messages.registration(), messages.task()]
        real = [b"\x01" + messages.frame(m) for m in said]
        return [*real, b"\x00\x00" + struct.pack("<8d", -32, -18, 3000, 50, 100, -50, 2, 0)]
    packet = made.udp(b"\x30\x00\x05\x80\x01")
    next_one = made.section() + made.interface() + made.enhanced(packet, 5) + made.simple(packet)
    parts = made.fragments(packet, 8) + made.fragments(made.udp6(bytes(40)), 16)
    cut = made.pcap(parts, apart_s=0)
    return [b"\x00\xff" + made.pcap([packet, packet]), b"\x01\xff" + next_one, b"\x00\x08" + cut]


def longest(decoder: str) -> int:
    """Return the most bytes of an input."""
    return PARTNER_BYTES if decoder in TARGETS else INPUT_BYTES


def oracle_edition(category: int) -> str:
    from skypact.sensors.settings import Editions

    return Editions().of(category)


def child(decoder: str, planted: bool, seconds: int, folder: Path) -> None:
    """Fuzz one decoder; libFuzzer ends the process."""
    import atheris

    included = INCLUDED if decoder in TARGETS else ("skypact.sensors", "skypact.edge.feeds")
    with atheris.instrument_imports(include=list(included)):
        test_one = DECODERS[decoder]()
    if planted:
        plant(decoder)
    corpus = folder / "corpus"
    options = [
        *(f"-max_total_time={seconds}", f"-timeout={HANG_S}", f"-rss_limit_mb={MEMORY_MB}"),
        *(
            f"-max_len={longest(decoder)}",
            f"-artifact_prefix={folder}/",
            "-print_final_stats=1",
            "-seed=1",
        ),
    ]
    atheris.Setup([sys.argv[0], str(corpus), *options], test_one)
    atheris.Fuzz()


def replay(decoder: str, folder: Path, rounds_s: float) -> None:
    """Give all inputs to the compiled decoder, round after round; print what that took."""
    from skypact.core.jit import warm

    warm()
    test_one, inputs = DECODERS[decoder](), sorted((folder / "corpus").iterdir())
    data = [path.read_bytes() for path in inputs]
    worst_s, held_mb, begun = 0.0, list[float](), time.process_time()
    while len(held_mb) < ROUNDS_MIN or time.process_time() - begun < rounds_s:
        for one in data:
            before = time.process_time()
            test_one(one)
            worst_s = max(worst_s, time.process_time() - before) if held_mb else 0.0
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        held_mb.append(round(pages * resource.getpagesize() / 2**20, 1))
    said = {"rounds": len(held_mb), "memory_mb": [held_mb[0], held_mb[-1]]}
    print(json.dumps(said | {"slowest_ms": round(worst_s * 1e3, 2)}))


def started(folder: Path, *arguments: str, interpreted: bool) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment |= {"NUMBA_DISABLE_JIT": "1"} if interpreted else {}
    return subprocess.run(
        [sys.executable, __file__, "--child", str(folder), *arguments],
        env=environment,
        capture_output=True,
        text=True,
        errors="replace",
        cwd=ROOT,
    )


def fuzz(
    decoder: str, seconds: int, *, planted: bool = False, rounds_s: float = ROUNDS_S
) -> dict[str, Any]:
    """Run one decoder in a process of its own; return what happened."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "corpus").mkdir()
        for number, seed in enumerate(seeds(decoder)):
            (folder / "corpus" / f"seed-{number}").write_bytes(seed[: longest(decoder)])
        done = started(folder, decoder, str(int(planted)), str(seconds), interpreted=True)
        found = sorted(
            p for p in folder.iterdir() if re.match(r"(crash|timeout|oom|leak)-", p.name)
        )
        said = done.stdout + done.stderr
        executions = re.findall(r"stat::number_of_executed_units: (\d+)", said)
        reached = [int(n) for n in re.findall(r"cov: (\d+)", said)] or [0]
        result: dict[str, Any] = {
            "executions": int(executions[0]) if executions else 0,
            "crashes": [p.read_bytes().hex() for p in found if not p.name.startswith("timeout")],
            "hangs": [p.read_bytes().hex() for p in found if p.name.startswith("timeout")],
            "branches": [reached[0], reached[-1]],
        }
        if found:
            return result | {"said": re.findall(r"^[\w.]*[Ee]rror.*", said, re.M)[:3]}
        if done.returncode or not executions:
            sys.exit(f"{decoder}: the fuzzer itself failed:\n{said[-2000:]}")
        again = started(folder, decoder, "replay", str(rounds_s), interpreted=False)
        if again.returncode:
            return result | {"crashes": ["the compiled decoder"], "said": [again.stderr[-500:]]}
        return result | json.loads(again.stdout)


def sound(run: dict[str, Any]) -> bool:
    if run["crashes"] or run["hangs"]:
        return False
    first, last = run["memory_mb"]
    return last <= first + FLAT_MB


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10, help="for each decoder")
    parser.add_argument("--decoders", default=",".join(DECODERS))
    parser.add_argument("--jobs", type=int, default=1)
    args = parser.parse_args()
    names, seconds = args.decoders.split(","), max(round(args.minutes * 60), 1)
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        planted = list(pool.map(lambda n: fuzz(n, PLANTED_S, planted=True), names))
        runs = list(pool.map(lambda n: fuzz(n, seconds), names))
    missed = [n for n, p in zip(names, planted, strict=True) if not p["crashes"] and not p["hangs"]]
    result = {
        "seconds": seconds,
        "decoders": dict(zip(names, runs, strict=True)),
        "planted": {
            n: None if n in missed else p["executions"] for n, p in zip(names, planted, strict=True)
        },
        "met": seconds >= 600 and not missed and all(sound(run) for run in runs),
    }
    print(json.dumps(result))
    if missed:
        sys.exit(f"the fault planted in {', '.join(missed)} was not found: this run proves nothing")
    return 0 if all(sound(run) for run in runs) else 1


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        where, name, how, length = Path(sys.argv[2]), sys.argv[3], sys.argv[4], float(sys.argv[5])
        if how == "replay":
            replay(name, where, length)
            sys.exit()
        child(name, how == "1", round(length), where)
    sys.exit(main())
