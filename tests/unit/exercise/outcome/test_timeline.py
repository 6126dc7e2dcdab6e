"""The timeline tells what flew, failed, was told and decided, in order."""

from skypact.exercise.outcome.aims import aims
from skypact.exercise.outcome.timeline import timeline
from skypact.exercise.scenario import read
from skypact.exercise.truth import Truth
from tests.unit.exercise.played import played
from tests.unit.exercise.small import SMALL


def test_everything_that_happened_is_told_in_order() -> None:
    cut = 'between = ["auria", "borvia"]\npartition = [{ from_s = 90, to_s = 100 }]'
    scenario = read(SMALL.replace('between = ["auria", "borvia"]', cut), "x.toml")
    rows = timeline(scenario, played().watches, aims(scenario, Truth(scenario)), [])
    assert [row["at_s"] for row in rows] == sorted(row["at_s"] for row in rows)
    texts = [(row["nation"], row["what"], row["text"]) for row in rows]
    assert texts[0] == ("", "begins", "drone (2): drone in the air")
    raised = "warning: ballistic towards Aurensis, raised by borvia"
    assert ("auria", "told", raised) in texts
    decided = "acknowledged: ballistic towards Aurensis, Ilse Maren"
    assert ("auria", "decision", decided) in texts
    assert [t for _, what, t in texts if what == "link"] == [
        "link between auria and borvia fails",
        "link between auria and borvia is back",
    ]
