"""Importing and removing depots, through the whole application: nothing is replaced but who logs in."""

from __future__ import annotations

import errno
import hashlib
import io
import itertools
import os
import threading
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from depot_bench import Server, Site, rezipped, vib_paths

from imagewright.app.ports import BlobRef
from imagewright.app.sweeping import GRACE, sweep_blobs
from imagewright.app.uploads import forget_abandoned_uploads
from imagewright.blobs.directory import DirectoryWriter
from imagewright.cli import sample_depot as sample
from imagewright.contract.services import cis_tasks, depots
from imagewright.contract.services import depots_offline as offline
from imagewright.contract.services import repository_software_drafts as drafts
from imagewright.formats.bundle import OpenDepot, open_depot
from imagewright.formats.depot_writer import write_depot
from imagewright.model.content import DepotContent, Vib, VibRef
from imagewright.model.errors import (
    AlreadyExists,
    Canceled,
    InvalidArgument,
    NotFound,
    ResourceInUse,
    ServiceUnavailable,
)
from imagewright.model.task import TaskStatus

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "samples"
needs_real = pytest.mark.skipif(not REAL.is_dir(), reason=f"the real samples are not beside the repository: {REAL}")

THGPIO = "VMW-esx-7.0.1-thgpio-1.0-0.00001.zip"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- importing -------------------------------------------------------------------------------------------------------


def test_a_bundle_is_fetched_and_every_vib_of_it_stored(site: Site, bundles: dict[str, bytes]) -> None:
    depot = site.imported(bundles[sample.BASE_8_0_3_FILE])

    assert site.depots() == [depot]
    catalog = site.catalog()
    assert [image.version for image in catalog.base_images] == [sample.BASE_8_0_3]
    assert site.blobs() == site.vib_blobs(), "the blob of the bundle itself is gone"
    for vib in catalog.vibs:
        with site.services.blobs.open(vib.sha256) as file:
            assert sha256(file.read()) == vib.sha256
        assert vib.payloads


def test_an_uploaded_bundle_is_imported_once_and_its_upload_goes(site: Site, bundles: dict[str, bytes]) -> None:
    file_id = site.upload(bundles[sample.DRIVERS_FILE], "my drivers.zip")
    push = {"source_type": offline.SourceType.PUSH, "file_id": file_id}

    task = site.ended(site.create(**push, description="drivers", ownerdata="{}"))

    assert task.status is TaskStatus.SUCCEEDED
    info = site.call(offline.get, depot=task.result["depot"])
    assert (info.description, info.file_id, info.owner, info.ownerdata) == ("drivers", file_id, "jane", "{}")
    assert site.blobs() == site.vib_blobs()
    with pytest.raises(InvalidArgument, match="can be imported once"):
        site.create(**push)


def test_an_upload_is_for_who_uploaded_it(site: Site, bundles: dict[str, bytes]) -> None:
    file_id = site.upload(bundles[sample.DRIVERS_FILE], user="jane")

    with pytest.raises(InvalidArgument, match=file_id):
        site.create("joe", source_type=offline.SourceType.PUSH, file_id=file_id)


def test_the_header_for_authentication_is_sent(site: Site, web: Server, bundles: dict[str, bytes]) -> None:
    key = offline.AuthenticationSpec(
        method=offline.AuthenticationSpecAuthenticationMethod.HEADER_AUTH,
        authentication_key="X-Depot-Key",
        authentication_value="s3cret",
    )
    location = web.offer("a.zip", bundles[sample.SOLUTION_FILE])

    assert site.ended(site.create(location=location, authentication_spec=key)).status is TaskStatus.SUCCEEDED
    assert web.headers_seen[-1]["x-depot-key"] == "s3cret"


@pytest.mark.parametrize(("name", "value"), [("", "x"), ("a b", "x"), ("a:", "x"), ("a", ""), ("a", "x\r\ny: z")])
def test_what_is_no_header_is_refused(site: Site, name: str, value: str) -> None:
    key = offline.AuthenticationSpec(
        method=offline.AuthenticationSpecAuthenticationMethod.HEADER_AUTH,
        authentication_key=name,
        authentication_value=value,
    )

    with pytest.raises(InvalidArgument, match="HTTP header"):
        site.create(location="http://127.0.0.1/a.zip", authentication_spec=key)


