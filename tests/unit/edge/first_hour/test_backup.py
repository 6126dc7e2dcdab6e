"""What is backed up while a node writes comes back whole; what is damaged is never let in."""

import io
import json
import tarfile
import threading
from pathlib import Path

import pytest

from skypact.core.errors import ConfigError, DecodeError
from skypact.edge import journal, snapshots
from skypact.edge.first_hour.backup import EPOCHS_SKIPPED, MANIFEST, backup, restore
from skypact.edge.journal import Journal, Kind
from skypact.edge.store import DurableFrame, OutboxReader, Store


def make_node(directory: Path, entries: int = 50, segment_bytes: int = 400) -> Journal:
    """Make a node's folder with a journal of several segments, compressed ones among them."""
    for name, text in {
        "node.toml": '[node]\nnation = "auria"\n',
        "agreements/borvia.toml": "version = 1\n",
        "card.toml": "own\n",
        "partners/borvia.toml": "other\n",
        "keys/authority.key": "secret\n",
        "keys/partners/borvia.pem": "certificate\n",
    }.items():
        path = directory / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    held = Journal(directory / "state/journal", segment_bytes)
    for i in range(entries):
        held.append(Kind.INPUT, i, b"input %d" % i)
        held.flush()
        if i == entries // 2:
            held.tidy(1 << 30, 0)
            snapshots.save(directory / "state/snapshots", held.position, b"state")
    store = Store(directory / "state/store.sqlite")
    store.next_epoch()
    store.commit([DurableFrame("borvia", 1, b"frame")])
    store.close()
    return held


def payloads(directory: Path) -> list[bytes]:
    return [entry.payload for entry in journal.read(directory / "state/journal")]


def test_a_node_comes_back_whole(tmp_path: Path) -> None:
    held = make_node(tmp_path / "auria")
    done = backup(tmp_path / "auria", tmp_path / "auria.tar")
    back = restore(tmp_path / "auria.tar", tmp_path / "elsewhere/auria")
    assert done.position == back.position == held.position
    assert done.files == back.files
    for name in (
        "node.toml",
        "agreements/borvia.toml",
        "card.toml",
        "partners/borvia.toml",
        "keys/partners/borvia.pem",
    ):
        assert (tmp_path / "elsewhere/auria" / name).read_text() == (
            tmp_path / "auria" / name
        ).read_text()
    assert payloads(tmp_path / "elsewhere/auria") == payloads(tmp_path / "auria")
    assert snapshots.newest(tmp_path / "elsewhere/auria/state/snapshots", back.position)
    reader = OutboxReader(tmp_path / "elsewhere/auria/state/store.sqlite")
    assert reader.pending("borvia", 0, 9) == [(1, b"frame")]


def test_both_kinds_of_segment_were_in_the_test(tmp_path: Path) -> None:
    make_node(tmp_path)
    suffixes = {path.suffix for path in (tmp_path / "state/journal").iterdir()}
    assert suffixes == {".skj", ".gz"}


def test_a_restored_node_never_uses_an_epoch_again(tmp_path: Path) -> None:
    make_node(tmp_path / "auria")
    backup(tmp_path / "auria", tmp_path / "auria.tar")
    running = Store(tmp_path / "auria/state/store.sqlite")
    used = {running.next_epoch() for _ in range(20)}
    restore(tmp_path / "auria.tar", tmp_path / "back")
    epoch = Store(tmp_path / "back/state/store.sqlite").next_epoch()
    assert epoch not in used
    assert epoch == 2 + EPOCHS_SKIPPED


def test_the_keys_stay_private(tmp_path: Path) -> None:
    make_node(tmp_path / "auria")
    backup(tmp_path / "auria", tmp_path / "auria.tar")
    restore(tmp_path / "auria.tar", tmp_path / "back")
    assert (tmp_path / "auria.tar").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "back/keys/authority.key").stat().st_mode & 0o777 == 0o600
    assert (tmp_path / "back").stat().st_mode & 0o777 == 0o700


def test_a_half_written_entry_is_left_out(tmp_path: Path) -> None:
    held = make_node(tmp_path / "auria")
    (last,) = sorted((tmp_path / "auria/state/journal").glob("*.skj"))[-1:]
    with last.open("ab") as out:
        out.write(b"\x20\x00\x00\x00 torn")
    assert backup(tmp_path / "auria", tmp_path / "a.tar").position == held.position
    restore(tmp_path / "a.tar", tmp_path / "back")
    assert Journal(tmp_path / "back/state/journal").torn_bytes == 0
    assert payloads(tmp_path / "back") == payloads(tmp_path / "auria")


def test_a_segment_without_its_first_bytes_is_no_obstacle(tmp_path: Path) -> None:
    held = make_node(tmp_path / "auria")
    (tmp_path / f"auria/state/journal/{held.position:020d}.skj").write_bytes(b"")
    assert backup(tmp_path / "auria", tmp_path / "a.tar").position == held.position
    restore(tmp_path / "a.tar", tmp_path / "back")
    assert Journal(tmp_path / "back/state/journal").position == held.position


