"""`skypact audit` on the folders of two nodes that exchanged."""

import shutil
from pathlib import Path

import apsw
import pytest
from click.testing import CliRunner, Result

from skypact.cli import main
from skypact.cli.demo import prepare
from skypact.cli.folders import agreement_texts
from skypact.config import load
from skypact.edge.audit.begin import auditor
from skypact.exercise.scenario import load as load_scenario
from tests.unit.edge.audit.pair import NAMES, Pair


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("nodes")
    prepare(folder, load_scenario("first_night"), agreement_texts("first_night"), 1)
    auditors = {name: auditor(load(folder / name)) for name in NAMES}
    pair = Pair(folder, auditors=auditors)
    for _ in range(3):
        pair.warn()
        pair.warn("borvia")
        pair.run(15)
    for nation in pair.nations.values():
        for sequence, frame in nation.frames.items():
            (folder / f"{nation.name}-{sequence}.frame").write_bytes(frame)
        nation.end()
    assert pair.faults == []
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    shutil.copytree(made, tmp_path / "nodes")
    return tmp_path / "nodes"


def ran(*words: object) -> Result:
    return CliRunner().invoke(main, ["audit", *map(str, words)], catch_exceptions=False)


def forge(folder: Path, sql: str) -> None:
    apsw.Connection(str(folder / "auria/state/store.sqlite")).execute(sql)


def test_sound_logs_hold(folder: Path) -> None:
    for name in NAMES:
        done = ran("verify", folder / name)
        assert done.exit_code == 0, done.output
        other = NAMES[1 - NAMES.index(name)]
        for log in ("own log", f"log for {other}", f"log of {other} as it was followed"):
            assert f"{log}: " in done.output
        assert "FAULT" not in done.output
    done = ran("verify", folder / "auria", "--partner", "borvia")
    assert (done.exit_code, done.output.count("entries hold")) == (0, 3)


def test_a_fault_is_named_with_place_and_time(folder: Path) -> None:
    forge(folder, "DELETE FROM audit_entry WHERE log = 2 AND number = 5")
    done = ran("verify", folder / "auria")
    assert done.exit_code == 1
    assert "log for borvia: FAULT, dropped, entry 5 of 2023-11-14 22:13:" in done.output
    assert "own log: FAULT" not in done.output


def test_a_partners_checkpoint_must_fit(folder: Path) -> None:
    held = folder / "held.checkpoint"
    assert ran("checkpoint", folder / "borvia", "auria", "--out", held).exit_code == 0
    assert ran("verify", folder / "auria", "--checkpoint", held).exit_code == 0
    sql = "DELETE FROM audit_entry WHERE log = {0} AND number > 5"
    forge(folder, sql.format(2))
    done = ran("verify", folder / "auria", "--partner", "borvia", "--checkpoint", held)
    assert done.exit_code == 1
    assert "cut off" in done.output
    assert ran("checkpoint", folder / "borvia", "cestia", "--out", held).exit_code == 2


@pytest.mark.parametrize(("name", "other"), [NAMES, NAMES[::-1]])
@pytest.mark.parametrize("received", [False, True])
def test_a_frame_is_proven_without_the_node(
    folder: Path, name: str, other: str, received: bool
) -> None:
    out = folder / "warning.tlog-proof"
    words = ["prove", folder / name, other, 2, "--out", out, *(["--received"] if received else [])]
    done = ran(*words)
    assert done.exit_code == 0, done.output
    assert f"cosigned by {other}" in done.output
    cards = [f"--card={folder / n / 'card.toml'}" for n in NAMES]
    shutil.rmtree(folder / name / "state")
    frame = folder / f"{other if received else name}-2.frame"
    checked = ran("check", out, *cards, "--frame", frame)
    assert checked.exit_code == 0, checked.output
    assert "warning 2 of epoch 1" in checked.output
    assert ("received from" if received else "sent to") in checked.output
    assert f"cosigned by {other}.exercise.skypact/audit" in checked.output
    assert f"{frame.name} is warning 2" in checked.output
    # No third nation is named in it, and no clause.
    assert not any(word in out.read_text() for word in ("cestia", "keystone", "clause"))


def test_a_proof_that_does_not_hold_is_refused(folder: Path) -> None:
    out = folder / "proof"
    assert ran("prove", folder / "auria", "borvia", 1, "--out", out).exit_code == 0
    card = f"--card={folder / 'auria/card.toml'}"
    wrong = ran("check", out, card, "--frame", folder / "auria-2.frame")
    assert (wrong.exit_code, "none of these frames" in wrong.output) == (1, True)
    out.write_text(out.read_text().replace("index ", "index 1"))
    done = ran("check", out, card)
    assert (done.exit_code, "does not hold" in done.output) == (1, True)
    other = ran("check", out, f"--card={folder / 'cestia/card.toml'}")
    assert other.exit_code == 1


def test_what_is_not_there_is_said(folder: Path) -> None:
    out = folder / "proof"
    assert ran("prove", folder / "auria", "borvia", 99, "--out", out).exit_code == 2
    assert ran("prove", folder / "auria", "nobody", 1, "--out", out).exit_code == 2
    assert ran("verify", folder / "auria", "--partner", "nobody").exit_code == 2
    assert ran("check", folder / "auria/node.toml", "--card", folder / "auria/card.toml").exit_code
    assert not out.exists()
