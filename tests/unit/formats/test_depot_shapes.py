"""Depots as they are in the field: every shape that was seen, and every liberty that real tools take."""

from __future__ import annotations

import gzip
import io
import json
import re

import pytest
from made_depots import (
    INDEX,
    VENDOR_INDEX,
    VIB_ID,
    VIB_PATH,
    bulletin,
    bundle,
    bundle_files,
    content_of,
    descriptor,
    metadata_files,
    payload_element,
    sha256,
    vib_copy,
    vib_file,
    zip_of,
)

from imagewright.formats.bundle import open_depot
from imagewright.formats.errors import FormatError
from imagewright.model.content import BaseImage, ComponentRef, NotUnderstood, Platform, VibRef


def test_a_component_bundle() -> None:
    (read,) = content_of(bundle()).bundles
    (vib,) = read.vibs
    (component,) = read.components
    assert (component.name, component.version) == ("Net-X", "1.0")
    assert (component.display_name, component.display_version) == ("The X", "1")
    assert component.bulletin.vibs == (vib.ref,)
    assert read.bulletins == (component.bulletin,)
    assert (read.vendor, read.vendor_code, read.file_name) == ("Sample", "SMP", "metadata.zip")
    assert vib.relative_path == VIB_PATH


@pytest.mark.parametrize(
    "specs",
    [
        "",
        '<componentNameSpec name="Net-X" uiString="x"/>',
        '<componentVersionSpec version="1.0" uiString="1"/>',
    ],
)
def test_a_bulletin_without_both_elements_is_no_component(specs: str) -> None:
    # Plain bulletins of 5.x and 6.x have neither. The id is never taken apart, whatever it looks like.
    metadata = metadata_files() | {"vmware.xml": "<metadataResponse/>", "bulletins/Net-X_1.0.xml": bulletin(specs)}
    (read,) = content_of(bundle(metadata)).bundles
    assert [each.id for each in read.bulletins] == ["Net-X_1.0"]
    assert read.components == ()


def test_a_bundle_without_bulletins() -> None:
    # A public bundle has VIBs and no bulletin.
    metadata = metadata_files() | {"vmware.xml": "<metadataResponse><version>3.0</version></metadataResponse>"}
    del metadata["bulletins/Net-X_1.0.xml"]
    (read,) = content_of(bundle(metadata)).bundles
    assert [vib.id for vib in read.vibs] == [VIB_ID]
    assert read.bulletins == ()


def test_everything_may_stand_in_vmware_xml_alone() -> None:
    vib = vib_file()
    text = f"""<vib><vibVersion>1.4.5</vibVersion><vibID>{VIB_ID}</vibID><name>net-x</name><version>1.0-1</version>
      <vendor>SMP</vendor><vibType>bootbank</vibType><summary>s</summary>
      <systemReqs><maintenanceMode>false</maintenanceMode><swPlatform productLineID="embeddedEsx"/></systemReqs>
      <relationships><depends><constraint name="vmkapi_2_6_0_0"/></depends></relationships>
      <postInstall><rebootRequired>false</rebootRequired><hostdRestart>true</hostdRestart></postInstall>
      <softwareTags><tag>driver</tag></softwareTags>
      <vibFile><sourceUrl/><relativePath>{VIB_PATH}</relativePath><packedSize>{len(vib)}</packedSize>
      <checksum><checksumType>sha-256</checksumType><checksum>{sha256(vib)}</checksum></checksum></vibFile></vib>"""
    metadata = {"vmware.xml": f"<metadataResponse>{bulletin(vibs=text)}</metadataResponse>"}
    (read,) = content_of(bundle(metadata)).bundles
    (found,) = read.vibs
    assert read.components[0].bulletin.vibs == (found.ref,)
    assert [relation.name for relation in found.depends] == ["vmkapi_2_6_0_0"]
    assert (found.tags, found.size, found.sha256) == (("driver",), len(vib), sha256(vib))
    assert not found.reboot_required
    assert found.cimom_restart
    assert not found.maintenance_mode_on_install


def test_several_entries_for_one_metadata_archive() -> None:
    # It is read once, and is for all the platforms that are named.
    second = "<metadata><productId>esxio</productId><version>8.0</version><url>metadata.zip</url></metadata></metaList>"
    files = bundle_files() | {"vendor-index.xml": VENDOR_INDEX.replace("</metaList>", second)}
    (read,) = content_of(zip_of(files)).bundles
    assert read.platforms == (Platform("embeddedEsx", "8.0"), Platform("esxio", "8.0"))


