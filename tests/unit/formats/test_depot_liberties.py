"""Liberties that people and their tools take with bundles, beyond those in the files that were seen.

None of them changes what a bundle says, so none of them is a reason to refuse it. What is refused, and with which
sentence, is in `test_depot_refusals`.
"""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Callable

import pytest
from made_depots import (
    COMPONENT,
    INDEX,
    PAYLOAD,
    VENDOR_INDEX,
    VIB_ID,
    VIB_PATH,
    ar,
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

from imagewright.formats.errors import FormatError
from imagewright.model.content import DepotContent

_MAC = b"\0\5\x16\7\0\2\0\0Mac OS X"
"""How the files begin that macOS puts into zips beside each file."""


def is_whole(content: DepotContent) -> None:
    """The bundle's VIB with its file, and its component, as when nobody takes liberties."""
    assert [(vib.id, vib.file_missing) for vib in content.vibs] == [(VIB_ID, False)]
    assert {each.name for bundle in content.bundles for each in bundle.components} == {"Net-X"}
    assert {ref for bundle in content.bundles for each in bundle.components for ref in each.bulletin.vibs} == {
        content.vibs[0].ref
    }


def rewritten(change: Callable[[str], bytes]) -> bytes:
    """A bundle all of whose XML was written by another tool; the VIB is as it was."""
    vib = vib_file()
    metadata: dict[str, bytes | str] = {path: change(str(text)) for path, text in metadata_files(vib).items()}
    files = bundle_files(metadata, vib)
    return zip_of(files | {"index.xml": change(INDEX), "vendor-index.xml": change(VENDOR_INDEX)})


def lying_at(path: str, member: str = VIB_PATH) -> bytes:
    """A bundle whose metadata say `path` of the VIB that lies at `member`."""
    vib = vib_file()
    files = bundle_files(metadata_files(vib) | {"vibs/net-x-1.xml": vib_copy(vib, path)}, vib)
    del files[VIB_PATH]
    return zip_of(files | {member: vib})


# --- XML -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_xml_that_windows_tools_write(encoding: str) -> None:
    # With a mark of the byte order; the declaration may speak of UTF-16 or be absent.
    mark = "\ufeff" if encoding in ("utf-16-le", "utf-16-be") else ""
    declared = "" if encoding == "utf-8-sig" else '<?xml version="1.0" encoding="UTF-16"?>\r\n'
    is_whole(content_of(rewritten(lambda text: (mark + declared + text.replace("><", ">\r\n<")).encode(encoding))))


@pytest.mark.parametrize(
    ("encoding", "summary"),
    [
        ("iso-8859-15", "für 5 €"),
        ("windows-1250", "ovladač"),
        ("gb2312", "网卡驱动程序"),
        ("GB18030", "网卡驱动程序"),
        ("big5", "網路驅動程式"),
        ("euc-kr", "드라이버"),
        ("Shift_JIS", "ドライバ"),
        ("koi8-r", "драйвер"),
    ],
)
def test_xml_in_the_encodings_of_other_countries(encoding: str, summary: str) -> None:
    # The tools of vendors read what libxml2 reads, which is all of these.
    def written(text: str) -> bytes:
        declared = f'<?xml version="1.0" encoding="{encoding}"?>\n'
        return (declared + text.replace("<summary>s<", f"<summary>{summary}<")).encode(encoding)

    content = content_of(rewritten(written))
    is_whole(content)
    assert [each.summary for each in content.bundles[0].bulletins] == [summary]


def test_xml_with_everything_around_it_that_may_be_there() -> None:
    start = '<?xml version="1.0" standalone="yes"?>\r\n<!-- made by hand -->\r\n<?xml-stylesheet href="x.xsl"?>\r\n'
    schema = r' xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:noNamespaceSchemaLocation="x.xsd"'
    is_whole(
        content_of(
            rewritten(lambda text: (start + re.sub(r"^<(\w+)", rf"<\1{schema}", text) + "\n<!-- end -->\n\n").encode())
        )
    )


@pytest.mark.parametrize("prefix", ["", "v:"], ids=["default", "prefix"])
def test_xml_in_a_namespace(prefix: str) -> None:
    # No file in one was seen, but tools that work by a schema write so, and what is said is the same.
    def written(text: str) -> bytes:
        declared = f'xmlns{":v" if prefix else ""}="http://www.sample.invalid/depot"'
        text = re.sub(r"<(/?)(\w)", rf"<\1{prefix}\2", text)
        return re.sub(rf"^<({prefix}\w+)", rf"<\1 {declared}", text).encode()

    is_whole(content_of(rewritten(written)))
    in_vib = vib_file(written(descriptor()).decode())
    is_whole(content_of(zip_of(bundle_files(metadata_files(in_vib), in_vib))))


def test_elements_of_another_namespace_than_the_document_are_passed_over() -> None:
    foreign = '<vib xmlns="urn:depot" xmlns:x="urn:x" version="5.0"><x:name>other</x:name>'
    is_whole(content_of(rewritten(lambda text: text.replace('<vib version="5.0">', foreign).encode())))


# --- where things lie ------------------------------------------------------------------------------------------------


def test_names_with_other_letters_than_the_index_has() -> None:
    # Where case means nothing, a bundle that is unpacked and packed again may come out so.
    files = {path.upper(): data for path, data in bundle_files().items()}
    files["METADATA.ZIP"] = zip_of({path.upper(): data for path, data in metadata_files().items()})
    is_whole(content_of(zip_of(files)))


def test_of_two_names_that_differ_in_case_only_none_is_guessed() -> None:
    content = content_of(lying_at("a/X.vib", "a/x.vib"))
    assert not content.vibs[0].file_missing
    vib = vib_file()
    files = bundle_files(metadata_files(vib) | {"vibs/net-x-1.xml": vib_copy(vib, "A/x.vib")}, vib)
    content = content_of(zip_of(files | {"a/X.vib": vib, "a/x.vib": vib}))
    assert content.vibs[0].file_missing


@pytest.mark.parametrize(
    ("path", "member"),
    [
        (f"./{VIB_PATH}", VIB_PATH),
        (VIB_PATH.replace("/", "\\"), VIB_PATH),
        (VIB_PATH.replace("/", "//"), VIB_PATH),
        (f"vib20/elsewhere/../net-x/{VIB_ID}.vib", VIB_PATH),
        ("vib20/a%20b%2B1.vib", "vib20/a b+1.vib"),  # written as a part of a URL
        ("vib20/a%20b.vib", "vib20/a%20b.vib"),  # and so is the name
    ],
)
def test_paths_as_people_write_them(path: str, member: str) -> None:
    is_whole(content_of(lying_at(path, member)))


def test_an_index_may_lead_upwards_within_the_bundle() -> None:
    files = bundle_files()
    files["smp/vendor-index.xml"] = VENDOR_INDEX.replace(">metadata.zip", ">../metadata.zip")
    files["index.xml"] = INDEX.replace("<relativePath/>", "<relativePath>smp/</relativePath>")
    del files["vendor-index.xml"]
    is_whole(content_of(zip_of(files)))


def test_metadata_packed_with_their_folder() -> None:
    is_whole(content_of(bundle({f"metadata/{path}": data for path, data in metadata_files().items()})))


def test_two_bundles_in_folders_are_both_read() -> None:
    other = vib_file(descriptor().replace("<name>net-x<", "<name>other<"))
    second = bundle_files({"vibs/o.xml": vib_copy(other).replace("<name>net-x<", "<name>other<")}, other)
    second["second.xml"] = second.pop("vendor-index.xml")
    second["index.xml"] = INDEX.replace("vendor-index.xml", "second.xml")
    files = {f"a/{path}": data for path, data in bundle_files().items()}
    content = content_of(zip_of(files | {f"b/{path}": data for path, data in second.items()}))
    assert sorted(vib.name for vib in content.vibs) == ["net-x", "other"]
    assert content.not_understood == ()


def test_an_index_of_something_else_in_a_folder_is_none() -> None:
    files: dict[str, bytes | str] = {"doc/index.xml": "<html/>", "driver/b.zip": bundle()}
    content = content_of(zip_of(files))
    is_whole(content)
    assert [note.path for note in content.not_understood] == ["depot.zip > doc/index.xml"]


# --- what lies beside ------------------------------------------------------------------------------------------------


def test_what_macos_leaves_in_zips() -> None:
    metadata = metadata_files() | {"vibs/._net-x-1.xml": _MAC, "__MACOSX/vibs/._net-x-1.xml": _MAC, ".DS_Store": b"x"}
    files: dict[str, bytes | str] = {"b.zip": bundle(metadata), "__MACOSX/._b.zip": _MAC, ".DS_Store": b"x"}
    content = content_of(zip_of(files))
    is_whole(content)
    assert "depot.zip > __MACOSX/._b.zip" in [note.path for note in content.not_understood]


def test_what_is_called_a_zip_and_is_none_is_passed_over() -> None:
    content = content_of(zip_of({"b.zip": bundle(), "source.zip": b"sources are on our site"}))
    is_whole(content)
    assert [note.path for note in content.not_understood] == ["depot.zip > source.zip"]


def test_a_zip_beside_a_bundle_that_is_damaged_is_not_passed_over() -> None:
    # It may be the other half of the delivery.
    with pytest.raises(FormatError, match=r"second\.zip: .*is not a complete zip"):
        content_of(zip_of({"b.zip": bundle(), "second.zip": bundle()[:-40]}))


def test_a_zip_behind_a_program_that_unpacks_it() -> None:
    is_whole(content_of(b"MZ" + b"\0" * 5000 + bundle()))
    is_whole(content_of(b"#!/bin/sh\nexec unzip $0\n" + zip_of({"inner.zip": bundle()})))


def test_names_of_documents_in_all_scripts() -> None:
    # Some have blanks of their own; a hard blank comes from text that was pasted.
    names = ("doc/Lies mich – ®.txt", "doc/说明\u3000文档.txt", "doc/a\xa0b.txt")
    content = content_of(bundle(None, **dict.fromkeys(names, b"")))
    is_whole(content)
    assert len(content.not_understood) == len(names)


def test_a_zip_of_vibs_without_metadata() -> None:
    # Community drivers are given out so. There is no component, as in a bundle without bulletins.
    first, second = vib_file(), vib_file(descriptor().replace("<name>net-x<", "<name>other<"))
    content = content_of(zip_of({"a/x.vib": first, "y.VIB": second, "again.vib": first, "readme.txt": b""}))
    assert {vib.sha256 for vib in content.vibs} == {sha256(first), sha256(second)}
    assert not any(vib.file_missing for vib in content.vibs)
    assert [note.path for note in content.not_understood] == ["depot.zip > readme.txt"]


def test_an_archive_with_nothing_in_it_beside_the_metadata() -> None:
    # What scripts make for a platform that they have nothing for.
    entry = VENDOR_INDEX.replace("metadata.zip", "other.zip")
    both = VENDOR_INDEX.replace("</metaList>", entry[entry.index("<metadata>") :])
    files = bundle_files(metadata_files(vib_file()), vib_file()) | {"other.zip": zip_of({"vendor-index.xml": both})}
    content = content_of(zip_of(files | {"vendor-index.xml": both}))
    is_whole(content)
    assert [(note.path, note.reason) for note in content.not_understood] == [
        ("depot.zip > other.zip", "holds no VIB, no bulletin and no image; it is no metadata archive")
    ]


# --- metadata --------------------------------------------------------------------------------------------------------


def test_where_a_vib_lies_may_stand_in_vmware_xml_only() -> None:
    vib = vib_file()
    full = (
        f"<vib><vibID>{VIB_ID}</vibID><name>net-x</name><version>1.0-1</version><vendor>SMP</vendor><vibFile>"
        f"<relativePath>{VIB_PATH}</relativePath><packedSize>{len(vib)}</packedSize>"
        f"<checksum><checksumType>sha-256</checksumType><checksum>{sha256(vib)}</checksum></checksum></vibFile></vib>"
    )
    metadata = metadata_files(vib) | {
        "vmware.xml": f"<metadataResponse>{bulletin(vibs=full)}</metadataResponse>",
        "vibs/net-x-1.xml": descriptor(),
    }
    content = content_of(zip_of(bundle_files(metadata, vib)))
    is_whole(content)
    assert (content.vibs[0].size, content.vibs[0].sha256) == (len(vib), sha256(vib))
    assert content.vibs[0].payloads, "what the copy says of the VIB stays"


@pytest.mark.parametrize("spelling", ["sha256", "SHA256", "Sha-256"])
def test_spellings_of_checksums(spelling: str) -> None:
    vib = vib_file()
    copy = vib_copy(vib).replace('"sha-256"', f'"{spelling}"').replace('"sha-1"', '"sha1"')
    content = content_of(zip_of(bundle_files(metadata_files(vib) | {"vibs/net-x-1.xml": copy}, vib)))
    is_whole(content)
    assert content.vibs[0].sha256 == sha256(vib)


def test_one_component_of_two_archives() -> None:
    # One archive for each release that the bundle is for, with the same bulletin in both.
    entry = "<metadata><productId>embeddedEsx</productId><version>7.0</version><url>m7.zip</url></metadata></metaList>"
    files = bundle_files()
    files |= {"m7.zip": files["metadata.zip"], "vendor-index.xml": VENDOR_INDEX.replace("</metaList>", entry)}
    is_whole(content_of(zip_of(files)))


def test_hundreds_of_relations_and_versions_of_odd_form() -> None:
    relations = "".join(
        f'<constraint name="a {number}" relation="&gt;=" version="v{number}~rc+x:1"/>' for number in range(900)
    )
    (vib,) = content_of(vib_file(descriptor(relations).replace("<version>1.0-1<", "<version>8.045a-napi_x<"))).vibs
    assert (len(vib.depends), vib.version) == (900, "8.045a-napi_x")


@pytest.mark.parametrize(
    ("date", "read"),
    [
        ("2017-08-14T09:59:45.872917+00:00", "2017-08-14T09:59:45.872917+00:00"),
        ("2012-05-03", "2012-05-03T00:00:00+00:00"),
        ("2012-05-03 10:00:00Z", "2012-05-03T10:00:00+00:00"),
        ("2012-05-03T10:00:00-0700", "2012-05-03T17:00:00+00:00"),
        ("Thu May  3 2012", None),
        ("0001-01-01T00:00:00+14:00", None),  # before the first day that there is
        ("", None),
    ],
)
def test_release_dates_of_all_forms(date: str, read: str | None) -> None:
    (vib,) = content_of(vib_file(descriptor().replace("2025-07-17T00:00:00.000001", date))).vibs
    assert (vib.release_date.isoformat() if vib.release_date else None) == read


# --- containers ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("zip64", [False, True])
def test_a_zip_that_was_written_to_a_pipe(zip64: bool) -> None:
    # Sizes stand behind the data then, and in the list of contents.
    class Pipe(io.RawIOBase):
        written = b""

        def writable(self) -> bool:
            return True

        def write(self, data: object, /) -> int:
            taken = bytes(data)  # type: ignore[call-overload]
            self.written += taken
            return len(taken)

    pipe = Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, data in bundle_files().items():
            with archive.open(zipfile.ZipInfo(path), "w", force_zip64=zip64) as member:
                member.write(data if isinstance(data, bytes) else data.encode())
    is_whole(content_of(pipe.written))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_other_compression_is_refused_with_a_way_out(method: int) -> None:
    with pytest.raises(FormatError, match=rf"index\.xml: is compressed with method {method}; .* with deflate"):
        content_of(zip_of(bundle_files(), method))


_LONG = "a-very-long-name-of-a-payload"


@pytest.mark.parametrize(
    "members",
    [
        (("//", f"{_LONG}/\n".encode()), ("descriptor.xml/", b""), ("sig.pkcs7/", b""), ("/0", PAYLOAD)),
        (("/", b"\0\0\0\0"), ("descriptor.xml/", b""), ("sig.pkcs7/", b""), (_LONG[:15], PAYLOAD)),
        (("descriptor.xml", b""), ("#1/12", b"sig.pkcs7\0\0\0"), (f"#1/{len(_LONG)}", _LONG.encode() + PAYLOAD)),
    ],
    ids=["GNU, long names", "GNU, table of symbols", "BSD, long names"],
)
def test_vibs_made_with_other_tools_for_ar(members: tuple[tuple[str, bytes], ...]) -> None:
    text = descriptor(payloads=payload_element(name=_LONG)).encode()
    vib = ar(*((name, text if name.startswith("descriptor") else data) for name, data in members), mode="100644")
    assert [found.id for found in content_of(vib).vibs] == [VIB_ID]
    is_whole(content_of(zip_of(bundle_files(metadata_files(vib) | {"vibs/net-x-1.xml": _copy(text, vib)}, vib))))


def _copy(text: bytes, vib: bytes) -> str:
    facts = (
        f"<relative-path>{VIB_PATH}</relative-path><packed-size>{len(vib)}</packed-size>"
        f'<checksum checksum-type="sha-256">{sha256(vib)}</checksum></vib>'
    )
    return text.decode().replace("</vib>", facts)


def test_several_payloads_in_another_order_than_the_descriptor_has() -> None:
    other = gzip.compress(b"other", mtime=0)
    text = descriptor(payloads=payload_element(name="a") + payload_element(other, name="b")).encode()
    vib = ar(("descriptor.xml", text), ("sig.pkcs7", b""), ("b", other), ("a", PAYLOAD))
    assert [payload.name for payload in content_of(vib).vibs[0].payloads] == ["a", "b"]


@pytest.mark.parametrize("payloads", ["<payloads/>", ""])
def test_a_vib_without_payloads(payloads: str) -> None:
    # Documented: type `meta` has no content.
    text = re.sub("<payloads>.*</payloads>", payloads, descriptor().replace(">bootbank<", ">meta<"))
    (vib,) = content_of(ar(("descriptor.xml", text.encode()), ("sig.pkcs7", b""))).vibs
    assert (vib.kind, vib.payloads) == ("meta", ())


def test_a_payload_without_bytes() -> None:
    payload = f'<payload name="x" type="boot" size="0"><checksum checksum-type="sha-256">{sha256(b"")}</checksum>'
    text = descriptor(payloads=f"{payload}</payload>")
    (vib,) = content_of(ar(("descriptor.xml", text.encode()), ("sig.pkcs7", b""), ("x", b""))).vibs
    assert vib.payloads[0].size == 0


def test_the_component_is_the_same_with_blanks_around_everything() -> None:
    spaced = re.sub(r">([^<>]+)<", r">\n  \1\n<", bulletin(COMPONENT))
    content = content_of(bundle(metadata_files() | {"bulletins/Net-X_1.0.xml": spaced}))
    is_whole(content)
    assert content.bundles[0].bulletins[0].id == "Net-X_1.0"
