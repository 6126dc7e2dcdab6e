"""Logging: one readable line per event on a terminal, JSON when asked.

An event is `noun_verb` ("feed_lost", "child_restarted"), its facts are key=value. Nothing ever
parses a log: what a program needs is a message.
"""

import logging
import sys
from collections.abc import Callable
from typing import TextIO

import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

LEVELS = {"debug": 10, "info": 20, "warning": 30, "error": 40}


def configure(
    node: str, *, as_json: bool = False, level: str = "info", stream: TextIO | None = None
) -> None:
    """Set up logging of this process; every event carries `node`. stream: stderr if None.

    It holds for loggers that `logger` gave before as well, and for all threads.
    """
    # asyncio warns of a TLS peer's half-closed connection, which is of no use to anybody.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    end: list[Processor] = (
        [structlog.processors.dict_tracebacks, structlog.processors.JSONRenderer()]
        if as_json
        else [structlog.processors.format_exc_info, readable_line]
    )
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            _naming(node),
            *end,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS[level]),
        logger_factory=structlog.WriteLoggerFactory(file=stream or sys.stderr),
        cache_logger_on_first_use=False,
    )


def logger() -> FilteringBoundLogger:
    """Return the logger."""
    return structlog.get_logger()


def readable_line(_: WrappedLogger, method: str, event: EventDict) -> str:
    """Return `12:00:00.000Z node event key=value ...`; a traceback follows on lines of its own."""
    time = str(event.pop("timestamp", ""))[11:23]
    node, name = event.pop("node", ""), event.pop("event")
    event.pop("level", None)
    trace = event.pop("exception", "")
    mark = "" if method in ("debug", "info") else f"{method.upper()} "
    facts = "".join(f" {key}={_value(value)}" for key, value in event.items())
    return f"{time}Z {node:<10} {mark}{name}{facts}" + (f"\n{trace}" if trace else "")


def _value(value: object) -> str:
    text = f"{value:.3f}" if isinstance(value, float) else str(value)
    return text if text.isprintable() and text and " " not in text else repr(text)


def _naming(node: str) -> Callable[[WrappedLogger, str, EventDict], EventDict]:
    def add(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
        event.setdefault("node", node)
        return event

    return add
