"""House rules that neither ruff nor pyright knows. Every rule must also find a planted fault."""

import ast
import re
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PLACES = ("src", "tests", "bench", "docs", "examples", "console-ui", ".ci")
SKIPPED = {".git", "__pycache__", "node_modules", ".hypothesis", "golden"}
TEXT = {"", ".py", ".md", ".toml", ".json", ".js", ".mjs", ".ts", ".svelte", ".css", ".html"} | {
    ".txt", ".yml", ".yaml", ".conf", ".service", ".csv", ".cfg", ".sh", ".svg"
}  # fmt: skip
BUILT = "src/skypact/console/static/"
POLL_S = 0.1  # waiting for a thread or a process, in steps so short, is no sleep
MODULE_LINES, FUNCTION_LINES, FOLDER_MODULES = 400, 60, 14
BANNED_PARTS = {"util", "utils", "helper", "helpers", "common", "manager", "misc"}
BANNED_STEMS = {"base", "tools", "stuff"}
BANNED_CLASS = re.compile(r"(Manager|Helper|Utils?|Base|Misc|Impl)$")
BARE_NAMES = {"altitude", "speed", "angle", "timestamp"}
UNFINISHED = re.compile(
    r"\b(" + "|".join(("TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK")) + r")\b"
)
# Paths and hosts of one machine; split so that this file does not accuse itself.
ELSEWHERE = re.compile(
    "|".join(
        (
            *(r"\.\./shar" + r"ed\b", r"(?<!\w)/(wor" + r"k|roo" + r"t)/", r"/hom" + r"e/\w"),
            *(r"/opt/(py" + r"pi|whe" + r"els)", r"\bissues sh" + r"ow\b"),
            *(
                r"registry\.npm" + r"js",
                r"py" + r"pi\.org",
                r"pythonhos" + r"ted",
                r"deb\.deb" + r"ian",
            ),
        )
    )
)
SUPPRESSION = re.compile(r"#\s*(noqa(?!: ?[A-Z])|type: ?ignore(?!\[)|pyright: ?ignore(?!\[))")


@cache
def parsed(path: Path) -> tuple[ast.Module, str]:
    """Return the syntax tree and the text of a file; read once for all rules."""
    text = path.read_text()
    return ast.parse(text), text


def modules(root: Path, *places: str) -> Iterator[tuple[str, ast.Module, str]]:
    """Yield (path from the root, syntax tree, text) of each Python file."""
    for place in places:
        for path in sorted((root / place).rglob("*.py")):
            if not SKIPPED & set(path.parts):
                yield path.relative_to(root).as_posix(), *parsed(path)


def texts(root: Path) -> Iterator[tuple[str, str]]:
    """Yield (path from the root, text) of every file people read."""
    files = [p for p in root.iterdir() if p.is_file()] if root.is_dir() else []
    for place in PLACES:
        files += (root / place).rglob("*")
    for path in sorted(files):
        name = path.relative_to(root)
        if path.is_file() and path.suffix in TEXT and not SKIPPED & set(name.parts):
            yield name.as_posix(), path.read_text(errors="replace")


def long_modules(root: Path) -> Iterator[str]:
    for name, _, text in modules(root, "src", "tests"):
        n = text.count("\n")
        if n > MODULE_LINES:
            yield f"{name}: {n} lines; the limit is {MODULE_LINES}"


