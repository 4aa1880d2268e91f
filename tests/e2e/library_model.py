"""What the library must be after each change: a model of it, as small as its rules allow, and the changes."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field
from typing import Any

from wire_clients import DRAFTS, SOFTWARE

TASK = {"vmw-task": "true"}
REFUSED = frozenset({"ALREADY_EXISTS", "INVALID_ARGUMENT", "NOT_FOUND"})


@dataclass
class Image:
    """What a specification asks for, as far as these tests go."""

    name: str = ""
    base_image: bool = False
    components: dict[str, str] = field(default_factory=dict)

    @property
    def content(self) -> tuple[bool, tuple[tuple[str, str], ...]]:
        """Everything but the name."""
        return self.base_image, tuple(sorted(self.components.items()))


@dataclass
class Draft:
    """A draft; `base` is the specification that it edits and `base_commits` how often that was committed then."""

    id: str
    image: Image
    base: str | None = None
    base_commits: int = 0


@dataclass
class Spec:
    """A specification in the library, and how many versions it has."""

    image: Image
    commits: int = 1


@dataclass
class Library:
    """Everything that a client can see: the draft of each user, the specifications by id."""

    drafts: dict[str, Draft] = field(default_factory=dict)
    specs: dict[str, Spec] = field(default_factory=dict)

    def copy(self) -> Library:
        return deepcopy(self)

    def is_overtaken(self, draft: Draft) -> bool:
        """True when what it edits was committed by another or has gone."""
        if draft.base is None:
            return False
        spec = self.specs.get(draft.base)
        return spec is None or spec.commits != draft.base_commits

    def why_not(self, draft: Draft) -> str | None:
        """The error that a commit of this draft ends with; None when it succeeds."""
        others = [spec.image for spec_id, spec in self.specs.items() if spec_id != draft.base]
        if self.is_overtaken(draft) or not draft.image.base_image or not draft.image.name:
            return "INVALID_ARGUMENT"
        if any(each.name == draft.image.name for each in others):
            return "INVALID_ARGUMENT"
        return "ALREADY_EXISTS" if any(each.content == draft.image.content for each in others) else None

    def seen(self) -> dict[str, Any]:
        """In the form in which `look` gives what a server shows."""
        return {
            "drafts": {
                draft.id: (
                    owner,
                    "INVALID" if self.is_overtaken(draft) else "VALID",
                    draft.base or "-1",
                    *_shown(draft.image),
                )
                for owner, draft in self.drafts.items()
            },
            "specs": {spec_id: (spec.commits, *_shown(spec.image)) for spec_id, spec in self.specs.items()},
        }


def _shown(image: Image) -> tuple[str, bool, dict[str, str]]:
    return image.name, image.base_image, image.components


@dataclass(frozen=True)
class Request:
    """What a user asks for, and what then holds: after a good answer, `after` changes the library.

    `error` is the type of the error that must come instead.
    """

    user: str
    method: str
    path: str
    status: int = 204
    params: dict[str, str] = field(default_factory=dict)
    body: Any = None
    error: str | None = None
    is_commit: bool = False

    def after(self, library: Library, answer: Any) -> None:
        """Nothing changes."""


@dataclass(frozen=True)
class NewDraft(Request):
    """Makes an empty draft, or one that edits a specification."""

    edits: str | None = None

    def after(self, library: Library, answer: Any) -> None:
        if self.edits is None:
            library.drafts[self.user] = Draft(answer, Image())
        else:
            spec = library.specs[self.edits]
            library.drafts[self.user] = Draft(answer, deepcopy(spec.image), self.edits, spec.commits)


@dataclass(frozen=True)
class Edit(Request):
    """Changes the draft of the user."""

    name: str | None = None
    component: tuple[str, str | None] | None = None
    base_image: bool = False

    def after(self, library: Library, answer: Any) -> None:
        image = library.drafts[self.user].image
        if self.name is not None:
            image.name = self.name
        if self.base_image:
            image.base_image = True
        if self.component is not None:
            name, version = self.component
            if version is None:
                del image.components[name]
            else:
                image.components[name] = version


@dataclass(frozen=True)
class Throw(Request):
    """Throws the draft of the user away."""

    def after(self, library: Library, answer: Any) -> None:
        del library.drafts[self.user]


@dataclass(frozen=True)
class Commit(Request):
    """Commits the draft of the user; the answer is the result of the task."""

    def after(self, library: Library, answer: Any) -> None:
        draft = library.drafts.pop(self.user)
        spec = library.specs.setdefault(answer, Spec(draft.image, 0))
        spec.image, spec.commits = draft.image, spec.commits + 1


@dataclass(frozen=True)
class Rename(Request):
    """Renames a specification."""

    spec: str = ""
    name: str = ""

    def after(self, library: Library, answer: Any) -> None:
        library.specs[self.spec].image.name = self.name


@dataclass(frozen=True)
class Remove(Request):
    """Removes a specification."""

    spec: str = ""

    def after(self, library: Library, answer: Any) -> None:
        del library.specs[self.spec]


def new_draft(library: Library, user: str, replace: bool, edits: str | None = None) -> Request:
    """A draft for a user, who may have one already."""
    error = "ALREADY_EXISTS" if user in library.drafts and not replace else None
    if edits is None:
        return NewDraft(user, "POST", DRAFTS, 201, {}, {"delete_existing_draft": replace}, error)
    action = {"action": "edit"}
    return NewDraft(
        user, "POST", f"{SOFTWARE}/{edits}", 200, action, {"delete_existing_draft": replace}, error, edits=edits
    )


def commit(library: Library, user: str) -> Request:
    """The commit of the user's draft."""
    draft = library.drafts[user]
    action = {"action": "commit"} | TASK
    return Commit(user, "POST", f"{DRAFTS}/{draft.id}", 202, action, {}, library.why_not(draft), is_commit=True)


def rename(library: Library, user: str, spec: str, name: str) -> Request:
    """Another name for a specification; one that is taken is refused."""
    taken = any(each.image.name == name for spec_id, each in library.specs.items() if spec_id != spec)
    error = "INVALID_ARGUMENT" if taken else None
    return Rename(user, "PATCH", f"{SOFTWARE}/{spec}", 204, {}, {"display_name": name}, error, spec=spec, name=name)
