"""No operation and no error that the contract declares is left out."""

from __future__ import annotations

from every_row import EXAMPLES, ROWS
from refusal_rows import INJECTED, REFUSED, REFUSED_IN_TASKS, UNKNOWN_IDS

import imagewright.app.operations  # noqa: F401 - binds the operations
from imagewright.contract import registry
from imagewright.contract.binding import bindings
from imagewright.contract.operations import Operation
from imagewright.contract.services import cis_session, cis_tasks, depots
from imagewright.contract.services import repository_software as software

_PREFIX = "com.vmware.esx.settings.repository."
REPOSITORY = tuple(each for each in registry.operations if each.service.startswith(_PREFIX))
ELSEWHERE = {
    cis_session.create: "tests/e2e/test_sessions.py: whoever has a session does not need it",
    cis_session.delete: "tests/e2e/test_sessions.py: it ends the session that a row is called in",
    cis_tasks.cancel: "tests/e2e/test_tasks.py: needs a task that is held up in the middle",
}
NOT_HERE = {
    (cis_tasks.get, "RESOURCE_INACCESSIBLE"): "every task is in the database, and readable when that is",
    (depots.sync, "TIMED_OUT"): "a depot that is too slow is one of those that an error names",
    (cis_tasks.list_, "RESOURCE_INACCESSIBLE"): "takes more than a thousand tasks",
}


def _by_mistakes() -> set[tuple[Operation, str]]:
    """Of the repository, invalid_argument says more than that a type is wrong, so there it must have a reason."""
    return {(each, "INVALID_ARGUMENT") for each in EXAMPLES if each.inputs and each not in REPOSITORY}


def test_every_declared_error_is_brought_about() -> None:
    """Of the repository there are no exceptions."""
    by_reasons = {(each.operation, each.error_type) for each in (*REFUSED, *REFUSED_IN_TASKS)}
    by_unknown_ids = {(each, "NOT_FOUND") for each, _ in UNKNOWN_IDS}
    by_everybody = {(each, error) for each in EXAMPLES for error in (*INJECTED, "UNAUTHENTICATED", "UNAUTHORIZED")}
    declared = {(each, registry.errors[name].error_type) for each in EXAMPLES for name in each.errors}
    assert declared - by_reasons - by_unknown_ids - by_everybody - _by_mistakes() == NOT_HERE.keys()


def test_of_the_repository_one_operation_has_no_privilege() -> None:
    """Its unauthorized comes from no role, so only a fault can show it."""
    assert [each for each in REPOSITORY if not each.privileges] == [software.check_repository]


def test_every_repository_operation_has_a_row() -> None:
    assert len(REPOSITORY) == 62
    assert EXAMPLES.keys() >= {*REPOSITORY}


def test_every_operation_of_the_services_here_has_a_row() -> None:
    services = {each.service for each in EXAMPLES}
    served = {each for each in registry.operations if each in bindings.implemented and each.service in services}
    assert served == EXAMPLES.keys() | ELSEWHERE.keys()


def test_names_of_rows_are_unique() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
