"""A notice as a message of CAP 1.2 (OASIS Standard CAP-v1.2, 1 July 2010). Pure."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import NamedTuple
from xml.etree import ElementTree as ET

from skypact.core.messages import Context, Notice, NoticeArea, Stage, ThreatClass
from skypact.warning.phrases.phrases import TEXT_MAX, say

NAMESPACE = "urn:oasis:names:tc:emergency:cap:1.2"
SHORT_MAX = 90  # of a wireless emergency alert on old phones; TEXT_MAX on the others
HEADLINE_MAX = 160
SECOND_NS = 1_000_000_000
STATUS: Mapping[Context, str] = {
    Context.OPERATION: "Actual",
    Context.EXERCISE: "Exercise",
    Context.TEST: "Test",
}


class _Kind(NamedTuple):
    """kind: msgType when it has something to refer to."""

    kind: str
    response: str
    urgency: str
    severity: str
    certainty: str


KINDS: Mapping[Stage, _Kind] = {
    Stage.PREPARE: _Kind("Update", "Prepare", "Expected", "Severe", "Possible"),
    Stage.TAKE_COVER: _Kind("Update", "Shelter", "Immediate", "Extreme", "Likely"),
    Stage.ALL_CLEAR: _Kind("Update", "AllClear", "Past", "Minor", "Observed"),
    Stage.CORRECTION: _Kind("Cancel", "None", "Past", "Minor", "Unlikely"),
    Stage.TEST: _Kind("Update", "None", "Unknown", "Unknown", "Unknown"),
}


class Sender(NamedTuple):
    """Who publishes. id: as CAP asks, unique in the world, such as a domain name or an address;
    name: for people; web, contact: may be ""."""

    id: str
    name: str
    web: str = ""
    contact: str = ""


class Earlier(NamedTuple):
    """A message that was published."""

    identifier: str
    sent: str


def cap_time(time_ns: int) -> str:
    """Return a time as CAP writes it: whole seconds, no Z."""
    return f"{datetime.fromtimestamp(time_ns // SECOND_NS, UTC):%Y-%m-%dT%H:%M:%S}-00:00"


def identifier(notice: Notice) -> str:
    """Return the id of the message: of the notice and its attempt, without what CAP forbids."""
    said = f"{notice.notice_id}.{notice.attempt}"
    return "".join(c if c.isalnum() or c in "-._" else "-" for c in said)


def alert(
    notice: Notice,
    sender: Sender,
    languages: Sequence[str],
    references: Sequence[Earlier],
    sent_ns: int,
) -> ET.Element:
    """Return the <alert> element, unsigned. languages: one <info> each beside the notice's own;
    references: messages of this event that it updates or cancels."""
    kind = KINDS[notice.stage]
    root = ET.Element(f"{{{NAMESPACE}}}alert")
    status = "Test" if notice.stage is Stage.TEST else STATUS[notice.context]
    if notice.context is Context.EXERCISE:
        status = "Exercise"
    _add(
        root,
        identifier=identifier(notice),
        sender=sender.id,
        sent=cap_time(sent_ns),
        status=status,
        # A message without anything to refer to is a first one, whatever it says.
        msgType=kind.kind if references else "Alert",
        scope="Public",
        note=notice.title if status != "Actual" else "",
        references=" ".join(f"{sender.id},{one.identifier},{one.sent}" for one in references),
        incidents=_token(notice.event_id),
    )
    others = [tag for tag in languages if tag != notice.language]
    root.append(_info(notice, sender, notice.language, notice.title, notice.text))
    first = notice.areas[0] if notice.areas else None
    for tag in others:
        words = say(
            tag,
            notice.stage,
            notice.threat_class,
            [area.name for area in notice.areas],
            first.time_to_go_s if first else 0.0,
            first.time_spread_s if first else 0.0,
            sender.name,
            notice.context,
        )
        root.append(_info(notice, sender, tag, words.title, words.text))
    return root


def _info(notice: Notice, sender: Sender, language: str, title: str, text: str) -> ET.Element:
    kind = KINDS[notice.stage]
    info = ET.Element(f"{{{NAMESPACE}}}info")
    _add(
        info,
        language=language,
        category="Safety",
        event=f"Air threat: {ThreatClass(notice.threat_class).name.lower()}",
        responseType=kind.response,
        urgency=kind.urgency,
        severity=kind.severity,
        certainty=kind.certainty,
        onset=_onset(notice),
        expires=cap_time(notice.expires_ns),
        senderName=sender.name,
        headline=title[:HEADLINE_MAX],
        description=text,
        web=sender.web,
        contact=sender.contact,
    )
    for name, said in (("CMAMtext", title[:SHORT_MAX]), ("CMAMlongtext", text[:TEXT_MAX])):
        parameter = ET.SubElement(info, f"{{{NAMESPACE}}}parameter")
        _add(parameter, valueName=name, value=said)
    for area in notice.areas:
        info.append(_area(area))
    return info


def _area(area: NoticeArea) -> ET.Element:
    element = ET.Element(f"{{{NAMESPACE}}}area")
    _add(element, areaDesc=area.name)
    corners = list(area.polygon_deg)
    if corners and corners[0] != corners[-1]:
        corners.append(corners[0])
    if len(corners) >= 4:
        _add(element, polygon=" ".join(f"{lat:.5f},{lon:.5f}" for lat, lon in corners))
    return element


def _onset(notice: Notice) -> str:
    """Return when it can begin, the earliest of all places; "" where nothing is to come."""
    if notice.stage not in (Stage.PREPARE, Stage.TAKE_COVER) or not notice.areas:
        return ""
    soonest_s = min(area.time_to_go_s - area.time_spread_s for area in notice.areas)
    return cap_time(notice.observed_ns + round(max(soonest_s, 0.0) * SECOND_NS))


def _token(text: str) -> str:
    """Return an id for a list that is parted by spaces."""
    return "".join("-" if c.isspace() or c in ',"' else c for c in text)


def _add(parent: ET.Element, **texts: str) -> None:
    """Add an element for each text that is not empty."""
    for name, text in texts.items():
        if text:
            element = ET.SubElement(parent, f"{{{NAMESPACE}}}{name}")
            element.text = _xml(text)


def _xml(text: str) -> str:
    """Return text without what XML cannot hold."""
    return "".join(
        c for c in text if c in "\t\n\r" or (ord(c) >= 0x20 and ord(c) not in (0xFFFE, 0xFFFF))
    )
