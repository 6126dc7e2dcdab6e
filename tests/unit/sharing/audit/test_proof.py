"""A proof file: it holds as it was written, and no single character can be changed."""

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from skypact.core.notes import Verifier
from skypact.sharing.audit.checkpoint import cosign, sign
from skypact.sharing.audit.leaves import Numbered, SentLeaf, digest, encode, leaves
from skypact.sharing.audit.log import Log, subtree_of
from skypact.sharing.audit.merkle import Range, inclusion_proof, leaf_hash
from skypact.sharing.audit.proof import ProofError, proof_text, proven

KEYS = {n: Ed25519PrivateKey.from_private_bytes(n.encode().ljust(32)) for n in ("auria", "borvia")}
CARDS = [Verifier(name, key.public_key()) for name, key in KEYS.items()]
DATA = [
    encode(next(leaves(SentLeaf, [Numbered("warning", 1, n, digest(b"%d" % n))], n)))
    for n in range(1, 12)
]


class Kept:
    first, before = 0, Range()

    def node(self, level, number):
        return None

    def leaf_hashes(self, begin, end):
        return [leaf_hash(data) for data in DATA[begin:end]]


def proof(number=4):
    log = Log("skypact/auria.exercise/0123456789abcdef")
    for data in DATA:
        log.append(data)
    note = sign(log.checkpoint(), "auria", KEYS["auria"])
    note = cosign(note, "borvia", KEYS["borvia"], 1_700_000_000)
    return proof_text(DATA[number], number, inclusion_proof(number, 11, subtree_of(Kept())), note)


@pytest.mark.parametrize("number", range(11))
def test_a_proof_shows_the_entry_and_who_signed(number):
    shown = proven(proof(number), CARDS)
    assert encode(shown.leaf) == DATA[number]
    assert shown.number == number
    assert shown.signed == ("auria",)
    assert shown.cosigned == {"borvia": 1_700_000_000}


def test_without_the_card_of_its_log_nothing_is_proven():
    assert proven(proof(), CARDS[:1]).cosigned == {}
    with pytest.raises(ProofError, match="no card"):
        proven(proof(), CARDS[1:])


def test_no_character_of_it_can_be_changed_to_show_anything_else():
    text = proof()
    whole = proven(text, CARDS)
    for place, was in enumerate(text):
        other = "B" if was != "B" else "C"
        try:
            shown = proven(text[:place] + other + text[place + 1 :], CARDS)
        except ProofError:
            continue
        # What is left shows the same (the last bits of base64 say nothing), or the cosignature's
        # own line is broken and not counted.
        assert shown in (whole, whole._replace(cosigned={}))


@pytest.mark.parametrize("text", ["", "x", "c2sp.org/tlog-proof@v1\n\n", "c2sp.org/tlog-proof@v1"])
def test_other_files_are_no_proofs(text):
    with pytest.raises(ProofError):
        proven(text, CARDS)
