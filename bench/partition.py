"""A long cut between two nations that meet through a hub: part `partition` of bench/federation.py.

Both raise warnings and update tracks all the time. The hub is killed, and started again after the
cut. Every frame that the rooms of either nation take is noted: within each numbered stream nothing
may be missing, doubled or out of order; after the cut the warnings that waited go before tracks, and
tracks resume with their newest state.
"""

import asyncio
import os
import socket
import time
from itertools import pairwise
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from bench import federation
from bench.nation import Nation
from skypact.config import load
from skypact.core.columns import array
from skypact.core.messages import (
    AirWarning,
    Ledger,
    Message,
    PartnerTracks,
    ThreatClass,
    WarningRaised,
    WarningState,
)
from skypact.edge.inbox import Lane
from skypact.edge.store import OutboxReader
from skypact.sharing.federation import Federation
from skypact.sharing.links import Link

TRACKS, WARN_EVERY_S, BEFORE_S, AFTER_S = 200, 1.0, 20.0, 60.0
SETTLE_S, NEWEST_WITHIN_S = 300.0, 6.0


class Noted:
    """What the rooms of a nation took: (sequence, time s, made s) of warnings, (epoch, sequence, time s) of
    heartbeats, (epoch, sequence, time s, age of its oldest track s) of track frames."""

    def __init__(self) -> None:
        self.warnings: list[tuple[int, float, float]] = []
        self.beats: list[tuple[int, int, float]] = []
        self.tracks: list[tuple[int, int, float, float]] = []

    def watch(self) -> None:
        durable, tracks, beat = Federation._durable_body, Federation._tracks, Link.beat_is_new
        noted = self

        def durable_body(self: Federation, partner: str, frame: Any, *more: Any) -> list[Message]:
            if partner != federation.HUB:
                noted.warnings.append((frame.sequence, time.time(), frame.sent_ns / 1e9))
            return durable(self, partner, frame, *more)

        def track_frame(self: Federation, link: Link, frame: Any, now_ns: int) -> list[Message]:
            out = tracks(self, link, frame, now_ns)
            for message in out:
                if isinstance(message, PartnerTracks) and message.count:
                    oldest_s = (time.time_ns() - int(array(message, "time_ns").min())) / 1e9
                    noted.tracks.append((frame.epoch, frame.sequence, time.time(), oldest_s))
            return out

        def beat_is_new(self: Link, epoch: int, sequence: int, promised: int) -> bool:
            new = beat(self, epoch, sequence, promised)
            if new and self.partner != federation.HUB:
                noted.beats.append((epoch, sequence, time.time()))
            return new

        Federation._durable_body = durable_body  # type: ignore[method-assign]
        Federation._tracks = track_frame  # type: ignore[method-assign]
        Link.beat_is_new = beat_is_new  # type: ignore[method-assign]


async def _side(home: Path, index: int, partner: str, pipe: Connection) -> None:
    nation, noted = Nation(home), Noted()
    noted.watch()
    await nation.start()
    loop = asyncio.get_running_loop()
    pipe.send("up")
    await loop.run_in_executor(None, pipe.recv)
    end = loop.run_in_executor(None, pipe.recv)
    raised, resident_mb = 0, list[float]()
    while not end.done():
        nation.driver.inbox.put(Lane.RELEASE, federation._tracks(nation, index, TRACKS))
        raised += 1
        _raise(nation, partner, raised)
        nation.told.clear()
        if raised % 60 == 1:
            resident_mb.append(_resident_mb())
        await asyncio.wait((end,), timeout=WARN_EVERY_S - time.time() % WARN_EVERY_S)
    outbox, end_s = OutboxReader(home / "state/store.sqlite"), time.time() + SETTLE_S
    while outbox.waiting(partner) and time.time() < end_s:
        nation.driver.inbox.put(Lane.RELEASE, federation._tracks(nation, index, TRACKS))
        await asyncio.sleep(1.0)
    await asyncio.sleep(5.0)
    pipe.send((raised, noted, resident_mb, outbox.waiting(partner)))
    await loop.run_in_executor(None, pipe.recv)
    await nation.stop()


