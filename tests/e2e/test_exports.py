"""Exports of a server: what comes out of every flag, what goes in again, and how files are fetched."""

from __future__ import annotations

import io
import json
import sqlite3
import threading
import zipfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from bill_of_materials import valid, vibs
from exporting import COMPOSITE, bundle_url, committed, downloaded, fetched, urls
from s3_server import S3Server
from server_process import ADMINISTRATOR, ALICE, VICTOR, ServerProcess, allowing, eventually, serving
from shared_servers import *  # noqa: F403 - fixtures
from wire_clients import OFFLINE, SOFTWARE, Rest, connection, login, refusal_in, rest_session

from imagewright.cli import sample_depot as sample
from imagewright.formats.bundle import open_depot

FAULTS = "/imagewright/v1/faults"


@pytest.fixture(scope="module")
def alice(stocked_server: ServerProcess) -> Iterator[Rest]:
    with rest_session(stocked_server, ALICE) as rest:
        yield rest


@pytest.fixture(scope="module")
def spec(alice: Rest) -> str:
    return committed(alice, "Racks & Blades: größer")


def vib_ids(data: bytes) -> set[str]:
    """The VIBs of a bundle, each compared with every checksum that there is of it."""
    with open_depot(io.BytesIO(data), "exported") as depot:
        assert depot.content.not_understood == ()
        return {depot.copy_vib(vib).id for vib in depot.content.vibs}


def spec_inside(data: bytes) -> Any:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return json.loads(archive.read("software-spec.json"))


# --- what comes out --------------------------------------------------------------------------------------------------


def test_what_is_asked_for_is_what_is_answered(alice: Rest, spec: str) -> None:
    assert urls(alice, spec, "export_software_spec").keys() == {"SOFTWARE_SPEC"}
    assert urls(alice, spec, "export_offline_bundle").keys() == {"OFFLINE_BUNDLE"}
    both = urls(alice, spec, "export_software_spec", "export_offline_bundle")
    assert both.keys() == {"SOFTWARE_SPEC", "OFFLINE_BUNDLE"}
    assert all(url.startswith(str(alice.http.base_url)) and url.isascii() for url in both.values())


def test_a_bundle_has_every_image(alice: Rest, spec: str) -> None:
    data = downloaded(alice, bundle_url(alice, spec))
    assert spec_inside(data) == COMPOSITE
    assert any("sample-net-agent" in vib for vib in vib_ids(data))


def test_only_the_default_image(alice: Rest, spec: str) -> None:
    data = downloaded(alice, bundle_url(alice, spec, "export_only_default_image"))
    assert spec_inside(data) == {key: part for key, part in COMPOSITE.items() if key != "alternative_images"}
    assert not any("sample-net-agent" in vib for vib in vib_ids(data))


def test_reserved_vibs_are_left_out_on_demand(alice: Rest, spec: str) -> None:
    """Unset means that they come along, as the API says."""
    only = "export_only_default_image"
    everything = vib_ids(downloaded(alice, bundle_url(alice, spec, only)))
    assert vib_ids(downloaded(alice, bundle_url(alice, spec, only, skip_reserved_vibs_export=False))) == everything
    without = vib_ids(downloaded(alice, bundle_url(alice, spec, only, skip_reserved_vibs_export=True)))
    # The add-on removes one of these and brings a higher version of the other.
    assert {"sfvmk", "i40en"} <= {vib.split("_")[2] for vib in everything - without}
    assert without < everything


def test_a_bundle_of_a_bundle_is_the_same_bundle(
    alice: Rest, spec: str, fresh_users: Path, tmp_path: Path, depot_folder: Path
) -> None:
    """Into an empty server and out again: the same bytes, components and hash."""
    first = downloaded(alice, bundle_url(alice, spec))
    (tmp_path / "exported.zip").write_bytes(first)
    with serving(fresh_users, settings=allowing(tmp_path)) as server, rest_session(server, ADMINISTRATOR) as other:
        location = (tmp_path / "exported.zip").as_uri()
        task = other.task("POST", f"{OFFLINE}?vmw-task=true", json={"source_type": "PULL", "location": location})
        assert task["status"] == "SUCCEEDED", task
        again = committed(other, "Imported", spec_inside(first))
        assert downloaded(other, bundle_url(other, again)) == first
        for look in ("effective-components", "alternative-images/blades/effective-components"):
            assert _of(other, again, look) == _of(alice, spec, look)
        assert _of(other, again)["image_hash"] == _of(alice, spec)["image_hash"]


