"""Identities at the console: what people see, and what they may ask."""

import asyncio

import msgspec
import pytest

from skypact.console import views
from skypact.console.desk import Watch, decode_ask
from skypact.console.orders import identities
from skypact.console.orders.identities import Identify
from skypact.core.errors import DecodeError
from skypact.core.messages import (
    ConflictResolved,
    Identity,
    IdentityCarried,
    IdentityConflict,
    IdentityProposed,
    IdentitySet,
    PictureView,
    ProposeIdentity,
    ResolveConflict,
    SetIdentity,
    ThreatClass,
)
from tests.unit.console.test_desk import NOW, Node
from tests.unit.picture.flights import ISSUER, T0, S
from tests.unit.picture.identity.claimed import OURS, SEEN, claim, room, sets, told
from tests.unit.picture.identity.test_identities import flying

HEADER = ISSUER.header(T0, T0)
ASKED = (
    '{"ask":"identify","order":"%s","track":105,"identity":6,"reason":"fires",'
    '"evidence":[{"source":"behaviour","what":"no answer"}]}'
)


def contested() -> PictureView:
    made = flying(OURS)
    made.handle(sets(Identity.HOSTILE), T0)
    made.handle(told(Identity.FRIEND, T0 + 1), T0 + 1)
    return next(m for m in made.wake(T0 + S) if isinstance(m, PictureView))


def test_a_track_is_shown_with_both_sides_and_who_decides() -> None:
    (row,) = identities.rows(contested())["rows"]
    assert (row["track"], row["identity"], row["conflict"]) == (105, "hostile", True)
    assert (row["decider"], row["area"], row["deciders"]) == ("auria", "centre", ("Ilse Maren",))
    assert [(c["nation"], c["identity"]) for c in row["claims"]] == [
        ("auria", "hostile"),
        ("borvia", "friend"),
    ]
    assert row["claims"][0]["evidence"][0]["what"] == SEEN.what
    assert row["history"][0]["text"].startswith("Ilse Maren of auria set hostile")
    msgspec.json.encode(row)


def test_the_board_tells_pages_only_what_changed() -> None:
    node, view = Node(), contested()
    assert node.board.take_identities(view)
    assert not node.board.take_identities(view)
    quiet = next(m for m in room(OURS).wake(T0) if isinstance(m, PictureView))
    assert node.board.take_identities(quiet)


@pytest.mark.parametrize(
    ("order", "kind"),
    [("set", SetIdentity), ("propose", ProposeIdentity), ("resolve", ResolveConflict)],
)
def test_it_is_asked_by_the_person_on_watch(order: str, kind: type) -> None:
    node, ask = Node(), decode_ask(ASKED % order)
    assert isinstance(ask, Identify)
    assert "on watch" in asyncio.run(node.desk.order(ask, node.seat))["reason"]
    node.desk.watch(Watch(person="Ilse Maren"), node.seat)
    assert asyncio.run(node.desk.order(ask, node.seat))["kind"] == "done"
    (command,) = node.submitted
    assert isinstance(command, kind)
    assert (command.number, command.identity, command.person) == (105, 6, "Ilse Maren")
    assert (command.evidence[0].what, command.evidence[0].observed_ns) == ("no answer", NOW)

    async def no() -> str:
        return "hostile is for the authority"

    node.answer = no
    assert asyncio.run(node.desk.order(ask, node.seat))["kind"] == "refused"


@pytest.mark.parametrize("order", ["erase", "SET", ""])
def test_no_other_order_is_read(order: str) -> None:
    with pytest.raises(DecodeError):
        decode_ask(ASKED % order)


def claimed(kind: type = IdentitySet, **given):
    return kind(**HEADER, claim=claim(**given), threat_class=ThreatClass.UNKNOWN)


CONFLICT = IdentityConflict(
    **HEADER,
    number=105,
    claims=(claim(), claim(Identity.HOSTILE, nation="auria")),
    decider="auria",
    area="centre",
)
PROPOSED = IdentityProposed(
    **HEADER, nation="borvia", decider="auria", number=105, identity=Identity.FRIEND, evidence=(),
    person="", reason="on plan", threat_class=ThreatClass.UNKNOWN,
)  # fmt: skip
CARRIED = IdentityCarried(
    **HEADER, number=90, former=105, pending=0, identity=Identity.FRIEND, nation="auria",
    reason="correlated",
)  # fmt: skip


@pytest.mark.parametrize(
    ("message", "kind", "words"),
    [
        (claimed(), "identity", "borvia holds friend: said so"),
        (claimed(area="far", person="Bo"), "identity", "Bo of borvia holds friend as authority of"),
        (claimed(ended=True), "identity ended", "borvia holds it no longer"),
        (claimed(ConflictResolved), "conflict resolved", "borvia decided friend"),
        (told(Identity.NEUTRAL), "identity", "borvia holds neutral"),
        (PROPOSED, "identity proposed", "borvia proposes friend: on plan"),
        (CONFLICT, "IDENTITY CONFLICT", "hold and verify: borvia says friend (two engines"),
        (CARRIED, "identity carried", "friend of auria is on 90, before on 105: correlated"),
        (
            msgspec.structs.replace(CARRIED, pending=117, former=90),
            "identity carried",
            "split from it 117 starts pending: set it again",
        ),
        (
            msgspec.structs.replace(CONFLICT, claims=(), open=False),
            "identity conflict over",
            "the claims agree",
        ),
    ],
)
def test_what_happens_to_an_identity_is_noted(message, kind: str, words: str) -> None:
    notice = views.notice(message)
    assert notice is not None
    assert notice.kind == kind
    assert words in notice.text
