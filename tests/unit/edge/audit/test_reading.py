"""A store that somebody changed: every change is found where it is, and no sound log is accused."""

import shutil
from collections.abc import Callable
from pathlib import Path
from random import Random

import apsw
import pytest

from skypact.core.errors import ConfigError
from skypact.edge.audit.audit import DAY_NS
from skypact.edge.audit.reading import Reader, Report, entry_count, opened
from skypact.edge.audit.tables import OWN, EntryRow, Tables, joined
from skypact.sharing.audit import entries
from skypact.sharing.audit.checkpoint import sign
from skypact.sharing.audit.entries import ExchangedEntry
from skypact.sharing.audit.log import Log
from skypact.sharing.audit.merkle import Range, leaf_hash
from tests.unit.edge.audit.pair import Pair, auditor, key, key_name, reopened
from tests.unit.picture.flights import S

SEEDS = range(5)


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two nations that exchanged for ten minutes, with warnings and a restart."""
    folder = tmp_path_factory.mktemp("whole")
    pair = Pair(folder)
    for round_ in range(12):
        pair.warn()
        pair.warn("borvia")
        pair.run(50)
        if round_ == 5:
            reopened(pair, "auria")
    for nation in pair.nations.values():
        nation.end()
    assert pair.faults == []
    return folder


@pytest.fixture
def copy(whole: Path, tmp_path: Path) -> Path:
    for path in whole.glob("*.sqlite"):
        shutil.copy(path, tmp_path)
    return tmp_path


def findings(path: Path, nation: str = "auria", **handed: str) -> dict[str, list[tuple]]:
    """Return (kind, first, end) of all that is wrong, by log."""
    tables = opened(path)
    reader = Reader(tables, auditor(nation), handed, lambda count: None)
    reports: list[Report] = [*reader.reports(), *reader.followed()]
    tables.db.close()
    return {
        r.partner if not r.origin.startswith("skypact/borvia") else f"of {r.partner}": [
            (f.kind.value, f.first, f.end) for f in r.findings
        ]
        for r in reports
        if r.findings
    }


def test_no_sound_log_is_accused(copy: Path) -> None:
    for nation in ("auria", "borvia"):
        path = copy / f"{nation}.sqlite"
        assert findings(path, nation) == {}
        assert entry_count(opened(path)) > 250
        other = "borvia" if nation == "auria" else "auria"
        held = opened(copy / f"{other}.sqlite").followed()[nation].note
        assert held
        assert findings(path, nation, held=held) == {}


def test_no_log_is_accused_while_its_node_writes_and_drops(tmp_path: Path) -> None:
    pair = Pair(tmp_path, keep_days=100 * S / DAY_NS)
    for _ in range(12):
        pair.run(37)
        for nation in ("auria", "borvia"):
            assert findings(pair[nation].path, nation) == {}
    assert pair["auria"].audit.keeper.logs["borvia"].first > 0


class Forger:
    """Whoever can write the store, perhaps even with the node's key."""

    def __init__(self, path: Path, seed: str) -> None:
        self.db = apsw.Connection(str(path))
        self.tables, self.dice = Tables(self.db), Random(seed)
        self.logs = self.tables.logs()

    def pick(self, partner: str) -> tuple[int, list[EntryRow], int]:
        """Return (log, its entries, a place that is neither first nor last)."""
        row = self.logs[partner]
        held = self.tables.entries(row.log, 0, row.end.size)
        return row.log, held, self.dice.randrange(1, len(held) - 3)

    def put(self, log: int, rows: list[EntryRow]) -> None:
        """Put rows in the place of all entries of a log, numbered anew."""
        self.db.execute("DELETE FROM audit_entry WHERE log = ?", (log,))
        for number, row in enumerate(rows):
            values = (log, number, row.time_ns, row.data, row.chain)
            self.db.execute("INSERT INTO audit_entry VALUES (?, ?, ?, ?, ?)", values)

    def rebuild(self, partner: str, data: list[tuple[int, bytes]], signs: bool = False) -> Log:
        """Store entries with a chain, a tree and an end that fit them."""
        row = self.logs[partner]
        log = Log(row.end.origin)
        self.db.execute("DELETE FROM audit_entry WHERE log = ?", (row.log,))
        self.db.execute("DELETE FROM audit_node WHERE log = ?", (row.log,))
        heads: dict[int, str] = {}
        for time_ns, item in data:
            self.tables.add(row.log, log.append(item), time_ns)
            heads[log.size] = sign(log.checkpoint(), key_name("auria"), key("auria"))
        self.tables.save_end(row.log, log)
        if signs:
            for note in self.tables.notes(log.origin):
                where = "origin = ? AND size = ? AND by = ?"
                at = (log.origin, note.size, note.by)
                if note.by == OWN and note.size in heads:
                    sql = f"UPDATE audit_note SET note = ? WHERE {where}"
                    self.db.execute(sql, (heads[note.size], *at))
                else:
                    self.db.execute(f"DELETE FROM audit_note WHERE {where}", at)
        return log


