"""The image that a bundle holds, for who has the bundle and no specification."""

from __future__ import annotations

from collections.abc import Sequence

from imagewright.model.catalog import Catalog
from imagewright.model.finding import listed
from imagewright.model.spec import AddOnSpec, ImageSpec, PackageSpec, SoftwareSpec, SolutionSpec


class NotOneImage(ValueError):
    """The depot holds no image, or more than one, so that nobody can tell which is meant."""


def bundled_spec(catalog: Catalog) -> SoftwareSpec:
    """The specification of everything that the catalogue of a bundle holds.

    The base image with the add-on, the hardware support packages and the solutions beside it; components that are part
    of none of these are the user's, at their highest versions. NotOneImage tells what there is more than one of.
    """
    bases = _single("base image", [base.version for base in catalog.base_images])
    if not bases:
        raise NotOneImage("holds no base image, so it is not a whole image")
    add_ons = _single("add-on", [f"{each.name} {each.version}" for each in catalog.add_ons])
    managers = [each.manager for each in catalog.hardware_support_packages]
    for manager in managers:
        packages = [each for each in catalog.hardware_support_packages if each.manager == manager]
        _single(f"hardware support package of {manager}", [f"{each.package} {each.version}" for each in packages])
    for name in {each.name for each in catalog.solutions}:
        _single("solution", [f"{name} {version}" for version in catalog.solution_versions(name)])
    # The components are sorted, the highest version of each name last.
    own = {each.name: each.version for each in catalog.components if not catalog.carriers_of(each.ref)}
    return SoftwareSpec(
        ImageSpec(
            base_image=bases[0],
            add_on=AddOnSpec(catalog.add_ons[0].name, catalog.add_ons[0].version) if add_ons else None,
            components=own,
            solutions={
                each.name: SolutionSpec(each.version, tuple(ref.name for ref in each.components))
                for each in catalog.solutions
            },
            hardware_support={
                each.manager: PackageSpec(each.package, each.version) for each in catalog.hardware_support_packages
            },
        )
    )


def _single(what: str, names: Sequence[str]) -> Sequence[str]:
    if len(names) > 1:
        raise NotOneImage(
            f"holds {len(names)} {what}s ({listed(names, 'and')}); write a specification that chooses one of them"
        )
    return names
