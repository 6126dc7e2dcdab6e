"""How the owner marks what it holds, and what a clause lets go of it."""

import msgspec
import pytest

from skypact.core.errors import ConfigError
from skypact.core.messages import Identity, PartnerTracks, PartnerWarning, Stream, ThreatClass
from skypact.core.toml import decode_toml
from skypact.sharing import wire
from skypact.sharing.treaty.agreements import What
from skypact.sharing.treaty.labels import Labels, LabelSettings, in_words, label_faults
from tests.unit.picture.flights import T0, S, moved
from tests.unit.sharing.treaty import (
    X,
    agreement,
    arrived,
    clause,
    everything,
    identified,
    of,
    opened,
    own,
    raised,
    releases,
    sharing,
    shown,
)

TOML = """
policy = "AURIA"

[[rule]]
what = ["track"]
identities = ["friend"]
classification = "SECRET"
caveats = ["EYES ONLY"]
releasable_to = ["borvia"]

[[rule]]
what = ["track"]
detections = ["primary"]
classification = "CONFIDENTIAL"

[[rule]]
classes = ["ballistic"]
classification = "RESTRICTED"
remarks = ["EXERCISE DATA"]
review_days = 2
"""
SETTINGS = decode_toml(TOML, LabelSettings, "labels")
LABELS = Labels(SETTINGS, "auria")
DAY_NS = 86_400 * S
PRIMARY, SECONDARY = 1, 2


@pytest.mark.parametrize(
    ("threat", "identity", "detection", "kind"),
    [
        (ThreatClass.DRONE, Identity.UNKNOWN, SECONDARY, 0),
        (ThreatClass.DRONE, Identity.FRIEND, PRIMARY, 1),
        (ThreatClass.DRONE, Identity.UNKNOWN, PRIMARY | SECONDARY, 2),
        (ThreatClass.BALLISTIC, Identity.HOSTILE, 0, 3),
        (ThreatClass.BALLISTIC, Identity.FRIEND, 0, 1),
    ],
)
def test_the_first_rule_that_fits_a_track_decides(threat, identity, detection, kind):
    assert LABELS.of_tracks([threat], [identity], [detection]).tolist() == [kind]


def test_other_things_are_marked_by_kind_and_class():
    label = LABELS.of(What.WARNING, ThreatClass.BALLISTIC, T0)
    assert label == wire.Label(
        policy="AURIA", classification="RESTRICTED", remarks=("EXERCISE DATA",),
        originator="auria", created_ns=T0, review_ns=T0 + 2 * DAY_NS,
    )  # fmt: skip
    assert LABELS.of(What.WARNING, ThreatClass.DRONE, T0) is None
    # Declared coverage and what is passed on are about no class.
    assert LABELS.of(What.COVERAGE, ThreatClass.BALLISTIC, T0) is None
    unknown = Labels(
        decode_toml('[[rule]]\nclasses = ["unknown"]\nclassification = "A"', LabelSettings, "l"),
        "auria",
    )
    assert unknown.of(What.COVERAGE, ThreatClass.UNKNOWN, T0) is None
    everywhere = Labels(decode_toml('[[rule]]\nclassification = "A"', LabelSettings, "l"), "auria")
    assert everywhere.of(What.COVERAGE, ThreatClass.UNKNOWN, T0).classification == "A"
    for what in (What.UNNAMED, What.COALITION):
        assert everywhere.of(what, ThreatClass.DRONE, T0) is None


def test_identities_are_known_of_tracks_only():
    wrong = '[[rule]]\nidentities = ["friend"]\nclassification = "SECRET"\n'
    with pytest.raises(ConfigError, match="known of what = "):
        decode_toml(wrong, LabelSettings, "labels")


def test_a_label_names_only_nations_that_are_known():
    assert [*label_faults(SETTINGS, ["borvia"])] == []
    ((key, said),) = label_faults(SETTINGS, ["cestia"])
    assert (key, said) == (
        "sharing.labels.rule[0].releasable_to",
        "unknown partner borvia; known: cestia",
    )


def test_a_clause_that_names_nothing_lets_go_everything_where_nothing_is_marked():
    assert Labels(LabelSettings(), "auria").marks(clause(), "borvia") is None
    named = clause(
        classifications=("SECRET", "CONFIDENTIAL", "RESTRICTED"), caveats=("EYES ONLY", "X")
    )
    assert LABELS.marks(named, "borvia") is None
    assert not LABELS.marks(named, "cestia").tracks[3, Identity.FRIEND, 0]
    without = msgspec.structs.replace(named, caveats=("X",))
    assert not LABELS.marks(without, "borvia").tracks[3, Identity.FRIEND, 0]


def room(*clauses, nation="auria"):
    labels = {"labels": SETTINGS} if nation == "auria" else {}
    return sharing(agreement(*clauses), nation=nation, **labels)


