"""Two nations that exchange, each with its sharing room, its store and its audit log."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from skypact.core.ids import Issuer
from skypact.core.messages import (
    AuditFault,
    Context,
    Message,
    OutboxAcknowledged,
    PartnerAudit,
    Release,
    Stream,
    TellAudit,
    Woken,
)
from skypact.core.notes import Verifier
from skypact.edge.audit.audit import Audit
from skypact.edge.audit.keeper import Auditor, Keeper
from skypact.edge.store import DurableFrame, Store
from skypact.sharing.audit.facts import Fact, facts
from tests.unit.picture.flights import T0, S, moved
from tests.unit.sharing.treaty import (
    ISSUER,
    X,
    arrived,
    everything,
    own,
    raised,
    sharing,
    started,
)

NAMES = ("auria", "borvia")
TREATIES = (everything(), everything("borvia", "auria"))


def key(nation: str) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(nation.encode().ljust(32, b"."))


def key_name(nation: str) -> str:
    return f"{nation}.exercise.skypact/audit"


def verifier(nation: str) -> Verifier:
    return Verifier(key_name(nation), key(nation).public_key())


def auditor(nation: str, **given: object) -> Auditor:
    base = {
        "nation": nation,
        "context": Context.EXERCISE,
        "name": key_name(nation),
        "key": key(nation),
        "verifiers": {n: verifier(n) for n in NAMES if n != nation},
        "secret": nation.encode() * 4,
        "keep_days": 30.0,
        "configuration": bytes(32),
    }
    return Auditor(**{**base, **given})


class Nation:
    """The room, and what the driver does with its outputs, under a clock of the test's own."""

    def __init__(self, name: str, folder: Path, now_ns: int, **given: Any) -> None:
        self.name, self.folder, self.given = name, folder, given
        self.path = folder / f"{name}.sqlite"
        if "auditors" in given:  # of real nodes' folders
            self.path = folder / name / "state/store.sqlite"
        self.room = sharing(*TREATIES, nation=name)
        self.out: list[Release] = []
        self.faults: list[AuditFault] = []
        self.frames: dict[int, bytes] = {}
        self.lie: Callable[[list[Fact]], list[Fact]] = list
        self.position = 0
        self.begin(now_ns)

    def begin(self, now_ns: int) -> None:
        """Start on what is on disk."""
        self.store = Store(self.path)
        issuer = Issuer(self.name, "audit", Context.EXERCISE)
        who = self.given.get("auditors", {}).get(self.name) or auditor(self.name, **self.given)
        self.audit = Audit(Keeper(self.store.database, who, issuer))
        self.take(started(now_ns, self.store.next_epoch()), now_ns)

    def end(self) -> None:
        """End in order."""

        def also() -> None:
            self.audit.write(0, durable=True)
            self.audit.stop()

        self.store.commit([], [], also)
        self.store.close()

    def kill(self) -> None:
        """End without a word; what was only noted is gone."""
        self.store.close()

    def take(self, message: Message, now_ns: int) -> None:
        self.position += 1
        self.follow(message, list(self.room.handle(message, now_ns)), now_ns)

    def wake(self, now_ns: int) -> None:
        self.position += 1
        woken = Woken(**ISSUER.header(now_ns, now_ns))
        self.follow(woken, list(self.room.wake(now_ns)), now_ns)

    def follow(self, message: Message, outputs: Sequence[Message], now_ns: int) -> None:
        self.audit.note(self.lie(facts(message, outputs)), self.position, now_ns)
        self.audit.hear([m for m in outputs if isinstance(m, PartnerAudit)])
        releases = [m for m in outputs if isinstance(m, Release)]
        durable = [r for r in releases if r.stream is Stream.WARNING]
        receipts = [
            (m.partner, m.upto_sequence) for m in outputs if isinstance(m, OutboxAcknowledged)
        ]
        if durable or receipts or self.audit.due(now_ns):
            told: list[Message] = []
            rows = [DurableFrame(r.partner, r.sequence, r.frame) for r in durable]
            self.store.commit(
                rows,
                receipts,
                lambda: told.extend(self.audit.write(now_ns, bool(durable or receipts))),
            )
            self.audit.settled()
            for m in told:
                if isinstance(m, TellAudit):
                    self.take(m, now_ns)
                elif isinstance(m, AuditFault):
                    self.faults.append(m)
        self.out += releases
        self.frames |= {r.sequence: r.frame for r in durable}


class Pair:
    """auria and borvia, and a network that can be told what to lose."""

    def __init__(self, folder: Path, **given: object) -> None:
        self.now, self.warned = T0, 0
        self.folder = folder
        self.nations = {n: Nation(n, folder, self.now, **given) for n in NAMES}

    def __getitem__(self, name: str) -> Nation:
        return self.nations[name]

    def warn(self, name: str = "auria") -> None:
        self.warned += 1
        (other,) = (n for n in NAMES if n != name)
        given = {"origin": name, "nation": other, "warning_id": f"{name}-warning-1"}
        self[name].take(raised(self.now, version=self.warned, **given), self.now)

    def run(self, seconds: int, lost: Sequence[Stream] = ()) -> None:
        """Let time go on; frames of `lost` streams do not arrive."""
        for _ in range(seconds):
            self.now += S
            x = moved(X, (self.now - T0) / S)
            for nation in self.nations.values():
                nation.take(own([105], x, self.now), self.now)
                nation.wake(self.now)
            self.deliver(lost)

    def deliver(self, lost: Sequence[Stream] = ()) -> None:
        while any(n.out for n in self.nations.values()):
            for nation in self.nations.values():
                sent, nation.out = nation.out, []
                for release in sent:
                    if release.stream not in lost and release.partner in self.nations:
                        self[release.partner].take(arrived(release, self.now), self.now)

    @property
    def faults(self) -> list[str]:
        return [f"{n.name}: {f.fault}: {f.text}" for n in self.nations.values() for f in n.faults]


def reopened(pair: Pair, name: str, clean: bool = True) -> Nation:
    """Start a nation again on what it had on disk; its room as a snapshot had it."""
    nation = pair[name]
    state = nation.room.snapshot()
    nation.end() if clean else nation.kill()
    nation.room = sharing(*TREATIES, nation=name)
    nation.room.restore(state)
    nation.begin(pair.now)
    return nation
