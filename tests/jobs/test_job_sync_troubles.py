"""A vendor's server in every mood: a sync ends in a clear state, and the next one repairs it."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_network

import pytest
from depot_bench import Site
from moody_site import MoodySite, moody_site
from online_site import depot_of, followed, synchronised, unpacked

from imagewright.cli import sample_depot as sample
from imagewright.depots.fetcher import UrlFetcher
from imagewright.depots.policy import FetchPolicy
from imagewright.formats.limits import Limits

INDEX, VENDOR_INDEX = "main/index.xml", "main/vendor-index.xml"
TOKEN = "Q7xR2mVb9KpL4sTn8WzY3cFd"


def naming(url: str) -> bytes:
    """A vendor's index with one archive."""
    return f"<metaList><metadata><url>{url}</url></metadata></metaList>".encode()


@pytest.fixture
def old(bundles: dict[str, bytes]) -> dict[str, bytes]:
    return {f"main/{name}": data for name, data in unpacked(bundles[sample.BASE_8_0_3_FILE]).items()}


@pytest.fixture
def new(bundles: dict[str, bytes]) -> dict[str, bytes]:
    return {f"main/{name}": data for name, data in unpacked(bundles[sample.BASE_9_1_0_FILE]).items()}


@pytest.fixture
def vendor(old: dict[str, bytes]) -> Iterator[MoodySite]:
    with moody_site(old) as site:
        yield site


@pytest.fixture
def depot(site: Site, vendor: MoodySite) -> str:
    """A depot as it was read before the trouble begins."""
    depot = followed(site, vendor.url(INDEX))
    assert synchronised(site) is None
    return depot


def base_images(site: Site) -> list[str]:
    return [image.version for image in site.catalog().base_images]


def archive_of(files: dict[str, bytes]) -> str:
    (path,) = (path for path in files if path.endswith(".zip"))
    return path


def test_an_unchanged_depot_costs_a_request_for_each_document_and_no_bytes(
    site: Site, vendor: MoodySite, depot: str
) -> None:
    before = depot_of(site, depot)
    vendor.requests.clear()
    assert synchronised(site) is None
    assert [(request.path, request.status) for request in vendor.requests] == [
        (INDEX, 304),
        (VENDOR_INDEX, 304),
        (archive_of(vendor.files), 304),
    ]
    after = depot_of(site, depot)
    assert (before.synchronised or site.now()) < (after.synchronised or site.now())
    vendor.requests.clear()
    assert synchronised(site, cleanup=True) is None
    assert [request.status for request in vendor.requests] == [200, 200, 200]


def test_only_what_is_new_is_read(site: Site, vendor: MoodySite, depot: str, new: dict[str, bytes]) -> None:
    archive = archive_of(vendor.files)
    entry = new[VENDOR_INDEX].replace(archive.removeprefix("main/").encode(), b"new.zip")
    both = vendor.files[VENDOR_INDEX].replace(b"</metaList>", entry[entry.index(b"<metadata>") :])
    vendor.files |= {"main/new.zip": new[archive], VENDOR_INDEX: both}
    vendor.requests.clear()
    assert synchronised(site) is None
    assert {request.path: request.status for request in vendor.requests} == {
        INDEX: 304,
        VENDOR_INDEX: 200,
        archive: 304,
        "main/new.zip": 200,
    }
    assert base_images(site) == [sample.BASE_8_0_3, sample.BASE_9_1_0]


@pytest.mark.parametrize("place", ["index", "vendor index", "archive"])
@pytest.mark.parametrize(
    ("mood", "said"),
    [
        ("break", "broke off after"),
        ("hang up", "closed the connection without an answer"),
        ("longer", "is shorter than its server said"),
        ("shorter", ""),
        ("404", "answered 404 Not Found"),
        ("500", "answered 500 Internal Server Error"),
        ("206", "answered 206 Partial Content"),
        ("416", "answered 416"),
        ("other part", "answered 206 Partial Content"),
        ("to http://169.254.169.254/latest", "is a cloud's metadata service"),
        ("to file:///etc/passwd", "which is no http or https location"),
    ],
)
def test_a_trouble_keeps_what_was_there_and_the_next_sync_repairs_it(
    site: Site, vendor: MoodySite, depot: str, new: dict[str, bytes], place: str, mood: str, said: str
) -> None:
    path = {"index": INDEX, "vendor index": VENDOR_INDEX, "archive": archive_of(new)}[place]
    blobs = site.blobs()
    # Every document is another one, so that nothing is left out as unchanged.
    vendor.files = {**new, INDEX: new[INDEX] + b"<!-- new -->", VENDOR_INDEX: new[VENDOR_INDEX] + b"<!-- new -->"}
    vendor.moods[path] += [mood] * 100

    error = synchronised(site)

    assert error is not None, "the sync does not say that all is well"
    told = error.messages[1].text
    assert told.startswith(f"Depot {depot}: ")
    assert said in told
    assert depot_of(site, depot).trouble in told
    assert base_images(site) == [sample.BASE_8_0_3]
    assert site.blobs() == blobs, "nothing is left behind"

    vendor.moods.clear()
    assert synchronised(site) is None
    assert base_images(site) == [sample.BASE_8_0_3, sample.BASE_9_1_0]
    assert depot_of(site, depot).trouble == ""


@pytest.mark.parametrize("path", [INDEX, VENDOR_INDEX])
def test_a_fault_that_passes_is_not_seen(
    site: Site, vendor: MoodySite, depot: str, new: dict[str, bytes], path: str
) -> None:
    vendor.files = new
    vendor.moods[path] += ["503", "hang up"]
    vendor.moods[archive_of(new)].append("break")
    assert synchronised(site) is None
    assert vendor.statuses(archive_of(new))[1:] == [200, 206]


