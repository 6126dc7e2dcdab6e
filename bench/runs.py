"""Scenario files, runs of ours and of the peer, and scores: what the tracking benches share.

A peer's figures are kept in a folder under the hash of the scenario file and the runner, because
they take minutes; ours are always measured. Speed is detections a CPU second of the tracker alone
on both sides (reading, import and compile time left out).

  python bench/runs.py --peer VENV/bin/python --cache DIR [--seeds 11,12,13] [--targets 20,50]
fills the folder, one run after the other.
"""

import argparse
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PEER_TRACKERS = ("gnn_kd", "jpda_ehm2_kd")
PEER_LIMIT_S = 900
SIZES = (20, 50, 100, 200)
SEEDS = (11, 12, 13, 14, 15)


def call(*command: object) -> dict[str, Any]:
    """Run a command with one thread and return the last line it prints as JSON."""
    environment = dict(os.environ, OMP_NUM_THREADS="1", OPENBLAS_NUM_THREADS="1")
    done = subprocess.run(
        [str(x) for x in command],
        capture_output=True,
        text=True,
        timeout=3600,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))}: {done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def scenario(work: Path, targets: int, seed: int, *options: object) -> Path:
    """Return the file of a scenario of 180 s with 5 false plots a scan, made if missing.

    options: more words for air_scenario.py; a later word beats an earlier.
    """
    words = ["--clutter", 5, "--duration", 180, *options]
    name = "_".join(str(x).lstrip("-").replace(",", "-") for x in (f"t{targets}s{seed}", *options))
    path = work / f"{name}.npz"
    if not path.exists():
        work.mkdir(parents=True, exist_ok=True)
        made = path.with_suffix(".new.npz")
        call(
            sys.executable, HERE / "air_scenario.py", made,
            "--targets", targets, "--seed", seed, *words,
        )  # fmt: skip
        made.replace(path)
    return path


def peer(path: Path, tracker: str, python: str, cache: Path) -> dict[str, Any]:
    """Return Stone Soup's figures for a scenario, measured only if the cache lacks them."""
    runner = HERE / "stonesoup_baseline.py"
    key = hashlib.sha256(path.read_bytes() + runner.read_bytes()).hexdigest()[:16]
    kept = cache / f"stonesoup_{tracker}_{key}.json"
    if not kept.exists():
        cache.mkdir(parents=True, exist_ok=True)
        found = call(python, runner, path, "--tracker", tracker, "--limit", PEER_LIMIT_S)
        new = kept.with_suffix(".new")
        new.write_text(json.dumps(found))
        new.replace(kept)
    return json.loads(kept.read_text())


def ours(path: Path, repeat: int = 1, dims: int | None = None) -> dict[str, Any]:
    """Return the figures of the fastest of some runs of `skypact track`, and its score."""
    tracks = path.with_name(path.stem + ".tracks.npz")
    skypact = Path(sys.executable).parent / "skypact"
    runs = [call(skypact, "track", path, "--out", tracks) for _ in range(repeat)]
    best = max(runs, key=lambda run: run["det_per_cpu_s"])
    return best | {"score": score(path, tracks, dims)}


def score(path: Path, tracks: Path, dims: int | None = None) -> dict[str, Any]:
    """Return the score of a file of tracks; dims 2: by horizontal error alone."""
    words = ["--dims", dims] if dims else []
    return call(sys.executable, HERE / "score_tracks.py", path, tracks, *words)


def numbers(text: str) -> tuple[int, ...]:
    return tuple(int(x) for x in text.split(","))


def common_arguments(description: str) -> argparse.ArgumentParser:
    """Return a parser with the options every tracking bench has."""
    parser = argparse.ArgumentParser(description=description)
    build = HERE.parent / "build"
    parser.add_argument("--peer", default=str(build / "peer/bin/python"), help="its Python")
    parser.add_argument("--cache", type=Path, default=build / "peer-cache")
    parser.add_argument("--work", type=Path, default=build / "scenarios")
    parser.add_argument("--seeds", type=numbers, default=SEEDS)
    return parser


def main() -> None:
    parser = common_arguments(__doc__.split("\n")[0])
    parser.add_argument("--targets", type=numbers, default=SIZES)
    a = parser.parse_args()
    for targets in a.targets:
        for seed in a.seeds:
            for tracker in PEER_TRACKERS:
                found = peer(scenario(a.work, targets, seed), tracker, a.peer, a.cache)
                line = {k: found[k] for k in ("tracker", "completed", "det_per_s", "cpu_s")}
                line |= {"targets": targets, "seed": seed} | {
                    k: found["score"][k] for k in ("gospa_per_truth", "completeness")
                }
                print(json.dumps(line), flush=True)


if __name__ == "__main__":
    main()
