"""Who the node is and what is fixed on its map."""

import msgspec
import pytest

from skypact.console.settings import MapSite, NodeIdentity


def test_a_site_is_a_place_or_a_sensor() -> None:
    fields = {"name": "Aurensis", "nation": "auria", "lat_deg": -32.0, "lon_deg": -20.4}
    assert msgspec.convert({**fields, "kind": "place"}, MapSite).range_m == 0.0
    with pytest.raises(msgspec.ValidationError, match="kind"):
        msgspec.convert({**fields, "kind": "launcher"}, MapSite)


def test_an_identity_names_its_context() -> None:
    fields = {"nation": "auria", "display_name": "Auria"}
    assert msgspec.convert({**fields, "context": "exercise"}, NodeIdentity).context == "exercise"
    with pytest.raises(msgspec.ValidationError, match="drill"):
        msgspec.convert({**fields, "context": "drill"}, NodeIdentity)
