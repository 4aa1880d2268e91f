"""The vendor runtime's own server side, answering one operation: its handler, its provider, a skeleton of its stub."""

from __future__ import annotations

import json
from typing import Any

from vendor_sdk import CONFIGURATION, named
from vmware.vapi.bindings.converter import TypeConverter
from vmware.vapi.bindings.skeleton import ApiInterfaceSkeleton
from vmware.vapi.data.serializers.jsonrpc import JsonRpcDictToVapi
from vmware.vapi.protocol.server.msg.json_handler import JsonApiHandler
from vmware.vapi.provider.local import LocalProvider


class _Prepared:
    """An implementation that has its result at hand, so that only the work of the runtime is measured."""

    def __init__(self, result: Any) -> None:
        self._result = result

    def list(self, **_inputs: Any) -> Any:
        return self._result


def handler_answering(stub: str, output: Any) -> JsonApiHandler:
    """The handler for the service of this stub, whose `list` answers `output`, a JSON-RPC value."""
    client = named(stub)(CONFIGURATION)._api_interface
    operations = {
        name: {**each, "errors": [error.resolved_type for error in each["errors"].values()]}
        for name, each in client._operations.items()
    }
    value = JsonRpcDictToVapi.data_value(json.loads(json.dumps(output)))
    result = TypeConverter.convert_to_python(value, operations["list"]["output_type"], CONFIGURATION.resolver)
    provider = LocalProvider()
    service = client._iface_id.get_name()
    provider.add_interface([ApiInterfaceSkeleton(service, _Prepared(result), operations, [])])
    return JsonApiHandler(provider, [])
