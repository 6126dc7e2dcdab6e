from pathlib import Path

import pytest

from skypact.config.third_party import standards
from skypact.core.errors import ConfigError
from skypact.sensors.standards.table import STANDARDS

MODULE = """
from skypact.sensors.standards.standard import Decoded, Standard

STANDARD = Standard(lambda data, arrival_ns: Decoded())
NOTHING = 3
"""


def install(folder: Path, package: str, points: str) -> None:
    """Lay a package as an installer does."""
    info = folder / f"{package}-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[skypact.sensors]\n{points}\n")
    (folder / f"{package}.py").write_text(MODULE)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(tmp_path))
    return tmp_path


def test_only_what_is_named_is_loaded(site: Path) -> None:
    install(site, "third_a", "third-a = third_a:STANDARD\nbroken = third_a_gone:STANDARD")
    assert standards(["asterix", "basestation"]).keys() == STANDARDS.keys()
    assert standards(["third-a"]).keys() == {*STANDARDS, "third-a"}
    assert "nobody" not in standards(["nobody"])


def test_what_cannot_be_used_is_said(site: Path) -> None:
    install(site, "third_b", "gone = third_b_gone:STANDARD\nodd = third_b:NOTHING\nno = third_b:NO")
    for name in ("gone", "odd", "no"):
        with pytest.raises(ConfigError, match=rf"entry point skypact.sensors.{name}"):
            standards([name])


def test_two_packages_may_not_bring_the_same(site: Path) -> None:
    install(site, "third_c", "same = third_c:STANDARD")
    install(site, "third_d", "same = third_d:STANDARD")
    with pytest.raises(ConfigError, match="third_c:STANDARD, third_d:STANDARD"):
        standards(["same"])


def test_ours_are_not_replaced(site: Path) -> None:
    install(site, "third_e", "basestation = third_e:STANDARD\nasterix = third_e:STANDARD")
    assert standards(["basestation", "asterix"]) == STANDARDS
