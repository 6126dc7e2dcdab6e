from skypact.core.ids import Issuer
from skypact.core.messages import Context, WarningState
from skypact.warning.audience import Audience
from skypact.warning.case import opened
from skypact.warning.lifecycle import Trigger
from skypact.warning.settings import WarningSettings
from tests.unit.warning.test_case import threat
from tests.unit.warning.world import START_NS


def audience(**posts: tuple[str, ...]) -> Audience:
    settings = WarningSettings(**posts)  # pyright: ignore[reportArgumentType]
    return Audience(Issuer("auria", "warning", Context.EXERCISE), settings)


def for_nation(nation: str):
    return opened(threat(0, Alder=100), "auria-w1", ("auria", nation), START_NS, 30.0, 30.0)


def test_each_step_tells_one_more_post() -> None:
    some = audience(posts=("a", "b"), escalation_posts=("c", "d"))
    case = for_nation("auria")
    posts = []
    for case.step in range(3):
        posts.append([d.post for d in some.deliver("x", case, START_NS)])
    assert posts == [["a", "b"], ["a", "b", "c"], ["a", "b", "c", "d"]]
    assert some.steps_max == 2
    assert audience(escalation_posts=()).steps_max == 1


def test_our_people_read_how_far_a_partners_warning_has_come() -> None:
    def words(case) -> str:
        return audience().deliver("x", case, START_NS)[0].warning.reason

    case = for_nation("borvia")
    assert words(case).startswith("Sent to borvia, waiting for acknowledgement. Cruise")
    case.apply(Trigger.SILENCE)
    assert case.warning.state is WarningState.ESCALATED
    assert words(case).startswith("borvia has not acknowledged in time")
    case.acknowledge("Bo", START_NS)
    assert words(case).startswith("borvia has acknowledged.")
    assert words(for_nation("auria")).startswith("Cruise")
