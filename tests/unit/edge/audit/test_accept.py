"""After a fault a person decides, and the log is followed again; nobody decides beside a node."""

from pathlib import Path

import pytest

from skypact.core.errors import ConfigError
from skypact.edge.audit.accept import WHAT, accept
from skypact.edge.audit.reading import opened
from skypact.edge.audit.tables import OWN
from skypact.sharing.audit import entries
from skypact.sharing.audit.entries import DecidedEntry, StoppedEntry
from tests.unit.edge.audit.pair import Pair, auditor
from tests.unit.edge.audit.test_talk import rolled_back, size

ASKED = ("auria", "Ilse Maren", "a backup was restored")


def test_a_log_is_followed_anew_once_a_person_says_so(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    pair.run(25)
    rolled_back(pair, "auria", 35)
    pair.run(25)
    borvia = pair["borvia"]
    assert borvia.audit.keeper.followed["auria"].fault
    with pytest.raises(ConfigError, match="the node runs"):
        accept(borvia.path, auditor("borvia"), *ASKED, pair.now)
    borvia.end()
    assert accept(borvia.path, auditor("borvia"), *ASKED, pair.now).startswith("rollback")
    tables = opened(borvia.path)
    own = tables.logs()[OWN]
    last = [entries.decoder.decode(e.data) for e in tables.entries(own.log, own.end.size - 2, 999)]
    tables.db.close()
    assert isinstance(last[0], DecidedEntry)
    assert (last[0].what, last[0].person) == (WHAT, "Ilse Maren")
    assert isinstance(last[1], StoppedEntry)
    before = len(pair.faults)
    borvia.begin(pair.now)
    pair.run(45)
    assert len(pair.faults) == before
    assert borvia.audit.keeper.followed["auria"].size > size(pair["auria"], "borvia") - 10


def test_without_a_fault_there_is_nothing_to_accept(tmp_path: Path) -> None:
    pair = Pair(tmp_path)
    pair.run(25)
    pair["borvia"].end()
    with pytest.raises(ConfigError, match="no fault"):
        accept(pair["borvia"].path, auditor("borvia"), *ASKED, pair.now)
    with pytest.raises(ConfigError, match="cannot be written"):
        accept(tmp_path / "nothing", auditor("borvia"), *ASKED, pair.now)
