"""A procedure in words."""

from skypact.warning.alerting.words import said
from tests.unit.warning.alerting.night import procedure


def test_every_step_has_a_line():
    lines = [*said(procedure(may_cancel=("supervisor",), all_clear="two"))]
    assert lines[0].startswith("raid, version 1: ballistic, drone that threaten any place of auria")
    assert "signed by auria" in lines
    (duty,) = [line for line in lines if line.startswith("step duty")]
    assert duty.endswith("tell officer; each way 2 times, 20 s to confirm; then chief")
    assert "it is taken back by a person of supervisor" in lines
    assert lines[-1] == "the all-clear is given by two persons"
