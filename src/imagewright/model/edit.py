"""Changes to an image that somebody could make: what they are called, and what the specification is after them."""

from __future__ import annotations

from dataclasses import dataclass, replace

from imagewright.model.spec import ImageSpec

_BASE_IMAGE, _COMPONENT, _REMOVED = "base_image", "components.", "removed_components."


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
        if self.path == _BASE_IMAGE:
            return replace(image, base_image=self.value)
        if self.path.startswith(_COMPONENT):
            name = self.path.removeprefix(_COMPONENT)
            others = {known: version for known, version in image.components.items() if known != name}
            return replace(image, components=others if self.value is None else {**others, name: self.value})
        if self.path.startswith(_REMOVED):
            mark = {self.path.removeprefix(_REMOVED)}
            marked = image.removed_components
            return replace(image, removed_components=marked - mark if self.value is None else marked | mark)
        return self._without_solution_component(image)

    def _without_solution_component(self, image: ImageSpec) -> ImageSpec:
        solution, _, name = self.path.removeprefix("solutions.").rpartition(".components.")
        asked = image.solutions[solution]
        left = replace(asked, components=tuple(each for each in asked.components if each != name))
        return replace(image, solutions={**image.solutions, solution: left})


def base_image(version: str) -> Edit:
    """The image stands on another base image."""
    return Edit(_BASE_IMAGE, version, f"the base image {version}")


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
    return Edit(f"{_REMOVED}{name}", None, f"the component {name} {version} again, which you removed")


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
