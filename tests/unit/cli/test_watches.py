"""The posts and procedures of the demo are as good as those that people write."""

from pathlib import Path

from skypact.cli import folders
from skypact.cli.watches import write
from skypact.config import load
from skypact.exercise.scenario import load as load_scenario


def test_every_nation_with_places_has_a_procedure_that_is_used(tmp_path: Path):
    scenario = load_scenario("first_night")
    names = [nation.name for nation in scenario.nations]
    network = folders.Network({}, dict.fromkeys(names, 4300), 7422, {}, {"auria": 8744})
    folders.write_folders(
        tmp_path, scenario, folders.agreement_texts("first_night"), 1, network, {}
    )
    write(tmp_path, scenario, folders.VALID)
    warned = {place.nation for place in scenario.places}
    for name in names:
        people, procedures, refused = load(tmp_path / name).alerting
        assert [str(fault) for fault in refused] == []
        assert [p.name for p in procedures] == (["raid"] if name in warned else [])
        assert bool(people.recipients) == (name in warned)
    channels = load(tmp_path / "auria").config.channels
    assert channels.cap is not None
    assert channels.cap.port == 8744
    before = (tmp_path / "auria/people.toml").read_bytes()
    write(tmp_path, scenario, folders.VALID)
    assert (tmp_path / "auria/people.toml").read_bytes() == before
