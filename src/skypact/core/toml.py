"""Read a TOML file that a person wrote, and tell every fault in it with its line."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from enum import Enum
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, TypeVar, Union, cast, get_args, get_origin

import msgspec

from skypact.core.errors import ConfigError
from skypact.core.lines import Path, line_of

T = TypeVar("T")
KINDS = {
    "float": "a number",
    "int": "a whole number",
    "str": "text",
    "bool": "true or false",
    "array": "a list",
    "object": "a table",
    "null": "nothing",
    "datetime": "a date and time",
}
BOUNDS = {">=": "at least", "<=": "at most", ">": "above", "<": "below"}


def decode_toml(text: str, kind: type[T], path: str) -> T:
    """Return `text` as a `kind`; `path` names the file. Raises ConfigError for the first fault."""
    found = faults(text, kind, path)
    if found:
        raise found[0]
    return msgspec.convert(tomllib.loads(text), kind)


def faults(text: str, kind: type[Any], path: str) -> list[ConfigError]:
    """Return every fault of `text` as a `kind`, in the order of its lines; [] when it is good."""
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        return [_syntax_fault(str(error), text, path)]
    errors = [
        ConfigError(message, path=path, key=dotted(key), line=line_of(text, key))
        for key, message in _search(data, kind, ())
    ]
    return sorted(errors, key=lambda error: error.line)


def with_line(fault: ConfigError, text: str) -> ConfigError:
    """Return a fault of a key in `text` with the line where it stands."""
    key = [int(p) if p.isdigit() else p for p in re.findall(r"[^.\[\]]+", fault.key)]
    return ConfigError(fault.message, path=fault.path, key=fault.key, line=line_of(text, key))


def dotted(key_path: Sequence[str | int]) -> str:
    """Return `sensor[0].lat_deg` for ("sensor", 0, "lat_deg")."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in key_path]
    return "".join(parts).removeprefix(".")


def _syntax_fault(message: str, text: str, path: str) -> ConfigError:
    where = re.search(r" \(at (?:line (\d+), column (\d+)|end of document)\)$", message)
    if where is None:
        return ConfigError(f"is not TOML: {message}", path=path)
    line = int(where[1]) if where[1] else text.rstrip().count("\n") + 1
    place = f"column {where[2]}" if where[2] else "the end of the file"
    return ConfigError(f"is not TOML: {message[: where.start()]}, {place}", path=path, line=line)


def _search(value: Any, kind: Any, key: Path) -> list[tuple[Path, str]]:
    """Return (key path, message) of each fault: go down where `value` is refused, and say what the
    decoder says where nothing below is at fault."""
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        found = _below(value, _plain(kind), key)
        return found or [_leaf(str(error), value, kind, key)]
    return []


def _plain(kind: Any) -> Any:
    """Return `kind` without Annotated and without `| None`."""
    while True:
        if get_origin(kind) is Annotated:
            kind = get_args(kind)[0]
        elif get_origin(kind) in (Union, UnionType):
            rest = [k for k in get_args(kind) if k is not NoneType]
            if len(rest) != 1:
                return kind
            kind = rest[0]
        else:
            return kind


def _below(value: Any, kind: Any, key: Path) -> list[tuple[Path, str]]:
    origin, arguments = get_origin(kind), get_args(kind)
    found: list[tuple[Path, str]] = []
    if isinstance(value, dict):
        table = cast(dict[str, Any], value)
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
            return _below_table(table, kind, key)
        if isinstance(origin, type) and issubclass(origin, Mapping):
            for name, item in table.items():
                found += _search(item, arguments[1], (*key, name))
    elif isinstance(value, list) and (origin is list or arguments[1:] == (Ellipsis,)):
        for i, item in enumerate(cast(list[Any], value)):
            found += _search(item, arguments[0], (*key, i))
    return found


def _below_table(
    table: dict[str, Any], kind: type[msgspec.Struct], key: Path
) -> list[tuple[Path, str]]:
    fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
    config = kind.__struct_config__
    found: list[tuple[Path, str]] = []
    for name, value in table.items():
        if name in fields:
            found += _search(value, fields[name].type, (*key, name))
        elif config.forbid_unknown_fields and name != config.tag_field:
            free = [known for known in fields if known not in table]
            found.append(((*key, name), f"is not a setting{_instead(name, free, list(fields))}"))
    for name, field in fields.items():
        if field.required and name not in table:
            found.append((key, f'setting "{name}" is missing'))
    return found


def _instead(wrong: str, likely: Sequence[str], all_names: Sequence[str]) -> str:
    close = get_close_matches(wrong.lower(), likely, 1) or get_close_matches(wrong, all_names, 1)
    if close:
        return f'; did you mean "{close[0]}"?'
    return f"; known here: {', '.join(all_names)}" if all_names else ""


def _leaf(message: str, value: Any, kind: Any, key: Path) -> tuple[Path, str]:
    """Return the decoder's message in plain words, at the place it names."""
    text, _, place = message.partition(" - at ")
    found: Any = value
    for name, index in re.findall(r"\.([\w-]+)|\[(\d+)\]", place):
        key = (*key, int(index) if index else name)
        found = found[key[-1]]
    return key, _readable(text, found, _plain(kind))


def _readable(text: str, value: Any, kind: Any) -> str:
    if text.startswith("Invalid enum value"):
        return f"was {_shown(value)}{_choices(value, kind)}"
    if not text.startswith("Expected "):
        return text
    wanted = text.removeprefix("Expected ").partition(", got ")[0]
    words = re.sub(r"`([^`]+)`", lambda m: _kinds(m[1]), wanted)
    words = words.replace("matching regex", "of the form")
    for sign, meaning in BOUNDS.items():
        words = words.replace(f" {sign} ", f" {meaning} ")
    return f"expected {words.removesuffix('.0')}, was {_shown(value)}"


def _kinds(names: str) -> str:
    known = [KINDS.get(name.strip(), name.strip()) for name in names.split("|")]
    return " or ".join(name for name in known if name != KINDS["null"])


def _choices(value: Any, kind: Any) -> str:
    if get_origin(kind) is Literal:
        names = [str(choice) for choice in get_args(kind)]
    elif isinstance(kind, type) and issubclass(kind, Enum):
        names = [str(member.value) for member in kind]
    else:
        return ", which is not known here"
    close = get_close_matches(str(value), names, 1)
    hint = f'; did you mean "{close[0]}"?' if close else ""
    return f"; expected one of {', '.join(names)}{hint}"


def _shown(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value[:60]}"'
        case dict():
            return "a table"
        case list():
            return f"a list of {len(cast(list[Any], value))}"
        case _:
            return str(value)