def _of(rest: Rest, spec: str, what: str = "") -> Any:
    return rest.result("GET", f"{SOFTWARE}/{spec}/{what}".rstrip("/"), 200)


def test_what_no_depot_has_any_more_is_named(fresh_stock: Path) -> None:
    with serving(fresh_stock) as server, rest_session(server, ADMINISTRATOR) as rest:
        spec = committed(rest, "Incomplete")
        url = bundle_url(rest, spec)
        depots = rest.result("GET", OFFLINE, 200)
        alpha = next(depot for depot, info in depots.items() if info["description"] == sample.ALPHA_FILE)
        removed = rest.task("DELETE", f"{OFFLINE}/{alpha}?vmw-task=true", json={"force": True})
        assert removed["status"] == "SUCCEEDED", removed
        body = {"params": {"action": "export"}, "json": {"export_offline_bundle": True} | _NOT_ASKED}
        refusal = rest.refused("POST", f"{SOFTWARE}/{spec}", 404, "NOT_FOUND", **body)
        refusal.says(f"the add-on {sample.ALPHA} {sample.ALPHA_NEW} is in no depot")
        refusal_in(fetched(rest, url), 404, "NOT_FOUND").says("is in no depot")


_NOT_ASKED = dict.fromkeys(("export_software_spec", "export_iso_image", "export_only_default_image"), False)


def test_the_bundle_of_an_older_version(alice: Rest) -> None:
    spec = committed(alice, "With a history", {"base_image": {"version": sample.BASE_8_0_3}})
    old = bundle_url(alice, spec)
    before = downloaded(alice, old)
    draft = alice.result("POST", f"{SOFTWARE}/{spec}", 200, params={"action": "edit"}, json={})
    newer = {"version": sample.BASE_9_1_0}
    alice.result("PUT", f"{SOFTWARE}/drafts/{draft}/base-image", 204, json=newer)
    assert (
        alice.task("POST", f"{SOFTWARE}/drafts/{draft}?action=commit&vmw-task=true", json={})["status"] == "SUCCEEDED"
    )
    new = bundle_url(alice, spec)
    assert new != old
    assert downloaded(alice, old) == before
    assert spec_inside(downloaded(alice, new)) == {"base_image": newer}


# --- how files are fetched -------------------------------------------------------------------------------------------


def test_who_may_fetch(alice: Rest, spec: str, stocked_server: ServerProcess) -> None:
    url = bundle_url(alice, spec)
    refusal_in(alice.http.get(url), 401, "UNAUTHENTICATED")
    with rest_session(stocked_server, VICTOR) as viewer:
        assert downloaded(viewer, url) == downloaded(alice, url)
    for wrong in (url.replace("/1/", "/7/"), url.replace("offline-bundle", "nothing"), url.replace(spec, "nobody")):
        refusal_in(fetched(alice, wrong), 404, "NOT_FOUND")
    refusal_in(fetched(alice, f"{url}/more"), 404, "OPERATION_NOT_FOUND")


def test_the_name_of_the_file(alice: Rest, spec: str) -> None:
    """As it is for those who can read it, in plain letters for all others."""
    url = bundle_url(alice, spec, "export_only_default_image", skip_reserved_vibs_export=True)
    answer = fetched(alice, url, "HEAD")
    assert answer.headers["content-type"] == "application/zip"
    kind, plain, full = answer.headers["content-disposition"].split("; ")
    assert kind == "attachment"
    assert plain == 'filename="Racks-Blades-gr-er-v1-default-image-without-reserved-vibs.zip"'
    assert full.startswith("filename*=UTF-8''Racks%20%26%20Blades-%20gr%C3%B6%C3%9Fer-v1-default-image")


