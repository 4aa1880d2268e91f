"""Base images that somebody describes by hand, because they cannot be read out of their depot."""

from __future__ import annotations

from datetime import datetime
from hashlib import sha256

from imagewright.app.names import checked
from imagewright.app.ports import UnitOfWork
from imagewright.model.declaration import Declaration, DeclarationError, declared_content
from imagewright.model.errors import AlreadyExists, InvalidArgument
from imagewright.model.library import Depot, DepotSource


def declare(uow: UnitOfWork, depot: Depot, declaration: Declaration, user: str, now: datetime) -> Depot:
    """Stores the declared base image as a depot of its own, and gives that.

    It shares the VIBs with the depot that they came in, so that either can be removed without the other.
    InvalidArgument for what does not fit the depot; AlreadyExists when some depot has a base image of this version.
    """
    known = uow.depots.catalog().base_image(checked(declaration.version, "spec.version"))
    if known is not None:
        raise AlreadyExists.because(
            "imagewright.declaration.already_exists",
            "There is a base image {0} in the depots already{1}. Give another version, or remove its depot.",
            known.version,
            f", declared by {known.declared_by}" if known.declared_by else "",
        )
    try:
        content = declared_content(declaration, uow.depots.content(depot.id), user)
    except DeclarationError as error:
        raise InvalidArgument.because(
            "imagewright.declaration.does_not_fit",
            "The declaration of the base image {0} {1}.",
            declaration.version,
            error,
        ) from error
    return uow.depots.add(
        Depot(
            id="",
            source=DepotSource.PUSH,
            bundle_sha256=sha256(f"{declaration.version} declared of {depot.bundle_sha256}".encode()).hexdigest(),
            created=now,
            owner=user,
            description=f"The base image {declaration.version}, declared of the depot {depot.id}, not read",
            file_id=f"declared-of-depot-{depot.id}",
        ),
        content,
    )
