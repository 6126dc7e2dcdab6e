"""Identities in the picture room, from its doors."""

from skypact.core.columns import array
from skypact.core.messages import (
    CommandRefused,
    ConflictResolved,
    Identity,
    IdentityCarried,
    IdentityConflict,
    IdentityProposed,
    IdentitySet,
    TrackIdentity,
)
from tests.unit.picture.flights import T0, S, beside, ended, moved, own, partner, state, view
from tests.unit.picture.identity.claimed import (
    FAR,
    OURS,
    THEIRS,
    decides,
    proposes,
    room,
    sets,
    told,
)

X, Y = state(0, 0, 200, 0), state(40_000, 0, 0, 250)
FRIEND, HOSTILE, NEUTRAL = Identity.FRIEND, Identity.HOSTILE, Identity.NEUTRAL


def of(messages, kind):
    return [m for m in messages if isinstance(m, kind)]


def one(messages, kind):
    (found,) = of(messages, kind)
    return found


def flying(*areas, **settings):
    """Auria with track 105, seen by itself and by borvia."""
    made = room(*areas, **settings)
    made.handle(own([1], X, T0), T0)
    made.handle(partner("borvia", [105], X, T0), T0)
    return made


def seen(made, now_ns: int = T0) -> dict[int, TrackIdentity]:
    return {t.number: t for t in view(made.wake(now_ns)).identities}


def shown(made, now_ns: int = T0) -> dict[int, Identity]:
    picture = view(made.wake(now_ns))
    pairs = zip(array(picture, "number").tolist(), array(picture, "identity"), strict=True)
    return {number: Identity(int(identity)) for number, identity in pairs}


def test_software_sets_pending_then_unknown_and_nothing_else() -> None:
    made = flying(pending_s=10)
    assert shown(made, T0 + 9 * S) == {105: Identity.PENDING}
    assert shown(made, T0 + 11 * S) == {105: Identity.UNKNOWN}
    assert seen(made, T0 + 12 * S) == {}


def test_the_authority_sets_and_it_is_told_and_shown_with_its_evidence() -> None:
    made = flying(OURS)
    event = one(made.handle(sets(HOSTILE), T0 + 1), IdentitySet)
    assert (event.claim.identity, event.claim.area, event.claim.track) == (HOSTILE, "centre", 105)
    told_of = seen(made)[105]
    assert shown(made) == {105: HOSTILE}
    assert told_of.claims[0].evidence == event.claim.evidence
    assert told_of.history[0].text == "Ilse Maren of auria set hostile as authority of centre: seen"


def test_others_are_refused_and_may_propose_to_whoever_decides() -> None:
    made = flying(THEIRS)
    refused = one(made.handle(sets(FRIEND), T0), CommandRefused)
    assert "borvia decides in area centre; propose it instead" in refused.reason
    assert shown(made) == {105: Identity.PENDING}
    proposal = one(made.handle(proposes(FRIEND), T0), IdentityProposed)
    assert (proposal.decider, proposal.nation, proposal.number) == ("borvia", "auria", 105)
    assert shown(made) == {105: Identity.PENDING}


def test_a_partner_s_authority_is_believed_where_our_map_gives_it_and_nowhere_else() -> None:
    made = flying(THEIRS)
    made.handle(told(FRIEND, area="centre"), T0)
    assert shown(made) == {105: FRIEND}
    made = flying(OURS)
    made.handle(told(FRIEND, area="centre"), T0)
    assert shown(made) == {105: Identity.PENDING}
    assert [c.identity for c in seen(made)[105].claims] == [FRIEND]


def test_a_partner_s_older_news_and_repeats_change_nothing() -> None:
    made = flying(THEIRS)
    made.handle(told(HOSTILE, area="centre", version=2), T0)
    assert made.handle(told(FRIEND, area="centre", version=1), T0) == []
    assert made.handle(told(FRIEND, area="centre", version=2), T0) == []
    assert shown(made) == {105: HOSTILE}


