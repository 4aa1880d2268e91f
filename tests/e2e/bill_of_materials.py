"""Bills of materials as their readers see them."""

from __future__ import annotations

import json
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator


def valid(data: bytes) -> dict[str, Any]:
    """The document, which is held against the published schema."""
    found = JsonStrictValidator(SchemaVersion.V1_6).validate_str(data.decode())
    # The whole of it would be the schema.
    assert found is None, str(found)[:500]
    return dict(json.loads(data))


def property_of(component: dict[str, Any], name: str) -> list[str]:
    """What we say of a component, in the order of the document."""
    return [each["value"] for each in component.get("properties", ()) if each["name"] == f"imagewright:{name}"]


def vibs(document: dict[str, Any]) -> list[tuple[str, str]]:
    """Id and SHA-256 of every VIB, as often as it stands there."""
    return [
        (*property_of(each, "vib"), next(hash_["content"] for hash_ in each["hashes"] if hash_["alg"] == "SHA-256"))
        for each in document["components"]
        if property_of(each, "kind") == ["vib"]
    ]


def dependencies(document: dict[str, Any]) -> dict[str, set[str]]:
    """What depends on what, by reference."""
    return {each["ref"]: set(each.get("dependsOn", ())) for each in document["dependencies"]}
