"""A case: a specification with everything that its findings follow from, small enough to be kept or sent.

Validation looks at a small part of what the depots hold. A case keeps that part and nothing else, and gives the same
findings as the whole, so it is what a bug report or a test needs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose_spec
from imagewright.model.content import ComponentRef, DepotContent, MetadataBundle
from imagewright.model.finding import Finding
from imagewright.model.policy import DEFAULT_POLICY, Policy
from imagewright.model.spec import ImageSpec, SoftwareSpec
from imagewright.model.validate import LibraryView, validate


@dataclass(frozen=True, slots=True)
class Case:
    """What validation was asked; `depots` by depot id."""

    spec: SoftwareSpec
    depots: Mapping[str, DepotContent]
    library: LibraryView | None = None
    policy: Policy = DEFAULT_POLICY

    def findings(self) -> tuple[Finding, ...]:
        """What validation answers."""
        return _validated(self, Catalog.of(self.depots))

    def reduced(self) -> Case:
        """The case with only those components and VIBs in its depots that its findings follow from."""
        catalog = Catalog.of(self.depots)
        _validated(self, catalog)
        images = (self.spec.image, *(each.image for each in self.spec.alternative_images.values()))
        # All versions of what the user asks for are listed in findings, whether or not they were looked into.
        asked = (ComponentRef(name, version) for name in _names(images) for version in catalog.component_versions(name))
        kept = catalog.looked_into.union(asked)
        vibs = frozenset(
            vib.id
            for ref in kept
            for component in catalog.component_variants(ref.name, ref.version)
            for vib in component.bulletin.vibs
        )
        shares = {depot: _share(content, kept, vibs) for depot, content in sorted(self.depots.items())}
        return replace(self, depots={depot: share for depot, share in shares.items() if share.bundles})


def _validated(case: Case, catalog: Catalog) -> tuple[Finding, ...]:
    return validate(case.spec, compose_spec(case.spec, catalog, case.policy), catalog, case.library, case.policy)


def _names(images: tuple[ImageSpec, ...]) -> set[str]:
    return {name for image in images for name in image.components}


def _share(content: DepotContent, kept: frozenset[ComponentRef], vibs: frozenset[str]) -> DepotContent:
    bundles = (_bundle_share(bundle, kept, vibs) for bundle in content.bundles)
    return DepotContent(tuple(bundle for bundle in bundles if _holds_anything(bundle)))


def _bundle_share(bundle: MetadataBundle, kept: frozenset[ComponentRef], vibs: frozenset[str]) -> MetadataBundle:
    return replace(
        bundle,
        components=tuple(component for component in bundle.components if component.ref in kept),
        vibs=tuple(vib for vib in bundle.vibs if vib.id in vibs),
        bulletins=(),
    )


def _holds_anything(bundle: MetadataBundle) -> bool:
    carriers = (*bundle.base_images, *bundle.add_ons, *bundle.hardware_support, *bundle.solutions)
    return bool(carriers or bundle.components or bundle.vibs)
