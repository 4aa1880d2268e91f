"""VIB descriptors and their copies in the metadata: what is read from each element."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from made_depots import descriptor

from imagewright.formats.errors import FormatError
from imagewright.formats.vib_xml import read_vib_xml
from imagewright.model.content import AcceptanceLevel, HardwarePlatform, Operator, Platform, Relation, Vib


def read(text: str) -> Vib:
    return read_vib_xml(text.encode(), "d.xml")


@pytest.mark.parametrize(
    ("element", "relation"),
    [
        ('<constraint name="vmkapi_2_10_0_0"/>', Relation("vmkapi_2_10_0_0")),
        ('<constraint name="nicmgmt" relation="=" version="0.3"/>', Relation("nicmgmt", Operator.EQUAL, "0.3")),
        ('<constraint name="a" relation="&lt;&lt;" version="1"/>', Relation("a", Operator.LOWER, "1")),
        ('<constraint name="a" relation="&lt;=" version="1"/>', Relation("a", Operator.LOWER_OR_EQUAL, "1")),
        ('<constraint name="a" relation="&gt;=" version="1"/>', Relation("a", Operator.HIGHER_OR_EQUAL, "1")),
        ('<constraint version="1" relation=">>" name="a"/>', Relation("a", Operator.HIGHER, "1")),
        ('<constraint name="a" version="1"/>', Relation("a", Operator.EQUAL, "1")),
        ('<constraint name="a" relation="" version=""/>', Relation("a")),
    ],
)
def test_relations(element: str, relation: Relation) -> None:
    assert read(descriptor(depends=element)).depends == (relation,)


def test_what_is_provided() -> None:
    text = descriptor().replace(
        "<provides/>", '<provides><provide name="a" version="2"/><provide name="b"/></provides>'
    )
    assert read(text).provides == (Relation("a", Operator.EQUAL, "2"), Relation("b"))


@pytest.mark.parametrize(
    ("requires", "install", "remove"),
    [
        ("<maintenance-mode>true</maintenance-mode>", True, True),
        ("<maintenance-mode>false</maintenance-mode>", False, False),
        ('<maintenance-mode on-remove="true">false</maintenance-mode>', False, True),
        ('<maintenance-mode on-install="false" on-remove="true"/>', False, True),
        # A public bundle spells it so in its metadata, and the other way in the descriptor.
        ("<maintenanceMode>false</maintenanceMode>", False, False),
        # Not said: then it is safer to enter maintenance mode.
        ("", True, True),
    ],
)
def test_maintenance_mode(requires: str, install: bool, remove: bool) -> None:
    vib = read(descriptor(requires=requires))
    assert (vib.maintenance_mode_on_install, vib.maintenance_mode_on_remove) == (install, remove)


def test_platforms_and_machines() -> None:
    requires = (
        '<softwarePlatform version="8.0" locale="" productLineID="embeddedEsx"/>'
        '<softwarePlatform productLineID="esxio"/><hwplatform vendor="Sample" model="M1"/>'
    )
    vib = read(descriptor(requires=requires))
    assert vib.platforms == (Platform("embeddedEsx", "8.0"), Platform("esxio"))
    assert vib.hardware == (HardwarePlatform("Sample", "M1"),)


@pytest.mark.parametrize(
    ("text", "date"),
    [
        ("2025-07-17T00:00:00.000001", datetime(2025, 7, 17, 0, 0, 0, 1, UTC)),  # no zone means UTC
        ("2017-08-14T09:59:45.872917+00:00", datetime(2017, 8, 14, 9, 59, 45, 872917, UTC)),
        ("2017-08-14T09:59:45-07:00", datetime(2017, 8, 14, 16, 59, 45, 0, UTC)),
        ("", None),
        ("last summer", None),  # nothing depends on a release date
        ("0001-01-01T00:00:00+23:00", None),  # before the first date in UTC
    ],
)
def test_release_dates(text: str, date: datetime | None) -> None:
    assert read(descriptor().replace("2025-07-17T00:00:00.000001", text)).release_date == date


def test_comments_and_strays_are_passed_over() -> None:
    # Public files carry comments, and two a `packed-size` in the descriptor itself.
    text = descriptor(facts="<!-- made by hand --><packed-size>12</packed-size><something-new><a/></something-new>")
    assert read(f"<?xml version='1.0' encoding='UTF-8'?>\n<!-- x -->\n{text}").size == 12


def test_the_root_may_have_another_version() -> None:
    # Every public VIB says 5.0, but published templates show 6.0 and 6.5.
    assert read(descriptor().replace('version="5.0"', 'version="6.5"', 1)).name == "net-x"


def test_a_byte_order_mark_is_passed_over() -> None:
    assert read("\ufeff" + descriptor()).name == "net-x"


def test_what_is_absent_has_the_documented_default() -> None:
    vib = read("<vib><name>a</name><version>1</version><vendor>V</vendor></vib>")
    assert (vib.id, vib.kind) == ("V_bootbank_a_1", "bootbank")
    assert vib.acceptance_level is AcceptanceLevel.COMMUNITY
    assert not vib.overlay


def test_a_payload_may_say_its_unpacked_size() -> None:
    # The tools of 8.0 U3 write it.
    text = descriptor().replace('type="vgz"', 'type="vgz" uncompressed-size="500"')
    assert read(text).payloads[0].uncompressed_size == 500


def test_checksums_are_compared_in_lower_case() -> None:
    text = descriptor(facts=f'<checksum checksum-type="sha-256">{"AB" * 32}</checksum>')
    assert read(text).sha256 == "ab" * 32


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("<name>net-x</name>", "", "<vib> has no <name>; it is needed"),
        ("<version>1.0-1</version>", "<version> </version>", "<vib> has no <version>"),
        ("<vendor>SMP</vendor>", "<vendor>a/../b</vendor>", "<vendor> of <vib> is 'a/../b'; slashes and blanks"),
        ("<name>net-x</name>", "<name>net x</name>", "slashes and blanks are not allowed"),
        ("<name>net-x</name>", f"<name>{'n' * 10_000}</name>", "has 10000 characters; at most 255 are allowed"),
        ("<name>net-x</name>", "<name>net&#x85;x</name>", r"'net\\x85x'; control characters are not allowed"),
        ("community", "trusted", "<acceptance-level> 'trusted'; it must be one of certified, accepted"),
        ("<overlay>false", "<overlay>maybe", "<overlay> 'maybe'; it must be true or false"),
        ("<depends>", '<depends><constraint name="a" relation="~" version="1"/>', "the relation '~'; known are << <="),
        ("<depends>", '<depends><constraint name="a" relation=">="/>', "the relation '>=' but no version"),
        ("<depends>", "<depends><constraint/>", "<constraint> has no attribute name"),
        ('size="', 'size="-', "the size '-.*'; it must be a whole number of bytes"),
        ('checksum-type="sha-256">', 'checksum-type="sha-256">zz', "it must be a hexadecimal number"),
        ("<vib ", "<package ", "is not well-formed XML"),
    ],
)
def test_refused(old: str, new: str, says: str) -> None:
    with pytest.raises(FormatError, match=says) as raised:
        read(descriptor().replace(old, new, 1))
    assert raised.value.where == "d.xml"


def test_another_document_is_refused() -> None:
    with pytest.raises(FormatError, match="begins with <bulletin>, but a VIB descriptor begins with <vib>"):
        read("<bulletin/>")
