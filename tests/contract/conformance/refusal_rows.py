"""What an operation refuses because of what there is, beyond unknown ids, sessions, privileges and faults.

Those four need no rows: they follow from the declaration of each operation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import online_rows
import schedule_rows
import umds_rows
from every_row import EXAMPLES
from repository_site import ASSIGNED_NAME, DEPOTS, HOST, SHARED_NAME, SINGLE, UNKNOWN, Given, Place, import_spec
from rows import name_of
from server_process import ADMINISTRATOR, ALICE, Account

from imagewright.cli import sample_depot as sample
from imagewright.contract.operations import Operation
from imagewright.contract.services import cis_tasks, inventory, settings
from imagewright.contract.services import depot_content_base_images_versions as base_image_versions
from imagewright.contract.services import depots_offline as offline
from imagewright.contract.services import depots_online as online
from imagewright.contract.services import depots_sync_schedule as sync_schedule
from imagewright.contract.services import depots_umds as umds
from imagewright.contract.services import depots_umds_content as umds_content
from imagewright.contract.services import repository_software as software
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.contract.services import repository_software_drafts_add_on as add_on
from imagewright.contract.services import repository_software_drafts_alternative_images_add_on as alternative_add_on
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_components as alternative_components,
)
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_hardware_support as alternative_hardware,
)
from imagewright.contract.services import (
    repository_software_drafts_alternative_images_removed_components as alternative_removed,
)
from imagewright.contract.services import repository_software_drafts_components as components
from imagewright.contract.services import repository_software_drafts_display_name as display_name
from imagewright.contract.services import repository_software_drafts_hardware_support as hardware
from imagewright.contract.services import repository_software_drafts_removed_components as removed
from imagewright.contract.types import Id

TWO_PACKAGES = settings.HardwareSupportSpec(
    packages={each: settings.HardwareSupportPackageSpec(pkg="p") for each in ("manager-a", "manager-b")}
)
NO_PACKAGE = settings.HardwareSupportSpec(packages={"manager": settings.HardwareSupportPackageSpec(version="1")})
INJECTED = ("ERROR", "SERVICE_UNAVAILABLE")
"""What nearly every operation declares and only a broken server answers."""
ORCHESTRATOR = settings.OrchestratorSpec(owner="an orchestrator")


@dataclass(frozen=True)
class Refused:
    """One reason for which an operation answers an error; `says` are words that the answer must have in it.

    A task is accepted, and ends with the error.
    """

    why: str
    operation: Operation
    error_type: str
    place: Place
    arguments: Callable[[Given], dict[str, Any]]
    says: str
    caller: Account = ALICE

    @property
    def name(self) -> str:
        """The operation and the reason."""
        return f"{name_of(self.operation)}: {self.why}"


def _spec(value: Any) -> Callable[[Given], dict[str, Any]]:
    return lambda given: {"software_spec": given.spec, "spec": value}


def _plain(value: Any) -> Callable[[Given], dict[str, Any]]:
    return lambda _: {"spec": value}


def _draft(value: Any = None) -> Callable[[Given], dict[str, Any]]:
    return lambda given: {"draft": given.draft} | ({} if value is None else {"spec": value})


def _image(value: Any = None) -> Callable[[Given], dict[str, Any]]:
    return lambda given: {"image": given.image} | _draft(value)(given)


SECOND = (
    Refused("a second draft", drafts.create, "ALREADY_EXISTS", Place.FULL, _plain(drafts.CreateSpec()), ALICE.name),
    Refused(
        "a second draft", drafts.import_software_spec, "ALREADY_EXISTS", Place.FULL,
        _plain(import_spec("Second", SINGLE)), ALICE.name,
    ),
    Refused("a second draft", software.copy, "ALREADY_EXISTS", Place.FULL, _spec(software.CopySpec()), ALICE.name),
    Refused("a second draft", software.edit, "ALREADY_EXISTS", Place.FULL, _spec(software.EditSpec()), ALICE.name),
)  # fmt: skip
IN_USE = (
    Refused("assigned", software.edit, "RESOURCE_IN_USE", Place.ASSIGNED, _spec(software.EditSpec()), HOST),
    Refused(
        "assigned", software.delete, "RESOURCE_IN_USE", Place.ASSIGNED, lambda given: {"software_spec": given.spec},
        HOST,
    ),
)  # fmt: skip
BAD_INPUT = (
    Refused(
        "nothing to compare with", software.check_repository, "INVALID_ARGUMENT", Place.NO_DRAFT,
        _plain(software.CheckSpec()), "display_name software_spec",
    ),
    Refused(
        "nothing asked for", software.export, "INVALID_ARGUMENT", Place.NO_DRAFT,
        _spec(
            software.ExportSpec(
                export_software_spec=False, export_iso_image=False, export_offline_bundle=False,
                export_only_default_image=False,
            )
        ), "export_software_spec",
    ),
    Refused(
        "a disc that would not start", software.export, "UNSUPPORTED", Place.NO_DRAFT,
        _spec(
            software.ExportSpec(
                export_software_spec=True, export_iso_image=True, export_offline_bundle=True,
                export_only_default_image=False,
            )
        ), "boot loader",
    ),
    Refused(
        "the name of another", software.update, "INVALID_ARGUMENT", Place.SINGLE,
        _spec(software.UpdateSpec(display_name=ASSIGNED_NAME)), ASSIGNED_NAME,
    ),
    Refused(
        "not JSON", drafts.import_software_spec, "INVALID_ARGUMENT", Place.NO_DRAFT,
        _plain(
            drafts.ImportSpec(
                display_name="n", source_type=drafts.SourceType.JSON_STRING, software_spec='{"base_image"',
            )
        ), "line 1",
    ),
    Refused("no package", hardware.set_, "INVALID_ARGUMENT", Place.FULL, _draft(NO_PACKAGE), "pkg"),
    Refused("no package", alternative_hardware.set_, "INVALID_ARGUMENT", Place.FULL, _image(NO_PACKAGE), "pkg"),
    Refused(
        "two packages", alternative_hardware.set_, "INVALID_ARGUMENT", Place.FULL, _image(TWO_PACKAGES), "manager-b",
    ),
)  # fmt: skip
NOT_SET = (
    Refused("none is set", display_name.get, "NOT_FOUND", Place.EMPTY, _draft(), "display name"),
    Refused("none is set", add_on.get, "NOT_FOUND", Place.EMPTY, _draft(), "add-on"),
    Refused("none is set", alternative_add_on.get, "NOT_FOUND", Place.EMPTY, _image(), "add-on image-1"),
    Refused("none is set", alternative_add_on.delete, "NOT_FOUND", Place.EMPTY, _image(), "add-on image-1"),
    Refused("none is set", hardware.get, "NOT_FOUND", Place.EMPTY, _draft(), "package"),
    Refused("none is set", hardware.delete, "NOT_FOUND", Place.EMPTY, _draft(), "package"),
    Refused("none is set", alternative_hardware.get, "NOT_FOUND", Place.EMPTY, _image(), "package image-1"),
    Refused("none is set", alternative_hardware.delete, "NOT_FOUND", Place.EMPTY, _image(), "package image-1"),
)
COMMITS = (
    Refused(
        "neither name nor base image", drafts.commit, "INVALID_ARGUMENT", Place.EMPTY,
        _draft(drafts.CommitSpec()), "errors name base",
    ),
    Refused(
        "equal content", drafts.commit, "ALREADY_EXISTS", Place.FULL, _draft(drafts.CommitSpec()), SHARED_NAME,
    ),
)  # fmt: skip
NOT_ALLOWED = (
    Refused(
        "not an orchestrator", drafts.commit, "UNAUTHORIZED", Place.COMMITTABLE,
        _draft(drafts.CommitSpec(orchestrator=ORCHESTRATOR)), "orchestrator",
    ),
    Refused(
        "not an orchestrator", software.update, "UNAUTHORIZED", Place.SINGLE,
        _spec(software.UpdateSpec(orchestrator=ORCHESTRATOR)), "orchestrator",
    ),
)  # fmt: skip


def _depot_from(file: str) -> Callable[[Given], dict[str, Any]]:
    return lambda given: {
        "spec": offline.CreateSpec(source_type=offline.SourceType.PULL, location=f"{given.files}/{file}")
    }


OTHER = (
    Refused(
        "no such version", base_image_versions.get, "NOT_FOUND", Place.NO_DRAFT, lambda _: {"version": "1.0"}, "1.0",
    ),
    Refused(
        "neither tasks nor services", cis_tasks.list_, "INVALID_ARGUMENT", Place.NO_DRAFT, lambda _: {}, "filter_spec",
    ),
    Refused(
        "used by a specification", offline.delete, "RESOURCE_IN_USE", Place.NO_DRAFT,
        lambda given: {"depot": given.depot}, SHARED_NAME, ADMINISTRATOR,
    ),
    Refused(
        "no such specification", inventory.assign_entities, "NOT_FOUND", Place.NO_DRAFT,
        lambda _: {
            "input_spec": inventory.AssignEntitiesSpec(
                software_spec_id=UNKNOWN,
                entities=inventory.EntitySpec(
                    type=inventory.EntitySpecInventoryType.HOST, hosts=frozenset({HOST})
                ),
            )
        }, UNKNOWN,
    ),
)  # fmt: skip
DEPOTS_IN_TASKS = (
    Refused("imported already", offline.create, "ALREADY_EXISTS", Place.NO_DRAFT, _depot_from(DEPOTS[0]), "already"),
    Refused("damaged", offline.create, "INVALID_ARGUMENT", Place.NO_DRAFT, _depot_from(sample.BROKEN_FILE), "damaged"),
    Refused(
        "used by a specification", offline.delete_task, "RESOURCE_IN_USE", Place.NO_DRAFT,
        lambda given: {"depot": given.depot}, SHARED_NAME, ADMINISTRATOR,
    ),
)  # fmt: skip

ONLINE = (
    Refused(
        "the same location", online.create, "ALREADY_EXISTS", Place.ONLINE, online_rows.create_spec, "location already",
    ),
    Refused(
        "a folder", online.create, "INVALID_ARGUMENT", Place.NO_DRAFT,
        lambda given: {"spec": online.CreateSpec(location=f"{given.files}/")}, "spec.location folder index.xml",
    ),
    Refused(
        "system-defined", online.delete, "INVALID_ARGUMENT", Place.SYSTEM, online_rows.of_online, "settings Flush",
        ADMINISTRATOR,
    ),
    Refused(
        "system-defined", online.delete_task, "INVALID_ARGUMENT", Place.SYSTEM, online_rows.of_online, "settings Flush",
        ADMINISTRATOR,
    ),
    Refused(
        "system-defined", online.update, "INVALID_ARGUMENT", Place.SYSTEM,
        lambda given: {**online_rows.of_online(given), "spec": online.UpdateSpec(description="ours")},
        "settings spec.description",
    ),
    Refused(
        "not system-defined", online.flush, "INVALID_ARGUMENT", Place.ONLINE, online_rows.of_online, "settings Delete",
        ADMINISTRATOR,
    ),
    Refused(
        "used by a draft", online.delete, "RESOURCE_IN_USE", Place.ONLINE_IN_USE, online_rows.of_online, ALICE.name,
        ADMINISTRATOR,
    ),
)  # fmt: skip
ONLINE_IN_TASKS = (
    Refused(
        "used by a draft", online.delete_task, "RESOURCE_IN_USE", Place.ONLINE_IN_USE, online_rows.of_online,
        ALICE.name, ADMINISTRATOR,
    ),
    Refused(
        "used by a draft", online.flush, "RESOURCE_IN_USE", Place.SYSTEM_IN_USE, online_rows.of_online, ALICE.name,
        ADMINISTRATOR,
    ),
)  # fmt: skip

UMDS = (
    *(
        Refused("there is none", operation, "NOT_FOUND", Place.NO_DRAFT, lambda _: {}, "no UMDS depot", caller)
        for operation, caller in (
            (umds.get, ALICE), (umds_content.get, ALICE),
            (umds.delete, ADMINISTRATOR), (umds.delete_task, ADMINISTRATOR),
        )
    ),
    Refused(
        "there is none", umds.update, "NOT_FOUND", Place.NO_DRAFT,
        lambda _: {"spec": umds.UpdateSpec(enabled=True)}, "no UMDS depot",
    ),
    Refused(
        "a folder", umds.set_, "INVALID_ARGUMENT", Place.NO_DRAFT, umds_rows.wrong_location, "spec.location folder",
    ),
    Refused(
        "used by a draft", umds.delete, "RESOURCE_IN_USE", Place.UMDS_IN_USE, lambda _: {}, ALICE.name, ADMINISTRATOR,
    ),
)  # fmt: skip
UMDS_IN_TASKS = (
    Refused(
        "used by a draft", umds.delete_task, "RESOURCE_IN_USE", Place.UMDS_IN_USE, lambda _: {}, ALICE.name,
        ADMINISTRATOR,
    ),
)  # fmt: skip

_HOURLY = sync_schedule.Schedule(type=sync_schedule.Recurrence.HOURLY, minute=60)
SCHEDULES = (
    Refused(
        "enabled without a schedule", sync_schedule.set_, "INVALID_ARGUMENT", Place.NO_DRAFT,
        lambda _: schedule_rows.spec(None), "spec.enabled spec.schedule",
    ),
    Refused(
        "out of range", sync_schedule.set_, "INVALID_ARGUMENT", Place.NO_DRAFT,
        lambda _: schedule_rows.spec(_HOURLY, enabled=False), "spec.schedule.minute 60 from 0 to 59",
    ),
    Refused(
        "mail", sync_schedule.set_, "INVALID_ARGUMENT", Place.NO_DRAFT,
        lambda _: schedule_rows.spec(schedule_rows.WEEKLY, mail=("me@example.test",)), "email_addresses no mail",
    ),
)  # fmt: skip

REFUSED = (*SCHEDULES, *UMDS, *ONLINE, *SECOND, *IN_USE, *BAD_INPUT, *NOT_SET, *NOT_ALLOWED, *OTHER)
REFUSED_IN_TASKS = (*COMMITS, *DEPOTS_IN_TASKS, *ONLINE_IN_TASKS, *UMDS_IN_TASKS)

_ADDED_IF_UNKNOWN = (components.set_, alternative_components.set_, removed.set_, alternative_removed.set_)
_GONE_IF_UNKNOWN = (components.delete, removed.delete)
"""Under not_found these name only the draft; what is not there is deleted already."""
UNKNOWN_IDS: tuple[tuple[Operation, str], ...] = tuple(
    (operation, each.name)
    for operation in EXAMPLES
    for each in operation.inputs
    if isinstance(each.type, Id)
    and not (each.name == "component" and operation in (*_ADDED_IF_UNKNOWN, *_GONE_IF_UNKNOWN))
)
"""Every id that an operation takes, and that must name something there is."""
