"""What we write has the form of what vendor tools wrote: the same documents, elements, attributes and order."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree
from test_authoring import InMemory

from imagewright.formats.ar import read_members
from imagewright.formats.authoring import build_depot
from imagewright.formats.bundle import open_depot
from imagewright.formats.depot_description import read_description
from imagewright.formats.depot_writer import write_depot
from imagewright.formats.vib import read_vib_file

SAMPLES = Path(__file__).resolve().parents[3].parent / "shared" / "samples"
pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason=f"the real samples are not beside the repository: {SAMPLES}"
)

REAL = "VMW-esx-7.0.1-thgpio-1.0-0.00010.zip"
ALIKE = """
[depot]
vendor = "TomHebel"
code = "THX"
date = 2020-10-26T05:59:37.603830Z
metadata = "metadata.zip"
platforms = [{product = "embeddedEsx", version = "7.0.1"}]
[[vib]]
name = "thgpio"
version = "0.0.1-1OEM.701.1.0.40650718"
content = "driver"
tags = ["module", "driver"]
depends = ["vmkapi_2_6_0_0"]
platforms = []
maintenance_mode = false
live_install_allowed = true
live_remove_allowed = true
[[component]]
name = "thgpio"
version = "1.0-0.00010"
vibs = ["thgpio"]
platforms = [{product = "embeddedEsx", version = "7.0.1"}]
"""


@pytest.fixture(scope="module")
def real() -> dict[str, bytes]:
    return documents((SAMPLES / "depots" / REAL).read_bytes())


@pytest.fixture(scope="module")
def ours() -> dict[str, bytes]:
    files = InMemory({"driver/etc/vmware/default.map.d/thgpio.map": b"x", "driver/usr/lib/vmware/vmkmod/thgpio": b"y"})
    sink = io.BytesIO()
    with build_depot(read_description(ALIKE.encode(), "depot.toml"), files) as depot:
        write_depot(sink, depot.content, depot.open_vib)
    return documents(sink.getvalue())


def documents(bundle: bytes) -> dict[str, bytes]:
    """Every document of a bundle by what it is; what is in the metadata begins with `metadata.zip/`."""
    return dict(_documents(bundle, ""))


def _documents(data: bytes, prefix: str) -> Iterator[tuple[str, bytes]]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for name in (name for name in archive.namelist() if not name.endswith("/")):
            content = archive.read(name)
            if name.endswith(".zip"):
                yield from _documents(content, f"{name}/")
            elif name.endswith(".vib"):
                yield "descriptor", next(iter(read_members(io.BytesIO(content), name))).read(1 << 20)
            else:
                folder, slash, _name = name.rpartition("/")
                yield f"{prefix}{folder}{slash}" if slash else f"{prefix}{name}", content


def structure(data: bytes) -> list[tuple[str, tuple[str, ...]]]:
    """All elements in their order, each with the tags above it, and the names of its attributes."""
    found = []
    for element in etree.fromstring(data).iter(etree.Element):
        path = "/".join(str(each.tag) for each in (*reversed(list(element.iterancestors())), element))
        found.append((path, tuple(sorted(map(str, element.attrib)))))
    return list(dict.fromkeys(found))


def test_the_documents_are_the_same(real: dict[str, bytes], ours: dict[str, bytes]) -> None:
    assert set(ours) == set(real)


@pytest.mark.parametrize(
    "document",
    [
        "index.xml",
        "vendor-index.xml",
        "metadata.zip/vendor-index.xml",
        "metadata.zip/vmware.xml",
        "metadata.zip/bulletins/",
        "metadata.zip/vibs/",
        "descriptor",
    ],
)
def test_elements_and_attributes_are_the_same_and_in_their_order(
    document: str, real: dict[str, bytes], ours: dict[str, bytes]
) -> None:
    theirs = structure(real[document])
    # Newer tools of the vendor say how large a payload is when it is unpacked; those of this sample did not.
    mine = [
        (path, tuple(name for name in names if name != "uncompressed-size"))
        for path, names in structure(ours[document])
    ]
    assert mine == theirs


@pytest.mark.parametrize("path", sorted((SAMPLES / "vibs").glob("*.vib")), ids=lambda path: path.name)
def test_a_real_vib_is_put_into_a_component_as_it_is(path: Path) -> None:
    with path.open("rb") as file:
        vib = read_vib_file(file, path.name)
    description = f"""
    [depot]
    vendor = "Somebody"
    code = "SOM"
    date = 2026-11-01
    [[vib]]
    file = "their.vib"
    [[component]]
    name = "Theirs"
    version = "1.0"
    vibs = ["{vib.name}"]
    """
    sink = io.BytesIO()
    files = InMemory({"their.vib": path.read_bytes()})
    with build_depot(read_description(description.encode(), "depot.toml"), files) as depot:
        write_depot(sink, depot.content, depot.open_vib)

    with open_depot(sink, "made.zip") as made:
        (found,) = made.content.vibs
        assert (found.id, found.sha256) == (vib.id, vib.sha256)
        assert made.copy_vib(found).signature == vib.signature
        (component,) = made.content.bundles[0].components
        assert component.bulletin.vibs == (found.ref,)


@pytest.mark.parametrize(
    ("install", "remove", "reboot"), [(True, True, "false"), (True, False, "true"), (False, True, "true")]
)
def test_a_reboot_is_asked_for_as_in_all_real_bulletins(install: bool, remove: bool, reboot: str) -> None:
    text = ALIKE.replace("live_install_allowed = true", f"live_install_allowed = {str(install).lower()}")
    text = text.replace("live_remove_allowed = true", f"live_remove_allowed = {str(remove).lower()}")
    files, sink = InMemory({"driver/x": b"x"}), io.BytesIO()
    with build_depot(read_description(text.encode(), "depot.toml"), files) as depot:
        write_depot(sink, depot.content, depot.open_vib)

    after = etree.fromstring(documents(sink.getvalue())["metadata.zip/vmware.xml"]).find(".//postInstall")
    assert after is not None
    assert [(each.tag, each.text) for each in after] == [("rebootRequired", reboot), ("hostdRestart", "false")]
