from skypact.core.ids import Issuer
from skypact.core.messages import Context, Woken


def test_ids_count_up_and_name_nation_and_room() -> None:
    issuer = Issuer("auria", "tracking", Context.EXERCISE)
    assert [issuer.next_id() for _ in range(3)] == [f"auria-tracking-{n}" for n in (1, 2, 3)]


def test_a_header_makes_a_message() -> None:
    issuer = Issuer("auria", "node", Context.EXERCISE)
    message = Woken(**issuer.header(5, 7))
    assert (message.id, message.observed_ns, message.received_ns) == ("auria-node-1", 5, 7)
    assert (message.origin, message.context) == ("auria", Context.EXERCISE)


def test_a_restored_count_goes_on() -> None:
    first, second = Issuer("a", "b", Context.TEST), Issuer("a", "b", Context.TEST)
    first.next_id()
    second.issued = first.issued
    assert first.next_id() == second.next_id() == "a-b-2"
