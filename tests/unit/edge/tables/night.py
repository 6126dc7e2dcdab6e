"""A scenario of the benchmark, and the same plots, sensors and truth as tables. Not a test."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from skypact.core.geodesy import geodetic_from_ecef, velocity_enu_from_ecef

GENERATOR = Path(__file__).parents[4] / "bench" / "air_scenario.py"


def make_scenario(path: Path, *options: str) -> Path:
    subprocess.run([sys.executable, GENERATOR, path, *options], check=True, capture_output=True)
    return path


def plot_columns(scenario: Path) -> dict[str, Any]:
    with np.load(scenario) as z:
        names = np.array([f"radar {s}" for s in range(len(z["sen_period"]))])
        return {
            "time_s": z["det_t"],
            "sensor": names[z["det_sensor"]],
            "range_m": z["det_rng"],
            "azimuth_deg": np.degrees(z["det_az"]),
            "elevation_deg": np.degrees(z["det_el"]),
        }


def sensor_rows(scenario: Path) -> list[dict[str, Any]]:
    with np.load(scenario) as z:
        meta = msgspec.json.decode(str(z["meta"]))
        ecef = z["sen_pos"] @ np.array(meta["ecef_rot"]) + np.array(meta["ecef_origin"])
        lat, lon, height = geodetic_from_ecef(ecef)
        return [
            {
                "name": f"radar {s}",
                "lat_deg": float(np.degrees(lat[s])),
                "lon_deg": float(np.degrees(lon[s])),
                "height_m": float(height[s]),
                "period_s": float(z["sen_period"][s]),
                "range_min_m": float(z["sen_rmin"][s]),
                "range_max_m": float(z["sen_rmax"][s]),
                "elevation_min_deg": float(np.degrees(z["sen_elmin"][s])),
                "elevation_max_deg": float(np.degrees(z["sen_elmax"][s])),
                "range_sd_m": float(z["sen_sig_r"][s]),
                "azimuth_sd_deg": float(np.degrees(z["sen_sig_az"][s])),
                "elevation_sd_deg": float(np.degrees(z["sen_sig_el"][s])),
                "detection_probability": float(z["sen_pd"][s]),
                "clutter_per_scan": float(z["sen_clutter"][s]),
            }
            for s in range(len(z["sen_period"]))
        ]


def truth_columns(scenario: Path, every_s: float = 5.0) -> dict[str, Any]:
    with np.load(scenario) as z:
        meta = msgspec.json.decode(str(z["meta"]))
        keep = (z["truth_t"] % every_s == 0) & (z["truth_t"] > 0)
        rotation = np.array(meta["ecef_rot"])
        ecef = z["truth_pos"][keep] @ rotation + np.array(meta["ecef_origin"])
        lat, lon, height = geodetic_from_ecef(ecef)
        velocity = velocity_enu_from_ecef(z["truth_vel"][keep] @ rotation, lat, lon)
        return {
            "time_s": z["truth_t"][keep],
            "id": z["truth_id"][keep],
            "lat_deg": np.degrees(lat),
            "lon_deg": np.degrees(lon),
            "height_wgs84_m": height,
            "velocity_east_mps": velocity[:, 0],
            "velocity_north_mps": velocity[:, 1],
            "velocity_up_mps": velocity[:, 2],
            "counted": z["truth_cov"][keep].astype(int),
        }


def write_csv(path: Path, columns: dict[str, Any]) -> Path:
    lines = [",".join(columns)]
    lines += [",".join(str(cell) for cell in row) for row in zip(*columns.values(), strict=True)]
    path.write_text("\n".join(lines) + "\n")
    return path


def write_parquet(path: Path, columns: dict[str, Any]) -> Path:
    import pyarrow
    import pyarrow.parquet

    pyarrow.parquet.write_table(pyarrow.table(columns), path)
    return path


def write_toml(path: Path, rows: list[dict[str, Any]]) -> Path:
    text = ""
    for row in rows:
        text += "[[sensor]]\n"
        for key, value in row.items():
            text += f"{key} = {value!r}\n".replace("'", '"')
    path.write_text(text)
    return path
