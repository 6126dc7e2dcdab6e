"""Following a partner's log anew after a fault: a person's decision, taken while the node rests."""

from hashlib import sha256
from pathlib import Path

import apsw

from skypact.core.errors import ConfigError
from skypact.core.ids import Issuer
from skypact.edge.audit.keeper import Auditor, Keeper
from skypact.edge.audit.tables import run
from skypact.sharing.audit.entries import DecidedEntry

WHAT = "accept_audit_log"


def accept(path: Path, who: Auditor, partner: str, person: str, reason: str, now_ns: int) -> str:
    """Forget how far a partner's log was followed and enter who decided it; return the fault that
    is accepted. path: of the store. Raises ConfigError when the node runs or there is no fault."""
    try:
        db = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        run(db, "PRAGMA locking_mode = exclusive")
        run(db, "BEGIN IMMEDIATE")
    except apsw.BusyError as error:
        raise ConfigError("the node runs: end it first", path=str(path)) from error
    except apsw.Error as error:
        raise ConfigError(f"cannot be written: {error}", path=str(path)) from error
    try:
        run(db, "COMMIT")
        keeper = Keeper(db, who, Issuer(who.nation, "audit", who.context))
        state = keeper.followed.get(partner)
        if state is None or not state.fault:
            raise ConfigError(f"there is no fault of {partner} to accept", path=str(path))
        with db:
            for table in ("audit_followed", "audit_open", "audit_forgotten"):
                run(db, f"DELETE FROM {table} WHERE partner = ?", (partner,))
            keeper.decide(
                DecidedEntry(
                    time_ns=max(now_ns, keeper.time_ns),
                    what=WHAT,
                    about=f"{partner}: {state.fault}; accepted because {reason}",
                    person=person,
                    message=sha256(reason.encode()).digest(),
                )
            )
    finally:
        db.close()
    return state.fault
