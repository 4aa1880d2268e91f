"""What depots have, as the API shows it. Every answer here is read by the official SDK as well."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from depot_calls import NOW, Reader, only, the_sdk_reads

from imagewright.app.answers import UNKNOWN_DATE
from imagewright.app.privileges import Role
from imagewright.app.tasks import error_document, task_info
from imagewright.cli import sample_depot as sample
from imagewright.contract.operations import Operation
from imagewright.contract.services import cis_tasks, depots
from imagewright.contract.services import depot_content_add_ons as add_ons
from imagewright.contract.services import depot_content_add_ons_versions as add_on_versions
from imagewright.contract.services import depot_content_base_images as base_images
from imagewright.contract.services import depot_content_base_images_versions as base_image_versions
from imagewright.contract.services import depot_content_components as components
from imagewright.contract.services import depot_content_components_versions as component_versions
from imagewright.contract.services import depots_offline as offline
from imagewright.contract.services import depots_offline_content as offline_content
from imagewright.contract.services import hardware_support_managers as managers
from imagewright.contract.services import hardware_support_managers_packages as packages
from imagewright.contract.services import hardware_support_managers_packages_versions as package_versions
from imagewright.model.content import (
    AddOn,
    BaseImage,
    Bulletin,
    Component,
    ComponentRef,
    DepotContent,
    HardwareSupportPackage,
    MetadataBundle,
)
from imagewright.model.errors import AlreadyExists, ApiError, InvalidArgument, NotFound, ResourceInUse
from imagewright.model.library import DepotSource
from imagewright.model.task import Task, TaskStatus


def component(name: str, version: str, display_name: str = "", **bulletin: Any) -> Component:
    bulletin = {"id": f"{name}_{version}", "vendor": "Acme", **bulletin}
    return Component(name, version, display_name or name, version, Bulletin(**bulletin))


def bundle(**parts: Any) -> DepotContent:
    parts = {"file_name": "metadata.zip", "vendor": "Acme", **parts}
    bulletins = tuple(each.bulletin for each in parts.get("components", ()))
    return DepotContent((MetadataBundle(**{"bulletins": bulletins, **parts}),))


def versions_of(summary: Any) -> list[str]:
    return [each.version for each in summary.versions]


# --- base images -----------------------------------------------------------------------------------------------------


def test_base_images_are_listed_by_version(samples: Reader) -> None:
    found = samples(base_images.list_)

    assert [image.version for image in found] == [sample.BASE_8_0_2, sample.BASE_8_0_3, sample.BASE_9_1_0]
    assert found[1].quick_patch_compatible_versions == {sample.BASE_8_0_2: "8.0 Update 2 - 99000240"}
    assert found[0].quick_patch_compatible_versions is None


@pytest.mark.parametrize(
    ("lowest", "expected"),
    [
        (sample.BASE_8_0_3, [sample.BASE_8_0_3, sample.BASE_9_1_0]),
        ("8.0.10", [sample.BASE_9_1_0]),
        ("10", []),
        ("", [sample.BASE_8_0_2, sample.BASE_8_0_3, sample.BASE_9_1_0]),
    ],
)
def test_the_lowest_base_image_asked_for_is_among_them(samples: Reader, lowest: str, expected: list[str]) -> None:
    found = samples(base_images.list_, filter=base_images.FilterSpec(min_version=lowest))

    assert [image.version for image in found] == expected


def test_a_base_image_lists_its_components(samples: Reader) -> None:
    info = samples(base_image_versions.get, version=sample.BASE_8_0_3)

    tools = next(each for each in info.components if each.name == "VMware-VM-Tools")
    assert (tools.display_name, tools.display_version) != ("", "")
    assert len(info.components) > 60
    assert info.quick_patch_compatible_versions


def test_components_that_no_depot_has_are_called_by_name_and_version(empty: Reader) -> None:
    image = BaseImage("1.0", components=(ComponentRef("gone", "7"),))
    empty.add(bundle(base_images=(image,)))

    assert empty(base_image_versions.get, version="1.0").components == (
        base_image_versions.ComponentVersionInfo(name="gone", display_name="gone", version="7", display_version="7"),
    )


# --- add-ons ---------------------------------------------------------------------------------------------------------


def test_add_ons_are_listed_by_name_with_their_versions(samples: Reader) -> None:
    alpha, beta = samples(add_ons.list_)

    assert (alpha.name, versions_of(alpha)) == (sample.ALPHA, [sample.ALPHA_OLD, sample.ALPHA_NEW])
    assert (beta.name, versions_of(beta)) == (sample.BETA, [sample.BETA_VERSION])
    assert only(beta.versions).category is add_ons.CategoryType.BUGFIX


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        ({"names": frozenset({sample.ALPHA})}, {sample.ALPHA: [sample.ALPHA_OLD, sample.ALPHA_NEW]}),
        ({"names": frozenset({"other"})}, {}),
        ({"vendors": frozenset({"Sample Beta Computers"})}, {sample.BETA: [sample.BETA_VERSION]}),
        ({"versions": frozenset({sample.ALPHA_OLD})}, {sample.ALPHA: [sample.ALPHA_OLD]}),
        ({"min_version": sample.ALPHA_NEW}, {sample.ALPHA: [sample.ALPHA_NEW], sample.BETA: [sample.BETA_VERSION]}),
        ({"min_version": sample.ALPHA_NEW, "names": frozenset({sample.ALPHA})}, {sample.ALPHA: [sample.ALPHA_NEW]}),
        (
            {"names": frozenset(), "vendors": frozenset(), "versions": frozenset()},
            {sample.ALPHA: [sample.ALPHA_OLD, sample.ALPHA_NEW], sample.BETA: [sample.BETA_VERSION]},
        ),
    ],
)
def test_all_parts_of_a_filter_of_add_ons_must_fit(samples: Reader, filter_: Any, expected: Any) -> None:
    found = samples(add_ons.list_, filter=add_ons.FilterSpec(**filter_))

    assert {each.name: versions_of(each) for each in found} == expected


def test_an_add_on_tells_what_it_adds_and_removes(samples: Reader) -> None:
    info = samples(add_on_versions.get, name=sample.ALPHA, version=sample.ALPHA_NEW)

    assert {each.name for each in info.components} == {
        "Intel-i40en", "MRVL-E4-CNA-Driver-Bundle", "Sample-Alpha-Agent"
    }  # fmt: skip
    removed = {each.name: each.display_name for each in info.removed_components}
    assert set(removed) == {"Broadcom-lsi-msgpt2", "Solarflare-NIC"}
    assert all(removed.values())


def test_what_is_removed_is_called_as_its_highest_version_is(empty: Reader) -> None:
    known = (component("nic", "1", "Old NIC"), component("nic", "2", "The NIC"))
    empty.add(bundle(components=known, add_ons=(AddOn("a", "1", (), removed_components=("nic", "unknown")),)))

    info = empty(add_on_versions.get, name="a", version="1")

    assert [each.display_name for each in info.removed_components] == ["The NIC", "unknown"]


# --- components ------------------------------------------------------------------------------------------------------


def test_components_are_listed_by_name_with_their_versions(samples: Reader) -> None:
    found = samples(components.list_)

    assert [each.name for each in found] == sorted(each.name for each in found)
    driver = next(each for each in found if each.name == sample.NET_DRIVER)
    assert versions_of(driver) == [sample.NET_DRIVER_GOOD, sample.NET_DRIVER_UNMET]
    assert driver.vendor == "Sample Drivers"


@pytest.mark.parametrize(
    ("filter_", "expected"),
    [
        (
            {"vendors": frozenset({"Sample Drivers"}), "min_version": "2"},
            {sample.NET_DRIVER: [sample.NET_DRIVER_UNMET]},
        ),
        ({"versions": frozenset({sample.NET_AGENT_VERSION})}, {sample.NET_AGENT: [sample.NET_AGENT_VERSION]}),
        ({"names": frozenset({"nobody"})}, {}),
        ({"names": frozenset({sample.NET_AGENT}), "vendors": frozenset({"nobody"})}, {}),
    ],
)
def test_all_parts_of_a_filter_of_components_must_fit(samples: Reader, filter_: Any, expected: Any) -> None:
    found = samples(components.list_, filter=components.FilterSpec(**filter_))

    assert {each.name: versions_of(each) for each in found} == expected


def test_components_are_filtered_by_what_they_are_part_of(samples: Reader) -> None:
    def of(*kinds: str) -> dict[str, list[str]]:
        wanted = frozenset(components.ComponentBundleType(kind) for kind in kinds)
        found = samples(components.list_, filter=components.FilterSpec(bundle_types=wanted))
        return {each.name: versions_of(each) for each in found}

    independent, of_base, of_add_on = of("INDEPENDENT"), of("BASE_IMAGE"), of("ADD_ON")
    assert set(independent) == {sample.NET_DRIVER, sample.STORAGE_DRIVER, sample.NET_AGENT}
    assert len(of_base["Intel-i40en"]) == 3
    assert of_add_on["Intel-i40en"] == ["9.1.0.0-1OEM.803.0.0.99000103"]
    assert len(of("BASE_IMAGE", "ADD_ON")["Intel-i40en"]) == 4
    assert set(of("ADD_ON", "INDEPENDENT")) == {*independent, *of_add_on}
    assert of() == of("INDEPENDENT", "BASE_IMAGE", "ADD_ON") | {
        # Inside of a hardware support package or a solution, and so found by no filter.
        name: version
        for name, version in of().items()
        if name.startswith(("Sample-Firmware", "Sample-Sensor", "Sample-Replication", "Broadcom-lsi-mr3"))
    }


def test_a_component_with_everything_in_it(empty: Reader) -> None:
    date = datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)
    given = component(
        "nic", "1.0", "The NIC", summary="s", description="d", category="bugfix", urgency="critical",
        kb="http://kb.example.com/1", contact="c@example.com", release_date=date,
    )  # fmt: skip
    empty.add(bundle(components=(given,)))

    assert empty(component_versions.get, name="nic", version="1.0") == component_versions.Info(
        display_name="The NIC",
        vendor="Acme",
        display_version="1.0",
        summary="s",
        description="d",
        category=component_versions.CategoryType.BUGFIX,
        urgency=component_versions.UrgencyType.CRITICAL,
        kb="http://kb.example.com/1",
        contact="c@example.com",
        release_date=date,
    )


def test_two_depots_with_one_component_show_it_once(empty: Reader) -> None:
    for _ in range(2):
        empty.add(bundle(components=(component("nic", "1.0"),)))

    assert versions_of(only(empty(components.list_))) == ["1.0"]


# --- what depots write freely ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "category"),
    [
        ("security", "SECURITY"),
        ("Bug Fix", "BUGFIX"),
        ("recall-fix", "RECALL_FIX"),
        ("Info", "INFO"),
        ("", "GENERAL"),
        ("driver update", "GENERAL"),
    ],
)
def test_a_category_is_taken_as_it_is_meant(empty: Reader, written: str, category: str) -> None:
    empty.add(bundle(components=(component("nic", "1", category=written, urgency=written),)))

    version = only(only(empty(components.list_)).versions)
    assert version.category == category
    assert version.urgency == "GENERAL"


@pytest.mark.parametrize(
    ("written", "category"), [("bug-fix", "BUGFIX"), ("recall", "ENHANCEMENT"), ("", "ENHANCEMENT")]
)
def test_base_images_and_add_ons_have_three_categories(empty: Reader, written: str, category: str) -> None:
    empty.add(
        bundle(base_images=(BaseImage("1", (), category=written),), add_ons=(AddOn("a", "1", (), category=written),))
    )

    assert only(empty(base_images.list_)).category == category
    assert empty(base_image_versions.get, version="1").category == category
    assert only(only(empty(add_ons.list_)).versions).category == category
    assert empty(add_on_versions.get, name="a", version="1").category == category


@pytest.mark.parametrize(
    ("written", "answered"),
    [
        ("", ""),
        ("unknown", ""),
        ("KB 12345", ""),
        ("See the release notes: http://kb.example.com", ""),
        (" https://kb.example.com/1 ", "https://kb.example.com/1"),
        ("https://kb.example.com/my article.html", "https://kb.example.com/my%20article.html"),
        ("https://kb.example.com/<id>|{x}", "https://kb.example.com/%3Cid%3E%7C%7Bx%7D"),
        ("https://kb.example.com/a%20b?q=1&r=ü#top", "https://kb.example.com/a%20b?q=1&r=%C3%BC#top"),
        ("https://kb.example.com/100%", ""),
        ("https://[::1]:8443/kb", "https://[::1]:8443/kb"),
        ("https://[1:2]/kb", ""),
        ("https://kb.example.com/[1]", ""),
        ("https://a#b#c", ""),
        ("https://user:word@kb.example.com:443/", "https://user:word@kb.example.com:443/"),
    ],
)
def test_a_kb_is_a_link_or_nothing(empty: Reader, written: str, answered: str) -> None:
    empty.add(
        bundle(
            components=(component("nic", "1", kb=written),),
            base_images=(BaseImage("1", (), kb=written),),
            add_ons=(AddOn("a", "1", (), kb=written),),
        )
    )

    assert only(only(empty(components.list_)).versions).kb == answered
    assert empty(component_versions.get, name="nic", version="1").kb == answered
    assert only(empty(base_images.list_)).kb == answered
    assert only(only(empty(add_ons.list_)).versions).kb == answered


def test_a_date_that_no_depot_names_is_the_first_one_there_is(empty: Reader) -> None:
    empty.add(
        bundle(components=(component("nic", "1"),), base_images=(BaseImage("1", ()),), add_ons=(AddOn("a", "1", ()),))
    )

    assert only(only(empty(components.list_)).versions).release_date == UNKNOWN_DATE
    assert empty(component_versions.get, name="nic", version="1").release_date == UNKNOWN_DATE
    assert only(empty(base_images.list_)).release_date == UNKNOWN_DATE
    assert empty(add_on_versions.get, name="a", version="1").release_date == UNKNOWN_DATE


@pytest.mark.parametrize(
    ("operation", "arguments", "named"),
    [
        (base_image_versions.get, {"version": "0"}, sample.BASE_9_1_0),
        (add_on_versions.get, {"name": sample.BETA, "version": "0"}, sample.BETA_VERSION),
        (add_on_versions.get, {"name": "x", "version": "0"}, "none"),
        (component_versions.get, {"name": sample.NET_AGENT, "version": "0"}, sample.NET_AGENT_VERSION),
        (packages.list_, {"manager": "x"}, sample.MANAGER),
        (package_versions.get, {"manager": "x", "pkg": "x", "version": "0"}, sample.MANAGER),
        (package_versions.get, {"manager": sample.MANAGER, "pkg": "x", "version": "0"}, sample.PACKAGE),
        (offline.get, {"depot": "77"}, "77"),
        (offline_content.get, {"depot": "77"}, "77"),
    ],
)
def test_what_is_not_there_is_told_with_what_is(samples: Reader, operation: Any, arguments: Any, named: str) -> None:
    with pytest.raises(NotFound, match=named):
        samples(operation, **arguments)


@pytest.mark.parametrize(
    ("operation", "error"),
    [
        (offline.create, AlreadyExists(data=offline.CreateResult(depot="3"))),
        (
            offline.delete_task,
            ResourceInUse(
                data=offline.PrecheckResult(
                    affected_desired_states=(
                        depots.AffectedDesiredStateInfo(
                            cluster_name="",
                            cluster_id="",
                            software_spec="software-spec-1",
                            software_spec_name="gold",
                            affected_base_image=depots.BaseImageVersion(
                                version="8", display_name="ESXi", display_version="8"
                            ),
                        ),
                    )
                )
            ),
        ),
    ],
)
def test_what_an_error_carries_survives_in_the_task(operation: Operation, error: ApiError) -> None:
    task = Task(
        id="task",
        service=operation.service,
        operation=operation.operation_id,
        user="jane",
        submitted=NOW,
        started=NOW,
        ended=NOW,
        status=TaskStatus.FAILED,
        error=error_document(error),
    )

    info = task_info(task)

    assert isinstance(info.error, type(error))
    assert info.error.data == error.data
    the_sdk_reads(cis_tasks.get, info)


# --- hardware support ------------------------------------------------------------------------------------------------


def test_managers_and_packages_come_from_depots(samples: Reader) -> None:
    manager = only(samples(managers.list_))
    assert (manager.manager, manager.display_name) == (sample.MANAGER, "Sample Hardware Manager")
    assert manager.vendor == "Sample Hardware"

    package = only(samples(packages.list_, manager=sample.MANAGER))
    assert (package.pkg, package.version) == (sample.PACKAGE, sample.PACKAGE_VERSION)
    assert package.supported_releases == {"8.0.3", "9.1"}


@pytest.mark.parametrize(
    ("release", "fits"),
    [(sample.BASE_8_0_3, True), (sample.BASE_9_1_0, True), (sample.BASE_8_0_2, False), ("", True), ("8.0.30-1", False)],
)
def test_packages_are_filtered_by_release(samples: Reader, release: str, fits: bool) -> None:
    wanted = packages.FilterSpec(base_image_version=release)

    assert bool(samples(packages.list_, manager=sample.MANAGER, filter=wanted)) is fits


def test_the_components_of_a_package_are_told_for_a_release(samples: Reader) -> None:
    package = {"manager": sample.MANAGER, "pkg": sample.PACKAGE, "version": sample.PACKAGE_VERSION}

    without = samples(package_versions.get, **package)
    assert (without.components, without.removed_components) == ((), ())
    assert without.supported_releases == {"8.0.3", "9.1"}

    for_release = package_versions.FilterSpec(base_image_version=sample.BASE_9_1_0)
    info = samples(package_versions.get, **package, filter=for_release)
    assert {each.name for each in info.components} == {
        "Sample-Firmware-Agent", "Sample-Sensor-Driver", "Broadcom-lsi-mr3"
    }  # fmt: skip
    assert {each.name for each in info.removed_components} == {"Microchip-smartpqi", "Microchip-smartpqiv2-plugin"}

    unsupported = package_versions.FilterSpec(base_image_version=sample.BASE_8_0_2)
    with pytest.raises(InvalidArgument, match=r"supports: 8\.0\.3, 9\.1"):
        samples(package_versions.get, **package, filter=unsupported)


# --- offline depots --------------------------------------------------------------------------------------------------


def test_depots_are_listed_by_id(samples: Reader) -> None:
    found = samples(offline.list_)

    assert list(found) == ["1", "2", "3", "4", "5", "6", "7", "8"]
    assert found["1"].description == sample.BASE_8_0_2_FILE
    assert samples(offline.get, depot="1").create_time == NOW


def test_a_location_is_shown_to_those_who_may_set_one(empty: Reader) -> None:
    location = "https://example.com/acme/main/a.zip"
    depot = empty.add(bundle(), source=DepotSource.PULL, location=location, file_id=None)

    assert empty(offline.get, depot=depot).location == "https://example.com/***/a.zip"
    assert empty(offline.list_)[depot].location == "https://example.com/***/a.zip"
    editor = replace(empty, role=Role.EDITOR)
    assert editor(offline.get, depot=depot).location == location


def test_the_content_of_a_depot_by_vendor(samples: Reader) -> None:
    (base,) = samples(offline_content.get, depot="2").metadata_bundles.values()
    assert [image.version for image in only(base).base_images] == [sample.BASE_8_0_3]
    assert only(base).independent_components is None
    assert len(only(base).updates) > 60

    drivers = only(samples(offline_content.get, depot="7").metadata_bundles["Sample Drivers"])
    assert set(drivers.independent_components) == {sample.NET_DRIVER, sample.STORAGE_DRIVER, sample.NET_AGENT}
    assert versions_of(drivers.independent_components[sample.NET_DRIVER]) == [
        sample.NET_DRIVER_GOOD, sample.NET_DRIVER_UNMET
    ]  # fmt: skip
    assert (drivers.base_images, drivers.addons, drivers.solutions, drivers.hardware_support) == (None,) * 4

    add_on = only(only(samples(offline_content.get, depot="4").metadata_bundles.values()))
    assert versions_of(add_on.addons[sample.ALPHA]) == [sample.ALPHA_OLD, sample.ALPHA_NEW]


def test_hardware_support_and_solutions_in_the_content(samples: Reader) -> None:
    hardware = only(only(samples(offline_content.get, depot="6").metadata_bundles.values()))
    manager = hardware.hardware_support[sample.MANAGER]
    assert manager.display_name == "Sample Hardware Manager"
    assert versions_of(manager.packages[sample.PACKAGE]) == [sample.PACKAGE_VERSION]

    solution = only(only(samples(offline_content.get, depot="8").metadata_bundles.values())).solutions[sample.SOLUTION]
    assert versions_of(solution) == [sample.SOLUTION_VERSION]
    agent = solution.components[sample.SOLUTION_COMPONENT]
    assert agent.version.version == sample.SOLUTION_VERSION
    assert all(isinstance(vib, depots.VibInfo) for vib in agent.vib_informations.values())


def test_packages_and_bundles_of_one_vendor_stand_together(empty: Reader) -> None:
    def package(name: str, version: str) -> HardwareSupportPackage:
        return HardwareSupportPackage("hsm", name, version)

    first = bundle(file_name="a.zip", hardware_support=(package("p", "10"), package("q", "1"), package("p", "9")))
    second = bundle(file_name="b.zip")
    depot = empty.add(DepotContent((*first.bundles, *second.bundles)))

    one, two = empty(offline_content.get, depot=depot).metadata_bundles["Acme"]
    found = one.hardware_support["hsm"]
    assert {name: versions_of(each) for name, each in found.packages.items()} == {"p": ["9", "10"], "q": ["1"]}
    assert found.display_name == "hsm"
    assert two == depots.MetadataInfo(file_name="b.zip")
