"""One warning with what the room must remember to carry it on: timers, escalation, news."""

from collections.abc import Sequence
from typing import Any

import msgspec

from skypact.core.messages import AirWarning, LaunchSeen, Ledger, ThreatenedPlace, WarningState
from skypact.warning.lifecycle import Trigger, may, next_state
from skypact.warning.settings import WarningSettings
from skypact.warning.threat.evaluate import Assessment

SECOND_NS = 1_000_000_000
OWN_STAGES = ("received_ns", "shown_ns", "acknowledged_ns")


class Case(msgspec.Struct, kw_only=True):
    """warning: as told last. partner_version: of the partner's last message, 0 for our own.

    step: escalations so far; silence_due_ns: when the next is due, 0 none.
    quiet_due_ns: when the all-clear is to be proposed, 0 never; quiet: the last look found no
    threat; ended: what became of its track, "" while it is in the picture.
    latest: news not told yet; update_due_ns: when it may be told, 0 nothing waits; told_ns: when
    news was last told; place_seen_ns: when each place was last threatened; launch: number of the
    launch that it is about while there is no track, else 0.
    """

    warning: AirWarning
    partner_version: int = 0
    step: int = 0
    silence_due_ns: int = 0
    quiet_due_ns: int = 0
    quiet: bool = False
    ended: str = ""
    latest: Assessment | None = None
    update_due_ns: int = 0
    told_ns: int = 0
    place_seen_ns: dict[str, int] = {}
    launch: int = 0

    @property
    def subject(self) -> int:
        """Return the number of its track, or its launch's with a minus."""
        return -self.launch or self.warning.track

    @property
    def open(self) -> bool:
        """Return whether something can still happen to the warning."""
        return not self.warning.over

    @property
    def answered(self) -> bool:
        """Return whether a named person has acknowledged it."""
        return bool(self.warning.acknowledged_by)

    @property
    def arrival_ns(self) -> int:
        """Return when the threat may be at the first of its places."""
        left_s = min((place.time_to_go_s for place in self.warning.places), default=0.0)
        return self.warning.assessed_ns + round(left_s * SECOND_NS)

    @property
    def due_ns(self) -> int | None:
        """Return when something is to be done about it, None for never."""
        if not self.open:
            return None
        times = (self.silence_due_ns, self.quiet_due_ns, self.update_due_ns)
        return min((t for t in times if t), default=None)

    def may(self, trigger: Trigger) -> bool:
        """Return whether `trigger` means anything now."""
        return may(self.warning.state, trigger)

    def apply(self, trigger: Trigger, **changes: Any) -> None:
        """Go on to the next state with `changes` to the warning; its version rises."""
        state = next_state(self.warning.state, trigger)
        self.change(state=state, **changes)

    def change(self, **changes: Any) -> None:
        """Change the warning; its version rises."""
        version = self.warning.version + 1
        self.warning = msgspec.structs.replace(self.warning, version=version, **changes)

    def stamp(self, **stages_ns: int) -> bool:
        """Fill stages of the ledger that are still empty; return whether that changed it."""
        old = self.warning.ledger
        new = {k: v for k, v in stages_ns.items() if v and not getattr(old, k)}
        if new:
            self.change(ledger=msgspec.structs.replace(old, **new))
        return bool(new)

    def acknowledge(self, person: str, now_ns: int) -> None:
        """Take the answer of a named person; nothing escalates any more."""
        ledger = msgspec.structs.replace(self.warning.ledger, acknowledged_ns=now_ns)
        self.apply(Trigger.ACKNOWLEDGE, acknowledged_by=person, ledger=ledger)
        self.silence_due_ns = 0

    def listen(self, found: Assessment, now_ns: int, settings: WarningSettings) -> None:
        """Take a new assessment of the threat; what is news waits in `latest`. That it has become
        too uncertain to say is no reason to think that the threat is over."""
        if found.doubtful:
            return
        if not found.places:
            self.latest, self.update_due_ns = None, 0
            if not self.quiet:
                self.quiet = True
                soon = now_ns + round(settings.clear_after_s * SECOND_NS)
                self.quiet_due_ns = min(self.quiet_due_ns or soon, soon)
            return
        self.quiet = False
        for place in found.places:
            self.place_seen_ns[place.name] = now_ns
        merged = self._with_lasting_places(found, now_ns, settings)
        after = round(settings.clear_after_s * SECOND_NS)
        self.quiet_due_ns = max(merged.over_ns(), now_ns) + after
        proposed = self.warning.state is WarningState.CLEAR_PROPOSED
        if proposed or self.latest is not None or self._is_news(merged, settings):
            self.latest = merged
            earliest = self.told_ns + round(settings.update_every_s * SECOND_NS)
            self.update_due_ns = max(earliest, now_ns)

    def news(self) -> dict[str, Any]:
        """Return the changes that the waiting assessment makes, and take it as told."""
        found, self.latest, self.update_due_ns = self.latest, None, 0
        assert found is not None
        return content(found)

    def renumber(self, successor: int) -> None:
        """Go on under the new number of the track."""
        old, reason = self.warning, self.warning.reason
        if old.state is not WarningState.CLEAR_PROPOSED:
            reason = sentence(msgspec.structs.replace(old, track=successor))
        if self.latest is not None:
            self.latest = msgspec.structs.replace(self.latest, track=successor)
        before = f"track {old.track}" if old.track else "known by its launch only"
        self.apply(Trigger.UPDATE, track=successor, reason=f"{reason} It was {before} before.")
        if self.launch:
            # A fan names all that could be reached; the track says what is.
            self.launch, self.place_seen_ns = 0, {}

    def end(self, what: str, now_ns: int, settings: WarningSettings) -> None:
        """Take note that the track is gone: the last prediction stands until its time is over."""
        self.ended = what
        soon = now_ns + round(settings.clear_after_s * SECOND_NS)
        if not self.quiet and self.warning.state is not WarningState.CLEAR_PROPOSED:
            self.quiet_due_ns = max(self.quiet_due_ns, soon)

    def why_quiet(self) -> str:
        """Return why the all-clear is proposed."""
        first = self.warning.places[0].name if self.warning.places else "any place"
        if self.launch and self.quiet:
            return f"The launch no longer threatens {first}. All-clear proposed."
        if self.quiet:
            return f"Track {self.warning.track} no longer threatens {first}. All-clear proposed."
        if self.ended:
            return f"{self.ended} The last predicted arrival is over. All-clear proposed."
        return f"The predicted arrival at {first} is over. All-clear proposed."

    def silent(self, now_ns: int, within_s: float, steps_max: int) -> bool:
        """Take one more step of escalation; return False when all posts know already."""
        self.silence_due_ns = now_ns + round(within_s * SECOND_NS)
        if self.step >= steps_max:
            return False
        self.step += 1
        self.apply(Trigger.SILENCE, acknowledge_by_ns=self.silence_due_ns)
        return True

    def _with_lasting_places(
        self, found: Assessment, now_ns: int, settings: WarningSettings
    ) -> Assessment:
        """Return the assessment with places that were threatened until just now: a place at the
        edge does not come and go with every update."""
        named = {place.name for place in found.places}
        since = now_ns - round(settings.clear_after_s * SECOND_NS)
        lasting: list[ThreatenedPlace] = []
        for place in self.warning.places:
            if place.name in named:
                continue
            if self.place_seen_ns.get(place.name, 0) <= since:
                self.place_seen_ns.pop(place.name, None)
                continue
            later_s = (found.assessed_ns - self.warning.assessed_ns) / SECOND_NS
            left_s = max(place.time_to_go_s - later_s, 0.0)
            lasting.append(msgspec.structs.replace(place, time_to_go_s=round(left_s, 3)))
        places = sorted((*found.places, *lasting), key=lambda p: (p.time_to_go_s, p.name))
        return msgspec.structs.replace(found, places=tuple(places))

    def _is_news(self, found: Assessment, settings: WarningSettings) -> bool:
        told = self.warning
        if found.threat_class is not told.threat_class:
            return True
        if {p.name for p in found.places} != {p.name for p in told.places}:
            return True
        old, new = (min(a.places, key=lambda p: p.time_to_go_s) for a in (told, found))
        if new.time_spread_s < old.time_spread_s / 2 - 1:
            return True
        shift_s = (found.assessed_ns - told.assessed_ns) / SECOND_NS
        shift_s += new.time_to_go_s - old.time_to_go_s
        enough_s = (settings.update_shift_s, 0.05 * new.time_to_go_s, new.time_spread_s / 2)
        return abs(shift_s) > max(enough_s)


