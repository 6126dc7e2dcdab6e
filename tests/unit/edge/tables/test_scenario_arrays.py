from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skypact.core.errors import DecodeError
from skypact.edge.tables.scenario_arrays import is_rotation, read_scenario_arrays
from tests.unit.edge.tables.night import make_scenario


@pytest.fixture(scope="module")
def arrays(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = tmp_path_factory.mktemp("arrays") / "s.npz"
    with np.load(make_scenario(path, "--targets", "4", "--duration", "20", "--seed", "9")) as file:
        return {key: file[key] for key in file.files}


def refused(arrays: dict[str, Any], folder: Path, **changed: Any) -> str:
    np.savez(folder / "odd.npz", **(arrays | changed))
    with pytest.raises(DecodeError) as caught:
        read_scenario_arrays(folder / "odd.npz")
    return str(caught.value)


def changed(values: Any, value: float) -> Any:
    other = np.array(values, np.float64)
    other.flat[0] = value
    return other


def test_public_arrays_are_read_as_they_are(arrays: dict[str, Any], tmp_path: Path) -> None:
    np.savez(tmp_path / "s.npz", **arrays)
    read = read_scenario_arrays(tmp_path / "s.npz")
    assert not [name for name in read if name.startswith(("truth_", "hid_", "tgt_"))]
    for name, values in read.items():
        np.testing.assert_array_equal(values, arrays[name])
    assert read["scan_lo"].dtype == np.int64


def test_another_shape_is_named(arrays: dict[str, Any], tmp_path: Path) -> None:
    public = [k for k in arrays if k.startswith(("eval_", "scan_", "det_", "sen_"))]
    unread = ("det_scan", "det_sig_r", "det_sig_az", "det_sig_el", "sen_kind", "sen_lam", "sen_r1")
    for name in (name for name in public if name not in unread):
        for odd in (np.stack([arrays[name]] * 2, -1), np.float64(1)):
            assert "has shape" in refused(arrays, tmp_path, **{name: odd})
    assert "sen_pos has shape (2, 3)" in refused(arrays, tmp_path, sen_pos=arrays["sen_pos"][:2])


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("det_rng", -5.0, "holds -5, not within 0 and 1e+07"),
        ("det_el", np.inf, "holds inf"),
        ("det_az", np.nan, "is not finite everywhere"),
        ("det_t", 1e300, "holds 1e+300"),
        ("eval_t", np.nan, "is not finite everywhere"),
        ("sen_sig_az", -0.1, "holds -0.1, not within 0"),
        ("sen_sig_r", -50.0, "holds -50"),
        ("sen_period", 0.0, "holds 0, not within 0.001"),
        ("sen_pd", 1.5, "holds 1.5"),
        ("scan_hi", 0.5, "holds what is no whole number"),
        ("scan_lo", 1e9, "scan_hi is less than scan_lo"),
        ("det_sensor", 7, "names a sensor that is not there"),
        ("scan_sensor", 3, "names a sensor that is not there"),
        ("sen_rmin", 1e7, "sen_rmax is not above sen_rmin"),
        ("sen_rot", 0.5, "sen_rot holds what is no rotation"),
    ],
)
def test_what_is_out_of_bounds_is_named(
    name: str, value: float, why: str, arrays: dict[str, Any], tmp_path: Path
) -> None:
    said = refused(arrays, tmp_path, **{name: changed(arrays[name], value)})
    assert why in said, said
    assert name in said


def test_scans_beyond_the_detections(arrays: dict[str, Any], tmp_path: Path) -> None:
    high = arrays["scan_hi"].copy()
    high[-1] += 1
    assert "scan_hi goes beyond" in refused(arrays, tmp_path, scan_hi=high)


def test_a_mirror_is_no_rotation() -> None:
    assert is_rotation(np.eye(3))
    assert not is_rotation(np.diag([1.0, 1.0, -1.0]))
