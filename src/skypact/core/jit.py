"""The only door to numba.

A kernel is a module function on arrays with an explicit signature, compiled without the GIL and
kept on disk. It is compiled (or loaded) by `warm`, or by its first call; importing compiles
nothing. A part is a function that only kernels call; its machine code lives in theirs.

Kernels and parts stand in `kernels*.py` or in a folder `kernels` or below. numba alone serves stale
machine code when a part in another file changes. So the cache folder is named after a hash of all
these files, the numba version and the CPU.
"""

import hashlib
import importlib
import itertools
import os
import shutil
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Generic, ParamSpec, TypeVar, cast

import llvmlite.binding
import numba
import numpy as np

P = ParamSpec("P")
R = TypeVar("R")

_PACKAGE = Path(__file__).resolve().parent.parent
_FOLDERS_KEPT = 16  # several checkouts and versions share one cache
_numba: Any = numba
_types: Any = numba.types
_llvm: Any = llvmlite.binding

F8: Any = _types.float64
I8: Any = _types.int64
U1: Any = _types.uint8
B1: Any = _types.boolean


def arrays(kind: Any, dimensions: int) -> Any:
    """Return the type of a C-contiguous array."""
    return _types.Array(kind, dimensions, "C")


def record(kind: np.dtype[np.void]) -> Any:
    """Return the type of one row of a structured array (made with align=True)."""
    return _numba.from_dtype(kind)


def signature(result: Any, *arguments: Any) -> Any:
    """Return the signature of a kernel."""
    return result(*arguments)


def together(*kinds: Any) -> Any:
    """Return the type of a plain tuple."""
    return _types.Tuple(kinds)


def sources() -> list[Path]:
    """Return all files that kernels and parts stand in."""
    inside = (*_PACKAGE.rglob("kernels/*.py"), *_PACKAGE.rglob("kernels/*/*.py"))
    return sorted({*_PACKAGE.rglob("kernels*.py"), *inside})


@cache
def sources_hash() -> str:
    """Return a hash of all that decides the machine code of the kernels, as it was when first
    asked."""
    digest = hashlib.sha256()
    digest.update(Path(__file__).read_bytes())
    for path in sources():
        digest.update(path.relative_to(_PACKAGE).as_posix().encode() + b"\0")
        digest.update(path.read_bytes())
    features: Any = _llvm.get_host_cpu_features()
    for text in (_numba.__version__, np.__version__, _llvm.get_host_cpu_name(), features.flatten()):
        digest.update(str(text).encode() + b"\0")
    return digest.hexdigest()[:16]


def cache_folder() -> Path:
    """Return where machine code is kept: below SKYPACT_CACHE, else below ~/.cache/skypact."""
    root = os.environ.get("SKYPACT_CACHE", "")
    base = Path(root) if root else Path.home() / ".cache" / "skypact"
    return base / "kernels" / sources_hash()


def _whole() -> Path:
    """Return the file that says that no kernel of this very installation is missing: numba keeps
    machine code by the place and the time of each source."""
    said = "\n".join(f"{path} {path.stat().st_mtime_ns}" for path in sources())
    return cache_folder() / f"all-{hashlib.sha256(said.encode()).hexdigest()[:16]}"


def _prepare_cache() -> bool:
    """Point numba at our folder; False when it cannot be written (kernels then live in memory)."""
    try:
        folder = cache_folder()
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return False
    _numba.config.CACHE_DIR = str(folder)
    return os.access(folder, os.W_OK)


@cache
def _skip_unused() -> None:
    """Let numba find no BLAS and no cffi: kernels use neither, and looking for them loads much of
    scipy and a parser of C at each start. A kernel that needs them then does not compile."""

    def none() -> None:
        raise ImportError("kernels use no BLAS")

    blas: Any = importlib.import_module("numba.np.linalg")
    blas.ensure_blas = none
    loaded = sys.modules.get("cffi")
    sys.modules["cffi"] = cast(Any, None)  # an import of it now fails
    importlib.import_module("numba.core.typing.cffi_utils")
    del sys.modules["cffi"]
    if loaded is not None:
        sys.modules["cffi"] = loaded


