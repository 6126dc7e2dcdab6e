"""Procedures, recipients and rosters as texts."""

import msgspec
import pytest

from skypact.core.messages import Channel, ThreatClass
from tests.unit.warning.alerting.night import PROCEDURE, people, procedure


def test_it_says_which_threats_it_covers():
    assert procedure().covers(ThreatClass.DRONE)
    assert not procedure().covers(ThreatClass.AIRCRAFT)
    assert procedure().step("public").id == "public"
    assert procedure().step("nothing") is None


def test_a_key_that_nobody_knows_is_refused():
    with pytest.raises(msgspec.ValidationError, match="attempt"):
        procedure(PROCEDURE.replace("attempts = 2", "attempt = 2"))


def test_how_somebody_can_be_told():
    officer, deputy, chief, town = people().recipients
    assert deputy.channels() == (Channel.PHONE, Channel.MAIL)
    assert officer.address(Channel.CONSOLE) == "duty"
    assert (town.public, chief.public) == (True, False)
    (console,) = people('[[recipient]]\nname = "x"\npost = "duty"\n').recipients
    assert console.channels() == (Channel.CONSOLE,)
