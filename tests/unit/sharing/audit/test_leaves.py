"""Leaves: what one says is what went in, in any interleaving, and no bytes break the decoder."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.sharing.audit.leaves import (
    FRAMES_A_LEAF,
    LEAF_BYTES_MAX,
    LeafError,
    Numbered,
    ReceivedLeaf,
    Run,
    SentLeaf,
    StartedLeaf,
    decode,
    digest,
    encode,
    leaves,
)

FRAMES = st.lists(
    st.builds(
        Numbered,
        st.sampled_from(["track", "heartbeat", "warning"]),
        st.integers(1, 3),
        st.integers(1, 50),
        st.binary(min_size=32, max_size=32),
    ),
    max_size=60,
)


def told(made):
    return [f for leaf in made for run in leaf.runs for f in run.frames()]


@given(FRAMES)
def test_every_frame_is_told_once_and_each_stream_in_its_order(frames):
    made = list(leaves(SentLeaf, frames, 7))
    found = told(decode(encode(leaf)) for leaf in made)
    assert sorted(found) == sorted(frames)
    for stream in ("track", "heartbeat", "warning"):
        order = [f for f in found if f.stream == stream]
        ascending = [f for f in frames if f.stream == stream]
        if ascending == sorted(ascending, key=lambda f: (f.epoch, f.sequence)):
            assert order == ascending


def test_streams_that_take_turns_make_one_run_each():
    frames = [Numbered(s, 1, n, digest(b"x")) for n in range(1, 9) for s in ("track", "heartbeat")]
    (leaf,) = leaves(ReceivedLeaf, frames, 7)
    assert [(run.stream, run.first, len(run.hashes)) for run in leaf.runs] == [
        ("track", 1, 8 * 32),
        ("heartbeat", 1, 8 * 32),
    ]


def test_a_leaf_is_bounded():
    frames = [Numbered("warning", 1, n, digest(b"x")) for n in range(1, 3 * FRAMES_A_LEAF)]
    made = list(leaves(SentLeaf, frames, 7))
    assert len(made) == 3
    assert max(len(encode(leaf)) for leaf in made) < LEAF_BYTES_MAX
    scattered = [Numbered("warning", 1, 3 * n, digest(b"x")) for n in range(1, FRAMES_A_LEAF)]
    assert len(encode(next(iter(leaves(SentLeaf, scattered, 7))))) < LEAF_BYTES_MAX


@given(st.binary(max_size=200))
def test_no_bytes_break_the_decoder(data):
    with suppress(LeafError):
        decode(data)


def test_a_hash_cut_short_is_refused():
    leaf = SentLeaf(time_ns=1, runs=(Run(stream="track", epoch=1, first=1, hashes=bytes(33)),))
    with pytest.raises(LeafError, match="cut short"):
        decode(encode(leaf))


def test_a_start_is_told():
    leaf = StartedLeaf(time_ns=5, epoch=2, clean=False)
    assert decode(encode(leaf)) == leaf