def long_functions(root: Path) -> Iterator[str]:
    for name, tree, _ in modules(root, "src", "tests"):
        for node in ast.walk(tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                n = (node.end_lineno or node.lineno) - node.lineno + 1
                if n > FUNCTION_LINES:
                    limit = f"the limit is {FUNCTION_LINES}"
                    yield f"{name}:{node.lineno}: {node.name} has {n} lines; {limit}"


def vague_names(root: Path) -> Iterator[str]:
    for name, tree, _ in modules(root, "src", "tests", "bench"):
        stem = Path(name).stem
        if BANNED_PARTS & set(stem.split("_")) or stem.removeprefix("_") in BANNED_STEMS:
            yield f"{name}: name the module after its noun"
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and BANNED_CLASS.search(node.name):
                yield f"{name}:{node.lineno}: class {node.name}: name it after its noun"


def unfinished_notes(root: Path) -> Iterator[str]:
    for name, text in texts(root):
        if not name.startswith(BUILT) and not name.endswith("package-lock.json"):
            for i, line in enumerate(text.splitlines(), 1):
                if UNFINISHED.search(line):
                    yield f"{name}:{i}: finish it or file it: {line.strip()[:60]}"


def untested_modules(root: Path) -> Iterator[str]:
    for name, tree, _ in modules(root, "src"):
        path = Path(name).relative_to("src/skypact")
        declares = not any(
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) for node in ast.walk(tree)
        )
        if path.stem.startswith("__") or declares:
            continue
        mirror = root / "tests/unit" / path.parent / f"test_{path.stem}.py"
        flat = root / "tests/unit" / path.parts[0] / f"test_{path.stem}.py"
        tested = mirror.is_file() or (len(path.parts) > 2 and flat.is_file())
        if any(part.startswith("kernels") for part in path.parts):
            # A room's kernels are one thing in several files; their tests compare with an oracle.
            tested = tested or any((root / "tests/unit" / path.parts[0]).glob("test_kernels*.py"))
        if not tested:
            yield f"{name}: has no {mirror.relative_to(root).as_posix()}"


def full_folders(root: Path) -> Iterator[str]:
    count: dict[str, int] = {}
    for name, _, _ in modules(root, "src"):
        if not name.endswith("__init__.py"):
            folder = Path(name).parent.as_posix()
            count[folder] = count.get(folder, 0) + 1
    for folder, n in count.items():
        if n > FOLDER_MODULES:
            yield f"{folder}: {n} modules; at most {FOLDER_MODULES}"


def prints(root: Path) -> Iterator[str]:
    allowed = ("src/skypact/cli", "src/skypact/edge/supervise.py")
    for name, tree, _ in modules(root, "src"):
        for node in ast.walk(tree):
            called = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id
            if called == "print" and not name.startswith(allowed):
                yield f"{name}:{node.lineno}: only the command line and the supervisor print"


def names_without_unit(root: Path) -> Iterator[str]:
    for name, tree, _ in modules(root, "src"):
        for node in ast.walk(tree):
            spoken = ""
            if isinstance(node, ast.arg):
                spoken = node.arg
            elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
                spoken = node.target.id
            if spoken in BARE_NAMES:
                yield f"{name}:{node.lineno}: {spoken} needs its unit as suffix"


def outside_words(root: Path) -> Iterator[str]:
    for name, text in texts(root):
        for i, line in enumerate(text.splitlines(), 1):
            found = ELSEWHERE.search(line)
            if found:
                yield f"{name}:{i}: {found.group()} belongs to one machine, not to the project"


def broad_excepts(root: Path) -> Iterator[str]:
    for name, tree, _ in modules(root, "src"):
        for node in ast.walk(tree):
            if not isinstance(node, ast.ExceptHandler) or name.endswith("edge/supervise.py"):
                continue
            kinds = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            broad = any(
                k is None or (isinstance(k, ast.Name) and k.id in ("Exception", "BaseException"))
                for k in kinds
            )
            last = node.body[-1]
            if broad and not (isinstance(last, ast.Raise) and last.exc is None):
                yield f"{name}:{node.lineno}: only edge/supervise.py may catch everything"


def blanket_suppressions(root: Path) -> Iterator[str]:
    for name, _, text in modules(root, "src", "tests"):
        for i, line in enumerate(text.splitlines(), 1):
            if SUPPRESSION.search(line):
                yield f"{name}:{i}: a suppression names its rule: {line.strip()[-40:]}"


def sleeping_tests(root: Path) -> Iterator[str]:
    for name, tree, _ in modules(root, "tests/unit", "tests/property"):
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            who = node.func.attr if isinstance(node.func, ast.Attribute) else ""
            who = node.func.id if isinstance(node.func, ast.Name) else who
            given = node.args[0] if node.args else None
            if who == "sleep" and not (isinstance(given, ast.Constant) and given.value <= POLL_S):
                yield f"{name}:{node.lineno}: unit tests do not sleep"


