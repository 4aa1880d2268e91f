"""The table of what is served and what is only declared."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from itertools import groupby
from typing import Final

from imagewright.contract.operations import Operation

HEAD: Final = """# Coverage of the published API

Generated from the declared operations and the functions that do them. Do not edit.

An operation that is declared and not served answers `UNSUPPORTED`. {served} of {declared} are served.
"""
OWN_HEAD: Final = """
# Beyond the published API

Our own operations are reached with REST under `/imagewright/v1` and in no other way. {served} of {declared} are served.
"""


def coverage_markdown(
    operations: Iterable[Operation], own_operations: Iterable[Operation], implemented: Collection[Operation]
) -> str:
    """One table for each service: the REST lines, the id of the operation, served or not; ours after the published."""
    published = _part(HEAD, "| REST under `/api` | JSON-RPC | since | |", operations, implemented)
    return published + _part(OWN_HEAD, "| REST under `/imagewright/v1` | id | since | |", own_operations, implemented)


def _part(head: str, columns: str, operations: Iterable[Operation], implemented: Collection[Operation]) -> str:
    declared = sorted(operations, key=lambda each: (each.service, each.operation_id))
    text = head.format(served=sum(each in implemented for each in declared), declared=len(declared))
    for service, group in groupby(declared, key=lambda each: each.service):
        text += f"\n## {service}\n\n{columns}\n|---|---|---|---|\n"
        text += "".join(_row(each, each in implemented) for each in group)
    return text


def _row(operation: Operation, served: bool) -> str:
    lines = "<br>".join(f"`{route.line}`" for route in operation.routes) or "none"
    state = "served" if served else "UNSUPPORTED"
    return f"| {lines} | `{operation.operation_id}` | {operation.since or ''} | {state} |\n"
