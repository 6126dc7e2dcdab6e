"""Whatever the bytes of a file are, `skypact track` ends with a sentence, never a traceback."""

import json
import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from skypact.cli import main
from skypact.core.errors import SkypactError
from skypact.edge.runs.asterix import track_asterix
from skypact.edge.runs.scenario import track_scenario
from skypact.edge.tables.plots import read_plots
from skypact.edge.tables.sensors import read_sensors, sensors_from
from skypact.edge.tables.truth import read_truth
from skypact.sensors.categories import asterix_cat048
from tests.unit.edge.tables.night import (
    make_scenario,
    plot_columns,
    sensor_rows,
    truth_columns,
    write_csv,
    write_parquet,
    write_toml,
)
from tests.unit.sensors import samples

FUZZ = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
PCAP_HEAD = bytes.fromhex("d4c3b2a1020004000000000000000000ffff000065000000")
CELLS = (
    "",
    "nan",
    "x",
    "-1",
    "1e999",
    "1e-400",
    '"',
    "0x10",
    "1,2",
    "\n",
    "\r",
    "\x00",
    "é",
    "9" * 40,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("fuzz")
    scenario = make_scenario(path / "s.npz", "--targets", "4", "--duration", "20", "--seed", "2")
    rows = {key: np.asarray(values)[:40] for key, values in plot_columns(scenario).items()}
    write_csv(path / "plots.csv", rows)
    write_parquet(path / "plots.parquet", rows)
    write_csv(path / "truth.csv", truth_columns(scenario))
    write_toml(path / "sensors.toml", sensor_rows(scenario))
    write_csv(path / "sensors.csv", {k: [r[k] for r in sensor_rows(scenario)] for k in ROW_KEYS})
    packets = b""
    for second in range(3):
        data = plots_at(second)
        udp = b"\x45\x00" + (28 + len(data)).to_bytes(2, "big") + b"\x00" * 5 + b"\x11"
        udp += b"\x00" * 10 + b"\x00\x01\x00\x02" + (8 + len(data)).to_bytes(2, "big") + b"\x00" * 2
        packets += (
            second.to_bytes(4, "little") + b"\x00" * 4 + (len(udp + data)).to_bytes(4, "little") * 2
        )
        packets += udp + data
    (path / "night.pcap").write_bytes(PCAP_HEAD + packets)
    return path


def plots_at(second: int) -> bytes:
    time_ns = samples.plots()["time_ns"] + second * samples.SECOND_NS
    return asterix_cat048.encode(samples.site(), samples.plots(time_ns=time_ns))


ROW_KEYS = ("name", "lat_deg", "lon_deg", "height_m", "period_s", "range_sd_m", "azimuth_sd_deg")


def read(path: Path, folder: Path) -> Any:
    """Read a file as `skypact track` does."""
    quiet = [].append
    if "sensors" in path.name:
        return read_sensors(path, asterix=False)
    if "truth" in path.name:
        return read_truth(path)
    if path.suffix == ".pcap":
        return track_asterix(path, None, None, quiet)
    if path.suffix == ".npz":
        return track_scenario(path, None, quiet)
    return read_plots(path, read_sensors(folder / "sensors.toml", asterix=False))


def ends_well(path: Path, folder: Path) -> None:
    """Fail unless reading gives something or a SkypactError that names the file."""
    try:
        read(path, folder)
    except SkypactError as error:
        named = path.name in str(error)
        assert named, str(error)  # noqa: PT017 - the error may also not come


FILES = ("plots.csv", "plots.parquet", "truth.csv", "sensors.toml", "sensors.csv", "night.pcap")


@pytest.mark.parametrize("name", [*FILES, "s.npz"])
@FUZZ
@given(data=st.data())
def test_bytes_that_were_changed_or_cut(name: str, folder: Path, data: st.DataObject) -> None:
    whole = bytearray((folder / name).read_bytes())
    for _ in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    if data.draw(st.booleans()):
        whole = whole[: data.draw(st.integers(0, len(whole)))]
    path = folder / f"odd_{name}"
    path.write_bytes(bytes(whole))
    ends_well(path, folder)


@pytest.mark.parametrize("text", [b"sensor", b"time_s", b"range_m", b"R1"])
def test_parquet_text_that_is_no_utf8(text: bytes, folder: Path) -> None:
    whole = (folder / "plots.parquet").read_bytes()
    at = [m.start() for m in re.finditer(re.escape(text), whole)]
    path = folder / "odd_plots.parquet"
    for place in at:
        path.write_bytes(whole[:place] + b"\x80" + whole[place + 1 :])
        ends_well(path, folder)
    assert at


@pytest.mark.parametrize("name", ["plots.csv", "truth.csv", "sensors.csv"])
@FUZZ
@given(row=st.integers(0, 5), column=st.integers(0, 4), cell=st.sampled_from(CELLS) | st.text())
@example(row=1, column=0, cell="\x1a")
def test_a_cell_of_anything(name: str, folder: Path, row: int, column: int, cell: str) -> None:
    lines = [line.split(",") for line in (folder / name).read_text().splitlines()]
    lines[min(row, len(lines) - 1)][column] = cell
    path = folder / f"odd_{name}"
    path.write_bytes("\n".join(map(",".join, lines)).encode("utf-8", "surrogatepass"))
    ends_well(path, folder)


def test_the_files_are_good_as_they_are(folder: Path) -> None:
    for name in (*FILES, "s.npz"):
        read(folder / name, folder)
    recording = read(folder / "night.pcap", folder)
    assert recording.report["detections"] == 15


def test_the_command_says_one_sentence(folder: Path) -> None:
    whole = (folder / "plots.csv").read_text().splitlines()
    (folder / "bad.csv").write_text("\n".join([*whole[:7], "x" + whole[7], *whole[8:]]))
    arguments = ["track", str(folder / "bad.csv"), "--sensors", str(folder / "sensors.toml")]
    done = CliRunner().invoke(main, [*arguments, "--out", str(folder / "out.csv")])
    assert (done.exit_code, done.stdout) == (2, "")
    assert f"{folder / 'bad.csv'}:8: time_s: " in done.stderr
    assert done.stderr.count("\n") == 1
    done = CliRunner().invoke(
        main, ["track", str(folder / "s.npz"), "--out", str(folder / "out.csv")]
    )
    assert json.loads(done.stdout)["detections"] > 0


def test_a_million_plots_are_read_as_columns(tmp_path: Path) -> None:
    """Nothing runs once a row: the calls are counted, not the seconds."""
    rows = 200_000
    time_s = np.arange(rows) // 100 * 0.5
    columns = {
        "time_s": time_s,
        "sensor": np.array(["north"] * rows),
        "range_m": np.linspace(1e3, 3e5, rows),
        "azimuth_deg": np.linspace(0, 359, rows),
    }
    path = write_parquet(tmp_path / "many.parquet", columns)
    site = {"name": "north", "lat_deg": 1, "lon_deg": 2, "height_m": 3, "period_s": 4}
    sites = sensors_from([site])
    read_plots(path, sites)  # loads what is loaded once
    calls = 0

    def count(frame: Any, event: str, arg: Any) -> None:
        nonlocal calls
        calls += event == "call"

    sys.setprofile(count)
    try:
        plots = read_plots(path, sites)
    finally:
        sys.setprofile(None)
    assert plots.time_ns.size == rows
    assert calls < 1000
