"""Errors that only a broken server answers, and the one that no role brings about, by faults on demand."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from every_row import CALLERS, EXAMPLES
from refusal_rows import INJECTED
from repository_site import Given, Site
from rows import PREFIX, name_of
from server_process import ADMINISTRATOR
from three_transports import NAMES
from wire_clients import basic

from imagewright.contract.operations import Operation


@pytest.fixture(scope="module", params=[*INJECTED, "UNAUTHORIZED"])
def injected(site: Site, request: pytest.FixtureRequest) -> Iterator[str]:
    """The error that every published operation answers now."""
    spec = {"effect": "ERROR", "error_type": request.param, "operation": f"{PREFIX}*"}
    administrator = {"Authorization": basic(ADMINISTRATOR)}
    made = site.http.post("/imagewright/v1/faults", json=spec, headers=administrator)
    assert made.status_code == 201, made.text
    yield request.param
    gone = site.http.delete(f"/imagewright/v1/faults/{made.json()}", headers=administrator)
    assert gone.status_code == 204


@pytest.mark.parametrize("transport", NAMES)
@pytest.mark.parametrize("operation", EXAMPLES, ids=name_of)
def test_an_error_on_demand(site: Site, injected: str, operation: Operation, transport: str) -> None:
    arguments = EXAMPLES[operation](Given())
    site.transport(transport, CALLERS[operation]).refusal(operation, arguments, injected).says("fault")
