"""`skypact agreement suspend | resume` at the console of a running node."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from skypact.cli import main
from skypact.cli.live import SEAT
from skypact.config.settings import ConsoleSettings
from skypact.core.messages import ResumeAgreement, SuspendAgreement
from tests.unit.console.scene import Scene


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    (tmp_path / "state").mkdir()
    scene = Scene(ConsoleSettings(roster=("Ilse Maren",), typed_names=False))
    scene.seat_file = tmp_path / "state" / SEAT
    with scene:
        yield scene


def skypact(what: str, folder: Path, *words: str, by: str = "Ilse Maren") -> tuple[int, str]:
    typed = ["agreement", what, str(folder), "auria-borvia", "--by", by, "--reason", "drill"]
    done = CliRunner().invoke(main, [*typed, *words])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
    return done.exit_code, done.output


def test_a_person_suspends_and_resumes(tmp_path: Path, scene: Scene):
    assert skypact("suspend", tmp_path, "--clause", "2") == (
        0,
        "suspended: auria-borvia/2, by Ilse Maren\n",
    )
    assert skypact("resume", tmp_path)[1] == "resumed: auria-borvia, by Ilse Maren\n"
    first, second = scene.commands(SuspendAgreement)[0], scene.commands(ResumeAgreement)[0]
    assert (first.agreement, first.clause, first.person) == ("auria-borvia", "2", "Ilse Maren")
    assert (second.clause, second.reason) == ("", "drill")


def test_a_refusal_is_one_sentence(tmp_path: Path, scene: Scene):
    status, said = skypact("suspend", tmp_path, by="Nobody")
    assert (status, said) == (
        2,
        f"skypact: {tmp_path}: Nobody is not on the roster of this node.\n",
    )
    scene.refuse_with = "there is no agreement auria-borvia; there are: none"
    status, said = skypact("suspend", tmp_path)
    assert (status, "there are: none" in said) == (2, True)


def test_what_does_not_run_can_not_be_asked(tmp_path: Path):
    status, said = skypact("suspend", tmp_path)
    assert (status, "no console can be opened" in said) == (2, True)
    (tmp_path / "state").mkdir()
    with Scene(ConsoleSettings()) as scene:
        seat = f'{{"url":"{scene.console.url}","key":"{"ab" * 32}","link_lifetime_s":60}}'
        (tmp_path / "state" / SEAT).write_text(seat)
        status, said = skypact("suspend", tmp_path)
        assert (status, "no node runs here, or it does not answer" in said) == (2, True)
    status, said = skypact("suspend", tmp_path)
    assert (status, "no node runs here, or it does not answer" in said) == (2, True)
