"""The audit log: entries a CPU second, what verifying a long log takes, and bytes a day.

python bench/audit_rate.py [--entries 1000000]

Half of the entries are leaves of a partner's log, one warning each, the other half the entries of the
own log that name them. Bytes a day: one partner, a track frame and a heartbeat a second each way, both
sides telling and cosigning, for two hours.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from skypact.core.ids import Issuer
from skypact.core.messages import Context, PartnerAudit, TellAudit
from skypact.core.notes import Verifier
from skypact.edge.audit.audit import Audit
from skypact.edge.audit.keeper import Auditor, Keeper
from skypact.edge.audit.reading import Reader, opened
from skypact.edge.store import Store
from skypact.sharing.audit.facts import Began, Received, Sent
from skypact.sharing.audit.leaves import Numbered

T0, S = 1_700_000_000_000_000_000, 1_000_000_000
NAMES = ("auria", "borvia")
APPEND_MIN, VERIFY_MAX_S, VERIFY_MAX_MB = 5_000, 60.0, 600.0
"""Bars: entries a CPU second; CPU seconds and memory for verifying a million."""


def auditor(name: str) -> Auditor:
    keys = {n: Ed25519PrivateKey.from_private_bytes(n.encode().ljust(32, b".")) for n in NAMES}
    others = {n: Verifier(n, keys[n].public_key()) for n in NAMES if n != name}
    return Auditor(name, Context.EXERCISE, name, keys[name], others, bytes(32), 3_000.0, bytes(32))


def audit(store: Store, name: str) -> Audit:
    return Audit(Keeper(store.database, auditor(name), Issuer(name, "audit", Context.EXERCISE)))


def frame(stream: str, sequence: int) -> Numbered:
    return Numbered(stream, 1, sequence, sha256(b"%s %d" % (stream.encode(), sequence)).digest())


def append(path: Path, entries: int) -> dict[str, Any]:
    """Fill a log, 100 entries a transaction, as a node under a flood of warnings would."""
    store = Store(path)
    log = audit(store, "auria")
    log.note([Began(store.next_epoch(), "bench")], 0, T0)
    cpu_s = time.process_time()
    made = 0

    def some() -> None:
        nonlocal made
        for _ in range(50):
            made += 1
            now_ns = T0 + made * 10_000_000
            sent = Sent("borvia", frame("warning", made), ("auria-borvia warnings",), 500)
            log.note([sent], made, now_ns)
            log.write(now_ns, durable=True)
            log.settled()

    while 2 * made < entries:
        store.commit([], [], some)
    cpu_s = time.process_time() - cpu_s
    store.close()
    return {
        "entries": 2 * made,
        "cpu_s": round(cpu_s, 1),
        "entries_per_cpu_s": round(2 * made / cpu_s),
        "bytes_per_entry": round(path.stat().st_size / (2 * made)),
    }


def verify(path: Path) -> dict[str, Any]:
    """Verify in this process; a fault would be an error of the bench."""
    cpu_s = time.process_time()
    reader = Reader(opened(path), auditor("auria"), {}, lambda count: None)
    reports = [*reader.reports(), *reader.followed()]
    cpu_s = time.process_time() - cpu_s
    assert not any(report.findings for report in reports), reports
    peak = next(x for x in Path("/proc/self/status").read_text().splitlines() if "VmHWM" in x)
    return {
        "entries": sum(report.size for report in reports),
        "cpu_s": round(cpu_s, 1),
        "peak_mb": round(int(peak.split()[1]) / 1024),
    }


def daily(folder: Path, seconds: int) -> int:
    """Return the bytes a day of one node."""
    stores = {n: Store(folder / f"{n}.sqlite") for n in NAMES}
    logs = {n: audit(stores[n], n) for n in NAMES}
    for n in NAMES:
        logs[n].note([Began(stores[n].next_epoch(), "bench")], 0, T0)
    sizes = []
    for second in range(1, seconds + 1):
        now_ns = T0 + second * S
        for n, other in (NAMES, NAMES[::-1]):
            frames = [frame(stream, second) for stream in ("track", "heartbeat")]
            # What left in this second came over there in it.
            logs[n].note([Sent(other, f, ("clause",), 9_000) for f in frames], second, now_ns)
            logs[n].note([Received(other, f, now_ns - S // 2) for f in frames], second, now_ns)
        for n, other in (NAMES, NAMES[::-1]):
            if logs[n].due(now_ns):
                told: list[Any] = []
                stores[n].commit([], [], lambda: told.extend(logs[n].write(now_ns, False)))
                logs[n].settled()
                assert all(isinstance(m, TellAudit) for m in told), told
                header = Issuer(n, "bench", Context.EXERCISE).header(now_ns, now_ns)
                logs[other].hear([PartnerAudit(**header, partner=n, body=m.body) for m in told])
        if second % (seconds // 2) == 0:
            stores["auria"].database.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            sizes.append((folder / "auria.sqlite").stat().st_size)
    return round((sizes[1] - sizes[0]) / (seconds / 2) * 86_400)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--entries", type=int, default=1_000_000)
    parser.add_argument("--verify", type=Path, help="only verify this store")
    args = parser.parse_args()
    if args.verify is not None:
        print(json.dumps(verify(args.verify)))
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        appended = append(folder / "long.sqlite", args.entries)
        command = [sys.executable, __file__, "--verify", str(folder / "long.sqlite")]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        verified = json.loads(done.stdout)
        day_mb = daily(folder, 7_200) / 1e6
    scale = 1_000_000 / verified["entries"]
    met = (
        appended["entries_per_cpu_s"] >= APPEND_MIN
        and verified["cpu_s"] * scale <= VERIFY_MAX_S
        and verified["peak_mb"] <= VERIFY_MAX_MB
    )
    result = {"append": appended, "verify": verified, "mb_a_day_one_partner": round(day_mb, 1)}
    print(json.dumps({**result, "met": met}, indent=1))


if __name__ == "__main__":
    main()