def test_several_metadata_archives_and_vendors() -> None:
    other = vib_file(descriptor().replace("<name>net-x<", "<name>other<"))
    metadata = {"vibs/o.xml": vib_copy(other, "o.vib").replace("<name>net-x<", "<name>other<")}
    index = INDEX.replace(
        "</vendorList>",
        "<vendor><name>B</name><code>longcode</code><relativePath>sub</relativePath><indexfile>i.xml</indexfile></vendor>"
        "</vendorList>",
    )
    files = bundle_files() | {
        "index.xml": index,
        "sub/i.xml": VENDOR_INDEX.replace("metadata.zip", "B-metadata.zip"),
        "sub/B-metadata.zip": zip_of(metadata),
        "sub/o.vib": other,
    }
    first, second = content_of(zip_of(files)).bundles
    assert (first.vendor, second.vendor, second.vendor_code) == ("Sample", "B", "longcode")
    assert [vib.name for vib in second.vibs] == ["other"]


def test_a_vib_at_the_root_and_other_spellings() -> None:
    # Small tools put the VIB at the root, use 9999999990 as number, and one spells maintenance-mode so in its metadata.
    vib = vib_file()
    copy = vib_copy(vib, "net-x.vib").replace("maintenance-mode>", "maintenanceMode>")
    metadata = {"vibs/net-x-9999999990.xml": copy, "vmware.xml": "<metadataResponse/>"}
    files = {"index.xml": INDEX, "vendor-index.xml": VENDOR_INDEX, "metadata.zip": zip_of(metadata), "net-x.vib": vib}
    (found,) = content_of(zip_of(files)).vibs
    assert found.relative_path == "net-x.vib"
    assert not found.maintenance_mode_on_install


def test_a_bundle_inside_of_a_zip() -> None:
    # A public fling, and some server vendors, ship it so.
    content = content_of(zip_of({"readme.txt": b"hello", "inner/offline_bundle.zip": bundle()}))
    assert [vib.id for vib in content.vibs] == [VIB_ID]
    assert [passed.path for passed in content.not_understood] == ["depot.zip > readme.txt"]


def test_two_bundles_inside_of_a_zip() -> None:
    other = vib_file(descriptor().replace("<summary>s<", "<summary>other<"))
    second = bundle({"vibs/x.xml": vib_copy(other)}, **{VIB_PATH: other})
    content = content_of(zip_of({"a.zip": bundle(), "b.zip": second, "docs.zip": zip_of({"a.txt": b""})}))
    # One id with other content: both are kept, apart by SHA-256.
    assert [vib.id for vib in content.vibs] == [VIB_ID, VIB_ID]
    assert len({vib.sha256 for vib in content.vibs}) == 2


def test_a_bundle_packed_with_its_folder() -> None:
    content = content_of(zip_of({f"my-bundle/{path}": data for path, data in bundle_files().items()}))
    assert [vib.id for vib in content.vibs] == [VIB_ID]


def test_a_bundle_packed_with_backslashes() -> None:
    # Some Windows tools write them instead of slashes.
    content = content_of(zip_of({path.replace("/", "\\"): data for path, data in bundle_files().items()}))
    assert [vib.id for vib in content.vibs] == [VIB_ID]


def test_members_without_a_name_and_folders_are_passed_over() -> None:
    files = {"vib20/": b"", "x": b"", **bundle_files()}
    data = zip_of(files)
    # The entry named `x` loses its name in the list of contents, and gets a comment of one byte instead.
    at = next(found.start() for found in re.finditer(b"PK\x01\x02", data) if data[found.start() + 46 :][:1] == b"x")
    data = data[: at + 28] + b"\0\0\0\0\1\0" + data[at + 34 :]
    content = content_of(data)
    assert ([vib.id for vib in content.vibs], content.not_understood) == ([VIB_ID], ())


def test_a_single_vib_is_a_depot() -> None:
    data = vib_file()
    with open_depot(io.BytesIO(data), "x.vib") as depot:
        (vib,) = depot.content.vibs
        assert (vib.id, vib.sha256, vib.relative_path) == (VIB_ID, sha256(data), "x.vib")
        for _time in range(2):  # its file is opened again, and closing it leaves the depot alone
            with depot.open_vib(vib) as stream:
                assert stream.read() == data