def test_a_bundle_is_read_from_a_folder_of_the_site(site: Site, bundles: dict[str, bytes]) -> None:
    path = site.file("a bundle.zip", bundles[sample.SOLUTION_FILE])

    task = site.ended(site.create(location=path.as_uri()))

    assert task.status is TaskStatus.SUCCEEDED
    error = site.failure(site.create(location=site.web.offer("same.zip", bundles[sample.SOLUTION_FILE])))
    assert isinstance(error, AlreadyExists), "it is the same file, wherever it comes from"


def test_a_bundle_in_a_folder_is_read_where_it_lies(
    site: Site, bundles: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    there, go_on = hold_the_second_vib(monkeypatch)
    path = site.file("a.zip", bundles[sample.BASE_8_0_2_FILE])
    task = site.create(location=path.as_uri())
    site.start()
    assert there.wait(20)

    assert sha256(path.read_bytes()) not in site.services.blobs.names(), "there is no copy of it"

    go_on.set()
    assert site.ended(task).status is TaskStatus.SUCCEEDED


@pytest.mark.parametrize("change", ["grows", "is written to in place, and its time set back", "is cut off"])
def test_a_bundle_that_is_changed_while_it_is_read_is_refused(
    site: Site, bundles: dict[str, bytes], monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    there, go_on = hold_the_second_vib(monkeypatch)
    path = site.file("a.zip", bundles[sample.BASE_8_0_2_FILE])
    before = path.stat()
    task = site.create(location=path.as_uri())
    site.start()
    assert there.wait(20)

    with path.open("r+b") as file:
        if change == "grows":
            file.seek(0, io.SEEK_END)
            file.write(b"more")
        elif change == "is cut off":
            file.truncate(before.st_size // 10)
        else:
            file.write(b"PK")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    go_on.set()

    error = site.failure(task)
    assert isinstance(error, InvalidArgument)
    assert "was changed while it was being read. Try again." in str(error)
    assert (site.depots(), site.blobs()) == ([], set())


def test_a_damaged_bundle_in_a_folder_is_refused_for_its_damage(site: Site, bundles: dict[str, bytes]) -> None:
    for name, (data, reason) in broken_bundles(bundles).items():
        error = site.failure(site.create(location=site.file(name, data).as_uri()))
        with pytest.raises(InvalidArgument, match=reason):
            raise error
    assert (site.depots(), site.blobs()) == ([], set())


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("ftp://example.com/a.zip", "scheme"),
        ("file:///etc/passwd", "folder"),
        ("a.zip", "complete URI"),
        ("http://example.com/a%zz", "complete URI"),
        ("http://example.com/a#b#c", "complete URI"),
        ("http://[1:2]/a.zip", "complete URI"),
    ],
)
def test_a_location_that_may_not_be_read_is_refused_at_once(site: Site, location: str, reason: str) -> None:
    with pytest.raises(InvalidArgument, match=reason):
        site.create(location=location)


def test_a_progress_with_stages_and_counts_is_told(
    site: Site, bundles: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("imagewright.jobs.claim.PROGRESS_SECONDS", 0)
    seen: list[tuple[int, str]] = []
    copy = OpenDepot.copy_vib

    def look(depot: OpenDepot, vib: Vib, sink: Any = None) -> Vib:
        row = site.row(task_id)
        seen.append((row.completed, row.progress_message))
        return copy(depot, vib, sink)

    monkeypatch.setattr(OpenDepot, "copy_vib", look)
    task_id = site.create(location=site.web.offer("d.zip", bundles[sample.DRIVERS_FILE]))
    assert site.ended(task_id).completed == 100

    assert seen[0] == (40, "Reading d.zip")
    texts = [text for _, text in seen if text != "Reading d.zip"]
    assert texts == sorted(texts)
    assert set(texts) <= {f"Storing VIB {number} of {len(seen)}" for number in range(1, len(seen) + 1)}
    assert [done for done, _ in seen] == sorted(done for done, _ in seen)


def without_checksums(data: bytes) -> bytes:
    """The same bundle with metadata that name no SHA-256 of any VIB."""
    sink = io.BytesIO()
    with open_depot(io.BytesIO(data), "depot.zip") as opened:
        (bundle,) = opened.content.bundles
        files = {vib.id: vib for vib in bundle.vibs}
        bulletins = {
            each.id: replace(each, vibs=tuple(VibRef(ref.id) for ref in each.vibs)) for each in bundle.bulletins
        }
        silent = replace(
            bundle,
            vibs=tuple(replace(vib, sha256="") for vib in bundle.vibs),
            bulletins=tuple(bulletins.values()),
            components=tuple(replace(each, bulletin=bulletins[each.bulletin.id]) for each in bundle.components),
        )
        write_depot(sink, DepotContent((silent,)), lambda vib: opened.open_vib(files[vib.id]))
    return sink.getvalue()


def test_what_metadata_leave_out_comes_from_the_files(site: Site, bundles: dict[str, bytes]) -> None:
    data = bundles[sample.DRIVERS_FILE]
    depots_of = [site.imported(data), site.imported(without_checksums(data), "silent.zip")]

    catalog = site.catalog()

    assert all(vib.sha256 for vib in catalog.vibs)
    assert site.blobs() == site.vib_blobs()
    for component in catalog.components:
        assert catalog.component_variants(component.name, component.version) == (component,)
        assert list(catalog.depots_of(component)) == depots_of


def test_a_vib_without_its_file_is_recorded_as_missing(site: Site, bundles: dict[str, bytes]) -> None:
    good = bundles[sample.DRIVERS_FILE]
    path = vib_paths(good)[-1]
    part = site.imported(rezipped(good, {path: None}), "part.zip")

    (missing,) = (vib for vib in site.catalog().vibs if vib.file_missing)
    assert missing.relative_path == path
    assert site.blobs() == site.vib_blobs() - {missing.sha256}
    assert site.catalog().depots_of(missing) == ()

    whole = site.imported(good, "whole.zip")
    assert not any(vib.file_missing for vib in site.catalog().vibs)
    assert site.catalog().depots_of(missing) == (whole,)
    assert site.blobs() == site.vib_blobs()

    site.ended(site.call(offline.delete_task, depot=whole, spec=offline.DeleteSpec()))
    assert site.depots() == [part]
    assert [vib.ref for vib in site.catalog().vibs if vib.file_missing] == [missing.ref]


# --- what cannot be imported -----------------------------------------------------------------------------------------


def broken_bundles(bundles: dict[str, bytes]) -> dict[str, tuple[bytes, str]]:
    """Bundles and what must be said of them."""
    good = bundles[sample.DRIVERS_FILE]
    path = vib_paths(good)[-1]
    other = bundles[sample.SOLUTION_FILE]
    return {
        "empty.zip": (b"", "empty.zip: is empty"),
        "truncated.zip": (good[: len(good) // 2], "truncated.zip: (is not a complete zip|holds no index)"),
        "text.zip": (b"<html>Log in first</html>" * 10, "text.zip: is no zip file: it begins with '<html>Log in"),
        "no-index.zip": (rezipped(good, {"index.xml": None}), "no-index.zip: holds no index.xml"),
        "cut-vib.zip": (rezipped(good, {path: b"!<arch>\n"}), f"cut-vib.zip > {path}: is not a VIB"),
        "other-vib.zip": (rezipped(good, {path: other}), f"other-vib.zip > {path}"),
        "broken.zip": (bundles[sample.BROKEN_FILE], "broken.zip > .*vib"),
    }


@pytest.mark.parametrize(
    "name",
    [
        "empty.zip",
        "truncated.zip",
        "text.zip",
        "no-index.zip",
        "cut-vib.zip",
        "other-vib.zip",
        "broken.zip",
    ],
)
def test_a_bad_bundle_leaves_nothing_behind(site: Site, bundles: dict[str, bytes], name: str) -> None:
    data, reason = broken_bundles(bundles)[name]

    error = site.failure(site.create(location=site.web.offer(name, data)))

    assert isinstance(error, InvalidArgument)
    assert error.messages[0].text.endswith(". Nothing was imported.")
    with pytest.raises(InvalidArgument, match=reason):
        raise error
    assert (site.depots(), site.blobs()) == ([], set())


def test_a_bad_upload_is_kept_for_its_owner(site: Site) -> None:
    file_id = site.upload(b"no zip")

    error = site.failure(site.create(source_type=offline.SourceType.PUSH, file_id=file_id))

    assert isinstance(error, InvalidArgument)
    assert site.blobs() == {sha256(b"no zip")}


def test_a_404_is_told_with_its_status(site: Site) -> None:
    error = site.failure(site.create(location=site.web.url("nowhere.zip")))

    assert isinstance(error, InvalidArgument)
    assert "404" in str(error)
    assert (site.depots(), site.blobs()) == ([], set())


def test_the_same_bundle_is_imported_once(site: Site, bundles: dict[str, bytes]) -> None:
    depot = site.imported(bundles[sample.ALPHA_FILE])
    stored = site.blobs()

    error = site.failure(site.create(location=site.web.offer("again.zip", bundles[sample.ALPHA_FILE])))

    assert isinstance(error, AlreadyExists)
    assert error.data == offline.CreateResult(depot=depot)
    assert f"depot {depot}" in str(error)
    assert site.depots() == [depot]
    assert site.blobs() == stored


def test_of_two_imports_of_one_bundle_at_the_same_time_one_wins(site: Site, bundles: dict[str, bytes]) -> None:
    site.web.may_answer.clear()
    location = site.web.offer("a.zip", bundles[sample.ALPHA_FILE])
    tasks = [site.create(location=location) for _ in range(2)]
    site.start()
    site.web.may_answer.set()

    ended = [site.ended(task) for task in tasks]

    assert sorted(task.status for task in ended) == ["FAILED", "SUCCEEDED"]
    assert len(site.depots()) == 1
    assert site.vib_blobs() <= site.blobs()


def test_a_full_disk_is_no_fault_of_the_bundle(
    site: Site, bundles: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    commit = DirectoryWriter.commit
    commits = itertools.count()

    def fill_up(writer: DirectoryWriter) -> BlobRef:
        if next(commits) == 2:
            raise OSError(errno.ENOSPC, "No space left on device")
        return commit(writer)

    monkeypatch.setattr(DirectoryWriter, "commit", fill_up)
    error = site.failure(site.create(location=site.web.offer("a.zip", bundles[sample.ALPHA_FILE])))

    assert isinstance(error, ServiceUnavailable)
    assert "No space left on device" in str(error)
    assert (site.depots(), site.blobs()) == ([], set())


# --- real bundles ----------------------------------------------------------------------------------------------------


@needs_real
@pytest.mark.parametrize("path", sorted(REAL.glob("depots/*.zip")), ids=lambda path: path.name)
def test_real_bundles_are_imported(site: Site, path: Path) -> None:
    depot = site.imported(path.read_bytes())

    with site.storage.read() as uow:
        content = uow.depots.content(depot)
    assert content.not_understood == ()
    assert site.blobs() == {vib.sha256 for vib in content.vibs} != set()


@needs_real
@pytest.mark.parametrize("path", sorted(REAL.glob("vibs/*thgpio-*.vib")), ids=lambda path: path.name)
def test_a_single_vib_is_a_depot_and_its_blob_stays(site: Site, path: Path) -> None:
    site.imported(path.read_bytes(), "thgpio.vib")

    assert site.blobs() == {sha256(path.read_bytes())}


@needs_real
def test_two_builds_of_one_component_are_kept_apart(site: Site) -> None:
    depots_of = {name: site.imported((REAL / "depots" / name).read_bytes()) for name in (THGPIO, "75042a-" + THGPIO)}

    variants = site.catalog().component_variants("thgpio", "1.0-0.00001")

    assert len(variants) == 2
    assert {site.catalog().depots_of(variant) for variant in variants} == {(depot,) for depot in depots_of.values()}
    assert site.blobs()


# --- a start that is not finished ------------------------------------------------------------------------------------


def hold_the_second_vib(monkeypatch: pytest.MonkeyPatch) -> tuple[threading.Event, threading.Event]:
    """Stops an import in the middle of its work: one event says that it is there, the other lets it go on."""
    there, go_on = threading.Event(), threading.Event()
    copy = OpenDepot.copy_vib
    copied: list[Vib] = []

    def hold(depot: OpenDepot, vib: Vib, sink: Any = None) -> Vib:
        if len(copied) == 1:
            there.set()
            assert go_on.wait(20)
        copied.append(vib)
        return copy(depot, vib, sink)

    monkeypatch.setattr(OpenDepot, "copy_vib", hold)
    return there, go_on


def test_a_cancelled_import_leaves_nothing(
    site: Site, bundles: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    there, go_on = hold_the_second_vib(monkeypatch)
    task = site.create(location=site.web.offer("a.zip", bundles[sample.BASE_8_0_2_FILE]))
    site.start()
    assert there.wait(20)
    assert site.blobs()

    site.call(cis_tasks.cancel, task=task)
    go_on.set()

    assert isinstance(site.failure(task), Canceled)
    assert (site.depots(), site.blobs()) == ([], set())


def test_a_cancelled_transfer_leaves_nothing(site: Site, web: Server, bundles: dict[str, bytes]) -> None:
    web.may_answer.clear()
    task = site.create(location=web.offer("a.zip", bundles[sample.ALPHA_FILE]))
    site.start()
    assert web.asked.wait(20)

    site.call(cis_tasks.cancel, task=task)
    web.may_answer.set()

    assert isinstance(site.failure(task), Canceled)
    assert (site.depots(), site.blobs()) == ([], set())


def test_an_import_whose_server_died_is_done_again(site: Site, bundles: dict[str, bytes]) -> None:
    data = bundles[sample.ALPHA_FILE]
    task = site.create(location=site.web.offer("a.zip", data))
    with site.storage.write() as uow:
        assert uow.tasks.claim("dead", site.now(), site.now() - timedelta(seconds=1)) is not None
    with site.services.blobs.writer() as writer:  # what the dead one had stored
        writer.write(data)
        writer.commit()

    assert site.ended(task).status is TaskStatus.SUCCEEDED
    assert site.blobs() == site.vib_blobs()


def test_orphans_are_swept_when_they_are_old_and_no_import_is_running(site: Site, bundles: dict[str, bytes]) -> None:
    site.imported(bundles[sample.ALPHA_FILE])
    upload = site.upload(b"waits for its import")
    with site.services.blobs.writer() as writer:
        writer.write(b"left by a crash")
        orphan = writer.commit().sha256
    kept = site.blobs() - {orphan}
    assert upload
    blobs = site.services.blobs
    site.runners.pop().stop()  # or it would take the task before the other one does

    assert sweep_blobs(site.storage, blobs, site.now()) == 0
    with_running = site.create(location=site.web.url("x.zip"))
    with site.storage.write() as uow:
        claimed = uow.tasks.claim("other", site.now() - GRACE, site.now() + GRACE)
    assert claimed is not None
    assert claimed.id == with_running
    assert sweep_blobs(site.storage, blobs, site.now() + 2 * GRACE) == 0
    with site.storage.write() as uow:
        uow.tasks.finish(with_running, "other", TaskStatus.FAILED, site.now(), error={})
    assert sweep_blobs(site.storage, blobs, site.now() + 2 * GRACE) == 1
    assert set(blobs.names()) == kept


def test_an_abandoned_upload_goes_with_its_file_and_one_that_is_being_imported_stays(
    site: Site, bundles: dict[str, bytes]
) -> None:
    day = timedelta(days=1)
    abandoned, waits = site.upload(b"abandoned"), site.upload(bundles[sample.ALPHA_FILE])
    task = site.create(source_type=offline.SourceType.PUSH, file_id=waits)
    assert forget_abandoned_uploads(site.storage, site.now(), day) == 0
    site.ahead = 2 * day
    young = site.upload(b"young")

    assert forget_abandoned_uploads(site.storage, site.now(), day) == 1
    with site.storage.read() as uow:
        assert uow.uploads.get(abandoned) is None
        assert uow.uploads.get(young) is not None
    with pytest.raises(InvalidArgument, match="no uploaded file"):
        site.create(source_type=offline.SourceType.PUSH, file_id=abandoned)
    site.start().wait(task, 30)
    assert site.row(task).status is TaskStatus.SUCCEEDED
    assert site.blobs() == site.vib_blobs() | {sha256(b"young")}


# --- removing --------------------------------------------------------------------------------------------------------


def test_what_is_removed_goes_with_its_blobs_and_what_is_shared_stays(site: Site, bundles: dict[str, bytes]) -> None:
    data = bundles[sample.DRIVERS_FILE]
    first, second = site.imported(data), site.imported(rezipped(data), "copy.zip")
    stored = site.blobs()

    assert site.ended(site.call(offline.delete_task, depot=first, spec=None)).status is TaskStatus.SUCCEEDED
    assert site.depots() == [second]
    assert site.blobs() == stored

    site.ahead = timedelta(seconds=1)
    site.call(offline.delete, depot=second, spec=offline.DeleteSpec(force=False))
    assert (site.depots(), site.blobs()) == ([], set())


@pytest.mark.parametrize("operation", [offline.delete, offline.delete_task, offline.get])
def test_an_unknown_depot_is_not_found(site: Site, operation: Any) -> None:
    arguments = {} if operation is offline.get else {"spec": None}

    with pytest.raises(NotFound, match="offline depot '7'"):
        site.call(operation, depot="7", **arguments)


def in_use(site: Site, depot: str) -> depots.AffectedDesiredStateInfo:
    """What the API says that the removal of a depot would do to the only thing that needs it."""
    error = site.failure(site.call(offline.delete_task, depot=depot, spec=None))
    assert isinstance(error, ResourceInUse)
    assert error.data.affected_baselines is None
    (affected,) = error.data.affected_desired_states
    with pytest.raises(ResourceInUse, match=affected.software_spec_name):
        site.call(offline.delete, depot=depot, spec=None)
    assert depot in site.depots()
    return affected  # type: ignore[no-any-return]


def test_a_depot_that_a_draft_needs_is_kept(site: Site, bundles: dict[str, bytes]) -> None:
    depot = site.imported(bundles[sample.BASE_8_0_3_FILE])
    drivers = site.imported(bundles[sample.DRIVERS_FILE], "drivers.zip")
    draft = site.draft(sample.BASE_8_0_3, Sample_Net_Driver=sample.NET_DRIVER_GOOD)

    affected = in_use(site, depot)
    assert affected.software_spec is None
    assert affected.software_spec_name == f"the draft {draft} of jane"
    assert affected.affected_base_image is not None
    assert affected.affected_base_image.version == sample.BASE_8_0_3
    assert affected.affected_independent_components is None

    affected = in_use(site, drivers)
    assert affected.affected_base_image is None
    assert affected.affected_independent_components is not None
    assert set(affected.affected_independent_components) == {sample.NET_DRIVER}

    site.call(drafts.delete, draft=draft)
    assert site.ended(site.call(offline.delete_task, depot=depot, spec=None)).status is TaskStatus.SUCCEEDED


def test_a_depot_that_the_library_needs_goes_only_by_force(site: Site, bundles: dict[str, bytes]) -> None:
    depot = site.imported(bundles[sample.BASE_8_0_3_FILE])
    draft = site.draft(sample.BASE_8_0_3)
    spec = site.ended(site.call(drafts.commit, draft=draft, spec=drafts.CommitSpec())).result

    affected = in_use(site, depot)
    assert (affected.software_spec, affected.software_spec_name) == (spec, "gold")

    forced = site.call(offline.delete_task, depot=depot, spec=offline.DeleteSpec(force=True))
    assert site.ended(forced).status is TaskStatus.SUCCEEDED
    assert site.depots() == []


def test_content_that_another_depot_has_too_is_not_needed_from_this_one(site: Site, bundles: dict[str, bytes]) -> None:
    data = bundles[sample.BASE_8_0_3_FILE]
    depot = site.imported(data)
    site.imported(rezipped(data), "copy.zip")
    site.draft(sample.BASE_8_0_3)

    assert site.ended(site.call(offline.delete_task, depot=depot, spec=None)).status is TaskStatus.SUCCEEDED
