"""What we tell a parent: accepted by sapient-pydantic, read again by ourselves."""

import itertools
import math

import numpy as np
import pytest
from sapient_msg.bsi_flex_335_v2_0.sapient_message_pb2 import SapientMessage as Theirs
from sapient_msg_pydantic.bsi_flex_335_v2_0.sapient_message import SapientMessage

from skypact.core.columns import array
from skypact.core.messages import Context, Identity, ThreatClass
from skypact.sensors.sapient import checks, write
from skypact.sensors.sapient.frames import split
from skypact.sensors.sapient.ids import ulid
from skypact.sensors.sapient.schema import message_class
from tests.unit.edge.clients.pictures import START_NS, picture
from tests.unit.sensors.sapient.test_read import feed
from tests.unit.sensors.sapient.test_read import read as reading_of

ME = "11111111-2222-4333-8444-555555555555"


def teller(context: Context = Context.EXERCISE) -> write.Teller:
    count = itertools.count()
    return write.Teller(
        ME, "Auria", context, "0.1.0", 5.0, lambda t: ulid(t, next(count).to_bytes(10, "big"))
    )


def objects(count: int) -> list[str]:
    return [ulid(START_NS, i.to_bytes(10, "big")) for i in range(count)]


def accepted(frame: bytes) -> SapientMessage:
    """Return what sapient-pydantic makes of a frame; our own checks have no complaint either."""
    [data] = split(frame)[0]
    assert checks.fault(message_class().FromString(data)) == ""
    read = SapientMessage.from_pb2(Theirs.FromString(data))
    assert read.to_pb2().SerializeToString(deterministic=True) == Theirs.FromString(
        data
    ).SerializeToString(deterministic=True)
    return read


def test_every_kind_of_message_is_accepted() -> None:
    said = teller()
    view = picture(range(1, 500))
    frames = [
        write.registration(said, START_NS),
        write.status(said, START_NS, new=True),
        write.status(said, START_NS, new=False, leaving=True),
        *write.detections(said, view, objects(499)),
        *write.lost(said, START_NS, [(objects(1)[0], (-32.0, -18.0, 3_000.0))]),
    ]
    read = [accepted(frame) for frame in frames]
    assert {m.node_id for m in read} == {ME}
    assert {m.additional_information for m in read} == {"EXERCISE EXERCISE EXERCISE"}
    reports = {m.detection_report.report_id for m in read if m.detection_report}
    assert len(reports) == 500


def test_a_registration_says_what_we_are_and_offers_no_command() -> None:
    read = accepted(write.registration(teller(), START_NS)).registration
    assert read is not None
    assert [d.node_type for d in read.node_definition] == [20]
    assert read.name == "Auria EXERCISE EXERCISE EXERCISE"
    [mode] = read.mode_definition
    assert mode.task is not None
    assert (mode.task.command, mode.task.concurrent_tasks) == ([], 0)
    told = {r.type for d in mode.detection_definition for r in d.detection_report}
    assert told == set(write.INFO)


def test_an_operation_carries_no_mark() -> None:
    read = accepted(write.registration(teller(Context.OPERATION), START_NS))
    assert read.additional_information is None
    assert read.registration is not None
    assert read.registration.name == "Auria"


def test_a_track_is_told_with_what_the_picture_holds() -> None:
    view = picture()
    read = accepted(write.detections(teller(), view, objects(4))[3])
    report = read.detection_report
    assert report is not None
    assert report.location is not None
    info = {i.type: i.value for i in report.object_info}
    assert info["moves_like"] == ThreatClass(3).name.lower()
    assert info["identity"] == Identity(3).name.lower()
    assert (info["track"], info["reporter"], info["context"]) == ("1004", "coalition", "exercise")
    assert [c.type for c in report.classification] == ["Air Vehicle"]
    lat = array(view, "lat_rad")[3]
    sd_m = array(view, "horizontal_sd_m")[3]
    assert report.location.z_error == array(view, "height_sd_m")[3]
    assert report.location.y == pytest.approx(math.degrees(lat))
    assert report.location.y_error == pytest.approx(sd_m / 111_195, rel=1e-3)
    assert report.location.x_error == pytest.approx(sd_m / 111_195 / math.cos(lat), rel=1e-3)


@pytest.mark.parametrize("context", list(Context))
def test_what_we_tell_we_read_again(context: Context) -> None:
    view = picture(context=context)
    said = teller(context)
    frames = [write.registration(said, START_NS), *write.detections(said, view, objects(4))]
    reading = reading_of.Reader(feed(), {}, context).read([(f, START_NS) for f in frames])
    assert reading.refusals == []
    assert reading.reports is not None
    for name in ("lat_rad", "lon_rad", "height_wgs84_m", "velocity_enu_mps"):
        assert np.allclose(reading.reports[name], array(view, name)), name
    assert np.allclose(reading.reports["position_sd_m"], array(view, "horizontal_sd_m"))
    others = set(Context) - {context} if context is not Context.OPERATION else set()
    for other in others:
        reading = reading_of.Reader(feed(), {}, other).read([(f, START_NS) for f in frames])
        assert (reading.records, len(reading.refusals)) == (0, 5)