def test_vibs_that_are_elsewhere() -> None:
    files = bundle_files()
    del files[VIB_PATH]
    with open_depot(io.BytesIO(zip_of(files)), "depot.zip") as depot:
        (vib,) = depot.content.vibs
        assert vib.file_missing
        with pytest.raises(FormatError, match=rf"{VIB_ID}: is described, but its file \('vib20/net-x/.*is not in"):
            depot.open_vib(vib)


def test_a_bulletin_may_name_a_vib_that_is_not_described() -> None:
    metadata = metadata_files() | {"bulletins/Net-X_1.0.xml": bulletin(vibs="<vibID>A_b_c_1</vibID>")}
    content = content_of(bundle(metadata))
    assert content.bundles[0].bulletins[0].vibs == (VibRef("A_b_c_1"),)
    assert content.not_understood == (
        NotUnderstood("depot.zip > metadata.zip > bulletin Net-X_1.0", "names VIB 'A_b_c_1', which is not described"),
    )


def test_what_is_unknown_is_noted() -> None:
    metadata = metadata_files() | {
        "licenses/x.txt": "",
        "baseimages/9.1.json": '{"release": "9.1"}',
        "addons/a.xml": "<addOn/>",
        "manifests/m.json": '{"components": {"Net-X": "1.0"}}',
    }
    content = content_of(bundle(metadata, **{"EULA.txt": b"read me"}))
    reasons = {passed.path.removeprefix("depot.zip > "): passed.reason for passed in content.not_understood}
    assert reasons == {
        "metadata.zip > licenses/x.txt": "is of no known kind",
        "metadata.zip > baseimages/9.1.json": "'version' is missing; it is needed",
        "metadata.zip > addons/a.xml": "is not JSON: Expecting value at line 1, column 1; correct it there",
        "metadata.zip > manifests/m.json": "'hardwareSupportInfo' is missing; it is needed",
        "EULA.txt": "is in the bundle, but no metadata speak of it",
    }


@pytest.mark.parametrize("named", [VIB_ID, f"{VIB_ID}-other"])
def test_an_image_profile_without_a_base_image_says_what_can_be_done(named: str) -> None:
    profile = {"profiles/standard.xml": f"<imageprofile><vib-id>{named}</vib-id></imageprofile>"}
    (note,) = content_of(bundle(metadata_files() | profile)).not_understood
    assert note.path == "depot.zip > metadata.zip > profiles/standard.xml"
    assert f"it names {int(named == VIB_ID)} of the 1 VIBs here" in note.reason
    assert note.reason.endswith("declare one of them by hand: imagewright depot declare")


def test_an_image_profile_beside_a_base_image_is_not_missed() -> None:
    more = {"profiles/s.xml": "<x/>", "baseimages/9.json": '{"version": "9", "components": {"Net-X": "1.0"}}'}
    (note,) = content_of(bundle(metadata_files() | more)).not_understood
    assert note.reason == "is of no known kind"


def test_metadata_archives_with_versioned_names() -> None:
    name = "VMware-ESXi-9.1-metadata.zip"
    files = bundle_files() | {"vendor-index.xml": VENDOR_INDEX.replace("metadata.zip", name)}
    files[name] = files.pop("metadata.zip")
    assert content_of(zip_of(files)).bundles[0].file_name == name


def test_stored_members_are_read_like_deflated_ones() -> None:
    assert content_of(zip_of(bundle_files(), method=0)) == content_of(bundle())


def test_a_payload_may_hold_what_looks_like_the_end_of_a_zip() -> None:
    payload = gzip.compress(b"PK\6\6PK\6\7PK\5\6" + b"\xff" * 60, compresslevel=0, mtime=0)
    vib = vib_file(descriptor(payloads=payload_element(payload)), payload)
    assert len(content_of(zip_of(bundle_files(vib=vib), method=0), verify=False).vibs) == 1


def test_one_vib_described_twice_in_the_same_way() -> None:
    metadata = metadata_files()
    metadata["vibs/net-x-2.xml"] = metadata["vibs/net-x-1.xml"]
    assert len(content_of(bundle(metadata)).vibs) == 1


