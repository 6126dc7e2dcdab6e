"""The picture as events, read back by an XML parser of another make."""

import math
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from skypact.core.columns import pack
from skypact.core.messages import (
    AirWarning,
    Context,
    Identity,
    ImpactEllipse,
    PictureView,
    ThreatClass,
    ThreatenedPlace,
    WarningState,
)
from skypact.edge.cot.picture import (
    MARKS,
    Teller,
    impact_uid,
    sentence,
    track_events,
    track_uid,
    warning_events,
    zone_events,
)
from skypact.sensors.cot.event import event_xml
from skypact.sensors.cot.xml import read_xml
from skypact.warning.settings import Place
from tests.unit.sensors.cot.samples import NOW_NS

TELLER = Teller("auria", Context.EXERCISE, 15.0)
PLACES = (
    Place(name='Port "A"', nation="auria", kind="site", lat_deg=-32, lon_deg=-20, radius_m=8e3),
    Place(
        name="Coast", nation="borvia", kind="zone", shelter_s=90,
        polygon=((-33, -21), (-33, -19.5), (-33.6, -20.2)),
    ),
)  # fmt: skip


def picture(rows: int = 1, **changed: object) -> PictureView:
    fields = {
        "number": np.arange(1001, 1001 + rows),
        "lat_rad": np.full(rows, -0.55),
        "lon_rad": np.full(rows, -0.35),
        "height_wgs84_m": np.full(rows, 9_144.0),
        "velocity_enu_mps": np.tile([-300.0, 400.0, 5.0], (rows, 1)),
        "position_sd_m": np.full(rows, 200.0),
        "horizontal_sd_m": np.full(rows, 150.0),
        "height_sd_m": np.full(rows, 80.0),
        "age_s": np.full(rows, 2.6),
        "threat_class": np.full(rows, ThreatClass.DRONE),
        "identity": np.full(rows, Identity.UNKNOWN),
        "quality": np.full(rows, 9),
        "own": np.ones(rows),
        "reporter": np.zeros(rows),
        "address": np.zeros(rows),
        "callsign": np.full(rows, b"", "S8"),
    } | changed
    return PictureView(
        id="1", observed_ns=NOW_NS, received_ns=NOW_NS, origin="auria", context=Context.EXERCISE,
        reporters=("auria",), count=rows, **pack(PictureView, **fields),
    )  # fmt: skip


def warning(**changed: object) -> AirWarning:
    fields = {
        "warning_id": "auria-warning-7", "origin": "borvia", "nation": "auria", "track": 1001,
        "threat_class": ThreatClass.BALLISTIC, "class_probability": 0.93,
        "state": WarningState.RAISED, "version": 2, "assessed_ns": NOW_NS,
        "places": (ThreatenedPlace(name="Port <A>", nation="auria", time_to_go_s=95.0,
                                   time_spread_s=11.0),),
        "impact": ImpactEllipse(lat_rad=-0.56, lon_rad=-0.34, semi_major_m=9e3,
                                semi_minor_m=2e3, azimuth_rad=math.pi / 6),
        "reason": "It falls.",
    } | changed  # fmt: skip
    return AirWarning(**fields)  # type: ignore[arg-type]


def test_a_track_says_where_what_and_how_well() -> None:
    (event,) = track_events(TELLER, picture())
    read = ET.fromstring(event_xml(event))
    point, track = read.find("point"), read.find("detail/track")
    assert point is not None
    assert track is not None
    assert read.attrib["uid"] == track_uid(TELLER, 1001) == "skypact.auria.track.1001"
    assert read.attrib["type"] == "a-u-A-M-F-Q"
    assert read.attrib["time"] == "2030-03-17T17:46:40.123Z"
    assert read.attrib["stale"] == "2030-03-17T17:46:55.123Z"
    assert float(point.attrib["lat"]) == pytest.approx(math.degrees(-0.55), abs=1e-7)
    assert float(point.attrib["lon"]) == pytest.approx(math.degrees(-0.35), abs=1e-7)
    assert (point.attrib["hae"], point.attrib["ce"], point.attrib["le"]) == (
        "9144.0", "150.0", "80.0",
    )  # fmt: skip
    assert float(track.attrib["speed"]) == 500.0
    assert float(track.attrib["course"]) == pytest.approx(323.1)
    contact = read.find("detail/contact")
    assert contact is not None
    assert contact.attrib["callsign"] == "T1001"


