"""A sync that reads again only what has changed knows the same as one that reads everything."""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Mapping

import pytest
from depot_bench import Site
from moody_site import MoodySite, moody_site
from online_site import followed, synchronised, unpacked

from imagewright.contract.services import depots_online as online
from imagewright.formats.depot_writer import write_depot
from imagewright.formats.errors import FormatError
from imagewright.formats.index import MetadataEntry, VendorEntry, write_index, write_vendor_index
from imagewright.formats.limits import Limits
from imagewright.formats.online import ArchivePlace, known_wholly, read_archives
from imagewright.model.content import Bulletin, Component, DepotContent, MetadataBundle, NotUnderstood, Platform, Vib

ESX, DPU = Platform("embeddedEsx", "8.0"), Platform("esxio", "8.0")
SAMPLE = VendorEntry("Sample", "SMP", "vendor-index.xml")


def archive(name: str, version: str) -> bytes:
    """The metadata of a depot with one component of one VIB."""
    full = f"{version}-1"
    sha256 = hashlib.sha256(f"{name} {full}".encode()).hexdigest()
    vib = Vib(f"SMP_bootbank_{name}_{full}", name, full, "SMP", size=7, sha256=sha256)
    bulletin = Bulletin(f"{name}_{version}", "Sample", vibs=(vib.ref,))
    component = Component(name, version, name, version, bulletin)
    bundle = MetadataBundle(
        "metadata.zip", "Sample", "SMP", vibs=(vib,), bulletins=(bulletin,), components=(component,)
    )
    sink = io.BytesIO()
    write_depot(sink, DepotContent((bundle,)), lambda _vib: io.BytesIO(b"the VIB"))
    return unpacked(sink.getvalue())["metadata.zip"]


def add_on_of(components: Mapping[str, str]) -> bytes:
    """An archive with an add-on in a form that nobody knows."""
    extra = {"extra": {"name": "Extra", "version": "1.0.0", "parts": components}}
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as target:
        target.writestr("addons/extra.json", json.dumps(extra))
    return sink.getvalue()


A, A_NEWER, B = archive("Net", "1.0"), archive("Net", "2.0"), archive("Disk", "1.0")
EXTRA = add_on_of({"Net": "1.0", "Disk": "1.0"})
STAGES: tuple[Mapping[str, tuple[bytes, Platform]], ...] = (
    {"extra.zip": (EXTRA, ESX), "a.zip": (A, ESX)},
    # What is in the archive that has not changed is understood by what has come.
    {"extra.zip": (EXTRA, ESX), "a.zip": (A, ESX), "b.zip": (B, ESX)},
    {"extra.zip": (EXTRA, ESX), "a.zip": (A_NEWER, ESX), "b.zip": (B, ESX)},
    {"extra.zip": (EXTRA, ESX), "a.zip": (A, ESX), "b.zip": (B, ESX)},
    # Only the index has changed: for which products an archive is, and in which order they stand.
    {"b.zip": (B, DPU), "a.zip": (A, ESX), "extra.zip": (EXTRA, ESX)},
    {"b.zip": (B, DPU)},
    {"b.zip": (B, DPU), "a.zip": (A, DPU)},
)


@pytest.fixture
def vendor() -> Iterator[MoodySite]:
    with moody_site() as site:
        yield site


def offer(vendor: MoodySite, stage: Mapping[str, tuple[bytes, Platform]]) -> None:
    """The same files at two places: one is followed all the time, the other is new."""
    index, vendor_index = (
        write_index([SAMPLE]),
        write_vendor_index([MetadataEntry(n, p) for n, (_, p) in stage.items()]),
    )
    files = {"index.xml": index, "vendor-index.xml": vendor_index, **{name: data for name, (data, _) in stage.items()}}
    vendor.files = {f"{folder}/{name}": data for folder in ("followed", "new") for name, data in files.items()}


def content(site: Site, depot: str) -> DepotContent:
    with site.storage.read() as uow:
        return uow.depots.content(depot)


def test_step_by_step_it_is_the_same_as_at_once(site: Site, vendor: MoodySite) -> None:
    offer(vendor, STAGES[0])
    depot = followed(site, vendor.url("followed/index.xml"))
    found: list[list[str]] = []
    for stage in STAGES:
        offer(vendor, stage)
        assert synchronised(site) is None
        step_by_step = content(site, depot)
        fresh = followed(site, vendor.url("new/index.xml"))
        assert synchronised(site) is None
        at_once = content(site, fresh)
        assert site.ended(site.call(online.delete_task, depot=fresh, spec=None)).error is None
        offered = step_by_step.bundles[: len(at_once.bundles)]
        assert (offered, step_by_step.not_understood) == (at_once.bundles, at_once.not_understood)
        found.append(sorted(add_on.name for bundle in offered for add_on in bundle.add_ons))
    assert found == [[], ["Extra"], [], ["Extra"], ["Extra"], [], []]


def test_an_archive_that_is_unchanged_and_wholly_understood_is_not_opened() -> None:
    places = [ArchivePlace(SAMPLE, "a.zip", (ESX,)), ArchivePlace(SAMPLE, "b.zip", (ESX,))]
    files = {"a.zip": A, "b.zip": B}
    before = read_archives(places, lambda path: io.BytesIO(files[path]), Limits())
    known = known_wholly(before, {"a.zip"})
    opened: list[str] = []

    def open_archive(path: str) -> io.BytesIO:
        opened.append(path)
        return io.BytesIO(files[path])

    assert read_archives(places, open_archive, Limits(), unchanged=known) == before
    assert opened == ["b.zip"]


@pytest.mark.parametrize("noted", ["a.zip", "a.zip > addons/x.json", "a.zip > addons/x > y.json"])
def test_one_with_something_that_was_not_understood_is_opened_again(noted: str) -> None:
    bundles = tuple(MetadataBundle(name, "Sample", "SMP") for name in ("a.zip", "b.zip"))
    before = DepotContent(bundles, (NotUnderstood(noted, "is of no known kind"),))
    assert set(known_wholly(before, {"a.zip", "b.zip"})) == {"b.zip"}


def test_an_archive_whose_name_looks_like_a_place_is_no_exception() -> None:
    name = "a > b.zip"
    before = DepotContent((MetadataBundle(name, "Sample", "SMP"),), (NotUnderstood(f"{name} > x.json", "unknown"),))
    assert known_wholly(before, {name}) == {}


def test_a_damaged_archive_that_is_new_is_refused_as_ever() -> None:
    place = ArchivePlace(SAMPLE, "a.zip", (ESX,))
    with pytest.raises(FormatError, match=r"a\.zip: is no zip file"):
        read_archives([place], lambda _path: io.BytesIO(b"<html>"), Limits(), unchanged={})