@pytest.mark.parametrize(
    ("parts", "said"),
    [
        (
            {"Net-X": "1.0"},
            "inferred and taken for the base image '9.1.0.0.1' \\(77%: one known component at 'spec.parts'",
        ),
        ({"Net-X": "1.0", "Other": "1", "Third": "1"}, "is of no known kind|is missing"),
    ],
)
def test_a_base_image_in_an_unknown_form_is_inferred_or_noted(parts: dict[str, str], said: str) -> None:
    document = json.dumps({"spec": {"releaseID": "9.1.0.0.1", "parts": parts}})
    content = content_of(bundle(metadata_files() | {"baseimages/odd.json": document}))
    (noted,) = (each for each in content.not_understood if "odd.json" in each.path)
    assert re.search(said, noted.reason)
    adopted = BaseImage("9.1.0.0.1", (ComponentRef("Net-X", "1.0"),))
    assert content.bundles[0].base_images == ((adopted,) if "inferred" in said else ())


def test_what_is_too_unsure_is_noted_and_not_adopted() -> None:
    document = json.dumps({"one": "9.1.0.0.1", "two": "9.1.0.0.2", "name": "Thing", "c": {"Net-X": "1.0"}})
    content = content_of(bundle(metadata_files() | {"x/odd.json": document}))
    (noted,) = (each for each in content.not_understood if "odd.json" in each.path)
    assert "too unsure to be taken for the add-on 'Thing 9.1.0.0.1'" in noted.reason
    assert content.bundles[0].add_ons == ()


@pytest.mark.parametrize("in_descriptor", ["tools", "locker"])
@pytest.mark.parametrize("in_copy", ["tools", "locker"])
@pytest.mark.parametrize("in_bulletin", ["tools", "locker"])
def test_vibs_of_the_tools_partition_have_two_spellings(in_descriptor: str, in_copy: str, in_bulletin: str) -> None:
    # Documented: the type is `tools`, and file names say `locker`. Which of both is in an id nobody could look up.
    vib = vib_file(descriptor().replace(">bootbank<", f">{in_descriptor}<"))
    path = "vib20/net-x/SMP_locker_net-x_1.0-1.vib"
    named = f"<vibID>SMP_{in_bulletin}_net-x_1.0-1</vibID>"
    metadata = {
        "vmware.xml": f"<metadataResponse>{bulletin(vibs=named)}</metadataResponse>",
        "bulletins/Net-X_1.0.xml": bulletin(vibs=named),
        "vibs/net-x-1.xml": vib_copy(vib, path).replace(">bootbank<", f">{in_copy}<"),
    }
    files = bundle_files(metadata, vib)
    files[path] = files.pop(VIB_PATH)
    content = content_of(zip_of(files))
    assert content.not_understood == ()
    (found,) = content.vibs
    assert content.bundles[0].components[0].bulletin.vibs == (found.ref,)


def test_attributes_and_elements_that_nobody_has_seen_are_passed_over() -> None:
    # Reported of 9.x: attributes `vcfVersion` and `softwareSpec` in the metadata; where they stand is not known.
    unseen = {"vcfVersion": "9.1.0.0", "softwareSpec": "x"}

    def with_unseen(text: str) -> str:
        attributes = "".join(f' {name}="{value}"' for name, value in unseen.items())
        text = re.sub(r"<(?!/)([A-Za-z-]+)(?=[ />])", lambda tag: f"<{tag[1]}{attributes}", text)
        return re.sub(r"</(metadata|vendor|bulletin|vib|metaList|vendorList)>", r"<unseen><x/></unseen></\1>", text)

    vib = vib_file(with_unseen(descriptor()))
    metadata = {
        "vmware.xml": f"<metadataResponse vcfVersion='9.1'>{with_unseen(bulletin())}</metadataResponse>",
        "bulletins/Net-X_1.0.xml": with_unseen(bulletin()),
        "vibs/net-x-1.xml": with_unseen(vib_copy(vib)),
    }
    files = bundle_files(metadata, vib) | {
        "index.xml": with_unseen(INDEX),
        "vendor-index.xml": with_unseen(VENDOR_INDEX),
    }
    content = content_of(zip_of(files))
    assert content.not_understood == ()
    assert [component.name for component in content.bundles[0].components] == ["Net-X"]
    assert [found.id for found in content.vibs] == [VIB_ID]


