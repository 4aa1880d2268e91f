"""Making a depot of a description and a folder of files: VIBs first, then what is made of them.

The same description and files give the same bytes. What is made reads back as it was described.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from datetime import datetime
from typing import Any, BinaryIO, cast

from imagewright.formats.archive import MemberStream
from imagewright.formats.depot_description import (
    AddOnPart,
    BaseImagePart,
    BulletinPart,
    ComponentPart,
    Description,
    HardwareSupportPart,
    SolutionPart,
)
from imagewright.formats.errors import FormatError, shown
from imagewright.formats.images import ImageObject, identity_of, kind_of, label_of
from imagewright.formats.limits import DEFAULT_LIMITS, Limits
from imagewright.formats.signing import SigningKey
from imagewright.formats.vib_making import Folder, VibMaker, in_utc, platforms_of
from imagewright.formats.xml import checked_name
from imagewright.model.content import (
    AddOn,
    BaseImage,
    Bulletin,
    Component,
    ComponentRef,
    DepotContent,
    HardwareSupportPackage,
    MetadataBundle,
    Platform,
    Solution,
    Vib,
    VibRef,
)

_CODE = re.compile(r"[0-9A-Za-z]{3}")
_FILE_NAME = re.compile(r"[0-9A-Za-z._-]+\.zip")


class BuiltDepot:
    """What was made. Use it in a `with`: the VIBs lie in temporary files until its end."""

    def __init__(self, content: DepotContent, files: dict[VibRef, BinaryIO], resources: ExitStack) -> None:
        self.content = content
        self._files = files
        self._resources = resources

    def open_vib(self, vib: Vib) -> BinaryIO:
        """The file of a VIB, for one reading from front to end."""
        file = self._files[vib.ref]
        file.seek(0)
        return cast(BinaryIO, MemberStream(file, vib.id, owns_source=False))

    def __enter__(self) -> BuiltDepot:
        return self

    def __exit__(self, *_error: object) -> None:
        self._resources.close()


def build_depot(
    description: Description, folder: Folder, signing: SigningKey | None = None, limits: Limits = DEFAULT_LIMITS
) -> BuiltDepot:
    """Makes the VIBs, bulletins, components and images of a description.

    Raises FormatError, naming the line and the key of the description, or the file, for whatever does not fit.
    """
    with ExitStack() as resources:
        maker = VibMaker(description, folder, resources, signing, limits)
        vibs: dict[str, Vib] = {}
        files: dict[VibRef, BinaryIO] = {}
        for index in range(len(description.vibs)):
            made = maker.made(index)
            if made.vib.id in vibs:
                raise maker.error(index, "version", f"makes VIB {shown(made.vib.id)} a second time")
            vibs[made.vib.id] = made.vib
            files[made.vib.ref] = made.file
        content = DepotContent((_Assembly(description, vibs, limits).bundle(),))
        return BuiltDepot(content, files, resources.pop_all())


class _Assembly:
    """What is made of VIBs: bulletins, and images of those that are components."""

    def __init__(self, description: Description, vibs: dict[str, Vib], limits: Limits) -> None:
        self._description = description
        self._depot = description.depot
        self._vibs = vibs
        self._limits = limits
        self._components: dict[ComponentRef, Component] = {}

    def bundle(self) -> MetadataBundle:
        """Everything, in the order in which it is read back."""
        depot, described = self._depot, self._description
        if not _CODE.fullmatch(depot.code):
            raise described.error("depot", None, "code", f"is {shown(depot.code)}; it must be 3 letters or digits")
        bulletins = self._bulletins()
        by_name = sorted(self._components.items(), key=lambda item: (item[0].name, item[0].version))
        return MetadataBundle(
            file_name=self._metadata_name(),
            vendor=self._name("depot", None, "vendor", depot.vendor),
            vendor_code=depot.code,
            platforms=platforms_of(depot.platforms),
            vibs=tuple(vib for _id, vib in sorted(self._vibs.items())),
            bulletins=tuple(bulletin for _id, bulletin in sorted(bulletins.items())),
            components=tuple(component for _ref, component in by_name),
            base_images=self._images("base_image", described.base_images, self._base_image),
            add_ons=self._images("add_on", described.add_ons, self._add_on),
            hardware_support=self._images("hardware_support", described.hardware_support, self._hardware_support),
            solutions=self._images("solution", described.solutions, self._solution),
        )

    def _metadata_name(self) -> str:
        name = self._depot.metadata or re.sub("[^0-9A-Za-z._-]", "", self._depot.vendor) + "-metadata.zip"
        if not _FILE_NAME.fullmatch(name):
            raise self._description.error(
                "depot", None, "metadata", f"is {shown(name)}; it must be the name of a zip, such as metadata.zip"
            )
        return name

    def _name(self, table: str, index: int | None, key: str, text: str) -> str:
        """A name or version that readers take."""
        try:
            return checked_name(text, "", key, self._limits) if text else self._refuse_empty(table, index, key)
        except FormatError as error:
            raise self._description.error(table, index, key, error.what) from error

    def _refuse_empty(self, table: str, index: int | None, key: str) -> str:
        raise self._description.error(table, index, key, "is empty; it is needed")

    # --- bulletins and components

    def _bulletins(self) -> dict[str, Bulletin]:
        found: dict[str, Bulletin] = {}
        for index, plain in enumerate(self._description.bulletins):
            self._add(found, "bulletin", index, self._bulletin("bulletin", index, plain, plain.id))
        for index, part in enumerate(self._description.components):
            for key in ("name", "version"):
                self._name("component", index, key, getattr(part, key))
            bulletin = self._bulletin("component", index, part, f"{part.name}_{part.version}")
            self._add(found, "component", index, bulletin)
            component = Component(
                part.name,
                part.version,
                part.display_name or part.name,
                part.display_version or part.version.split("-")[0],
                bulletin,
            )
            self._components[component.ref] = component
        return found

    def _add(self, found: dict[str, Bulletin], table: str, index: int, bulletin: Bulletin) -> None:
        if bulletin.id in found:
            raise self._description.error(table, index, "", f"makes bulletin {shown(bulletin.id)} a second time")
        found[bulletin.id] = bulletin

    def _bulletin(self, table: str, index: int, part: BulletinPart | ComponentPart, bulletin_id: str) -> Bulletin:
        vibs = self._vibs_of(table, index, part)
        own = dict.fromkeys(platform for vib in vibs for platform in vib.platforms)
        platforms: tuple[Platform, ...] = tuple(own) or platforms_of(self._depot.platforms)
        return Bulletin(
            id=self._name(table, index, "id", bulletin_id),
            vendor=part.vendor or self._depot.vendor,
            summary=part.summary or vibs[0].summary,
            description=part.description or part.summary or vibs[0].description,
            category=part.category,
            urgency=part.urgency,
            severity=part.severity,
            release_type=part.release_type,
            kb=part.kb or self._depot.kb,
            contact=part.contact or self._depot.contact,
            release_date=self._date(part.date),
            platforms=platforms if part.platforms is None else platforms_of(part.platforms),
            vibs=tuple(vib.ref for vib in vibs),
        )

    def _vibs_of(self, table: str, index: int, part: BulletinPart | ComponentPart) -> list[Vib]:
        """VIBs by name where that is clear, and else by `name version` or id."""
        found = []
        for text in part.vibs:
            fitting = [vib for vib in self._vibs.values() if text in (vib.name, f"{vib.name} {vib.version}", vib.id)]
            if len(fitting) != 1:
                known = ", ".join(f"{vib.name} {vib.version}" for vib in fitting or self._vibs.values())
                what = "several VIBs" if fitting else "no VIB of this description"
                raise self._description.error(
                    table, index, "vibs", f"names {what} by {shown(text)}; there are: {known}"
                )
            found += fitting
        if not found:
            raise self._description.error(table, index, "vibs", "is empty; name at least one VIB")
        return found

    # --- images

    def _images(self, table: str, parts: Any, make: Any) -> Any:
        """The images of one table, each once, by name and version."""
        found: dict[tuple[str, ...], ImageObject] = {}
        for index, part in enumerate(parts):
            image: ImageObject = make(index, part)
            for text in identity_of(image):
                self._name(table, index, "version" if text == part.version else "", text)
            if found.setdefault(identity_of(image), image) is not image:
                what = f"makes the {kind_of(image)} {shown(label_of(image))} a second time"
                raise self._description.error(table, index, "", what)
        return tuple(image for _identity, image in sorted(found.items()))

    def _base_image(self, index: int, part: BaseImagePart) -> BaseImage:
        return BaseImage(
            version=part.version,
            components=self._refs("base_image", index, part.components),
            category=part.category,
            kb=part.kb or self._depot.kb,
            quick_patch_compatible_versions=part.quick_patch_compatible_versions,
            **self._shown("ESXi", part),
        )

    def _add_on(self, index: int, part: AddOnPart) -> AddOn:
        return AddOn(
            name=part.name,
            version=part.version,
            components=self._refs("add_on", index, part.components),
            removed_components=part.removed_components,
            supported_base_images=part.supported_base_images,
            category=part.category,
            kb=part.kb or self._depot.kb,
            **self._shown(part.name, part),
        )

    def _solution(self, index: int, part: SolutionPart) -> Solution:
        components = self._refs("solution", index, part.components)
        return Solution(part.name, part.version, components, **self._shown(part.name, part))

    def _hardware_support(self, index: int, part: HardwareSupportPart) -> HardwareSupportPackage:
        return HardwareSupportPackage(
            manager=part.manager,
            package=part.package,
            version=part.version,
            components=self._refs("hardware_support", index, part.components),
            removed_components=part.removed_components,
            supported_releases=part.supported_releases,
            manager_display_name=part.manager_display_name,
            vendor=part.vendor or self._depot.vendor,
            description=part.description,
        )

    def _shown(self, name: str, part: BaseImagePart | AddOnPart | SolutionPart) -> dict[str, Any]:
        return {
            "display_name": part.display_name or name,
            "display_version": part.display_version or part.version,
            "vendor": part.vendor or self._depot.vendor,
            "summary": part.summary,
            "description": part.description,
            "release_date": self._date(part.date),
        }

    def _refs(self, table: str, index: int, named: tuple[str, ...] | None) -> tuple[ComponentRef, ...]:
        """Components by name where that is clear, and else by `name version`; all of the depot without a list."""
        refs = self._components if named is None else [self._ref(table, index, text) for text in named]
        by_name: dict[str, ComponentRef] = {}
        for ref in refs:
            other = by_name.setdefault(ref.name, ref)
            if other != ref:
                what = f"has {shown(ref.name)} in the versions {other.version} and {ref.version}; name one of them"
                raise self._description.error(table, index, "components", what)
        return tuple(sorted(by_name.values(), key=lambda ref: ref.name))

    def _ref(self, table: str, index: int, text: str) -> ComponentRef:
        fitting = [ref for ref in self._components if text in (ref.name, f"{ref.name} {ref.version}")]
        if len(fitting) == 1:
            return fitting[0]
        known = ", ".join(f"{ref.name} {ref.version}" for ref in fitting or self._components) or "none"
        what = "several components" if fitting else "no component of this description"
        raise self._description.error(table, index, "components", f"names {what} by {shown(text)}; there are: {known}")

    def _date(self, date: datetime | None) -> datetime:
        return in_utc(date or self._depot.date)
