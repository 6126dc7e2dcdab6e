"""Derive the ASTERIX tables of src/skypact/data/asterix from libasterix's generated specifications.

    python bench/make_asterix_tables.py [FOLDER]

One JSON file a category. `definitions`: [item, variation], each written once however many editions
share it; `editions`: edition -> its user application profiles (one, named "", but for CAT001);
`expansions`: edition of the Reserved Expansion field -> its items. A profile or a list of items
holds indices of definitions, null where no item is defined, "RFS" for random field sequencing.

A variation is one of
  {"bits": 16, "content": ...}              a number; content: raw, table, string (+ "characters"),
                                            integer (+ "signed"), quantity (+ "signed", "lsb", "unit")
  {"group": [[name, variation] or bits]}    numbers side by side; a bare number is that many spare bits
  {"extended": [[...], ...], "open": true}  parts, each as a group, ended by its FX bit; open: the
                                            last part has none
  {"repetitive": variation, "count_bytes"}  count_bytes 0: each repetition is followed by an FX bit
  {"explicit": "RE" | "SP" | ""}            a length byte and as many bytes, less the length's own
  {"compound": [[name, variation] or null], "fspec_bytes": at most}
"""

import json
import re
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import asterix.base as base
import asterix.generated as generated

CATEGORIES = (1, 2, 10, 11, 20, 21, 34, 48, 62, 65)
# Editions before 2.0 of CAT021 are another standard: other items under the same numbers.
EXCLUDED = {(21, 0)}
FOLDER = Path(__file__).parents[1] / "src/skypact/data/asterix"
CONTENTS = {
    base.ContentRaw: "raw",
    base.ContentTable: "table",
    base.ContentString: "string",
    base.ContentInteger: "integer",
    base.ContentQuantity: "quantity",
    base.ContentBds: "raw",
}
CHARACTERS = {base.StringAscii: "ascii", base.StringICAO: "icao", base.StringOctal: "octal"}
EXPLICIT = {base.ReservedExpansion: "RE", base.SpecialPurpose: "SP", None: ""}


def number(element: Any) -> dict[str, Any]:
    rule = element.cv_rule
    free = issubclass(rule, base.RuleContentContextFree)
    content = rule.cv_content if free else rule.cv_default_content
    [name] = [name for kind, name in CONTENTS.items() if issubclass(content, kind)]
    made: dict[str, Any] = {"bits": element.cv_bit_size, "content": name}
    if name == "string":
        made["characters"] = CHARACTERS[content.cv_string_type]
    if name in ("integer", "quantity"):
        made["signed"] = content.cv_signedness is base.Signed
    if name == "quantity":
        made |= {"lsb": float(content.cv_lsb), "unit": content.cv_unit}
    return made


def named(item: Any) -> Any:
    """Return [name, variation] of an item, or the bits of a spare one."""
    if issubclass(item, base.Spare):
        return item.cv_bit_size
    return definition(item.cv_non_spare)


def variation(kind: Any) -> dict[str, Any]:
    if issubclass(kind, base.Element):
        return number(kind)
    if issubclass(kind, base.Group):
        return {"group": [named(item) for item, _ in kind.cv_items_list]}
    if issubclass(kind, base.Extended):
        parts = kind.cv_items_list
        assert all(part[-1] is None for part in parts[:-1])
        made = {"extended": [[named(i[0]) for i in part if i is not None] for part in parts]}
        return made if parts[-1][-1] is None else made | {"open": True}
    if issubclass(kind, base.Repetitive):
        return {
            "repetitive": variation(kind.cv_variation),
            "count_bytes": kind.cv_rep_bytes or 0,
        }
    if issubclass(kind, base.Explicit):
        return {"explicit": EXPLICIT[kind.cv_explicit_type]}
    assert issubclass(kind, base.Compound)
    return {
        "compound": [None if i is None else definition(i) for i in kind.cv_items_list],
        "fspec_bytes": kind.cv_fspec_max_bytes,
    }


def definition(item: Any) -> list[Any]:
    """Return [name, variation] of a NonSpare. What depends on another item is taken as by default."""
    rule = item.cv_rule
    free = issubclass(rule, base.RuleVariationContextFree)
    return [item.cv_name, variation(rule.cv_variation if free else rule.cv_default_variation)]


class Definitions:
    """Definitions in order of first use."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def index(self, made: list[Any]) -> int:
        text = json.dumps(made, separators=(",", ":"), ensure_ascii=False)
        if text not in self.texts:
            self.texts.append(text)
        return self.texts.index(text)


def profile(record: Any, known: Definitions) -> dict[str, Any]:
    items: list[Any] = []
    for item in record.cv_items_list:
        if issubclass(item, base.UapItem):
            items.append(known.index(definition(item.cv_non_spare)))
        else:
            items.append("RFS" if issubclass(item, base.UapItemRFS) else None)
    return {"fspec_bytes": record.cv_fspec_max_bytes, "items": items}


def edition(kind: Any, known: Definitions) -> dict[str, Any]:
    uap = kind.cv_uap
    if issubclass(uap, base.UapSingle):
        return {"profiles": {"": profile(uap.cv_record, known)}}
    path, names = uap.cv_selector
    return {
        "profiles": {name: profile(record, known) for name, record in uap.cv_uaps.items()},
        "selector": {"/".join(path): {str(value): name for value, name in names.items()}},
    }


def expansion(kind: Any, known: Definitions) -> dict[str, Any]:
    made = kind.cv_expansion
    way, size = made.cv_type
    assert way is base.FspecFixed
    items = [None if i is None else known.index(definition(i)) for i in made.cv_items_list]
    return {"fspec_bytes": size, "items": items}


def classes(kind: str, category: int) -> dict[str, Any]:
    """Return edition -> libasterix class, oldest first."""
    found: dict[tuple[int, int], Any] = {}
    for name in dir(generated):
        matched = re.fullmatch(rf"{kind}_{category:03d}_(\d+)_(\d+)", name)
        if matched and (category, int(matched[1])) not in EXCLUDED:
            found[int(matched[1]), int(matched[2])] = getattr(generated, name)
    return {f"{major}.{minor}": found[major, minor] for major, minor in sorted(found)}


def table(category: int) -> str:
    """Return the text of one file."""
    known = Definitions()
    editions = {e: edition(kind, known) for e, kind in classes("Cat", category).items()}
    expansions = {e: expansion(kind, known) for e, kind in classes("Ref", category).items()}
    head = {"category": category, "source": f"libasterix {version('libasterix')}"}
    lines = [json.dumps(head)[:-1] + ',"editions":{']
    lines.append(",\n".join(f"{json.dumps(e)}:{json.dumps(m)}" for e, m in editions.items()))
    lines.append('},"expansions":{')
    if expansions:
        lines.append(",\n".join(f"{json.dumps(e)}:{json.dumps(m)}" for e, m in expansions.items()))
    lines += ['},"definitions":[', ",\n".join(known.texts), "]}", ""]
    return "\n".join(lines)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER
    for category in CATEGORIES:
        (folder / f"cat{category:03d}.json").write_text(table(category))


if __name__ == "__main__":
    main()
