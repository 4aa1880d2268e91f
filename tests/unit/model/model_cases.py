"""The cases of the golden reports: specifications over the depots of a small site, each with something wrong.

Run as a program, this writes the case files. The reports beside them are changed by hand.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from model_build import ESX, Part, base_image, depot, part, refs, vib
from model_site import (
    ADD_ON,
    BASE_8,
    BASE_9,
    ESXI_8,
    HSP,
    NET_0,
    NET_1,
    OLD_TOOLS,
    SITE,
    SOLUTION,
    TOOLS,
)

from imagewright.formats.case_json import write_case
from imagewright.model.case import Case
from imagewright.model.content import (
    AcceptanceLevel,
    ComponentRef,
    DepotContent,
    HardwarePlatform,
    Platform,
    Signature,
    SignatureResult,
)
from imagewright.model.policy import Policy
from imagewright.model.spec import SoftwareSpec
from imagewright.model.validate import LibraryEntry, LibraryView

REPORTS = Path(__file__).parents[2] / "golden" / "reports"


def _case(base: str | None, more: dict[str, DepotContent] | None = None, **document: Any) -> Case:
    spec = {"base_image": {"version": base}, **document} if base else document
    return Case(SoftwareSpec.from_document(spec), {**SITE, **(more or {})})


def _signed(name: str, level: AcceptanceLevel, result: SignatureResult, signer: str = "") -> Part:
    signature = Signature(result, signer)
    return part(name, "1.0-1", vib(name.lower(), "1.0-1", acceptance_level=level, signature=signature))


def _with_base(version: str, *parts: Part) -> DepotContent:
    return depot(*parts, base_images=(base_image(version, *parts),))


# --- what other depots bring -----------------------------------------------------------------------------------------

AGENT_3 = part("Acme-Agent", "3.0-1", vib("acme-agent", "3.0-1", depends=["i40en >= 3.0"]))
NEEDED = part("Acme-Metrics", "1.0-1", vib("acme-metrics", "1.0-1", depends=["lab-collector"]))
COLLECTOR = part("Lab-Collector", "1.0-1", vib("lab-collector", "1.0-1", depends=["acme-bus >= 7"]))
SHARED_1 = part("Acme-Raid", "1.0-1", vib("acme-lib", "1.0-1", content="in the RAID driver"))
SHARED_2 = part("Acme-Nic", "1.0-1", vib("acme-lib", "1.0-1", content="in the network driver"))
NEWER = part("Acme-Gpu", "5.0-1", vib("acme-gpu", "5.0-1", platforms=(Platform("embeddedEsx", "9.1"),)))
TOO_OLD = part("Acme-Legacy-Raid", "2.0-1", vib("acme-legacy-raid", "2.0-1", conflicts=["esx-version >> 8.1"]))
LONELY = part("Acme-Lonely", "1.0-1", vib("acme-lonely", "1.0-1"), vib("acme-lonely-tools", "1.0-1"))
UNSTORED = [
    part(name, "1.0-1", vib(name.lower(), "1.0-1", file_missing=True)) for name in ("Acme-Metadata", "Acme-Outline")
]
CERTIFIED = part("Cert-Driver", "1.0-1", vib("cert-driver", "1.0-1", acceptance_level=AcceptanceLevel.CERTIFIED))
SIGNED = [
    _signed("Partner-Plain", AcceptanceLevel.PARTNER, SignatureResult.UNSIGNED),
    _signed("Partner-Edited", AcceptanceLevel.ACCEPTED, SignatureResult.INVALID, "VMware Accepted VIB Signing"),
    _signed("Community-Edited", AcceptanceLevel.COMMUNITY, SignatureResult.INVALID),
    _signed("Community-Plain", AcceptanceLevel.COMMUNITY, SignatureResult.UNSIGNED),
    _signed("Partner-Good", AcceptanceLevel.PARTNER, SignatureResult.VALID, "Acme VIB Signing"),
    _signed("Partner-Stranger", AcceptanceLevel.PARTNER, SignatureResult.NOT_TRUSTED, "Somebody"),
]
BLADES = part(
    "Acme-Blade-Tool", "2.1-1", vib("acme-blade-tool", "2.1-1", hardware=(HardwarePlatform("Acme", "Blade"),))
)
OTHERS = part("Globex-Rack-Tool", "7.0-1", vib("globex-rack-tool", "7.0-1", hardware=(HardwarePlatform("Globex"),)))
RETIRED = part("Acme-Retired", "1.4-1", vib("acme-retired", "1.4-1", conflicts=["esx-version = 9.1.0.0.25370933"]))
HOST_ONLY = part("Host-Monitor", "2.0-1", vib("host-monitor", "2.0-1", platforms=ESX))


def _all(parts: list[Part]) -> dict[str, str]:
    return {component.name: component.version for component, _ in parts}


_NAMED = LibraryView(
    "Rack A",
    (
        LibraryEntry("software-spec-3", "Rack A", _case(BASE_8).spec.image_hash),
        LibraryEntry("software-spec-5", "Rack B", _case(BASE_9).spec.image_hash),
    ),
    copied_from="software-spec-3",
)


def _criteria(**hardware: list[str]) -> dict[str, Any]:
    return {"selection_type": "HOST_HARDWARE_SPEC", "host_hardware_spec": {"vendor": "Acme", **hardware}}


def _host(uuid: str) -> dict[str, Any]:
    return {"selection_type": "HOST_UUID", "host_uuids": [uuid]}


_ALTERNATIVES = {
    "image-1": {"display_name": "Rack hosts", "selection_criteria": _criteria(models=["R1", "R2"])},
    "image-2": {"display_name": "Storage hosts", "selection_criteria": _criteria(families=["Storage"])},
    "image-3": {"display_name": "More rack hosts", "selection_criteria": _criteria(models=["R2", "R1"])},
    "image-4": {
        "display_name": "New hosts",
        "selection_criteria": {"selection_type": "UNKNOWN"},
        "base_image": {"version": BASE_9},
    },
    "image-5": {
        "display_name": "Host 17",
        "selection_criteria": _host("4C4C4544-0017"),
        "components": {"Acme-Agent": "2.0-1"},
    },
    "image-6": {"display_name": "Host 17 again", "selection_criteria": _host("4c4c4544-0017")},
}
_RACK = {"com.acme.hsm": {"pkg": "Acme-Rack", "version": "24.01"}}
_SPHERELET = [{"component": "VMware-Spherelet"}]
_WCP = {"com.vmware.vsphere-wcp": {"version": "9.0.1", "components": _SPHERELET}}
_IN_NO_DEPOT = {
    "add_on": {"name": "HPE-Custom-AddOn", "version": "803.0.0.11.7.0-23"},
    "components": {"Acme-Agent": "3.0-1", "Qlogic-qfle3": "1.0-1"},
    "hardware_support": {
        "packages": {
            "com.acme.hsm": {"pkg": "Acme-Blade", "version": "24.01"},
            "com.other.hsm": {"pkg": "Rack", "version": "1"},
        }
    },
    "solutions": {
        "com.vmware.vsphere-nsx": {"version": "4.2", "components": []},
        "com.vmware.vsphere-wcp": {"version": "9.0.2", "components": _SPHERELET},
    },
}


_MANY = {
    f"image-{number}": {"display_name": f"Host {number}", "selection_criteria": _host(f"4c4c4544-{number:04}")}
    for number in range(1, 102)
}
_OTHER_VERSIONS = {
    "add_on": {"name": "ACME-Custom-AddOn", "version": "803.0.0.99-1"},
    "hardware_support": {"packages": {"com.acme.hsm": {"pkg": "Acme-Rack", "version": "23.07"}}},
    "solutions": {
        "com.vmware.vsphere-wcp": {
            "version": "9.0.1",
            "components": [*_SPHERELET, {"component": "VMware-Supervisor"}],
        }
    },
}


def _add_on(version: str, name: str = "ACME-Custom-AddOn") -> dict[str, str]:
    return {"name": name, "version": version}


CASES = {
    "add_on_for_another_release": _case(BASE_8, add_on=_add_on("910.0.0.12-1")),
    "add_on_with_two_contents": _case(
        BASE_8,
        {"mirror": depot(OLD_TOOLS, add_ons=(replace(ADD_ON, components=(*ADD_ON.components, *refs(OLD_TOOLS))),))},
        add_on=_add_on("803.0.0.11-5"),
    ),
    "alternative_images": _case(BASE_8, alternative_images=_ALTERNATIVES),
    "base_image_with_two_contents": _case(BASE_8, {"old copy": _with_base(BASE_8, ESXI_8, TOOLS, NET_0)}),
    "base_image_without_its_components": _case("7.0.2-0.0.17867351", components={"Acme-Agent": "2.0-1"}),
    "below_the_policy": replace(
        _case(BASE_8, {"cert": depot(CERTIFIED)}, components={"Acme-Agent": "1.0-1", "Cert-Driver": "1.0-1"}),
        policy=Policy(minimum=AcceptanceLevel.PARTNER),
    ),
    "component_in_parts": _case(BASE_8, {"half": depot(LONELY, vibs=LONELY[1][:1])}, components=_all([LONELY])),
    "conflict": _case(BASE_8, components={"Net-Native": "4.0-1"}),
    "conflict_with_the_release": _case(BASE_9, {"legacy": depot(TOO_OLD)}, components=_all([TOO_OLD])),
    "driver_for_a_newer_release": _case(BASE_8, components={"Intel-i40en": "3.0.0.0-1"}),
    "files_in_no_depot": _case(BASE_8, {"metadata only": depot(*UNSTORED)}, components=_all(UNSTORED)),
    "hardware_support_for_another_release": _case(BASE_9, hardware_support={"packages": _RACK}),
    "in_no_depot": _case("8.0.2-0.0.22380479", **_IN_NO_DEPOT),
    "lower_versions": _case(
        BASE_8, add_on=_add_on("803.1-1", "ACME-Legacy-AddOn"), components={"VMware-VM-Tools": "11.3.5.18557794"}
    ),
    "made_for_a_newer_release": _case(BASE_8, {"gpu": depot(NEWER)}, components=_all([NEWER])),
    "made_for_other_machines": _case(
        BASE_8,
        {"tools": depot(BLADES, OTHERS)},
        components=_all([BLADES, OTHERS]),
        alternative_images={
            "image-1": {
                "display_name": "Rack hosts",
                "selection_criteria": _criteria(models=["R1", "R2"]),
                "components": _all([BLADES]),
            },
            "image-2": {
                "display_name": "Blades and more",
                "selection_criteria": _criteria(models=["Blade", "R3"]),
                "components": _all([BLADES]),
            },
        },
    ),
    "no_base_image": _case(None),
    "no_name": replace(_case(BASE_8), library=LibraryView()),
    "not_for_this_release": _case(BASE_9, {"old": depot(RETIRED)}, components=_all([RETIRED])),
    "nothing_provides_it": _case(BASE_8, {"lab tools": depot(NEEDED, COLLECTOR)}, components=_all([NEEDED, COLLECTOR])),
    "one_file_twice": _case(BASE_8, components={"Community-Net": "0.9-1"}),
    "one_version_with_two_contents": _case(BASE_8, components={"Lab-Driver": "1.0-1"}),
    "one_vib_in_two_components": _case(
        BASE_8, {"acme 2": depot(SHARED_1, SHARED_2)}, components=_all([SHARED_1, SHARED_2])
    ),
    "open_versions": _case(BASE_8, components={"Acme-Agent": None, "Edge-Shell": None}),
    "package_and_solution_with_two_contents": _case(
        BASE_8,
        {
            "mirror": depot(
                hardware_support=(replace(HSP, components=refs(NET_1)),),
                solutions=(replace(SOLUTION, components=(*SOLUTION.components, ComponentRef("VMware-Extra", "1-1"))),),
            )
        },
        hardware_support={"packages": _RACK},
        solutions=_WCP,
    ),
    "removals": _case(
        BASE_8,
        components={"Acme-Agent": "1.0-1"},
        removed_components=["ESXi", "Acme-Agent", "Net-Native"],
    ),
    "removed_but_needed": _case(
        BASE_8,
        add_on=_add_on("803.0.0.11-5"),
        components={"Acme-Agent": "2.0-1"},
        removed_components=["Intel-i40en"],
    ),
    "replaced_driver_still_there": _case(BASE_8, components={"Intel-irdman": "1.5-1", "Intel-i40iwn": "1.1-1"}),
    "same_as_in_the_library": replace(_case(BASE_8), library=_NAMED),
    "several_changes": _case(BASE_8, {"agent": depot(AGENT_3)}, components={"Acme-Agent": "3.0-1"}),
    "signatures": _case(BASE_8, {"signed": depot(*SIGNED)}, components=_all(SIGNED)),
    "signatures_required": replace(
        _case(BASE_8, {"signed": depot(*SIGNED)}, components=_all(SIGNED[3:])), policy=Policy(require_signatures=True)
    ),
    "solution_component_removed": _case(
        BASE_8, solutions=_WCP, removed_components=["VMware-Spherelet"], components={"VMware-VM-Tools": "12.9-1"}
    ),
    "too_many_alternative_images": _case(BASE_8, alternative_images=_MANY),
    "unknown_versions": _case(BASE_8, **_OTHER_VERSIONS),
    "unmet_dependency": _case(BASE_8, components={"Acme-Agent": "2.0-1"}),
    "wrong_product_line": _case(
        BASE_8, {"newer": depot(HOST_ONLY)}, components={"Edge-Shell": "1.0-1", "Host-Monitor": "2.0-1"}
    ),
}


def written(name: str) -> bytes:
    """The case file of a case: no more of the depots than its report follows from."""
    return write_case(CASES[name].reduced())


if __name__ == "__main__":
    for case in CASES:
        (REPORTS / f"{case}.json").write_bytes(written(case))