Rule = Callable[[Path], Iterator[str]]
RULES: tuple[Rule, ...] = (
    long_modules,
    long_functions,
    vague_names,
    unfinished_notes,
    untested_modules,
    full_folders,
    prints,
    names_without_unit,
    outside_words,
    broad_excepts,
    blanket_suppressions,
    sleeping_tests,
)
PLANTED: tuple[tuple[Rule, str, str], ...] = (
    (long_modules, "src/skypact/core/a.py", "x = 1\n" * 401),
    (long_functions, "src/skypact/core/a.py", "def f():\n" + "    x = 1\n" * 60),
    (vague_names, "src/skypact/core/track_utils.py", ""),
    (vague_names, "src/skypact/core/base.py", ""),
    (vague_names, "src/skypact/core/a.py", "class TrackManager: ...\n"),
    (unfinished_notes, "docs/a.md", "see below (" + "TO" + "DO)\n"),
    (unfinished_notes, "src/skypact/core/a.py", "x = 1  # FIX" + "ME\n"),
    (untested_modules, "src/skypact/core/a.py", "def f(): ...\n"),
    (untested_modules, "src/skypact/edge/feeds/a.py", "async def f(): ...\n"),
    (untested_modules, "src/skypact/tracking/kernels_gate.py", "def f(): ...\n"),
    (prints, "src/skypact/tracking/a.py", "print(1)\n"),
    (names_without_unit, "src/skypact/core/a.py", "def f(speed: float): ...\n"),
    (names_without_unit, "src/skypact/core/a.py", "class A:\n    timestamp: int\n"),
    (outside_words, "README.md", "run it in /wor" + "k/main\n"),
    (outside_words, "bench/a.py", "# from ../shar" + "ed/bench\n"),
    (broad_excepts, "src/skypact/edge/a.py", "try:\n    f()\nexcept Exception:\n    pass\n"),
    (broad_excepts, "src/skypact/edge/a.py", "try:\n    f()\nexcept:\n    pass\n"),
    (broad_excepts, "src/skypact/edge/a.py", "try:\n    f()\nexcept (A, Exception):\n    x = 1\n"),
    (blanket_suppressions, "src/skypact/core/a.py", "x = 1  # no" + "qa\n"),
    (blanket_suppressions, "src/skypact/core/a.py", "x = 1  # type: ig" + "nore\n"),
    (sleeping_tests, "tests/unit/core/test_a.py", "import time\ntime.sleep(0.2)\n"),
    (sleeping_tests, "tests/unit/core/test_a.py", "async def f():\n    await asyncio.sleep(1)\n"),
    (sleeping_tests, "tests/property/test_a.py", "async def f():\n    await sleep(delay)\n"),
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_is_tidy(rule: Rule) -> None:
    found = list(rule(ROOT))
    assert not found, "\n" + "\n".join(found)


@pytest.mark.parametrize(
    ("rule", "name", "text"), PLANTED, ids=lambda x: getattr(x, "__name__", "")
)
def test_a_planted_fault_is_found(rule: Rule, name: str, text: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    assert [found for found in rule(tmp_path) if found.startswith(name)]


def test_a_full_folder_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "src/skypact/core"
    folder.mkdir(parents=True)
    for i in range(FOLDER_MODULES + 1):
        (folder / f"m{i}.py").touch()
    assert list(full_folders(tmp_path))


def test_every_rule_has_a_planted_fault() -> None:
    assert set(RULES) == {rule for rule, _, _ in PLANTED} | {full_folders}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_a_tidy_tree_is_not_accused(rule: Rule, tmp_path: Path) -> None:
    clean = {
        "src/skypact/core/a.py": (
            "def f(speed_mps: float) -> float:\n"
            "    try:\n        return 1 / speed_mps\n"
            "    except BaseException:\n        raise\n"
        ),
        "tests/unit/core/test_a.py": "async def test_f():\n    await asyncio.sleep(0)\n",
        "docs/a.md": "All is done.\n",
    }
    for name, text in clean.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert list(rule(tmp_path)) == []
