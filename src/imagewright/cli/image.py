"""`imagewright image`: the images of the library."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode, urljoin

import typer

from imagewright.cli import exit_codes, terminal
from imagewright.cli.export_options import BundleOption, IsoOption, OnlyDefaultOption, SbomOption, SkipReservedOption
from imagewright.cli.naming import ImageArgument, side_id, spec_id, versioned
from imagewright.cli.server import connected

if TYPE_CHECKING:
    from imagewright.client.connection import Connection
    from imagewright.contract.services import repository_software as software
    from imagewright.contract.services import settings

app = typer.Typer(
    name="image",
    help="Look at the images of the library, compare, export, rename and remove them.",
    no_args_is_help=True,
)

_ON_WHAT = "An image by id or name, a version of one (Blades@2), or the id of a draft."


@app.command("ls")
def ls(json: terminal.JsonOption = False) -> None:
    """List the images of the library.

    Example: imagewright image ls
    """
    from imagewright.contract.services import repository_software as software

    with connected() as connection:
        found = connection.call(software.list_)
    if json:
        terminal.echo_json([terminal.structure(each) for each in found.records])
        return
    terminal.table(
        ("IMAGE", "NAME", "BASE IMAGE", "ADD-ON", "CHANGED"),
        [
            (each.id, each.display_name, each.software_spec.base_image.version,
             each.software_spec.add_on.name if each.software_spec.add_on else "-", f"{each.modified_time:%Y-%m-%d}")
            for each in found.records
        ],
        "The library is empty; make an image with: imagewright draft new, or: imagewright apply FILE",
    )  # fmt: skip


@app.command("show")
def show(
    image: ImageArgument,
    components: Annotated[bool, typer.Option("--components", help="List the components that come out.")] = False,
    json: terminal.JsonOption = False,
) -> None:
    """Show an image: what it is made of, who uses it and, if you like, the components that come out.

    Example: imagewright image show "Blades" --components
    """
    from imagewright.contract.services import own_software_versions as versions
    from imagewright.contract.services import repository_software as software
    from imagewright.contract.services import repository_software_effective_components as effective

    with connected() as connection:
        found = spec_id(connection, image)
        info = connection.call(software.get, software_spec=found)
        history = connection.call(versions.list_, software_spec=found)
        listed = connection.call(effective.list_, software_spec=found) if components else {}
    if json:
        shown = {name: terminal.structure(each) for name, each in listed.items()}
        extra = {"effective_components": shown} if components else {}
        terminal.echo_json({"id": found, "version": history[-1].version, **terminal.structure(info), **extra})
        return
    terminal.fields(
        [
            ("Image", found),
            ("Name", info.display_name),
            *parts(info.software_info),
            ("Version", f"{history[-1].version}, by {history[-1].author}"),
            ("Changed", f"{terminal.day(info.modified_time)} UTC"),
            ("Assigned to", _assigned(info.assigned_entities)),
            ("Managed by", info.orchestrator_info.owner if info.orchestrator_info else None),
            ("Hash", info.image_hash),
        ]
    )
    if components:
        terminal.say("")
        component_table(listed)


@app.command("history")
def history(image: ImageArgument, json: terminal.JsonOption = False) -> None:
    """List the versions of an image: when, by whom, and why.

    Example: imagewright image history "Blades"
    """
    from imagewright.contract.services import own_software_versions as versions

    with connected() as connection:
        found = connection.call(versions.list_, software_spec=spec_id(connection, image))
    if json:
        terminal.echo_json([terminal.structure(each) for each in found])
        return
    terminal.table(
        ("VERSION", "WHEN (UTC)", "AUTHOR", "MESSAGE"),
        [(str(each.version), terminal.day(each.time), each.author, each.message) for each in found],
        "There are no versions.",
    )


@app.command("diff")
def diff(
    before: Annotated[str, typer.Argument(help=_ON_WHAT)],
    after: Annotated[str | None, typer.Argument(help="The same. [the last change of BEFORE is shown]")] = None,
    markdown: Annotated[bool, typer.Option("--markdown", help="For a pull request.")] = False,
    json: terminal.JsonOption = False,
) -> None:
    """Show what differs between two images, versions or drafts, down to the VIBs.

    With one image only: what its last commit has changed; with one version only: what that has changed.

    Example: imagewright image diff Blades@1 Blades
    """
    from imagewright.contract.services import own_diff
    from imagewright.model.diff_text import diff_markdown, diff_text

    with connected() as connection:
        if after is None:
            before, after = _with_its_last(connection, before)
        found = connection.call(own_diff.get, from_=side_id(connection, before), to=side_id(connection, after))
    document = terminal.structure(found)
    if json:
        terminal.echo_json(document)
    elif markdown:
        typer.echo(diff_markdown(document, before, after), nl=False)
    else:
        typer.echo(diff_text(document, before, after), nl=False)


@app.command("export")
def export(
    image: ImageArgument,
    spec: Annotated[Path | None, typer.Option(help="Write the software specification (JSON) to this file.")] = None,
    bundle: BundleOption = None,
    iso: IsoOption = None,
    sbom: SbomOption = None,
    sbom_image: Annotated[
        str | None, typer.Option("--sbom-image", help="With --sbom: of this alternative image, by id or name.")
    ] = None,
    only_default_image: OnlyDefaultOption = False,
    skip_reserved_vibs: SkipReservedOption = False,
    json: terminal.JsonOption = False,
) -> None:
    """Export an image to files. A folder in place of a file takes it under the name that the server gives it.

    Files are there when they are whole: nothing is left of an export that fails or is interrupted.

    Example: imagewright image export "Blades" --spec blades.json --bundle blades.zip --sbom blades.cdx.json
    """
    from imagewright.contract.services import repository_software as software

    wanted = {
        software.ExportType.SOFTWARE_SPEC: spec,
        software.ExportType.OFFLINE_BUNDLE: bundle,
        software.ExportType.ISO_IMAGE: iso,
    }
    if sbom is None and not any(wanted.values()):
        raise typer.BadParameter("nothing is asked for; give --spec, --bundle, --iso or --sbom, each with a file")
    if sbom_image is not None and sbom is None:
        raise typer.BadParameter("--sbom-image says what --sbom is of; give --sbom too, with a file")
    asked = software.ExportSpec(
        export_software_spec=spec is not None or sbom is not None,
        export_offline_bundle=bundle is not None,
        export_iso_image=iso is not None,
        export_only_default_image=only_default_image,
        skip_reserved_vibs_export=skip_reserved_vibs or None,
    )
    with connected() as connection, terminal.bars() as bars:
        found = spec_id(connection, image)
        of_sbom = None if sbom_image is None else _alternative(connection, found, sbom_image)
        urls = connection.call(software.export, software_spec=found, spec=asked)
        places = {kind.value: (url, wanted[kind]) for kind, url in urls.items()}
        if sbom is not None:
            places["SBOM"] = _sbom_url(urls[software.ExportType.SOFTWARE_SPEC], of_sbom), sbom
        written = dict(_downloaded(connection, bars, places))
    if json:
        terminal.echo_json({kind: str(path) for kind, path in written.items()})
        return
    for path in written.values():
        terminal.say(f"wrote {path}")


@app.command("copy")
def copy(
    image: ImageArgument,
    name: Annotated[str | None, typer.Option(help="Name of the new image. It has to be another one.")] = None,
    replace: Annotated[bool, typer.Option("--replace", help="Throw your present draft away.")] = False,
    json: terminal.JsonOption = False,
) -> None:
    """Make your draft of a new image with the content of another. Change it before you commit it.

    Example: imagewright image copy "Blades" --name "Towers"
    """
    from imagewright.cli.draft import made
    from imagewright.cli.draft_image import DraftImage
    from imagewright.contract.services import repository_software as software

    with connected() as connection:
        spec = software.CopySpec(delete_existing_draft=replace or None)
        found = spec_id(connection, image)
        with made(connection, software.copy, software_spec=found, spec=spec) as draft:
            if name is not None:
                DraftImage(connection, draft).set_name(name)
    _done(f"made draft {draft}", "draft", draft, json)
    if not json:
        terminal.suggest("imagewright draft set, draft add or draft remove, then: imagewright draft commit")


@app.command("rename")
def rename(
    image: ImageArgument,
    name: Annotated[str, typer.Argument(help="The new name; no other image may have it.")],
    json: terminal.JsonOption = False,
) -> None:
    """Give an image another name. Its id stays.

    Example: imagewright image rename "Towers" "Old towers"
    """
    from imagewright.contract.services import repository_software as software

    with connected() as connection:
        found = spec_id(connection, image)
        connection.call(software.update, software_spec=found, spec=software.UpdateSpec(display_name=name))
    _done(f"{found} is now called {name}", "software_spec", found, json)


@app.command("rm")
def rm(image: ImageArgument, json: terminal.JsonOption = False) -> None:
    """Take an image out of the library, with its history.

    Example: imagewright image rm "Old towers"
    """
    from imagewright.contract.services import repository_software as software

    with connected() as connection:
        found = spec_id(connection, image)
        connection.call(software.delete, software_spec=found)
    _done(f"removed {found}", "software_spec", found, json)


def parts(info: settings.SoftwareInfo) -> Iterator[tuple[str, str | None]]:
    """What an image is made of, as names and values; what it does not have is left out."""
    yield "Base image", info.base_image.version or None
    yield "Add-on", f"{info.add_on.name} {info.add_on.version}" if info.add_on else None
    if info.hardware_support:
        packages = info.hardware_support.packages.items()
        yield "Hardware support", "\n".join(f"{each.pkg} {each.version} ({manager})" for manager, each in packages)
    yield "Components", _lines({name: each.version or "any version" for name, each in info.components.items()})
    yield "Removed", "\n".join(sorted(info.removed_components or ())) or None
    yield "Solutions", _lines({name: each.version for name, each in info.solutions.items()})
    alternatives = info.alternative_images or {}
    yield "Alternatives", "\n".join(f"{each.display_name} ({key})" for key, each in alternatives.items()) or None


def component_table(found: Mapping[str, settings.EffectiveComponentInfo]) -> None:
    """The components that come out of an image, each with what brings it."""
    from imagewright.model.effective import Source

    terminal.table(
        ("COMPONENT", "VERSION", "FROM"),
        [
            (name, each.version, Source(each.details.source.value).noun if each.details else "")
            for name, each in sorted(found.items())
        ],
        "The image has no components.",
    )


def _lines(found: Mapping[str, str]) -> str | None:
    return "\n".join(f"{name} {version}" for name, version in sorted(found.items())) or None


def _assigned(entities: software.AssignedEntities) -> str | None:
    clusters = [f"{each.name} ({each.id})" for each in entities.clusters]
    return "\n".join([*clusters, *(f"{each.name} ({each.id})" for each in entities.hosts)]) or None


def _with_its_last(connection: Connection, image: str) -> tuple[str, str]:
    """A version of an image, such as `Blades@2`, or else its last one, and the one before. BadParameter without one."""
    from imagewright.contract.services import own_software_versions as versions

    name, number = versioned(image)
    found = [each.version for each in connection.call(versions.list_, software_spec=spec_id(connection, name))]
    last = found[-1] if number is None else number
    if last not in found:
        raise typer.BadParameter(f"{name} has no version {last}; see: imagewright image history {shlex.quote(name)}")
    if last == found[0]:
        raise typer.BadParameter(f"{name} has no version before {last}; name a second image to compare it with")
    return f"{name}@{found[found.index(last) - 1]}", f"{name}@{last}"


def _alternative(connection: Connection, image: str, named: str) -> str:
    """The id of an alternative image."""
    from imagewright.cli.draft_image import alternative_id
    from imagewright.contract.services import repository_software as software

    alternatives = connection.call(software.get, software_spec=image).software_info.alternative_images or {}
    return alternative_id({key: each.display_name for key, each in alternatives.items()}, named)


def _sbom_url(spec_url: str, alternative: str | None) -> str:
    """The bill of materials, which the API does not know, lies beside the specification."""
    of = "" if alternative is None else f"?{urlencode({'image': alternative})}"
    return urljoin(spec_url, f"sbom.json{of}")


def _downloaded(
    connection: Connection,
    bars: terminal.Bars,
    places: Mapping[str, tuple[str, Path | None]],
) -> Iterator[tuple[str, Path]]:
    for kind, (url, target) in places.items():
        if target is not None:
            try:
                yield kind, connection.download(url, target, bars.bytes(target.name))
            except OSError as error:
                terminal.tell(f"imagewright: {target} cannot be written: {error.strerror}; choose another place.")
                raise typer.Exit(exit_codes.UNUSABLE) from None
            except KeyboardInterrupt:
                terminal.tell(
                    f"Interrupted; {target} is not written. What the server has begun to make is kept for a while, "
                    "for whoever asks again."
                )
                raise


def _done(text: str, kind: str, thing: str, json: bool) -> None:
    if json:
        terminal.echo_json({kind: thing})
    else:
        terminal.say(text)
