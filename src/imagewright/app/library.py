"""Finding specifications of the library, for all operations that work on one."""

from __future__ import annotations

from collections.abc import Iterable

from imagewright.app.authentication import Caller
from imagewright.app.ports import UnitOfWork
from imagewright.app.privileges import ADMINISTER
from imagewright.model.errors import InvalidArgument, NotFound, Unauthorized
from imagewright.model.library import LibrarySpec, SpecVersion

SOFTWARE_SPEC = "com.vmware.esx.settings.repository.software_spec"
"""The resource type of a specification."""


def spec_with(uow: UnitOfWork, spec_id: str) -> LibrarySpec:
    """The specification; NotFound names the id."""
    found = uow.library.get(spec_id)
    if found is None:
        raise NotFound.because(
            "imagewright.software.not_found",
            "There is no software specification '{0}' in the library. It may have been deleted; list the library to "
            "see those there are.",
            spec_id,
        )
    return found


def version_with(uow: UnitOfWork, spec: LibrarySpec, version: int) -> SpecVersion:
    """One commit of a specification; NotFound names the versions that there are."""
    for each in uow.library.versions(spec.id):
        if each.version == version:
            return each
    raise NotFound.because(
        "imagewright.software.no_such_version",
        "The specification {0} has no version {1}; it has the versions 1 to {2}.",
        spec.id,
        version,
        spec.version,
    )


def in_order(specs: Iterable[LibrarySpec]) -> list[LibrarySpec]:
    """Each specification once, in the order of the numbers in the ids."""
    return sorted({each.id: each for each in specs}.values(), key=lambda each: (len(each.id), each.id))


def image_id_of(spec: LibrarySpec, image_id: str) -> str:
    """The id of an alternative image as the specification writes it; NotFound names it when there is none."""
    known = spec.spec.image_id(image_id)
    if known is None:
        raise NotFound.because(
            "imagewright.software.image_not_found",
            "The specification {0} has no alternative image '{1}'; it has: {2}.",
            spec.id,
            image_id,
            ", ".join(sorted(spec.spec.alternative_images)) or "none",
        )
    return known


def require_unlocked(spec: LibrarySpec, user: str, *, is_administrator: bool) -> None:
    """Unauthorized, naming the orchestrator, when it has locked the specification for this user.

    The user that set the lock and administrators may go on, so that nothing stays locked for ever.
    """
    if spec.orchestrator_owner and spec.locked_by != user and not is_administrator:
        raise Unauthorized.because(
            "imagewright.software.locked",
            "The specification {0} ({1}) is managed by the orchestrator {2}; change it there.",
            spec.id,
            spec.display_name,
            spec.orchestrator_owner,
        )


def check_orchestrator(caller: Caller, owner: str | None, owner_data: str | None) -> None:
    """Only administrators act as orchestrators; `owner_data` has at most 65,535 characters."""
    if owner is None and owner_data is None:
        return
    if ADMINISTER not in caller.privileges:
        raise Unauthorized.because(
            "imagewright.software.not_orchestrator",
            "The user {0} may not set an orchestrator; leave it unset. It needs the privilege {1}.",
            caller.name,
            ADMINISTER,
        )
    if owner_data is not None and len(owner_data) > 65_535:
        raise InvalidArgument.because(
            "imagewright.software.owner_data_too_long",
            "orchestrator.owner_data has {0} characters; at most 65535 are kept.",
            len(owner_data),
        )


def require_free_name(uow: UnitOfWork, name: str, but: str) -> None:
    """InvalidArgument when another specification than `but` is called so; names are compared exactly."""
    for other in uow.library.list(display_names=[name]):
        if other.id != but:
            raise InvalidArgument.because(
                "imagewright.software.duplicate_name",
                "The library already has a specification called '{0}': {1}. Choose another name.",
                name,
                other.id,
            )
