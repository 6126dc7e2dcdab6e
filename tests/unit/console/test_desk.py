"""Commands of named persons, each submitted once."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from skypact.config.settings import ConsoleSettings
from skypact.console import desk as desks
from skypact.console.auth import Session
from skypact.console.board import Board
from skypact.console.desk import (
    Acknowledge,
    AllClear,
    Desk,
    Hush,
    Resume,
    Shown,
    Suspend,
    Watch,
    decode_ask,
)
from skypact.console.orders.alerts import OrderAlert
from skypact.console.settings import NodeIdentity
from skypact.core.errors import DecodeError, LinkError
from skypact.core.ids import Issuer
from skypact.core.messages import (
    AcknowledgeWarning,
    Context,
    Ledger,
    Message,
    OverrideWatch,
    ReleaseAllClear,
    ReleaseStep,
    ReportShown,
    ResumeAgreement,
    SuspendAgreement,
    WarningState,
)
from tests.unit.console.scene import warning
from tests.unit.console.test_board import deliver

NOW = 1_900_000_000_000_000_000


class Node:
    """Stands in for the worker: remembers what was submitted."""

    def __init__(self, **settings: Any) -> None:
        self.submitted: list[Message] = []
        self.answer: Callable[[], Awaitable[str]] = self.take
        identity = NodeIdentity(nation="auria", context=Context.TEST, display_name="Auria")
        self.board = Board(ConsoleSettings(), identity)
        issuer = Issuer("auria", "console", Context.TEST)
        self.desk = Desk(
            ConsoleSettings(**settings), identity, self.board, self.submit, lambda: NOW, issuer
        )
        self.seat = Session("s1", NOW * 2)

    async def take(self) -> str:
        return ""

    async def submit(self, message: Message) -> str:
        self.submitted.append(message)
        return await self.answer()

    def decide(self, ask: Acknowledge | AllClear, seat: Session | None = None) -> dict[str, Any]:
        return asyncio.run(self.desk.decide(ask, seat or self.seat))


@pytest.fixture
def node() -> Node:
    node = Node()
    deliver(node.board, warning(1))
    return node


def test_an_acknowledgement_carries_the_name_of_its_own_seat(node: Node) -> None:
    other = Session("s2", NOW * 2)
    node.desk.watch(Watch(person=" Ilse   Maren "), node.seat)
    node.desk.watch(Watch(person="Ravi Dorn"), other)
    answer = node.decide(Acknowledge(warning_id="borvia-w1"))
    assert answer["kind"] == "done"
    (command,) = node.submitted
    assert isinstance(command, AcknowledgeWarning)
    assert (command.person, command.post, command.warning_id) == ("Ilse Maren", "duty", "borvia-w1")
    assert command.context is Context.TEST
    assert command.observed_ns == NOW


def test_without_a_name_nothing_is_submitted(node: Node) -> None:
    assert "on watch" in node.decide(Acknowledge(warning_id="borvia-w1"))["reason"]
    assert node.submitted == []


def test_a_page_cannot_name_another_person() -> None:
    text = '{"ask":"acknowledge","warning_id":"borvia-w1","person":"Ravi Dorn"}'
    with pytest.raises(DecodeError, match="person"):
        decode_ask(text)


@pytest.mark.parametrize(
    "text",
    [
        "", "{}", '{"ask":"fire"}', '{"ask":"watch","person":"' + "x" * 81 + '"}',
        '{"ask":"shown","rows":[["w",-1]]}', '{"ask":"shown","rows":[["w",1e9]]}',
        '{"ask":"shown","rows":[' + ",".join(['["w",1]'] * 65) + "]}",
    ],
    ids=["empty", "no ask", "unknown", "long name", "negative", "too old", "too many"],
)  # fmt: skip
def test_what_no_page_of_ours_sends_is_refused(text: str) -> None:
    with pytest.raises(DecodeError, match="console page"):
        decode_ask(text)


def test_good_asks_are_read() -> None:
    assert decode_ask('{"ask":"hush"}') == Hush()
    assert decode_ask('{"ask":"shown","rows":[["w1",3.5]]}') == Shown(rows=[("w1", 3.5)])


def test_a_second_press_submits_nothing(node: Node) -> None:
    node.seat.person = "Ilse Maren"
    node.decide(Acknowledge(warning_id="borvia-w1"))
    assert "already" in node.decide(Acknowledge(warning_id="borvia-w1"))["reason"]
    deliver(
        node.board, warning(1, version=2, state=WarningState.ACKNOWLEDGED, acknowledged_by="A B")
    )
    assert "A B has" in node.decide(Acknowledge(warning_id="borvia-w1"))["reason"]
    deliver(node.board, warning(1, version=3, state=WarningState.ESCALATED))
    assert node.decide(Acknowledge(warning_id="borvia-w1"))["kind"] == "done"
    assert len(node.submitted) == 2


def test_two_seats_at_once_submit_one(node: Node) -> None:
    node.seat.person = "Ilse Maren"

    async def run() -> list[dict[str, Any]]:
        ask = Acknowledge(warning_id="borvia-w1")
        other = Session("s2", NOW * 2, "Ravi Dorn")
        return await asyncio.gather(node.desk.decide(ask, node.seat), node.desk.decide(ask, other))

    answers = asyncio.run(run())
    assert [a["kind"] for a in answers] == ["done", "refused"]
    assert len(node.submitted) == 1


def test_a_refused_command_may_be_given_again(node: Node) -> None:
    node.seat.person = "Ilse Maren"

    async def refuse() -> str:
        raise LinkError("the worker has stopped", link="node")

    node.answer = refuse
    assert "has stopped" in node.decide(Acknowledge(warning_id="borvia-w1"))["reason"]
    node.answer = node.take
    assert node.decide(Acknowledge(warning_id="borvia-w1"))["kind"] == "done"


def test_a_node_that_does_not_answer_is_not_waited_for_for_ever(
    node: Node, monkeypatch: pytest.MonkeyPatch
) -> None:
    node.seat.person = "Ilse Maren"

    async def never() -> str:
        await asyncio.Event().wait()
        return ""

    node.answer = never
    monkeypatch.setattr(desks, "_SUBMIT_S", 0.01)
    assert "did not confirm" in node.decide(Acknowledge(warning_id="borvia-w1"))["reason"]


def test_only_the_origin_releases_an_all_clear(node: Node) -> None:
    node.seat.person = "Ilse Maren"
    deliver(node.board, warning(2, state=WarningState.CLEAR_PROPOSED))
    deliver(node.board, warning(3, state=WarningState.CLEAR_PROPOSED, origin="auria"))
    assert "belongs to borvia" in node.decide(AllClear(warning_id="borvia-w2"))["reason"]
    assert node.decide(AllClear(warning_id="borvia-w3"))["kind"] == "done"
    assert [type(m) for m in node.submitted] == [ReleaseAllClear]


def test_warnings_of_others_and_unknown_ones_are_not_acknowledged(node: Node) -> None:
    node.seat.person = "Ilse Maren"
    deliver(node.board, warning(2, nation="cestia"))
    assert "warns cestia" in node.decide(Acknowledge(warning_id="borvia-w2"))["reason"]
    assert "no such" in node.decide(Acknowledge(warning_id="nowhere"))["reason"]


def test_a_roster_can_be_the_only_names() -> None:
    node = Node(roster=("Ilse Maren",), typed_names=False)
    assert node.desk.watch(Watch(person="Someone"), node.seat)["kind"] == "refused"
    assert node.desk.watch(Watch(person="Ilse Maren"), node.seat)["person"] == "Ilse Maren"
    for name in ("", "  ", "a\u0000b"):
        assert Node().desk.watch(Watch(person=name), node.seat)["kind"] == "refused"


def test_a_painted_row_is_reported_once_with_its_age_taken_off(node: Node) -> None:
    deliver(node.board, warning(2, nation="cestia"))
    deliver(node.board, warning(3, ledger=Ledger(shown_ns=5)))
    rows = [("borvia-w1", 12.5), ("borvia-w2", 1.0), ("borvia-w3", 1.0), ("nowhere", 1.0)]
    asyncio.run(node.desk.shown(Shown(rows=rows), NOW))
    asyncio.run(node.desk.shown(Shown(rows=rows), NOW))
    (report,) = node.submitted
    assert isinstance(report, ReportShown)
    assert report.observed_ns == NOW - 12_500_000
    assert report.received_ns == NOW


def test_a_report_that_failed_may_come_again(node: Node) -> None:
    async def refuse() -> str:
        return "not now"

    node.answer = refuse
    asyncio.run(node.desk.shown(Shown(rows=[("borvia-w1", 0.0)]), NOW))
    node.answer = node.take
    asyncio.run(node.desk.shown(Shown(rows=[("borvia-w1", 0.0)]), NOW))
    assert len(node.submitted) == 2


def test_a_hush_names_the_seat(node: Node) -> None:
    node.desk.hush(node.seat)
    assert node.board.hush["person"] == "an unnamed seat"


@pytest.mark.parametrize(("ask", "kind"), [(Suspend, SuspendAgreement), (Resume, ResumeAgreement)])
def test_an_agreement_is_suspended_by_the_person_on_watch(
    node: Node, ask: type, kind: type[Message]
) -> None:
    asked = ask(agreement="auria-borvia", clause="2", reason="drill")
    assert "on watch" in asyncio.run(node.desk.agree(asked, node.seat))["reason"]
    assert node.submitted == []
    node.desk.watch(Watch(person="Ilse Maren"), node.seat)
    assert asyncio.run(node.desk.agree(asked, node.seat))["kind"] == "done"
    (command,) = node.submitted
    assert isinstance(command, kind)
    assert (command.agreement, command.clause) == ("auria-borvia", "2")
    assert (command.person, command.reason) == ("Ilse Maren", "drill")

    async def no() -> str:
        return "there is no agreement"

    node.answer = no
    answer = asyncio.run(node.desk.agree(asked, node.seat))
    assert (answer["kind"], answer["reason"]) == ("refused", "there is no agreement")


@pytest.mark.parametrize(
    "text",
    [
        '{"ask":"suspend","agreement":"auria-borvia"}',
        '{"ask":"suspend","agreement":"auria-borvia","reason":""}',
        '{"ask":"suspend","agreement":"Auria","reason":"r"}',
        '{"ask":"resume","agreement":"auria-borvia","clause":"a b","reason":"r"}',
    ],
)
def test_what_could_not_be_journalled_is_not_asked(text: str) -> None:
    with pytest.raises(DecodeError):
        decode_ask(text)


def test_an_answer_about_an_alert_says_which(node: Node) -> None:
    release = OrderAlert(order="release", alert_id="auria-a1", step="public")
    override = OrderAlert(order="override", roster="watch", recipient="deputy", for_s=60.0)
    refused = asyncio.run(node.desk.order(release, node.seat))
    assert (refused["kind"], refused["about"]) == ("refused", "auria-a1/public")
    node.desk.watch(Watch(person="Ilse Maren"), node.seat)
    answers = [asyncio.run(node.desk.order(ask, node.seat)) for ask in (release, override)]
    assert [(a["kind"], a["about"]) for a in answers] == [
        ("done", "auria-a1/public"), ("done", "watch"),
    ]  # fmt: skip
    assert [type(m) for m in node.submitted] == [ReleaseStep, OverrideWatch]
