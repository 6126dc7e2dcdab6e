"""The [picture] table of a node's configuration."""

from typing import Annotated

import msgspec

from skypact.picture.identity.authority import IdentitySettings

Positive = Annotated[float, msgspec.Meta(gt=0, le=1e6)]
Looks = Annotated[int, msgspec.Meta(ge=1, le=100)]


class PictureSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """track_numbers: system track numbers leased from the coordinator, in the order of use;
    number_reserve: with fewer that are ready, number_lease more are asked of the coordinator; asks:
    whether there is one to ask, filled in by the composition root.

    partner_hold_s: how long a partner's track is extrapolated without an update; number_hold_s: how
    long a retired number is not given again; correlate_looks, decorrelate_looks: consecutive looks
    that join or part two tracks; very_close_m, very_close_mps: alone inside this, one look joins;
    gate, release_gate: squared Mahalanobis distance (6 degrees of freedom) to join and to part;
    registration_sd_m: what nations' systems may disagree by on top of their covariances;
    reach_max_m: nothing further apart is compared; process_noise_m2ps3: of the constant-velocity
    model that takes tracks to a common time; apart_s: how long parted tracks are not joined again;
    pending_s: age at which identity pending becomes unknown; identity: who may set the others;
    report_margin, report_looks, report_hold_s: we take over the report of an object when our track
    quality has been better by so much for so many looks, and so long after the last change.
    """

    asks: bool = False
    number_reserve: Annotated[int, msgspec.Meta(ge=0, le=5_000)] = 200
    number_lease: Annotated[int, msgspec.Meta(ge=1, le=1_000)] = 500
    track_numbers: tuple[Annotated[int, msgspec.Meta(ge=1, le=0x7FFFFFFF)], ...] = ()
    partner_hold_s: Positive = 30.0
    number_hold_s: Positive = 3600.0
    correlate_looks: Looks = 3
    decorrelate_looks: Looks = 5
    very_close_m: Positive = 300.0
    very_close_mps: Positive = 20.0
    gate: Positive = 22.5
    release_gate: Positive = 50.0
    registration_sd_m: Positive = 100.0
    reach_max_m: Positive = 30_000.0
    process_noise_m2ps3: Positive = 20.0
    apart_s: Positive = 30.0
    pending_s: Positive = 10.0
    report_margin: Annotated[int, msgspec.Meta(ge=0, le=15)] = 3
    report_looks: Looks = 3
    report_hold_s: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 60.0
    identity: IdentitySettings = IdentitySettings()
