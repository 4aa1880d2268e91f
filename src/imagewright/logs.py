"""The log: lines of text for people or of JSON for machines, each with the request or task that it is about."""

from __future__ import annotations

import json
import logging
import re
from datetime import UTC, datetime
from typing import Final, TextIO

from imagewright.app.tracing import REQUEST, TASK

CHATTY: Final = ("uvicorn", "alembic", "httpx", "httpcore")
"""What says at the level of information only what we know or say ourselves."""

_CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


def write_log(form: str, level: str, stream: TextIO | None = None) -> None:
    """Sends the log of this process to a stream, standard error by default, in one of the formats."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines() if form == "json" else TextLines())
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in CHATTY:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)


class TextLines(logging.Formatter):
    """`2026-03-01 12:00:00,000 INFO imagewright.app.invoke [request or task] message`."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s %(about)s%(message)s")

    def format(self, record: logging.LogRecord) -> str:
        """One line, and below it the traceback when there is one."""
        about = " ".join(filter(None, (REQUEST.get(), TASK.get())))
        record.about = f"[{about}] " if about else ""
        return super().format(record)

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name is the library's
        """The first line, and never two: what clients send cannot look like a line of ours."""
        return _CONTROL.sub(lambda found: repr(found[0])[1:-1], super().formatMessage(record))


class JsonLines(logging.Formatter):
    """One object in each line, whatever is in the message. `request_id` and `task` are there where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """One line; a traceback is the text `exception` in it."""
        fields = {
            "time": datetime.fromtimestamp(record.created, UTC)
            .isoformat(timespec="milliseconds")
            .replace("+00:00", "Z"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
            "request_id": REQUEST.get(),
            "task": TASK.get(),
            "exception": self.formatException(record.exc_info) if record.exc_info else "",
        }
        return json.dumps({name: value for name, value in fields.items() if value}, ensure_ascii=False)