def content(found: Assessment) -> dict[str, Any]:
    """Return the fields of a warning that an assessment decides, its reason in one sentence."""
    near_m = found.closest_m.get(found.places[0].nation) if found.places else None
    past = f" Straight on it passes at {near_m / 1000:.0f} km." if near_m and near_m > 999 else ""
    return {
        "track": max(found.track, 0),
        "threat_class": found.threat_class,
        "class_probability": round(found.class_probability, 3),
        "places": found.places,
        "assessed_ns": found.assessed_ns,
        "impact": found.impact,
        "places_more": found.places_more,
        "closest_m": near_m,
        "reachable": found.reachable,
        "reason": sentence(found) + past,
    } | ({"launch": found.launch} if found.launch else {})


def sentence(found: Assessment | AirWarning) -> str:
    """Return why: class, first place, time."""
    kind = found.threat_class.name.lower()
    if found.launch and found.track <= 0 and found.places:
        return _of_launch(found, found.launch, found.places)
    about = f"track {found.track}" if found.track else "threat without a track"
    head = f"{kind.capitalize()} {about} ({found.class_probability:.0%} sure)"
    if not found.places:
        return f"{head}."
    first = found.places[0]
    more = len(found.places) - 1 + found.places_more
    others = f" and {more} more place{'s' if more > 1 else ''}" if more else ""
    reaches = "is heading for" if found.track else "could reach"
    where = "may come down at" if found.impact else reaches
    return (
        f"{head} {where} {first.name}{others}, first in "
        f"{in_words(first.time_to_go_s, first.time_spread_s)}."
    )


