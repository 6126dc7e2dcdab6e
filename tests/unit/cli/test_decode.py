import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from skypact.cli import main
from skypact.sensors.categories import asterix_cat048
from tests.unit.edge.feeds.captures import pcap, udp
from tests.unit.sensors import samples


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "a.pcap"
    path.write_bytes(pcap([udp(asterix_cat048.encode(samples.site(), samples.plots()))]))
    return path


def test_one_line_of_json_says_what_was_read(recording: Path) -> None:
    out = recording.with_suffix(".csv")
    done = CliRunner().invoke(
        main, ["decode", str(recording), "--out", str(out), "--edition", "48=1.31"]
    )
    assert (done.exit_code, done.stderr) == (0, "")
    assert done.stdout.count("\n") == 1
    report = json.loads(done.stdout)
    assert report["records"] == {"CAT048": 5}
    assert report["refused"] == {}
    assert {"records_per_s", "cpu_s", "wall_s"} <= report.keys()
    assert out.read_text().count("\n") == 6


@pytest.mark.parametrize(
    ("edition", "said"),
    [("48", "48=1.30"), ("x=1", "48=1.30"), ("48=7", "editions 1.27"), ("CAT007=1", "not read")],
)
def test_an_edition_that_is_none_is_refused(recording: Path, edition: str, said: str) -> None:
    out = str(recording.with_suffix(".csv"))
    done = CliRunner().invoke(main, ["decode", str(recording), "--out", out, "--edition", edition])
    assert done.exit_code == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_no_capture_ends_with_a_sentence(recording: Path) -> None:
    recording.write_bytes(b"none")
    out = str(recording.with_suffix(".csv"))
    done = CliRunner().invoke(main, ["decode", str(recording), "--out", out])
    assert done.exit_code == 2
    assert done.stderr == f"skypact: {recording}: byte 0: this is no capture: it begins with " + (
        "6e 6f 6e 65\n"
    )
