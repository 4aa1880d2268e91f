"""The images of a draft: the default one, and alternative ones for other hardware."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imagewright.cli.naming import named_version
from imagewright.model.errors import NotFound

if TYPE_CHECKING:
    from imagewright.client.connection import Connection
    from imagewright.contract.services import settings

NameOption = Annotated[str | None, typer.Option("--name", help="Name of the image.")]
BaseOption = Annotated[str | None, typer.Option("--base", help="Version of the base image.")]
AddOnOption = Annotated[str | None, typer.Option("--add-on", help="The vendor's add-on, as NAME:VERSION.")]
HardwareOption = Annotated[
    list[str] | None,
    typer.Option("--hardware", help="A hardware support package, as MANAGER=PACKAGE:VERSION; several times."),
]
ComponentOption = Annotated[
    list[str] | None, typer.Option("--add", help="A component, as NAME or NAME:VERSION; several times.")
]
AlternativeOption = Annotated[
    str | None, typer.Option("--image", help="An alternative image, by id or name. [the default image]")
]
VendorOption = Annotated[str | None, typer.Option("--vendor", help="For machines of this vendor.")]
ModelOption = Annotated[list[str] | None, typer.Option("--model", help="Only these models; several times.")]
FamilyOption = Annotated[list[str] | None, typer.Option("--family", help="Only these families; several times.")]
OemOption = Annotated[
    list[str] | None, typer.Option("--oem-string", help="Only machines with this OEM string; several times.")
]
HostOption = Annotated[
    list[str] | None, typer.Option("--host-uuid", help="For the host with this BIOS UUID; several times.")
]


@dataclass(frozen=True, slots=True)
class DraftImage:
    """An image of a draft: an alternative one, or without `image` the default one. Both have the same parts."""

    connection: Connection
    draft: str
    image: str | None = None

    def call(self, part: str, operation: str, **arguments: Any) -> Any:
        """An operation on a part, such as `components`. Raises the ApiError that the server answers."""
        of_image = {} if self.image is None else {"image": self.image}
        return self.connection.call(getattr(self._part(part), operation), draft=self.draft, **of_image, **arguments)

    def _part(self, part: str) -> ModuleType:
        of = "drafts" if self.image is None else "drafts_alternative_images"
        return import_module(f"imagewright.contract.services.repository_software_{of}_{part}")

    def set_parts(self, name: str | None, base: str | None, add_on: str | None, hardware: list[str] | None) -> None:
        """Sets what is given. BadParameter when it is not written as it should be."""
        from imagewright.contract.services import settings

        if base is not None and self.image is not None:
            raise typer.BadParameter("an alternative image has the base image of its draft", param_hint="--base")
        if name is not None:
            self.set_name(name)
        if base is not None:
            self.call("base_image", "set_", spec=settings.BaseImageSpec(version=base))
        if add_on is not None:
            add_on_name, version = named_version(add_on)
            if version is None:
                raise typer.BadParameter(f"'{add_on}' has no version; write it as NAME:VERSION", param_hint="--add-on")
            self.call("add_on", "set_", spec=settings.AddOnSpec(name=add_on_name, version=version))
        if hardware:
            packages = dict(map(_package, hardware))
            self.call("hardware_support", "set_", spec=settings.HardwareSupportSpec(packages=packages))

    def set_name(self, name: str) -> None:
        """Sets what the image is called."""
        self.call("display_name", "set_", spec=self._part("display_name").SetSpec(display_name=name))

    def add_components(self, named: Iterable[str]) -> None:
        """Adds components that are written as NAME or NAME:VERSION."""
        components = dict(map(named_version, named))
        if components:
            self.call("components", "update", spec=self._part("components").UpdateSpec(components_to_set=components))


def draft_image(connection: Connection, draft: str, named: str | None) -> DraftImage:
    """The image that is meant: the default one, or the alternative one with this id or name. NotFound without one."""
    if named is None:
        return DraftImage(connection, draft)
    from imagewright.contract.services import repository_software_drafts_alternative_images as alternatives

    found = connection.call(alternatives.list_, draft=draft).alternative_images
    return DraftImage(connection, draft, alternative_id({key: each.display_name for key, each in found.items()}, named))


def alternative_id(names: dict[str, str], named: str) -> str:
    """The id of an alternative image that is given by its id or name. NotFound, with those there are."""
    for key, name in names.items():
        if named.lower() == key.lower() or named == name:
            return key
    raise NotFound.because(
        "imagewright.draft.no_such_image",
        "There is no alternative image '{0}' in it; there are: {1}.",
        named,
        ", ".join(sorted(names.values())) or "none",
    )


def selection(
    vendor: str | None,
    models: list[str] | None,
    families: list[str] | None,
    oem_strings: list[str] | None,
    hosts: list[str] | None,
) -> settings.ImageSelectionSpec:
    """Which hosts an alternative image is for. BadParameter when that is not said in one of the two ways."""
    from imagewright.contract.services import settings

    kinds = settings.ImageSelectionSpecSelectionType
    if (vendor is None) == (not hosts):
        raise typer.BadParameter("say which hosts the image is for: with --vendor, or with --host-uuid")
    if hosts:
        if models or families or oem_strings:
            raise typer.BadParameter("--model, --family and --oem-string go with --vendor, not with --host-uuid")
        return settings.ImageSelectionSpec(selection_type=kinds.HOST_UUID, host_uuids=frozenset(hosts))
    hardware = settings.HostHardwareSpec(
        vendor=vendor or "",
        models=frozenset(models) if models else None,
        families=frozenset(families) if families else None,
        oem_strings=frozenset(oem_strings) if oem_strings else None,
    )
    return settings.ImageSelectionSpec(selection_type=kinds.HOST_HARDWARE_SPEC, host_hardware_spec=hardware)


def _package(text: str) -> tuple[str, settings.HardwareSupportPackageSpec]:
    from imagewright.contract.services import settings

    manager, equals, package = text.partition("=")
    name, version = named_version(package)
    if not (manager and equals and name):
        raise typer.BadParameter(f"'{text}' is not MANAGER=PACKAGE:VERSION", param_hint="--hardware")
    return manager, settings.HardwareSupportPackageSpec(pkg=name, version=version)
