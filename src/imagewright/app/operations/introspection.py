"""What services and operations there are, for clients that ask a server for its interface.

Everything is told that is declared, served or not; our own operations are not, because they cannot be called this way.
"""

from __future__ import annotations

import hashlib
from functools import cache

from imagewright.app.call import Call
from imagewright.contract import facts, registry
from imagewright.contract.binding import implements
from imagewright.contract.introspection import info_of
from imagewright.contract.services import introspection_operation, introspection_provider, introspection_service
from imagewright.model.errors import NotFound

PROVIDER = "imagewright"


@implements(introspection_provider.get)
def provider(call: Call) -> introspection_provider.Info:
    """Who answers, and a checksum that changes with what he offers."""
    return introspection_provider.Info(id=PROVIDER, checksum=_checksum())


@implements(introspection_service.list_)
def services(call: Call) -> frozenset[str]:
    """The ids of all services."""
    return frozenset(each.service for each in registry.operations)


@implements(introspection_service.get)
def service(call: Call, id_: str) -> introspection_service.Info:
    """The ids of the operations of a service; NotFound when there is no such service."""
    return introspection_service.Info(operations=_operations(id_))


@implements(introspection_operation.list_)
def operations(call: Call, service_id: str) -> frozenset[str]:
    """The ids of the operations of a service; NotFound when there is no such service."""
    return _operations(service_id)


@implements(introspection_operation.get)
def operation(call: Call, service_id: str, operation_id: str) -> introspection_operation.Info:
    """What an operation takes and gives; NotFound when there is no such service or operation."""
    known = _operations(service_id)
    found = registry.operation(service_id, operation_id)
    if found is None:
        raise NotFound.because(
            "imagewright.introspection.no_operation",
            "The service '{0}' has no operation '{1}'. It has: {2}.",
            service_id,
            operation_id,
            ", ".join(sorted(known)),
        )
    return info_of(found)


def _operations(service_id: str) -> frozenset[str]:
    found = frozenset(each.operation_id for each in registry.operations if each.service == service_id)
    if not found:
        raise NotFound.because(
            "imagewright.introspection.no_service",
            "There is no service '{0}'. All services are listed by com.vmware.vapi.std.introspection.service.",
            service_id,
        )
    return found


@cache
def _checksum() -> str:
    """Of the facts: everything that introspection tells follows from them."""
    return hashlib.sha256(facts.FACTS_PATH.read_bytes()).hexdigest()
