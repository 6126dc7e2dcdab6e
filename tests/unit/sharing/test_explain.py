"""How a partner sees a track, clause by clause."""

from skypact.core.messages import ThreatClass
from skypact.sharing.asked.explain import through
from tests.unit.picture.flights import T0, S
from tests.unit.sharing.coalition.club import OTHERS, OWNER, VIEWER, agreements
from tests.unit.sharing.treaty import END, X, agreement, classes, clause, own, sharing

ROUND = {"position_grid_m": 1_000.0, "velocity_grid_mps": 20.0}
ELSEWHERE = ((10.0, 10.0), (10.0, 20.0), (20.0, 15.0))


def explain(*clauses, at_ns: int = T0 + S, number: int = 105, **given) -> list[str]:
    room = sharing(agreement(*clauses, **given))
    room.handle(classes(T0, n105=ThreatClass.DRONE), T0)
    room.handle(own([105], X, T0), T0)
    room.wake(at_ns)
    return room.explain(number, "borvia", at_ns)


def test_what_it_sees_and_why():
    coarse = clause(id="3.2", delay_s=1.0, show_callsign=True, **ROUND)
    assert explain(coarse) == [
        "borvia sees track 105 rounded to 1 km and 20 m/s, 1 s late, with the call sign: clause 3.2"
    ]
    assert explain(clause(id="1")) == ["borvia sees track 105 in full precision, at once: clause 1"]


def test_every_clause_says_why_it_does_not_admit():
    found = explain(
        clause(id="1", classes=("rocket", "cruise")),
        clause(id="2", area_deg=ELSEWHERE, height_max_m=5_000.0),
        clause(id="3", delay_s=100.0),
        clause("warning", id="4"),
        clause(id="5", identities=("hostile", "suspect")),
        clause(id="6", detections=("other",)),
    )
    assert found == [
        "borvia does not see track 105",
        "clause 1: its class is drone, not rocket or cruise",
        "clause 2: it is at [-32.00, -18.00], outside the area",
        "clause 2: its height is 9 km, outside -10 km to 5 km",
        "clause 3: 100 s ago, as late as it leaves, the track was not known",
        "clause 5: we hold it as unknown, not hostile or suspect",
        "clause 6: detected by primary, not only by other",
    ]


def test_no_clause_about_tracks():
    assert explain(clause("warning"))[1] == "no clause is about tracks"


def test_no_agreement_no_lease_no_track():
    after_ns = int(END.timestamp()) * S
    assert explain(clause(), at_ns=after_ns)[1] == "no agreement is in force"
    late = explain(clause(), at_ns=T0 + 61 * S)
    assert late[1] == "borvia was not heard within the lease of 60 s"
    assert explain(clause(), number=7) == ["auria holds no own track 7; it holds: 105"]


def test_through_whom_a_nation_sees_it_without_a_name():
    (said,) = through(agreements(), OWNER, VIEWER)
    assert said.startswith(
        "borvia does not see by whom, but keystone may pass it on to borvia as from the coalition, "
        "rounded to 5 km and 50 m/s, while inside what the owner and cestia and deltia declare: "
        "clause 8 of auria-keystone"
    )
    assert through(agreements(), OWNER, OTHERS[0]) == []
