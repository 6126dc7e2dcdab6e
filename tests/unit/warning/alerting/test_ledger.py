"""How far a warning has come on the ways on which it goes itself: see also test_steps."""

from skypact.core.messages import Channel, Ledger
from skypact.warning.alerting.going import going
from skypact.warning.alerting.ledger import follow
from tests.unit.warning.alerting.night import ISSUER, T0, S, procedure, warning
from tests.unit.warning.alerting.test_held import held


def test_a_console_follows_the_ledger_and_a_phone_does_not():
    one = held(warning())
    for way in (Channel.CONSOLE, Channel.PHONE):
        told = going(procedure().steps[0], "officer", [way], ())
        told.begin("n1", ["Harbour"], T0)
        one.add(told)
    shown = warning(ledger=Ledger(raised_ns=T0, received_ns=T0, shown_ns=T0 + S))
    assert follow(one, shown, ISSUER, T0 + S)
    assert [g.heard_ns for g in one.goings] == [T0 + S, 0]
    assert not follow(one, shown, ISSUER, T0 + S)
