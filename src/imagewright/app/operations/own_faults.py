"""Faults on demand: made, listed and taken back by administrators of a server that allows them."""

from __future__ import annotations

from imagewright.app.call import Call
from imagewright.contract.binding import implements
from imagewright.contract.services import own_faults


@implements(own_faults.create)
def create(call: Call, spec: own_faults.CreateSpec) -> str:
    """Makes calls of an operation fail or wait, or holds its tasks in a state, and tells the id of the rule.

    `operation` is a pattern for service and operation, such as `*.drafts.commit$task`; without it every operation is
    meant, without `user` everybody, and without `count` every call until the rule is deleted.
    """
    return call.services.faults.create(spec, call.now)


@implements(own_faults.list_)
def list_(call: Call) -> tuple[own_faults.Info, ...]:
    """The rules in the order in which they are applied, with how often each one was."""
    return call.services.faults.list()


@implements(own_faults.delete)
def delete(call: Call, fault: str) -> None:
    """Takes a rule back. Tasks that it held go on."""
    call.services.faults.delete(fault)
    call.wakes_runner = True
