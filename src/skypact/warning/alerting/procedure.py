"""Procedures, recipients and rosters as people write them. docs/reference/procedure.md."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec

from skypact.core.messages import Channel, Context, Stage, ThreatClass

Name = Annotated[str, msgspec.Meta(pattern=r"^[a-z][a-z0-9-]{0,39}$")]
OneName = Annotated[str, msgspec.Meta(pattern=r"^([a-z][a-z0-9-]{0,39})?$")]
Person = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
ThreatName = Literal["ballistic", "cruise", "drone", "rocket"]
StageName = Literal["prepare", "take_cover"]
ReleaseName = Literal["automatic", "one", "two"]
ChannelName = Literal["console", "digital", "cap", "mail", "webhook", "messenger", "phone"]
Delay = Annotated[float, msgspec.Meta(ge=0, le=86_400)]
Wait = Annotated[float, msgspec.Meta(ge=1, le=3_600)]
Clock = Annotated[str, msgspec.Meta(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$")]
Day = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Phone = Annotated[
    str, msgspec.Meta(pattern=r"^(\+[1-9][0-9]{5,14}|sips?:[^\s@]+@[^\s@]+)$", max_length=200)
]
Mail = Annotated[str, msgspec.Meta(pattern=r"^[^\s@]+@[^\s@]+\.[^\s@]+$", max_length=200)]
Url = Annotated[str, msgspec.Meta(pattern=r"^https?://[^\s]+$", max_length=200)]
DAYS: tuple[Day, ...] = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
PERSONS: dict[ReleaseName, int] = {"automatic": 0, "one": 1, "two": 2}
ADDRESSED = ("cap", "mail", "webhook", "messenger", "phone")
"""Channels that need an address of the recipient."""


def ns_of(at: datetime) -> int:
    """Return an instant of a text as ns UTC."""
    return int(at.timestamp()) * 1_000_000_000 + at.microsecond * 1_000


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing that a procedure does.

    stage: with which it begins; after_s: how much later; tell: recipients, or rosters, whose person
    on watch is told; channels: in the order in which they are tried, () those that the recipient
    has; release: automatic, or by one or two persons, "" automatic for duty posts and one person
    for others; answer: whether a person must confirm; answer_within_s: else the next
    attempt, counted anew once it was delivered;
    attempts: on each channel; every_s: from a failed attempt to the next; then: who is next, one
    after the other, when nobody answers; unless_answered: left out when somebody has confirmed
    already; update_every_s: at most so often the same recipients are told of new places.
    """

    id: Name
    stage: StageName
    tell: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1, max_length=200)]
    after_s: Delay = 0.0
    channels: tuple[ChannelName, ...] = ()
    release: ReleaseName | Literal[""] = ""
    answer: bool = True
    answer_within_s: Wait = 30.0
    attempts: Annotated[int, msgspec.Meta(ge=1, le=20)] = 2
    every_s: Wait = 5.0
    then: Annotated[tuple[Name, ...], msgspec.Meta(max_length=20)] = ()
    unless_answered: bool = False
    update_every_s: Wait = 30.0

    @property
    def began_by(self) -> Stage:
        """Return the stage with which it begins."""
        return Stage(self.stage)


class Procedure(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"steps": "step"},
):
    """What is done about a threat. Each of `parties` signs it.

    nation: whose places it is about; classes, places: of which threats to which places, () all;
    contexts: at nodes of these only, () any; lead_s: take cover begins so much before people must
    move, that is arrival less its spread less their shelter time; may_cancel: posts whose people
    may take an alert back, () any; cancel, all_clear: by how many persons.
    """

    version: Annotated[int, msgspec.Meta(ge=1, le=1_000_000)]
    name: Name
    nation: Name
    parties: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1, max_length=32)]
    valid_from: Annotated[datetime, msgspec.Meta(tz=True)]
    valid_until: Annotated[datetime, msgspec.Meta(tz=True)]
    classes: Annotated[tuple[ThreatName, ...], msgspec.Meta(min_length=1)]
    places: tuple[Person, ...] = ()
    contexts: tuple[Context, ...] = ()
    lead_s: Delay = 30.0
    may_cancel: tuple[Name, ...] = ()
    cancel: Literal["one", "two"] = "one"
    all_clear: Literal["one", "two"] = "one"
    steps: Annotated[tuple[Step, ...], msgspec.Meta(min_length=1, max_length=64)]

    def covers(self, threat: ThreatClass) -> bool:
        """Say whether it is about threats of a class."""
        return threat.name.lower() in self.classes

    def step(self, name: str) -> Step | None:
        """Return a step by its id."""
        return next((step for step in self.steps if step.id == name), None)


class Recipient(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who can be told. post: the duty post it belongs to, "" none: whose answer counts for the
    whole post and for the warning; person: who that is, in words; nation: a partner, that is told
    by its own node, "" ours; places: about which alone, () all; addresses: see the channels;
    test_at: when its first channel is tested each day, UTC, "" never."""

    name: Name
    language: Annotated[str, msgspec.Meta(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")] = "en"
    post: OneName = ""
    person: Annotated[str, msgspec.Meta(max_length=80)] = ""
    nation: OneName = ""
    places: tuple[Person, ...] = ()
    phone: Phone | Literal[""] = ""
    mail: Mail | Literal[""] = ""
    webhook: Url | Literal[""] = ""
    messenger: Annotated[str, msgspec.Meta(max_length=200)] = ""
    cap: Annotated[str, msgspec.Meta(max_length=200)] = ""
    test_at: Clock | Literal[""] = ""

    def address(self, channel: Channel) -> str:
        """Return where a channel finds it, "" nowhere."""
        if channel is Channel.DIGITAL:
            return self.nation
        if channel is Channel.CONSOLE:
            return self.post
        return str(getattr(self, channel.value))

    @property
    def public(self) -> bool:
        """Return whether people outside the service are told."""
        return not self.post and not self.nation

    def channels(self) -> tuple[Channel, ...]:
        """Return those by which it can be told, the fastest first; the console, where a post sees
        everything anyway, for who has no other."""
        order = ("digital", "phone", "webhook", "messenger", "mail", "cap")
        found = tuple(Channel(name) for name in order if self.address(Channel(name)))
        return found or (Channel.CONSOLE,) * bool(self.post)


class Shift(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody on watch from a time of the day until another, UTC, which may be the next day's."""

    who: Name
    begin: Clock
    end: Clock
    days: tuple[Day, ...] = ()


class Roster(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"shifts": "shift"},
):
    """A watch: who of it is told when. substitute: when nobody is on watch."""

    name: Name
    shifts: Annotated[tuple[Shift, ...], msgspec.Meta(max_length=200)] = ()
    substitute: OneName = ""


class AlertingSettings(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"recipients": "recipient", "rosters": "roster"},
):
    """recipients, rosters: who can be told; sender: how we are called in a text, "" the nation's
    name; kept_max: alerts kept when they are over."""

    sender: Annotated[str, msgspec.Meta(max_length=60)] = ""
    recipients: Annotated[tuple[Recipient, ...], msgspec.Meta(max_length=10_000)] = ()
    rosters: Annotated[tuple[Roster, ...], msgspec.Meta(max_length=1_000)] = ()
    kept_max: Annotated[int, msgspec.Meta(ge=1, le=10_000)] = 100
