"""Findings: what validation has to say, each as one sentence with a way out.

Identifiers are stable and meant for programs; the sentences are in one table, below. An *error* is what makes the image
impossible to install, ambiguous, or breaks a rule of the library; nothing else keeps a draft from being committed. A
*warning* is what the user probably did not want, and an *info* what they wanted and may like to see confirmed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Protocol

from imagewright.model.edit import Way

AT_MOST = 5
"""How many alternatives, names or files a sentence lists before it counts the rest."""


_CHOICE = "you "
"""How the first link of most chains begins."""


class Severity(StrEnum):
    """How bad it is, in the words of the API's notifications."""

    ERROR = "ERROR"
    WARNING = "WARNING"
    INFO = "INFO"


_RANK = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.INFO: 2}


@dataclass(frozen=True, slots=True)
class Finding:
    """One validation message.

    `path` is the part of the specification's document that it belongs to (`components.Net-Driver`, or `display_name`).
    `because` is the chain from the user's own choice to what is wrong. `ways` are sets of changes to the image, tried,
    that remove the finding without bringing another error. Findings sort by severity, then by path.
    """

    id: str
    severity: Severity
    path: str
    text: str
    resolution: str
    because: tuple[str, ...] = ()
    args: Mapping[str, str] = field(default_factory=dict, hash=False)
    ways: tuple[Way, ...] = ()

    def __lt__(self, other: Finding) -> bool:
        return self._place < other._place

    def within(self, image_id: str, name: str) -> Finding:
        """The same finding, told of the specification of which the image is an alternative one."""
        return replace(
            self,
            path=f"alternative_images.{image_id}.{self.path}",
            because=(f"in the alternative image {name}", *self.because),
            ways=tuple(way.within(image_id) for way in self.ways),
        )

    @property
    def _place(self) -> tuple[object, ...]:
        return _RANK[self.severity], self.path, self.id, self.text, self.because, self.resolution


@dataclass(frozen=True, slots=True)
class Wording:
    """How a finding is told. `resolution` may use `{ways}`; `without_ways` is said instead when there are none."""

    severity: Severity
    text: str
    resolution: str
    without_ways: str = ""


def finding(finding_id: str, path: str, because: Sequence[str] = (), ways: Sequence[str] = (), **args: str) -> Finding:
    """The finding with its sentences filled in; `ways` are what its resolution calls the alternatives, best first."""
    wording = CATALOGUE[finding_id]
    resolution = wording.resolution if ways or not wording.without_ways else wording.without_ways
    values = {**args, "ways": listed(ways)}
    return Finding(
        id=finding_id,
        severity=wording.severity,
        path=path,
        text=wording.text.format_map(values),
        resolution=resolution.format_map(values),
        because=tuple(because),
        args=args,
    )