@pytest.mark.parametrize(
    ("vendor", "version"),
    [
        ("VMW", "1.101.01-5vmw.800.1.0.20613240"),
        ("vmw", "1.43.28.0-1OEM.800.1.0.20613240"),
        ("INT", "8.045a-napi"),  # breaks the documented rule: the release begins with a letter
        ("github.com_tcely", "1.0.0-1"),
        ("virtuallyGhetto", "1.0.0-0.0.0"),
    ],
)
def test_vendors_and_versions_as_they_are(vendor: str, version: str) -> None:
    def named(text: str) -> str:
        return text.replace("<vendor>SMP<", f"<vendor>{vendor}<").replace("<version>1.0-1<", f"<version>{version}<")

    vib = vib_file(named(descriptor()))
    vib_id = f"{vendor}_bootbank_net-x_{version}"
    metadata = {
        "vmware.xml": "<metadataResponse/>",
        "bulletins/any name.xml": bulletin(vibs=f"<vibID>{vib_id}</vibID>"),
        "vibs/net-x--4611686018427387904.xml": named(vib_copy(vib)),
    }
    content = content_of(zip_of(bundle_files(metadata, vib)))
    assert [found.id for found in content.vibs] == [vib_id]
    assert content.bundles[0].components[0].bulletin.vibs == (content.vibs[0].ref,)
    assert content.not_understood == ()


@pytest.mark.parametrize("version", ["8.0", "8.0.0", "7.0.1", "6.*", "5.*", "8.0.3-24449057", ""])
@pytest.mark.parametrize("product", ["embeddedEsx", "esxio"])
def test_platforms_as_indexes_name_them(product: str, version: str) -> None:
    index = VENDOR_INDEX.replace("embeddedEsx", product).replace("<version>8.0<", f"<version>{version}<")
    (read,) = content_of(zip_of(bundle_files() | {"vendor-index.xml": index})).bundles
    assert read.platforms == (Platform(product, version),)


def test_metadata_that_differ_from_descriptors_as_real_ones_do() -> None:
    # Seen: time zones added, file lists sorted, platforms dropped, and bulletins that are told apart by their elements.
    vib = vib_file(descriptor(requires='<maintenance-mode>false</maintenance-mode><softwarePlatform version="8.0"/>'))
    copy = vib_copy(vib).replace("2025-07-17T00:00:00.000001<", "2025-07-17T00:00:00.000001+00:00<")
    specs = '<componentNameSpec uiString="" name="Net-X"/><componentVersionSpec uiString="" version="6.7.0-1vmw.670"/>'
    metadata = {
        "vmware.xml": "<metadataResponse/>",
        "bulletins/x.xml": bulletin(specs).replace("<id>Net-X_1.0<", "<id>VMW-6.7<"),
        "vibs/v.xml": copy,
    }
    content = content_of(zip_of(bundle_files(metadata, vib)))
    (component,) = content.bundles[0].components
    assert (component.version, component.display_name, component.display_version) == (
        "6.7.0-1vmw.670", "Net-X", "6.7.0-1vmw.670",
    )  # fmt: skip
    assert component.bulletin.id == "VMW-6.7"


@pytest.mark.parametrize("code", ["VMW", "vmw", "VMX", "INTL", "SOULVEIG", "Unknown", ""])
def test_vendor_codes_as_they_are(code: str) -> None:
    # Vendor tools ask for three letters when they write; real files do not obey.
    index = INDEX.replace("<code>SMP<", f"<code>{code}<").replace("<name>Sample<", "<name>Unknown<")
    (read,) = content_of(zip_of(bundle_files() | {"index.xml": index})).bundles
    assert (read.vendor, read.vendor_code) == ("Unknown", code)


def test_what_is_optional_in_an_index() -> None:
    entry = "<metaList><metadata><patchUrl>x</patchUrl><url>metadata.zip</url></metadata></metaList>"
    (read,) = content_of(zip_of(bundle_files() | {"vendor-index.xml": entry})).bundles
    assert read.platforms == ()


@pytest.mark.parametrize("kb", ["", "unknown", "https://kb.example/1"])
@pytest.mark.parametrize("category", ["enhancement", "general", "bugfix", "security", "recall"])
@pytest.mark.parametrize("release_type", ["extension", "patch", "rollup", "upgrade", "notification"])
def test_words_of_bulletins_as_they_are(kb: str, category: str, release_type: str) -> None:
    text = bulletin().replace("<kbUrl>unknown<", f"<kbUrl>{kb}<").replace(">enhancement<", f">{category}<")
    text = text.replace(">extension<", f">{release_type}<")
    metadata = metadata_files() | {"bulletins/Net-X_1.0.xml": text}
    (read,) = content_of(bundle(metadata)).bundles
    (found,) = read.bulletins
    assert (found.kb, found.category, found.release_type) == (kb, category, release_type)
