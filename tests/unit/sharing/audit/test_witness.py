"""Following a log in memory: proofs, heads and leaves, one change at a time."""

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from skypact.core.notes import Verifier
from skypact.sharing.audit.checkpoint import sign
from skypact.sharing.audit.exchange import AuditBody
from skypact.sharing.audit.leaves import Numbered, Run, SentLeaf, StartedLeaf, digest, encode
from skypact.sharing.audit.log import Log, subtree_of
from skypact.sharing.audit.merkle import Range, consistency_proof, leaf_hash
from skypact.sharing.audit.witness import FaultKind, Followed, Mark, judge

KEY = Ed25519PrivateKey.from_private_bytes(bytes(32))
BY = Verifier("auria", KEY.public_key())


class Nothing:
    """No frame came or went."""

    def came(self, frame):
        return None

    went = came

    def claimed(self, frame):
        pass

    def excused(self, frame):
        return False

    def lost(self, before_epoch):
        return 0

    def overdue(self, time_ns):
        return None

    def forget(self, time_ns):
        pass


class Kept:
    first, before = 0, Range()

    def __init__(self, data):
        self.hashes = [leaf_hash(d) for d in data]

    def node(self, level, number):
        return None

    def leaf_hashes(self, begin, end):
        return self.hashes[begin:end]


def sent(*sequences, time_ns=10, stream="track", epoch=1):
    runs = tuple(
        Run(stream=stream, epoch=epoch, first=n, hashes=digest(b"%d" % n)) for n in sequences
    )
    return encode(SentLeaf(time_ns=time_ns, runs=runs))


DATA = [encode(StartedLeaf(time_ns=1, epoch=1, clean=True)), sent(1), sent(2, 3), sent(4)]


def body(data, begin, upto=None, origin="log", **given):
    log = Log(origin)
    for item in data[:upto]:
        log.append(item)
    proof = consistency_proof(begin, log.size, subtree_of(Kept(data))) if begin else []
    note = sign(log.checkpoint(), "auria", KEY)
    told = {"leaves": tuple(data[begin:upto]), "proof": tuple(proof), **given}
    return AuditBody(note=note, begin=begin, **told)


def follow(held, told):
    return judge(held, told, BY, Nothing())


def test_a_log_is_followed_in_pieces():
    first = follow(Followed(), body(DATA, 0, 2))
    assert first.grown
    second = follow(first.followed, body(DATA, 2))
    assert (second.grown, second.followed.size, second.faults) == (True, 4, [])
    assert second.followed.marks == {"track": Mark(1, 4)}
    same = follow(second.followed, body(DATA, 4))
    assert (same.grown, same.faults) == (True, [])


def test_a_log_is_followed_from_the_middle_on_trust():
    log = Log("log")
    for item in DATA[:3]:
        log.append(item)
    told = body(DATA, 3, roots=tuple(log.tree.roots), proof=())
    assert follow(Followed(), told).followed.size == 4
    wrong = follow(Followed(), body(DATA, 3, roots=tuple(log.tree.roots)[:1], proof=()))
    assert wrong.faults[0].kind is FaultKind.UNREADABLE
    held = follow(Followed(), body(DATA, 0, 2)).followed
    asked = follow(held, told)
    assert (asked.grown, asked.faults) == (False, [])


def fault(held, told):
    judged = follow(held, told)
    assert not judged.grown
    assert judged.followed == held
    return judged.faults[0]


def test_heads_that_cannot_be():
    held = follow(Followed(), body(DATA, 0, 3)).followed
    other = [*DATA[:1], sent(1, time_ns=11), *DATA[2:]]
    assert fault(held, body(DATA, 2, 2)).kind is FaultKind.ROLLBACK
    assert fault(held, body(other, 3, 3)).kind is FaultKind.TWO_FACED
    assert fault(held, body(other, 3)).kind is FaultKind.TWO_FACED
    assert fault(held, body(DATA, 3, origin="other")).kind is FaultKind.TWO_FACED
    assert fault(held, body(DATA, 3, proof=())).kind is FaultKind.TWO_FACED
    assert fault(held, body(DATA, 3, leaves=(sent(5),))).kind is FaultKind.TWO_FACED
    assert fault(held, body(DATA, 3, leaves=())).kind is FaultKind.TWO_FACED
    assert fault(held, AuditBody(note="no note")).kind is FaultKind.UNREADABLE
    stranger = Verifier("auria", Ed25519PrivateKey.from_private_bytes(b"1" * 32).public_key())
    judged = judge(held, body(DATA, 3), stranger, Nothing())
    assert judged.faults[0].kind is FaultKind.SIGNATURE


def kind_of(*more):
    held = follow(Followed(), body(DATA, 0)).followed
    return fault(held, body([*DATA, *more], 4))


def test_leaves_that_cannot_be():
    assert kind_of(sent(6)).kind is FaultKind.DROPPED
    assert kind_of(sent(4)).kind is FaultKind.REORDERED
    assert kind_of(sent(5), sent(7)).number == 5
    assert kind_of(sent(5, time_ns=9)).kind is FaultKind.REORDERED
    assert kind_of(sent(2, epoch=2)).kind is FaultKind.DROPPED
    assert kind_of(sent(1, epoch=2), sent(5)).kind is FaultKind.REORDERED
    assert kind_of(b"nonsense").kind is FaultKind.UNREADABLE


def test_what_no_longer_is_held_is_a_fault():
    held = follow(Followed(), body(DATA, 0, 2)).followed
    assert fault(held, body(DATA, 3, gone=True)).kind is FaultKind.DROPPED


def test_warnings_go_on_across_runs():
    held = follow(Followed(), body([*DATA, sent(1, stream="warning")], 0)).followed
    after = [*DATA, sent(1, stream="warning"), sent(2, stream="warning", epoch=2)]
    assert follow(held, body(after, 5)).grown


def test_frames_are_compared():
    class Came(Nothing):
        def came(self, frame: Numbered):
            return digest(b"2") if frame.sequence != 3 else digest(b"another")

    held = follow(Followed(), body(DATA, 0, 2)).followed
    judged = judge(held, body(DATA, 2), BY, Came())
    assert (judged.faults[0].kind, judged.faults[0].number) == (FaultKind.ALTERED, 2)
    assert "track 3 of epoch 1" in judged.faults[0].text