class Told(Protocol):
    """What is told of a finding, whether it was found here or by a server."""

    @property
    def severity(self) -> StrEnum: ...
    @property
    def id(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def because(self) -> Sequence[str]: ...
    @property
    def resolution(self) -> str: ...


def report(findings: Iterable[Told]) -> str:
    """The findings as text for people, one paragraph each; empty when there are none."""
    return "\n".join(_paragraph(found) for found in findings)


def _paragraph(found: Told) -> str:
    lines = [f"{found.severity} {found.id} at {found.path or 'the specification'}", f"  {found.text}"]
    # The choice that stands at the path is no news by itself.
    if len(found.because) > 1 or (found.because and not found.because[0].startswith(_CHOICE)):
        lines.append(f"  because: {' → '.join(found.because)}")
    lines.append(f"  way out: {found.resolution}")
    return "\n".join(lines) + "\n"


def listed(items: Iterable[str], last: str = "or") -> str:
    """`a`, `a or b`, `a, b or c`; after the fifth, the rest is counted."""
    names = list(items)
    if len(names) > AT_MOST:
        names = [*names[:AT_MOST], f"{len(names) - AT_MOST} more"]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


_E, _W, _I = Severity.ERROR, Severity.WARNING, Severity.INFO

CATALOGUE: Mapping[str, Wording] = {
    # --- base image --------------------------------------------------------------------------------------------------
    "imagewright.base_image.missing": Wording(
        _E,
        "The image has no base image, and nothing can be installed without one.",
        "Choose a base image, for example {ways}.",
        "No depot holds a base image: import a depot that does, and choose it.",
    ),
    "imagewright.base_image.unknown": Wording(
        _E,
        "No depot holds the base image {version}.",
        "Import the depot that holds it, or choose one that is there, for example {ways}.",
        "No depot holds any base image: import the depot that holds {version}.",
    ),
    "imagewright.base_image.ambiguous": Wording(
        _E,
        "The depots hold {count} base images {version} with different components.",
        "Keep one of the depots {ways} and delete the others.",
        "One depot holds all of them: ask its vendor which is right, and import a depot with no other.",
    ),
    # --- add-on ------------------------------------------------------------------------------------------------------
    "imagewright.add_on.unknown": Wording(
        _E,
        "No depot holds any version of the add-on {name}.",
        "Import its vendor's depot, or choose an add-on that is there, for example {ways}.",
        "No depot holds any add-on: import its vendor's depot, or take the add-on out of the image.",
    ),
    "imagewright.add_on.unknown_version": Wording(
        _E,
        "No depot holds version {version} of the add-on {name}.",
        "Choose a version that is there ({ways}), or import the depot that holds {version}.",
    ),
    "imagewright.add_on.unsupported_base_image": Wording(
        _E,
        "The add-on {name} {version} does not support the base image {base_image}; it supports {supported}.",
        "Choose a version of the add-on that does ({ways}), or {bases}.",
        "No version in the depots supports it: choose {bases}, or import a newer add-on.",
    ),
    "imagewright.add_on.ambiguous": Wording(
        _E,
        "The depots hold {count} add-ons {name} {version} that bring or remove different components.",
        "Keep one of the depots {ways} and delete the others.",
        "One depot holds all of them: ask its vendor which is right, and import a depot with no other.",
    ),
    # --- hardware support --------------------------------------------------------------------------------------------
    "imagewright.hardware_support.unknown": Wording(
        _E,
        "No depot holds any version of the hardware support package {package} of {manager}.",
        "Import the depot of the hardware support manager, or choose a package that is there, for example {ways}.",
        "No depot holds any package of {manager}: import its depot, or take the package out of the image.",
    ),
    "imagewright.hardware_support.unknown_version": Wording(
        _E,
        "No depot holds version {version} of the hardware support package {package} of {manager}.",
        "Choose a version that is there ({ways}), or import the depot that holds {version}.",
    ),
    "imagewright.hardware_support.unsupported_base_image": Wording(
        _E,
        "The hardware support package {package} {version} does not support the base image {base_image}; "
        "it supports {supported}.",
        "Choose a version of the package that does ({ways}), or {bases}.",
        "No version in the depots supports it: choose {bases}, or import a newer package.",
    ),
    "imagewright.hardware_support.ambiguous": Wording(
        _E,
        "The depots hold {count} hardware support packages {package} {version} of {manager} that bring or "
        "remove different components.",
        "Keep one of the depots {ways} and delete the others.",
        "One depot holds all of them: ask its vendor which is right, and import a depot with no other.",
    ),
    # --- solutions ---------------------------------------------------------------------------------------------------
    "imagewright.solution.unknown": Wording(
        _E,
        "No depot holds any version of the solution {name}.",
        "Import the depot that holds it, or take it out of the image.",
    ),
    "imagewright.solution.unknown_version": Wording(
        _E,
        "No depot holds version {version} of the solution {name}.",
        "Choose a version that is there ({ways}), or import the depot that holds {version}.",
    ),
    "imagewright.solution.unknown_component": Wording(
        _E,
        "The solution {name} {version} has no component {component}.",
        "Take it out of the solution's components, or ask for one that the solution has: {ways}.",
        "Take it out of the solution's components: the solution has none.",
    ),
    "imagewright.solution.ambiguous": Wording(
        _E,
        "The depots hold {count} solutions {name} {version} with different components.",
        "Keep one of the depots {ways} and delete the others.",
        "One depot holds all of them: ask its vendor which is right, and import a depot with no other.",
    ),
    # --- components --------------------------------------------------------------------------------------------------
    "imagewright.component.unknown": Wording(
        _E,
        "No depot holds any version of the component {name}.",
        "Import the depot that holds it, or take it out of the image.",
    ),
    "imagewright.component.unknown_version": Wording(
        _E,
        "No depot holds version {version} of the component {name}.",
        "Choose a version that is there ({ways}), or import the depot that holds {version}.",
    ),
    "imagewright.component.unresolved": Wording(
        _E,
        "No version of the component {name} in the depots leaves the image without errors; {version} is shown.",
        "Resolve the other findings about {name}, set its version, or import a depot with another version of it.",
    ),
    "imagewright.component.ambiguous": Wording(
        _E,
        "The depots hold {count} components {name} {version} with different VIBs, so it is not clear which is meant.",
        "Keep one of the depots {ways} and delete the others.",
        "One depot holds all of them: ask its vendor which is right, and import a depot with no other.",
    ),
    "imagewright.component.incomplete": Wording(
        _E,
        "The component {name} {version} cannot be installed: of its VIBs, no depot describes {vibs}.",
        "Import the whole bundle of the component from its vendor.",
    ),
    "imagewright.component.not_in_depot": Wording(
        _E,
        "{source} lists components that no depot holds: {components}.",
        "Import the depot that holds them; the depot that lists them is not complete by itself.",
    ),
    "imagewright.component.wrong_product_line": Wording(
        _E,
        "The component {name} {version} is made for {made_for}, and the base image for {wanted}.",
        "Use {ways}{or_drop}.",
        "No version in the depots is made for {wanted}: {drop}.",
    ),
    "imagewright.component.newer_platform": Wording(
        _W,
        "The component {name} {version} says that it is made for {made_for}, which is newer than the base image.",
        "Check with its vendor, or choose a version that is made for the base image {base_image}.",
    ),
    "imagewright.component.also_removed": Wording(
        _E,
        "The component {name} is both asked for and marked as removed.",
        "Take it out of the components, or out of the removed components.",
    ),
    "imagewright.component.lowered": Wording(
        _W,
        "{source} brings the component {name} {version}, which is lower than the {overridden} of {below}.",
        "If that is not wanted, add the component {name} {overridden} to the image.",
    ),
    "imagewright.component.retained": Wording(
        _I,
        "The component {name} is retained at {version}, which is lower than the {overridden} of {below}.",
        "If that is not wanted, take it out of the components of the image.",
    ),
    # --- removed components ------------------------------------------------------------------------------------------
    "imagewright.removed_component.not_present": Wording(
        _W,
        "The component {name} is marked as removed, and the image does not have it anyway.",
        "Take it out of the removed components.",
    ),
    "imagewright.removed_component.not_removable": Wording(
        _E,
        "The component {name} of {source} cannot be removed: {reason}.",
        "Take it out of the removed components.",
    ),
    # --- VIBs --------------------------------------------------------------------------------------------------------
    "imagewright.vib.unmet_dependency": Wording(
        _E,
        "The VIB {vib} {version} of the component {component} needs {relation}{platform}, and {present}.",
        "Use {ways}{or_drop}.",
        "Nothing else in the depots provides {relation}: import a depot that does{or_drop}.",
    ),
    "imagewright.vib.conflict": Wording(
        _E,
        "The VIB {vib} {version} of the component {component} conflicts with {relation}, and the image has "
        "{other} {other_version} of the component {other_component}.",
        "Use {ways}{or_drop}.",
        "No other version in the depots avoids it: {drop}.",
    ),
    "imagewright.vib.wrong_release": Wording(
        _E,
        "The VIB {vib} {version} of the component {component} conflicts with {relation}, and the base image is "
        "{release}.",
        "Use {ways}{or_drop}.",
        "No other version in the depots avoids it: {drop}.",
    ),
    "imagewright.vib.obsolete": Wording(
        _E,
        "The VIB {vib} {version} of the component {component} replaces {relation}, and the image still has "
        "{other} {other_version} of the component {other_component}.",
        "Use {ways}{or_drop}.",
        "No other version in the depots avoids it: {drop}.",
    ),
    "imagewright.vib.file_clash": Wording(
        _E,
        "The VIBs {vib} of the component {component} and {other} of the component {other_component} both install "
        "{files}, and neither is an overlay.",
        "Use {ways}{or_drop}.",
        "No other version in the depots avoids it: {drop}.",
    ),
    "imagewright.vib.two_contents": Wording(
        _E,
        "The components {component} and {other_component} hold a VIB {vib} {version} each, and the two differ in "
        "their content.",
        "Use {ways}{or_drop}.",
        "No other version in the depots avoids it: {drop}.",
    ),
    "imagewright.vib.file_missing": Wording(
        _E,
        "{source} brings {vibs}, which the depots describe without holding the file.",
        "Import the whole bundle that holds it; metadata alone cannot be installed.",
    ),
    "imagewright.vib.below_policy": Wording(
        _E,
        "{source} brings {vibs}, below the acceptance level {minimum} that the setting minimum_acceptance_level asks "
        "for.",
        "Use versions of a higher level, take what brings it out of the image, or have an administrator lower the "
        "setting.",
    ),
    "imagewright.vib.unsigned": Wording(
        _E,
        "{source} brings {vibs} without a signature, which {asked_by} asks for.",
        "Import it as its vendor signed it, or take what brings it out of the image.",
    ),
    "imagewright.vib.untrusted_signer": Wording(
        _E,
        "{source} brings {vibs}, signed by somebody who is not trusted here, and the setting require_signatures asks "
        "for who is.",
        "Have an administrator add the signer to the file of the setting trusted_signers and import it again, or take "
        "what brings it out of the image.",
    ),
    "imagewright.vib.bad_signature": Wording(
        _E,
        "{source} brings {vibs}, whose signature does not fit: the descriptor was changed after it was signed, or is "
        "damaged.",
        "Import it again from its vendor, or take what brings it out of the image.",
    ),
    "imagewright.vib.bad_community_signature": Wording(
        _W,
        "{source} brings {vibs}, whose signature does not fit: the descriptor was changed after it was signed. The "
        "level community asks for no signature.",
        "Import it again from its author if you do not know why.",
    ),
    "imagewright.vib.unknown_signature": Wording(
        _W,
        "{source} brings {vibs}, whose signature, which the setting require_signatures asks for, is not known as long "
        "as the file is in an online depot only.",
        "An export fetches the file, and is refused when the signature is not as it must be. Import the bundle to know "
        "it now.",
    ),
    "imagewright.vib.wrong_hardware": Wording(
        _E,
        "{source} brings {vibs}, made for {made_for}, and the hosts of this image are {hosts}.",
        "Take what brings it out of this image, or change the selection criteria of the image.",
    ),
    "imagewright.vib.some_hardware": Wording(
        _W,
        "{source} brings {vibs}, made for {made_for}, and the image is for {hosts} as well, which cannot take it.",
        "Give those hosts an image of their own, or take what brings it out of this one.",
    ),
    "imagewright.vib.only_for_hardware": Wording(
        _I,
        "{source} brings {vibs}, which can be installed on {made_for} only.",
        "Give other hosts an image without it, for example as an alternative image.",
    ),
    "imagewright.vib.no_common_hardware": Wording(
        _E,
        "The VIB {vib} is made for {made_for}, and the VIB {other} for {other_made_for}: no host can take both.",
        "Give each kind of machine an image of its own, for example as an alternative image.",
    ),
    # --- alternative images ------------------------------------------------------------------------------------------
    "imagewright.alternative_image.no_criteria": Wording(
        _E,
        "The alternative image {name} does not say which hosts it is for.",
        "Set its selection criteria: host UUIDs, or a hardware vendor with models, families or OEM strings.",
    ),
    "imagewright.alternative_image.same_host": Wording(
        _E,
        "The alternative images {name} and {other} both name the hosts {hosts}.",
        "Leave each host UUID to one of the two images.",
    ),
    "imagewright.alternative_image.same_criteria": Wording(
        _E,
        "The alternative image {name} has the same selection criteria as {other}.",
        "Change its criteria, or delete it.",
    ),
    "imagewright.alternative_image.too_many": Wording(
        _E,
        "The specification has {count} alternative images, and at most {limit} are told apart.",
        "Split it into several specifications; the criteria were not compared.",
    ),
    "imagewright.alternative_image.overlapping_criteria": Wording(
        _W,
        "The alternative image {name} can be for the same host of {vendor} as {other}.",
        "Tell them apart by an attribute that both set: models, or families, without a common value.",
    ),
    "imagewright.alternative_image.other_base_image": Wording(
        _E,
        "The alternative image {name} asks for the base image {version}, and the default image for {default}.",
        "Leave its base image out, or set it to {default}: all images of a specification stand on one base image.",
    ),
    # --- the library -------------------------------------------------------------------------------------------------
    "imagewright.draft.no_name": Wording(
        _E,
        "The draft has no display name.",
        "Set one that no specification in the library has.",
    ),
    "imagewright.draft.duplicate_name": Wording(
        _E,
        "The specification {spec} in the library already has the display name {name}.",
        "Choose another display name.",
    ),
    "imagewright.draft.duplicate_content": Wording(
        _E,
        "The specification {spec} ({name}) in the library already has exactly this content.",
        "Use that one, or change the draft.",
    ),
    # --- the inventory -----------------------------------------------------------------------------------------------
    "imagewright.inventory.unknown": Wording(
        _E,
        "There is no {kind} {entity} in the inventory.",
        "Have an administrator register it: imagewright inventory add-{kind}.",
    ),
    "imagewright.inventory.no_such_type": Wording(
        _E,
        "The inventory here has clusters and hosts, but nothing of the type {type}: {entity} is not known.",
        "Name the clusters and the standalone hosts themselves.",
    ),
    "imagewright.inventory.not_standalone": Wording(
        _E,
        "The host {entity} belongs to the cluster {cluster}, and has the specification of its cluster.",
        "Assign the specification to the cluster {cluster}.",
    ),
    "imagewright.inventory.managed": Wording(
        _E,
        "The {kind} {entity} is managed by the orchestrator {owner}.",
        "Change it there.",
    ),
    "imagewright.inventory.replaced": Wording(
        _I,
        "Until now {entity} had the specification {previous}.",
        "Assign that one again to undo it.",
    ),
    # --- drivers, between two images ---------------------------------------------------------------------------------
    "imagewright.driver.lost": Wording(
        _W,
        "The device {device} loses its driver on {hosts}: {vib} {version} of the component {component} drives it "
        "before, and nothing does after.",
        "Use {ways}.",
        "No component in the depots drives it in the new image: import a driver for it, or keep the old image there.",
    ),
    "imagewright.driver.unclear": Wording(
        _W,
        "The device {device} may lose its driver on {hosts}: {vib} {version} of the component {component} drives it "
        "before, and what drives it after depends on ids that the hardware list does not have.",
        "Make the hardware list with all ids: lspci -nnvmm on each host.",
    ),
    "imagewright.driver.other": Wording(
        _I,
        "The device {device} has another driver on {hosts}: {vib} {version} before, {other} {other_version} of the "
        "component {component} after.",
        "Nothing needs to be done; look at the driver's release notes for settings that have other names.",
    ),
}
