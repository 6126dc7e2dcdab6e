"""The journal keeps what was flushed, whatever kills the process."""

import os
from pathlib import Path

import pytest

from skypact.core.errors import DecodeError
from skypact.edge.journal import Journal, Kind, read


def fill(directory: Path, payloads: list[bytes], segment_bytes: int = 1 << 20) -> Journal:
    journal = Journal(directory, segment_bytes)
    for number, payload in enumerate(payloads):
        journal.append(Kind.INPUT, number, payload)
        journal.flush()
    return journal


def test_entries_come_back_in_order(tmp_path: Path) -> None:
    journal = fill(tmp_path, [b"a", b"bb", b""])
    entries = list(read(tmp_path))
    assert [(e.kind, e.now_ns, e.payload) for e in entries] == [
        (Kind.INPUT, 0, b"a"),
        (Kind.INPUT, 1, b"bb"),
        (Kind.INPUT, 2, b""),
    ]
    assert entries[-1].end == journal.position


def test_reading_starts_at_a_position(tmp_path: Path) -> None:
    journal = fill(tmp_path, [b"a"])
    position = journal.append(Kind.INPUT, 9, b"later")
    journal.flush()
    assert [e.payload for e in read(tmp_path, position)] == [b"later"]


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_torn_last_record_is_cut_off(tmp_path: Path, cut: int) -> None:
    fill(tmp_path, [b"whole", b"torn"]).close()
    path = next(tmp_path.glob("*.skj"))
    os.truncate(path, path.stat().st_size - cut)
    again = Journal(tmp_path)
    again.append(Kind.INPUT, 5, b"next")
    again.flush()
    assert [e.payload for e in read(tmp_path)] == [b"whole", b"next"]
    assert again.torn_bytes > 0


def test_damage_in_the_middle_is_named(tmp_path: Path) -> None:
    fill(tmp_path, [b"x" * 50] * 3, segment_bytes=60)
    first = sorted(tmp_path.glob("*.skj"))[0]
    data = bytearray(first.read_bytes())
    data[30] ^= 1
    first.write_bytes(bytes(data))
    with pytest.raises(DecodeError, match="damaged"):
        list(read(tmp_path))


def test_segments_rotate_compress_and_expire(tmp_path: Path) -> None:
    journal = fill(tmp_path, [bytes([i]) * 100 for i in range(10)], segment_bytes=200)
    everything = [e.payload for e in read(tmp_path)]
    journal.tidy(keep_bytes=1 << 30, needed_from=0)
    assert list(tmp_path.glob("*.skj.gz"))
    assert [e.payload for e in read(tmp_path)] == everything
    journal.tidy(keep_bytes=0, needed_from=500)
    kept = list(read(tmp_path, 500))
    assert kept[-1].payload == everything[-1]
    assert next(iter(read(tmp_path))).position <= 500


def test_a_compressed_journal_goes_on(tmp_path: Path) -> None:
    journal = fill(tmp_path, [b"a" * 100, b"b" * 100], segment_bytes=100)
    journal.tidy(keep_bytes=1 << 30, needed_from=0)
    journal.close()
    again = Journal(tmp_path)
    assert again.position == journal.position
    again.append(Kind.INPUT, 1, b"c")
    again.flush()
    assert [e.payload[:1] for e in read(tmp_path)] == [b"a", b"b", b"c"]


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / f"{0:020d}.skj").write_bytes(b"something else")
    with pytest.raises(DecodeError, match="not a journal"):
        list(read(tmp_path))
