"""What every operation refuses: strangers, people without the privilege, other people's drafts, unknown ids."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from every_row import CALLERS, EXAMPLES
from refusal_rows import UNKNOWN_IDS
from repository_site import UNKNOWN, WRITER, Given, Place, Site
from rows import name_of
from server_process import ALICE, BOB, VICTOR, Account
from three_transports import NAMES

from imagewright.contract.operations import Operation

over_every_transport = pytest.mark.parametrize("transport", NAMES)
of_every_operation = pytest.mark.parametrize("operation", EXAMPLES, ids=name_of)


@pytest.fixture(scope="module")
def full(site: Site) -> Iterator[Given]:
    """A draft and a specification that stay as they are, whatever is tried."""
    given = site.given(Place.FULL)
    before = site.state(given)
    yield given
    assert site.state(given) == before


@over_every_transport
@of_every_operation
def test_without_a_session(site: Site, operation: Operation, transport: str) -> None:
    refusal = site.transport(transport, None).refusal(operation, EXAMPLES[operation](Given()), "UNAUTHENTICATED")
    refusal.says("session")


def _without_privilege(operation: Operation) -> Account:
    return WRITER if operation.privileges[0].endswith(".Read") else VICTOR


@over_every_transport
@pytest.mark.parametrize("operation", [each for each in EXAMPLES if each.privileges], ids=name_of)
def test_without_the_privilege(site: Site, operation: Operation, transport: str) -> None:
    caller = site.transport(transport, _without_privilege(operation))
    refusal = caller.refusal(operation, EXAMPLES[operation](Given()), "UNAUTHORIZED")
    refusal.says(operation.privileges[0])


@over_every_transport
@pytest.mark.parametrize(
    "operation",
    [each for each in EXAMPLES if not each.reads and each.inputs and each.inputs[0].name == "draft"],
    ids=name_of,
)
def test_somebody_elses_draft(site: Site, full: Given, operation: Operation, transport: str) -> None:
    refusal = site.transport(transport, BOB).refusal(operation, EXAMPLES[operation](full), "UNAUTHORIZED")
    refusal.says(f"{full.draft} belongs to {ALICE.name}")


@over_every_transport
@pytest.mark.parametrize(
    ("operation", "wrong"), UNKNOWN_IDS, ids=lambda each: each if isinstance(each, str) else name_of(each)
)
def test_unknown_ids(site: Site, full: Given, operation: Operation, wrong: str, transport: str) -> None:
    arguments = EXAMPLES[operation](full) | {wrong: UNKNOWN}
    site.transport(transport, CALLERS[operation]).refusal(operation, arguments, "NOT_FOUND").says(UNKNOWN)
