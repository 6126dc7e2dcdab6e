"""Seconds of what `bench/fuzz_decoders.py` does for minutes, and planted faults it must find."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

pytest.importorskip("atheris", reason="the fuzzer is not made for this machine")
SCRIPT = Path(__file__).parents[2] / "bench" / "fuzz_decoders.py"
SHORT_S, LONG_S = 3, 60


def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fuzz_decoders", SCRIPT)
    assert spec
    assert spec.loader
    made = importlib.util.module_from_spec(spec)
    sys.modules["fuzz_decoders"] = made
    spec.loader.exec_module(made)
    return made


FUZZ = script()


@pytest.mark.parametrize("decoder", FUZZ.DECODERS)
def test_a_decoder_survives_and_the_fuzzer_finds_new_branches(decoder: str) -> None:
    run = FUZZ.fuzz(decoder, SHORT_S, rounds_s=0.5)
    assert FUZZ.sound(run), run
    assert run["executions"] > 50
    assert run["branches"][1] > (10 if decoder in FUZZ.TARGETS else 50)


@pytest.mark.parametrize("decoder", FUZZ.DECODERS)
def test_a_bounds_check_taken_away_is_found(decoder: str) -> None:
    run = FUZZ.fuzz(decoder, LONG_S, planted=True)
    assert len(run["crashes"]) == 1
    assert "error" in run["said"][0].lower()


def test_a_message_has_its_parity() -> None:
    message = bytes.fromhex("8d40621d58c382d690c8ac2863a7")
    assert FUZZ.parity(message[:11]) == message[11:]
