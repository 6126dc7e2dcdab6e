"""The picture room: tracks of all nations to one picture, one object, one number."""

from collections.abc import Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.columns import array
from skypact.core.geodesy import geodetic_from_ecef
from skypact.core.ids import Issuer
from skypact.core.messages import (
    LinkView,
    Message,
    NodeStarted,
    NumbersLeased,
    OwnTracks,
    PartnerIdentity,
    PartnerTracks,
    PictureView,
    ProposeIdentity,
    ResolveConflict,
    RolesPublished,
    SetIdentity,
    SystemTracks,
    SystemTracksDeleted,
    ThreatBatch,
    TrackBatch,
    TracksDeleted,
)
from skypact.core.table import among, last_of_each
from skypact.picture.correlate import Reports
from skypact.picture.identity.authority import contradictions
from skypact.picture.identity.identities import Identities, IdentityState
from skypact.picture.identity.shown import column, shown
from skypact.picture.leases import Leases, LeasesState
from skypact.picture.matching import Matching, MatchingState
from skypact.picture.numbers import PROVISIONAL, Numbers
from skypact.picture.responsibility import Responsibility
from skypact.picture.settings import PictureSettings
from skypact.picture.systems import OWN, Systems, SystemsState, report_key
from skypact.picture.views import (
    fused_columns,
    own_columns,
    picture_columns,
    report_columns,
    software_identity,
)

I64 = NDArray[np.int64]
S = 1_000_000_000


class _State(msgspec.Struct, frozen=True, kw_only=True):
    issued: int
    reporters: list[str]
    next_wake_ns: int
    systems: SystemsState
    matching: MatchingState
    identities: IdentityState = IdentityState()
    dead: list[int] = []
    leases: LeasesState = LeasesState()
    roles: tuple[str, ...] = ()


def _terms(batch: PartnerTracks, numbers: I64) -> I64:
    """Return the term under which the partner reports each of its tracks, 0 where it does not."""
    reporting, terms = (np.array(values, np.int64) for values in (batch.reporting, batch.terms))
    kept = last_of_each(reporting)
    said = np.append(reporting[kept], -1)
    at = np.searchsorted(said[:-1], numbers)
    return np.where(said[at] == numbers, np.append(terms[kept], 0)[at], 0)