@pytest.mark.parametrize("identity", Identity)
@pytest.mark.parametrize("kind", ThreatClass)
def test_the_symbol_has_the_identity_of_the_picture_whatever_the_class(
    identity: Identity, kind: ThreatClass
) -> None:
    (event,) = track_events(TELLER, picture(identity=[identity], threat_class=[kind]))
    letter = dict(zip(Identity, "puafnsh", strict=True))[identity]
    assert event.kind.startswith(f"a-{letter}-A")


@pytest.mark.parametrize("context", Context)
def test_an_exercise_is_marked_in_every_event(context: Context) -> None:
    teller = TELLER._replace(context=context)
    events = [
        *track_events(teller, picture(3)),
        *zone_events(teller, PLACES, NOW_NS, NOW_NS),
        *warning_events(teller, warning(), (1.0, 2.0), NOW_NS, NOW_NS),
        *warning_events(teller, warning(state=WarningState.CLEARED), (1.0, 2.0), NOW_NS, NOW_NS),
    ]
    wanted = {Context.OPERATION: "", Context.EXERCISE: "e", Context.TEST: "s"}[context]
    for event in events:
        remarks = ET.fromstring(event_xml(event)).findtext("detail/remarks")
        assert remarks is not None
        assert event.opex[:1] == wanted
        assert remarks.startswith(MARKS[context])
        assert ("EXERCISE" in remarks) == (context is Context.EXERCISE)


def test_a_hostile_callsign_stays_text() -> None:
    said = np.array([b'"/><a b="', b"<!--", b"\x01\xff &x;"], "S8")
    for event in track_events(TELLER, picture(3, callsign=said)):
        assert [e.tag for e in ET.fromstring(event_xml(event))[1]] == [
            "contact", "track", "remarks",
        ]  # fmt: skip
        assert read_xml(event_xml(event)).event.elements[0].name == "contact"


def test_zones_are_drawn() -> None:
    circle, shape = (
        ET.fromstring(event_xml(event)) for event in zone_events(TELLER, PLACES, NOW_NS, NOW_NS)
    )
    ellipse = circle.find("detail/shape/ellipse")
    assert circle.attrib["type"] == "u-d-c-c"
    assert ellipse is not None
    assert float(ellipse.attrib["major"]) == float(ellipse.attrib["minor"]) == 8_000.0
    assert circle.find("detail/contact").attrib["callsign"] == 'Port "A"'  # type: ignore[union-attr]
    corners = [link.attrib["point"] for link in shape.iterfind("detail/link")]
    assert shape.attrib["type"] == "u-d-f"
    assert corners[0] == corners[-1] == "-33.0000000,-21.0000000,0"
    assert len(corners) == 4
    assert "90 s to take cover" in (shape.findtext("detail/remarks") or "")


def test_a_warning_is_an_alert_with_its_impact_and_ends_as_one() -> None:
    alert, impact = warning_events(TELLER, warning(), (1.0, 2.0), NOW_NS, NOW_NS)
    read = ET.fromstring(event_xml(alert))
    assert alert.kind == "b-a-o-tbl"
    assert (alert.lat_deg, alert.lon_deg) == (1.0, 2.0)
    assert read.find("detail/emergency").attrib == {"type": "911 Alert"}  # type: ignore[union-attr]
    assert "Port <A> (auria) in 95 s give or take 11 s" in (read.findtext("detail/remarks") or "")
    ellipse = ET.fromstring(event_xml(impact)).find("detail/shape/ellipse")
    assert ellipse is not None
    assert ellipse.attrib == {"major": "9000.0", "minor": "2000.0", "angle": "30.0"}
    assert impact.uid == impact_uid(TELLER, "auria-warning-7")
    assert impact.lat_deg == pytest.approx(math.degrees(-0.56))
    (over,) = warning_events(
        TELLER, warning(state=WarningState.CLEARED), (1.0, 2.0), NOW_NS, NOW_NS
    )
    assert (over.uid, over.kind) == (alert.uid, "b-a-o-can")
    cancelled = ET.fromstring(event_xml(over)).find("detail/emergency")
    assert cancelled is not None
    assert cancelled.attrib == {"cancel": "true"}


def test_the_sentence_says_who_has_understood() -> None:
    said = sentence(warning(state=WarningState.ACKNOWLEDGED, acknowledged_by="Ilse Maren"))
    assert said.startswith("borvia warns auria: Port <A>")
    assert said.endswith("State: acknowledged by Ilse Maren. It falls.")
