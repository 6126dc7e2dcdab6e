import os
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from skypact.core import jit


def test_sources_are_the_kernel_files_and_the_hash_knows_each() -> None:
    names = {path.name for path in jit.sources()}
    assert {"scan_pass.py", "motion.py", "gate.py", "filing.py"} <= names
    assert "tracker.py" not in names


def test_a_changed_source_changes_the_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "room").mkdir()
    source = tmp_path / "room" / "kernels.py"
    source.write_text("x = 1\n")
    monkeypatch.setattr(jit, "_PACKAGE", tmp_path)
    first = jit.sources_hash.__wrapped__()
    source.write_text("x = 2\n")
    assert jit.sources_hash.__wrapped__() != first


def test_another_checkout_of_the_same_sources_has_its_own_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """numba does not take its machine code from another place or of another time."""
    marks = set[Path]()
    for name, second in (("a", 1), ("b", 1), ("b", 2)):
        (tmp_path / name).mkdir(exist_ok=True)
        source = tmp_path / name / "kernels.py"
        source.write_text("x = 1\n")
        os.utime(source, (second, second))
        monkeypatch.setattr(jit, "_PACKAGE", tmp_path / name)
        marks.add(jit._whole())
    assert len(marks) == 3


def test_the_cache_moves_with_the_environment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SKYPACT_CACHE", str(tmp_path))
    assert jit.cache_folder().is_relative_to(tmp_path)
    monkeypatch.delenv("SKYPACT_CACHE")
    assert jit.cache_folder().is_relative_to(Path.home())


SCRIPT = """
import sys
import numpy as np
sys.path.insert(0, sys.argv[1])
from kernels_probe import double_sum
assert double_sum(np.arange(4.0)) == 12.0
assert double_sum.py_func(np.arange(4.0)) == 12.0
"""
PROBE = """
from skypact.core.jit import F8, arrays, kernel, part, signature


@part
def twice(x):
    return 2 * x


@kernel(signature(F8, arrays(F8, 1)))
def double_sum(values):
    total = 0.0
    for i in range(values.size):
        total += twice(values[i])
    return total
"""


def environment(folder: Path) -> dict[str, str]:
    source = Path(jit.__file__).parents[2]
    return {"SKYPACT_CACHE": str(folder / "cache"), "PATH": "", "PYTHONPATH": str(source)}


def test_a_kernel_compiles_to_disk_and_keeps_its_python(tmp_path: Path) -> None:
    (tmp_path / "kernels_probe.py").write_text(PROBE)
    for _ in range(2):
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT, str(tmp_path)],
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
    assert list((tmp_path / "cache").rglob("*.nbi"))


def test_a_kernel_is_loaded_without_scipy_linalg(tmp_path: Path) -> None:
    (tmp_path / "kernels_probe.py").write_text(PROBE)
    script = SCRIPT + '\nassert "scipy.linalg" not in sys.modules\n'
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr


def test_an_empty_cache_is_filled_by_two_processes(tmp_path: Path) -> None:
    second = PROBE[PROBE.index("@kernel") :].replace("double_sum", "double_sum_again")
    (tmp_path / "kernels_probe.py").write_text(PROBE + "\n\n" + second)
    fill = "from skypact.core.jit import _compile_together\n_compile_together()\n"
    script = SCRIPT.replace("assert double_sum(", fill + "assert double_sum(", 1)
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    kept = {path.name.split("-")[0] for path in (tmp_path / "cache").rglob("*.nbi")}
    assert kept == {"kernels_probe.double_sum", "kernels_probe.double_sum_again"}


SORTS = """
import numpy as np
from skypact.core.jit import I8, arrays, kernel, signature


@kernel(signature(arrays(I8, 1), arrays(I8, 1)))
def sort_kernel(values):
    return np.sort(values)


@kernel(signature(arrays(I8, 1), arrays(I8, 1)))
def order_kernel(values):
    return np.argsort(values)
"""


def test_kernels_of_two_processes_share_no_name_of_what_is_inside_them(tmp_path: Path) -> None:
    (tmp_path / "kernels_sorts.py").write_text(SORTS)
    head = f"import sys\nimport numpy as np\nsys.path.insert(0, {str(tmp_path)!r})\n"
    head += "from kernels_sorts import order_kernel, sort_kernel\n"
    head += "values = np.random.default_rng(1).integers(0, 1 << 40, 300)\n"
    order = "assert (values[order_kernel(values)] == sorted(values)).all()\n"
    sort = "assert (sort_kernel(values) == sorted(values)).all()\n"
    for steps in (order, sort, order + sort):
        done = subprocess.run(
            [sys.executable, "-c", head + steps],
            env=environment(tmp_path),
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode == 0, done.stderr
    counts = [
        [int(count) for count in re.findall(rb"B\d+v(\d+)B", path.read_bytes())]
        for path in (tmp_path / "cache").rglob("*.nbc")
    ]
    one, other = sorted(counts)
    assert max(one) < min(other)


def test_a_row_type_has_the_fields_of_its_dtype() -> None:
    kind = jit.record(np.dtype([("a", "<f8", (3,)), ("b", "<i8")], align=True))
    assert set(kind.fields) == {"a", "b"}


def test_load_takes_the_kernels_that_are_imported_and_no_others() -> None:
    jit.load()  # an empty cache is filled with all
    code = (
        "import sys\n"
        "from skypact.core import jit\n"
        "from skypact.tracking.kernels.carry import carried\n"
        "jit.load()\n"
        "print(carried._compiled is not None)\n"
        "print('skypact.tracking.kernels.scan_pass' in sys.modules)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "False"]
