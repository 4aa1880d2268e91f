"""What the writer writes, beyond that it can be read again (which is a property test)."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from typing import BinaryIO

import pytest
from made_depots import PAYLOAD, bundle, content_of

from imagewright.formats.bundle import open_depot
from imagewright.formats.depot_writer import write_depot
from imagewright.formats.errors import FormatError
from imagewright.formats.vib import write_vib
from imagewright.model.content import Bulletin, DepotContent, MetadataBundle, Payload, Platform, Vib, VibRef


def made_vib(name: str = "net-x", **facts: str) -> tuple[Vib, bytes]:
    sink = io.BytesIO()
    vib = Vib("", name, "1.0-1", "SMP", payloads=(Payload("p", "tgz", 0),))
    written = write_vib(sink, replace(vib, **facts), {"p": io.BytesIO(PAYLOAD)})  # type: ignore[arg-type]
    return written, sink.getvalue()


def written(content: DepotContent, files: dict[VibRef, bytes]) -> bytes:
    def open_vib(vib: Vib) -> BinaryIO | None:
        return io.BytesIO(files[vib.ref]) if vib.ref in files else None

    sink = io.BytesIO()
    write_depot(sink, content, open_vib)
    return sink.getvalue()


def test_the_structure_of_real_bundles() -> None:
    vib, data = made_vib()
    bundle = MetadataBundle("m.zip", "Sample", "SMP", (Platform("embeddedEsx", "8.0"),), vibs=(vib,))
    with zipfile.ZipFile(io.BytesIO(written(DepotContent((bundle,)), {vib.ref: data}))) as archive:
        assert archive.namelist() == [
            "index.xml", "vendor-index.xml", "m.zip", "vib20/net-x/SMP_bootbank_net-x_1.0-1.vib",
        ]  # fmt: skip
        with zipfile.ZipFile(io.BytesIO(archive.read("m.zip"))) as metadata:
            names = metadata.namelist()
        assert archive.infolist()[3].compress_type == zipfile.ZIP_STORED
    assert names[0] == "vendor-index.xml" or "vendor-index.xml" in names
    assert any(name.startswith("vibs/net-x-") for name in names)


def test_a_bundle_that_was_read_is_written_with_the_same_content() -> None:
    original = bundle()
    with open_depot(io.BytesIO(original), "a") as depot:
        sink = io.BytesIO()
        assert write_depot(sink, depot.content, depot.open_vib) == depot.content
    assert content_of(sink.getvalue()) == content_of(original)


def test_equal_input_makes_equal_bytes() -> None:
    vib, data = made_vib()
    content = DepotContent((MetadataBundle("m.zip", "Sample", vibs=(vib,)),))
    assert written(content, {vib.ref: data}) == written(content, {vib.ref: data})


def test_vendors_have_an_index_each() -> None:
    first, data = made_vib()
    second, other = made_vib("other")
    content = DepotContent(
        (MetadataBundle("a.zip", "A", "AAA", vibs=(first,)), MetadataBundle("b.zip", "B", "BBB", vibs=(second,)))
    )
    read = content_of(written(content, {first.ref: data, second.ref: other}))
    assert [(found.file_name, found.vendor, found.vendor_code) for found in read.bundles] == [
        ("a.zip", "A", "AAA"), ("b.zip", "B", "BBB"),
    ]  # fmt: skip


def test_one_vib_in_two_bundles() -> None:
    vib, data = made_vib()
    content = DepotContent((MetadataBundle("a.zip", "A", vibs=(vib,)), MetadataBundle("b.zip", "A", vibs=(vib,))))
    assert len(content_of(written(content, {vib.ref: data})).bundles) == 2


def test_a_vib_may_be_described_only() -> None:
    vib, _data = made_vib()
    archive = written(DepotContent((MetadataBundle("m.zip", "S", vibs=(vib,)),)), {})
    with open_depot(io.BytesIO(archive), "d") as depot:
        assert depot.content.vibs[0].file_missing


def test_two_vibs_of_one_id_have_a_place_each() -> None:
    vib, data = made_vib()
    twin, other = made_vib(summary="twin")
    content = DepotContent((MetadataBundle("a.zip", "S", vibs=(vib,)), MetadataBundle("b.zip", "S", vibs=(twin,))))
    with open_depot(io.BytesIO(written(content, {vib.ref: data, twin.ref: other})), "d") as depot:
        assert {found.sha256: depot.copy_vib(found).sha256 for found in depot.content.vibs} == {
            vib.sha256: vib.sha256, twin.sha256: twin.sha256,
        }  # fmt: skip


@pytest.mark.parametrize("name", [".", "..", "..."])
def test_a_name_of_dots_leads_to_no_other_folder(name: str) -> None:
    vib, data = made_vib(name=name)
    with open_depot(
        io.BytesIO(written(DepotContent((MetadataBundle("m.zip", "S", vibs=(vib,)),)), {vib.ref: data})), "d"
    ) as depot:
        assert depot.copy_vib(depot.content.vibs[0]).sha256 == vib.sha256


def test_a_bulletin_may_name_a_vib_that_is_elsewhere() -> None:
    """So that a part of a depot does not claim that a component had fewer VIBs."""
    vib, data = made_vib()
    bulletin = Bulletin("b", vibs=(vib.ref, VibRef("elsewhere")))
    content = DepotContent((MetadataBundle("m.zip", "S", vibs=(vib,), bulletins=(bulletin,)),))
    read = content_of(written(content, {vib.ref: data}))
    assert read.bundles[0].bulletins[0].vibs == (vib.ref, VibRef("elsewhere"))
    assert [vib.id for vib in read.vibs] == [vib.id]


def refusals() -> dict[str, tuple[DepotContent, dict[VibRef, bytes], str]]:
    vib, data = made_vib()
    twin, twin_data = made_vib(summary="twin")
    files = {vib.ref: data, twin.ref: twin_data}
    named = Bulletin("b", vibs=(VibRef("elsewhere", "0" * 64),))
    vib, twin = (replace(each, relative_path="vib20/x.vib") for each in (vib, twin))
    one = MetadataBundle("m.zip", "S", vibs=(vib,))
    return {
        "short file": (DepotContent((one,)), {vib.ref: data[:-1]}, "bytes, but VIB '.*' has [0-9]+; the file is not"),
        "long file": (DepotContent((one,)), {vib.ref: data + b"1"}, "has more bytes, but VIB"),
        "two of one path": (
            DepotContent((one, MetadataBundle("n.zip", "S", vibs=(twin,)))), files, "wants the path .* other content",
        ),
        "two of one name": (DepotContent((one, replace(one, vendor="T"))), files, "two metadata archives named 'm"),
        "path outside": (DepotContent((replace(one, file_name="../m.zip"),)), files, "lies outside of the depot"),
        "name of the index": (DepotContent((replace(one, file_name="index.xml"),)), files, "cannot have metadata"),
        "VIB path outside": (
            DepotContent((replace(one, vibs=(replace(vib, relative_path="/x"),)),)), files, "lies outside of the depot",
        ),
        "bulletin of nothing": (
            DepotContent((replace(one, bulletins=(named,)),)), files, "'elsewhere': is in a bulletin, but is not among",
        ),
        "text that XML cannot hold": (
            DepotContent((replace(one, vibs=(replace(vib, summary="a\0b"),)),)), files, r"<summary>: cannot hold 'a\\x",
        ),
    }  # fmt: skip


@pytest.mark.parametrize("name", refusals())
def test_refused(name: str) -> None:
    content, files, says = refusals()[name]
    with pytest.raises(FormatError, match=says):
        written(content, files)
