"""Why people's commands about alerts are refused: see also test_alerting."""

from skypact.core.messages import OverrideWatch, ReleaseStep
from skypact.warning.alerting.commands import why_not_overridden, why_not_released
from tests.unit.warning.alerting.night import ISSUER, T0


def test_a_command_needs_a_name():
    header = ISSUER.header(T0, T0)
    release = ReleaseStep(**header, alert_id="a9", step="public", person="x", post="duty")
    assert "not known" in why_not_released(release, None)
    override = OverrideWatch(**header, roster="w", recipient="x", until_ns=T0 + 1, person=" ")
    assert "There is no roster w." in why_not_overridden(override, {}, {}, T0)
    assert "needs the name" in why_not_overridden(override, {"w": 1}, {"x": 1}, T0)
