"""`Drafts.create` in both dialects under one form, so that each line of its page is tried over each."""

from __future__ import annotations

from typing import Any

import httpx
from wire_clients import (
    DRAFTS,
    DRAFTS_SERVICE,
    JsonRpc,
    Refusal,
    Rest,
    body_of,
    optional,
    refusal_in,
    refusal_under,
    session_context,
    structure,
)


class OverRest:
    """`POST /api/esx/settings/repository/software/drafts`."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def create(self, token: str | None, *, delete_existing: bool | None = None) -> str | Refusal:
        """The id of the draft, or the refusal; whatever it is, it is right in every respect."""
        body = {} if delete_existing is None else {"delete_existing_draft": delete_existing}
        response = Rest(self.http, token).request("POST", DRAFTS, json=body)
        if response.is_error:
            return refusal_in(response, response.status_code, _TYPES[response.status_code])
        assert response.status_code == 201
        return _id(body_of(response))


_TYPES = {
    400: "ALREADY_EXISTS", 401: "UNAUTHENTICATED", 403: "UNAUTHORIZED", 500: "ERROR", 503: "SERVICE_UNAVAILABLE",
}  # fmt: skip
"""The page gives each error one status."""


class OverJsonRpc:
    """`POST /api` with `com.vmware.esx.settings.repository.software.drafts` `create`."""

    def __init__(self, http: httpx.Client) -> None:
        self.http = http

    def create(self, token: str | None, *, delete_existing: bool | None = None) -> str | Refusal:
        """The id of the draft, or the refusal."""
        spec = structure(f"{DRAFTS_SERVICE}.create_spec", {"delete_existing_draft": optional(delete_existing)})
        rpc = JsonRpc(self.http, session_context(token) if token else None)
        result = rpc.call(DRAFTS_SERVICE, "create", spec=spec)
        if "error" in result:
            ((name, _),) = result["error"]["ERROR"].items()
            return refusal_under(result, name.rpartition(".")[2])
        return _id(result["output"])


DIALECTS = (OverRest, OverJsonRpc)
Dialect = OverRest | OverJsonRpc


def _id(value: Any) -> str:
    assert isinstance(value, str)
    assert value
    return value


def refused(answer: str | Refusal, error_type: str) -> Refusal:
    """The refusal, which must be of this type."""
    assert isinstance(answer, Refusal), f"not refused: {answer}"
    assert answer.error_type == error_type, answer
    return answer
