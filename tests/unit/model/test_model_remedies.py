"""Ways out of what is wrong with the parts of an image: changes that a program can make, and that were tried."""

from __future__ import annotations

import pytest
from model_cases import CASES

from imagewright.model.case import Case
from imagewright.model.finding import Finding, Severity


def changes(case: Case, finding_id: str) -> list[tuple[str, str | None]]:
    """Path and value of each change that is offered, in order; every way here is one change."""
    found = next(each for each in case.findings() if each.id == f"imagewright.{finding_id}")
    return [(edit.path, edit.value) for way in found.ways for edit in way.edits]


@pytest.mark.parametrize(
    ("case", "finding_id", "expected"),
    [
        (
            "add_on_for_another_release",
            "add_on.unsupported_base_image",
            [("add_on.version", "803.0.0.11-5"), ("base_image", "9.1.0.0.25370933"), ("add_on", None)],
        ),
        (
            "hardware_support_for_another_release",
            "hardware_support.unsupported_base_image",
            [("base_image", "8.0.3-0.35.24280767"), ("hardware_support.packages.com.acme.hsm", None)],
        ),
        ("in_no_depot", "component.unknown", [("components.Qlogic-qfle3", None)]),
        ("in_no_depot", "add_on.unknown", [("add_on", None)]),
        (
            "in_no_depot",
            "solution.unknown_version",
            [("solutions.com.vmware.vsphere-wcp.version", "9.0.1"), ("solutions.com.vmware.vsphere-wcp", None)],
        ),
        ("removals", "removed_component.not_removable", [("removed_components.ESXi", None)]),
        ("files_in_no_depot", "vib.file_missing", [("components.Acme-Metadata", None)]),
        (
            "no_base_image",
            "base_image.missing",
            [("base_image", "9.1.0.0.25370933"), ("base_image", "8.0.3-0.35.24280767")],
        ),
    ],
)
def test_changes_that_are_offered(case: str, finding_id: str, expected: list[tuple[str, str | None]]) -> None:
    assert changes(CASES[case], finding_id) == expected


def test_a_version_that_brings_another_error_is_not_offered() -> None:
    """Version 2.0-1 of the agent needs a driver that this base image does not have in that version."""
    unknown = CASES["in_no_depot"]

    assert ("components.Acme-Agent", "1.0-1") in changes(unknown, "component.unknown_version")


@pytest.mark.parametrize("case", CASES)
def test_every_change_of_a_report_removes_its_finding(case: str) -> None:
    before = CASES[case]

    def about(found: Finding) -> tuple[str, str]:
        return found.id, found.path

    for found in before.findings():
        for way in found.ways:
            if found.path.startswith("alternative_images."):
                continue
            changed = way.applied(before.spec.image)
            after = Case(type(before.spec)(changed), before.depots, None, before.policy).findings()
            assert found.text not in {each.text for each in after if each.severity is Severity.ERROR}, way.text
