"""What is written is what libasterix writes, and it reads back the numbers given."""

import subprocess
import sys

import numpy as np
import pytest

from skypact.sensors.asterix.forms import Form, writer
from skypact.sensors.asterix.numbers import Bits
from skypact.sensors.categories import (
    asterix_cat021,
    asterix_cat034,
    asterix_cat048,
    asterix_cat062,
)
from tests.unit.sensors import oracle, samples


def test_records_are_those_of_libasterix_bit_by_bit() -> None:
    forms = (
        Form("010", ("010",)),
        Form("020", ("020/TYP", "020/SIM", "020/ERR")),
        Form("070", ("070/MODE3A",)),
        Form("120", ("120/CAL/CAL",)),
        Form("SP", bits=(Bits("SP/A", "SP", 8, 16, signed=True),)),
        Form("140", ("140",)),
    )
    made = writer(48, "1.32", forms)
    values = {"010": 0x709, "020/TYP": 5, "020/SIM": 1, "020/ERR": np.array([0, 1])}
    values |= {"070/MODE3A": 0o7654, "120/CAL/CAL": -3, "SP/A": -2, "140": np.array([5, 6])}
    has = (True, True, np.array([True, False]), np.array([False, True]), True, True)
    descriptors = [((5, 1, 0, 0, 0, None), (0, e, 0, 0, 0, 0, None)) for e in (0, 1)]
    expected = [
        {"010": 0x709, "140": 5, "020": descriptors[0], "070": 0o7654, "SP": b"\xff\xfe"},
        {"010": 0x709, "140": 6, "020": descriptors[1], "120": {"CAL": 0x3FD}, "SP": b"\xff\xfe"},
    ]
    assert made.blocks(values, has, 2) == [oracle.made(48, "1.32", expected)]
    assert made.blocks(values, has, 1) == [oracle.made(48, "1.32", [e]) for e in expected]


def test_an_expansion_field_has_its_length_and_its_flags() -> None:
    made = writer(48, "1.32", (Form("010", ("010",)), Form("RE", ("RE/ERR",))), "1.13")
    [data] = made.blocks({"010": np.array([1]), "RE/ERR": 0x12345}, (True, True), 1)
    inside = oracle.specification(48, "1.13", "Ref").cv_expansion.create({"ERR": 0x12345})
    expected = oracle.made(48, "1.32", [{"010": 1, "RE": inside.unparse().to_bytes()}])
    assert data == expected


def test_a_compound_has_the_fspec_of_what_it_carries() -> None:
    made = writer(62, "1.20", (Form("010", ("010",)), Form("380", ("380/ID", "380/BPS/BPS"))))
    [data] = made.blocks({"010": np.array([1]), "380/ID": 7, "380/BPS/BPS": 9}, (True, True), 1)
    derived = {"ID": 7, "BPS": (0, 9)}
    assert data == oracle.made(62, "1.20", [{"010": 1, "380": derived}])


def test_what_cannot_be_written_is_said() -> None:
    with pytest.raises(ValueError, match="no 040/RHOO"):
        writer(48, "1.32", (Form("040", ("040/RHOO",)),))
    with pytest.raises(ValueError, match="no fixed form"):
        writer(48, "1.32", (Form("250", ("250/BDS1",)),))
    with pytest.raises(KeyError):
        writer(48, "1.32", (Form("999", ()),))


def test_no_records_are_no_blocks() -> None:
    made = writer(34, "1.29", (Form("010", ("010",)),))
    assert made.blocks({"010": np.zeros(0, np.int64)}, (True,), 5) == []


def test_libasterix_reads_what_each_category_writes() -> None:
    tracks = samples.reports(number=np.arange(4))
    sent = {
        48: asterix_cat048.encode(samples.site(), samples.plots()),
        21: asterix_cat021.encode(0, 1, samples.reports()),
        34: asterix_cat034.encode_mark(samples.site(), "sector", 1, samples.START_NS, 4.8),
        62: asterix_cat062.encode(1, 2, tracks, simulated=True),
    }
    for category, data in sent.items():
        said = oracle.parsed(category, samples.EDITIONS[category], data[3:])
        assert isinstance(said, list)
        assert len(said) == {48: 5, 21: 4, 34: 1, 62: 4}[category]


def test_nothing_that_runs_imports_the_library_the_tests_ask() -> None:
    script = (
        "import sys, skypact.cli.demo, skypact.cli.live, skypact.cli.world\n"
        "from skypact.exercise.recorded import RecordedTraffic\n"
        "from skypact.sensors.recording import read_recording\n"
        "from skypact.sensors.settings import Editions\n"
        "from skypact.core.ids import Issuer\n"
        "from skypact.core.messages import Context\n"
        "sent = [(10**18, data) for _, data in RecordedTraffic().cat021(0, 2, 10**18)]\n"
        "read = read_recording(sent, Issuer('a', 's', Context.TEST), Editions(), None)\n"
        "assert read.records > 0\n"
        "assert not [name for name in sys.modules if name.split('.')[0] == 'asterix']\n"
    )
    subprocess.run([sys.executable, "-c", script], check=True, timeout=120)
