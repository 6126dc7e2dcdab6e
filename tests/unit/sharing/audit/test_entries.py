"""The nation's own log: every kind of entry is read back as it was written."""

import msgspec
import pytest

from skypact.sharing.audit.entries import (
    DecidedEntry,
    ExchangedEntry,
    FaultEntry,
    RefusedEntry,
    StartedEntry,
    StoppedEntry,
    decoder,
    encode,
)

ENTRIES = (
    ExchangedEntry(time_ns=1, partner="borvia", number=4, leaf=bytes(32), clauses=("a 1",)),
    RefusedEntry(time_ns=2, partner="borvia", reason="why"),
    DecidedEntry(time_ns=3, what="w", about="x", person="p", message=bytes(32)),
    StartedEntry(time_ns=4, epoch=1, version="1", configuration=bytes(32), clean=True),
    StoppedEntry(time_ns=5),
    FaultEntry(time_ns=6, partner="borvia", fault="altered", size=3, text="t"),
)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: type(entry).__name__)
def test_it_is_read_back(entry):
    assert decoder.decode(encode(entry)) == entry


def test_a_hash_of_another_length_is_refused():
    wrong = msgspec.structs.replace(ENTRIES[0], leaf=bytes(31))
    with pytest.raises(msgspec.ValidationError):
        decoder.decode(encode(wrong))
