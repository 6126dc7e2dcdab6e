"""The sharing room as a whole."""

import pytest

from skypact.core.codec import encode
from skypact.core.errors import InvariantError
from skypact.core.messages import Identity, LinkView, Release, Stream, ThreatClass
from tests.unit.picture.flights import T0, S, moved
from tests.unit.sharing.treaty import (
    X,
    agreement,
    arrived,
    classes,
    clause,
    everything,
    identified,
    of,
    only,
    opened,
    own,
    raised,
    releases,
    sharing,
    shown,
)

BOTH = (everything(), everything("borvia", "auria"))


def link(room, now_ns):
    (state,) = only(room.wake(now_ns), LinkView).links
    return state


def test_no_agreement_no_byte():
    room = sharing()
    room.handle(own([105], X, T0), T0)
    room.handle(raised(T0), T0)
    out = [m for k in range(1, 10) for m in room.wake(T0 + k * S)]
    assert of(out, Release) == []


def test_an_agreement_of_ours_needs_a_known_partner():
    with pytest.raises(InvariantError, match="atlantis"):
        sharing(agreement(partner="atlantis"))


def test_heartbeats_carry_the_newest_sequences():
    room = sharing(everything())
    room.handle(own([105], X, T0), T0)
    room.handle(raised(T0), T0)
    (beat,) = releases(room.wake(T0 + S), Stream.HEARTBEAT)
    body = opened(beat)[1]
    assert (body.track_sequence, body.warning_sequence) == (1, 1)


def test_a_link_lives_while_it_is_heard_and_dies_after_three_missed():
    auria, borvia = sharing(*BOTH), sharing(*BOTH, nation="borvia")
    for k in range(1, 4):
        now = T0 + k * S
        (beat,) = releases(auria.wake(now), Stream.HEARTBEAT)
        borvia.handle(arrived(beat, now), now)
    alive = [link(borvia, T0 + k * S).alive for k in range(4, 9)]
    assert alive == [True, True, True, False, False]


def test_the_link_view_counts_what_is_on_its_way():
    auria, borvia = sharing(*BOTH), sharing(*BOTH, nation="borvia")
    first, second = (m for _ in range(2) for m in auria.handle(raised(T0), T0))
    assert link(auria, T0 + S).outbox == 2
    (receipt,) = releases(borvia.handle(arrived(first, T0), T0), Stream.RECEIPT, "auria")
    auria.handle(arrived(receipt, T0), T0)
    assert link(auria, T0 + 2 * S).outbox == 1
    (beat,) = releases(auria.wake(T0 + 3 * S), Stream.HEARTBEAT)
    borvia.handle(arrived(beat, T0 + 3 * S), T0 + 3 * S)
    assert link(borvia, T0 + 3 * S).warnings_missing == 1
    borvia.handle(arrived(second, T0 + 3 * S), T0 + 3 * S)
    assert link(borvia, T0 + 4 * S).warnings_missing == 0


COARSE = agreement(
    clause(id="late", classes=("cruise",), delay_s=2.0),
    clause(id="coarse", position_grid_m=1000.0, velocity_grid_mps=20.0),
    clause("warning", id="warn"),
    clause("acknowledgement", id="ack"),
)


def scene(rooms, seconds):
    """auria and borvia exchange; every third frame is lost. Return all outputs of both."""
    out = []
    for k in seconds:
        now = T0 + k * S
        for n, room in enumerate(rooms):
            room.handle(own([105, 117 + n], [moved(X, k), moved(X, k + 9)], now), now)
            room.handle(classes(now, n105=ThreatClass.CRUISE if k > 7 else 0), now)
        made = [*rooms[0].handle(raised(now, version=k), now), *rooms[0].wake(now)]
        made += rooms[1].wake(now)
        for message in made:
            out.append(encode(message))
            lost = isinstance(message, Release) and message.sequence % 3 == 0
            if isinstance(message, Release) and not lost:
                to = rooms[message.partner == "borvia"]
                out += [encode(m) for m in to.handle(arrived(message, now), now)]
    return out


def fresh():
    treaties = (COARSE, everything("borvia", "auria"))
    return [sharing(*treaties), sharing(*treaties, nation="borvia")]


def test_a_restored_room_continues_byte_for_byte():
    for cut in (1, 6, 9):
        whole, first = fresh(), fresh()
        scene(whole, range(cut))
        scene(first, range(cut))
        second = fresh()
        for old, new in zip(first, second, strict=True):
            new.restore(old.snapshot())
            assert new.snapshot() == old.snapshot()
        assert scene(second, range(cut, 20)) == scene(whole, range(cut, 20))


def test_after_a_cut_warnings_that_waited_go_before_tracks():
    auria, borvia = sharing(*BOTH), sharing(*BOTH, nation="borvia")
    auria.handle(own([105], X, T0), T0)
    auria.handle(classes(T0, n105=2), T0)
    assert releases(auria.wake(T0 + S), Stream.TRACK)
    cut = T0 + 200 * S
    assert not releases(auria.wake(cut), Stream.TRACK)  # beyond the lease nothing leaves
    (waited,) = auria.handle(raised(cut), cut)
    (beat,) = releases(borvia.wake(cut + S), Stream.HEARTBEAT, "auria")
    auria.handle(arrived(beat, cut + S), cut + S)
    auria.handle(own([105], X, cut + S), cut + S)
    assert not releases(auria.wake(cut + 2 * S), Stream.TRACK)
    (receipt,) = releases(borvia.handle(arrived(waited, cut), cut), Stream.RECEIPT, "auria")
    auria.handle(arrived(receipt, cut + 2 * S), cut + 2 * S)
    assert 105 in shown(auria.wake(cut + 3 * S))


def test_a_clause_about_identities_follows_what_our_people_set():
    room = sharing(agreement(clause(id="1", identities=("hostile",))))
    room.handle(own([105], X, T0), T0)
    assert shown(room.wake(T0 + S)) == {}
    room.handle(identified(T0 + S, 105, Identity.HOSTILE, nation="borvia"), T0 + S)
    assert shown(room.wake(T0 + 2 * S)) == {}
    room.handle(identified(T0 + 2 * S, 105, Identity.HOSTILE), T0 + 2 * S)
    assert list(shown(room.wake(T0 + 3 * S))) == [105]
    room.handle(identified(T0 + 3 * S, 105, Identity.NEUTRAL), T0 + 3 * S)
    ended = [opened(r)[1].ended for r in releases(room.wake(T0 + 4 * S), Stream.TRACK)]
    assert ended == [(105,)]
