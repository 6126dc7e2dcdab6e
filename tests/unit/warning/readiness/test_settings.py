"""Bases and sectors as texts: see also test_readiness."""

from skypact.warning.readiness.settings import ReadinessSettings


def test_the_usual_states():
    assert ReadinessSettings(name="Base").states[0] == "normal"
