"""What the library and the drafts would lose if a depot were not there."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from imagewright.app.depot_parts import (
    add_on_summaries,
    base_image_version,
    component_summaries,
    hardware_support_summaries,
    solution_summaries,
)
from imagewright.app.ports import UnitOfWork
from imagewright.contract.services import depots
from imagewright.model.catalog import Carrier, Catalog, Thing
from imagewright.model.content import AddOn, Component, HardwareSupportPackage, Solution
from imagewright.model.spec import ImageSpec, SoftwareSpec

C = TypeVar("C", AddOn, HardwareSupportPackage, Solution)


def affected_by_removal(uow: UnitOfWork, depot_id: str) -> tuple[depots.AffectedDesiredStateInfo, ...]:
    """The specifications, as they are now, and then the drafts that need something that no other depot has.

    What a specification is assigned to is named beside it, since the API says that such entities are affected.
    The API has no word for drafts: one is named in `software_spec_name`, and has no `software_spec`.
    """
    catalog = uow.depots.catalog()
    removal = _Removal(catalog, depot_id)
    assigned = uow.inventory.assigned_to()
    found = [
        removal.affected(
            spec.spec,
            software_spec=spec.id,
            software_spec_name=spec.display_name,
            entities=frozenset(each.id for each in assigned.get(spec.id, ())) or None,
            entity_names=frozenset(each.name for each in assigned.get(spec.id, ())) or None,
        )
        for spec in uow.library.list()
    ]
    found += [
        removal.affected(draft.spec, software_spec_name=f"the draft {draft.id} of {draft.owner}")
        for draft in uow.drafts.list()
    ]
    return tuple(each for each in found if each is not None)


@dataclass(frozen=True, slots=True)
class _Removal:
    """A depot that might be taken out of a catalogue."""

    catalog: Catalog
    depot: str

    def affected(self, spec: SoftwareSpec, **named: Any) -> depots.AffectedDesiredStateInfo | None:
        """What the specification would lose, or None."""
        images = [spec.image, *(alternative.image for alternative in spec.alternative_images.values())]
        base_image = self.catalog.base_image(spec.image.base_image) if spec.image.base_image else None
        lost: dict[str, Any] = {
            "affected_base_image": base_image_version(base_image) if base_image and self._loses(base_image) else None,
            "affected_addon": add_on_summaries(self._lost(self._add_ons(images))),
            "affected_solutions": solution_summaries(self._lost(self._solutions(images)), self.catalog),
            "affected_hardware_support": hardware_support_summaries(self._lost(self._packages(images))),
            "affected_independent_components": component_summaries(self._lost_components(images)),
        }
        if not any(lost.values()):
            return None
        # Clusters are what the API asked for before there was a library; there are none here.
        return depots.AffectedDesiredStateInfo(
            cluster_name="", cluster_id="", **named, **{name: part or None for name, part in lost.items()}
        )

    def _add_ons(self, images: Iterable[ImageSpec]) -> list[AddOn | None]:
        chosen = {(image.add_on.name, image.add_on.version) for image in images if image.add_on}
        return [self.catalog.add_on(name, version) for name, version in sorted(chosen)]

    def _solutions(self, images: Iterable[ImageSpec]) -> list[Solution | None]:
        chosen = {(name, asked.version) for image in images for name, asked in image.solutions.items()}
        return [self.catalog.solution(name, version) for name, version in sorted(chosen)]

    def _packages(self, images: Iterable[ImageSpec]) -> list[HardwareSupportPackage | None]:
        chosen = {
            (manager, asked.package, version)
            for image in images
            for manager, asked in image.hardware_support.items()
            for version in _or_all(asked.version, self.catalog.hardware_support_versions(manager, asked.package))
        }
        return [self.catalog.hardware_support(*names) for names in sorted(chosen)]

    def _lost_components(self, images: Iterable[ImageSpec]) -> list[Component]:
        chosen = {
            (name, version)
            for image in images
            for name, asked in image.components.items()
            for version in _or_all(asked, self.catalog.component_versions(name))
        }
        found = [self.catalog.component(*names) for names in sorted(chosen) if self._loses_component(*names)]
        return [component for component in found if component is not None]

    def _lost(self, carriers: Iterable[C | None]) -> list[C]:
        return [carrier for carrier in carriers if carrier is not None and self._loses(carrier)]

    def _loses(self, carrier: Carrier) -> bool:
        """True when the thing itself or any of its components would go."""
        return self._only_here(carrier) or any(
            self._loses_component(ref.name, ref.version) for ref in carrier.components
        )

    def _loses_component(self, name: str, version: str) -> bool:
        """True when any variant of the component, or a VIB of it, would go."""
        return any(
            self._only_here(variant) or any(self._only_here(vib) for vib in self.catalog.vibs_of(variant))
            for variant in self.catalog.component_variants(name, version)
        )

    def _only_here(self, thing: Thing) -> bool:
        return self.catalog.depots_of(thing) == (self.depot,)


def _or_all(asked: str | None, known: tuple[str, ...]) -> tuple[str, ...]:
    """The version, or all that there are where it is left open: any of them may be the one that fits."""
    return (asked,) if asked else known
