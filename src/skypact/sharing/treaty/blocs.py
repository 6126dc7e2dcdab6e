"""Blocs: an agreement with a group of nations is one with each member, while it is a member."""

from collections.abc import Iterable, Iterator, Mapping

import msgspec

from skypact.core.errors import ConfigError
from skypact.sharing.treaty.agreements import Agreement, Bloc


def pairs(agreement: Agreement, blocs: Iterable[Bloc]) -> Iterator[Agreement]:
    """Yield what a text says to each nation: itself, or one agreement a member and membership."""
    if not agreement.bloc:
        yield agreement
        return
    for bloc in blocs:
        if bloc.bloc != agreement.bloc:
            continue
        valid_from = max(agreement.valid_from, bloc.valid_from)
        valid_until = min(agreement.valid_until, bloc.valid_until)
        if valid_from >= valid_until:
            continue
        for member in bloc.members:
            if member != agreement.owner:
                yield msgspec.structs.replace(
                    agreement, partner=member, valid_from=valid_from, valid_until=valid_until
                )


def faults(blocs: Mapping[str, Bloc], nations: Iterable[str]) -> list[ConfigError]:
    """Return every fault of blocs, by path of the file. nations: names that are taken."""
    found: list[ConfigError] = []
    taken, items = set(nations), list(blocs.items())
    for i, (path, bloc) in enumerate(items):
        said = {
            "bloc": "has the name of a nation" if bloc.bloc in taken else "",
            "members": "a member is there twice"
            if len(set(bloc.members)) < len(bloc.members)
            else ""
            if bloc.members
            else "a bloc has members",
            "valid_until": "the bloc ends before it begins"
            if bloc.valid_until <= bloc.valid_from
            else "",
        }
        for other_path, other in items[:i]:
            overlap = bloc.valid_from < other.valid_until and other.valid_from < bloc.valid_until
            if other.bloc == bloc.bloc and overlap:
                said["valid_from"] = f"{other_path} names the members of this bloc for that time"
        found += [ConfigError(text, path=path, key=key) for key, text in said.items() if text]
    return found


def signers(agreement: Agreement, blocs: Iterable[Bloc], nation: str) -> list[str]:
    """Return whose signatures of an agreement a nation looks for, itself first. Of one with a bloc
    its owner asks every member, a member asks the owner: it may not know the others."""
    if not agreement.bloc:
        parties = [agreement.owner, agreement.partner]
    elif nation == agreement.owner:
        named = {m for bloc in blocs if bloc.bloc == agreement.bloc for m in bloc.members}
        parties = sorted(named | {agreement.owner})
    else:
        parties = [agreement.owner, nation]
    return sorted(parties, key=lambda name: name != nation)