def test_a_server_that_answers_too_slowly_is_given_up(
    site: Site, vendor: MoodySite, depot: str, new: dict[str, bytes]
) -> None:
    policy = FetchPolicy(allowed_networks=(ip_network("127.0.0.1/32"),), read_timeout=1, retries=1, retry_pause=0.001)
    site.services = site.application.services = replace(site.services, fetcher=UrlFetcher(policy))
    site.runners[-1].stop()
    site.start()
    vendor.files = new
    vendor.moods[archive_of(new)] += ["slow"] * 100
    error = synchronised(site)
    assert error is not None
    assert "sent nothing for 1 seconds" in error.messages[1].text
    assert base_images(site) == [sample.BASE_8_0_3]

    vendor.moods.clear()
    assert synchronised(site) is None
    assert base_images(site) == [sample.BASE_8_0_3, sample.BASE_9_1_0]


def test_a_depot_that_becomes_another_one_between_two_requests_is_right_after_the_next_sync(
    site: Site, vendor: MoodySite, old: dict[str, bytes], new: dict[str, bytes]
) -> None:
    """Nothing in an index says what its archives must be, so a sync can meet the archive of a newer index."""
    followed(site, vendor.url(INDEX))
    archive = archive_of(new)
    vendor.files = {**old, archive: new[archive]}
    assert synchronised(site) is None
    assert base_images(site) == [sample.BASE_9_1_0]
    vendor.files = new
    assert synchronised(site) is None
    assert base_images(site) == [sample.BASE_9_1_0]


def test_an_archive_that_is_changed_while_it_is_read_is_refused(
    site: Site, vendor: MoodySite, depot: str, old: dict[str, bytes], new: dict[str, bytes]
) -> None:
    """The first half of one version and the second half of another are nothing."""
    vendor.files = {**new, VENDOR_INDEX: new[VENDOR_INDEX]}
    archive = archive_of(new)
    vendor.moods[archive] += ["break", "416"]
    error = synchronised(site)
    assert error is not None
    assert "it was changed, or the server is wrong" in error.messages[1].text
    assert synchronised(site) is None


@pytest.mark.parametrize(
    ("path", "data", "said"),
    [
        (INDEX, b"", "index.xml"),
        (INDEX, b"<html>Please log in</html>", "must be a <vendorList>"),
        (INDEX, b"<vendorList/>", "at least one <vendor>"),
        (VENDOR_INDEX, b"<metaList><metadata/></metaList>", "has no <url>"),
        (VENDOR_INDEX, naming("../../secret.zip"), "outside of the depot"),
        (VENDOR_INDEX, naming("/etc/m.zip"), "outside of the depot"),
        (VENDOR_INDEX, naming(f"http://169.254.169.254/{TOKEN}/m.zip"), "on another server or in another folder"),
        (VENDOR_INDEX, naming("file:///etc/m.zip"), "on another server or in another folder"),
        (VENDOR_INDEX, b"<!DOCTYPE a [<!ENTITY b 'c'>]><metaList/>", "vendor-index.xml"),
    ],
)
def test_documents_that_are_wrong_are_named_and_nothing_else_is_asked_for(
    site: Site, vendor: MoodySite, depot: str, path: str, data: bytes, said: str
) -> None:
    right, vendor.files[path] = vendor.files[path], data
    vendor.requests.clear()
    error = synchronised(site)
    assert error is not None
    assert said in error.messages[1].text
    assert TOKEN not in str([message.text for message in error.messages])
    assert {request.path for request in vendor.requests} <= {INDEX, VENDOR_INDEX}
    assert base_images(site) == [sample.BASE_8_0_3]

    vendor.files[path] = right
    assert synchronised(site) is None


def test_an_archive_that_is_none_is_named(site: Site, vendor: MoodySite, depot: str) -> None:
    path = archive_of(vendor.files)
    vendor.files[path] = b"no zip at all"
    error = synchronised(site)
    assert error is not None
    assert path.removeprefix("main/") in error.messages[1].text


def test_documents_are_read_within_the_limits(site: Site, vendor: MoodySite) -> None:
    followed(site, vendor.url(INDEX))
    for limits, said in (
        (Limits(document_size=10), "is larger than the 10 bytes that it may have"),
        (Limits(total_uncompressed=1000), "leads to more than 1000 bytes of metadata, the limit for one depot"),
    ):
        site.services = site.application.services = replace(site.services, limits=limits)
        runner = site.start()
        error = synchronised(site)
        runner.stop()
        assert error is not None
        assert said in error.messages[1].text


def test_vibs_without_a_checksum_are_described_and_cannot_be_used(site: Site, vendor: MoodySite, depot: str) -> None:
    path = archive_of(vendor.files)
    vendor.files[path] = _without_checksums(vendor.files[path])
    assert synchronised(site, cleanup=True) is None
    assert {(vib.sha256, vib.file_missing) for vib in site.catalog().vibs} == {("", True)}
    with site.storage.read() as uow:
        notes = uow.depots.content(depot).not_understood
    assert any("names no SHA-256 for VIB" in note.reason for note in notes)


def _without_checksums(archive: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as source, zipfile.ZipFile(buffer, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            if name.startswith("vibs/") or name == "vmware.xml":
                data = re.sub(rb'<checksum checksum-type="sha-256">[0-9a-f]*</checksum>(?=\s*<sys)', b"", data)
                data = re.sub(rb"<checksum><checksumType>.*?</checksum></checksum>", b"", data)
            target.writestr(name, data)
    return buffer.getvalue()
