from pathlib import Path

import pytest

from skypact.core.errors import ConfigError, DecodeError
from skypact.edge.runs.asterix import track_asterix


def quiet(share: float) -> None:
    del share


def test_an_empty_recording_is_a_run_without_rows(tmp_path: Path) -> None:
    (tmp_path / "empty.ast").write_bytes(b"")
    run = track_asterix(tmp_path / "empty.ast", None, None, quiet)
    assert run.report["detections"] == run.rows.number.size == 0
    assert not run.placed


def test_what_cannot_be_decoded_is_told_with_its_offset(tmp_path: Path) -> None:
    (tmp_path / "odd.ast").write_bytes(b"\x30\x00\x05\xff\xff")
    run = track_asterix(tmp_path / "odd.ast", None, None, quiet)
    assert run.report["notes"][0].startswith(
        "1 pieces could not be decoded; the first at byte 3 of"
    )


def test_what_cannot_be_used_is_said(tmp_path: Path) -> None:
    with pytest.raises(DecodeError, match=r"none\.ast"):
        track_asterix(tmp_path / "none.ast", None, None, quiet)
    (tmp_path / "empty.ast").write_bytes(b"")
    (tmp_path / "s.toml").write_text('[[sensor]]\nname = "a"\n')
    with pytest.raises(ConfigError, match=r"s\.toml:1"):
        track_asterix(tmp_path / "empty.ast", tmp_path / "s.toml", None, quiet)
