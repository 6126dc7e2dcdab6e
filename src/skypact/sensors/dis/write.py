"""System tracks as entity states of DIS, for the simulators of an exercise."""

import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array
from skypact.core.errors import InvariantError
from skypact.core.geodesy import ecef_from_geodetic, enu_axes, velocity_ecef_from_enu
from skypact.core.messages import Context, Identity, PictureView, ThreatClass
from skypact.sensors.dis.pdu import DEACTIVATED, ROW, Rows, write
from skypact.sensors.dis.times import timestamp

F64 = NDArray[np.float64]
NUMBER_MAX = 0xFFFE  # 0xFFFF means all entities
_ASCII, _CONSTANT_VELOCITY = 1, 2
# SISO-REF-010: kind, domain, category. What it moves like, no more.
TYPES = {
    ThreatClass.UNKNOWN: (1, 2, 0),
    ThreatClass.BALLISTIC: (2, 0, 2),
    ThreatClass.CRUISE: (2, 0, 1),
    ThreatClass.DRONE: (1, 2, 50),
    ThreatClass.AIRCRAFT: (1, 2, 0),
    ThreatClass.ROCKET: (2, 0, 2),
}
# Only what an identity authority set: friendly, opposing, neutral; all others are "other".
FORCES = {Identity.FRIEND: 1, Identity.HOSTILE: 2, Identity.NEUTRAL: 3}


def entity_states(
    view: PictureView, exercise_id: int, site: int, application: int, ended: tuple[int, ...] = ()
) -> list[bytes]:
    """Return a datagram for each track of the picture, and for each that ended since.

    Raises InvariantError for a picture that is not an exercise. A number above NUMBER_MAX has no
    place in the format and is left out.
    """
    if view.context is not Context.EXERCISE:
        raise InvariantError("DIS leaves an exercise only")
    number = array(view, "number")
    keep = number <= NUMBER_MAX
    lat, lon = array(view, "lat_rad")[keep], array(view, "lon_rad")[keep]
    velocity = velocity_ecef_from_enu(array(view, "velocity_enu_mps")[keep], lat, lon)
    rows = np.zeros(int(keep.sum()) + len(ended), ROW)
    live = rows[: int(keep.sum())]
    live["entity"] = number[keep]
    live["position_ecef_m"] = ecef_from_geodetic(lat, lon, array(view, "height_wgs84_m")[keep])
    live["velocity_ecef_mps"] = velocity
    live["orientation_rad"] = orientation_rad(velocity, enu_axes(lat, lon)[:, 2])
    types = np.array([TYPES[kind] for kind in ThreatClass], np.uint8)
    live["kind"], live["domain"], live["category"] = types[array(view, "threat_class")[keep]].T
    forces = np.array([FORCES.get(identity, 0) for identity in Identity], np.uint8)
    live["force"] = forces[array(view, "identity")[keep]]
    live["dead_reckoning"] = _CONSTANT_VELOCITY
    live["marking"] = _markings(number[keep], array(view, "callsign")[keep])
    gone = rows[len(live) :]
    gone["entity"], gone["appearance"] = ended, DEACTIVATED
    gone["kind"], gone["domain"] = 1, 2
    rows["character_set"] = _ASCII
    rows["exercise"], rows["site"], rows["application"] = exercise_id, site, application
    rows["timestamp"] = timestamp(view.observed_ns)
    return write(rows)


def orientation_rad(velocity_ecef_mps: F64, up_ecef: F64) -> F64:
    """Return the Euler angles psi, theta, phi (N, 3) of bodies whose nose is where they go, wings
    level (IEEE 1278.1-2012, 1.6.3); zero for one that stands still or moves straight up."""
    nose = velocity_ecef_mps
    right = np.cross(nose, up_ecef)
    speed = np.linalg.norm(nose, axis=1, keepdims=True)
    level = np.linalg.norm(right, axis=1, keepdims=True)
    known = (level > 1e-3 * np.maximum(speed, 1.0))[:, 0]
    nose = nose / np.where(speed > 0, speed, 1.0)
    right = right / np.where(level > 0, level, 1.0)
    down = np.cross(nose, right)
    angles = np.stack(
        [
            np.arctan2(nose[:, 1], nose[:, 0]),
            np.arcsin(np.clip(-nose[:, 2], -1, 1)),
            np.arctan2(right[:, 2], down[:, 2]),
        ],
        -1,
    )
    return np.where(known[:, None], angles, 0.0)


def _markings(number: NDArray[np.uint32], callsign: NDArray[np.bytes_]) -> NDArray[np.bytes_]:
    names = np.char.add(b"T", np.char.mod("%d", number).astype("S10"))
    return np.where(callsign == b"", names, callsign).astype("S11")


def rows_of(datagrams: list[bytes]) -> Rows:
    """Return the rows of datagrams that `entity_states` made."""
    return np.frombuffer(b"".join(datagrams), ROW)
