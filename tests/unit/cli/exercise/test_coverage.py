"""The coverage command, and what a change takes away."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from skypact.cli import main
from skypact.cli.exercise.coverage import heights_of
from skypact.core.errors import ConfigError


def run(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(main, ["coverage", "first_night", *arguments], catch_exceptions=False)
    return done.exit_code, done.stdout if done.exit_code == 0 else done.stderr


def test_seen_lost_and_gained(tmp_path: Path) -> None:
    out, page = tmp_path / "c.geojson", tmp_path / "c.html"
    code, said = run(
        "--height", "300m", "--leave", "borvia", "--add", "auria,-30,-18,100,200000",
        "--out", str(out), "--report", str(page),
    )  # fmt: skip
    assert code == 0
    areas = {(a["role"], a.get("nation")): a["area_km2"] for a in json.loads(said)}
    assert ("seen", "borvia") not in areas
    assert areas["lost", None] > 50_000
    assert areas["gained", None] > 1_000
    found = json.loads(out.read_text())
    roles = [f["properties"]["role"] for f in found["features"]]
    assert roles.count("place") == 7
    assert roles.count("sensor") == 5
    gone = next(
        f["properties"] for f in found["features"] if f["properties"].get("name") == "Skerra"
    )
    assert gone["directions"][0]["own_m"] > 0
    text = page.read_text()
    assert "Who looks where, without borvia and with added-1" in text
    assert text.count("<svg") == 1 + 7


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (["--height", "300ft"], "write 300m or 3km"),
        (["--remove", "nobody"], "--remove: nobody: is not in this scenario; sensors: auria-east"),
        (["--leave", "nobody"], "nations: auria, borvia, cestia"),
        (["--add", "auria,1"], "expected NATION,LAT,LON,HEIGHT"),
        (["--add", "auria,99,1,1"], "expected"),
        (["--out", "/nowhere/x.geojson"], "cannot be written"),
    ],
)
def test_what_is_wrong_is_told(wrong: list[str], told: str) -> None:
    code, said = run(*wrong)
    assert code == 2
    assert told in said.replace("`float` <= 90.0", "expected")


def test_heights() -> None:
    assert heights_of("50m, 3km,0.5km") == (50.0, 3000.0, 500.0)
    with pytest.raises(ConfigError):
        heights_of("")
