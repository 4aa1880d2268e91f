"""An inspection as a document: plain values that JSON can hold, with the names of the model.

Every field is there, also when it is empty, so that a script need not ask first.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import datetime
from typing import Any

from imagewright.formats.images import identity_of, kind_of
from imagewright.formats.inspection import InspectedVib, Inspection
from imagewright.formats.unknown_documents import FoundImage
from imagewright.model.content import Component, MetadataBundle, Relation, VibRef

Document = dict[str, Any]


def inspection_document(inspection: Inspection) -> Document:
    """Everything that `depot inspect` tells."""
    return {
        "file": inspection.name,
        "size": inspection.size,
        "bundles": [_bundle(inspection, bundle) for bundle in inspection.content.bundles],
        "inferred": [_found(found) for found in inspection.found],
        "not_understood": [_plain(each) for each in inspection.not_understood],
        "problems": list(inspection.problems),
    }


def _bundle(inspection: Inspection, bundle: MetadataBundle) -> Document:
    document: Document = _plain(bundle)
    return document | {
        "vibs": [_vib(each) for each in inspection.vibs_of(bundle)],
        "components": [_component(each) for each in bundle.components],
    }


def _vib(inspected: InspectedVib) -> Document:
    document: Document = _plain(inspected.vib)
    del document["file_missing"]
    return document | {"file": inspected.state.value, "problem": inspected.problem}


def _component(component: Component) -> Document:
    """The bulletin is among the bulletins; here is its id."""
    return {**_fields(component), "bulletin": component.bulletin.id}


def _found(found: FoundImage) -> Document:
    return {
        "path": found.note.path,
        "kind": kind_of(found.image),
        "identity": list(identity_of(found.image)),
        "confidence": found.confidence,
        "because": found.because,
        "mapping": found.mapping,
        "adopted": found.adopted,
    }


def _fields(value: Any) -> Document:
    return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}


def _plain(value: Any) -> Any:
    match value:
        case Relation():
            return str(value)
        case VibRef():
            return {"id": value.id, "sha256": value.sha256}
        case datetime():
            return value.isoformat()
        case Mapping():
            return {key: _plain(part) for key, part in value.items()}
        case list() | tuple():
            return [_plain(part) for part in value]
        case str():
            return str(value)
        case _ if is_dataclass(value):
            return _fields(value)
        case _:
            return value
