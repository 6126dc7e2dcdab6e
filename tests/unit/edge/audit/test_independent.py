"""What the store holds and what is told, verified by a program that shares no code with ours:
tlog-scales (checkpoints, cosignatures, inclusion and consistency as RFC 9162 says)."""

from hashlib import sha256
from itertools import pairwise

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from tlog_scales.signing import Vkey
from tlog_scales.tlog import (
    Checkpoint,
    ConsistencyProof,
    ConsistencyProofInvalid,
    InclusionProof,
    InclusionProofInvalid,
)

from skypact.edge.audit.tables import OWN, StoredTree
from skypact.sharing.audit.log import subtree_of
from skypact.sharing.audit.merkle import consistency_proof, inclusion_proof
from tests.unit.edge.audit.pair import Pair, key, key_name, verifier


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> Pair:
    pair = Pair(tmp_path_factory.mktemp("pair"))
    for _ in range(6):
        pair.warn()
        pair.run(45)
    return pair


def witness(nation: str) -> Vkey:
    raw = key(nation).public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    return Vkey(key_name(nation), None, 4, raw)


def log(pair: Pair, nation: str, partner: str):
    tables = pair[nation].audit.keeper.tables
    row = tables.logs()[partner]
    return tables, row, subtree_of(StoredTree(tables, row))


@pytest.mark.parametrize("partner", [OWN, "borvia"], ids=["own", "partner"])
def test_every_head_is_signed_and_leads_to_the_next(pair: Pair, partner: str) -> None:
    tables, row, subtree = log(pair, "auria", partner)
    notes = tables.notes(row.end.origin)
    vkey = Vkey.from_string(verifier("auria").text())
    assert len(notes) >= 4
    heads = [Checkpoint.from_text(n.note) for n in notes]
    for head in heads:
        head.verify(vkey)
        assert head.origin == row.end.origin
    for old, new in pairwise(heads):
        proof = consistency_proof(old.size, new.size, subtree)
        ConsistencyProof(old.size, new.size, proof).check(old.root_hash, new.root_hash)
        if proof:
            proof[0] = bytes(32)
            with pytest.raises(ConsistencyProofInvalid):
                ConsistencyProof(old.size, new.size, proof).check(old.root_hash, new.root_hash)


def test_every_cosignature_holds(pair: Pair) -> None:
    tables, row, _ = log(pair, "auria", "borvia")
    cosigned = [n for n in tables.notes(row.end.origin) if n.by == "borvia"]
    assert cosigned
    by = witness("borvia")
    for note in cosigned:
        head = Checkpoint.from_text(note.note)
        (found,) = [s for s in head.signatures if by.match(s)]
        by.get_verifier().verify_note(found, head)


@pytest.mark.parametrize("partner", [OWN, "borvia"], ids=["own", "partner"])
def test_every_entry_is_included(pair: Pair, partner: str) -> None:
    tables, row, subtree = log(pair, "auria", partner)
    head = Checkpoint.from_text(tables.notes(row.end.origin)[-1].note)
    for entry in tables.entries(row.log, 0, head.size):
        leaf = sha256(b"\0" + entry.data).digest()
        path = inclusion_proof(entry.number, head.size, subtree)
        InclusionProof(entry.number, head.size, path).check(leaf, head.root_hash)
        with pytest.raises(InclusionProofInvalid):
            InclusionProof(entry.number, head.size, path).check(bytes(32), head.root_hash)
