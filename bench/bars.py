"""Run every bar and write one JSON: python bench/bars.py [--out bars.json]

Each bar is a script of this folder that prints JSON with a `met` field. Takes about three hours on
two cores, one of them for the peer of the tracking bars, whose figures are kept below `build/`
beside its virtual environment; nothing else should run meanwhile.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

BENCH = Path(__file__).resolve().parent
PEER = BENCH.parent / "build" / "peer"
BARS: dict[str, list[str]] = {
    "demo_start": ["demo_start.py"],
    "kill_soak": ["kill_soak.py", "--kills", "10"],
    "warning_latency": ["warning_latency.py", "--warnings", "1040"],
    "tracking_bars": ["tracking_bars.py"],
    "tracking_hard_cases": ["hard_cases.py"],
    "tracking_consistency": ["consistency.py"],
    "tracking_real_flights": ["real_flights.py"],
    "tracking_growth": ["tracker_scale.py"],
    "threat_rate": ["threat_rate.py"],
    "threat_calibration": ["threat_calibration.py"],
    "tracking_size": ["tracker_scale.py", "--artas"],
    "sensors_rate": ["sensors_rate.py"],
    "asterix_rate": ["asterix_rate.py"],
    "asterix_hostile": ["asterix_hostile.py"],
    "phone_calls": ["phone_calls.py"],
    "alerting_runs": ["alerting_runs.py"],
    "notice_latency": ["notice_latency.py"],
    "notice_latency_idle": ["notice_latency.py", "--tracks", "0", "--zones", "10"],
    "alert_kill": ["alert_kill.py"],
    "cot_relay": ["cot_bars.py"],
    "cat062_out": ["cat062_out.py"],
    "swarm": ["swarm.py"],
    "fuzz_decoders": ["fuzz_decoders.py", "--minutes", "10"],
    "sapient_rate": ["sapient_rate.py"],
    "dis_rate": ["dis_rate.py"],
    "audit_rate": ["audit_rate.py"],
    "federation_pair": ["federation.py", "pair"],
    "federation_wan": ["federation.py", "wan"],
    "federation_nine": ["federation.py", "nine"],
    "federation_direct": ["federation.py", "direct"],
    "federation_partition": ["federation.py", "partition", "--minutes", "60"],
    "release_rate": ["release_rate.py"],
    "suspension": ["suspension.py"],
    "linkage": ["linkage.py"],
    "linkage_own_region": ["linkage.py", "--seeds", "2", "--leak", "own region"],
    "linkage_as_it_is": ["linkage.py", "--seeds", "2", "--leak", "as it is"],
    "linkage_rests": ["linkage.py", "--seeds", "2", "--leak", "rests"],
    "linkage_numbers": ["linkage.py", "--seeds", "2", "--leak", "numbers"],
    "join": ["join.py"],
    "coverage_rate": ["coverage_rate.py"],
    "exercise_rate": ["exercise_rate.py"],
}


def prepare_peer() -> None:
    """Install Stone Soup where it cannot meet our own packages."""
    if not (PEER / "bin" / "python").exists():
        subprocess.run([sys.executable, "-m", "venv", str(PEER)], check=True)
        subprocess.run([str(PEER / "bin/pip"), "install", "-q", "stonesoup==1.9.1"], check=True)


def run(arguments: list[str]) -> dict[str, Any]:
    began_s = time.monotonic()
    done = subprocess.run(
        [sys.executable, str(BENCH / arguments[0]), *arguments[1:]],
        stdout=subprocess.PIPE, text=True, cwd=BENCH.parent, check=False,
    )  # fmt: skip
    try:
        result: Any = json.loads(done.stdout)
    except ValueError:
        lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
        result = [json.loads(line) for line in lines]
    return {
        "command": " ".join(["python", "bench/" + arguments[0], *arguments[1:]]),
        "exit": done.returncode,
        "took_s": round(time.monotonic() - began_s, 1),
        "result": result,
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--out", type=Path, default=Path("bars.json"))
    parser.add_argument("bars", nargs="*", default=list(BARS), help=", ".join(BARS))
    a = parser.parse_args()
    if {"tracking_bars", "tracking_hard_cases"} & set(a.bars):
        prepare_peer()
    results = {name: run(BARS[name]) for name in a.bars}
    a.out.write_text(json.dumps(results, indent=1) + "\n")
    for name, result in results.items():
        print(f"{name}: exit {result['exit']}, {result['took_s']} s")
    return max(r["exit"] for r in results.values())


if __name__ == "__main__":
    sys.exit(main())
