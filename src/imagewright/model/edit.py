"""Changes to an image that somebody could make: what they are called, and what the specification is after them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from imagewright.model.spec import ImageSpec, PackageSpec, SolutionSpec

_BASE_IMAGE, _COMPONENT, _REMOVED, _VERSION = "base_image", "components.", "removed_components.", ".version"


@dataclass(frozen=True, slots=True)
class Edit:
    """One change. `path` is its place in the specification's document, and `value` what is put there; None clears it.

    `text` is what the change brings into the image (`the component Net 2.0-1`), or when `is_loss`, what to do.
    """

    path: str
    value: str | None
    text: str
    is_loss: bool = False

    def applied(self, image: ImageSpec) -> ImageSpec:
        """The image with the change made."""
        area, _, rest = self.path.partition(".")
        match area:
            case "base_image":
                return replace(image, base_image=self.value)
            case "add_on":
                known = image.add_on if self.value is not None else None
                return replace(image, add_on=known and replace(known, version=self.value or ""))
            case "components":
                others = {known: version for known, version in image.components.items() if known != rest}
                return replace(image, components=others if self.value is None else {**others, rest: self.value})
            case "removed_components":
                marked = image.removed_components
                return replace(image, removed_components=marked - {rest} if self.value is None else marked | {rest})
            case "hardware_support":
                return replace(image, hardware_support=self._packages(image.hardware_support, rest))
        return replace(image, solutions=self._solutions(image.solutions, rest))

    def _packages(self, known: Mapping[str, PackageSpec], rest: str) -> Mapping[str, PackageSpec]:
        manager = rest.removeprefix("packages.")
        if self.value is None:
            return {each: asked for each, asked in known.items() if each != manager}
        manager = manager.removesuffix(_VERSION)
        return {**known, manager: replace(known[manager], version=self.value)}

    def _solutions(self, known: Mapping[str, SolutionSpec], rest: str) -> Mapping[str, SolutionSpec]:
        name, is_component, component = rest.rpartition(".components.")
        if is_component:
            left = tuple(each for each in known[name].components if each != component)
            return {**known, name: replace(known[name], components=left)}
        if self.value is None:
            return {each: asked for each, asked in known.items() if each != rest}
        name = rest.removesuffix(_VERSION)
        return {**known, name: replace(known[name], version=self.value)}


def base_image(version: str) -> Edit:
    """The image stands on another base image."""
    return Edit(_BASE_IMAGE, version, f"the base image {version}")


def add_on(name: str, version: str) -> Edit:
    """Another version of the add-on."""
    return Edit(f"add_on{_VERSION}", version, f"the add-on {name} {version}")


def no_add_on(name: str) -> Edit:
    """No add-on."""
    return Edit("add_on", None, f"take the add-on {name} out of the image", is_loss=True)


def package(manager: str, name: str, version: str) -> Edit:
    """Another version of a hardware support package."""
    path = f"hardware_support.packages.{manager}{_VERSION}"
    return Edit(path, version, f"the hardware support package {name} {version} of {manager}")


def no_package(manager: str, name: str) -> Edit:
    """No package of this manager."""
    text = f"take the hardware support package {name} of {manager} out of the image"
    return Edit(f"hardware_support.packages.{manager}", None, text, is_loss=True)


def solution(name: str, version: str) -> Edit:
    """Another version of a solution."""
    return Edit(f"solutions.{name}{_VERSION}", version, f"the solution {name} {version}")


def no_solution(name: str) -> Edit:
    """The solution is not asked for."""
    return Edit(f"solutions.{name}", None, f"take the solution {name} out of the image", is_loss=True)


def component(name: str, version: str) -> Edit:
    """The user asks for this component."""
    return Edit(f"{_COMPONENT}{name}", version, f"the component {name} {version}")


def no_component(name: str) -> Edit:
    """The user does not ask for it any more."""
    return Edit(f"{_COMPONENT}{name}", None, f"take {name} out of the image's components", is_loss=True)


def no_solution_component(solution: str, name: str, label: str) -> Edit:
    """The solution is asked for without it."""
    text = f"take {name} out of the components of {label}"
    return Edit(f"solutions.{solution}.components.{name}", None, text, is_loss=True)


def removal(name: str) -> Edit:
    """The user marks it as removed."""
    return Edit(f"{_REMOVED}{name}", name, f"mark {name} as removed", is_loss=True)


def no_removal(name: str, version: str) -> Edit:
    """The user takes the mark back."""
    again = f"{name} {version}".strip()
    return Edit(f"{_REMOVED}{name}", None, f"the component {again} again, which you removed")


@dataclass(frozen=True, slots=True)
class Way:
    """A way out: the fewest changes that were found to remove a problem without bringing another error."""

    edits: tuple[Edit, ...]

    @property
    def text(self) -> str:
        """What a sentence says after "use", or, for a way of nothing but losses, after "you can"."""
        brought = " together with ".join(edit.text for edit in self.edits if not edit.is_loss)
        return " and ".join([*([brought] if brought else []), *(edit.text for edit in self.edits if edit.is_loss)])

    @property
    def is_loss(self) -> bool:
        """True when the image only loses something."""
        return all(edit.is_loss for edit in self.edits)

    def and_also(self, edit: Edit) -> Way:
        """This way with one more change; of two changes at one place the later one counts."""
        return Way((*(known for known in self.edits if known.path != edit.path), edit))

    def within(self, image_id: str) -> Way:
        """This way as a way for a whole specification, of which the image is an alternative one.

        The base image is that of the specification, so a change of it stays where it is.
        """
        prefix = f"alternative_images.{image_id}."
        return Way(
            tuple(edit if edit.path == _BASE_IMAGE else replace(edit, path=prefix + edit.path) for edit in self.edits)
        )

    def applied(self, image: ImageSpec) -> ImageSpec:
        """The image with all of the changes made."""
        for edit in self.edits:
            image = edit.applied(image)
        return image
