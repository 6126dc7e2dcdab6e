"""Random runs of alerting: reports of channels lost, late, doubled, out of order; restarts, releases,
cancellations. Every required recipient ends acknowledged, informed, escalated, failed or stopped.

    python bench/alerting_runs.py [--runs 10000]
"""

import argparse
import collections
import json
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.property.test_alerting import faults, played
from skypact.core.messages import AlertChanged


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    begun, wrong = time.process_time(), list[str]()
    outcomes: collections.Counter[str] = collections.Counter()
    for seed in range(options.seed, options.seed + options.runs):
        night, _ = played(seed)
        wrong += [f"seed {seed}: {fault}" for fault in faults(night)]
        final = {m.alert.alert_id: m.alert for m in night.out if isinstance(m, AlertChanged)}
        outcomes.update(r.outcome.value for a in final.values() for r in a.reaches)
        if sys.stderr.isatty():
            print(f"\r{seed - options.seed + 1} of {options.runs}", end="", file=sys.stderr)
    print(
        json.dumps(
            {
                "runs": options.runs,
                "recipients": dict(outcomes),
                "open": outcomes["open"],
                "faults": wrong[:10],
                "cpu_s": round(time.process_time() - begun, 1),
                "met": not wrong and not outcomes["open"],
            }
        )
    )


if __name__ == "__main__":
    main()
