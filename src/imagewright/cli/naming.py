"""How people name things on the command line: images by id or name, drafts by id or not at all."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from imagewright.model.errors import NotFound

if TYPE_CHECKING:
    from imagewright.client.connection import Connection

ImageArgument = Annotated[str, typer.Argument(help="Id or name of an image in the library.")]
DraftOption = Annotated[str | None, typer.Option("--draft", help="Id of the draft. [your own]")]

_SPEC_ID = re.compile(r"software-spec-\d+")
_DRAFT_ID = re.compile(r"\d+")
_VERSIONED = re.compile(r"(.+)@(\d+)")


def spec_id(connection: Connection, name: str) -> str:
    """The id of an image that is given by its id or its display name. NotFound when nothing is called so."""
    from imagewright.contract.services import repository_software as software

    if _SPEC_ID.fullmatch(name):
        return name
    wanted = software.FilterSpec(display_names=frozenset({name}))
    found = connection.call(software.list_, filter=wanted).records
    if not found:
        raise NotFound.because("imagewright.software.not_found", "The library has no image called '{0}'.", name)
    return str(found[0].id)


def side_id(connection: Connection, name: str) -> str:
    """What is compared: a draft, an image, or a version of one, such as `Blades@2`."""
    image, version = versioned(name)
    if version is not None:
        return f"{spec_id(connection, image)}@{version}"
    return name if _DRAFT_ID.fullmatch(name) else spec_id(connection, name)


def versioned(name: str) -> tuple[str, int | None]:
    """The image and the version of `Blades@2`."""
    found = _VERSIONED.fullmatch(name)
    return (found[1], int(found[2])) if found else (name, None)


def own_draft(connection: Connection, given: str | None) -> str:
    """The draft that is meant: the one that is named, or the user's own. NotFound when there is none."""
    if given is not None:
        return given
    found = draft_of(connection, user_of(connection))
    if found is None:
        raise NotFound.because(
            "imagewright.draft.none",
            "You have no draft. Make one with: imagewright draft new, draft from FILE, or draft edit IMAGE.",
        )
    return found


def draft_of(connection: Connection, user: str) -> str | None:
    """The draft of a user, who has one at most."""
    from imagewright.contract.services import repository_software_drafts as drafts

    wanted = drafts.FilterSpec(owners=frozenset({user}))
    return next(iter(connection.call(drafts.list_, filter=wanted)), None)


def user_of(connection: Connection) -> str:
    """Who is logged in."""
    from imagewright.contract.services import cis_session

    return str(connection.call(cis_session.get).user)


def named_version(text: str) -> tuple[str, str | None]:
    """A name with or without a version behind a colon: `Net-Driver:1.2`."""
    name, colon, version = text.rpartition(":")
    return (name, version) if colon and name and version else (text, None)
