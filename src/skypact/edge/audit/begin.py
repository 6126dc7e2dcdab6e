"""The audit log of a node's folder."""

from hashlib import sha256

from skypact.config import NodeDirectory
from skypact.config.cards import AUDIT_USE, key_name
from skypact.config.signing import signing_key
from skypact.core.ids import Issuer
from skypact.edge.audit.audit import Audit
from skypact.edge.audit.keeper import Auditor, Keeper
from skypact.edge.store import Store


def auditor(directory: NodeDirectory) -> Auditor:
    """Return who keeps the log of a folder; raises ConfigError when its key cannot be read."""
    node = directory.config.node
    texts = sha256()
    for name, text in sorted(directory.files.items()):
        texts.update(sha256(name.encode()).digest() + sha256(text.encode()).digest())
    return Auditor(
        nation=node.nation,
        context=node.context,
        name=key_name(node.nation, node.context, AUDIT_USE),
        key=signing_key(directory.keys, AUDIT_USE),
        verifiers={
            name: directory.cards[name].audit
            for name in directory.partners
            if name in directory.cards
        },
        secret=directory.secret,
        keep_days=directory.config.audit.keep_days,
        configuration=texts.digest(),
    )


def open_audit(store: Store, who: Auditor, issuer: Issuer) -> Audit:
    """Open the log in a store, or begin it."""
    return Audit(Keeper(store.database, who, issuer))
