"""`imagewright depot add|ls|show|content|rm|sync`: the depots that a server has."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from urllib.parse import urlsplit

import typer

from imagewright.cli import exit_codes, terminal
from imagewright.cli.interruption import settled
from imagewright.cli.server import connected, explain, finished
from imagewright.model.columns import counted

if TYPE_CHECKING:
    from imagewright.client.connection import Connection
    from imagewright.contract.services import depots, depots_offline

DepotArgument = Annotated[str, typer.Argument(help="Id of the depot.")]


def add(
    source: Annotated[
        list[str],
        typer.Argument(help="An offline bundle: a file, or a URL for the server to fetch."),
    ],
    description: Annotated[str | None, typer.Option(help="For people. [the name of the file]")] = None,
    online: Annotated[
        bool, typer.Option("--online", help="The URLs are online depots (index.xml), which the server syncs.")
    ] = False,
    json: terminal.JsonOption = False,
) -> None:
    """Give the server depots: files are uploaded, URLs are fetched by the server itself.

    What the server has already is not imported again, and is no error. One that is refused does not keep the others
    from being added; the exit code is 1 then. Ctrl-C cancels the import and takes the uploaded file away.

    Example: imagewright depot add depots/sample-base-8.0.3-depot.zip depots/sample-alpha-addon-depot.zip
    """
    from imagewright.model.errors import InvalidArgument, NotFound, ResourceInaccessible

    trouble = next(filter(None, (_trouble_with(each, online) for each in source)), None)
    if trouble:
        terminal.tell(f"imagewright: {trouble}; nothing was sent.")
        raise typer.Exit(exit_codes.UNUSABLE)
    added: dict[str, str | None] = {}
    code = 0
    try:
        with connected() as connection, terminal.bars() as bars:
            for each in source:
                try:
                    added[each] = _added(connection, each, description, online, bars)
                except (InvalidArgument, NotFound, ResourceInaccessible) as error:
                    code = explain(error)
    finally:
        # Also when the next one is refused or interrupted: these are there.
        _tell_added(added, json)
    if code and len(source) > 1:
        terminal.tell(f"Not added: {', '.join(each for each in source if each not in added)}")
    if code:
        raise typer.Exit(code)


def ls(json: terminal.JsonOption = False) -> None:
    """List the depots of the server.

    Example: imagewright depot ls
    """
    from imagewright.contract.services import depots_offline as offline
    from imagewright.contract.services import depots_online

    with connected() as connection:
        bundles = connection.call(offline.list_)
        repositories = connection.call(depots_online.list_)
    if json:
        found = {"offline": bundles, "online": repositories}
        terminal.echo_json(
            {kind: {depot: terminal.structure(each) for depot, each in of.items()} for kind, of in found.items()}
        )
        return
    rows = [
        *((depot, "upload" if each.source_type.value == "PUSH" else "fetched", each.description, each.location or "")
          for depot, each in bundles.items()),
        *((depot, "online" if each.enabled else "online, off", each.description, each.location)
          for depot, each in repositories.items()),
    ]  # fmt: skip
    terminal.table(
        ("DEPOT", "KIND", "DESCRIPTION", "LOCATION"),
        rows,
        "The server has no depots; give it one with: imagewright depot add FILE_OR_URL",
    )


def show(depot: DepotArgument, json: terminal.JsonOption = False) -> None:
    """Show a depot, what is in it, and what of it was inferred from its content or passed over.

    Example: imagewright depot show 1
    """
    from imagewright.contract.services import depots_offline as offline
    from imagewright.contract.services import depots_offline_content as content
    from imagewright.contract.services import depots_online, depots_online_content
    from imagewright.contract.services import own_depots_notes as notes

    with connected() as connection:
        if depot in connection.call(depots_online.list_):
            info = connection.call(depots_online.get, depot=depot)
            held = connection.call(depots_online_content.get, depot=depot)
        else:
            info = connection.call(offline.get, depot=depot)
            held = connection.call(content.get, depot=depot)
        remarks = connection.call(notes.list_, depot=depot)
    if json:
        described = {**terminal.structure(info), "content": terminal.structure(held)}
        terminal.echo_json({"depot": depot, **described, "notes": [terminal.structure(each) for each in remarks]})
        return
    terminal.fields([("Depot", depot), *_facts(info)])
    rows = [row for bundles in held.metadata_bundles.values() for bundle in bundles for row in _held(bundle)]
    terminal.say("")
    terminal.table(("KIND", "NAME", "VERSION"), rows, "It holds nothing.")
    if remarks:
        terminal.say("\nInferred from its content, or passed over:")
    for each in remarks:
        terminal.say(f"  {each.path}: {each.reason}")


def content(
    name: Annotated[str | None, typer.Argument(help="Only what has this in its name or version.")] = None,
    json: terminal.JsonOption = False,
) -> None:
    """List what all depots together offer: base images, add-ons and components, with the versions to choose from.

    Example: imagewright depot content driver
    """
    from imagewright.contract.services import depot_content_add_ons as add_ons
    from imagewright.contract.services import depot_content_base_images as base_images
    from imagewright.contract.services import depot_content_components as components

    with connected() as connection:
        images = connection.call(base_images.list_)
        vendors = connection.call(add_ons.list_)
        parts = connection.call(components.list_)
    rows = [
        *(("base image", each.display_name, each.version) for each in images),
        *(("add-on", each.name, version.version) for each in vendors for version in each.versions),
        *(("component", each.name, version.version) for each in parts for version in each.versions),
    ]
    wanted = (name or "").lower()
    rows = [row for row in rows if any(wanted in cell.lower() for cell in row)]
    if json:
        terminal.echo_json([dict(zip(("kind", "name", "version"), row, strict=True)) for row in rows])
        return
    terminal.table(
        ("KIND", "NAME", "VERSION"), rows, "No depot offers that; give the server more with: imagewright depot add"
    )


def rm(
    depot: DepotArgument,
    force: Annotated[bool, typer.Option("--force", help="Also when images or drafts need it.")] = False,
    json: terminal.JsonOption = False,
) -> None:
    """Remove a depot and what only it holds. For administrators; what is needed stays, unless it is forced.

    Example: imagewright depot rm 4
    """
    from imagewright.contract.services import depots_offline as offline
    from imagewright.contract.services import depots_online

    with connected() as connection, terminal.bars() as bars:
        of = depots_online if depot in connection.call(depots_online.list_) else offline
        spec = of.DeleteSpec(force=force or None)
        finished(connection, of.delete_task, bars, f"Remove depot {depot}", depot=depot, spec=spec)
    if json:
        terminal.echo_json({"depot": depot})
    else:
        terminal.say(f"removed depot {depot}")


def sync(json: terminal.JsonOption = False) -> None:
    """Have the server fetch what is new in its online depots.

    Example: imagewright depot sync
    """
    from imagewright.contract.services import depots

    with connected() as connection, terminal.bars() as bars:
        finished(connection, depots.sync, bars, "Sync the online depots")
    if json:
        terminal.echo_json({"in_sync": True})
    else:
        terminal.say("the online depots are in sync")


def _trouble_with(source: str, online: bool) -> str | None:
    """Why this cannot be a depot, as far as it can be seen from here."""
    if _is_url(source):
        return None
    if online:
        return f"{source} is not the URL of an online depot, such as https://HOST/index.xml"
    if Path(source).is_dir():
        return f"{source} is a folder; name the offline bundles in it, such as {source.rstrip('/')}/*.zip"
    return None if Path(source).is_file() else f"{source} is neither a URL nor a file that is there"


def _tell_added(added: Mapping[str, str | None], json: bool) -> None:
    if json and added:
        terminal.echo_json([{"source": each, "depot": depot} for each, depot in added.items()])
    elif not json:
        for each, depot in added.items():
            if depot is not None:
                terminal.say(f"added depot {depot}: {each}")


def _added(
    connection: Connection, source: str, description: str | None, online: bool, bars: terminal.Bars
) -> str | None:
    """The id of the new depot; None when the server has it already."""
    from imagewright.contract.services import depots_online
    from imagewright.model.errors import AlreadyExists

    name = description or Path(urlsplit(source).path).name or source
    try:
        if online:
            spec = depots_online.CreateSpec(location=source, description=name, enabled=True)
            return str(connection.call(depots_online.create, spec=spec))
        if _is_url(source):
            depot = _imported(connection, _pull(source, name), bars)
        else:
            with _uploaded(connection, Path(source), bars) as file_id:
                depot = _imported(connection, _push(file_id, name), bars)
    except AlreadyExists as known:
        terminal.tell(f"{source}: {known}")
        return None
    _tell_remarks(connection, source, depot)
    return depot


def _tell_remarks(connection: Connection, source: str, depot: str) -> None:
    """Says, where the depot was not wholly understood, how many remarks there are and where to read them."""
    from imagewright.contract.services import own_depots_notes as notes

    if remarks := connection.call(notes.list_, depot=depot):
        files = counted(len(remarks), "file")
        terminal.tell(
            f"{source}: {files} in it inferred from the content or passed over; see: imagewright depot show {depot}"
        )


def _imported(connection: Connection, spec: depots_offline.CreateSpec, bars: terminal.Bars) -> str:
    from imagewright.contract.services import depots_offline as offline

    what = f"Import {spec.description}"
    result: offline.CreateResult = finished(connection, offline.create, bars, what, spec=spec)
    return result.depot


@contextmanager
def _uploaded(connection: Connection, path: Path, bars: terminal.Bars) -> Iterator[str]:
    """The id of a file that is on the server until it has been imported; it is not left there when that fails."""
    from imagewright.client.connection import Unreachable
    from imagewright.contract.services import own_uploads
    from imagewright.model.errors import ApiError

    show = bars.bytes(f"Upload {path.name}")
    is_sent = False

    def progress(done: int, total: int | None) -> None:
        nonlocal is_sent
        is_sent = done == total
        show(done, total)

    file_id, interrupted = settled(lambda: connection.upload(path, progress), lambda: is_sent)
    try:
        if interrupted:
            raise KeyboardInterrupt
        yield file_id
    except BaseException:
        with suppress(ApiError, Unreachable):
            connection.call(own_uploads.delete, file=file_id)
        raise


def _pull(url: str, description: str) -> depots_offline.CreateSpec:
    from imagewright.contract.services import depots_offline as offline

    return offline.CreateSpec(source_type=offline.SourceType.PULL, location=url, description=description)


def _push(file_id: str, description: str) -> depots_offline.CreateSpec:
    from imagewright.contract.services import depots_offline as offline

    return offline.CreateSpec(source_type=offline.SourceType.PUSH, file_id=file_id, description=description)


def _is_url(source: str) -> bool:
    return urlsplit(source).scheme in ("http", "https", "file")


def _facts(info: Any) -> Iterator[tuple[str, str | None]]:
    """What is known of an offline depot, or of an online one."""
    yield "Description", info.description or None
    yield "Location", info.location
    yield "Owner", info.owner
    if hasattr(info, "create_time"):
        yield "Since", f"{terminal.day(info.create_time)} UTC"
    else:
        yield "Enabled", "yes" if info.enabled else "no"


def _held(bundle: depots.MetadataInfo) -> Iterator[tuple[str, str, str]]:
    """Everything in the metadata of a depot, each with its kind, name and version."""
    for image in bundle.base_images or ():
        yield "base image", image.display_name, image.version
    for name, add_on in (bundle.addons or {}).items():
        yield from (("add-on", name, each.version) for each in add_on.versions)
    for name, solution in (bundle.solutions or {}).items():
        yield from (("solution", name, each.version) for each in solution.versions)
    for manager, found in (bundle.hardware_support or {}).items():
        for package, versions in found.packages.items():
            yield from (("hardware", f"{package} ({manager})", each.version) for each in versions.versions)
    for name, component in (bundle.independent_components or {}).items():
        yield from (("component", name, each.version) for each in component.versions)