def test_a_running_node_is_backed_up_in_one_consistent_state(tmp_path: Path) -> None:
    """A thread appends, commits, compresses and deletes as a node does, while ten backups run."""
    node = tmp_path / "auria"
    held = make_node(node)
    stop, failed = threading.Event(), list[Exception]()

    def live() -> None:
        try:
            store, i = Store(node / "state/store.sqlite"), 1
            while not stop.is_set():
                i += 1
                held.append(Kind.INPUT, i, b"live %d" % i)
                held.flush()
                store.commit([DurableFrame("borvia", i, b"%d" % i)])
                if i % 5 == 0:
                    snapshots.save(node / "state/snapshots", held.position, b"state %d" % i)
                    held.tidy(20_000, held.position)
        except Exception as error:  # noqa: BLE001 - told by the assertion below
            failed.append(error)

    writer = threading.Thread(target=live)
    writer.start()
    try:
        for n in range(10):
            backup(node, tmp_path / f"{n}.tar")
    finally:
        stop.set()
        writer.join()
    assert failed == []
    for n in range(10):
        back = tmp_path / f"back{n}"
        end = restore(tmp_path / f"{n}.tar", back).position
        position, _ = snapshots.newest(back / "state/snapshots", end) or (-1, b"")
        live_entries = [p for p in payloads(back) if p.startswith(b"live")]
        last = int(live_entries[-1].split()[1]) if live_entries else 1
        committed = OutboxReader(back / "state/store.sqlite").waiting("borvia")
        # Every frame in the store has its cause in the journal, and the snapshot is no younger.
        assert committed <= last
        assert position <= end


def test_nothing_is_overwritten(tmp_path: Path) -> None:
    make_node(tmp_path / "auria")
    backup(tmp_path / "auria", tmp_path / "a.tar")
    with pytest.raises(ConfigError, match="never overwrites"):
        backup(tmp_path / "auria", tmp_path / "a.tar")
    with pytest.raises(ConfigError, match="is not empty"):
        restore(tmp_path / "a.tar", tmp_path / "auria")


def test_what_is_no_node_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"has no node\.toml"):
        backup(tmp_path, tmp_path / "a.tar")
    assert list(tmp_path.iterdir()) == []


def test_a_node_that_never_ran_can_be_backed_up(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new/node.toml").write_text("")
    backup(tmp_path / "new", tmp_path / "a.tar")
    assert restore(tmp_path / "a.tar", tmp_path / "back").files == 1


@pytest.mark.parametrize("share", [0.0, 0.3, 0.6, 0.9, 0.97])
def test_a_cut_archive_is_refused_and_leaves_nothing(share: float, tmp_path: Path) -> None:
    make_node(tmp_path / "auria")
    backup(tmp_path / "auria", tmp_path / "a.tar")
    data = (tmp_path / "a.tar").read_bytes()
    (tmp_path / "a.tar").write_bytes(data[: int(len(data.rstrip(b"\0")) * share)])
    with pytest.raises(DecodeError):
        restore(tmp_path / "a.tar", tmp_path / "back")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.tar", "auria"]


def test_a_changed_byte_is_found(tmp_path: Path) -> None:
    make_node(tmp_path / "auria")
    backup(tmp_path / "auria", tmp_path / "a.tar")
    data = bytearray((tmp_path / "a.tar").read_bytes())
    data[data.index(b"input 48")] ^= 1
    (tmp_path / "a.tar").write_bytes(data)
    with pytest.raises(DecodeError, match="is missing or damaged"):
        restore(tmp_path / "a.tar", tmp_path / "back")


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/passwd", "keys/../../evil", "node.toml/x", "state/other", "keys/.."]
)
def test_a_foreign_member_is_refused(name: str, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        info = tarfile.TarInfo(name)
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
    with pytest.raises(DecodeError, match="is not part of a node"):
        restore(tmp_path / "a.tar", tmp_path / "back")
    assert [p.name for p in tmp_path.iterdir()] == ["a.tar"]


def test_a_link_is_refused(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        info = tarfile.TarInfo("node.toml")
        info.type, info.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(info)
    with pytest.raises(DecodeError, match="is no plain file"):
        restore(tmp_path / "a.tar", tmp_path / "back")


@pytest.mark.parametrize("text", [b"[]", b"{}", b'{"sha256": 1}', b"\xff", b'{"sha256": {}}'])
def test_a_strange_manifest_is_refused(text: bytes, tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as tar:
        for name, data in (("node.toml", b""), (MANIFEST, text)):
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    with pytest.raises(DecodeError):
        restore(tmp_path / "a.tar", tmp_path / "back")


def test_the_manifest_names_every_file(tmp_path: Path) -> None:
    make_node(tmp_path / "auria")
    backup(tmp_path / "auria", tmp_path / "a.tar")
    with tarfile.open(tmp_path / "a.tar") as tar:
        *names, last = tar.getnames()
        source = tar.extractfile(last)
        assert source is not None
        assert sorted(json.loads(source.read())["sha256"]) == sorted(names)
