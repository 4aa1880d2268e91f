"""The answer to `effective_components.list` of 150 components: our way from request to answer against the vendor's."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import msgspec
from bench_site import Person, application_over
from big_images import ADD_ON, BASE, image_of
from figures import MILLISECOND, Figure, NotMeasured, at_most, by_turns, seconds
from vendor_handler import handler_answering

from imagewright.contract import jsonrpc_values, rest_values, routing
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.services import repository_software_drafts_add_on as add_on
from imagewright.contract.services import repository_software_drafts_base_image as base_image
from imagewright.contract.services import repository_software_drafts_components as components
from imagewright.contract.services import repository_software_drafts_effective_components as effective
from imagewright.contract.services import settings
from imagewright.model.spec import SoftwareSpec
from imagewright.web.jsonrpc import SCHEMES, read_invocation

COMPONENTS = 150
SHARE = 0.1
"""At most this part of the vendor's time."""
STUB = "com.vmware.esx.settings.repository.software.drafts_client.EffectiveComponents"


def draft_of(person: Person, spec: SoftwareSpec) -> str:
    """A draft with this content, made as a user makes it."""
    draft = str(person(drafts.create, spec=drafts.CreateSpec(delete_existing_draft=True)))
    person(base_image.set_, draft=draft, spec=settings.BaseImageSpec(version=BASE))
    person(add_on.set_, draft=draft, spec=settings.AddOnSpec(name=ADD_ON.name, version=ADD_ON.version))
    chosen = components.UpdateSpec(components_to_set=dict(spec.image.components))
    person(components.update, draft=draft, spec=chosen)
    return draft


def over_jsonrpc(person: Person, body: bytes, *, anew: bool = False) -> bytes:
    """All that the server does between the bytes of a request and those of its answer, but HTTP.

    An answer keeps how it is written for as long as the image stays the same; `anew` is without that.
    """
    call = read_invocation(body, {})
    result = person.call(effective.list_, lambda: jsonrpc_values.decode_input(effective.list_, call.input))
    output = jsonrpc_values.encode_output(effective.list_, dict(result) if anew else result)
    return msgspec.json.encode({"jsonrpc": "2.0", "id": call.request_id, "result": {"output": output}})


def over_rest(person: Person, path: str) -> bytes:
    """The same for REST."""
    found = routing.match("GET", path, {})
    if not isinstance(found, routing.Match):
        raise NotMeasured(f"{path} is not known")
    result = person.call(effective.list_, lambda: rest_values.decode_input(found, {}, b""))
    return rest_values.encode_output(effective.list_, result)


def request_for(person: Person, draft: str) -> bytes:
    """The request as the official SDK writes it."""
    security = {"schemeId": f"{SCHEMES}session_id", "sessionId": person.token}
    params = {
        "serviceId": effective.list_.service,
        "operationId": "list",
        "input": {"STRUCTURE": {"operation-input": {"draft": draft, "spec": {"OPTIONAL": None}}}},
        "ctx": {"appCtx": {"opId": "bench"}, "securityCtx": security},
    }
    return json.dumps({"jsonrpc": "2.0", "id": "1", "method": "invoke", "params": params}).encode()


def measure(folder: Path) -> Iterator[Figure]:
    """The figures of the group."""
    spec, content = image_of(COMPONENTS)
    with application_over(folder / "data", [content]) as (person, *_):
        draft = draft_of(person, spec)
        body, path = (
            request_for(person, draft),
            f"/esx/settings/repository/software/drafts/{draft}/effective-components",
        )
        answer = json.loads(over_jsonrpc(person, body))
        vendor = handler_answering(STUB, answer["result"]["output"])
        theirs = vendor.handle_request(body.decode(), {})[0]
        size = len(over_jsonrpc(person, body))
        if json.loads(theirs) != answer or len(json.loads(over_rest(person, path))) != COMPONENTS:
            raise NotMeasured("the two answers are not the same")

        first, ours, other, rest = by_turns(
            lambda: seconds(lambda: over_jsonrpc(person, body, anew=True), 50) * MILLISECOND,
            lambda: seconds(lambda: over_jsonrpc(person, body), 50) * MILLISECOND,
            lambda: seconds(lambda: vendor.handle_request(body.decode(), {}), 20) * MILLISECOND,
            lambda: seconds(lambda: over_rest(person, path), 50) * MILLISECOND,
        )
    reference = f"{other:.3g} ms (vendor's handler)"
    what = f"effective components of {COMPONENTS} over JSON-RPC, {size:,} bytes"
    yield Figure(what, f"{ours:.3g} ms", reference, ours / other, f"≤ {SHARE}", ours / other <= SHARE)
    yield Figure("… written anew", f"{first:.3g} ms", reference, first / other)
    yield at_most(f"effective components of {COMPONENTS} over REST", rest, 1, "ms")
