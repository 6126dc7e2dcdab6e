"""An agreement as Cedar policies: what it means, in a language that others read and check too.

One policy a clause. Cedar knows no order, so a clause's policy says that no earlier one admits:
at most one permits, and it names the clause. What has to be done to a copy (the obligations) stands
in annotations. Two facts come with the object, since Cedar can't work them out: in which clauses'
areas it lies, and its height in whole millimetres. docs/reference/agreement.md, "Cedar".
"""

from collections.abc import Sequence
from datetime import UTC, datetime

from skypact.sharing.treaty.agreements import CLASSLESS, Agreement, Clause, What

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHOWN = ("callsign", "address", "impact", "person")
WHOLE = "*"
"""In `context.suspended`: the whole agreement."""


def policies(agreement: Agreement) -> str:
    """Return the policies of an agreement as text; the same agreement gives the same text."""
    parts = [
        f"// What {agreement.owner} releases to {agreement.receiver}. What no policy permits stays "
        "at home.",
        f'@id("{agreement.name}/suspended")\n'
        f"forbid ({_receiver(agreement)}, action, resource)\n"
        f"when {{ {_ours(agreement)} && context.suspended.contains({_text(WHOLE)}) }};",
    ]
    for i, clause in enumerate(agreement.clauses):
        parts.append(_policy(agreement, clause, agreement.clauses[:i]))
    return "\n\n".join(parts) + "\n"


def microseconds(at: datetime) -> int:
    """Return a time as `context.now_us` has it: us since 1970 UTC."""
    delta = at - EPOCH
    return (delta.days * 86_400 + delta.seconds) * 1_000_000 + delta.microseconds


def _policy(agreement: Agreement, clause: Clause, earlier: Sequence[Clause]) -> str:
    lines = [f'@id("{agreement.name}/{clause.id}")', *_obligations(agreement, clause)]
    lines += [
        "permit (",
        f"  {_receiver(agreement)},",
        f'  action == Action::"{clause.what.value}",',
        "  resource",
        ")",
        f"when {{ {_ours(agreement)} }}",
        f"when {{ context.now_us >= {microseconds(agreement.valid_from)} && "
        f"context.now_us < {microseconds(agreement.valid_until)} }}",
        f"when {{ {_admits(agreement, clause)} }}",
    ]
    for other in earlier:
        shared = clause.what in CLASSLESS or set(other.classes) & set(clause.classes)
        if other.what is clause.what and shared:
            lines.append(f"unless {{ {_admits(agreement, other)} }}")
    return "\n".join(lines) + ";"


def _receiver(agreement: Agreement) -> str:
    if agreement.bloc:
        return f'principal in Bloc::"{agreement.bloc}"'
    return f'principal == Nation::"{agreement.partner}"'


def _ours(agreement: Agreement) -> str:
    return f'resource.owner == Nation::"{agreement.owner}"'


def _obligations(agreement: Agreement, clause: Clause) -> list[str]:
    """Return what has to be done to a copy, as annotations."""
    shown = " ".join(name for name in SHOWN if getattr(clause, f"show_{name}"))
    said = {"shows": shown}
    if clause.history_h:
        said["history_h"] = _number(clause.history_h)
    if clause.what is What.TRACK:
        said |= {
            "position_grid_m": _number(clause.position_grid_m),
            "velocity_grid_mps": _number(clause.velocity_grid_mps),
            "delay_s": _number(clause.delay_s),
            "lease_s": _number(agreement.lease_s),
            "area_deg": " ".join(f"[{lat!r}, {lon!r}]" for lat, lon in clause.area_deg),
        }
    if clause.what in (What.UNNAMED, What.COVERAGE):
        said |= {
            "position_grid_m": _number(clause.position_grid_m),
            "velocity_grid_mps": _number(clause.velocity_grid_mps),
            "among": " ".join(clause.among),
        }
    if clause.what is What.COALITION:
        said["tracks_max"] = str(clause.tracks_max)
    return [f'@{key}("{value}")' for key, value in said.items() if value]


def _admits(agreement: Agreement, clause: Clause) -> str:
    """Return the condition under which a clause admits an object."""
    parts = [f"!context.suspended.contains({_text(clause.id)})"]
    if clause.what not in CLASSLESS:
        parts.append(f"[{', '.join(map(_text, clause.classes))}].contains(resource.class)")
    if clause.contexts:
        parts.append(f"[{', '.join(map(_text, clause.contexts))}].contains(context.purpose)")
    parts.append(_marked(clause))
    if clause.what is What.TRACK:
        if clause.area_deg:
            parts.append(f"resource.areas.contains({_text(clause.id)})")
        if clause.identities:
            parts.append(
                f"[{', '.join(map(_text, clause.identities))}].contains(resource.identity)"
            )
        if clause.detections:
            only = ", ".join(map(_text, clause.detections))
            parts.append(f"[{only}].containsAll(resource.detections)")
        low, high = (round(m * 1000) for m in (clause.height_min_m, clause.height_max_m))
        parts.append(f"resource.height_mm >= {low} && resource.height_mm < {high}")
    if clause.what is What.WARNING:
        told = clause.for_nations or (agreement.partner,) * bool(agreement.partner)
        named = f"[{', '.join(map(_text, told))}].contains(resource.warned)"
        # In a bloc each member's own are meant.
        parts.append(named if told else "resource.warned == principal.name")
    if clause.what is What.UNNAMED:
        told = ", ".join(map(_text, clause.for_nations))
        parts.append(f"[{told}].contains(resource.told)")
    return " && ".join(parts)


def _marked(clause: Clause) -> str:
    """Return the condition on how the owner has marked an object."""
    free = 'resource.classification == "UNMARKED"'
    if not clause.classifications:
        return free
    named = f"[{', '.join(map(_text, clause.classifications))}].contains(resource.classification)"
    held = f"[{', '.join(map(_text, clause.caveats))}].containsAll(resource.caveats)"
    to = "(resource.releasable_to.isEmpty() || resource.releasable_to.contains(principal.name))"
    return f"({free} || {named} && {held} && {to})"


def _number(value: float) -> str:
    return f"{value:.12g}"


def _text(value: str) -> str:
    return f'"{value}"'
