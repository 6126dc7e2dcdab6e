"""Labels in the shape of STANAG 4774: how the owner marks what it holds.

Rules in the owner's own configuration mark objects by what they are about; the first that fits
decides, what none fits is UNMARKED. An agreement's clause names the classifications and caveats
with which it lets things go; what is UNMARKED any clause may. What a partner may pass on as the
coalition's is UNMARKED only. docs/reference/agreement.md, "Labels".
"""

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal, NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray

from skypact.core.messages import Identity, ThreatClass
from skypact.sharing.treaty.agreements import (
    CLASSLESS,
    PASSED_ON,
    ClassName,
    Clause,
    Detection,
    IdentityName,
    Marking,
    Name,
    What,
    detected_by,
)
from skypact.sharing.wire import Label

DAY_NS = 86_400 * 1_000_000_000
MarkedWhat = Literal["track", "warning", "acknowledgement", "identity", "coverage"]
I64 = NDArray[np.int64]


class LabelRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule; an empty condition holds for everything.

    detections: seen by any of these; identities: held as one of these; both are known of tracks
    only. releasable_to: nations, one of which the receiver must be, () all; caveats: what its
    clause must hold, all of it; remarks: for people; review_days: after so many days whoever keeps
    it should ask whether it is still so marked.
    """

    what: tuple[MarkedWhat, ...] = ()
    classes: tuple[ClassName, ...] = ()
    identities: tuple[IdentityName, ...] = ()
    detections: tuple[Detection, ...] = ()
    classification: Marking
    caveats: tuple[Marking, ...] = ()
    releasable_to: tuple[Name, ...] = ()
    remarks: tuple[Marking, ...] = ()
    review_days: Annotated[int, msgspec.Meta(ge=1, le=36_500)] = 365

    def __post_init__(self) -> None:
        if (self.identities or self.detections) and self.what != ("track",):
            raise ValueError('identities and detections are known of what = ["track"] only')

    def fits(self, what: What, threat: ThreatClass) -> bool:
        """Say whether the rule is about things of a kind and class; what is of no class is none of
        a rule that names classes."""
        named = what.value in self.what or not self.what
        classed = what not in CLASSLESS and _name(threat) in self.classes
        return named and (not self.classes or classed)


class LabelSettings(
    msgspec.Struct,
    frozen=True,
    kw_only=True,
    forbid_unknown_fields=True,
    rename={"rules": "rule"},
):
    """policy: the one by which classifications and caveats are to be understood."""

    policy: Marking = "SKYPACT"
    rules: Annotated[tuple[LabelRule, ...], msgspec.Meta(max_length=64)] = ()


class Marks(NamedTuple):
    """What a clause lets go: by class, identity and detection of a track; by kind of other things
    and class."""

    tracks: NDArray[np.bool_]
    others: dict[tuple[What, int], bool]


class Labels:
    """The rules as tables. Kind 0 is what is not marked, kind n what rule n marked."""

    def __init__(self, settings: LabelSettings, nation: str) -> None:
        self._settings, self._nation = settings, nation
        self._tracks = self._of_tracks()
        self._others = {
            (what, int(threat)): self._of(what, threat) for what in What for threat in ThreatClass
        }

    @property
    def any(self) -> bool:
        """Return whether anything is marked."""
        return bool(self._settings.rules)

    def _of(self, what: What, threat: ThreatClass) -> int:
        if what in PASSED_ON:
            return 0
        rules = enumerate(self._settings.rules, 1)
        return next((kind for kind, rule in rules if rule.fits(what, threat)), 0)

    def _of_tracks(self) -> NDArray[np.uint8]:
        """Return the kind by class, identity and bits of detection."""
        kinds = np.zeros((len(ThreatClass), len(Identity), 256), np.uint8)
        for kind, rule in reversed([*enumerate(self._settings.rules, 1)]):
            classes = [rule.fits(What.TRACK, threat) for threat in ThreatClass]
            held = [not rule.identities or _name(i) in rule.identities for i in Identity]
            seen = [
                not rule.detections or bool({*rule.detections} & {*detected_by(bits)})
                for bits in range(256)
            ]
            kinds[np.ix_(classes, held, seen)] = kind
        return kinds

    def of_tracks(self, threat_class: Any, identity: Any, detection: Any) -> I64:
        """Return the kind of each track (N,)."""
        return self._tracks[threat_class, identity, detection].astype(np.int64)

    def marks(self, clause: Clause, partner: str) -> Marks | None:
        """Return what a clause lets go to a partner, None where that is everything."""
        free = np.array([True, *(_cleared(r, clause, partner) for r in self._settings.rules)])
        if free.all():
            return None
        others = {key: bool(free[kind]) for key, kind in self._others.items()}
        return Marks(free[self._tracks], others)

    def label(self, kind: int, now_ns: int) -> Label | None:
        """Return the label of a kind for something that leaves now, None for what is unmarked."""
        if not kind:
            return None
        rule = self._settings.rules[kind - 1]
        return Label(
            policy=self._settings.policy,
            classification=rule.classification,
            caveats=rule.caveats,
            releasable_to=rule.releasable_to,
            remarks=rule.remarks,
            originator=self._nation,
            created_ns=now_ns,
            review_ns=now_ns + rule.review_days * DAY_NS,
        )

    def of(self, what: What, threat: ThreatClass, now_ns: int) -> Label | None:
        """Return the label of anything but a track."""
        return self.label(self._others[what, int(threat)], now_ns)


def _cleared(rule: LabelRule, clause: Clause, partner: str) -> bool:
    named = not rule.releasable_to or partner in rule.releasable_to
    cleared = rule.classification in clause.classifications
    return named and cleared and {*rule.caveats} <= {*clause.caveats}


def _name(one: ThreatClass | Identity) -> str:
    return one.name.lower()


def label_faults(settings: LabelSettings, partners: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield key and sentence of what in the rules can never be so."""
    for i, rule in enumerate(settings.rules):
        for name in rule.releasable_to:
            if name not in partners:
                known = ", ".join(partners) or "none"
                key = f"sharing.labels.rule[{i}].releasable_to"
                yield key, f"unknown partner {name}; known: {known}"


def in_words(label: Label) -> str:
    """Return a label for a person, "" of none."""
    said = f"{label.classification} ({label.policy}, {label.originator})"
    caveats = f", {', '.join(label.caveats)}" if label.caveats else ""
    to = f", releasable to {', '.join(label.releasable_to)}" if label.releasable_to else ""
    return f"{said}{caveats}{to}"
