"""Injects happen at their time, through the doors that people use on duty."""

from pathlib import Path

import pytest

from skypact.cli.exercise.play import play
from skypact.cli.folders import stated_agreements
from skypact.core.errors import ConfigError
from skypact.core.ids import Issuer
from skypact.core.messages import Context, ResumeAgreement, SuspendAgreement
from skypact.exercise.cast.injects import Resume, Suspend, command
from skypact.exercise.outcome.outcome import outcome
from skypact.exercise.scenario import read
from skypact.exercise.world import World
from tests.unit.exercise.small import SMALL

S = 1_000_000_000


def with_inject(text: str) -> str:
    return f"{SMALL}\n[[inject]]\n{text}\n"


def test_a_radar_that_is_off_says_nothing() -> None:
    text = 'what = "sensor_out"\nat_s = 20\nuntil_s = 40\nsensor = "borvia-east"'
    scenario = read(with_inject(text), "x.toml")
    world = World(scenario, 3, scenario.start_ns)
    sent = world.datagrams(scenario.start_ns, scenario.start_ns + 60 * S)
    heard = [(d.time_ns - scenario.start_ns) / S for d in sent if d.feed == "borvia-east"]
    assert not [t for t in heard if 20 <= t < 40]
    assert [t for t in heard if t < 20]
    assert [t for t in heard if t >= 40]
    others = {d.feed for d in sent if 20 <= (d.time_ns - scenario.start_ns) / S < 40}
    assert others == {"auria-west"}


def test_a_suspended_agreement_warns_nobody(tmp_path: Path) -> None:
    text = 'what = "suspend"\nat_s = 1\nnation = "borvia"\nagreement = "borvia-auria"'
    scenario = read(with_inject(text), "x.toml")
    done = play(
        scenario, stated_agreements(scenario), 3, tmp_path, 30.0, lambda share: None,
        recorded=False,
    )  # fmt: skip
    found = outcome(scenario, done.watches)
    assert found["nations"]["auria"]["warning"]["warned"] == 0
    assert found["nations"]["borvia"]["burden"]["frames_given"] > 0
    said = [row["text"] for row in found["timeline"] if row["what"] == "decision"]
    assert "borvia suspends borvia-auria: an inject of the exercise" in said


def test_commands_are_those_of_people() -> None:
    issuer = Issuer("borvia", "exercise", Context.EXERCISE)
    asked = {"at_s": 1.0, "nation": "borvia", "agreement": "borvia-auria", "clause": "2"}
    suspended = command(Suspend(**asked), issuer, 5)
    assert isinstance(suspended, SuspendAgreement)
    assert (suspended.agreement, suspended.clause) == ("borvia-auria", "2")
    assert isinstance(command(Resume(**asked), issuer, 5), ResumeAgreement)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('what = "sensor_out"\nat_s = 5\nuntil_s = 9\nsensor = "x"', "no sensor"),
        ('what = "sensor_out"\nat_s = 5\nuntil_s = 5\nsensor = "auria-west"', "after at_s"),
        ('what = "resume"\nat_s = 500\nnation = "auria"\nagreement = "a-b"', "before the end"),
        ('what = "resume"\nat_s = 5\nnation = "x"\nagreement = "a-b"', "no nation"),
        ('what = "panic"\nat_s = 5', "inject"),
    ],
)
def test_what_cannot_happen_is_told(text: str, told: str) -> None:
    with pytest.raises(ConfigError, match=rf"x\.toml:\d+: .*{told}"):
        read(with_inject(text), "x.toml")
