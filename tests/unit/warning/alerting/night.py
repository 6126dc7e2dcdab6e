"""A nation with people, places and procedures, and a clock to turn."""

import tomllib
from collections.abc import Sequence
from typing import Any

import msgspec

from skypact.core.ids import Issuer
from skypact.core.messages import (
    AirWarning,
    Alert,
    AlertChanged,
    Context,
    DeliveryState,
    Ledger,
    Message,
    NodeStarted,
    Notice,
    NoticeFailure,
    NoticeReported,
    ThreatClass,
    ThreatenedPlace,
    WarningAcknowledged,
    WarningCleared,
    WarningRaised,
    WarningState,
    WarningUpdated,
)
from skypact.warning.alerting.alerting import Alerting
from skypact.warning.alerting.procedure import AlertingSettings, Procedure
from skypact.warning.settings import Place

S = 1_000_000_000
T0 = 1_800_000_000 * S
ISSUER = Issuer("auria", "test", Context.EXERCISE)
PEOPLE = """
[[recipient]]
name = "officer"
post = "duty"
person = "A. Tahan"
phone = "sip:officer@127.0.0.1"

[[recipient]]
name = "deputy"
post = "duty"
phone = "sip:deputy@127.0.0.1"
mail = "deputy@auria.example"

[[recipient]]
name = "chief"
post = "supervisor"
phone = "sip:chief@127.0.0.1"

[[recipient]]
name = "town"
language = "ar"
cap = "public"

[[roster]]
name = "watch"
shift = [
  { who = "officer", begin = "00:00", end = "12:00" },
  { who = "deputy", begin = "12:00", end = "00:00" },
]
"""
PROCEDURE = """
version = 1
name = "raid"
nation = "auria"
parties = ["auria"]
valid_from = 2026-01-01T00:00:00Z
valid_until = 2036-01-01T00:00:00Z
classes = ["ballistic", "drone"]
lead_s = 60.0

[[step]]
id = "duty"
stage = "prepare"
tell = ["officer"]
answer_within_s = 20.0
attempts = 2
every_s = 5.0
then = ["chief"]

[[step]]
id = "public"
stage = "take_cover"
tell = ["town"]
release = "automatic"
answer = false
"""
PLACES = (
    Place(
        name="Harbour", nation="auria", kind="zone", lat_deg=-31.0, lon_deg=-18.0,
        radius_m=5_000.0, shelter_s=90.0,
    ),
    Place(
        name="Airfield", nation="auria", kind="site", lat_deg=-32.0, lon_deg=-18.0,
        radius_m=3_000.0, shelter_s=30.0,
    ),
    Place(
        name="Bridge", nation="borvia", kind="site", lat_deg=-33.0, lon_deg=-17.0, radius_m=500.0
    ),
)  # fmt: skip


def people(text: str = PEOPLE) -> AlertingSettings:
    return msgspec.convert(tomllib.loads(text), AlertingSettings)


def procedure(text: str = PROCEDURE, **changes: Any) -> Procedure:
    made = msgspec.convert(tomllib.loads(text), Procedure)
    return msgspec.structs.replace(made, **changes)


def with_step(name: str, **changes: Any) -> Procedure:
    """Return the procedure with one step changed."""
    steps = tuple(
        msgspec.structs.replace(s, **changes) if s.id == name else s for s in procedure().steps
    )
    return procedure(steps=steps)


def warning(number: int = 1, to_go_s: float = 600.0, now_ns: int = T0, **given: Any) -> AirWarning:
    places = given.pop("places", {"Harbour": to_go_s})
    base: dict[str, Any] = {
        "warning_id": f"auria-w{number}",
        "origin": "auria",
        "nation": "auria",
        "track": 1_000 + number,
        "threat_class": ThreatClass.BALLISTIC,
        "class_probability": 0.9,
        "state": WarningState.RAISED,
        "version": 1,
        "places": tuple(
            ThreatenedPlace(name=n, nation="auria", time_to_go_s=s, time_spread_s=10.0)
            for n, s in places.items()
        ),
        "assessed_ns": now_ns,
        "ledger": Ledger(detected_ns=now_ns - 2 * S, tracked_ns=now_ns - S, raised_ns=now_ns),
    }
    return AirWarning(**{**base, **given})


