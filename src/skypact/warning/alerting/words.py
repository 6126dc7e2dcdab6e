"""A procedure in words, for those who sign it."""

from collections.abc import Iterator

from skypact.warning.alerting.procedure import Procedure, Step

PERSONS = {
    "automatic": "at once, without a person",
    "one": "once a person releases it",
    "two": "once two persons release it",
    "": "at once to duty posts, to others once a person releases it",
}
STAGES = {"prepare": "the first warning", "take_cover": "take cover begins"}


def said(procedure: Procedure) -> Iterator[str]:
    """Yield what a procedure does, line by line."""
    where = ", ".join(procedure.places) or f"any place of {procedure.nation}"
    yield (
        f"{procedure.name}, version {procedure.version}: {', '.join(procedure.classes)} that "
        f"threaten {where}, from {procedure.valid_from:%Y-%m-%d} until "
        f"{procedure.valid_until:%Y-%m-%d}"
    )
    yield f"signed by {', '.join(procedure.parties)}"
    yield (
        f"take cover begins {procedure.lead_s:g} s and the shelter time of a place before the "
        "earliest arrival"
    )
    for step in procedure.steps:
        yield _step(step)
    two = {"one": "a person", "two": "two persons"}
    who = f" of {', '.join(procedure.may_cancel)}" if procedure.may_cancel else ""
    yield f"it is taken back by {two[procedure.cancel]}{who}"
    yield f"the all-clear is given by {two[procedure.all_clear]}"


def _step(step: Step) -> str:
    late = f"{step.after_s:g} s after " if step.after_s else "with "
    ways = f" by {', then '.join(step.channels)}" if step.channels else ""
    unless = ", unless somebody has confirmed" if step.unless_answered else ""
    parts = [
        f"step {step.id}: {late}{STAGES[step.stage]}{unless}, {PERSONS[step.release]}: "
        f"tell {', '.join(step.tell)}{ways}"
    ]
    if step.answer:
        tries = f"{step.attempts} times" if step.attempts > 1 else "once"
        parts.append(f"each way {tries}, {step.answer_within_s:g} s to confirm")
    if step.then:
        parts.append(f"then {', then '.join(step.then)}")
    return "; ".join(parts)
