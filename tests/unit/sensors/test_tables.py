"""The specification tables are what the script derives, and no older."""

import subprocess
import sys
from pathlib import Path

from skypact.sensors.asterix.tables import CATEGORIES, table

ROOT = Path(__file__).parents[3]
SCRIPT = ROOT / "bench/make_asterix_tables.py"
KEPT = ROOT / "src/skypact/data/asterix"


def test_the_tables_are_those_the_script_derives(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(SCRIPT), str(tmp_path)], check=True, timeout=120)
    made = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert made == {path.name: path.read_text() for path in KEPT.glob("*.json")}
    assert len(made) == len(CATEGORIES)


def test_a_table_names_its_editions_and_its_source() -> None:
    plots = table(48)
    assert list(plots.editions) == ["1.27", "1.28", "1.29", "1.30", "1.31", "1.32"]
    assert plots.source.startswith("libasterix 0.36")
    items = plots.editions["1.32"].profiles[""].items
    first = items[0]
    assert isinstance(first, int)
    assert plots.definitions[first][0] == "010"


def test_cat001_has_two_profiles_and_what_chooses() -> None:
    edition = table(1).editions["1.4"]
    assert list(edition.profiles) == ["plot", "track"]
    assert edition.selector == {"020/TYP": {"0": "plot", "1": "track"}}
