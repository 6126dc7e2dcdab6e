"""A small world for the warning room: three nations, their places, tracks as a picture has them."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from skypact.core.columns import pack
from skypact.core.geodesy import ecef_from_geodetic, enu_axes
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AcknowledgeWarning,
    AirWarning,
    Context,
    Delivery,
    Ledger,
    Message,
    NodeStarted,
    OwnTracks,
    PartnerAcknowledgement,
    PartnerWarning,
    ReleaseAllClear,
    ReportShown,
    SystemTracks,
    SystemTracksDeleted,
    ThreatClass,
    ThreatenedPlace,
    WarningState,
)
from skypact.warning.settings import Place, WarningSettings
from skypact.warning.warnings import Warnings

SECOND_NS = 1_000_000_000
START_NS = 1_800_000_000 * SECOND_NS
LAT, LON = -32.0, -18.0
PLACES = (
    Place(name="Alder", nation="auria", kind="site", lat_deg=-32.0, lon_deg=-18.0, radius_m=5000.0),
    Place(name="Birch", nation="borvia", kind="site", lat_deg=-32.0, lon_deg=-17.7, radius_m=5e3),
    Place(
        name="Cedar",
        nation="cestia",
        kind="zone",
        polygon=((-34.1, -17.1), (-34.1, -16.9), (-33.9, -16.9), (-33.9, -17.1)),
    ),
)


def header(now_ns: int, origin: str = "auria") -> dict[str, Any]:
    return {
        "id": f"in-{now_ns}",
        "observed_ns": now_ns,
        "received_ns": now_ns,
        "origin": origin,
        "context": Context.EXERCISE,
    }


def state(
    lat_deg: float,
    lon_deg: float,
    height_m: float,
    speed_mps: float,
    course_deg: float,
    climb_mps: float = 0.0,
) -> tuple[np.ndarray, np.ndarray]:
    """Return ECEF position and velocity; speed_mps: horizontal."""
    lat, lon, course = np.radians([lat_deg, lon_deg, course_deg])
    enu = np.array([speed_mps * np.sin(course), speed_mps * np.cos(course), climb_mps])
    return ecef_from_geodetic(lat, lon, height_m), enu_axes(lat, lon).T @ enu


def triangle(position_sd_m: float = 60.0, velocity_sd_mps: float = 2.0) -> np.ndarray:
    """Return the upper triangle of a covariance with these standard deviations."""
    spread = np.diag([position_sd_m**2] * 3 + [velocity_sd_mps**2] * 3)
    return spread[np.triu_indices(6)]


def tracks(
    now_ns: int,
    rows: Sequence[tuple[int, tuple[np.ndarray, np.ndarray]]],
    covariance: np.ndarray | None = None,
    detection: int = 1,
    kind: Any = SystemTracks,
) -> Any:
    """Return a batch of (number, state)."""
    n = len(rows)
    one = triangle() if covariance is None else covariance
    columns = pack(
        kind,
        number=np.array([number for number, _ in rows]),
        time_ns=np.full(n, now_ns),
        position_ecef_m=np.array([p for _, (p, _) in rows]).reshape(n, 3),
        velocity_ecef_mps=np.array([v for _, (_, v) in rows]).reshape(n, 3),
        covariance=np.tile(one, (n, 1)),
        quality=np.full(n, 10),
        detected_ns=np.full(n, now_ns - 8 * SECOND_NS),
        confirmed_ns=np.full(n, now_ns - SECOND_NS),
        detection=np.full(n, detection),
        address=np.zeros(n),
        callsign=np.full(n, b""),
    )
    return kind(**header(now_ns), count=n, **columns)


def cruise_to_alder(distance_km: float = 60.0) -> tuple[np.ndarray, np.ndarray]:
    """Return a cruise missile due west of Alder, coming straight at it at 240 m/s."""
    lon = LON - distance_km / (111.195 * np.cos(np.radians(LAT)))
    return state(LAT, lon, 100.0, 240.0, 90.0)


def cruise_away() -> tuple[np.ndarray, np.ndarray]:
    return state(LAT, LON - 0.6, 100.0, 240.0, 270.0)


def own(now_ns: int, *numbers: int) -> OwnTracks:
    """Return the message that our own sensors hold these tracks."""
    return tracks(now_ns, [(n, cruise_to_alder()) for n in numbers], kind=OwnTracks)


def lost(now_ns: int, number: int, successor: int = 0) -> SystemTracksDeleted:
    return SystemTracksDeleted(
        **header(now_ns),
        numbers=(number,),
        successors=(successor,),
        reasons=("no plots",),
        own=(True,),
    )


def acknowledge(now_ns: int, warning_id: str, person: str = "Ana Ruiz") -> AcknowledgeWarning:
    return AcknowledgeWarning(**header(now_ns), warning_id=warning_id, person=person, post="duty")


def all_clear(now_ns: int, warning_id: str, person: str = "Ana Ruiz") -> ReleaseAllClear:
    return ReleaseAllClear(**header(now_ns), warning_id=warning_id, person=person, post="duty")


def shown(now_ns: int, warning_id: str) -> ReportShown:
    return ReportShown(**header(now_ns), warning_id=warning_id, post="duty")


def started(now_ns: int) -> NodeStarted:
    return NodeStarted(**header(now_ns), epoch=2, version="0.1.0")


def partner_warning(
    now_ns: int,
    version: int = 1,
    state: WarningState = WarningState.RAISED,
    warning_id: str = "borvia-7",
    **changes: Any,
) -> PartnerWarning:
    """Return borvia's warning for us about track 900."""
    facts: dict[str, Any] = {
        "warning_id": warning_id,
        "origin": "borvia",
        "nation": "auria",
        "track": 900,
        "threat_class": ThreatClass.BALLISTIC,
        "class_probability": 0.95,
        "state": state,
        "version": version,
        "places": (
            ThreatenedPlace(name="Alder", nation="auria", time_to_go_s=200.0, time_spread_s=9.0),
        ),
        "assessed_ns": START_NS,
        "reason": "Ballistic.",
        "ledger": Ledger(detected_ns=5, tracked_ns=6, raised_ns=7, released_ns=8),
    }
    warning = AirWarning(**(facts | changes))
    return PartnerWarning(**header(now_ns, "borvia"), partner="borvia", warning=warning)


def answer(now_ns: int, warning_id: str, **changes: Any) -> PartnerAcknowledgement:
    facts: dict[str, Any] = {
        "partner": "borvia",
        "warning_id": warning_id,
        "event": "warning_acknowledged",
        "person": "Bo Lind",
        "received_ns_partner": now_ns - 3,
        "shown_ns": now_ns - 2,
        "acknowledged_ns": now_ns - 1,
    }
    return PartnerAcknowledgement(**header(now_ns, "borvia"), **(facts | changes))


def room(settings: WarningSettings | None = None) -> Warnings:
    return Warnings(
        Issuer("auria", "warning", Context.EXERCISE), settings or WarningSettings(), PLACES
    )


def of_kind(messages: Sequence[Message], *kinds: type[Message]) -> list[Any]:
    return [message for message in messages if isinstance(message, kinds)]


def told(messages: Sequence[Message]) -> list[tuple[str, str, str]]:
    """Return (post, event, state) of every delivery."""
    return [(d.post, d.event, d.warning.state.value) for d in of_kind(messages, Delivery)]