def in_words(value_s: float, spread_s: float) -> str:
    """Return a time and its spread, no finer than is known."""
    steps = ((1, 10), (5, 30), (10, 120), (60, 1e9))
    least_s = next(step_s for step_s, below_s in steps if spread_s < below_s)
    value_s, spread_s = (least_s * round(x / least_s) for x in (value_s, spread_s))
    if least_s == 60:
        return f"{value_s / 60:.0f} min ± {spread_s / 60:.0f} min"
    return f"{value_s:.0f} s ± {spread_s:.0f} s"


def _of_launch(
    found: Assessment | AirWarning, launch: LaunchSeen, places: Sequence[ThreatenedPlace]
) -> str:
    ago_s = (found.assessed_ns - launch.time_ns) / SECOND_NS
    more = len(places) - 1 + found.places_more
    others = f" and {more} more place{'s' if more > 1 else ''}" if more else ""
    first = min(places, key=lambda p: p.time_to_go_s - p.time_spread_s)
    soonest_s = 10 * round(max(first.time_to_go_s - first.time_spread_s, 0.0) / 10)
    return (
        f"A launch was seen {ago_s:.0f} s ago ({found.class_probability:.0%} sure). It could reach "
        f"{first.name}{others}, the first in {soonest_s} s at the earliest. No track yet."
    )


def opened(
    found: Assessment,
    warning_id: str,
    who: tuple[str, str],
    now_ns: int,
    within_s: float,
    clear_after_s: float,
) -> Case:
    """Return the case of a new warning; who: (origin, nation warned)."""
    origin, nation = who
    by_ns = now_ns + round(within_s * SECOND_NS)
    received_ns = now_ns if origin == nation else 0
    warning = AirWarning(
        warning_id=warning_id,
        origin=origin,
        nation=nation,
        state=WarningState.RAISED,
        version=1,
        acknowledge_by_ns=by_ns,
        ledger=Ledger(
            detected_ns=found.detected_ns,
            tracked_ns=found.tracked_ns,
            raised_ns=now_ns,
            received_ns=received_ns,
        ),
        **content(found),
    )
    seen = {place.name: now_ns for place in found.places}
    after = round(clear_after_s * SECOND_NS)
    return Case(
        warning=warning,
        silence_due_ns=by_ns,
        quiet_due_ns=max(found.over_ns(), now_ns) + after,
        told_ns=now_ns,
        place_seen_ns=seen,
        launch=max(-found.track, 0),
    )


def resume(case: Case) -> Trigger:
    """Return how a warning whose all-clear was proposed goes on when it threatens again."""
    if case.answered:
        return Trigger.RESUME_ANSWERED
    return Trigger.RESUME_ESCALATED if case.step else Trigger.RESUME
