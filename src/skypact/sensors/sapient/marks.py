"""What the standard has no field for: messages of an exercise or a test say so in their text."""

from typing import Any

from skypact.core.messages import Context

MARKS = {
    Context.OPERATION: "",
    Context.EXERCISE: "EXERCISE EXERCISE EXERCISE",
    Context.TEST: "TEST TEST TEST",
}


def context_of(message: Any) -> Context | None:
    """Return which context a message says it belongs to, None when it says nothing."""
    said = message.additional_information.upper()
    return next((c for c, mark in MARKS.items() if mark and said.startswith(mark)), None)
