"""The JSON-RPC dialect, `POST /api`: what the official SDKs speak.

Every answer has HTTP status 200. An error of the API is a result that is an error; only what is not a call at all is an
error of JSON-RPC itself.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from imagewright.app.authentication import Credentials, SessionToken, UnknownScheme, UserPassword
from imagewright.app.invoke import Application
from imagewright.contract import registry
from imagewright.contract.jsonrpc_values import decode_input, encode_error, encode_output
from imagewright.contract.operations import Operation
from imagewright.contract.rest_values import parse_json
from imagewright.model.errors import ApiError, InvalidArgument, OperationNotFound
from imagewright.web.requests import body_of, credentials_of, origin_of
from imagewright.web.rest import at_once_or_in_thread, error_response, json_response

SMALL = 64 * 1024
"""Bytes of a body that are parsed in no time."""
SCHEMES = "com.vmware.vapi.std.security."


class ProtocolError(Exception):
    """The request is no call; `code` is that of JSON-RPC."""

    def __init__(self, code: int, text: str, request_id: Any = None) -> None:
        super().__init__(text)
        self.code = code
        self.request_id = request_id


@dataclass(frozen=True, slots=True)
class Invocation:
    """A call as it came. `context` is the `ctx` of the request."""

    request_id: Any
    service: str
    operation: str
    input: Any
    context: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class JsonRpcDialect:
    """Answers `POST /api`."""

    application: Callable[[], Application]
    public_url: str | None = None

    async def answer(self, request: Request) -> Response:
        """One request; batches are not part of the protocol."""
        try:
            body = await body_of(request)
        except ApiError as error:
            return error_response(error)
        try:
            if len(body) > SMALL:
                invocation = await run_in_threadpool(read_invocation, body, request.headers)
            else:
                invocation = read_invocation(body, request.headers)
        except ProtocolError as error:
            return _response(error.request_id, {"error": {"code": error.code, "message": str(error)}})
        try:
            operation = _operation(invocation)
            credentials = credentials_of(request) or context_credentials(invocation.context)
            call = partial(self._call, request, invocation, operation, credentials)
            return await at_once_or_in_thread(call, quick=self.application().is_quick(operation, credentials))
        except ApiError as error:
            return _error(invocation, error)

    def _call(
        self, request: Request, invocation: Invocation, operation: Operation, credentials: Credentials, at_once: bool
    ) -> Response:
        try:
            output = self.application().invoke(
                operation,
                lambda: decode_input(operation, invocation.input),
                credentials,
                origin_of(request, self.public_url),
                at_once=at_once,
            )
            result = {"output": encode_output(operation, output)}
        except ApiError as error:
            return _error(invocation, error)
        return _response(invocation.request_id, {"result": result})


def read_invocation(body: bytes, headers: Mapping[str, str]) -> Invocation:
    """The call in a request body. The headers that name the operation must agree with it."""
    try:
        message = msgspec.json.decode(body)
        _refuse_keys_twice(body, message)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise ProtocolError(-32700, f"Parse error: the body is not JSON ({error}).") from None
    except RecursionError:
        raise ProtocolError(-32700, "Parse error: the body is nested too deeply.") from None
    if not isinstance(message, dict):
        raise ProtocolError(-32600, "Invalid request: the body must be one JSON object.")
    request_id = message.get("id")
    if message.get("jsonrpc") != "2.0" or not isinstance(request_id, str | int):
        # What is no id is not sent back: it can be anything, of any size and depth.
        known = request_id if isinstance(request_id, str | int) else None
        raise ProtocolError(-32600, 'Invalid request: "jsonrpc" must be "2.0", and "id" a string or a number.', known)
    if message.get("method") != "invoke":
        raise ProtocolError(-32601, 'Method not found: the only method is "invoke".', request_id)
    params = message.get("params")
    texts = ("serviceId", "operationId")
    if not isinstance(params, dict) or not all(isinstance(params.get(key), str) for key in texts):
        raise ProtocolError(-32602, 'Invalid params: "serviceId" and "operationId" must be strings.', request_id)
    context = params.get("ctx") or {}
    if not isinstance(context, dict):
        raise ProtocolError(-32602, 'Invalid params: "ctx" must be an object.', request_id)
    for header, key in (("vapi-service", "serviceId"), ("vapi-operation", "operationId")):
        if headers.get(header, params[key]) != params[key]:
            raise ProtocolError(
                -31001, f"Mismatching operation identifier in HTTP header {header} and payload {key}.", request_id
            )
    return Invocation(request_id, params["serviceId"], params["operationId"], params.get("input"), context)


def _refuse_keys_twice(body: bytes, message: Any) -> None:
    """As REST does. Of two equal keys one is left when a body is decoded, and the quotes of the other are missing; to
    count them is quicker than any parser that tells."""
    if b"\\u0022" in body or body.count(b'"') != msgspec.json.encode(message).count(b'"'):
        try:
            parse_json(body)
        except InvalidArgument as refusal:
            raise ProtocolError(-32700, f"Parse error: {refusal.messages[0].text}") from None


def context_credentials(context: Mapping[str, Any]) -> Credentials:
    """Who is asking, as the security context of the call tells."""
    security = context.get("securityCtx") or {}
    if not isinstance(security, dict):
        return UnknownScheme("a security context that is not an object")
    match security:
        case {"schemeId": scheme, "sessionId": str(token)} if scheme == f"{SCHEMES}session_id":
            return SessionToken(token)
        case {"schemeId": scheme, "userName": str(user), "password": str(password)} if scheme == f"{SCHEMES}user_pass":
            return UserPassword(user, password)
        case {"schemeId": scheme} if scheme != "com.vmware.vapi.std.security.no_authentication":
            return UnknownScheme(str(scheme))
        case _:
            return None


def _operation(invocation: Invocation) -> Operation:
    found = registry.operation(invocation.service, invocation.operation)
    if found is not None:
        return found
    if registry.has_service(invocation.service):
        raise OperationNotFound.because(
            "vapi.method.input.invalid.method",
            "Cannot find method '{0}' in service '{1}'. Operations that are tasks end in $task.",
            invocation.operation,
            invocation.service,
        )
    raise OperationNotFound.because(
        "vapi.method.input.invalid.interface", "Cannot find service '{0}'.", invocation.service
    )


def _error(invocation: Invocation, error: ApiError) -> Response:
    response = _response(invocation.request_id, {"result": {"error": encode_error(error)}})
    response.headers["vapi-error"] = registry.error_type(error.error_type).name
    return response


def _response(request_id: Any, rest: dict[str, Any]) -> Response:
    return json_response(msgspec.json.encode({"jsonrpc": "2.0", "id": request_id, **rest}))