class Night:
    """A room with a clock. out: everything it has said so far."""

    def __init__(
        self, *procedures: Procedure, text: str = PEOPLE, context: Context = Context.EXERCISE
    ) -> None:
        self._made = (text, procedures or (procedure(),), context)
        self.room = self.fresh()
        self.now_ns, self.out = T0, list[Message]()
        self.say(NodeStarted, epoch=1, version="test")

    def fresh(self) -> Alerting:
        text, procedures, context = self._made
        issuer = Issuer("auria", "alerting", context)
        return Alerting(issuer, people(text), procedures, PLACES)

    def restart(self) -> list[Message]:
        """Let the node end and start again from its snapshot."""
        state = self.room.snapshot()
        self.room = self.fresh()
        self.room.restore(state)
        assert self.room.snapshot() == state
        return self.say(NodeStarted, epoch=2, version="test")

    def take(self, message: Message) -> list[Message]:
        said = [*self.room.handle(message, self.now_ns)]
        self.out += said
        return said

    def say(self, kind: type, **given: Any) -> list[Message]:
        return self.take(kind(**ISSUER.header(self.now_ns, self.now_ns), **given))

    def raised(self, number: int = 1, to_go_s: float = 600.0, **given: Any) -> list[Message]:
        return self.say(WarningRaised, warning=warning(number, to_go_s, self.now_ns, **given))

    def updated(self, number: int = 1, to_go_s: float = 600.0, **given: Any) -> list[Message]:
        return self.say(WarningUpdated, warning=warning(number, to_go_s, self.now_ns, **given))

    def cleared(self, number: int = 1, person: str = "I. Maren", **given: Any) -> list[Message]:
        state = WarningState.CLEARED
        one = warning(number, 0.0, self.now_ns, state=state, cleared_by=person, **given)
        return self.say(WarningCleared, warning=one)

    def acknowledged(self, number: int = 1, person: str = "I. Maren") -> list[Message]:
        one = warning(
            number, 500.0, self.now_ns, state=WarningState.ACKNOWLEDGED, acknowledged_by=person
        )
        return self.say(WarningAcknowledged, warning=one)

    def after(self, seconds: float) -> list[Message]:
        """Turn the clock on; return what the room says on its own."""
        end_ns, said = self.now_ns + round(seconds * S), list[Message]()
        for _ in range(10_000):
            due_ns = self.room.next_wake_ns()
            if due_ns is None or due_ns > end_ns:
                self.now_ns = end_ns
                return said
            self.now_ns = max(self.now_ns, due_ns)
            one = [*self.room.wake(self.now_ns)]
            self.out += one
            said += one
        raise AssertionError("the room wakes for ever")

    def report(
        self, notice: Notice, state: DeliveryState | str, why: str = "", **given: Any
    ) -> list[Message]:
        return self.say(
            NoticeReported,
            notice_id=notice.notice_id,
            attempt=given.pop("attempt", notice.attempt),
            state=DeliveryState(state),
            evidence=why,
            failure=NoticeFailure(given.pop("failure")) if "failure" in given else None,
            **given,
        )

    @property
    def alert(self) -> Alert:
        """Return the newest alert as it stands."""
        return [m.alert for m in self.out if isinstance(m, AlertChanged)][-1]


def notices(messages: Sequence[Message]) -> list[Notice]:
    return [m for m in messages if isinstance(m, Notice)]


def to(messages: Sequence[Message]) -> list[tuple[str, str, str, int]]:
    """Return recipient, stage, channel and attempt of each notice."""
    return [(n.recipient, n.stage.value, n.channel.value, n.attempt) for n in notices(messages)]
