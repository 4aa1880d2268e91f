"""The API for people and generators: `/openapi.json`, and `/docs`, which shows it with a viewer that is installed here.

Both are open to everybody, because the API is public; what they call is not. Nothing is loaded from elsewhere, and the
page allows no script but the two of this server.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import version
from importlib.resources import files
from typing import Final

import msgspec
from starlette.responses import Response

from imagewright.app.downloads import EXPORTED, EXPORTS
from imagewright.contract.binding import bindings
from imagewright.contract.openapi import document, error_answers
from imagewright.contract.openapi_schemas import Schema

DOCUMENT: Final = "/openapi.json"
PAGE: Final = "/docs"
VIEWER: Final = "vendor/swagger-ui-5.31.0"
HEADERS: Final = {
    # The viewer sets the style attribute of elements.
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cache-Control": "no-cache",
}
HTML: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>imagewright: the API</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/docs/swagger-ui.css">
</head>
<body>
<div id="api"><noscript>This page needs JavaScript. The API is described in <a href="/openapi.json">openapi.json</a>.
</noscript></div>
<script src="/docs/swagger-ui-bundle.js"></script>
<script src="/docs/start.js"></script>
</body>
</html>
"""
START: Final = """SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  docExpansion: "list",
  filter: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
"""
FILES: Final = {"swagger-ui.css": "text/css", "swagger-ui-bundle.js": "text/javascript"}
"""What is taken from the viewer's package, with its media type."""

FILE_PATHS: Final[dict[str, Schema]] = {
    "/vum-fileupload": {
        "post": {
            "operationId": "upload",
            "tags": ["files"],
            "summary": "upload a file",
            "description": "Keeps the first file of the form for a while, and gives the id that an import takes.",
            "requestBody": {
                "required": True,
                "content": {
                    "multipart/form-data": {
                        "schema": {
                            "type": "object",
                            "required": ["file"],
                            "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
                        }
                    }
                },
            },
            "responses": {
                "200": {
                    "description": "The id of the file.",
                    "content": {"application/json": {"schema": {"type": "string"}}},
                },
                **error_answers(["UNAUTHORIZED"]),
            },
        }
    },
    f"{EXPORTS}/{{software_spec}}/{{version}}/{{file}}": {
        "get": {
            "operationId": "download_export",
            "tags": ["files"],
            "summary": "download an exported file",
            "description": "One version of a specification as a file: the specification, or an offline bundle, a disc "
            "or a bill of materials of it, which is made first when it is not there. An export gives the URLs. Ranges "
            "and conditions are understood.",
            "parameters": [
                {"name": name, "in": "path", "required": True, "schema": schema}
                for name, schema in (
                    ("software_spec", {"type": "string"}),
                    ("version", {"type": "string"}),
                    ("file", {"type": "string", "enum": sorted(EXPORTED)}),
                )
            ]
            + [
                {
                    "name": "image",
                    "in": "query",
                    "description": "For a bill of materials: the id of the alternative image that it is of.",
                    "schema": {"type": "string"},
                }
            ],
            "responses": {
                "200": {
                    "description": "The file.",
                    "content": {
                        kind: {"schema": {}} for kind in sorted({file.media_type for file in EXPORTED.values()})
                    },
                },
                **error_answers(
                    ["INVALID_ARGUMENT", "UNAUTHORIZED", "NOT_FOUND", "RESOURCE_INACCESSIBLE", "SERVICE_UNAVAILABLE"]
                ),
            },
        }
    },
}


@cache
def openapi_json() -> bytes:
    """The OpenAPI document of everything that is served, as text that people can compare."""
    described = document(bindings, version("imagewright"), FILE_PATHS)
    return msgspec.json.format(msgspec.json.encode(described), indent=1) + b"\n"


def documentation(path: str) -> Response | None:
    """The answer to a GET of this path; None when it is none of ours."""
    if path == DOCUMENT:
        return _response(openapi_json(), "application/json")
    if path == PAGE:
        return _response(HTML.encode(), "text/html")
    if not path.startswith(f"{PAGE}/"):
        return None
    name = path.removeprefix(f"{PAGE}/")
    if name == "start.js":
        return _response(START.encode(), "text/javascript")
    return _response(_viewer_file(name), FILES[name]) if name in FILES else None


@cache
def _viewer_file(name: str) -> bytes:
    return files("swagger_ui_bundle").joinpath(VIEWER, name).read_bytes()


def _response(content: bytes, media_type: str) -> Response:
    return Response(content, 200, HEADERS, media_type)