def test_contradiction_is_raised_at_once_with_both_sides_and_who_decides() -> None:
    made = flying(OURS)
    made.handle(sets(HOSTILE), T0)
    conflict = one(made.handle(told(FRIEND, T0 + 1), T0 + 1), IdentityConflict)
    assert conflict.open
    assert [(c.nation, c.identity) for c in conflict.claims] == [
        ("auria", HOSTILE),
        ("borvia", FRIEND),
    ]
    assert all(c.evidence for c in conflict.claims)
    assert (conflict.decider, conflict.deciders) == ("auria", ("Ilse Maren",))
    assert shown(made) == {105: HOSTILE}
    assert of(made.wake(T0 + 2 * S), IdentityConflict) == []
    assert seen(made)[105].conflict


def test_setting_over_a_partner_s_identity_is_a_conflict_and_no_overwrite() -> None:
    made = flying(OURS, FAR)
    made.handle(told(FRIEND, area="far"), T0)
    assert shown(made) == {105: FRIEND}
    conflict = one(made.handle(sets(HOSTILE), T0 + 1), IdentityConflict)
    assert conflict.number == 105
    assert shown(made) == {105: FRIEND}


def test_the_authority_decides_and_the_conflict_is_over() -> None:
    made = flying(OURS, FAR)
    made.handle(told(FRIEND, area="far"), T0)
    made.handle(sets(HOSTILE), T0 + 1)
    out = made.handle(decides(FRIEND, evidence=()), T0 + 2)
    decided = one(out, ConflictResolved)
    assert len(decided.claim.resolves) == 2
    assert not one(out, IdentityConflict).open
    assert shown(made) == {105: FRIEND}
    now = seen(made)[105]
    assert (len(now.claims), len(now.settled), now.conflict) == (1, 1, False)
    # What is said anew afterwards is a new conflict, and overwrites nothing.
    again = one(made.handle(told(HOSTILE, T0 + 3, version=2), T0 + 3), IdentityConflict)
    assert again.open
    assert shown(made) == {105: FRIEND}


def test_a_partner_s_decision_counts_only_where_it_is_the_authority() -> None:
    for areas, expected in (((THEIRS,), HOSTILE), ((OURS, FAR), NEUTRAL)):
        made = flying(*areas, others_may_set=("neutral",))
        ours = one(made.handle(sets(NEUTRAL, person="Jo Brandt"), T0), IdentitySet).claim
        name = areas[-1].name
        said = told(HOSTILE, T0 + 1, area=name, resolves=(ours.mark,))
        out = made.handle(said, T0 + 1)
        assert shown(made) == {105: expected}
        assert bool(of(out, ConflictResolved)) is (expected is HOSTILE)
        assert bool(of(out, IdentityConflict)) is (expected is NEUTRAL)


def test_a_claim_waits_for_its_track() -> None:
    made = room(THEIRS)
    assert made.handle(told(FRIEND, area="centre", track=90), T0) == []
    made.handle(partner("borvia", [90], X, T0), T0)
    assert shown(made) == {90: FRIEND}


def test_an_identity_goes_along_when_a_partner_s_lower_number_is_adopted() -> None:
    made = room(OURS)
    made.handle(own([1], X, T0), T0)
    made.handle(sets(FRIEND), T0)
    out = made.handle(partner("borvia", [90], X, T0), T0)
    carried = one(out, IdentityCarried)
    assert (carried.number, carried.former, carried.reason) == (90, 105, "correlated")
    moved_claim = one(out, IdentitySet).claim
    assert (moved_claim.track, moved_claim.version) == (90, 2)
    assert shown(made) == {90: FRIEND}
    assert seen(made)[90].history[-1].text == "friend came from 105: correlated"


