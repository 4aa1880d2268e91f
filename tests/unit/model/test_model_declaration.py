"""Declared base images: what they are made of, and what does not fit."""

from __future__ import annotations

from dataclasses import replace

import pytest
from model_build import depot, part, vib

from imagewright.model.content import DepotContent
from imagewright.model.declaration import Declaration, DeclarationError, declared_content

ESXI = part("ESXi", "6.7-1", vib("esx-base", "6.7-1"), vib("esx-ui", "6.7-1"))
NET = part("Net", "1.0", vib("net", "1.0-1"), vib("net-tool", "1.0-1"))
LONE = vib("tools", "10.2-3")
DEPOT = depot(ESXI, NET)
DEPOT = replace(DEPOT, bundles=(replace(DEPOT.bundles[0], vibs=(*DEPOT.bundles[0].vibs, LONE)),))


def declared(of: DepotContent = DEPOT, **parts: object) -> DepotContent:
    return declared_content(Declaration("6.7", **parts), of, "jane")  # type: ignore[arg-type]


def ids(*names: str) -> frozenset[str]:
    return frozenset(each.id for each in DEPOT.vibs if each.name in names)


def components(content: DepotContent) -> list[tuple[str, str]]:
    (image,) = content.bundles[0].base_images
    return [(ref.name, ref.version) for ref in image.components]


def test_vibs_that_are_a_component_together_are_that_and_others_are_their_own() -> None:
    content = declared(vibs=ids("esx-base", "esx-ui", "net", "tools"))
    assert components(content) == [("ESXi", "6.7-1"), ("net", "1.0-1"), ("tools", "10.2-3")]
    assert {each.name for each in content.vibs} == {"esx-base", "esx-ui", "net", "tools"}


def test_components_are_taken_with_all_their_vibs_and_nothing_else() -> None:
    content = declared(components={"Net": "1.0"})
    assert components(content) == [("Net", "1.0")]
    assert {each.name for each in content.vibs} == {"net", "net-tool"}


def test_who_has_declared_it_is_told() -> None:
    (image,) = declared(components={"Net": "1.0"}).bundles[0].base_images
    assert (image.version, image.display_name, image.declared_by) == ("6.7", "ESXi", "jane")


@pytest.mark.parametrize(
    ("parts", "words"),
    [
        ({}, "either the components or the VIBs"),
        ({"components": {"Net": "1.0"}, "vibs": ids("net")}, "and not both"),
        ({"components": {"Net": "2.0"}}, "the component Net 2.0 that the depot does not have"),
        ({"vibs": frozenset({"a", "b"})}, "2 VIBs, the first of them a,"),
    ],
)
def test_what_does_not_fit_is_told(parts: dict[str, object], words: str) -> None:
    with pytest.raises(DeclarationError, match=words):
        declared(**parts)


def test_one_id_with_two_contents_is_not_guessed_at() -> None:
    other = vib("tools", "10.2-3", content="other")
    double = replace(DEPOT, bundles=(replace(DEPOT.bundles[0], vibs=(*DEPOT.bundles[0].vibs, other)),))
    with pytest.raises(DeclarationError, match="of which the depot has two"):
        declared(double, vibs=ids("tools"))
