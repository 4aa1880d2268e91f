"""A row for each operation served beside the repository: session, tasks, depots and their content, inventory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from repository_site import DEPOTS, EXPENDABLE, HOST, Place
from rows import Row, constant
from server_process import ADMINISTRATOR, ALICE

from imagewright.cli import sample_depot as sample
from imagewright.contract.operations import Operation
from imagewright.contract.services import cis_session, cis_task, cis_tasks, inventory
from imagewright.contract.services import depot_content_add_ons as add_ons
from imagewright.contract.services import depot_content_add_ons_versions as add_on_versions
from imagewright.contract.services import depot_content_base_images as base_images
from imagewright.contract.services import depot_content_base_images_versions as base_image_versions
from imagewright.contract.services import depot_content_components as components
from imagewright.contract.services import depot_content_components_versions as component_versions
from imagewright.contract.services import depots_offline as offline
from imagewright.contract.services import depots_offline_content as content
from imagewright.contract.services import hardware_support_managers as managers
from imagewright.contract.services import hardware_support_managers_packages as packages
from imagewright.contract.services import hardware_support_managers_packages_versions as package_versions

COMMIT = "com.vmware.esx.settings.repository.software.drafts"


def _session_and_task_rows() -> Iterator[Row]:
    yield Row(operation=cis_session.get, arguments=constant({}), see=lambda info: info.user, seen=constant(ALICE.name))
    yield Row(
        operation=cis_tasks.get,
        arguments=lambda given: {"task": given.task},
        see=lambda info: (info.service, info.operation, info.status, info.user),
        seen=constant((COMMIT, "commit$task", cis_task.Status.SUCCEEDED, ALICE.name)),
    )
    yield Row(
        operation=cis_tasks.get,
        arguments=lambda given: {"task": given.task, "spec": cis_tasks.GetSpec(exclude_result=True)},
        use="without result",
        see=lambda info: (info.status, info.result),
        seen=constant((cis_task.Status.SUCCEEDED, None)),
    )
    yield Row(
        operation=cis_tasks.list_,
        arguments=lambda given: {
            "filter_spec": cis_tasks.FilterSpec(tasks=frozenset({given.task}), services=frozenset({COMMIT}))
        },
        see=lambda found: found.keys(),
        seen=lambda given: {given.task},
    )


def _content_rows() -> Iterator[Row]:
    yield Row(
        operation=base_images.list_,
        arguments=constant({"filter": base_images.FilterSpec(min_version="9.0")}),
        see=lambda found: [each.version for each in found],
        seen=constant([sample.BASE_9_1_0]),
    )
    yield Row(
        operation=base_image_versions.get,
        arguments=constant({"version": sample.BASE_9_1_0}),
        see=lambda info: (info.version, info.display_version),
        seen=constant((sample.BASE_9_1_0, "9.1.0.0 - 99000910")),
    )
    yield Row(
        operation=add_ons.list_,
        arguments=constant({}),
        see=lambda found: {each.name: [version.version for version in each.versions] for each in found},
        seen=constant({sample.ALPHA: [sample.ALPHA_OLD, sample.ALPHA_NEW], sample.BETA: [sample.BETA_VERSION]}),
    )
    yield Row(
        operation=add_on_versions.get,
        arguments=constant({"name": sample.ALPHA, "version": sample.ALPHA_OLD}),
        see=lambda info: {each.name for each in info.removed_components},
        seen=constant({"Broadcom-lsi-msgpt2", "Solarflare-NIC"}),
    )
    yield Row(
        operation=components.list_,
        arguments=constant({"filter": components.FilterSpec(names=frozenset({sample.NET_DRIVER}))}),
        see=lambda found: [(each.name, [version.version for version in each.versions]) for each in found],
        seen=constant([(sample.NET_DRIVER, [sample.NET_DRIVER_GOOD, sample.NET_DRIVER_UNMET])]),
    )
    yield Row(
        operation=component_versions.get,
        arguments=constant({"name": sample.NET_DRIVER, "version": sample.NET_DRIVER_GOOD}),
        see=lambda info: info.vendor,
        seen=constant("Sample Drivers"),
    )


def _hardware_rows() -> Iterator[Row]:
    manager, package = {"manager": sample.MANAGER}, (sample.PACKAGE, sample.PACKAGE_VERSION)
    yield Row(
        operation=managers.list_,
        arguments=constant({}),
        see=lambda found: [(each.manager, each.vendor) for each in found],
        seen=constant([(sample.MANAGER, "Sample Hardware")]),
    )
    yield Row(
        operation=packages.list_,
        arguments=constant(manager),
        see=lambda found: [(each.pkg, each.version, each.supported_releases) for each in found],
        seen=constant([(*package, {"8.0.3", "9.1"})]),
    )
    version: dict[str, Any] = {**manager, "pkg": package[0], "version": package[1]}
    yield Row(
        operation=package_versions.get,
        arguments=constant(version),
        see=lambda info: (info.pkg, info.version, info.components),
        # Components are told for a base image only.
        seen=constant((*package, ())),
    )
    yield Row(
        operation=package_versions.get,
        arguments=constant({**version, "filter": package_versions.FilterSpec(base_image_version=sample.BASE_8_0_3)}),
        use="for a base image",
        see=lambda info: {each.name for each in info.components},
        seen=constant({"Broadcom-lsi-mr3", "Sample-Firmware-Agent", "Sample-Sensor-Driver"}),
    )


def _depot_rows() -> Iterator[Row]:
    yield Row(
        operation=offline.list_,
        arguments=constant({}),
        see=lambda found: {each.description for each in found.values()},
        seen=constant(set(DEPOTS)),
    )
    yield Row(
        operation=offline.get,
        arguments=lambda given: {"depot": given.depot},
        see=lambda info: (info.description, info.owner),
        seen=constant((DEPOTS[0], ADMINISTRATOR.name)),
    )
    yield Row(
        operation=content.get,
        arguments=lambda given: {"depot": given.depot},
        see=_base_images,
        seen=constant([sample.BASE_8_0_3]),
    )
    yield Row(
        operation=offline.create,
        arguments=lambda given: {
            "spec": offline.CreateSpec(
                source_type=offline.SourceType.PULL,
                location=f"{given.files}/{EXPENDABLE}",
                description=EXPENDABLE,
            )
        },
        place=Place.NO_DRAFT,
        see=type,
        seen=constant(offline.CreateResult),
        look=lambda site: set(site.depots()),
        found=constant({*DEPOTS, EXPENDABLE}),
    )
    yield from map(_deletion, (offline.delete, offline.delete_task))


def _base_images(info: content.Info) -> list[str]:
    bundles: Any = info.metadata_bundles.values()
    return [each.version for bundle in bundles for metadata in bundle for each in metadata.base_images or ()]


def _deletion(operation: Operation) -> Row:
    return Row(
        operation=operation,
        arguments=lambda given: {"depot": given.depot},
        place=Place.EXPENDABLE_DEPOT,
        caller=ADMINISTRATOR,
        look=lambda site: set(site.depots()),
        found=constant(set(DEPOTS)),
    )


def _inventory_rows() -> Iterator[Row]:
    yield Row(
        operation=inventory.assign_entities,
        arguments=lambda given: {
            "input_spec": inventory.AssignEntitiesSpec(
                software_spec_id=given.spec,
                entities=inventory.EntitySpec(
                    type=inventory.EntitySpecInventoryType.HOST, hosts=frozenset({HOST, "no such host"})
                ),
            )
        },
        place=Place.ASSIGNED,
        see=lambda result: {host: each.status.value for host, each in result.host_results.items()},
        seen=constant({HOST: "COMPLETED", "no such host": "FAILED"}),
    )


OTHER_ROWS = (*_session_and_task_rows(), *_content_rows(), *_hardware_rows(), *_depot_rows(), *_inventory_rows())
