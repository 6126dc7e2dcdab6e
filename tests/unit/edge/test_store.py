"""The outbox holds a frame until the partner has it on disk."""

from pathlib import Path

import pytest

from skypact.core.errors import InvariantError
from skypact.edge.store import DurableFrame, OutboxReader, Store


def frame(sequence: int, data: bytes = b"x", partner: str = "borvia") -> DurableFrame:
    return DurableFrame(partner, sequence, data)


def test_frames_wait_in_order_until_receipted(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    store.commit([frame(2, b"two"), frame(1, b"one"), frame(1, b"c", "cestia")])
    reader = OutboxReader(store.path)
    assert reader.pending("borvia", 0, 10) == [(1, b"one"), (2, b"two")]
    assert reader.pending("borvia", 1, 10) == [(2, b"two")]
    store.commit([], [("borvia", 1)])
    assert reader.pending("borvia", 0, 10) == [(2, b"two")]
    assert reader.waiting("borvia") == 1
    assert reader.waiting("cestia") == 1


def test_a_number_is_used_once(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    store.commit([frame(1, b"one")])
    with pytest.raises(InvariantError):
        store.commit([frame(1, b"other")])


def test_a_replay_changes_nothing_that_was_sent(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    store.commit([frame(1, b"one"), frame(2, b"two")])
    store.commit([], [("borvia", 1)])
    store.recommit([frame(1, b"one"), frame(2, b"other code"), frame(3, b"three")], [])
    assert OutboxReader(store.path).pending("borvia", 0, 9) == [(2, b"two"), (3, b"three")]


def test_a_failed_commit_leaves_nothing(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    store.commit([frame(1, b"one")])
    with pytest.raises(InvariantError):
        store.commit([frame(2, b"two"), frame(1, b"other")])
    assert OutboxReader(store.path).pending("borvia", 0, 9) == [(1, b"one")]


def test_an_epoch_is_never_handed_out_twice(tmp_path: Path) -> None:
    store = Store(tmp_path / "s.sqlite")
    first = store.next_epoch()
    store.close()
    assert Store(tmp_path / "s.sqlite").next_epoch() == first + 1
