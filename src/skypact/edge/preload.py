"""Load the ASTERIX codec quickly, for processes that must be back within seconds.

`asterix.generated` has 9,400 classes and evaluates every annotation when it is imported: 1.5 s. The
same source compiled with postponed annotations (PEP 563) takes 0.6 s; nothing reads them at run
time. Compiling takes long, so `warm` does it once and keeps the code beside the kernels.
"""

import __future__

import importlib
import marshal
import sys
from importlib.machinery import ModuleSpec
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import CodeType

from skypact.core.jit import cache_folder

MODULE = "asterix.generated"


def _source() -> tuple[ModuleSpec, Path]:
    spec = find_spec(MODULE)
    if spec is None or spec.origin is None:
        raise ImportError(MODULE)
    return spec, Path(spec.origin)


def _kept(source: Path) -> Path:
    """Return where the code of exactly this source and this Python lies."""
    stat = source.stat()
    tag = f"{sys.implementation.cache_tag}-{stat.st_size:x}-{stat.st_mtime_ns:x}"
    return cache_folder().parent.parent / "codecs" / f"asterix-{tag}.code"


def is_warm() -> bool:
    """Return whether `load` will find kept code."""
    return _kept(_source()[1]).exists()


def warm() -> Path:
    """Compile the codec if it isn't yet; return where it is kept."""
    _, source = _source()
    path = _kept(source)
    if not path.exists():
        flag = __future__.annotations.compiler_flag
        code = compile(source.read_bytes(), str(source), "exec", flags=flag, dont_inherit=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        partial = path.with_suffix(".partial")
        partial.write_bytes(marshal.dumps(code))
        partial.rename(path)
    return path


def load() -> None:
    """Import the codec, from the kept code when there is any."""
    spec, source = _source()
    path = _kept(source)
    if MODULE in sys.modules or not path.exists():
        importlib.import_module(MODULE)
        return
    code = marshal.loads(path.read_bytes())
    if not isinstance(code, CodeType):
        raise ImportError(f"{path} holds no code")
    module = module_from_spec(spec)
    sys.modules[MODULE] = module
    exec(code, module.__dict__)
    importlib.import_module("asterix").generated = module  # type: ignore[attr-defined]
