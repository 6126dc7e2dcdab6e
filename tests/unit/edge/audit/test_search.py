"""Finding a frame in a log, with a proof that a cosigned head covers."""

import pytest

from skypact.edge.audit.search import found_frame
from skypact.sharing.audit.leaves import ReceivedLeaf, SentLeaf
from skypact.sharing.audit.proof import proof_text, proven
from tests.unit.edge.audit.pair import Pair, verifier


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    pair = Pair(tmp_path_factory.mktemp("pair"))
    for _ in range(3):
        pair.warn()
        pair.warn("borvia")
        pair.run(15)
    return pair


@pytest.mark.parametrize("kind", [SentLeaf, ReceivedLeaf])
@pytest.mark.parametrize(("stream", "sequence"), [("warning", 2), ("track", 1), ("heartbeat", 20)])
def test_a_frame_is_found_and_proven(pair: Pair, kind: type, stream: str, sequence: int) -> None:
    tables = pair["auria"].audit.keeper.tables
    row = tables.logs()["borvia"]
    found = found_frame(tables, row, kind, stream, 1, sequence)
    assert found is not None
    assert found.cosigned
    text = proof_text(found.entry.data, found.entry.number, found.path, found.note)
    shown = proven(text, [verifier("auria"), verifier("borvia")])
    assert isinstance(shown.leaf, kind)
    names = {(f.stream, f.sequence) for run in shown.leaf.runs for f in run.frames()}
    assert (stream, sequence) in names
    assert list(shown.cosigned) == [verifier("borvia").name]


def test_what_was_never_sent_is_not_found(pair: Pair) -> None:
    tables = pair["auria"].audit.keeper.tables
    row = tables.logs()["borvia"]
    assert found_frame(tables, row, SentLeaf, "warning", None, 99) is None
    assert found_frame(tables, row, SentLeaf, "warning", 7, 1) is None


def test_what_no_head_covers_yet_is_not_proven(pair: Pair) -> None:
    tables = pair["auria"].audit.keeper.tables
    row = tables.logs()["borvia"]
    tables.db.execute("SAVEPOINT nothing_signed")
    tables.db.execute("DELETE FROM audit_note")
    assert found_frame(tables, row, SentLeaf, "warning", None, 1) is None
    tables.db.execute("ROLLBACK TO nothing_signed")
    tables.db.execute("RELEASE nothing_signed")