def test_head_tells_what_get_would(alice: Rest, spec: str) -> None:
    url = bundle_url(alice, spec)
    get, head = fetched(alice, url), fetched(alice, url, "HEAD")
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-length", "content-type", "etag", "accept-ranges", "content-disposition"):
        assert head.headers[name] == get.headers[name]
    assert get.headers["accept-ranges"] == "bytes"


def test_ranges(alice: Rest, spec: str) -> None:
    url = bundle_url(alice, spec)
    whole = downloaded(alice, url)
    size = len(whole)
    for asked, start, end in (
        ("0-0", 0, 1), ("5-", 5, size), ("-7", size - 7, size), ("100-300000", 100, 300001),
        (f"10-{size + 10}", 10, size), (f"-{size + 10}", 0, size),
    ):  # fmt: skip
        answer = fetched(alice, url, range=f"bytes={asked}")
        assert answer.status_code == 206, asked
        assert answer.headers["content-range"] == f"bytes {start}-{end - 1}/{size}"
        assert answer.content == whole[start:end], asked
    for asked in (f"bytes={size}-", "bytes=-0"):
        answer = fetched(alice, url, range=asked)
        assert (answer.status_code, answer.headers["content-range"]) == (416, f"bytes */{size}")
    for asked in ("bytes=0-1,5-6", "lines=1-2", "bytes=7-3", "bytes=-", "bytes=x-"):
        assert fetched(alice, url, range=asked).content == whole, asked


def test_a_broken_download_is_gone_on_with(alice: Rest, spec: str) -> None:
    """As a client does it that has the beginning: only when that is the beginning of the same file."""
    url = bundle_url(alice, spec)
    whole = downloaded(alice, url)
    tag = fetched(alice, url, "HEAD").headers["etag"]
    rest_of_it = fetched(alice, url, range="bytes=1000-", if_range=tag)
    assert (rest_of_it.status_code, rest_of_it.content) == (206, whole[1000:])
    of_another = fetched(alice, url, range="bytes=1000-", if_range='"another"')
    assert (of_another.status_code, of_another.content) == (200, whole)


def test_what_the_client_has_is_not_sent_again(alice: Rest, spec: str) -> None:
    for url in (bundle_url(alice, spec), urls(alice, spec, "export_software_spec")["SOFTWARE_SPEC"]):
        tag = fetched(alice, url, "HEAD").headers["etag"]
        for known in (tag, f'"other", {tag}', f"W/{tag}", "*"):
            answer = fetched(alice, url, if_none_match=known)
            assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", tag)
        assert fetched(alice, url, if_none_match='"other"').status_code == 200


# --- one file for all ------------------------------------------------------------------------------------------------


def export_tasks(rest: Rest) -> list[str]:
    return list(rest.result("GET", "/cis/tasks", 200, params={"services": "imagewright.exports"}))


def test_equal_requests_share_one_result(fresh_stock: Path) -> None:
    """Whoever asks, and whichever specification of the same content is meant."""
    with serving(fresh_stock) as server, rest_session(server, ALICE) as alice, rest_session(server, VICTOR) as victor:
        spec = committed(alice, "One")
        with ThreadPoolExecutor(6) as pool:
            asked = [pool.submit(bundle_url, rest, spec) for rest in (alice, victor) * 3]
            (url,) = {each.result() for each in asked}
            files = [pool.submit(downloaded, rest, url) for rest in (alice, victor) * 3]
            assert len({each.result() for each in files}) == 1
        administrator = Rest(alice.http, login(alice.http, ADMINISTRATOR))
        assert len(export_tasks(administrator)) == 1
        downloaded(alice, bundle_url(alice, spec, "export_only_default_image"))
        assert len(export_tasks(administrator)) == 2


def test_the_answer_comes_at_once_and_the_file_when_it_is_made(fresh_stock: Path) -> None:
    settings = {"IMAGEWRIGHT_ALLOW_FAULTS": "true"}
    with serving(fresh_stock, settings=settings) as server, rest_session(server, ADMINISTRATOR) as rest:
        fault = _hold_exports(rest)
        url = bundle_url(rest, committed(rest, "Held"))
        begun, files = threading.Event(), list[bytes]()

        def wait_for_it() -> None:
            with connection(server) as http:
                begun.set()
                files.append(downloaded(Rest(http, rest.token), url))

        waiting = threading.Thread(target=wait_for_it)
        waiting.start()
        begun.wait()
        # The held task is shown as running, and the file is not there; what else the server does goes on.
        eventually("the task is there", lambda: len(export_tasks(rest)) == 1)
        assert files == []
        _release(rest, fault)
        waiting.join()
        assert len(vib_ids(files[0])) > 100


