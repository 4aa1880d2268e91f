"""The older REST dialect under `/rest`: govc's way in, raw, and the REST connector of the official SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import official_sdk
import pytest
from official_sdk import trusting
from server_process import ALICE, BOB, Account, ServerProcess
from wire_clients import DRAFTS, Rest, basic

with official_sdk.warnings.catch_warnings():
    official_sdk.warnings.simplefilter("ignore", DeprecationWarning)
    from com.vmware.cis_client import Session
    from com.vmware.esx.settings.repository.software_client import Drafts
    from com.vmware.vapi.std.errors_client import Error
    from vmware.vapi.bindings.stub import StubConfiguration
    from vmware.vapi.lib.connect import get_requests_connector
    from vmware.vapi.security.client.security_context_filter import LegacySecurityContextFilter
    from vmware.vapi.security.session import create_session_security_context
    from vmware.vapi.stdlib.client.factories import StubConfigurationFactory

SESSION = "/rest/com/vmware/cis/session"
# What govc sends with every POST that has nothing to say: a body in chunks, of which there are none.
AS_GOVC = {"Content-Type": "application/json", "Accept": "application/json"}


def nothing() -> Iterator[bytes]:
    yield from ()


def value_in(response: httpx.Response) -> Any:
    """The value in a good answer of the dialect."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert body.keys() == {"value"}
    return body["value"]


def refused(response: httpx.Response, status: int, name: str) -> str:
    """What an answer of the dialect says that must be this error."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/json"
    body = response.json()
    assert body.keys() == {"type", "value"}
    assert body["type"] == f"com.vmware.vapi.std.errors.{name}"
    assert body["value"]["error_type"] == name.upper()
    return " ".join(each["default_message"] for each in body["value"]["messages"])


def old_login(http: httpx.Client, account: Account) -> str:
    response = http.post(
        SESSION,
        content=nothing(),
        headers={**AS_GOVC, "Authorization": basic(account), "vmware-use-header-authn": "true"},
    )
    assert response.request.headers["transfer-encoding"] == "chunked"
    assert "set-cookie" not in response.headers
    return str(value_in(response))


def test_the_requests_of_govc(http: httpx.Client) -> None:
    token = old_login(http, ALICE)
    header = {"vmware-api-session-id": token}
    info = value_in(http.post(f"{SESSION}?~action=get", content=nothing(), headers=AS_GOVC | header))
    assert info.keys() == {"user", "created_time", "last_accessed_time"}
    assert info["user"] == ALICE.name

    created = http.post(f"/api{DRAFTS}", content=nothing(), headers=AS_GOVC | header)
    assert created.request.headers["transfer-encoding"] == "chunked"
    assert created.status_code == 201, created.text
    draft = created.json()
    assert http.get(f"/api{DRAFTS}/{draft}", headers=header).json()["metadata"]["owner"] == ALICE.name
    joined = http.get(f"/api{DRAFTS}", params={"owners": f"{ALICE.name},{BOB.name}"}, headers=header)
    assert joined.json().keys() == {draft}
    assert http.delete(f"/api{DRAFTS}/{draft}", headers=header).status_code == 204

    ended = http.delete(SESSION, headers=header)
    assert (ended.status_code, ended.content) == (200, b"")
    refused(http.post(f"{SESSION}?~action=get", headers=header), 401, "unauthenticated")


def test_a_refused_login(http: httpx.Client) -> None:
    wrong = http.post(SESSION, headers={"Authorization": basic(Account(ALICE.name, "wrong"))})
    assert "password" in refused(wrong, 401, "unauthenticated")
    assert wrong.headers["www-authenticate"].startswith("Basic ")
    assert "Log in" in refused(http.get(f"/rest{DRAFTS}"), 401, "unauthenticated")


def test_reads_are_wrapped_and_maps_are_arrays(
    user: Callable[[str], Rest], http: httpx.Client, tokens: dict[str, str]
) -> None:
    draft = user("alice").result("POST", DRAFTS, 201)
    header = {"vmware-api-session-id": tokens["victor"]}

    ((listed),) = value_in(http.get(f"/rest{DRAFTS}", headers=header))
    assert listed.keys() == {"key", "value"}
    assert listed["key"] == draft
    assert value_in(http.get(f"/rest{DRAFTS}/{draft}", headers=header)) == listed["value"]
    assert value_in(http.get(f"/rest{DRAFTS}", params={"owners": BOB.name}, headers=header)) == []
    for owner, found in ((ALICE, [listed]), (BOB, [])):
        body = {"filter": {"owners": [owner.name]}}
        assert value_in(http.request("GET", f"/rest{DRAFTS}", json=body, headers=header)) == found
    assert value_in(http.request("GET", f"/rest{DRAFTS}", content=b"{}", headers=header)) == [listed]
    wrong = http.request("GET", f"/rest{DRAFTS}", json={"filter": {"color": "red"}}, headers=header)
    assert "color" in refused(wrong, 400, "unexpected_input")


def test_what_the_dialect_does_not_have(http: httpx.Client, tokens: dict[str, str]) -> None:
    header = {"vmware-api-session-id": tokens["alice"]}
    assert f"POST {DRAFTS} to /api" in refused(http.post(f"/rest{DRAFTS}", headers=header), 404, "operation_not_found")
    refused(http.get("/rest/com/vmware/vcenter/vm", headers=header), 404, "operation_not_found")
    refused(http.get("/rest/inventory/clusters", headers=header), 404, "operation_not_found")


@pytest.fixture
def sdk(server: ServerProcess, tokens: dict[str, str]) -> Iterator[StubConfiguration]:
    """The SDK's REST connector, in a session of alice."""
    context = create_session_security_context(tokens["alice"])
    with trusting(server) as session:
        connector = get_requests_connector(
            session=session,
            msg_protocol="rest",
            url=f"{server.url}/rest",
            provider_filter_chain=[LegacySecurityContextFilter(security_context=context)],
        )
        yield StubConfigurationFactory.new_std_configuration(connector)


def test_the_rest_connector_of_the_sdk_reads(sdk: StubConfiguration, user: Callable[[str], Rest]) -> None:
    draft = user("alice").result("POST", DRAFTS, 201)
    drafts = Drafts(sdk)

    assert Session(sdk).get().user == ALICE.name
    assert drafts.get(draft).metadata.owner == ALICE.name
    assert drafts.list().keys() == {draft}
    assert drafts.list(Drafts.FilterSpec(owners={BOB.name})) == {}
    # Whatever the error is, this connector raises the first one that the operation declares.
    with pytest.raises(Error) as missing:
        drafts.get("no-such-draft")
    assert missing.value.error_type == "NOT_FOUND"
