"""Every operation over every transport: what it answers, what has changed then, and that all transports are alike."""

from __future__ import annotations

import pytest
from every_row import ROWS
from repository_site import Site
from rows import Row
from three_transports import NAMES


@pytest.fixture(scope="module")
def outcomes() -> dict[str, str]:
    """The state after each row, as the first transport has left it."""
    return {}


@pytest.mark.parametrize("transport", NAMES)
@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_result_and_state(site: Site, outcomes: dict[str, str], row: Row, transport: str) -> None:
    given = site.given(row.place)
    caller = site.transport(transport, row.caller)
    result = caller.result(row.operation, row.arguments(given))
    if row.operation.is_task:
        ended = caller.ended(row.operation, result)
        assert ended.refusal is None, ended.refusal
        result = ended.result
    assert row.see(result) == row.seen(given)
    if row.look:
        assert row.look(site) == row.found(given)
    state = site.state(given)
    assert outcomes.setdefault(row.name, state) == state