class Picture:
    """Fuses our tracker's tracks with what partners release to us.

    OwnTracks carries only what our own tracker says: partner data never returns to a partner
    through it, so nothing is counted twice.
    """

    def __init__(self, issuer: Issuer, settings: PictureSettings) -> None:
        self._issuer, self._settings = issuer, settings
        numbers = Numbers(settings.track_numbers, int(settings.number_hold_s * S))
        self._systems = Systems(numbers)
        self._leases = Leases(issuer, settings, numbers)
        self._matching = Matching(settings, self._systems)
        self._reporters = [issuer.nation]
        self._identities = Identities(
            issuer, settings.identity, self._systems, self._place, self._reporter
        )
        self._responsibility = Responsibility(settings, self._systems)
        self._dead: list[int] = []
        self._roles: tuple[str, ...] = ()
        self._next_wake_ns = 0

    def handle(self, message: Message, now_ns: int) -> Sequence[Message]:
        """Take tracks of ours or of a partner, classes, or the start of the node."""
        own: I64 = np.zeros(0, np.int64)
        match message:
            case TrackBatch():
                own = self._take_own(message, now_ns)
            case TracksDeleted():
                self._end_own(message, now_ns)
            case PartnerTracks():
                self._take_partner(message, now_ns)
            case ThreatBatch():
                self._take_classes(message)
            case SetIdentity() | ProposeIdentity() | ResolveConflict():
                return self._identities.command(message, now_ns)
            case PartnerIdentity():
                return self._identities.hear(message, now_ns)
            case LinkView():
                dead, self._dead = self._dead, self._silent(message)
                if dead != self._dead:
                    self._responsibility.look(now_ns, self._reporters, self._dead)
            case RolesPublished():
                self._roles = contradictions(self._settings.identity.areas, message)
            case NumbersLeased():
                self._leases.take(message, now_ns)
                self._number_provisional(now_ns)
            case NodeStarted():
                self._next_wake_ns = (now_ns // S + 1) * S
            case _:
                pass
        return self._changes(own, now_ns)

    def wake(self, now_ns: int) -> Sequence[Message]:
        """Each second: compare all reports, drop what is too old, show the picture."""
        self._next_wake_ns = (now_ns // S + 1) * S
        self._drop_old(now_ns)
        reports = self._matching.at(now_ns, slice(None))
        self._matching.look(reports, now_ns)
        self._number_provisional(now_ns)
        self._responsibility.look(now_ns, self._reporters, self._dead)
        changes = self._changes(np.zeros(0, np.int64), now_ns)
        told = [*self._identities.look(now_ns), *self._leases.look(now_ns)]
        return [*changes, *told, self._view(reports, now_ns)]

    def next_wake_ns(self) -> int | None:
        """Return the next whole second."""
        return self._next_wake_ns

    def _take_own(self, batch: TrackBatch, now_ns: int) -> I64:
        """Return the keys of the own reports that changed."""
        number = array(batch, "number").astype(np.int64)
        kept = last_of_each(number)
        keys = number[kept]
        table = self._systems.reports
        new = keys[table.rows(keys) < 0]
        table.put(keys, received_ns=now_ns, **report_columns(batch, kept))
        if len(new):
            at = kept[np.searchsorted(keys, new)]
            joins = self._matching.at_once(new, now_ns)
            for key, system in joins.items():
                self._systems.add(key, system)
            alone = np.array([k not in joins for k in new.tolist()])
            numbers = [self._systems.fresh(now_ns) for _ in range(int(alone.sum()))]
            self._systems.create(
                new[alone],
                np.array(numbers, np.int64),
                array(batch, "detected_ns")[at][alone],
                array(batch, "confirmed_ns")[at][alone],
                now_ns,
            )
            self._responsibility.begin(new[alone], now_ns)
        self._systems.touch(table["system"][table.rows(keys)].tolist())
        return keys

    def _end_own(self, message: TracksDeleted, now_ns: int) -> None:
        given = np.array([report_key(OWN, n) for n in message.numbers], np.int64)
        held = np.flatnonzero(self._systems.reports.rows(given) >= 0)
        kept = held[last_of_each(given[held])]
        self._matching.forget(given[kept].tolist())
        self._systems.end(given[kept], [message.reasons[i] for i in kept.tolist()], now_ns)

    def _take_partner(self, batch: PartnerTracks, now_ns: int) -> None:
        if batch.partner not in self._reporters:
            self._reporters.append(batch.partner)
        reporter = self._reporters.index(batch.partner)
        self._end_partner(batch, reporter, now_ns)
        number = array(batch, "number").astype(np.int64)
        kept = last_of_each(number)
        keys = number[kept] | report_key(reporter, 0)
        table = self._systems.reports
        rows = table.rows(keys)
        held = rows >= 0
        # An older state than the one we hold never replaces it (a late frame).
        late = np.zeros(len(keys), np.bool_)
        late[held] = array(batch, "time_ns")[kept[held]] < table["time_ns"][rows[held]]
        keys, kept, held = keys[~late], kept[~late], held[~late]
        columns = report_columns(batch, kept)
        table.put(
            keys, received_ns=now_ns, threat_class=array(batch, "threat_class")[kept], **columns
        )
        table["term"][table.rows(keys)] = _terms(batch, keys & 0xFFFFFFFF)
        self._welcome(keys[~held], now_ns)
        self._systems.touch(table["system"][table.rows(keys)].tolist())

    def _end_partner(self, batch: PartnerTracks, reporter: int, now_ns: int) -> None:
        """Drop reports that the partner ended; carry those over that it renumbered."""
        table = self._systems.reports
        successors = batch.successors or (0,) * len(batch.deleted)
        ended: dict[int, None] = {}
        for old, new in zip(batch.deleted, successors, strict=True):
            key, key_new = report_key(reporter, old), report_key(reporter, new)
            if table.rows([key])[0] < 0 or key in ended:
                continue
            if new and table.rows([key_new])[0] < 0:
                table.rename(key, key_new)
                self._matching.rename(key, key_new)
                self._relabel(key_new, old, new, now_ns)
            else:
                ended[key] = None
        self._matching.forget(list(ended))
        reasons = [f"{batch.partner} no longer reports it"] * len(ended)
        self._systems.end(np.array(list(ended), np.int64), reasons, now_ns)

    def _relabel(self, key: int, old: int, new: int, now_ns: int) -> None:
        """Follow a partner's new number for an object it reports."""
        systems = self._systems
        number = int(systems.reports["system"][systems.reports.rows([key])[0]])
        if systems.exists(new):
            if systems.joinable(number, new) and self._matching.plausible(key, new, now_ns):
                systems.join(number, new, now_ns)
        elif new < number or (number == old and len(systems.rows_of(number)) == 1):
            systems.renumber(number, new, "renumbered by the nation that reports it", now_ns)

    def _welcome(self, keys: I64, now_ns: int) -> None:
        """Give new partner reports a system track: an existing one, or their own number."""
        systems = self._systems
        joins: dict[int, int] = {}
        for key in keys[systems.systems.rows(keys & 0xFFFFFFFF) >= 0].tolist():
            label = key & 0xFFFFFFFF
            if self._matching.plausible(key, label, now_ns):
                systems.add(key, label)
                joins[key] = label
        rest = keys[~among(keys, list(joins))]
        for key, system in self._matching.at_once(rest, now_ns).items():
            systems.add(key, system)
            joins[key] = systems.adopt_lower(system, key & 0xFFFFFFFF, now_ns)
        alone = rest[~among(rest, list(joins))]
        free = systems.systems.rows(alone & 0xFFFFFFFF) < 0
        numbers = np.where(free, alone & 0xFFFFFFFF, 0)
        numbers[~free] = [systems.fresh(now_ns) for _ in alone[~free]]
        at = np.full(len(alone), now_ns)
        systems.create(alone, numbers, at, at, now_ns)

    def _silent(self, view: LinkView) -> list[int]:
        """Return the reporters that are not heard."""
        dead = {link.partner for link in view.links if not link.alive}
        return [i for i, nation in enumerate(self._reporters) if nation in dead]

    def _take_classes(self, batch: ThreatBatch) -> None:
        systems = self._systems.systems
        rows = systems.rows(array(batch, "number"))
        held = rows >= 0
        systems["threat_class"][rows[held]] = array(batch, "threat_class")[held]

    def _drop_old(self, now_ns: int) -> None:
        table = self._systems.reports
        reporter = table.keys >> 32
        silent = now_ns - table["received_ns"] > int(self._settings.partner_hold_s * S)
        keys = table.keys[silent & (reporter != OWN)]
        hold = f"for {self._settings.partner_hold_s:g} s"
        reasons = [f"no update from {self._reporters[r]} {hold}" for r in (keys >> 32).tolist()]
        self._matching.forget(keys.tolist())
        self._systems.end(keys, reasons, now_ns)

    def _number_provisional(self, now_ns: int) -> None:
        """Give real numbers to tracks that had to start without one."""
        systems = self._systems
        for number in systems.systems.keys[systems.systems.keys >= PROVISIONAL].tolist():
            leased = systems.fresh(now_ns) if systems.numbers.left else PROVISIONAL
            if leased >= PROVISIONAL:
                break
            systems.renumber(number, leased, "a system track number is free again", now_ns)

    def _changes(self, own: I64, now_ns: int) -> list[Message]:
        """Return what changed: numbers that went first, then own tracks, then fused ones."""
        systems, table = self._systems, self._systems.reports
        changed = systems.drain()
        ended, own_ended, own_moved, touched, _ = changed
        numbers = np.array(touched, np.int64)
        out: list[Message] = []
        if ended:
            out.append(
                SystemTracksDeleted(
                    **self._issuer.header(now_ns, now_ns),
                    numbers=tuple(e.number for e in ended),
                    successors=tuple(e.successor for e in ended),
                    reasons=tuple(e.reason for e in ended),
                    own=tuple(e.own for e in ended),
                )
            )
        rows = np.union1d(table.rows(own), own_moved)
        rows = rows[table["system"][rows] < PROVISIONAL]
        told = rows[table["term"][rows] > 0]
        if len(rows) or own_ended:
            out.append(
                OwnTracks(
                    **self._issuer.header(int(table["time_ns"][rows].max(initial=0)), now_ns),
                    ended=tuple(e.number for e in own_ended),
                    successors=tuple(e.successor for e in own_ended),
                    reporting=tuple(table["system"][told].tolist()),
                    terms=tuple(table["term"][told].tolist()),
                    count=len(rows),
                    **own_columns(systems, rows),
                )
            )
        if len(numbers):
            fused = fused_columns(systems, self._matching, numbers)
            observed_ns = int(np.frombuffer(fused["time_ns"], np.int64).max())
            header = self._issuer.header(observed_ns, now_ns)
            out.append(SystemTracks(**header, count=len(numbers), **fused))
        return [*out, *self._identities.follow(changed, now_ns)]

    def _place(self, number: int, now_ns: int) -> tuple[float, float]:
        """Return latitude and longitude of a system track."""
        here = self._matching.at(now_ns, self._systems.rows_of(number)[:1])
        lat, lon, _ = geodetic_from_ecef(here.state[0, :3])
        return float(lat), float(lon)

    def _reporter(self, nation: str) -> int:
        return self._reporters.index(nation) if nation in self._reporters else -1

    def _view(self, reports: Reports, now_ns: int) -> PictureView:
        systems, numbers = self._systems, self._systems.numbers
        provisional = int((systems.systems.keys >= PROVISIONAL).sum())
        notices = list(self._roles)
        if provisional:
            notices.append(
                f"All leased system track numbers are in use: {provisional} tracks carry "
                "provisional numbers and are not released."
            )
        if numbers.reused_early:
            notices.append(
                f"{numbers.reused_early} system track numbers were given again within the hour."
            )
        software = software_identity(systems, self._settings.pending_s, now_ns)
        tracks = systems.systems.keys
        holdings, settings = self._identities.holdings, self._settings.identity
        identity = column(holdings, tracks, software)
        columns = picture_columns(systems, reports, identity, now_ns)
        places = (np.frombuffer(columns[name], np.float64) for name in ("lat_rad", "lon_rad"))
        return PictureView(
            **self._issuer.header(now_ns, now_ns),
            identities=shown(holdings, settings, tracks, identity, *places),
            reporters=tuple(self._reporters),
            notices=tuple(notices),
            count=len(tracks),
            **columns,
        )

    def snapshot(self) -> bytes:
        """Return the whole state."""
        state = _State(
            issued=self._issuer.issued,
            reporters=self._reporters,
            next_wake_ns=self._next_wake_ns,
            systems=self._systems.state(),
            matching=self._matching.state(),
            identities=self._identities.state(),
            dead=self._dead,
            leases=self._leases.state(),
            roles=self._roles,
        )
        return msgspec.msgpack.encode(state)

    def restore(self, state: bytes) -> None:
        """Take over the state that `snapshot` returned."""
        held = msgspec.msgpack.decode(state, type=_State)
        self._issuer.issued = held.issued
        self._reporters = held.reporters
        self._next_wake_ns = held.next_wake_ns
        self._systems.restore(held.systems)
        self._matching.restore(held.matching)
        self._identities.restore(held.identities)
        self._dead = held.dead
        self._leases.restore(held.leases)
        self._roles = held.roles
