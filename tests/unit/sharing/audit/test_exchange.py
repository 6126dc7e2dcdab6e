"""What two nodes tell each other: small when there is little, bounded when there is much."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from skypact.core.messages.audit import AUDIT_BYTES_MAX
from skypact.sharing.audit.exchange import (
    BODY_BYTES_MAX,
    LEAVES_BYTES_MAX,
    NOTE_CHARACTERS_MAX,
    AuditBody,
    decode,
    encode,
)
from skypact.sharing.audit.leaves import LEAF_BYTES_MAX, LeafError


def test_what_is_not_there_takes_no_bytes():
    assert len(encode(AuditBody(known=7))) < 10
    assert decode(encode(AuditBody(known=7))) == AuditBody(known=7)


def test_the_largest_body_fits_a_heartbeat():
    body = AuditBody(
        note="n" * 500,
        cosigned="c" * 700,
        refused="r" * 500,
        proof=(bytes(32),) * 128,
        roots=(bytes(32),) * 62,
        leaves=(bytes(LEAF_BYTES_MAX),),
    )
    assert max(LEAVES_BYTES_MAX, LEAF_BYTES_MAX) == LEAF_BYTES_MAX
    assert len(encode(body)) < BODY_BYTES_MAX == AUDIT_BYTES_MAX


def test_a_longer_note_is_refused():
    with pytest.raises(LeafError):
        decode(encode(AuditBody(note="x" * (NOTE_CHARACTERS_MAX + 1))))


@given(st.binary(max_size=300))
def test_no_bytes_break_the_decoder(data):
    with suppress(LeafError):
        decode(data)