def test_a_task_that_failed_is_told_and_tried_again(fresh_stock: Path) -> None:
    """The file of a VIB is damaged or gone: the download says which; when it is back, the next one works."""
    with serving(fresh_stock) as server, rest_session(server, ADMINISTRATOR) as rest:
        spec = committed(rest, "Damaged")
        with open_depot(io.BytesIO(downloaded(rest, bundle_url(rest, spec))), "exported") as depot:
            victim = next(vib for vib in depot.content.vibs if vib.name == "esx-base")
        blob = server.data / "blobs" / victim.sha256[:2] / victim.sha256[2:4] / victim.sha256
        content = blob.read_bytes()
        blob.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
        url = bundle_url(rest, spec, "export_only_default_image")
        refusal_in(fetched(rest, url), 500, "RESOURCE_INACCESSIBLE").says(f"{victim.id} is damaged: the CRC-32")
        blob.unlink()
        refusal_in(fetched(rest, url), 500, "RESOURCE_INACCESSIBLE").says(f"{victim.id} is not on this server")
        blob.write_bytes(content)
        assert victim.id in vib_ids(downloaded(rest, url))


def test_a_vib_of_the_time_before_checksums_were_kept(fresh_stock: Path) -> None:
    """Its SHA-256 is compared, once; what was learned then is compared from then on."""
    with serving(fresh_stock) as server, rest_session(server, ADMINISTRATOR) as rest:
        spec = committed(rest, "Old")
        least = bundle_url(rest, spec, "export_only_default_image", skip_reserved_vibs_export=True)
        blob = server.data / "blobs" / key_of_a_vib(downloaded(rest, least))
        with closing(sqlite3.connect(server.data / "imagewright.db", timeout=10)) as database:
            database.execute("UPDATE vibs SET crc32 = NULL")
            database.commit()
        content = blob.read_bytes()
        blob.write_bytes(damaged(content))
        url = bundle_url(rest, spec, "export_only_default_image")
        refusal_in(fetched(rest, url), 500, "RESOURCE_INACCESSIBLE").says("is damaged: the SHA-256")
        blob.write_bytes(content)
        assert vib_ids(downloaded(rest, url))
        blob.write_bytes(damaged(content))
        url = bundle_url(rest, spec, skip_reserved_vibs_export=True)
        refusal_in(fetched(rest, url), 500, "RESOURCE_INACCESSIBLE").says("is damaged: the CRC-32")


def test_files_in_a_bucket_are_compared_with_their_sha256(
    fresh_stock: Path, tmp_path: Path, s3_server: S3Server
) -> None:
    """Whoever keeps the bucket could make other bytes fit a CRC-32, which the import knows here, too."""
    prefix = f"exports/{tmp_path.name}"
    bucket, blobs = s3_server.store(prefix), fresh_stock / "blobs"
    for path in blobs.glob("??/??/*"):
        bucket.put(str(path.relative_to(blobs)), path.read_bytes())
    with (
        serving(fresh_stock, settings=s3_server.settings(prefix)) as server,
        rest_session(server, ADMINISTRATOR) as rest,
    ):
        spec = committed(rest, "Bucket")
        key = key_of_a_vib(downloaded(rest, bundle_url(rest, spec)))
        bucket.put(key, damaged((blobs / key).read_bytes()))
        url = bundle_url(rest, spec, "export_only_default_image")
        refusal_in(fetched(rest, url), 500, "RESOURCE_INACCESSIBLE").says("is damaged: the SHA-256")


def key_of_a_vib(data: bytes) -> str:
    """Where the file of a VIB of this bundle lies among the blobs."""
    with open_depot(io.BytesIO(data), "exported") as depot:
        sha256 = next(vib.sha256 for vib in depot.content.vibs if vib.name == "esx-base")
    return f"{sha256[:2]}/{sha256[2:4]}/{sha256}"


