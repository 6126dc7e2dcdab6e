"""The node passes messages on by its table and lets only door types out."""

from collections.abc import Sequence
from pathlib import Path

import msgspec
import pytest

from skypact.config import NODE_FILE, decode
from skypact.core.errors import InvariantError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    Context,
    FrameRefused,
    LinkView,
    Message,
    NodeStarted,
    PartnerFrame,
    Scan,
    Stream,
    ThreatBatch,
    WarningCleared,
)
from skypact.node import DOORS, ROOMS, ROUTES, TRACK_NUMBERS, Node, track_numbers

ISSUER = Issuer("auria", "test", Context.EXERCISE)


class Scripted:
    """A room that answers each kind of message with prepared ones."""

    def __init__(self, answers: dict[type[Message], list[Message]], due_ns: int | None = None):
        self.answers, self.due_ns = answers, due_ns
        self.got: list[type[Message]] = []

    def handle(self, message: Message, now_ns: int) -> Sequence[Message]:
        self.got.append(type(message))
        return self.answers.get(type(message), [])

    def wake(self, now_ns: int) -> Sequence[Message]:
        self.due_ns = now_ns + 10
        return [LinkView(**ISSUER.header(now_ns, now_ns), links=())]

    def next_wake_ns(self) -> int | None:
        return self.due_ns

    def snapshot(self) -> bytes:
        return msgspec.msgpack.encode(self.due_ns)

    def restore(self, state: bytes) -> None:
        self.due_ns = msgspec.msgpack.decode(state)


def frame() -> PartnerFrame:
    return PartnerFrame(**ISSUER.header(1, 1), partner="borvia", stream=Stream.TRACK, frame=b"")


def refused() -> FrameRefused:
    return FrameRefused(**ISSUER.header(1, 1), partner="borvia", reason="torn")


def threats() -> ThreatBatch:
    return ThreatBatch(
        **ISSUER.header(1, 1), count=0, number=b"", threat_class=b"", probability=b""
    )


def rooms(**scripted: Scripted) -> dict[str, Scripted]:
    return {name: scripted.get(name, Scripted({})) for name in ROOMS}


def test_only_doors_leave_and_the_rest_is_passed_on() -> None:
    made = rooms(sharing=Scripted({PartnerFrame: [threats(), refused()]}))
    left = Node(made).handle(frame(), 5)
    assert [type(m) for m in left] == [FrameRefused]
    assert made["picture"].got == [ThreatBatch]
    assert made["sharing"].got == [PartnerFrame, ThreatBatch]


def test_the_start_reaches_every_room() -> None:
    made = rooms()
    Node(made).handle(NodeStarted(**ISSUER.header(1, 1), epoch=1, version="1"), 5)
    assert all(room.got == [NodeStarted] for room in made.values())


def test_only_rooms_that_are_due_wake() -> None:
    made = rooms(sharing=Scripted({}, due_ns=10), warning=Scripted({}, due_ns=30))
    node = Node(made)
    assert node.next_wake_ns() == 10
    assert len(node.wake(12)) == 1
    assert node.next_wake_ns() == 22


def test_rooms_that_answer_each_other_for_ever_are_stopped() -> None:
    made = rooms(
        sharing=Scripted({PartnerFrame: [threats()], ThreatBatch: [threats()]}),
    )
    with pytest.raises(InvariantError, match="one input"):
        Node(made).handle(frame(), 1)


def test_a_message_no_room_takes_is_an_error() -> None:
    with pytest.raises(InvariantError, match="no room"):
        Node(rooms()).handle(refused(), 1)


def test_snapshot_and_restore() -> None:
    made = rooms(sharing=Scripted({}, due_ns=10))
    state = Node(made).snapshot()
    other = Node(rooms())
    other.restore(state)
    assert other.next_wake_ns() == 10


def test_the_table_names_rooms_only() -> None:
    assert {name for names in ROUTES.values() for name in names} <= set(ROOMS)
    assert not set(DOORS) & {Scan, WarningCleared}


def test_a_nation_that_is_alone_has_all_numbers_in_an_order_of_its_own(tmp_path: Path) -> None:
    text = '[node]\nnation = "auria"\ndisplay_name = "A"\ncontext = "test"\n'
    one, other = (decode(tmp_path, {NODE_FILE: text}, bytes([n]) * 32) for n in (1, 2))
    assert sorted(track_numbers(one)) == list(TRACK_NUMBERS)
    assert track_numbers(one) == track_numbers(one) != track_numbers(other)
    leased = decode(tmp_path, {NODE_FILE: text + "[picture]\ntrack_numbers = [7]\n"}, bytes(32))
    assert track_numbers(leased) == (7,)
    joined = decode(tmp_path, {NODE_FILE: text + "[link]\nport = 4222\n"}, bytes(32))
    assert track_numbers(joined) == ()
