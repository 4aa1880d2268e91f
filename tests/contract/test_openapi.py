"""The OpenAPI document: valid, complete, up to date, and true of the values that are sent."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from any_values import structures
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

import imagewright.app.operations  # noqa: F401 - binds the functions
from imagewright.contract import registry, rest_values
from imagewright.contract.binding import Bindings, bindings
from imagewright.contract.openapi import document
from imagewright.contract.openapi_schemas import nullable, schema_name, schema_of
from imagewright.contract.services import cis_session, cis_tasks
from imagewright.contract.services import repository_software as software
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.types import StructureRef, parse
from imagewright.model.errors import Message, NotFound, Unauthorized
from imagewright.web.documentation import openapi_json

DOCUMENT: dict[str, Any] = json.loads(openapi_json())
GOLDEN = Path(__file__).parents[2] / "docs" / "openapi.json"
SCHEMAS = DOCUMENT["components"]["schemas"]
STRUCTURES = [name for name in registry.structures if schema_name(name) in SCHEMAS]
SOFTWARE = "/api/esx/settings/repository/software"


def entries() -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, item in DOCUMENT["paths"].items():
        for method, entry in item.items():
            yield path, method, entry


def entry(method: str, path: str) -> dict[str, Any]:
    found: dict[str, Any] = DOCUMENT["paths"][path][method]
    return found


def parameter(entry: dict[str, Any], name: str) -> dict[str, Any]:
    return next(each for each in entry["parameters"] if each["name"] == name)


def validator(schema: dict[str, Any]) -> Draft202012Validator:
    resource = Resource.from_contents(DOCUMENT, default_specification=DRAFT202012)
    whole = Registry().with_resource("urn:api", resource)
    absolute = json.loads(json.dumps(schema).replace('"#/', '"urn:api#/'))
    return Draft202012Validator(absolute, registry=whole)


def test_the_document_is_valid() -> None:
    assert list(OpenAPIV31SpecValidator(DOCUMENT).iter_errors()) == []


def test_the_document_in_docs_is_up_to_date() -> None:
    assert GOLDEN.read_bytes() == openapi_json(), "run: make generate"


def test_it_depends_on_nothing_but_what_it_is_given() -> None:
    assert document(bindings, "1", {}) == document(bindings, "1", {})
    assert document(Bindings(), "1", {})["paths"] == {}


def test_every_served_operation_is_there_and_no_other() -> None:
    served = {each.key for each in bindings.implemented if each.routes}
    declared = {
        f"{each['service']}.{each['operation']}" for _, _, entry in entries() for each in entry.get("x-operations", ())
    }

    assert declared == served


def test_operation_ids_are_unique_and_no_two_paths_are_one() -> None:
    ids = Counter(each["operationId"] for _, _, each in entries())
    shapes = Counter(re.sub(r"{\w+}", "{}", path) for path in DOCUMENT["paths"])

    assert set(ids.values()) == set(shapes.values()) == {1}
    assert all(re.fullmatch(r"[a-z][a-z0-9_]*", each) for each in ids)
    assert all(re.fullmatch(r"[A-Z][A-Za-z0-9]*", each) for each in SCHEMAS)


def test_operations_with_one_path_are_told_apart_by_the_action() -> None:
    both = entry("post", f"{SOFTWARE}/drafts/{{draft}}")
    assert parameter(both, "action") == {
        "name": "action",
        "in": "query",
        "required": True,
        "schema": {"type": "string", "enum": ["commit", "validate"]},
    }
    assert parameter(both, "vmw-task")["required"]
    assert parameter(both, "vmw-task")["schema"]["enum"] == ["true"]
    assert both["responses"]["202"]["content"]["application/json"]["schema"] == {"type": "string"}

    either = entry("post", f"{SOFTWARE}/drafts")
    assert "required" not in parameter(either, "action")
    assert {"200", "201"} <= either["responses"].keys()
    assert "required" not in either["requestBody"]


def test_filters_are_parameters_of_their_own_and_repeated() -> None:
    owners = parameter(entry("get", f"{SOFTWARE}/drafts"), "owners")
    assert (owners["style"], owners["explode"], owners["schema"]["type"]) == ("form", True, "array")
    assert parameter(entry("get", f"{SOFTWARE}/drafts/{{draft}}/effective-components"), "with_removed_components")


def test_a_body_is_required_where_its_absence_is_refused() -> None:
    assert entry("patch", f"{SOFTWARE}/drafts/{{draft}}/components")["requestBody"].get("required") is None
    assert entry("put", f"{SOFTWARE}/drafts/{{draft}}/base-image")["requestBody"]["required"]
    version = entry("put", f"{SOFTWARE}/drafts/{{draft}}/components/{{component}}")["requestBody"]
    assert version == {"content": {"application/json": {"schema": {"type": ["string", "null"]}}}}


def test_errors_are_listed_by_their_status() -> None:
    for path, method, each in entries():
        assert {"400", "401", "500", "503"} <= each["responses"].keys(), (method, path)
        for declared in each.get("x-operations", ()):
            operation = find(declared["service"], declared["operation"])
            statuses = {str(registry.errors[name].status) for name in operation.errors}
            assert statuses <= each["responses"].keys(), (method, path)
            assert ("403" in each["responses"]) >= bool(operation.privileges)
    assert "404" in entry("post", f"{SOFTWARE}/drafts")["responses"]


def find(service: str, operation_id: str) -> Any:
    every = (*registry.operations, *registry.own_operations)
    return next(each for each in every if (each.service, each.operation_id) == (service, operation_id))


def test_how_to_say_who_is_asking() -> None:
    assert {name: scheme["type"] for name, scheme in DOCUMENT["components"]["securitySchemes"].items()} == {
        "session": "apiKey",
        "bearer": "http",
        "basic": "http",
    }
    assert DOCUMENT["security"] == [{"session": []}, {"bearer": []}, {"basic": []}]
    assert entry("post", "/api/session")["security"] == [{"basic": []}]
    assert "security" not in entry("get", "/api/session")


def test_an_operation_that_is_reached_twice_has_two_ids() -> None:
    assert [route.method for route in cis_tasks.list_.routes] == ["POST", "GET"]
    assert entry("post", "/api/cis/tasks")["operationId"] == "cis_tasks_list"
    assert entry("get", "/api/cis/tasks")["operationId"] == "cis_tasks_list_by_get"


def test_people_are_told_what_an_operation_does() -> None:
    assert all(each["summary"] and each["description"].strip() for _, _, each in entries())
    assert "With `action=commit&vmw-task=true`" in entry("post", f"{SOFTWARE}/drafts/{{draft}}")["description"]


@pytest.mark.parametrize("name", STRUCTURES)
def test_every_value_that_is_sent_is_as_the_schema_says(name: str) -> None:
    check_schema = validator({"$ref": f"#/components/schemas/{schema_name(name)}"})

    @settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
    @given(value=structures(registry.structures[name]))
    def check(value: Any) -> None:
        check_schema.validate(json.loads(rest_values.encode(StructureRef(name), value)))

    check()


@pytest.mark.parametrize("error", [NotFound(Message("a", "b", ("c",))), Unauthorized(challenge="Basic")])
def test_errors_are_as_the_schemas_say(error: NotFound | Unauthorized) -> None:
    status, body = rest_values.encode_error(error)
    for name in ("Error", f"Error{status}"):
        validator(SCHEMAS[name]).validate(json.loads(body))
    assert not validator(SCHEMAS["Error500"]).is_valid(json.loads(body))


def test_what_only_clients_send_takes_no_other_fields() -> None:
    closed = SCHEMAS[schema_name(drafts.CreateSpec.canonical_name)]
    assert closed["additionalProperties"] is False
    assert "additionalProperties" not in SCHEMAS[schema_name(cis_session.Info.canonical_name)]
    assert not validator(closed).is_valid({"color": "red"})


def test_unions_are_explained() -> None:
    fields = SCHEMAS[schema_name(drafts.ImportSpec.canonical_name)]["properties"]
    assert "must be set when `source_type` is PULL" in fields["location"]["description"]


@pytest.mark.parametrize(
    ("text", "schema"),
    [
        ("map<id,optional<string>>", {"type": "object", "additionalProperties": {"type": ["string", "null"]}}),
        ("set<id>", {"type": "array", "items": {"type": "string"}, "uniqueItems": True}),
        ("opaque", {}),
        ("secret", {"type": "string", "format": "password"}),
        ("optional<integer>", {"type": ["integer", "null"], "format": "int64"}),
    ],
)
def test_types(text: str, schema: dict[str, Any]) -> None:
    assert schema_of(parse(text)) == schema


def test_null_beside_a_reference_and_beside_anything() -> None:
    reference = schema_of(StructureRef(software.EditSpec.canonical_name))
    assert nullable(reference) == {"anyOf": [reference, {"type": "null"}]}
    assert nullable({}) == {}
