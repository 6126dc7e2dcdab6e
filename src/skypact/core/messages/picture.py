"""The picture as the node's own people see it."""

from collections.abc import Mapping
from typing import ClassVar

from skypact.core.columns import Column
from skypact.core.messages.header import Message
from skypact.core.messages.identity import TrackIdentity


class PlacesObserved(Message, frozen=True, kw_only=True, tag="places_observed"):
    """For which classes our own live sensors look at places, for the node's own people: places
    that have changed, at the start all. A class whose bit is not set is not observed there.

    names, nations: of the places, one a row; observed: bit 1 << ThreatClass.
    """

    COLUMNS: ClassVar[Mapping[str, Column]] = {
        "observed": Column("|u1", "bits by ThreatClass", 0, 0x3E),
    }
    names: tuple[str, ...]
    nations: tuple[str, ...]
    count: int
    observed: bytes


class PictureView(Message, frozen=True, kw_only=True, tag="picture_view"):
    """The whole picture at `observed_ns`, extrapolated, for the node's own console.

    reporter: index into `reporters`, who reports the track; seconds since the last update tell
    how far it coasts; position_sd_m: of the place as a whole, horizontal_sd_m: in the worst
    horizontal direction; notices: what the duty officer must know of the picture as a whole;
    identities: of the tracks of which somebody has said something.
    """

    COLUMNS: ClassVar[Mapping[str, Column]] = {
        "number": Column("<u4", "", 1, 0xFFFFFFFF),
        "lat_rad": Column("<f8", "rad", -1.5707963267948968, 1.5707963267948968),
        "lon_rad": Column("<f8", "rad", -3.1415926535897936, 3.1415926535897936),
        "height_wgs84_m": Column("<f8", "m", -1e5, 1e7),
        "velocity_enu_mps": Column("<f8", "m/s", -2e4, 2e4, width=3),
        "position_sd_m": Column("<f8", "m", 0, 1e7),
        "horizontal_sd_m": Column("<f8", "m", 0, 1e7),
        "height_sd_m": Column("<f8", "m", 0, 1e7),
        "age_s": Column("<f8", "s", 0, 1e6),
        "threat_class": Column("|u1", "ThreatClass", 0, 5),
        "identity": Column("|u1", "Identity", 0, 6),
        "quality": Column("|u1", "0..15", 0, 15),
        "own": Column("|u1", "0 or 1", 0, 1),
        "reporter": Column("|u1", "index", 0, 255),
        "address": Column("<u4", "", 0, 0xFFFFFF),
        "callsign": Column("|S8", "", 0, 0),
    }
    reporters: tuple[str, ...]
    notices: tuple[str, ...] = ()
    identities: tuple[TrackIdentity, ...] = ()
    count: int
    number: bytes
    lat_rad: bytes
    lon_rad: bytes
    height_wgs84_m: bytes
    velocity_enu_mps: bytes
    position_sd_m: bytes
    horizontal_sd_m: bytes
    height_sd_m: bytes
    age_s: bytes
    threat_class: bytes
    identity: bytes
    quality: bytes
    own: bytes
    reporter: bytes
    address: bytes
    callsign: bytes