def altered(row: EntryRow) -> EntryRow:
    # The last byte belongs to a hash or a text, so it still reads as an entry.
    return row._replace(data=row.data[:-1] + bytes([row.data[-1] ^ 1]))


Forgery = Callable[[list[EntryRow], int], list[EntryRow]]

ROWS: dict[str, tuple[Forgery, int, str]] = {
    "altered": (lambda r, i: [*r[:i], altered(r[i]), *r[i + 1 :]], 0, "altered"),
    "dropped": (lambda r, i: [*r[:i], *r[i + 1 :]], 0, "dropped"),
    "reordered": (
        lambda r, i: [
            *r[:i],
            r[i]._replace(data=r[i + 1].data, time_ns=r[i + 1].time_ns),
            r[i + 1]._replace(data=r[i].data, time_ns=r[i].time_ns),
            *r[i + 2 :],
        ],
        0,
        "reordered",
    ),
    "doubled": (lambda r, i: [*r[: i + 1], r[i], *r[i + 1 :]], 1, "doubled"),
    "moved in time": (
        lambda r, i: [*r[:i], r[i]._replace(time_ns=r[i].time_ns + S), *r[i + 1 :]],
        0,
        "altered",
    ),
}


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("what", sorted(ROWS))
@pytest.mark.parametrize("partner", [OWN, "borvia"], ids=["own", "partner"])
def test_a_changed_entry_is_found_where_it_is(
    copy: Path, what: str, partner: str, seed: int
) -> None:
    change, shift, kind = ROWS[what]
    forger = Forger(copy / "auria.sqlite", f"{what} {partner} {seed}")
    log, rows, place = forger.pick(partner)
    forger.put(log, change(rows, place))
    found = findings(copy / "auria.sqlite")[partner]
    assert found[0][1] == place + shift
    if partner != OWN:  # the own log tells what was there, so the kind is certain
        assert found[0][0] == kind


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("partner", [OWN, "borvia"], ids=["own", "partner"])
def test_a_hole_is_found(copy: Path, partner: str, seed: int) -> None:
    forger = Forger(copy / "auria.sqlite", f"hole {partner} {seed}")
    log, _, place = forger.pick(partner)
    sql = "DELETE FROM audit_entry WHERE log = ? AND number >= ? AND number < ?"
    forger.db.execute(sql, (log, place, place + 2))
    assert ("dropped", place, place + 2) in findings(copy / "auria.sqlite")[partner]


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("partner", [OWN, "borvia"], ids=["own", "partner"])
@pytest.mark.parametrize("tidied", [True, False])
def test_a_truncation_is_found(copy: Path, partner: str, seed: int, tidied: bool) -> None:
    forger = Forger(copy / "auria.sqlite", f"cut {partner} {seed}")
    log, rows, place = forger.pick(partner)
    if tidied:
        forger.rebuild(partner, [(r.time_ns, r.data) for r in rows[:place]])
    else:
        forger.put(log, rows[:place])
    (found,) = findings(copy / "auria.sqlite")[partner][:1]
    assert found[:2] == ("cut off", place)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("signs", [True, False])
def test_a_partners_log_made_anew_is_found_by_the_own_log(
    copy: Path, seed: int, signs: bool
) -> None:
    forger = Forger(copy / "auria.sqlite", f"anew {seed}")
    _, rows, place = forger.pick("borvia")
    rows[place] = altered(rows[place])
    forger.rebuild("borvia", [(r.time_ns, r.data) for r in rows], signs)
    assert findings(copy / "auria.sqlite")["borvia"][0] == ("altered", place, place + 1)


def both_anew(forger: Forger, signs: bool) -> int:
    """Change an entry of the partner's log and what the own log tells of it; return its number."""
    _, rows, place = forger.pick("borvia")
    rows[place] = altered(rows[place])
    log = forger.rebuild("borvia", [(r.time_ns, r.data) for r in rows], signs)
    own: list[tuple[int, bytes]] = []
    for row in forger.tables.entries(forger.logs[OWN].log, 0, 1 << 40):
        said = entries.decoder.decode(row.data)
        if isinstance(said, ExchangedEntry) and said.number == place:
            said = ExchangedEntry(
                time_ns=said.time_ns,
                partner=said.partner,
                number=place,
                leaf=leaf_hash(rows[place].data),
                clauses=said.clauses,
                length=said.length,
            )
        own.append((row.time_ns, entries.encode(said)))
    forger.rebuild(OWN, own, signs)
    assert log.size == len(rows)
    return place


