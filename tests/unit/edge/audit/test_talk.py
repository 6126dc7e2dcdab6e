"""Two nations follow each other's logs: whoever tells the truth is cosigned, every lie is told with
its place, whatever the network loses and whoever starts again."""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import apsw
import pytest

from skypact.core.messages import Stream
from skypact.core.notes import read
from skypact.edge.audit.tables import OWN
from skypact.sharing.audit.checkpoint import checkpoint_of, witnesses
from skypact.sharing.audit.facts import Fact, Received, Sent
from skypact.sharing.audit.witness import Followed
from tests.unit.edge.audit.pair import NAMES, Nation, Pair, reopened, verifier
from tests.unit.picture.flights import S, moved
from tests.unit.sharing.treaty import X, own


def followed(nation: Nation, partner: str) -> Followed:
    return nation.audit.keeper.followed[partner]


def size(nation: Nation, partner: str) -> int:
    return nation.audit.keeper.logs[partner].end.size


def test_two_honest_nations_cosign_each_other(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    pair.run(3)
    pair.warn()
    pair.run(25)
    pair.warn("borvia")
    pair.run(30)
    assert pair.faults == []
    for name, other in (NAMES, NAMES[::-1]):
        keeper = pair[name].audit.keeper
        assert followed(pair[other], name).size > size(pair[name], other) - 10
        notes = keeper.tables.notes(keeper.logs[other].end.origin)
        cosigned = [n for n in notes if n.by == other]
        assert cosigned
        note = read(cosigned[-1].note)
        assert checkpoint_of(note).size == cosigned[-1].size
        by = verifier(other)
        assert list(witnesses(note, {by.name: by.key})) == [by.name]


def test_the_name_of_a_log_does_not_tell_the_partner(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    origins = {row.end.origin for row in pair["auria"].audit.keeper.logs.values()}
    assert len(origins) == 2
    assert not any("borvia" in origin for origin in origins)


@pytest.mark.parametrize("clean", [True, False])
def test_a_restart_is_no_fault(tmp_path: Path, clean: bool) -> None:
    pair = Pair(tmp_path)
    pair.run(23)
    reopened(pair, "auria", clean)
    pair.warn()
    pair.run(25)
    assert all("auria: unrecorded" in f or "borvia: unrecorded" in f for f in pair.faults)
    assert bool(pair.faults) is not clean  # what only memory held was lost, and it is said
    assert followed(pair["borvia"], "auria").size > size(pair["auria"], "borvia") - 10


def test_a_cut_link_is_caught_up_in_bounded_pieces(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    pair.run(25)
    before = followed(pair["borvia"], "auria").size
    pair.warn()
    pair.run(600, lost=list(Stream))
    assert followed(pair["borvia"], "auria").size == before
    pair.run(120)
    assert pair.faults == []
    assert followed(pair["borvia"], "auria").size > size(pair["auria"], "borvia") - 10


@pytest.mark.parametrize("seed", range(4))
def test_a_network_that_loses_frames_makes_no_liar(tmp_path: Path, seed: int) -> None:
    pair, dice = Pair(tmp_path), Random(seed)
    for _ in range(90):
        if dice.random() < 0.1:
            pair.warn(dice.choice(NAMES))
        pair.run(1, lost=[s for s in (Stream.TRACK, Stream.HEARTBEAT) if dice.random() < 0.4])
    pair.run(25)
    assert pair.faults == []
    assert followed(pair["borvia"], "auria").size > size(pair["auria"], "borvia") - 10


Lie = Callable[[list[Fact]], list[Fact]]


def once(
    kind: type, stream: str, dice: Random, change: Callable[[Fact], list[Fact]]
) -> tuple[Lie, list[int]]:
    """Return a lie about one frame of a stream, and the list that takes its sequence."""
    wanted, told = dice.randint(2, 6) if stream != "warning" else 1, list[int]()

    def lie(found: list[Fact]) -> list[Fact]:
        out: list[Fact] = []
        for fact in found:
            hit = type(fact) is kind and fact.frame.stream == stream
            if hit and fact.frame.sequence == wanted and not told:
                told.append(wanted)
                out += change(fact)
            else:
                out.append(fact)
        return out

    return lie, told


def altered(fact: Fact) -> list[Fact]:
    return [fact._replace(frame=fact.frame._replace(digest=bytes(32)))]


LIES: dict[str, tuple[type, str, Callable[[Fact], list[Fact]], tuple[str, ...]]] = {
    "track altered": (Sent, "track", altered, ("altered",)),
    "warning altered": (Sent, "warning", altered, ("altered",)),
    "heartbeat dropped": (Sent, "heartbeat", lambda fact: [], ("dropped",)),
    "track dropped": (Sent, "track", lambda fact: [], ("dropped",)),
    "warning dropped": (Sent, "warning", lambda fact: [], ("dropped",)),
    "track doubled": (Sent, "track", lambda fact: [fact, fact], ("reordered",)),
    "warning doubled": (Sent, "warning", lambda fact: [fact, fact], ("reordered",)),
    "receipt altered": (Received, "track", altered, ("altered",)),
    "receipt of a warning dropped": (Received, "warning", lambda fact: [], ("dropped",)),
    "receipt invented": (
        Received,
        "track",
        lambda f: [f, f._replace(frame=f.frame._replace(sequence=99))],
        ("invented",),
    ),
}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("what", sorted(LIES))
def test_a_nation_that_lies_in_its_log_is_found(tmp_path: Path, what: str, seed: int) -> None:
    kind, stream, change, kinds = LIES[what]
    pair = Pair(tmp_path)
    lie, told = once(kind, stream, Random(f"{what} {seed}"), change)
    pair["auria"].lie = lie
    for _ in range(6):
        pair.warn("auria")
        pair.warn("borvia")
        pair.run(6)
    pair.run(25)
    assert told
    # Who lies to its own memory too may take its partner for the liar, and says so.
    (fault,) = [f for f in pair["borvia"].faults if f.fault != "accused"]
    assert (fault.partner, fault.fault) == ("auria", kinds[0])
    # Right where it happened: the frame is named, and the entry is the one of its time.
    number = 99 if what == "receipt invented" else told[0]
    assert f"{stream} {number}" in fault.text
    row = pair["auria"].audit.keeper.logs["borvia"]
    entry = pair["auria"].audit.keeper.tables.entries(row.log, fault.number, fault.number + 1)
    if entry and kinds[0] != "dropped":
        assert entry[0].time_ns == fault.entry_ns
    # Whoever starts again is reminded, once, without another entry.
    reopened(pair, "borvia")
    pair.run(12)
    again = [f for f in pair["borvia"].faults if f.fault != "accused"]
    assert [(f.partner, f.fault, f.text) for f in again] == 2 * [("auria", kinds[0], fault.text)]
    # The liar's people are told too, and nothing is cosigned from then on.
    (accused,) = [f for f in pair["auria"].faults if f.fault == "accused"]
    assert fault.text in accused.text
    assert followed(pair["borvia"], "auria").size <= fault.number
    assert pair["borvia"].audit.keeper.followed["auria"].fault


def test_two_frames_in_another_order_are_found(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    held: list[Fact] = []

    def lie(found: list[Fact]) -> list[Fact]:
        tracks = [f for f in found if isinstance(f, Sent) and f.frame.stream == "track"]
        others = [f for f in found if f not in tracks]
        if tracks and tracks[0].frame.sequence == 4:
            held.extend(tracks)
            return others
        if tracks and held and tracks[0].frame.sequence == 5:
            return [*others, *tracks, held.pop()]
        return found

    pair["auria"].lie = lie
    pair.run(25)
    (fault,) = pair["borvia"].faults
    assert fault.fault == "dropped"
    assert "track 4 is missing before track 5" in fault.text


def rolled_back(pair: Pair, name: str, seconds: int) -> None:
    """Put a nation back to the state of some time ago, as an old backup does."""
    nation = pair[name]
    state = nation.room.snapshot()
    nation.end()
    kept = pair.folder / "kept"
    shutil.copy(nation.path, kept)
    nation.begin(pair.now)
    pair.run(seconds)
    nation.end()
    nation.path.unlink()
    shutil.copy(kept, nation.path)
    nation.room = type(nation)(name, pair.folder / "fresh", pair.now).room
    nation.room.restore(state)
    for _ in range(100):
        nation.store = type(nation.store)(nation.path)
        nation.store.next_epoch()
        nation.store.close()
    nation.begin(pair.now)


def test_a_log_that_went_back_is_told_on_both_sides(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    pair.run(25)
    rolled_back(pair, "auria", 35)
    pair.run(25)
    assert {(f.partner, f.fault) for f in pair["borvia"].faults} == {("auria", "rollback")}
    assert ("borvia", "rollback") in {(f.partner, f.fault) for f in pair["auria"].faults}


def test_another_history_as_long_is_told(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    pair.run(25)
    rolled_back(pair, "auria", 35)
    pair.run(500, lost=list(Stream))
    pair.run(35)
    faults = {(f.partner, f.fault) for f in pair["borvia"].faults}
    assert ("auria", "two-faced") in faults


def test_a_checkpoint_by_another_key_is_refused_and_passes(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    stranger = verifier("cestia")
    borvia = pair["borvia"].audit.keeper
    real, borvia.auditor = borvia.auditor, borvia.auditor._replace(verifiers={"auria": stranger})
    pair.run(25)
    assert [(f.partner, f.fault) for f in pair["borvia"].faults] == [("auria", "signature")]
    borvia.auditor = real
    pair.run(25)
    assert len(pair["borvia"].faults) == 1
    assert followed(pair["borvia"], "auria").size > 5


def test_a_failed_write_betrays_nobody(tmp_path: Path) -> None:
    """What was told to no one may be made anew, also with hashes that were already computed."""
    pair = Pair(tmp_path)
    pair.run(25)
    auria = pair["auria"]

    def broken() -> None:
        auria.audit.write(pair.now + 60 * S, durable=True)
        raise apsw.FullError("disk full")

    for _ in range(8):
        auria.audit.note([], auria.position, pair.now)
        auria.take(own([105], moved(X, 1.0), pair.now), pair.now)
        auria.wake(pair.now)
        with pytest.raises(apsw.FullError):
            auria.store.commit([], [], broken)
        auria.audit.failed()
        pair.run(5)
    pair.run(30)
    assert pair.faults == []
    assert followed(pair["borvia"], "auria").size > size(auria, "borvia") - 10


def test_a_fault_that_could_not_be_written_is_told_with_the_next_write(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    lie, _ = once(Sent, "track", Random("track 3"), altered)
    pair["auria"].lie = lie
    borvia = pair["borvia"]
    write, failed = borvia.audit.write, []

    def broken(now_ns: int, durable: bool) -> list:
        told = write(now_ns, durable)
        if not failed and any(getattr(m, "fault", "") == "altered" for m in told):
            failed.append(now_ns)
            borvia.audit.failed()
            raise apsw.FullError("disk full")
        return told

    borvia.audit.write = broken
    for _ in range(40):
        try:
            pair.run(1)
        except apsw.FullError:
            assert not borvia.faults
    assert failed
    assert [f.fault for f in borvia.faults if f.fault != "accused"] == ["altered"]


def test_the_own_log_names_every_leaf_of_partners_logs(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    pair.warn()
    pair.run(30)
    keeper = pair["auria"].audit.keeper
    own = keeper.logs[OWN]
    assert own.end.size > keeper.logs["borvia"].end.size
