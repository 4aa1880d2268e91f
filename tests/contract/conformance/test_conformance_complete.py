"""No operation and no error that the contract declares is left out."""

from __future__ import annotations

from refusal_rows import REFUSED, REFUSED_IN_TASKS, UNKNOWN_IDS
from repository_rows import EXAMPLES, INJECTED, PREFIX, ROWS

from imagewright.contract import registry
from imagewright.contract.services import repository_software as software

REPOSITORY = tuple(each for each in registry.operations if each.service.startswith(PREFIX))


def test_every_declared_error_is_brought_about() -> None:
    """No operation declares an error that no test above provokes. There are no exceptions."""
    by_rows = {(each.operation, each.error_type) for each in (*REFUSED, *REFUSED_IN_TASKS)}
    by_unknown_ids = {(each, "NOT_FOUND") for each, _ in UNKNOWN_IDS}
    by_everybody = {(each, error) for each in EXAMPLES for error in (*INJECTED, "UNAUTHENTICATED", "UNAUTHORIZED")}
    declared = {(each, registry.errors[name].error_type) for each in EXAMPLES for name in each.errors}
    assert declared - by_rows - by_unknown_ids - by_everybody == set()


def test_only_one_operation_has_no_privilege() -> None:
    """Its unauthorized comes from no role, so only a fault can show it."""
    assert [each for each in EXAMPLES if not each.privileges] == [software.check_repository]


def test_every_operation_has_a_row() -> None:
    assert len(REPOSITORY) == 62
    assert {row.operation.key for row in ROWS} == {each.key for each in REPOSITORY}


def test_names_of_rows_are_unique() -> None:
    assert len({row.name for row in ROWS}) == len(ROWS)
