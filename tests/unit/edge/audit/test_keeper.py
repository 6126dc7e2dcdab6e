"""The keeper: nothing is lost when a write fails, nothing is entered twice."""

from pathlib import Path

import apsw
import pytest

from skypact.edge.audit.tables import OWN
from skypact.sharing.audit import entries, leaves
from skypact.sharing.audit.entries import (
    DecidedEntry,
    ExchangedEntry,
    FaultEntry,
    RefusedEntry,
    StartedEntry,
    StoppedEntry,
)
from skypact.sharing.audit.facts import Decided, Received, Sent, Turned
from skypact.sharing.audit.leaves import Numbered, ReceivedLeaf, SentLeaf, digest
from skypact.sharing.audit.merkle import leaf_hash
from tests.unit.edge.audit.pair import Nation
from tests.unit.picture.flights import T0, S

FRAME = Numbered("track", 1, 1, digest(b"frame"))


@pytest.fixture
def nation(tmp_path: Path) -> Nation:
    return Nation("auria", tmp_path, T0)


def write(nation: Nation, now_ns: int = T0) -> None:
    nation.store.commit([], [], lambda: nation.audit.write(now_ns, durable=True) and None)
    nation.audit.settled()


def own(nation: Nation) -> list[object]:
    keeper = nation.audit.keeper
    row = keeper.logs[OWN]
    return [entries.decoder.decode(e.data) for e in keeper.tables.entries(row.log, 0, 1_000)]


def partner_leaves(nation: Nation, partner: str = "borvia") -> list[object]:
    keeper = nation.audit.keeper
    return [leaves.decode(e.data) for e in keeper.tables.entries(keeper.logs[partner].log, 0, 999)]


def test_all_kinds_of_facts_are_entered(nation: Nation) -> None:
    found = [
        Sent("borvia", FRAME, ("a 1", "a 2"), 90),
        Received("borvia", FRAME, T0),
        Turned("borvia", "why"),
        Decided("acknowledge_warning", "w-1", "Ilse Maren", bytes(32), ""),
    ]
    nation.audit.note(found, 3, T0 + S)
    write(nation)
    kinds = [type(e) for e in own(nation)]
    assert kinds.count(StartedEntry) == 1
    assert {RefusedEntry, DecidedEntry, ExchangedEntry} < set(kinds)
    sent = [e for e in own(nation) if isinstance(e, ExchangedEntry) and e.length]
    assert [(e.partner, e.clauses, e.length) for e in sent] == [("borvia", ("a 1", "a 2"), 90)]
    last, before = partner_leaves(nation)[-1], partner_leaves(nation)[-2]
    assert isinstance(last, SentLeaf)
    assert isinstance(before, ReceivedLeaf)
    assert sent[0].leaf == leaf_hash(leaves.encode(last))


def test_no_partner_is_told_who_decided_or_under_which_clause(nation: Nation) -> None:
    nation.audit.note([Sent("borvia", FRAME, ("secret clause",), 90)], 3, T0)
    nation.audit.note([Decided("what", "about", "Ilse Maren", bytes(32), "")], 4, T0)
    write(nation)
    keeper = nation.audit.keeper
    row = keeper.logs["borvia"]
    data = b"".join(e.data for e in keeper.tables.entries(row.log, 0, 99))
    assert b"Ilse" not in data
    assert b"secret" not in data
    assert b"borvia" not in data


def test_a_failed_write_leaves_everything_for_the_next(nation: Nation) -> None:
    keeper = nation.audit.keeper
    write(nation)
    size, head = keeper.logs["borvia"].end.size, keeper.logs["borvia"].end.checkpoint()
    nation.audit.note([Sent("borvia", FRAME, (), 90)], 3, T0 + S)

    def broken() -> None:
        nation.audit.write(T0 + S, durable=True)
        raise apsw.FullError("disk full")

    with pytest.raises(apsw.FullError):
        nation.store.commit([], [], broken)
    nation.audit.failed()
    assert keeper.tables.logs()["borvia"].end.checkpoint() == head
    write(nation)
    assert keeper.logs["borvia"].end.size == size + 1
    assert keeper.tables.logs()["borvia"].position == 3


def test_what_is_too_much_for_memory_is_counted(
    nation: Nation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("skypact.edge.audit.keeper.HELD_MAX", 3)
    write(nation)
    for number in range(1, 8):
        sent = Sent("borvia", FRAME._replace(sequence=number), (), 90)
        nation.audit.note([sent], number, T0 + S)
    write(nation)
    (last,) = [m for m in partner_leaves(nation) if isinstance(m, SentLeaf)]
    assert sum(len(run.hashes) // 32 for run in last.runs) == 3
    (fault,) = [e for e in own(nation) if isinstance(e, FaultEntry)]
    assert "4 facts could not be kept" in fault.text
    nation.audit.note([Sent("borvia", FRAME._replace(sequence=8), (), 90)], 8, T0 + S)
    write(nation)
    assert len([m for m in partner_leaves(nation) if isinstance(m, SentLeaf)]) == 2


def test_doubles_are_entered_once(nation: Nation) -> None:
    for position in (3, 4):
        nation.audit.note([Received("borvia", FRAME, T0)], position, T0)
    write(nation)
    nation.audit.note([Received("borvia", FRAME, T0)], 5, T0)
    write(nation)
    assert sum(isinstance(m, ReceivedLeaf) for m in partner_leaves(nation)) == 1


def test_two_frames_under_one_number_are_a_fault(nation: Nation) -> None:
    nation.audit.note([Received("borvia", FRAME, T0)], 3, T0)
    other = FRAME._replace(digest=digest(b"other"))
    nation.audit.note([Received("borvia", other, T0)], 4, T0)
    told: list[object] = []
    nation.store.commit([], [], lambda: told.extend(nation.audit.write(T0, durable=True)))
    faults = [m for m in told if getattr(m, "fault", "") == "two-faced"]
    assert len(faults) == 1
    assert nation.audit.keeper.followed["borvia"].fault


def test_a_start_is_entered_once_though_a_partner_tells_something_at_once(nation: Nation) -> None:
    nation.kill()
    nation.begin(T0 + S)
    keeper = nation.audit.keeper

    def both() -> None:
        keeper.write()
        keeper.write_with("borvia")
        keeper.save_ends()

    nation.store.commit([], [], both)
    nation.audit.settled()
    assert [e.epoch for e in own(nation) if isinstance(e, StartedEntry)] == [1, 2]


def test_an_orderly_end_is_the_last_entry(nation: Nation) -> None:
    nation.end()
    nation.begin(T0 + S)
    write(nation)
    last = own(nation)
    stops = [i for i, e in enumerate(last) if isinstance(e, StoppedEntry)]
    starts = [e.clean for e in last if isinstance(e, StartedEntry)]
    assert len(stops) == 1
    assert starts == [True, True]
    nation.kill()
    nation.begin(T0 + 2 * S)
    write(nation)
    assert [e.clean for e in own(nation) if isinstance(e, StartedEntry)] == [True, True, False]