@cache
def _count_apart(_process: int) -> None:
    """Let numba count functions from a place of this process's own. The count tells those of one
    name and one type apart, such as the insides of its np.sort and of its np.argsort. Two processes
    that both begin at 1 put different code under one name, and whoever then loads both kernels
    from disk runs one of them with the insides of the other."""
    bytecode: Any = importlib.import_module("numba.core.bytecode")
    bytecode.FunctionIdentity._unique_ids = itertools.count(int.from_bytes(os.urandom(6)))


class Kernel(Generic[P, R]):
    """A compiled function; `py_func` is the plain Python it was written as."""

    def __init__(self, function: Callable[P, R], kind: Any) -> None:
        self.py_func = function
        self._signature = kind
        self._compiled: Callable[P, R] | None = None

    def compile(self) -> Callable[P, R]:
        """Return the machine code, from disk when it is there."""
        if self._compiled is None:
            _skip_unused()
            _count_apart(os.getpid())
            jit = _numba.njit(
                self._signature, cache=_prepare_cache(), nogil=True, error_model="numpy"
            )
            self._compiled = cast(Callable[P, R], jit(self.py_func))
        return self._compiled

    @property
    def is_compiled(self) -> bool:
        return self._compiled is not None

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        return (self._compiled or self.compile())(*args, **kwargs)


_kernels: list[Kernel[Any, Any]] = []


def kernel(kind: Any) -> Callable[[Callable[P, R]], Kernel[P, R]]:
    """Make a function a kernel of this signature. It must stand in one of `sources()`."""

    def wrap(function: Callable[P, R]) -> Kernel[P, R]:
        made = Kernel(function, kind)
        _kernels.append(made)
        return made

    return wrap


def part(function: Callable[P, R]) -> Callable[P, R]:
    """Make a function callable from kernels; plain Python reaches it as `.py_func`."""
    _skip_unused()
    return cast(Callable[P, R], _numba.njit(nogil=True, error_model="numpy")(function))


def _compile_together() -> None:
    """Fill an empty cache in two processes; whoever is free takes the next kernel. What the other
    one made, or failed to make, the caller then loads, or compiles itself."""
    take, give = os.pipe()
    # The tracker's pass takes longest and is among the last to be registered.
    os.write(give, bytes(reversed(range(len(_kernels)))))
    os.close(give)
    other = os.fork()
    try:
        while index := os.read(take, 1):
            _kernels[index[0]].compile()
    finally:
        if other == 0:
            os._exit(0)
        os.close(take)
    os.waitpid(other, 0)


def load() -> None:
    """Load the kernels of the modules imported so far; if not all are on disk, compile all."""
    if not _whole().is_file():
        warm()
    for each in _kernels:
        each.compile()


def is_cold() -> bool:
    """Return whether compiling all kernels now would spare somebody waiting: their machine code is
    neither on disk nor in this process, and it can be kept on disk."""
    here = bool(_kernels) and all(each.is_compiled for each in _kernels)
    if here or _whole().is_file():
        return False
    return _prepare_cache()


def warm() -> dict[str, object]:
    """Compile or load every kernel of the package; return their names and the cache folder.

    Drops the oldest stale cache folders.
    """
    for path in sources():
        importlib.import_module(".".join(path.relative_to(_PACKAGE.parent).with_suffix("").parts))
    here = cache_folder()
    if not _whole().is_file():
        _compile_together()
    for each in _kernels:
        each.compile()
    if os.access(here, os.W_OK):
        _whole().touch()
    if here.parent.is_dir():
        others = [x for x in here.parent.iterdir() if x.is_dir() and x != here]
        others.sort(key=lambda x: (x.stat().st_mtime, x.name), reverse=True)
        for stale in others[_FOLDERS_KEPT - 1 :]:
            shutil.rmtree(stale, ignore_errors=True)
    return {"kernels": [each.py_func.__qualname__ for each in _kernels], "cache": str(here)}
