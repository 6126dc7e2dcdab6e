"""Claims of identity and their marks."""

import msgspec
import pytest

from skypact.core.codec import decode, encode
from skypact.core.messages import DECIDED, STATED, Evidence, EvidenceSource, Identity
from tests.unit.picture.flights import T0
from tests.unit.picture.identity.claimed import claim, sets, told


def test_what_only_an_authority_sets_says_something_and_software_sets_nothing_of_it() -> None:
    assert set(DECIDED) < set(STATED)
    assert set(Identity) - set(STATED) == {Identity.PENDING, Identity.UNKNOWN}


def test_every_holder_works_out_the_same_mark() -> None:
    mine, theirs = claim(claim_id="auria-1", version=3, track=9), claim()
    assert mine.mark == theirs.mark
    assert len(mine.mark) == 16


@pytest.mark.parametrize("message", [sets(Identity.FRIEND), told(Identity.HOSTILE)])
def test_messages_of_identity_survive_the_journal(message) -> None:
    assert decode(encode(message), "journal") == message


def test_evidence_is_short_and_dated() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({"source": "visual", "what": "", "observed_ns": T0}, Evidence)
    long = {"source": EvidenceSource.VISUAL, "what": "x" * 201, "observed_ns": T0}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(long, Evidence)
