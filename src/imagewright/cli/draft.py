"""`imagewright draft`: one's own work on an image, until it is committed or thrown away.

A user has at most one draft, so commands work on that one unless they are told another.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from imagewright.cli import exit_codes, terminal
from imagewright.cli.depot_files import problems_told
from imagewright.cli.draft_image import (
    AddOnOption,
    AlternativeOption,
    BaseOption,
    ComponentOption,
    DraftImage,
    FamilyOption,
    HardwareOption,
    HostOption,
    ModelOption,
    NameOption,
    OemOption,
    VendorOption,
    draft_image,
    selection,
)
from imagewright.cli.interruption import settled
from imagewright.cli.naming import DraftOption, ImageArgument, named_version, own_draft, spec_id
from imagewright.cli.server import connected, finished

if TYPE_CHECKING:
    from imagewright.client.connection import Connection
    from imagewright.contract.operations import Operation

app = typer.Typer(
    name="draft", help="Compose an image: make a draft, edit it, check it, commit it.", no_args_is_help=True
)

ReplaceOption = Annotated[bool, typer.Option("--replace", help="Throw your present draft away.")]


@app.command("ls")
def ls(json: terminal.JsonOption = False) -> None:
    """List everybody's drafts.

    Example: imagewright draft ls
    """
    from imagewright.contract.services import repository_software_drafts as drafts

    with connected() as connection:
        found = connection.call(drafts.list_)
    if json:
        terminal.echo_json({draft: terminal.structure(each) for draft, each in found.items()})
        return
    terminal.table(
        ("DRAFT", "OWNER", "STATUS", "NAME", "OF", "SINCE (UTC)"),
        [
            (draft, each.metadata.owner, each.metadata.status.value, each.display_name, _base(each.software_spec),
             terminal.day(each.metadata.creation_time))
            for draft, each in found.items()
        ],
        "There are no drafts; make one with: imagewright draft new, draft from FILE, or draft edit IMAGE",
    )  # fmt: skip


@app.command("new")
def new(
    name: NameOption = None,
    base: BaseOption = None,
    add_on: AddOnOption = None,
    hardware: HardwareOption = None,
    add: ComponentOption = None,
    replace: ReplaceOption = False,
    json: terminal.JsonOption = False,
) -> None:
    """Make a draft of a new image, empty or with what you name.

    Example: imagewright draft new --name Blades --base 8.0.3-0.35.99000335 --add-on Sample-Alpha-AddOn:803.0.0.1.1.0-8
    """
    from imagewright.contract.services import repository_software_drafts as drafts

    with connected() as connection:
        spec = drafts.CreateSpec(delete_existing_draft=replace or None)
        with made(connection, drafts.create, spec=spec) as draft:
            whole = DraftImage(connection, draft)
            whole.set_parts(name, base, add_on, hardware)
            whole.add_components(add or ())
    _done(f"made draft {draft}", draft, json, "imagewright draft validate")


@app.command("from")
def from_(
    file: Annotated[Path, typer.Argument(help="A software specification as JSON, as an export writes it.")],
    name: NameOption = None,
    replace: ReplaceOption = False,
    json: terminal.JsonOption = False,
) -> None:
    """Make a draft of a new image from a file. It is called as the file says, unless you give it a name.

    Example: imagewright draft from blades.json --name "Blades, second try"
    """
    from imagewright.cli.wanted import read_wanted
    from imagewright.contract.services import repository_software_drafts as drafts
    from imagewright.formats.spec_json import write_spec

    with problems_told():
        wanted = read_wanted(file, name)
    with connected() as connection:
        spec = drafts.ImportSpec(
            display_name=wanted.display_name,
            source_type=drafts.SourceType.JSON_STRING,
            software_spec=write_spec(wanted.spec).decode(),
            delete_existing_draft=replace or None,
        )
        with made(connection, drafts.import_software_spec, spec=spec) as draft:
            pass
    _done(f"made draft {draft}", draft, json, "imagewright draft validate")


@app.command("edit")
def edit(image: ImageArgument, replace: ReplaceOption = False, json: terminal.JsonOption = False) -> None:
    """Make a draft of the next version of an image.

    Example: imagewright draft edit "Blades"
    """
    from imagewright.contract.services import repository_software as software

    with connected() as connection:
        spec = software.EditSpec(delete_existing_draft=replace or None)
        found = spec_id(connection, image)
        with made(connection, software.edit, software_spec=found, spec=spec) as draft:
            pass
    _done(f"made draft {draft}", draft, json, "imagewright draft set, draft add or draft remove")


@app.command("set")
def set_(
    name: NameOption = None,
    base: BaseOption = None,
    add_on: AddOnOption = None,
    no_add_on: Annotated[bool, typer.Option("--no-add-on", help="Take the add-on out.")] = False,
    hardware: HardwareOption = None,
    no_hardware: Annotated[bool, typer.Option("--no-hardware", help="Take the hardware support out.")] = False,
    image: AlternativeOption = None,
    draft: DraftOption = None,
    json: terminal.JsonOption = False,
) -> None:
    """Set name, base image, add-on or hardware support of a draft.

    Example: imagewright draft set --name "Blades, hall 2" --no-add-on
    """
    if (add_on and no_add_on) or (hardware and no_hardware):
        raise typer.BadParameter("one part cannot be both set and taken out")
    with connected() as connection:
        draft = own_draft(connection, draft)
        changed = draft_image(connection, draft, image)
        changed.set_parts(name, base, add_on, hardware)
        if no_add_on:
            changed.call("add_on", "delete")
        if no_hardware:
            changed.call("hardware_support", "delete")
    _done(f"changed draft {draft}", draft, json, "imagewright draft validate")


@app.command("add")
def add(
    component: Annotated[list[str], typer.Argument(help="NAME, for the highest version that fits, or NAME:VERSION.")],
    image: AlternativeOption = None,
    draft: DraftOption = None,
    json: terminal.JsonOption = False,
) -> None:
    """Add components to a draft, or choose other versions of them. What had been removed comes back.

    Example: imagewright draft add Sample-Net-Driver:1.2.0-1OEM.800.1.0.99000001
    """
    with connected() as connection:
        draft = own_draft(connection, draft)
        changed = draft_image(connection, draft, image)
        gone = changed.call("removed_components", "list_")
        chosen = []
        for text in component:
            name, version = named_version(text)
            if name in gone:
                changed.call("removed_components", "delete", component=name)
            if name not in gone or version is not None:
                chosen.append(text)
        changed.add_components(chosen)
    _done(f"changed draft {draft}", draft, json, "imagewright draft validate")


@app.command("remove")
def remove(
    component: Annotated[list[str], typer.Argument(help="Names of components.")],
    image: AlternativeOption = None,
    draft: DraftOption = None,
    json: terminal.JsonOption = False,
) -> None:
    """Take components out: those that you added, and those that the base image or the add-on brings.

    Example: imagewright draft remove Sample-Net-Driver
    """
    with connected() as connection:
        draft = own_draft(connection, draft)
        changed = draft_image(connection, draft, image)
        own = changed.call("components", "list_")
        for name in component:
            if name in own:
                changed.call("components", "delete", component=name)
            else:
                changed.call("removed_components", "set_", component=name)
    _done(f"changed draft {draft}", draft, json, "imagewright draft validate")


@app.command("add-image")
def add_image(
    name: Annotated[str, typer.Argument(help="What the alternative image is called.")],
    vendor: VendorOption = None,
    model: ModelOption = None,
    family: FamilyOption = None,
    oem_string: OemOption = None,
    host_uuid: HostOption = None,
    add_on: AddOnOption = None,
    hardware: HardwareOption = None,
    add: ComponentOption = None,
    draft: DraftOption = None,
    json: terminal.JsonOption = False,
) -> None:
    """Add an alternative image for other hardware: for a vendor's machines, or for single hosts. It has the base image
    of the draft; `draft set`, `add` and `remove` change it when they are given --image.

    Example: imagewright draft add-image "Old blades" --vendor "Sample Systems" --model B200 --add Sample-Net-Driver
    """
    from imagewright.contract.services import repository_software_drafts_alternative_images as alternatives

    criteria = selection(vendor, model, family, oem_string, host_uuid)
    with connected() as connection:
        draft = own_draft(connection, draft)
        spec = alternatives.CreateSpec(display_name=name)
        key = str(connection.call(alternatives.create, draft=draft, spec=spec))
        try:
            made_image = DraftImage(connection, draft, key)
            made_image.call("selection_criteria", "set_", spec=criteria)
            made_image.set_parts(None, None, add_on, hardware)
            made_image.add_components(add or ())
        except BaseException:
            with suppress(Exception):
                connection.call(alternatives.delete, draft=draft, image=key)
            raise
    if json:
        terminal.echo_json({"draft": draft, "image": key})
        return
    _done(f"added the alternative image {key} to draft {draft}", draft, json, "imagewright draft validate")


@app.command("remove-image")
def remove_image(
    image: Annotated[str, typer.Argument(help="The alternative image, by id or name.")],
    draft: DraftOption = None,
    json: terminal.JsonOption = False,
) -> None:
    """Take an alternative image out of a draft.

    Example: imagewright draft remove-image "Old blades"
    """
    from imagewright.contract.services import repository_software_drafts_alternative_images as alternatives

    with connected() as connection:
        draft = own_draft(connection, draft)
        key = draft_image(connection, draft, image).image
        connection.call(alternatives.delete, draft=draft, image=key)
    _done(f"changed draft {draft}", draft, json, "imagewright draft validate")


@app.command("show")
def show(
    draft: Annotated[str | None, typer.Argument(help="Id of the draft. [your own]")] = None,
    components: Annotated[bool, typer.Option("--components", help="List the components that come out.")] = False,
    json: terminal.JsonOption = False,
) -> None:
    """Show a draft: what it is made of and, if you like, the components that come out.

    Example: imagewright draft show --components
    """
    from imagewright.cli.image import component_table, parts
    from imagewright.contract.services import repository_software_drafts as drafts
    from imagewright.contract.services import repository_software_drafts_effective_components as effective

    with connected() as connection:
        draft = own_draft(connection, draft)
        info = connection.call(drafts.get, draft=draft)
        listed = connection.call(effective.list_, draft=draft) if components else {}
    if json:
        shown = {name: terminal.structure(each) for name, each in listed.items()}
        extra = {"effective_components": shown} if components else {}
        terminal.echo_json({"id": draft, **terminal.structure(info), **extra})
        return
    terminal.fields(
        [
            ("Draft", draft),
            ("Name", info.display_name or None),
            ("Of", _base(info.software_spec)),
            ("Owner", info.metadata.owner),
            ("Status", info.metadata.status.value),
            *parts(info.software_info),
        ]
    )
    if components:
        terminal.say("")
        component_table(listed)


@app.command("validate")
def validate(
    draft: Annotated[str | None, typer.Argument(help="Id of the draft. [your own]")] = None,
    json: terminal.JsonOption = False,
) -> None:
    """Tell everything that is wrong with a draft, why, and what would solve it. Exit code 1 when it has errors.

    Example: imagewright draft validate
    """
    from imagewright.cli.findings import findings_text, has_errors, summary
    from imagewright.contract.services import own_drafts_report as reports

    with connected() as connection:
        draft = own_draft(connection, draft)
        found = connection.call(reports.get, draft=draft).findings
    if json:
        terminal.echo_json({"draft": draft, "findings": [terminal.structure(each) for each in found]})
    else:
        typer.echo(findings_text(found), nl=False)
        terminal.say(summary(found))
    if has_errors(found):
        raise typer.Exit(exit_codes.REFUSED)


@app.command("commit")
def commit(
    message: Annotated[str, typer.Option("--message", "-m", help="Why; the history keeps it.")] = "",
    draft: DraftOption = None,
    json: terminal.JsonOption = False,
) -> None:
    """Commit a draft: the library has a new image, or a new version of one, and the draft is gone.

    Example: imagewright draft commit -m "First image for the blades"
    """
    with connected() as connection, terminal.bars() as bars:
        draft = own_draft(connection, draft)
        spec = committed(connection, draft, message, bars)
    if json:
        terminal.echo_json({"draft": draft, "software_spec": spec})
    else:
        terminal.say(f"committed draft {draft} as {spec}")
        terminal.suggest(f"imagewright image show {spec}")


@app.command("rm")
def rm(
    draft: Annotated[str | None, typer.Argument(help="Id of the draft. [your own]")] = None,
    json: terminal.JsonOption = False,
) -> None:
    """Throw a draft away. Administrators may throw away anybody's.

    Example: imagewright draft rm
    """
    from imagewright.contract.services import repository_software_drafts as drafts

    with connected() as connection:
        draft = own_draft(connection, draft)
        connection.call(drafts.delete, draft=draft)
    _done(f"threw draft {draft} away", draft, json, None)


@contextmanager
def made(connection: Connection, operation: Operation, **arguments: Any) -> Iterator[str]:
    """Makes a draft, and gives its id for what is to be done to it.

    If that fails or is interrupted, also while the draft is being made, it is not left behind.
    """
    draft, interrupted = settled(lambda: connection.call(operation, **arguments))
    try:
        if interrupted:
            raise KeyboardInterrupt
        yield draft
    except KeyboardInterrupt:
        terminal.tell(_thrown_away(connection, draft))
        raise
    except BaseException:
        _thrown_away(connection, draft)
        raise


def _thrown_away(connection: Connection, draft: str) -> str:
    """Throws a draft away, and tells how that went."""
    from imagewright.client.connection import Unreachable
    from imagewright.contract.services import repository_software_drafts as drafts
    from imagewright.model.errors import ApiError, NotFound

    try:
        connection.call(drafts.delete, draft=draft)
    except NotFound:
        return f"Interrupted, but draft {draft} had been committed; see: imagewright image ls"
    except (ApiError, Unreachable) as error:
        return f"Interrupted; draft {draft} is left, because {error}"
    return f"Interrupted; draft {draft} was thrown away, and nothing is committed."


def committed(connection: Connection, draft: str, message: str, bars: terminal.Bars, *, tell_end: bool = True) -> str:
    """Commits a draft and gives the id of the image. Raises the ApiError with which the commit failed.

    `tell_end`: whether to say what becomes of the commit when nobody waits for it any more.
    """
    from imagewright.contract.services import repository_software_drafts as drafts

    spec = drafts.CommitSpec(message=message)
    what = f"Commit draft {draft}"
    return str(finished(connection, drafts.commit, bars, what, tell_end=tell_end, draft=draft, spec=spec))


def _base(spec: str) -> str:
    """What a draft is of: `-1` stands for a new image."""
    return "a new image" if spec == "-1" else spec


def _done(text: str, draft: str, json: bool, following: str | None) -> None:
    if json:
        terminal.echo_json({"draft": draft})
        return
    terminal.say(text)
    if following:
        terminal.suggest(following)