def _raise(nation: Nation, partner: str, number: int) -> None:
    now_ns = time.time_ns()
    warning = AirWarning(
        warning_id=f"{nation.name}-warning-{number}", origin=nation.name, nation=partner,
        track=number, threat_class=ThreatClass.CRUISE, class_probability=0.9,
        state=WarningState.RAISED, version=1, places=(), assessed_ns=now_ns, reason="bench",
        ledger=Ledger(detected_ns=now_ns, tracked_ns=now_ns, raised_ns=now_ns),
    )  # fmt: skip
    header = nation.issuer.header(now_ns, now_ns)
    nation.driver.inbox.put(Lane.WARNING, WarningRaised(**header, warning=warning))


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def _opened(state: Path) -> float:
    """Return when the hub took connections again."""
    link = load(state / federation.HUB).config.link
    assert link is not None
    assert link.leaf_port is not None
    while True:
        with socket.socket() as door:
            if door.connect_ex((link.leaf_host, link.leaf_port)) == 0:
                return time.time()
        time.sleep(0.01)


def judged(noted: Noted, raised: int, cut_s: float, healed_s: float) -> dict[str, Any]:
    """Return what one nation took of the other, who raised so many warnings."""
    order = [sequence for sequence, *_ in noted.warnings]
    best_effort = [[key[:2] for key in stream] for stream in (noted.beats, noted.tracks)]
    doubled = sum(len(keys) - len(set(keys)) for keys in (order, *best_effort))
    reordered = sum(a >= b for keys in (order, *best_effort) for a, b in pairwise(keys))
    after = [t for t in noted.tracks if t[2] >= healed_s]
    # One may come in the moment before it is noticed that the hub is back.
    back_s = healed_s - 5
    waited = [at for _, at, made_s in noted.warnings if at >= back_s and made_s < healed_s]
    return {
        "raised": raised,
        "taken": len(order),
        "missing": max(order, default=0) - len(set(order)),
        "doubled": doubled,
        "reordered": reordered,
        "track_frames": len(noted.tracks),
        "joined_s": round(min(waited, default=0.0) - healed_s, 2),
        "drained_s": round(max(waited, default=0.0) - healed_s, 2),
        "first_track_s": round(after[0][2] - healed_s, 2) if after else -1.0,
        "oldest_track_s": round(max((t[3] for t in after), default=-1.0), 2),
        "taken_during_cut": sum(cut_s + 5 < at < back_s for _, at, _ in noted.warnings),
    }


def partition(state: Path, minutes: float) -> dict[str, Any]:
    """Cut for so many minutes."""
    names = federation.NAMES[:2]
    federation.alliance(state, names)
    hub, hub_pipe = federation.started(federation._idle, state / federation.HUB)
    sides = [
        federation.started(_side, state / name, i, other)
        for i, (name, other) in enumerate(zip(names, names[::-1], strict=True))
    ]
    for pipe in (hub_pipe, *(pipe for _, pipe in sides)):
        pipe.recv()
    for _, pipe in sides:
        pipe.send("begin")
    time.sleep(BEFORE_S)
    hub.kill()
    hub.join()
    cut_s = time.time()
    time.sleep(minutes * 60)
    hub, hub_pipe = federation.started(federation._idle, state / federation.HUB)
    healed_s = _opened(state)
    hub_pipe.recv()
    time.sleep(AFTER_S)
    for _, pipe in sides:
        pipe.send("end")
    results = [pipe.recv() for _, pipe in sides]
    for process, pipe in (*sides, (hub, hub_pipe)):
        pipe.send("end")
        process.join(15)
    raised = [r[0] for r in results]
    found = {
        name: judged(noted, raised[1 - i], cut_s, healed_s)
        | {"resident_mb": [resident[0], max(resident)], "waiting": waiting}
        for i, (name, (_, noted, resident, waiting)) in enumerate(zip(names, results, strict=True))
    }
    met = all(
        one["taken"] >= one["raised"]
        and one["missing"] == one["doubled"] == one["reordered"] == one["waiting"] == 0
        and one["taken_during_cut"] == 0
        and 0 < one["drained_s"] <= one["first_track_s"]
        and one["oldest_track_s"] <= NEWEST_WITHIN_S
        for one in found.values()
    )
    return {"minutes": minutes, "cut_s": round(healed_s - cut_s, 1), **found, "met": met}
