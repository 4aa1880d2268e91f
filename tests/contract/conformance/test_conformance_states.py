"""What is refused because of what there is, over every transport; nothing changes then."""

from __future__ import annotations

import pytest
from refusal_rows import REFUSED, REFUSED_IN_TASKS, Refused
from repository_site import Site
from three_transports import NAMES

over_every_transport = pytest.mark.parametrize("transport", NAMES)


@over_every_transport
@pytest.mark.parametrize("refused", REFUSED, ids=lambda each: each.name)
def test_because_of_what_there_is(site: Site, refused: Refused, transport: str) -> None:
    given = site.given(refused.place)
    before = site.state(given)
    caller = site.transport(transport, refused.caller)
    caller.refusal(refused.operation, refused.arguments(given), refused.error_type).says(refused.says)
    assert site.state(given) == before


@over_every_transport
@pytest.mark.parametrize("refused", REFUSED_IN_TASKS, ids=lambda each: each.name)
def test_in_a_task(site: Site, refused: Refused, transport: str) -> None:
    given = site.given(refused.place)
    before = site.state(given)
    caller = site.transport(transport, refused.caller)
    task = caller.result(refused.operation, refused.arguments(given))
    refusal = caller.ended(refused.operation, task).refusal
    assert refusal is not None
    assert refusal.error_type == refused.error_type
    refusal.says(refused.says)
    assert site.state(given) == before
