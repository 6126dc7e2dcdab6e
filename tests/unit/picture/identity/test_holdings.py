"""The memory of identities."""

import msgspec

from skypact.core.messages import Identity
from skypact.picture.identity import holdings as module
from skypact.picture.identity.holdings import LOST_NS, Holdings, HoldingsState
from skypact.picture.numbers import Numbers
from skypact.picture.systems import Systems
from tests.unit.picture.flights import T0
from tests.unit.picture.identity.claimed import held


def memory() -> Holdings:
    return Holdings(Systems(Numbers((1,), 0)), 3)


def test_history_follows_a_number_and_stays_short() -> None:
    kept = memory()
    for k, number in enumerate((7, 5, 7, 5)):
        kept.note(number, f"step {k}", T0 + k)
    kept.rename(7, 5, T0 + 9)
    assert [s.text for s in kept.history(5)] == ["step 1", "step 2", "step 3"]
    assert (kept.history(7), kept.latest(7)) == ((), 5)
    kept.forget(5)
    assert kept.history(5) == ()


def test_claims_go_with_their_track() -> None:
    kept = memory()
    kept.put(held(Identity.FRIEND))
    assert [h.system for h in kept.rename(105, 90, T0)] == [90]
    assert list(kept.by_track()) == [90]
    assert kept.of(105) == []


def test_a_claim_waits_an_hour_for_its_track() -> None:
    kept = memory()
    waiting = held(Identity.FRIEND)
    waiting.system, waiting.lost_ns = 0, T0
    kept.put(waiting)
    kept.forget_old(T0 + LOST_NS)
    assert kept.held
    kept.forget_old(T0 + LOST_NS + 1)
    assert not kept.held


def test_one_nation_cannot_fill_the_memory(monkeypatch) -> None:
    monkeypatch.setattr(module, "CLAIMS_MAX", 3)
    kept = memory()
    for k in range(5):
        one = held(Identity.NEUTRAL, claim_id=f"b/{k}", since_ns=T0 + k)
        one.system = 0 if k == 2 else 100 + k
        kept.put(one)
    assert sorted(kept.held) == ["b/1", "b/3", "b/4"]


def test_a_snapshot_holds_everything() -> None:
    kept, copy = memory(), memory()
    kept.put(held(Identity.FRIEND))
    kept.note(105, "set", T0)
    kept.rename(105, 90, T0)
    state = msgspec.msgpack.decode(msgspec.msgpack.encode(kept.state()), type=HoldingsState)
    copy.restore(state)
    assert (copy.by_track(), copy.history(90), copy.latest(105)) == (
        kept.by_track(),
        kept.history(90),
        90,
    )
