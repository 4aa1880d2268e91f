"""`imagewright depot declare`: a base image that nobody can read, described by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from imagewright.cli.depot_files import problems_told, site_settings
from imagewright.cli.server import connected
from imagewright.cli.terminal import JsonOption, echo_json, say

if TYPE_CHECKING:
    from imagewright.model.declaration import Declaration


def declare(
    declaration: Annotated[Path, typer.Argument(help="A TOML or JSON file: version, and vibs or components.")],
    depot: Annotated[str | None, typer.Option(help="Id of a depot of the server.")] = None,
    bundle: Annotated[Path | None, typer.Option(help="An offline bundle; no server is needed.")] = None,
    out: Annotated[Path | None, typer.Option(help="With --bundle: the bundle to write, with this base image.")] = None,
    by: Annotated[str, typer.Option(help="With --bundle: who declares it; a server knows.")] = "somebody",
    json: JsonOption = False,
) -> None:
    """Declare a base image of a depot whose own cannot be read, such as one with image profiles only.

    The file says `version`, and `vibs` (a list of ids) or `components` (names and versions); `display_name`,
    `display_version`, `vendor`, `summary`, `description` and `release_date` may follow. Everywhere the image is shown
    as declared, not read. At a server it becomes a depot of its own, whose id is told.

    Example: imagewright depot declare esxi67.toml --bundle ESXi670.zip --out esxi67-declared.zip
    """
    if (depot is None) == (bundle is None) or (bundle is None) != (out is None):
        raise typer.BadParameter("give either --depot ID, or --bundle FILE with --out FILE")
    made: dict[str, str] = {}
    with problems_told():
        wanted = _read(declaration)
        if bundle is not None and out is not None:
            made["file"], told = str(out), _write(wanted, by, bundle, out)
    if depot is not None:
        made["depot"] = _send(wanted, depot)
        told = f"the base image {wanted.version} is the depot {made['depot']}"
    if json:
        echo_json({"base_image": wanted.version, **made})
    else:
        say(told)


def _read(path: Path) -> Declaration:
    from imagewright.formats.declaration_file import read_declaration

    return read_declaration(path.read_bytes(), str(path), site_settings().limits)


def _send(declaration: Declaration, depot: str) -> str:
    from imagewright.contract.services import own_depots_base_images as base_images

    spec = base_images.DeclareSpec(
        version=declaration.version,
        components=dict(declaration.components) or None,
        vibs=declaration.vibs or None,
        display_name=declaration.display_name or None,
        display_version=declaration.display_version or None,
        vendor=declaration.vendor or None,
        summary=declaration.summary or None,
        description=declaration.description or None,
        release_date=declaration.release_date,
    )
    with connected() as connection:
        return str(connection.call(base_images.declare, depot=depot, spec=spec))


def _write(declaration: Declaration, by: str, bundle: Path, out: Path) -> str:
    """Writes the bundle with this base image and what it consists of, and tells what is in it.

    Nothing is left of one that cannot be written whole.
    """
    from imagewright.acceptance import signers_of
    from imagewright.formats.bundle import open_depot
    from imagewright.formats.depot_writer import write_depot
    from imagewright.formats.errors import FormatError
    from imagewright.model.declaration import DeclarationError, declared_content

    settings = site_settings()
    unfinished = out.with_name(f".{out.name}.unfinished")
    with bundle.open("rb") as file, open_depot(file, str(bundle), settings.limits, signers_of(settings)) as depot:
        try:
            content = declared_content(declaration, depot.content, by)
        except DeclarationError as error:
            raise FormatError(str(bundle), f"does not fit the declaration, which {error}") from error
        try:
            with unfinished.open("wb") as sink:
                write_depot(sink, content, lambda vib: None if vib.file_missing else depot.open_vib(vib))
            unfinished.replace(out)
        finally:
            unfinished.unlink(missing_ok=True)
    components = len(content.bundles[0].components)
    return f"{out}: the base image {declaration.version}, of {components} components and {len(content.vibs)} VIBs"
