"""The log: each line says what it is about, and what a client sends never becomes a line of its own."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator

import pytest

from imagewright.app.tracing import REQUEST, working_on
from imagewright.logs import write_log

log = logging.getLogger("imagewright.somewhere")


@pytest.fixture
def lines(request: pytest.FixtureRequest) -> Iterator[Callable[[str, str], Callable[[], list[str]]]]:
    """Writes the log of this process in a format and from a level on; gives the lines so far."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def written(form: str, least: str) -> Callable[[], list[str]]:
        stream = io.StringIO()
        write_log(form, least, stream)
        return lambda: stream.getvalue().splitlines()

    yield written
    logging.captureWarnings(False)
    root.handlers[:] = handlers
    root.setLevel(level)


def test_json_lines_name_the_request_and_the_task(lines: Callable[..., Callable[[], list[str]]]) -> None:
    seen = lines("json", "info")
    token = REQUEST.set("r-1")
    with working_on("t-1"):
        log.info("both, %s", "ärger\nnext")
    REQUEST.reset(token)
    log.warning("neither")
    log.debug("not at this level")
    first, second = (json.loads(line) for line in seen())
    assert (first.pop("time") <= second.pop("time")) is True
    assert first == {
        "level": "info",
        "logger": "imagewright.somewhere",
        "message": "both, ärger\nnext",
        "request_id": "r-1",
        "task": "t-1",
    }
    assert second == {"level": "warning", "logger": "imagewright.somewhere", "message": "neither"}


def test_a_traceback_is_part_of_its_line(lines: Callable[..., Callable[[], list[str]]]) -> None:
    seen = lines("json", "debug")
    try:
        raise ValueError("broken")
    except ValueError:
        log.exception("it went wrong")
    (line,) = seen()
    assert "ValueError: broken" in json.loads(line)["exception"]


def test_text_lines(lines: Callable[..., Callable[[], list[str]]]) -> None:
    seen = lines("text", "info")
    with working_on("t-1"):
        log.info("about a task")
    log.info("about nothing")
    first, second = seen()
    assert first.endswith(" INFO imagewright.somewhere [t-1] about a task")
    assert second.endswith(" INFO imagewright.somewhere about nothing")


@pytest.mark.parametrize("control", ["\n", "\r", "\x1b", "\u2028", "\x85"])
def test_no_line_can_be_forged(lines: Callable[..., Callable[[], list[str]]], control: str) -> None:
    seen = lines("text", "info")
    log.info("a path: %s", f"/x{control}2026-03-01 12:00:00,000 INFO forged")
    (line,) = seen()
    assert control not in line
    assert "forged" in line
