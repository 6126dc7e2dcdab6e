"""Cursor on Target through the sensors room."""

from skypact.core.columns import fault
from skypact.core.messages import PositionReports
from skypact.sensors.cot.event import Event, event_xml
from skypact.sensors.cot.stream import framed
from tests.unit.sensors.test_sensors import START_NS, S, give, room, state


def test_positions_of_cursor_on_target_are_reports_and_nothing_more() -> None:
    now_ns = START_NS + S
    flight = Event(
        "ICAO-ABCDEF", "a-f-A", "m-g", now_ns, now_ns, now_ns + 9 * S, -31.0, -20.0, 9e3, 30.0, 50.0
    )
    ground = flight._replace(uid="walker", kind="a-f-G-U-C")
    sent = b"".join(framed(e, tak=tak) for e in (flight, ground) for tak in (True, False))
    sensors = room()
    cut = len(sent) // 2 + 7
    for name, pieces in (("blue", (sent[:cut], sent[cut:])), ("mesh", (sent, sent))):
        made = [m for piece in pieces for m in give(sensors, name, piece)]
        assert {type(message) for message in made} == {PositionReports}
        assert sum(m.count for m in made if isinstance(m, PositionReports)) == 2
        assert all(fault(m) == "" for m in made if isinstance(m, PositionReports))
        seen = state(sensors, name)
        assert (seen.records, seen.unknown, seen.refused) == (2, 2, 0)
        assert seen.doubled == (name == "mesh")
        assert "a-f-G-U-C is no position in the air" in seen.last_refusals[-1]


def test_half_an_event_survives_a_restart() -> None:
    now_ns = START_NS + S
    sent = event_xml(Event("x", "a-u-A", "m-g", now_ns, now_ns, now_ns + 9 * S, -31.0, -20.0))
    first, second = room(), room()
    assert give(first, "blue", sent[:100]) == []
    second.restore(first.snapshot())
    [made] = give(second, "blue", sent[100:])
    assert isinstance(made, PositionReports)
    assert made.count == 1
