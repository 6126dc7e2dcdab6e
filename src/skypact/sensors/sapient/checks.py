"""What the standard demands of every message: mandatory fields, ids, enumerations.

The rules are read from the options that its schema carries, so they can't drift from it.
"""

import re
from collections.abc import Callable
from typing import Any

from skypact.sensors.sapient.schema import message_class, rules

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Za-hjkmnp-tv-z]{25}")
Check = Callable[[Any], str]
_MESSAGE, _ENUM = 11, 14  # types of descriptor.proto


class Plan:
    """What is demanded of one kind of message, by field number."""

    __slots__ = ("checks", "choices", "mandatory", "names")

    def __init__(self) -> None:
        self.names: dict[int, str] = {}
        self.mandatory: frozenset[int] = frozenset()
        self.choices: tuple[tuple[str, frozenset[int]], ...] = ()
        self.checks: dict[int, Check] = {}

    def fault(self, message: Any) -> str:
        """Return what is wrong with a message, "" when nothing is."""
        given = {field.number: value for field, value in message.ListFields()}
        missing = self.mandatory - given.keys()
        if missing:
            return f"{self.names[min(missing)]} is missing"
        for name, fields in self.choices:
            if fields.isdisjoint(given):
                return f"{name} is missing"
        for number, value in given.items():
            check = self.checks.get(number)
            if check is not None and (why := check(value)):
                return f"{self.names[number]}: {why}"
        return ""


_plans: dict[str, Plan] = {}


def fault(message: Any) -> str:
    """Return what is wrong with a whole SapientMessage by the standard's own rules, "" when nothing
    is. Floats are not judged here."""
    return _plan(message_class().DESCRIPTOR).fault(message)


def _plan(descriptor: Any) -> Plan:
    known = _plans.get(descriptor.full_name)
    if known is not None:
        return known
    plan = _plans[descriptor.full_name] = Plan()  # before its fields: messages hold themselves
    said = {field.number: rules(field) for field in descriptor.fields}
    plan.names = {field.number: field.name for field in descriptor.fields}
    plan.mandatory = frozenset(n for n, rule in said.items() if "is_mandatory" in rule)
    plan.choices = tuple(
        (choice.name, frozenset(field.number for field in choice.fields))
        for choice in descriptor.oneofs
        if "is_mandatory" in rules(choice)
    )
    for field in descriptor.fields:
        check = _check(field, said[field.number])
        if check is not None:
            plan.checks[field.number] = _each(check) if field.is_repeated else check
    return plan


def _check(field: Any, rule: frozenset[str]) -> Check | None:
    if field.type == _MESSAGE:
        inner = _plan(field.message_type)
        return None if _demands_nothing(field.message_type) else inner.fault
    if field.type == _ENUM:
        return _one_of(frozenset(field.enum_type.values_by_number))
    if "is_uuid" in rule:
        return _like(UUID, "is no UUID")
    if "is_ulid" in rule:
        return _like(ULID, "is no ULID")
    return None


def _demands_nothing(descriptor: Any) -> bool:
    return descriptor.full_name.startswith("google.protobuf.")


def _each(check: Check) -> Check:
    def all_of(values: Any) -> str:
        return next((why for value in values if (why := check(value))), "")

    return all_of


def _one_of(known: frozenset[int]) -> Check:
    return lambda value: "" if value in known else f"{value} is not in the standard"


def _like(pattern: re.Pattern[str], why: str) -> Check:
    return lambda value: "" if pattern.fullmatch(value) else why
