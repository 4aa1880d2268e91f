"""`imagewright depot map`: mappings for images in forms that nobody has seen, learned and tried without a server."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imagewright.cli.depot_files import problems_told, site_settings
from imagewright.cli.exit_codes import DONE, REFUSED
from imagewright.cli.terminal import JsonOption, echo_json, say, tell
from imagewright.model.columns import counted

if TYPE_CHECKING:
    from imagewright.formats.mapping import Mappings
    from imagewright.formats.unknown_documents import UnknownDocument

app = typer.Typer(help="Learn and try mappings for images in forms that are not known.", no_args_is_help=True)

DepotsArgument = Annotated[list[Path], typer.Argument(help="Offline bundles whose images are in a form of their own.")]


@app.command("learn")
def learn(
    depots: DepotsArgument,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="The mapping to write. [standard output]")
    ] = None,
) -> None:
    """Write a mapping from what was inferred in depots, to be looked at and corrected.

    What was too unsure to be taken is written as a comment. Exit code 0: written; 1: nothing was recognised; 2: a file
    cannot be read or written.

    Example: imagewright depot map learn vendor-base.zip -o mappings/vendor.toml
    """
    from imagewright.formats.learning import learn as learn_from
    from imagewright.formats.learning import write_mapping

    with problems_told():
        documents = [document for path in depots for document in _unknown(path)]
        learned = learn_from(documents)
        if not learned:
            tell(
                f"In {len(documents)} documents of unknown form, no image was recognised. Show their shape with: "
                "imagewright depot inspect --shape FILE"
            )
            raise typer.Exit(REFUSED)
        data = write_mapping(learned)
        if output is None:
            say(data.decode().rstrip("\n"))
        else:
            output.write_bytes(data)
            tell(f"Written: {output}. Look at it, then try it with: imagewright depot map test {output} {depots[0]}")
    raise typer.Exit(DONE)


@app.command("test")
def try_(
    mapping: Annotated[Path, typer.Argument(help="A mapping: a TOML file, see docs/mappings.md.")],
    depots: DepotsArgument,
    json: JsonOption = False,
) -> None:
    """Try a mapping: show what it reads from depots, and where it does not fit.

    Exit code 0: it fits every document that it is for, and every part of it fits one; 1: it does not; 2: a file cannot
    be read, or is no mapping.

    Example: imagewright depot map test mappings/vendor.toml vendor-base.zip
    """
    from imagewright.formats.mapping import Mappings, read_mapping

    with problems_told():
        mappings = read_mapping(mapping.read_bytes(), str(mapping))
        documents = [document for path in depots for document in _unknown(path)]
        tried = [_tried(Mappings(mappings), document) for document in documents]
    used = {where for each in tried for where in each["mappings"]}
    unused = [
        f"{each.where} fits no document; it is for files like {each.part.files}"
        for each in mappings
        if each.where not in used
    ]
    if json:
        echo_json({"documents": tried, "unused": unused})
    else:
        _show(tried, unused)
    raise typer.Exit(DONE if all(each["fits"] for each in tried) and not unused else REFUSED)


def _show(tried: list[dict[str, Any]], unused: list[str]) -> None:
    for document in tried:
        where = document["document"]
        for image in document["images"]:
            components = counted(image["components"], "component")
            say(f"{where}: the {image['kind']} {image['image']}, {components}")
        for reason in document["reasons"]:
            say(f"{where}: {reason}")
    for reason in unused:
        say(reason)


def _tried(mappings: Mappings, document: UnknownDocument) -> dict[str, Any]:
    """What mappings make of a document: the images, which mappings fit, whether one does if any is for it, and why not.

    As it is written with `--json`.
    """
    from imagewright.formats.errors import FormatError
    from imagewright.formats.images import kind_of, label_of

    answer: dict[str, Any] = {"document": document.where, "fits": True, "images": [], "mappings": [], "reasons": []}
    try:
        tried = mappings.read(document.data, document.path, document.where, document.known)
    except FormatError as error:
        return answer | {"fits": not mappings.covers(document.path), "reasons": [error.what]}
    fitting = [each for each in tried if each.images]
    if not tried:
        return answer | {"reasons": ["no part of the mapping is for it"]}
    if not fitting:
        reasons = [f"{each.mapping.where} does not fit: it {each.refusal}" for each in tried]
        return answer | {"fits": False, "reasons": reasons}
    images = [
        {"kind": kind_of(image), "image": label_of(image), "components": len(image.components)}
        for each in fitting
        for image in each.images
    ]
    return answer | {"images": images, "mappings": [each.mapping.where for each in fitting]}


def _unknown(path: Path) -> tuple[UnknownDocument, ...]:
    from imagewright.formats.bundle import open_depot
    from imagewright.formats.unknown_documents import UnknownForms

    limits = site_settings().limits
    with path.open("rb") as file, open_depot(file, str(path), limits, forms=UnknownForms(keep=True)) as depot:
        return depot.unknown