@pytest.mark.parametrize("seed", SEEDS)
def test_all_logs_made_anew_are_found_by_what_was_signed(copy: Path, seed: int) -> None:
    forger = Forger(copy / "auria.sqlite", f"all {seed}")
    place = both_anew(forger, signs=False)
    found = findings(copy / "auria.sqlite")
    kind, first, end = found["borvia"][0]
    assert kind == "two-faced"
    assert first <= place < end
    assert end - first < 45  # one signed head a minute is kept
    assert found[OWN][0][0] == "two-faced"


@pytest.mark.parametrize("seed", SEEDS)
def test_what_the_owner_itself_made_anew_is_found_by_its_partner(copy: Path, seed: int) -> None:
    forger = Forger(copy / "auria.sqlite", f"owner {seed}")
    place = both_anew(forger, signs=True)
    path = copy / "auria.sqlite"
    assert findings(path) == {}  # with the key nothing in the store betrays it
    held = opened(copy / "borvia.sqlite").followed()["auria"].note
    (kind, first, end) = findings(path, held=held)["borvia"][0]
    assert kind == "two-faced"
    assert first <= place < end


@pytest.mark.parametrize("seconds", [40, 200])
def test_an_old_store_is_found_by_the_partners_checkpoint(tmp_path: Path, seconds: int) -> None:
    pair = Pair(tmp_path)
    pair.run(60)
    auria = pair["auria"]
    auria.end()
    shutil.copy(auria.path, tmp_path / "old")
    size = auria.audit.keeper.logs["borvia"].end.size
    auria.begin(pair.now)
    pair.run(seconds)
    held = pair["borvia"].audit.keeper.followed["auria"]
    assert findings(tmp_path / "old") == {}
    (found,) = findings(tmp_path / "old", held=held.note)["borvia"]
    assert found == ("cut off", size, held.size)


def test_two_heads_of_one_size_are_found_by_who_followed(copy: Path) -> None:
    held = opened(copy / "borvia.sqlite").followed()["auria"]
    log = Log(held.origin, Range(held.size, [bytes(32)] * len(held.roots)))
    other = sign(log.checkpoint(), key_name("auria"), key("auria"))
    tables = opened(copy / "borvia.sqlite")
    reader = Reader(tables, auditor("borvia"), {"cestia": other}, lambda count: None)
    (report,) = reader.followed()
    (finding,) = report.findings
    assert (finding.kind.value, finding.first) == ("two-faced", held.size)
    assert "cestia holds" in finding.text


@pytest.mark.parametrize("by", [OWN, "borvia"])
def test_a_signature_that_does_not_hold_is_found(copy: Path, by: str) -> None:
    forger = Forger(copy / "auria.sqlite", "signature")
    origin = forger.logs["borvia"].end.origin
    note = next(n for n in forger.tables.notes(origin) if n.by == by)
    lines = note.note.split("\n")
    last = lines[-2]
    lines[-2] = last[:-10] + ("A" if last[-10] != "A" else "B") + last[-9:]
    sql = "UPDATE audit_note SET note = ? WHERE origin = ? AND size = ? AND by = ?"
    forger.db.execute(sql, ("\n".join(lines), origin, note.size, by))
    assert findings(copy / "auria.sqlite")["borvia"] == [("signature", note.size, note.size)]


def test_a_log_that_is_gone_is_found(copy: Path) -> None:
    forger = Forger(copy / "auria.sqlite", "gone")
    row = forger.logs["borvia"]
    forger.db.execute("DELETE FROM audit_log WHERE log = ?", (row.log,))
    found = findings(copy / "auria.sqlite")["borvia"]
    assert found == [("dropped", 0, row.end.size)]


def test_an_end_or_an_inner_hash_that_does_not_fit_is_found(copy: Path) -> None:
    forger = Forger(copy / "auria.sqlite", "end")
    row = forger.logs["borvia"]
    roots = [bytes(32), *row.end.tree.roots[1:]]
    forger.db.execute("UPDATE audit_log SET roots = ? WHERE log = ?", (joined(roots), row.log))
    own = forger.logs[OWN]
    forger.db.execute("UPDATE audit_node SET hash = zeroblob(32) WHERE log = ?", (own.log,))
    found = findings(copy / "auria.sqlite")
    assert found["borvia"] == [("altered", row.end.size - 1, row.end.size)]
    assert found[OWN] == [("altered", 255, 256)]


def test_a_file_that_is_no_store_is_said(tmp_path: Path) -> None:
    (tmp_path / "store").write_bytes(b"no database at all, just bytes" * 50)
    with pytest.raises(ConfigError, match="no audit log"):
        opened(tmp_path / "store")