def skies(one):
    """Let a room hold 105 as a friend, 106 seen by primary radar, 107 not marked."""
    states = [X, moved(X, 60.0), moved(X, 120.0)]
    one.handle(identified(T0, 105, Identity.FRIEND), T0)
    one.handle(own([105, 106, 107], states, T0, detection=[0, PRIMARY, SECONDARY]), T0)
    return one.wake(T0 + S)


def test_what_is_marked_leaves_only_by_a_clause_that_names_it():
    assert sorted(shown(skies(room(clause())))) == [107]
    fine = clause(classifications=("CONFIDENTIAL",))
    assert sorted(shown(skies(room(fine)))) == [106, 107]
    secret = clause(classifications=("SECRET",), caveats=("EYES ONLY",))
    assert sorted(shown(skies(room(secret)))) == [105, 107]
    both = clause(id="2", classifications=("SECRET", "CONFIDENTIAL"), caveats=("EYES ONLY",))
    assert sorted(shown(skies(room(clause(), both)))) == [105, 106, 107]


def test_what_is_marked_alike_leaves_in_a_frame_of_its_own_with_its_label():
    both = clause(classifications=("SECRET", "CONFIDENTIAL"), caveats=("EYES ONLY",))
    found = {}
    for release in releases(skies(room(both)), Stream.TRACK):
        frame, _ = opened(release)
        label = frame.label.classification if frame.label is not msgspec.UNSET else ""
        found[label] = sorted(shown([release]))
        assert b"label" not in release.frame or label
    assert found == {"": [107], "SECRET": [105], "CONFIDENTIAL": [106]}


def test_explained_why_a_marked_track_stays_at_home():
    one = room(clause())
    skies(one)
    said = " ".join(one.explain(105, "borvia", T0 + S))
    assert "it is marked with what the clause does not name" in said


def test_a_warning_is_held_back_and_said_so():
    one = room(clause("warning"))
    out = one.handle(raised(T0, threat_class=ThreatClass.BALLISTIC), T0)
    assert releases(out, Stream.WARNING) == []
    free = room(clause("warning", classifications=("RESTRICTED",)))
    (release,) = releases(
        free.handle(raised(T0, threat_class=ThreatClass.BALLISTIC), T0), Stream.WARNING
    )
    assert opened(release)[0].label.remarks == ("EXERCISE DATA",)


def test_the_receiver_says_how_it_is_marked():
    named = clause(classifications=("SECRET", "CONFIDENTIAL"), caveats=("EYES ONLY",))
    told = clause("warning", id="2", classifications=("RESTRICTED",))
    sender = room(named, told)
    receiver = sharing(agreement(named, told), nation="borvia")
    out = [*skies(sender), *sender.handle(raised(T0, threat_class=ThreatClass.BALLISTIC), T0 + S)]
    heard = [m for r in releases(out, Stream.TRACK) + releases(out, Stream.WARNING)
             for m in receiver.handle(arrived(r, T0 + S), T0 + S)]  # fmt: skip
    secret = "SECRET (AURIA, auria), EYES ONLY, releasable to borvia"
    restricted = "RESTRICTED (AURIA, auria)"
    labels = {m.label for m in of(heard, PartnerTracks)}
    assert labels == {"", secret, "CONFIDENTIAL (AURIA, auria)"}
    (warned,) = of(heard, PartnerWarning)
    assert warned.label == restricted
    assert warned.warning.reason.endswith(f"marked {restricted}")
    view = receiver.wake(T0 + 2 * S)[-1]
    notes = [n for link in view.links for n in link.notes]
    assert f"auria marks some of what it sends {secret}" in notes
    later = receiver.wake(T0 + 60 * S)[-1]
    assert not [n for link in later.links for n in link.notes]


def test_in_words():
    label = LABELS.label(1, T0)
    assert in_words(label) == "SECRET (AURIA, auria), EYES ONLY, releasable to borvia"


def test_nothing_of_a_third_nation_is_told_on():
    """No clause lets a node tell what another told it, but as the coalition's."""
    middle = sharing(
        everything("cestia", "auria"),
        everything("auria", "cestia"),
        everything("auria", "borvia"),
        everything("borvia", "auria"),
    )
    source = sharing(everything("cestia", "auria"), everything("auria", "cestia"), nation="cestia")
    source.handle(own([4_242], [X], T0, origin="cestia"), T0)
    warned = raised(T0, warning_id="cestia-w1", origin="cestia", nation="auria")
    out = [*source.wake(T0 + S), *source.handle(warned, T0 + S)]
    taken = []
    for release in [r for s in Stream for r in releases(out, s, "auria")]:
        heard = middle.handle(arrived(release, T0 + S), T0 + S)
        assert not [r for s in Stream for r in releases(heard, s, "borvia")]
        taken += heard
    assert of(taken, PartnerTracks)
    assert of(taken, PartnerWarning)
    assert shown(middle.wake(T0 + 2 * S), "borvia") == {}