def test_two_tracks_that_become_one_do_not_hide_that_they_were_different() -> None:
    made = room(OURS, very_close_m=1)
    made.handle(own([1], X, T0), T0)
    made.handle(partner("borvia", [90], beside(X, 350), T0), T0)
    made.handle(sets(FRIEND), T0)
    made.handle(sets(HOSTILE, number=90), T0 + 1)
    conflicts = []
    for k in range(1, 6):
        now = T0 + k * S
        made.handle(own([1], moved(X, k), now), now)
        made.handle(partner("borvia", [90], beside(moved(X, k), 350), now), now)
        conflicts += of(made.wake(now), IdentityConflict)
    assert [{c.identity for c in m.claims} for m in conflicts] == [{FRIEND, HOSTILE}]
    assert shown(made, T0 + 6 * S) == {90: FRIEND}
    made.handle(decides(HOSTILE, number=90), T0 + 7 * S)
    assert shown(made, T0 + 8 * S) == {90: HOSTILE}
    assert len(seen(made, T0 + 8 * S)[90].claims) == 1


def test_one_part_of_a_split_track_keeps_it_and_the_other_says_so() -> None:
    made = flying(OURS)
    made.handle(sets(FRIEND), T0)
    carried = []
    for k in range(1, 12):
        now = T0 + k * S
        made.handle(own([1], moved(X, k), now), now)
        made.handle(partner("borvia", [105], moved(beside(X, 3_000 * k), k), now), now)
        carried += of(made.wake(now), IdentityCarried)
    (said,) = carried
    now = shown(made, T0 + 12 * S)
    assert len(now) == 2
    assert now[said.number] is FRIEND
    assert now[said.pending] in (Identity.PENDING, Identity.UNKNOWN)
    assert said.reason == "decorrelated"


def test_what_a_partner_said_goes_with_the_part_it_reports() -> None:
    made = flying(THEIRS)
    made.handle(told(FRIEND, area="centre"), T0)
    carried = []
    for k in range(1, 12):
        now = T0 + k * S
        made.handle(own([1], moved(X, k), now), now)
        made.handle(partner("borvia", [105], moved(beside(X, 3_000 * k), k), now), now)
        carried += of(made.wake(now), IdentityCarried)
    assert len(shown(made, T0 + 12 * S)) == 2
    (said,) = carried
    picture = view(made.wake(T0 + 12 * S))
    row = array(picture, "number").tolist().index(said.number)
    assert not array(picture, "own")[row]
    assert array(picture, "identity")[row] == FRIEND


def test_a_track_that_ends_takes_ours_with_it_and_partners_are_told() -> None:
    made = room(OURS)
    made.handle(own([1], X, T0), T0)
    made.handle(sets(FRIEND), T0)
    out = made.handle(ended((1,), T0 + S), T0 + S)
    assert one(out, IdentitySet).claim.ended
    made.handle(own([2], Y, T0 + 2 * S), T0 + 2 * S)
    assert set(shown(made, T0 + 2 * S).values()) == {Identity.PENDING}


def test_a_partner_s_claim_outlives_a_broken_link() -> None:
    made = room(THEIRS, partner_hold_s=5)
    made.handle(partner("borvia", [90], X, T0), T0)
    made.handle(told(FRIEND, area="centre", track=90), T0)
    assert shown(made, T0 + 10 * S) == {}
    made.handle(partner("borvia", [90], moved(X, 20), T0 + 20 * S), T0 + 20 * S)
    assert shown(made, T0 + 20 * S) == {90: FRIEND}
    made.handle(told(FRIEND, area="centre", track=90, version=2, ended=True), T0 + 21 * S)
    assert shown(made, T0 + 21 * S) == {90: FRIEND}
    made.handle(partner("borvia", [], [], T0 + 22 * S, (90,), (0,)), T0 + 22 * S)
    made.handle(partner("borvia", [90], moved(X, 23), T0 + 23 * S), T0 + 23 * S)
    assert shown(made, T0 + 23 * S) == {90: Identity.PENDING}


def test_a_snapshot_carries_identities() -> None:
    made, copy = flying(OURS), room(OURS)
    made.handle(sets(HOSTILE), T0)
    made.handle(told(FRIEND, T0 + 1), T0 + 1)
    copy.restore(made.snapshot())
    assert seen(copy) == seen(made)
    assert copy.handle(decides(HOSTILE), T0 + 2) == made.handle(decides(HOSTILE), T0 + 2)
