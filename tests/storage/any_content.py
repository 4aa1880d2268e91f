"""Any content of a depot, for property tests."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from hypothesis import strategies as st

from imagewright.model.content import (
    AcceptanceLevel,
    AddOn,
    BaseImage,
    Bulletin,
    Checksum,
    Component,
    ComponentRef,
    DepotContent,
    HardwarePlatform,
    HardwareSupportPackage,
    MetadataBundle,
    NotUnderstood,
    Operator,
    Payload,
    Platform,
    Relation,
    Signature,
    SignatureResult,
    Solution,
    Vib,
    VibRef,
)

# XML and JSON of depots can hold any character but NUL, which PostgreSQL does not store.
_text = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=6)
_size = st.integers(0, 2**63 - 1)
_moment = st.none() | st.datetimes(timezones=st.just(UTC))


def _some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(values, max_size=3).map(tuple)


_texts = _some(_text)
_platform = st.builds(Platform, _text, _text, _text)
_relations = _some(st.builds(Relation, _text) | st.builds(Relation, _text, st.sampled_from(Operator), _text))
_vib_refs = _some(st.builds(VibRef, _text, _text))
_component_refs = _some(st.builds(ComponentRef, _text, _text))
_payload = st.builds(
    Payload,
    _text,
    _text,
    _size,
    checksums=_some(st.builds(Checksum, _text, _text, _text)),
    uncompressed_size=st.none() | _size,
)
_flags = (
    "maintenance_mode_on_install",
    "maintenance_mode_on_remove",
    "live_install_allowed",
    "live_remove_allowed",
    "cimom_restart",
    "stateless_ready",
    "overlay",
)
_vib = st.builds(
    Vib,
    id=_text,
    name=_text,
    version=_text,
    vendor=_text,
    kind=_text,
    summary=_text,
    release_date=_moment,
    acceptance_level=st.sampled_from(AcceptanceLevel),
    depends=_relations,
    conflicts=_relations,
    replaces=_relations,
    provides=_relations,
    compatible_with=_relations,
    tags=_texts,
    platforms=_some(_platform),
    hardware=_some(st.builds(HardwarePlatform, _text, _text)),
    files=_texts,
    payloads=_some(_payload),
    urls=st.dictionaries(_text, _text, max_size=2),
    size=_size,
    sha256=st.sampled_from(["", "a" * 64, "b" * 64]),
    relative_path=_text,
    signature=st.none() | st.builds(Signature, st.sampled_from(SignatureResult), _text, _text),
    **{flag: st.booleans() for flag in _flags},
)
_bulletin = st.builds(
    Bulletin,
    _text,
    _text,
    _text,
    category=_text,
    kb=_text,
    release_date=_moment,
    platforms=_some(_platform),
    vibs=_vib_refs,
)
_component = st.builds(Component, _text, _text, _text, _text, _bulletin)
_base_image = st.builds(
    BaseImage,
    _text,
    _component_refs,
    release_date=_moment,
    quick_patch_compatible_versions=st.dictionaries(_text, _text),
)
_add_on = st.builds(AddOn, _text, _text, _component_refs, _texts, _texts, release_date=_moment)
_package = st.builds(HardwareSupportPackage, _text, _text, _text, _component_refs, _texts, _texts, _text)
_solution = st.builds(Solution, _text, _text, _component_refs, _text, release_date=_moment)


@st.composite
def _bundle(draw: st.DrawFn) -> MetadataBundle:
    components = draw(_some(_component))
    # In real bundles the bulletins of the components are in the list of bulletins; here some of them are.
    listed = st.sampled_from([component.bulletin for component in components]) if components else st.nothing()
    return MetadataBundle(
        draw(_text),
        draw(_text),
        draw(_text),
        platforms=draw(_some(_platform)),
        vibs=draw(_some(_vib)),
        bulletins=draw(_some(_bulletin | listed)),
        components=components,
        base_images=draw(_some(_base_image)),
        add_ons=draw(_some(_add_on)),
        hardware_support=draw(_some(_package)),
        solutions=draw(_some(_solution)),
    )


any_content = st.builds(DepotContent, _some(_bundle()), _some(st.builds(NotUnderstood, _text, _text)))
