"""Make src/skypact/data/geoid.npz from the published grid of EGM96.

  python bench/make_geoid.py WW15MGH.DAC

WW15MGH.DAC: 721 x 1440 big-endian centimetres, a quarter of a degree apart, from the north pole
down and from 0 east (National Geospatial-Intelligence Agency). Every second row and column is kept,
in decimetres, as steps from west to east, which pack to a tenth. Prints what that costs.
"""

import json
import sys
from pathlib import Path

import numpy as np

OUT = Path(__file__).resolve().parent.parent / "src/skypact/data/geoid.npz"


def main() -> int:
    whole = np.fromfile(sys.argv[1], ">i2").reshape(721, 1440) / 100
    kept = np.round(np.c_[whole[::2, ::2], whole[::2, :1]] * 10).astype(np.int16)
    steps = np.diff(kept, axis=1, prepend=np.int16(0)).astype(np.int16)
    np.savez_compressed(OUT, steps_dm=steps)
    from skypact.core.geoid import undulation_m

    lat, lon = np.meshgrid(90 - np.arange(721) / 4, np.arange(1440) / 4, indexing="ij")
    off = np.abs(undulation_m(np.radians(lat), np.radians(lon)) - whole)
    p50, p99 = np.percentile(off, [50, 99])
    sizes = {"bytes": OUT.stat().st_size, "p50_m": round(p50, 3), "p99_m": round(p99, 3)}
    print(json.dumps(sizes | {"max_m": round(float(off.max()), 2)}))
    return 0


if __name__ == "__main__":
    sys.exit(main())
