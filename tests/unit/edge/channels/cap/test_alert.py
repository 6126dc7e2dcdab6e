"""Every message that can be made is valid, and says what it is."""

import itertools
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.messages import Channel, Context, Notice, NoticeArea, Stage, ThreatClass
from skypact.edge.channels.cap.alert import NAMESPACE, Earlier, Sender, alert, identifier
from skypact.warning.phrases.phrases import LANGUAGES, TEXT_MAX
from tests.unit.edge.channels.cap.reading import CAP, texts, valid
from tests.unit.edge.channels.notices import notice

SENDER = Sender(
    "warning.auria.example", "Auria", "https://auria.example/air", "watch@auria.example"
)
NOW_NS = 1_795_830_720_000_000_000
EARLIER = (Earlier("e1", "2026-11-28T01:00:00-00:00"), Earlier("e2", "2026-11-28T01:01:00-00:00"))


def made(one: Notice, languages: tuple[str, ...] = (), references: Any = ()) -> Any:
    element = alert(one, SENDER, languages, references, NOW_NS)
    return valid(ET.tostring(element, "UTF-8", default_namespace=NAMESPACE))


@pytest.mark.parametrize(
    ("stage", "context", "references"),
    itertools.product(Stage, Context, [(), EARLIER]),
)
def test_every_message_is_valid(stage: Stage, context: Context, references: Any) -> None:
    for threat_class in ThreatClass:
        one = notice(Channel.CAP, stage=stage, context=context, threat_class=threat_class)
        root = made(one, tuple(LANGUAGES), references)
        assert texts(root, "language") == ["en", "ar", "fa", "he", "tr"]
        status = {Context.OPERATION: "Actual", Context.EXERCISE: "Exercise", Context.TEST: "Test"}
        expected = status[context]
        if stage is Stage.TEST and context is Context.OPERATION:
            expected = "Test"
        assert texts(root, "status") == [expected]
        kind = "Cancel" if stage is Stage.CORRECTION else "Update"
        assert texts(root, "msgType") == [kind if references else "Alert"]


def test_what_it_refers_to_and_what_it_says() -> None:
    root = made(notice(Channel.CAP, stage=Stage.ALL_CLEAR), ("ar",), EARLIER)
    assert texts(root, "references") == [
        "warning.auria.example,e1,2026-11-28T01:00:00-00:00 "
        "warning.auria.example,e2,2026-11-28T01:01:00-00:00"
    ]
    assert texts(root, "responseType") == ["AllClear"] * 2
    assert texts(root, "incidents") == ["e1"]
    assert texts(root, "sent") == ["2026-11-28T01:52:00-00:00"]
    assert "Exercise, exercise" in texts(root, "note")[0]
    assert "تمرين" in texts(root, "description")[1]


def test_areas_are_closed_and_wide_enough() -> None:
    root = made(notice(Channel.CAP))
    [polygon] = texts(root, "polygon")
    corners = polygon.split()
    assert corners[0] == corners[-1] == "-32.00000,-18.00000"
    assert len(corners) == 4
    assert texts(root, "areaDesc") == ["Port Alder"]
    two = NoticeArea(name="x", polygon_deg=((1, 2), (3, 4)), time_to_go_s=1, time_spread_s=1)
    assert texts(made(notice(Channel.CAP, areas=(two,))), "polygon") == []


def test_a_threat_begins_when_it_can_arrive_at_the_earliest() -> None:
    one = notice(Channel.CAP, observed_ns=NOW_NS)
    assert texts(made(one), "onset") == ["2026-11-28T01:56:30-00:00"]
    assert texts(made(notice(Channel.CAP, stage=Stage.ALL_CLEAR)), "onset") == []


def test_texts_for_emergency_alerts_are_short_enough() -> None:
    root = made(notice(Channel.CAP), tuple(LANGUAGES))
    values: dict[str, list[str]] = {}
    for parameter in root.iter(f"{CAP}parameter"):
        name, value = (child.text for child in parameter)
        values.setdefault(name, []).append(value)
    assert max(len(v) for v in values["CMAMtext"]) <= 90
    assert max(len(v) for v in values["CMAMlongtext"]) <= TEXT_MAX
    assert len(values["CMAMlongtext"]) == 5


@given(text=st.text(max_size=80), name=st.text(min_size=1, max_size=40))
def test_whatever_people_write_is_valid(text: str, name: str) -> None:
    area = NoticeArea(name=f"p{name}", polygon_deg=(), time_to_go_s=1, time_spread_s=1)
    one = notice(
        Channel.CAP, notice_id=f"n{name}", event_id=f"e{name}", title=f"t{text}",
        text=f"x{text}", areas=(area,),
    )  # fmt: skip
    made(one)
    assert not set(identifier(one)) & set(" ,<>&")


def test_attempts_are_messages_of_their_own() -> None:
    assert identifier(notice(Channel.CAP)) != identifier(notice(Channel.CAP, attempt=2))
