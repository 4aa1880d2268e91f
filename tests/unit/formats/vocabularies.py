"""Base images and add-ons as nobody writes them: ten vocabularies and nestings that were invented for the tests.

`bundle_in` makes a whole offline bundle with the writer and puts the documents of one vocabulary into its metadata.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from imagewright.formats.depot_writer import write_depot
from imagewright.model.content import (
    AddOn,
    BaseImage,
    Bulletin,
    Component,
    ComponentRef,
    DepotContent,
    MetadataBundle,
    Vib,
    VibRef,
)

NAMES = ("ESXi", "Intel-i40en", "VMware-vmkata", "esx-update", "Broadcom-lsi-mr3")
REFS = tuple(ComponentRef(name, f"8.0.{number}-0.1.2483100{number}") for number, name in enumerate(NAMES))
BASE = BaseImage(
    "9.1.0.0.25370933", REFS, display_name="Host system", vendor="Made Up", summary="A base image of the tests"
)
ADD_ON = AddOn(
    "Made-Up-AddOn", "910.0.0.12.3-5", REFS[1:3], ("Old-Driver", "Older-Driver"), ("9.1.0", "9.0.2"), vendor="Made Up"
)


@dataclass(frozen=True)
class Vocabulary:
    """How base images and add-ons are written: the path of each in the metadata, and the bytes."""

    base_path: str
    add_on_path: str
    base_image: Callable[[BaseImage], Any]
    add_on: Callable[[AddOn], Any]

    def documents(self, base: BaseImage = BASE, add_on: AddOn = ADD_ON) -> dict[str, bytes]:
        """Both documents by path."""
        return {
            self.base_path: _bytes(self.base_image(base)),
            self.add_on_path: _bytes(self.add_on(add_on)),
        }


def _bytes(document: Any) -> bytes:
    return document.encode() if isinstance(document, str) else json.dumps(document).encode()


def _attributes(tag: str, refs: Iterable[ComponentRef]) -> str:
    return "".join(f"<{tag} ident={quoteattr(ref.name)} level={quoteattr(ref.version)}/>" for ref in refs)


def _elements(refs: Iterable[ComponentRef]) -> str:
    return "".join(f"<member><what>{escape(ref.name)}</what><rev>{ref.version}</rev></member>" for ref in refs)


def _about(name: str, image: BaseImage | AddOn) -> dict[str, str]:
    """More of an image than anybody needs."""
    return {
        **({"name": name} if name else {}), "version": image.version, "displayVersion": "9.1 Update 0",
        "displayName": image.display_name or "The add-on", "vendor": image.vendor, "summary": "s", "description": "d",
        "releaseDate": "2026-01-01T00:00:00Z", "kb": "https://made.up/kb/1", "category": "bugfix",
        "urgency": "critical", "contact": "someone", "docs": "https://made.up/docs", "checksum": "ab" * 32,
    }  # fmt: skip


def _told(ref: ComponentRef) -> dict[str, Any]:
    """More of a component than anybody needs, its VIBs among it."""
    return {
        "componentName": ref.name, "componentVersion": ref.version, "uiName": f"The {ref.name}", "uiVersion": "8.0",
        "vendor": "Made Up", "summary": "s", "kb": "https://made.up/kb/2", "category": "bugfix", "urgency": "low",
        "releaseDate": "2026-01-01", "type": "driver", "digest": "cd" * 32,
        "vibs": [{"id": f"MUP_bootbank_{ref.name}-{number}_1", "size": 17} for number in range(12)],
    }  # fmt: skip


def _namespaced(refs: Iterable[ComponentRef]) -> str:
    return "".join(f'<n:component n:name="{ref.name}" n:version="{ref.version}"/>' for ref in refs)


REMOVED, WHAT, BASE_ELEMENT = '<component ident="{}"/>', "<what>{}</what>", "<base>{}</base>"
NAMESPACED = "<n:component>{}</n:component>"


def _each(form: str, texts: Iterable[str]) -> str:
    return "".join(form.format(escape(text)) for text in texts)


VOCABULARIES: Mapping[str, Vocabulary] = {
    "JSON, object of names": Vocabulary(
        "baseimages/a.json",
        "addons/a.json",
        lambda base: {
            "baseImageVersion": base.version, "summary": base.summary, "displayName": base.display_name,
            "componentVersions": {ref.name: ref.version for ref in base.components},
        },
        lambda add_on: {
            "addOnName": add_on.name, "addOnVersion": add_on.version, "vendorName": add_on.vendor,
            "componentVersions": {ref.name: ref.version for ref in add_on.components},
            "removedComponentNames": list(add_on.removed_components),
            "supportedBaseImages": list(add_on.supported_base_images),
        },
    ),
    "JSON, nested lists of objects": Vocabulary(
        "images/base-image-1.json",
        "images/addon-1.json",
        lambda base: {
            "schemaVersion": "3.0.1",
            "platform": {
                "release": {"identifier": base.version, "title": "ESX host"},
                "payload": {"packages": [{"pkg": ref.name, "rev": ref.version, "order": 1} for ref in base.components]},
            },
        },
        lambda add_on: {
            "addOn": {
                "release": {"name": add_on.name, "identifier": add_on.version},
                "payload": {"packages": [{"pkg": r.name, "rev": r.version} for r in add_on.components]},
                "dropped": [{"pkg": name} for name in add_on.removed_components],
                "compatibleWith": {"bases": list(add_on.supported_base_images)},
            }
        },
    ),
    "JSON, one text for each": Vocabulary(
        "baseimages/t.json",
        "addons/t.json",
        lambda base: {"ver": base.version, "bill_of_materials": [f"{r.name}:{r.version}" for r in base.components]},
        lambda add_on: {
            "id": add_on.name, "ver": add_on.version,
            "bill_of_materials": [f"{r.name}:{r.version}" for r in add_on.components],
            "without": list(add_on.removed_components), "supported": list(add_on.supported_base_images),
        },
    ),
    "JSON, ids of bulletins": Vocabulary(
        "metadata/platform.json",
        "metadata/customization.json",
        lambda base: {
            "platformSpec": {"number": base.version, "bulletins": [f"{r.name}_{r.version}" for r in base.components]}
        },
        lambda add_on: {
            "customization": {
                "customizationName": add_on.name, "number": add_on.version,
                "bulletins": [f"{r.name}_{r.version}" for r in add_on.components],
                "bulletinsToDelete": list(add_on.removed_components),
                "supportedPlatforms": list(add_on.supported_base_images),
            }
        },
    ),
    "JSON, rows": Vocabulary(
        "base/rows.json",
        "add-on/rows.json",
        lambda base: {
            "tables": {"head": {"version": base.version}, "rows": [[r.name, r.version] for r in base.components]}
        },
        lambda add_on: {
            "tables": {
                "head": {"name": add_on.name, "version": add_on.version},
                "rows": [[r.name, r.version] for r in add_on.components],
                "excluded": list(add_on.removed_components),
                "supports": list(add_on.supported_base_images),
            }
        },
    ),
    "JSON, names with more said of each": Vocabulary(
        "baseimages/m.json",
        "addons/m.json",
        lambda base: [
            {"version": base.version, "set": {r.name: {"at": r.version, "role": "core"} for r in base.components}}
        ],
        lambda add_on: [
            {
                "label": "x", "name": add_on.name, "version": add_on.version,
                "set": {r.name: {"at": r.version, "role": "driver"} for r in add_on.components},
                "obsoleted": {name: {} for name in add_on.removed_components},
                "supportedReleases": list(add_on.supported_base_images),
            }
        ],
    ),
    "JSON, everything of everything": Vocabulary(
        "baseimages/full.json",
        "addons/full.json",
        lambda base: {"meta": _about("", base), "members": [_told(ref) for ref in base.components]},
        lambda add_on: {
            "meta": _about(add_on.name, add_on), "members": [_told(ref) for ref in add_on.components],
            "membersToRemove": [{"member": name, "why": "gone"} for name in add_on.removed_components],
            "supportedBases": list(add_on.supported_base_images),
        },
    ),
    "XML, in a namespace": Vocabulary(
        "baseimages/ns.xml",
        "addons/ns.xml",
        lambda base: (
            f'<n:base xmlns:n="http://made.up/addon/platform" n:releaseId="{base.version}">'
            f"<n:list>{_namespaced(base.components)}</n:list></n:base>"
        ),
        lambda add_on: (
            f'<addOn xmlns="http://made.up/base/image" xmlns:n="http://n"><name>{add_on.name}</name>'
            f"<version>{add_on.version}</version><n:list>{_namespaced(add_on.components)}</n:list>"
            f"<removed>{_each(NAMESPACED, add_on.removed_components)}</removed>"
            f"<supported>{_each(BASE_ELEMENT, add_on.supported_base_images)}</supported></addOn>"
        ),
    ),
    "XML, attributes": Vocabulary(
        "baseimages/x.xml",
        "addons/x.xml",
        lambda base: (
            f"<baseImage releaseId={quoteattr(base.version)} vendor={quoteattr(base.vendor)}>"
            f"<members>{_attributes('component', base.components)}</members></baseImage>"
        ),
        lambda add_on: (
            f"<addOn name={quoteattr(add_on.name)} version={quoteattr(add_on.version)}>"
            f"<members>{_attributes('component', add_on.components)}</members>"
            f"<removed>{_each(REMOVED, add_on.removed_components)}</removed>"
            f"<supported>{_each(BASE_ELEMENT, add_on.supported_base_images)}</supported></addOn>"
        ),
    ),
    "XML, elements": Vocabulary(
        "specs/base-image.xml",
        "specs/vendor-addon.xml",
        lambda base: (
            f"<spec><about><version>{base.version}</version></about><content>{_elements(base.components)}</content></spec>"
        ),
        lambda add_on: (
            f"<spec><about><name>{add_on.name}</name><version>{add_on.version}</version></about>"
            f"<content>{_elements(add_on.components)}</content>"
            f"<drop>{_each(WHAT, add_on.removed_components)}</drop>"
            f"<supports>{_each(BASE_ELEMENT, add_on.supported_base_images)}</supports></spec>"
        ),
    ),
}  # fmt: skip


def bundle_in(documents: Mapping[str, bytes], refs: Iterable[ComponentRef] = REFS) -> bytes:
    """An offline bundle that has these components, described only, and these documents in its metadata."""
    vibs = tuple(
        Vib(f"MUP_bootbank_{ref.name}_{ref.version}", ref.name, ref.version, "MUP", size=1, sha256="ab" * 32)
        for ref in sorted(refs, key=lambda ref: ref.name)
    )
    bulletins = tuple(
        Bulletin(f"{vib.name}_{vib.version}", vendor="Made Up", vibs=(VibRef(vib.id, vib.sha256),)) for vib in vibs
    )
    components = tuple(
        Component(vib.name, vib.version, vib.name, vib.version, bulletin)
        for vib, bulletin in zip(vibs, bulletins, strict=True)
    )
    bundle = MetadataBundle("metadata.zip", "Made Up", "MUP", vibs=vibs, bulletins=bulletins, components=components)
    sink = io.BytesIO()
    write_depot(sink, DepotContent((bundle,)), lambda _vib: None)
    return _with(sink.getvalue(), documents)


def _with(bundle: bytes, documents: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(bundle)) as source, zipfile.ZipFile(out, "w") as copy:
        for name in source.namelist():
            data = source.read(name)
            if name == "metadata.zip":
                inner = io.BytesIO(data)
                with zipfile.ZipFile(inner, "a") as metadata:
                    for path, document in documents.items():
                        metadata.writestr(path, document)
                data = inner.getvalue()
            copy.writestr(name, data)
    return out.getvalue()
