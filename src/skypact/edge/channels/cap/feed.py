"""The folder of CAP messages: one file each, an Atom feed of them, old ones taken away."""

import os
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree as ET

import msgspec

from skypact.core.errors import ConfigError
from skypact.edge.channels.cap.alert import Earlier, cap_time

ATOM = "http://www.w3.org/2005/Atom"
FEED, INDEX = "feed.atom", "index.json"
CAP_TYPE = "application/cap+xml"
DAY_NS = 86_400_000_000_000


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """A published message. notice_id: that it came from; sent: as CAP writes it."""

    identifier: str
    notice_id: str
    sent: str
    sent_ns: int
    title: str
    summary: str

    @property
    def file(self) -> str:
        return f"{self.identifier}.xml"


class Feed:
    """What is published. folder: made when it is not there; url: under which readers find it."""

    def __init__(self, folder: Path, url: str, name: str, keep_days: float) -> None:
        """Raises ConfigError when the folder can't be used."""
        self._folder, self._url, self._name = folder, url.rstrip("/"), name
        self._keep_ns = round(keep_days * DAY_NS)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._entries = _held(folder / INDEX)
        except (OSError, msgspec.MsgspecError) as error:
            raise ConfigError(f"cannot be used: {error}", path=str(folder)) from error

    def earlier(self, notice_ids: Sequence[str]) -> list[Earlier]:
        """Return the messages of earlier notices that were published, every attempt."""
        wanted = set(notice_ids)
        return [Earlier(e.identifier, e.sent) for e in self._entries if e.notice_id in wanted]

    def holds(self, identifier: str) -> bool:
        """Return whether a message was published already."""
        return any(entry.identifier == identifier for entry in self._entries)

    def publish(self, entry: Entry, message: bytes, now_ns: int) -> None:
        """Write a message, then the feed that names it; raises OSError."""
        _write(self._folder / entry.file, message)
        entries = [e for e in self._entries if e.identifier != entry.identifier] + [entry]
        old = [e for e in entries if now_ns - e.sent_ns > self._keep_ns]
        entries = [e for e in entries if now_ns - e.sent_ns <= self._keep_ns]
        _write(self._folder / INDEX, msgspec.json.encode(entries))
        _write(self._folder / FEED, self._atom(entries, now_ns))
        self._entries = entries
        for each in old:
            (self._folder / each.file).unlink(missing_ok=True)

    def open(self, now_ns: int) -> None:
        """Write the feed, empty or as it was left; raises OSError."""
        _write(self._folder / FEED, self._atom(self._entries, now_ns))

    def _atom(self, entries: Sequence[Entry], now_ns: int) -> bytes:
        root = ET.Element("feed", xmlns=ATOM)
        newest_ns = max((e.sent_ns for e in entries), default=now_ns)
        _add(root, "id", f"{self._url}/{FEED}")
        _add(root, "title", self._name)
        _add(root, "updated", _atom_time(newest_ns))
        _add(_add(root, "author", ""), "name", self._name)
        _link(root, rel="self", href=f"{self._url}/{FEED}", type="application/atom+xml")
        for entry in sorted(entries, key=lambda e: e.sent_ns, reverse=True):
            element = _add(root, "entry", "")
            _add(element, "id", f"{self._url}/{entry.file}")
            _add(element, "title", entry.title)
            _add(element, "updated", _atom_time(entry.sent_ns))
            _link(element, rel="alternate", href=f"{self._url}/{entry.file}", type=CAP_TYPE)
            _add(element, "summary", entry.summary)
        return ET.tostring(root, "UTF-8", xml_declaration=True)


def _atom_time(time_ns: int) -> str:
    return cap_time(time_ns).replace("-00:00", "Z")


def _add(parent: ET.Element, name: str, text: str) -> ET.Element:
    element = ET.SubElement(parent, name)
    element.text = text or None
    return element


def _link(parent: ET.Element, **attributes: str) -> None:
    ET.SubElement(parent, "link", attributes)


def _held(index: Path) -> list[Entry]:
    return msgspec.json.decode(index.read_bytes(), type=list[Entry]) if index.exists() else []


def _write(path: Path, data: bytes) -> None:
    """Write a file so that a reader sees all of it or none, and a power cut the same."""
    fresh = path.with_name(f".{path.name}.new")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
