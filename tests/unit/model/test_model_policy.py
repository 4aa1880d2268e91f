"""Files that are not there, acceptance levels and signatures: what blocks a commit, and what only a policy forbids."""

from __future__ import annotations

from dataclasses import replace

import pytest
from model_build import Part, base_image, catalog, depot, part, vib

from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose, compose_spec
from imagewright.model.content import AcceptanceLevel, AddOn, DepotContent, Signature, SignatureResult
from imagewright.model.policy import DEFAULT_POLICY, Policy, refusal_of
from imagewright.model.spec import AddOnSpec, ImageSpec, SoftwareSpec
from imagewright.model.validate import has_errors, validate

COMMUNITY, PARTNER = AcceptanceLevel.COMMUNITY, AcceptanceLevel.PARTNER
UNSIGNED, VALID = SignatureResult.UNSIGNED, SignatureResult.VALID
NOT_TRUSTED, INVALID = SignatureResult.NOT_TRUSTED, SignatureResult.INVALID
SIGNED_ONLY = Policy(require_signatures=True)
CERTIFIED = AcceptanceLevel.CERTIFIED
ESXI = part("ESXi", "8.0-1", vib("esx-base", "8.0-1", acceptance_level=CERTIFIED, signature=Signature(VALID)))


def site(*parts: Part, **things: object) -> DepotContent:
    return depot(ESXI, *parts, base_images=(base_image("8.0", ESXI),), **things)


def told(policy: Policy, found: Catalog, image: ImageSpec) -> list[str]:
    spec = SoftwareSpec(image)
    findings = validate(spec, compose_spec(spec, found), found, None, policy)
    return [f"{each.severity} {each.id.removeprefix('imagewright.vib.')}" for each in findings]


def told_of(policy: Policy, level: AcceptanceLevel, result: SignatureResult | None) -> list[str]:
    signature = None if result is None else Signature(result)
    net = part("Net", "1-1", vib("net", "1", acceptance_level=level, signature=signature))
    return told(policy, catalog(site(net)), ImageSpec("8.0", components={"Net": "1-1"}))


@pytest.mark.parametrize(
    ("level", "result", "by_default", "when_signatures_are_required"),
    [
        (COMMUNITY, None, [], ["WARNING unknown_signature"]),
        (COMMUNITY, UNSIGNED, [], ["ERROR unsigned"]),
        (COMMUNITY, INVALID, ["WARNING bad_community_signature"], ["ERROR bad_signature"]),
        (COMMUNITY, NOT_TRUSTED, [], ["ERROR untrusted_signer"]),
        (PARTNER, None, [], ["WARNING unknown_signature"]),
        (PARTNER, VALID, [], []),
        (PARTNER, UNSIGNED, ["ERROR unsigned"], ["ERROR unsigned"]),
        (PARTNER, INVALID, ["ERROR bad_signature"], ["ERROR bad_signature"]),
        (PARTNER, NOT_TRUSTED, [], ["ERROR untrusted_signer"]),
    ],
)
def test_signatures(
    level: AcceptanceLevel,
    result: SignatureResult | None,
    by_default: list[str],
    when_signatures_are_required: list[str],
) -> None:
    assert told_of(DEFAULT_POLICY, level, result) == by_default
    assert told_of(SIGNED_ONLY, level, result) == when_signatures_are_required


@pytest.mark.parametrize("minimum", AcceptanceLevel)
@pytest.mark.parametrize("level", AcceptanceLevel)
def test_levels_are_compared_from_the_strictest_down(minimum: AcceptanceLevel, level: AcceptanceLevel) -> None:
    strictest_first = ["certified", "accepted", "partner", "community"]
    is_lower = strictest_first.index(level) > strictest_first.index(minimum)

    assert told_of(Policy(minimum), level, None) == (["ERROR below_policy"] if is_lower else [])


def test_many_vibs_of_one_choice_are_one_finding() -> None:
    drivers = [part(name, "1-1", vib(name.lower(), "1", file_missing=True)) for name in ("Net", "Disk", "Usb")]
    vendor = AddOn("Vendor", "1", tuple(component.ref for component, _ in drivers))
    found = catalog(site(*drivers, add_ons=(vendor,)))

    assert told(DEFAULT_POLICY, found, ImageSpec("8.0", AddOnSpec("Vendor", "1"))) == ["ERROR file_missing"]


def test_file_that_one_depot_lacks_and_another_holds_is_there() -> None:
    net = part("Net", "1-1")
    described = (net[0], tuple(replace(each, file_missing=True) for each in net[1]))

    for depots in ({"a": site(net), "b": depot(described)}, {"a": site(described), "b": depot(net)}):
        assert told(DEFAULT_POLICY, catalog(depots), ImageSpec("8.0", components={"Net": "1-1"})) == []


def test_way_out_that_the_policy_forbids_is_not_offered() -> None:
    agent = part("Agent", "1-1", vib("agent", "1", depends=["net >= 2"], acceptance_level=PARTNER))
    nets = [
        part("Net", version, vib("net", version, acceptance_level=level))
        for version, level in (("2", PARTNER), ("3", COMMUNITY))
    ]
    found, spec = catalog(site(agent, *nets)), SoftwareSpec(ImageSpec("8.0", components={"Agent": "1-1"}))

    (strict,) = validate(spec, compose_spec(spec, found), found, None, Policy(PARTNER))
    (lax,) = validate(spec, compose_spec(spec, found), found, None)

    assert has_errors([strict])
    assert "Net 2" in strict.resolution
    assert "Net 3" not in strict.resolution
    assert lax.resolution.startswith("Use the component Net 3 or the component Net 2")


def test_open_version_is_the_highest_that_the_policy_allows() -> None:
    nets = [
        part("Net", version, vib("net", version, acceptance_level=level, file_missing=missing))
        for version, level, missing in (("2", PARTNER, False), ("3", COMMUNITY, False), ("4", PARTNER, True))
    ]
    found, image = catalog(site(*nets)), ImageSpec("8.0", components={"Net": None})

    assert compose(image, found).chosen == {"Net": "3"}
    assert compose(image, found, Policy(PARTNER)).chosen == {"Net": "2"}
    assert compose(image, found, Policy(AcceptanceLevel.CERTIFIED)).unresolved == {"Net"}


@pytest.mark.parametrize(
    ("level", "result", "policy", "said"),
    [
        (COMMUNITY, UNSIGNED, DEFAULT_POLICY, ""),
        (COMMUNITY, UNSIGNED, SIGNED_ONLY, "without a signature, which the setting require_signatures asks for."),
        (PARTNER, UNSIGNED, DEFAULT_POLICY, "without a signature, which the acceptance level partner asks for."),
        (PARTNER, VALID, SIGNED_ONLY, ""),
        (PARTNER, NOT_TRUSTED, SIGNED_ONLY, "signed by somebody who is not trusted here"),
        (COMMUNITY, VALID, Policy(minimum=PARTNER), "below the acceptance level partner"),
    ],
)
def test_a_vib_can_be_judged_alone(level: AcceptanceLevel, result: SignatureResult, policy: Policy, said: str) -> None:
    """As the file of an online depot is when it has been fetched."""
    refusal = refusal_of(vib("net", "1", acceptance_level=level, signature=Signature(result)), policy)
    assert (refusal is not None) == bool(said)
    if refusal is not None:
        assert refusal.text.startswith("The image brings the VIB VMW_bootbank_net_1")
        assert said in refusal.text
