"""Case files: what is refused, and how little is written."""

from __future__ import annotations

import json

import pytest

from imagewright.formats.case_json import read_case, write_case
from imagewright.formats.errors import FormatError
from imagewright.model.case import Case
from imagewright.model.content import AcceptanceLevel, Bulletin, Component, DepotContent, MetadataBundle, Vib, VibRef
from imagewright.model.policy import Policy
from imagewright.model.spec import ImageSpec, SoftwareSpec

VIB = Vib("VMW_bootbank_net_1", "net", "1", "VMW", sha256="aa")
NET = Component("Net", "1", "Net", "1", Bulletin("Net_1", vibs=(VibRef(VIB.id, "aa"),)))
OTHER = Component("Other", "1", "Other", "1", Bulletin("Other_1"))
DEPOT = DepotContent((MetadataBundle("metadata.zip", "VMware", vibs=(VIB,), components=(NET, OTHER)),))
CASE = Case(SoftwareSpec(ImageSpec(components={"Net": "1"})), {"depot": DEPOT, "empty": DepotContent(())})


def test_only_what_the_specification_reaches_is_kept() -> None:
    reduced = CASE.reduced()

    assert list(reduced.depots) == ["depot"]
    (bundle,) = reduced.depots["depot"].bundles
    assert bundle.components == (NET,)
    assert bundle.vibs == (VIB,)


def test_defaults_are_left_out_and_come_back() -> None:
    document = json.loads(write_case(CASE))

    assert list(document) == ["spec", "depots"]
    assert document["depots"]["depot"]["bundles"][0]["vibs"] == [
        {"id": "VMW_bootbank_net_1", "name": "net", "version": "1", "vendor": "VMW", "sha256": "aa"}
    ]
    assert read_case(write_case(CASE)) == CASE


def test_policy_is_kept() -> None:
    strict = Case(CASE.spec, CASE.depots, policy=Policy(AcceptanceLevel.PARTNER, require_signatures=True))

    assert read_case(write_case(strict)).policy == strict.policy


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "it has no spec"),
        ("{}", "it has no spec"),
        ('{"spec": {}, "other": 1}', "the key other is not known"),
        ('{"spec": {"componets": {}}}', "componets is not known"),
        ('{"spec": {}, "depots": {"a": {"bundles": [{"file_name": 1}]}}}', r"depots.*bundles|bundles.*file_name"),
        ('{"spec": {}, "policy": {"minimum": "none"}}', "minimum"),
        ("{", "is not JSON"),
    ],
)
def test_what_is_no_case_is_refused(text: str, reason: str) -> None:
    with pytest.raises(FormatError, match=reason):
        read_case(text.encode())
