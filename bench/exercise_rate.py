"""How fast a night is played: simulated seconds a CPU second on one core, and how that grows.

    python bench/exercise_rate.py [--objects 100 300 1000 3000] [--seconds 1800]

Six nations with five radars each (10 s a turn, a piece of a rotation when the turn is over) and a
coordinator; every nation releases every track to all others as soon as its radars renew it. Objects
are drones, cruise missiles and crewed aircraft that cross the region all the time. Journals are not
written and nothing is sealed. Bar: at least 20 times real time with 1,000 objects over 30 minutes;
`met` says so of that size.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import numpy as np  # noqa: E402

from skypact.cli.exercise.play import play  # noqa: E402
from skypact.cli.folders import stated_agreements  # noqa: E402
from skypact.exercise.scenario import Scenario, read  # noqa: E402

BAR, BAR_OBJECTS = 20.0, 1_000
CLASSES = (("drone", 55, 1_500, 0.4), ("cruise", 230, 300, 0.3), ("aircraft", 240, 8_000, 0.3))
AGREEMENT = """
[[agreement]]
[[agreement.clause]]
id = "1"
what = "track"
classes = ["unknown", "ballistic", "cruise", "drone", "aircraft", "rocket"]
[[agreement.clause]]
id = "2"
what = "warning"
classes = ["ballistic", "cruise", "drone", "rocket"]
[[agreement.clause]]
id = "3"
what = "acknowledgement"
classes = ["ballistic", "cruise", "drone", "rocket"]
"""


def region(objects: int, seconds: int) -> Scenario:
    """Return six nations side by side, and objects that cross them."""
    dice = np.random.default_rng(1)
    names = [f"n{k}" for k in range(6)] + ["hub"]
    parts = [
        'name = "rate"\ntitle = "EXERCISE: rate"\ncontext = "exercise"\nsectors = 1\n'
        "refresh_s = 15\n"
        f"start = 2030-06-01T01:00:00Z\nduration_s = {seconds}\n"
    ]
    for k, name in enumerate(names):
        parts.append(f'[[nation]]\nname = "{name}"\n[[nation.person]]\nname = "P"\npost = "duty"\n')
        for s in range(5 if name != "hub" else 0):
            lat, lon = 22.0 + 4.0 * (k // 3) + dice.uniform(-2, 2), 44.0 + 4.5 * (k % 3) + s - 2.0
            parts.append(
                f'[[nation.sensor]]\nname = "{name}-{s}"\nsac = {k + 1}\nsic = {s}\n'
                f"lat_deg = {lat:.3f}\nlon_deg = {lon:.3f}\nheight_m = 150\nperiod_s = 10\n"
                "range_max_m = 350_000\nelevation_sd_deg = 0.25\nclutter_per_scan = 5\n"
            )
    for i in range(len(names)):
        for j in range(i + 1, len(names)):
            parts.append(f'[[link]]\nbetween = ["{names[i]}", "{names[j]}"]\n')
    for k in range(10):
        lat, lon = dice.uniform(21, 27), dice.uniform(43, 54)
        parts.append(
            f'[[place]]\nname = "p{k}"\nnation = "n{k % 6}"\nkind = "site"\nlat_deg = {lat:.3f}\n'
            f"lon_deg = {lon:.3f}\nradius_m = 15_000\n"
        )
    for name, speed, height, share in CLASSES:
        for k in range(round(objects * share)):
            lat, lon, turn = dice.uniform(20, 28), dice.uniform(42, 55), dice.uniform(0, 2 * np.pi)
            reach = speed * seconds * 1.3 / 111_000
            end = lat + reach * np.cos(turn), lon + reach * np.sin(turn)
            parts.append(
                f'[[threat]]\nname = "{name}-{k}"\nclass = "{name}"\nspeed_mps = {speed}\n'
                f"height_m = {height}\nwaypoints = [{{ lat_deg = {lat:.4f}, lon_deg = {lon:.4f} }}, "
                f"{{ lat_deg = {end[0]:.4f}, lon_deg = {end[1]:.4f} }}]\n"
            )
    return read("".join(parts) + AGREEMENT, "rate.toml")


def measure(objects: int, seconds: int) -> dict[str, float | int]:
    scenario = region(objects, seconds)
    with tempfile.TemporaryDirectory() as folder:
        done = play(
            scenario,
            stated_agreements(scenario),
            1,
            Path(folder),
            None,
            lambda share: None,
            recorded=False,
        )
    held = max(sum(watch.tracks_max) for watch in done.watches.values())
    return {
        "objects": objects,
        "tracks_max_of_a_node": held,
        "own_tracks_max_of_a_node": max(w.tracks_max[0] for w in done.watches.values()),
        "simulated_s": seconds,
        "cpu_s": round(done.cpu_s, 2),
        "wall_s": round(done.wall_s, 2),
        "times_real_time": round(seconds / done.cpu_s, 2),
    }


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--objects", type=int, nargs="+", default=[100, 300, 1_000, 3_000])
    parser.add_argument("--seconds", type=int, default=1_800)
    a = parser.parse_args()
    rows = [measure(objects, a.seconds) for objects in a.objects]
    of_bar = [row["times_real_time"] for row in rows if row["objects"] == BAR_OBJECTS]
    met = bool(of_bar) and of_bar[0] >= BAR
    print(json.dumps({"sizes": rows, "bar": BAR, "bar_objects": BAR_OBJECTS, "met": met}))
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
