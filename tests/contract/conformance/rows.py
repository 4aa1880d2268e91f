"""A row: one use of an operation, what it answers and what has changed then; and how rows are made."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from repository_site import IMAGE, Given, Place, Site
from server_process import ALICE, Account

from imagewright.contract.operations import Operation

PREFIX = "com.vmware."
Make = Callable[[Given], Any]


def name_of(operation: Operation) -> str:
    """The operation without what all have in common."""
    return operation.key.removeprefix(PREFIX).removeprefix("esx.settings.").removeprefix("repository.")


@dataclass(frozen=True, kw_only=True)
class Row:
    """One use of an operation that succeeds.

    `see` is the part of the result that is compared with what `seen` makes of the ids; of a task, the result is what
    it ended with. `look` is what has changed afterwards, and `found` what that must be.
    """

    operation: Operation
    arguments: Make
    caller: Account = ALICE
    place: Place = Place.FULL
    use: str = ""
    see: Callable[[Any], Any] = field(default=lambda result: result)
    seen: Make = field(default=lambda _: None)
    look: Callable[[Site], Any] | None = None
    found: Make = field(default=lambda _: None)

    @property
    def name(self) -> str:
        """The operation without what all have in common, and the use."""
        return f"{name_of(self.operation)} {self.use}".strip()


def constant(value: Any) -> Make:
    """What does not depend on any id."""
    return lambda _: value


def of_spec(operation: Operation, arguments: Callable[[], dict[str, Any]] = dict, **checks: Any) -> Row:
    """A row about the specification of the place."""
    return Row(operation=operation, arguments=lambda given: {"software_spec": given.spec, **arguments()}, **checks)


def of_a_draft(operation: Operation, arguments: Callable[[], dict[str, Any]] = dict, **checks: Any) -> Row:
    """A row about the draft of the place."""
    return Row(operation=operation, arguments=lambda given: {"draft": given.draft, **arguments()}, **checks)


def of_an_image(operation: Operation, arguments: Callable[[], dict[str, Any]] = dict, **checks: Any) -> Row:
    """A row about the alternative image of the draft of the place."""
    return Row(
        operation=operation,
        arguments=lambda given: {"draft": given.draft, "image": given.image, **arguments()},
        **checks,
    )


Part = Callable[[Any], Any]


def of_both(
    services: tuple[ModuleType, ModuleType],
    name: str,
    arguments: Callable[[ModuleType], dict[str, Any]] = lambda _: {},
    *,
    part: Part | None = None,
    **checks: Any,
) -> Iterator[Row]:
    """The same row for the default image and for the alternative one, where their services have the same operation.

    `part` is what has changed in the image afterwards, whichever it is.
    """
    default, alternative = services

    def of_default(site: Site) -> Any:
        return part and part(site.draft().software_info)

    def of_alternative_image(site: Site) -> Any:
        return part and part((site.draft().software_info.alternative_images or {})[IMAGE])

    looks: tuple[Any, Any] = (of_default, of_alternative_image) if part else (None, None)
    yield of_a_draft(getattr(default, name), lambda: arguments(default), look=looks[0], **checks)
    yield of_an_image(getattr(alternative, name), lambda: arguments(alternative), look=looks[1], **checks)
