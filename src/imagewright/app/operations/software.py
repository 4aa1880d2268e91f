"""Specifications in the library: finding, renaming, drafting again, exporting, deleting."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from imagewright.app.answers import software_info
from imagewright.app.call import Call
from imagewright.app.downloads import FileKind, bundle_file, iso_file, spec_file
from imagewright.app.drafts import make_draft
from imagewright.app.exports import ask_for
from imagewright.app.inventory import assigned_entities, require_unassigned
from imagewright.app.library import check_orchestrator, in_order, require_free_name, require_unlocked, spec_with
from imagewright.app.names import checked
from imagewright.app.specs import spec_answer, spec_from
from imagewright.contract.binding import implements
from imagewright.contract.services import repository_software as software
from imagewright.contract.services import settings
from imagewright.model.errors import InvalidArgument
from imagewright.model.inventory import Entity
from imagewright.model.library import LibrarySpec


@implements(software.get, quick=True)
def get(call: Call, software_spec: str) -> software.Info:
    """One specification, as it is now."""
    found = spec_with(call.uow, software_spec)
    return software.Info(**_fields(call, found, call.uow.inventory.assigned_to([found.id])))


@implements(software.list_)
def list_(
    call: Call,
    filter_: software.FilterSpec | None,
    iterate: software.IterationSpec | None,
    sort: software.SortCriteria | None,
) -> software.ListResult:
    """The specifications that fit all parts of the filter; an unset or empty part fits all."""
    wanted = filter_ or software.FilterSpec()
    found = call.uow.library.list(display_names=wanted.display_names or (), orchestrator_owners=wanted.owners or ())
    assigned = call.uow.inventory.assigned_to()
    return software.ListResult(records=tuple(_record(call, each, assigned) for each in found))


@implements(software.update)
def update(call: Call, software_spec: str, spec: software.UpdateSpec) -> None:
    """Renames a specification, or hands it to an orchestrator. What is unset or empty stays as it is."""
    found = spec_with(call.uow, software_spec)
    require_unlocked(found, call.caller.name, is_administrator=call.is_administrator)
    changed = found
    if spec.display_name:
        name = checked(spec.display_name, "spec.display_name")
        require_free_name(call.uow, name, but=found.id)
        changed = replace(changed, display_name=name)
    orchestrator = spec.orchestrator
    if orchestrator and (orchestrator.owner or orchestrator.owner_data):
        check_orchestrator(call.caller, orchestrator.owner, orchestrator.owner_data)
        changed = replace(
            changed,
            orchestrator_owner=orchestrator.owner or found.orchestrator_owner,
            owner_data=orchestrator.owner_data or found.owner_data,
            locked_by=call.caller.name,
        )
    if changed != found:
        call.uow.library.save(replace(changed, modified=call.now))


@implements(software.delete)
def delete(call: Call, software_spec: str) -> None:
    """Takes a specification out of the library, with its history. Drafts that edit it become INVALID.

    ResourceInUse, as the API says, when it is assigned to a cluster or a host.
    """
    found = spec_with(call.uow, software_spec)
    require_unlocked(found, call.caller.name, is_administrator=call.is_administrator)
    require_unassigned(call.uow, found)
    call.uow.library.delete(found.id)


@implements(software.edit)
def edit(call: Call, software_spec: str, spec: software.EditSpec) -> str:
    """Makes the caller's draft from a specification; committing it makes the next version of that specification.

    ResourceInUse, as the API says, when it is assigned to a cluster or a host.
    """
    found = spec_with(call.uow, software_spec)
    require_unlocked(found, call.caller.name, is_administrator=call.is_administrator)
    require_unassigned(call.uow, found)
    return make_draft(
        call, found.spec, delete_existing=spec.delete_existing_draft, display_name=found.display_name, base=found
    ).id


@implements(software.copy)
def copy(call: Call, software_spec: str, spec: software.CopySpec) -> str:
    """Makes the caller's draft with the name and content of a specification, bound to none.

    Name and content must both be changed before it can be committed as a new specification.
    """
    found = spec_with(call.uow, software_spec)
    return make_draft(call, found.spec, delete_existing=spec.delete_existing_draft, display_name=found.display_name).id


@implements(software.check_repository)
def check_repository(call: Call, spec: software.CheckSpec) -> software.CheckResult:
    """The specifications that have this name, or this content, or both."""
    if spec.display_name is None and spec.software_spec is None:
        raise InvalidArgument.because(
            "imagewright.software.nothing_to_check",
            "There is nothing to compare with: set spec.display_name, spec.software_spec, or both.",
        )
    named = call.uow.library.list(display_names=[spec.display_name]) if spec.display_name is not None else ()
    equal = (
        call.uow.library.with_hash(spec_from(spec.software_spec).image_hash) if spec.software_spec is not None else ()
    )
    assigned = call.uow.inventory.assigned_to()
    matches = []
    for each in in_order((*named, *equal)):
        kinds = {software.MatchResultMatchType.NAME_MATCH} if each in named else set()
        if each in equal:
            kinds.add(software.MatchResultMatchType.SOFTWARE_SPEC_MATCH)
        matches.append(software.MatchResult(match_types=frozenset(kinds), record=_record(call, each, assigned)))
    return software.CheckResult(matches=tuple(matches))


@implements(software.export)
def export(call: Call, software_spec: str, spec: software.ExportSpec) -> dict[software.ExportType, str]:
    """Where the exported files can be had, by kind. A session opens the URLs; they wait for what is still being made.

    NotFound also when something of the image is in no depot any more; Unsupported for a disc that would not start.
    """
    found = spec_with(call.uow, software_spec)
    if not (spec.export_software_spec or spec.export_offline_bundle or spec.export_iso_image):
        raise InvalidArgument.because(
            "imagewright.export.nothing",
            "Nothing is asked for: set at least one of export_software_spec, export_offline_bundle and "
            "export_iso_image.",
        )
    only_default = spec.export_only_default_image
    files = {}
    if spec.export_software_spec:
        files[software.ExportType.SOFTWARE_SPEC] = spec_file(only_default_image=only_default)
    if spec.export_offline_bundle:
        bundle = bundle_file(only_default_image=only_default, skip_reserved=bool(spec.skip_reserved_vibs_export))
        _begin(call, found, bundle)
        files[software.ExportType.OFFLINE_BUNDLE] = bundle
    if spec.export_iso_image:
        disc = iso_file()
        _begin(call, found, disc)
        files[software.ExportType.ISO_IMAGE] = disc
    return {kind: file.url(call.origin.base_url, found.id, found.version) for kind, file in files.items()}


def _begin(call: Call, found: LibrarySpec, file: FileKind) -> None:
    """Has a file made, so that it is there when somebody fetches it."""
    wanted = file.wanted(found.spec)
    if wanted is not None:
        _, is_new = ask_for(call.uow, call.services, wanted, f"{file.name} of {found.display_name}", call.caller.name)
        call.wakes_runner = call.wakes_runner or is_new


def _record(call: Call, spec: LibrarySpec, assigned: Mapping[str, Sequence[Entity]]) -> software.Record:
    return software.Record(id=spec.id, **_fields(call, spec, assigned))


def _fields(call: Call, spec: LibrarySpec, assigned: Mapping[str, Sequence[Entity]]) -> dict[str, Any]:
    """What get and list have in common. What is assigned to a cluster or a host cannot be edited."""
    entities = assigned.get(spec.id, ())
    orchestrated = spec.orchestrator_owner is not None or spec.owner_data is not None
    return {
        "display_name": spec.display_name,
        "type": software.SoftwareType.COMPOSITE if spec.spec.is_composite else software.SoftwareType.SINGLE,
        "software_info": software_info(spec.spec, call.uow.depots.catalog()),
        "software_spec": spec_answer(spec.spec),
        "assigned_entities": assigned_entities(entities),
        "editable": not entities,
        "creation_time": spec.created,
        "modified_time": spec.modified,
        "orchestrator_info": settings.OrchestratorInfo(owner=spec.orchestrator_owner, owner_data=spec.owner_data)
        if orchestrated
        else None,
        "image_hash": spec.image_hash,
    }
