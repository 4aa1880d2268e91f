"""`imagewright depot build`: an offline bundle, or a VIB, made of a folder and a description."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, BinaryIO

import typer

from imagewright.cli.depot_files import problems_told, site_settings
from imagewright.cli.terminal import JsonOption, echo_json, say

if TYPE_CHECKING:
    from imagewright.formats.authoring import BuiltDepot
    from imagewright.formats.depot_description import Description
    from imagewright.formats.payload import PayloadFile
    from imagewright.formats.signing import SigningKey

DESCRIPTION = "depot.toml"
PASSPHRASE_VARIABLE = "IMAGEWRIGHT_SIGNING_PASSPHRASE"  # noqa: S105 - the name of a variable


def build(
    folder: Annotated[Path, typer.Argument(help="The folder with the files and their description.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The bundle to write, or FILE.vib for a single VIB.")],
    description: Annotated[
        str, typer.Option(help="The description, a TOML file in the folder; see docs/authoring.md.")
    ] = DESCRIPTION,
    json: JsonOption = False,
) -> None:
    """Make an offline bundle of a folder and a description: VIBs, components, base images, add-ons and the rest.

    The same folder gives the same bytes. An encrypted signing key is opened with IMAGEWRIGHT_SIGNING_PASSPHRASE.
    Exit code 0: written; 2: something in the description or the files is not right, and nothing is written.

    Example: imagewright depot build my-driver -o my-driver-bundle.zip
    """
    from imagewright.formats.authoring import build_depot
    from imagewright.formats.depot_description import read_description

    with problems_told():
        files = _Files(folder)
        described = read_description((folder / description).read_bytes(), description)
        limits = site_settings().limits
        with build_depot(described, files, _signing_key(described, files), limits) as built:
            _write(built, output)
            made = _made(built)
    if json:
        echo_json({"file": str(output), "content": [{"kind": kind, "identity": list(each)} for kind, *each in made]})
    else:
        for kind, *each in made:
            say(f"{kind} {' '.join(each)}")


def _write(built: BuiltDepot, output: Path) -> None:
    """Writes beside the target and puts it there when it is whole."""
    from imagewright.formats.depot_writer import write_depot
    from imagewright.formats.errors import FormatError
    from imagewright.formats.limits import CHUNK

    vibs = built.content.vibs
    if output.suffix == ".vib" and len(vibs) != 1:
        raise FormatError(str(output), f"cannot be a VIB: {len(vibs)} are described; write a bundle, FILE.zip")
    unfinished = output.with_name(f".{output.name}.part")
    try:
        with unfinished.open("wb") as sink:
            if output.suffix == ".vib":
                with built.open_vib(vibs[0]) as source:
                    while chunk := source.read(CHUNK):
                        sink.write(chunk)
            else:
                write_depot(sink, built.content, built.open_vib)
        unfinished.replace(output)
    finally:
        unfinished.unlink(missing_ok=True)


def _made(built: BuiltDepot) -> list[tuple[str, ...]]:
    """What was made: of each part its kind, and what tells it from others."""
    from imagewright.formats.images import ImageObject, identity_of, kind_of

    (bundle,) = built.content.bundles
    images: tuple[ImageObject, ...] = (
        *bundle.base_images, *bundle.add_ons, *bundle.hardware_support, *bundle.solutions,
    )  # fmt: skip
    component_ids = {component.bulletin.id for component in bundle.components}
    return [
        *(("VIB", vib.id) for vib in bundle.vibs),
        *(("bulletin", bulletin.id) for bulletin in bundle.bulletins if bulletin.id not in component_ids),
        *(("component", component.name, component.version) for component in bundle.components),
        *((kind_of(image), *identity_of(image)) for image in images),
    ]


def _signing_key(description: Description, files: _Files) -> SigningKey | None:
    from imagewright.formats.signing import read_signing_key

    signing = description.signing
    if signing is None:
        return None
    passphrase = os.environ.get(PASSPHRASE_VARIABLE, "").encode() or None
    with files.open(signing.key) as key, files.open(signing.certificates) as certificates:
        return read_signing_key(key.read(), signing.key, certificates.read(), signing.certificates, passphrase)


class _Files:
    """The folder of a description. Links are refused: what they lead to would be packed without being seen there."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def open(self, path: str) -> BinaryIO:
        """A file of the folder. FormatError when it is no file of it."""
        return self._found(path).open("rb")

    def files(self, path: str) -> list[PayloadFile]:
        """All files below a folder of it. FormatError when there is none."""
        from imagewright.formats.errors import FormatError
        from imagewright.formats.payload import PayloadFile

        top = self._found(path)
        found = []
        for each in sorted(top.rglob("*")):
            place = each.relative_to(top).as_posix()
            if each.is_symlink() or not (each.is_file() or each.is_dir()):
                raise FormatError(str(each), "is a link or no file; put the file itself there")
            if each.is_file():
                status = each.stat()
                executable = bool(status.st_mode & 0o100)
                found.append(PayloadFile(place, status.st_size, executable, partial(_open, each)))
        if not found:
            raise FormatError(str(top), "is no folder with files in it; a payload needs at least one")
        return found

    def _found(self, path: str) -> Path:
        from imagewright.formats.archive import safe_path
        from imagewright.formats.errors import FormatError

        full = self._root
        for part in safe_path(path, str(self._root)).split("/"):
            full /= part
            if full.is_symlink():
                raise FormatError(str(full), "is a link; put the file itself there")
        if not full.exists():
            raise FormatError(str(full), "is not there, though the description names it; check the path")
        return full


def _open(path: Path) -> BinaryIO:
    return path.open("rb")