def damaged(content: bytes) -> bytes:
    """The same with one bit turned."""
    return content[:100] + bytes([content[100] ^ 1]) + content[101:]


def test_a_killed_export_leaves_nothing_and_is_made_again(fresh_stock: Path) -> None:
    settings = {"IMAGEWRIGHT_ALLOW_FAULTS": "true", "IMAGEWRIGHT_TASK_LEASE": "1"}
    server = ServerProcess(fresh_stock, settings=settings).ready()
    with rest_session(server, ADMINISTRATOR) as rest:
        spec = committed(rest, "Killed")
        _hold_exports(rest)
        path = bundle_url(rest, spec).removeprefix(str(rest.http.base_url).rstrip("/"))
        eventually("it is being made", lambda: len(export_tasks(rest)) == 1)
        before = _blobs(server)
    server.kill()
    assert _blobs(server) == before
    with serving(fresh_stock, settings=settings) as again, rest_session(again, ADMINISTRATOR) as rest:
        data = downloaded(rest, path)
        assert spec_inside(data) == COMPOSITE
        assert len(vib_ids(data)) > 100


def test_results_expire_and_are_swept(fresh_stock: Path) -> None:
    """What nobody fetches goes, with what was stored for it; who comes later gets it all the same."""
    settings = {"IMAGEWRIGHT_EXPORT_LIFETIME": "0", "IMAGEWRIGHT_HOUSEKEEPING": "0.2"}
    with serving(fresh_stock, settings=settings) as server, rest_session(server, ADMINISTRATOR) as rest:
        spec = committed(rest, "Short-lived")
        before = _blobs(server)
        url = bundle_url(rest, spec)
        eventually("it is made and gone again", lambda: export_tasks(rest) and _blobs(server) == before)
        assert len(vib_ids(downloaded(rest, url))) > 100


def _blobs(server: ServerProcess) -> set[str]:
    return {path.name for path in (server.data / "blobs").rglob("*") if path.is_file()}


def _hold_exports(rest: Rest) -> str:
    rule = {"operation": "imagewright.exports.*", "effect": "HOLD", "state": "RUNNING"}
    headers = {"vmware-api-session-id": rest.token or ""}
    answer = rest.http.post(FAULTS, json=rule, headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json())


def _release(rest: Rest, fault: str) -> None:
    rest.http.delete(f"{FAULTS}/{fault}", headers={"vmware-api-session-id": rest.token or ""}).raise_for_status()


def test_the_bill_of_materials(alice: Rest, spec: str) -> None:
    """Of the default image, under a URL beside that of the specification."""
    url = urls(alice, spec, "export_software_spec")["SOFTWARE_SPEC"].replace("software-spec.json", "sbom.json")
    answer = fetched(alice, url)
    assert answer.headers["content-type"] == "application/vnd.cyclonedx+json"
    assert ".cdx.json" in answer.headers["content-disposition"]
    with open_depot(
        io.BytesIO(
            downloaded(alice, bundle_url(alice, spec, "export_only_default_image", skip_reserved_vibs_export=True))
        ),
        "b",
    ) as depot:
        in_bundle = {(vib.id, depot.copy_vib(vib).sha256) for vib in depot.content.vibs}
    assert set(vibs(valid(answer.content))) == in_bundle


def test_the_bill_of_materials_of_an_alternative_image(alice: Rest, spec: str) -> None:
    url = urls(alice, spec, "export_software_spec")["SOFTWARE_SPEC"].replace("software-spec.json", "sbom.json")
    answer = fetched(alice, f"{url}?image=BLADES")
    of_blades, of_default = ({name for name, _ in vibs(valid(each.content))} for each in (answer, fetched(alice, url)))
    assert any("sample-net-agent" in name for name in of_blades - of_default)
    assert "-blades.cdx.json" in answer.headers["content-disposition"]
    for wrong in (f"{url}?image=towers", url.replace("sbom.json", "software-spec.json?image=blades")):
        refusal = fetched(alice, wrong)
        assert (refusal.status_code, refusal.json()["error_type"]) == (400, "INVALID_ARGUMENT")
