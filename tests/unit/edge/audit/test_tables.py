"""The tables: what goes in comes out, and signed heads don't pile up."""

import apsw
import pytest

from skypact.edge.audit.tables import NOTES_EVERY_NS, OWN, StoredTree, Tables, begun
from skypact.sharing.audit.log import subtree_of
from skypact.sharing.audit.merkle import inclusion_proof, is_included, leaf_hash
from skypact.sharing.audit.witness import Followed, Mark


@pytest.fixture
def held() -> Tables:
    db = apsw.Connection(":memory:")
    db.execute("CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT")
    return begun(db)


def filled(held: Tables, count: int):
    row = held.create("borvia", "a log")
    for number in range(count):
        held.add(row.log, row.end.append(b"entry %d" % number), number * 10)
    held.save_end(row.log, row.end)
    return row


def test_a_log_is_read_back_and_goes_on(held):
    row = filled(held, 600)
    again = held.logs()["borvia"]
    assert again.end.checkpoint() == row.end.checkpoint()
    assert again.end.append(b"next").chain == row.end.append(b"next").chain


def test_proofs_come_from_the_tables(held):
    row = filled(held, 600)
    subtree = subtree_of(StoredTree(held, held.logs()["borvia"]))
    head = row.end.checkpoint().head
    for index in (0, 255, 256, 511, 599):
        proof = inclusion_proof(index, 600, subtree)
        assert is_included(leaf_hash(b"entry %d" % index), index, 600, proof, head)


def test_a_missing_entry_is_no_proof(held):
    filled(held, 600)
    held.db.execute("DELETE FROM audit_entry WHERE number = 590")
    with pytest.raises(ValueError, match="not all there"):
        inclusion_proof(599, 600, subtree_of(StoredTree(held, held.logs()["borvia"])))


def test_entries_are_found_by_time(held):
    row = filled(held, 600)
    assert held.older(row.log, 0, 600) == 0
    assert held.older(row.log, 1_001, 600) == 101
    assert held.older(row.log, 1_001, 50) == 50


def test_of_signed_heads_the_newest_and_one_a_minute_are_kept(held):
    for number in range(1, 31):
        held.put_note("a log", OWN, number, number * NOTES_EVERY_NS // 10, f"note {number}")
        held.put_note("a log", "borvia", number, number * NOTES_EVERY_NS // 10, f"by {number}")
    own = [n for n in held.notes("a log") if n.by == OWN]
    assert [n.size for n in own] == [9, 19, 29, 30]
    held.drop_notes(10 * NOTES_EVERY_NS)
    assert [n.note for n in held.notes("a log")] == ["note 30", "by 30"]


def test_dropping_old_heads_does_not_read_the_new_ones(held):
    plan = held.db.execute(
        "EXPLAIN QUERY PLAN DELETE FROM audit_note WHERE time_ns < 5 AND size < 3"
    ).fetchall()
    assert any("audit_note_time" in str(step) for step in plan)


def test_how_far_a_log_was_followed_is_read_back(held):
    state = Followed(origin="a log", size=3, roots=[bytes(32)] * 2, marks={"track": Mark(1, 7)})
    held.save_followed("borvia", state)
    assert held.followed() == {"borvia": state}


def test_positions_and_epochs_start_at_nothing(held):
    row = held.create("borvia", "a log")
    assert (row.position, held.entered_epoch(), held.epoch()) == (-1, 0, 0)
    held.save_position(row.log, 7)
    held.save_entered_epoch(2)
    assert (held.logs()["borvia"].position, held.entered_epoch()) == (7, 2)
