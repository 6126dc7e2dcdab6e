"""The summary of a demo holds what each node saw, and says which node left none."""

from pathlib import Path

from skypact.cli.summary import Tally, merge
from skypact.core.columns import pack
from skypact.core.ids import Issuer
from skypact.core.messages import Context, Delivery, FeedState, FeedView, PictureView
from tests.unit.cli.test_narrate import WARNING

ISSUER = Issuer("auria", "test", Context.EXERCISE)


def picture(own: list[int]) -> PictureView:
    rows = len(own)
    columns = {name: [0] * (rows * c.width) for name, c in PictureView.COLUMNS.items()}
    columns |= {"number": list(range(1, rows + 1)), "own": own, "callsign": [b""] * rows}
    return PictureView(
        **ISSUER.header(1, 1), reporters=("auria",), count=rows, **pack(PictureView, **columns)
    )


def test_nodes_are_merged(tmp_path: Path) -> None:
    tally = Tally("auria")
    feed = FeedState(
        name="f", format="asterix", records=5, refused=1, unknown=0, doubled=2, dropped=0,
        last_ns=1, alive=True,
    )  # fmt: skip
    tally.take(FeedView(**ISSUER.header(1, 1), feeds=(feed,), sensors=()))
    tally.take(picture([1, 1, 0]))
    tally.take(
        Delivery(**ISSUER.header(1, 1), post="duty", event="warning_raised", warning=WARNING)
    )
    tally.write(tmp_path)
    merged = merge({"auria": tmp_path, "gone": tmp_path / "nowhere"})
    assert merged["nodes"] == ["auria", "gone"]
    assert merged["tracks"] == {"auria": {"own": 2, "from_partners": 1}}
    assert merged["feeds"][0]["records"] == 5
    assert merged["warnings"][0]["threat_class"] == "ballistic"
    assert set(merged["warnings"][0]["ledger"]) >= {"detected_ns", "shown_ns", "acknowledged_ns"}
