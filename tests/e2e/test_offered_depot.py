"""A server as an online depot: what a reader finds there that knows the address and nothing else."""

from __future__ import annotations

import io
import shutil
import zipfile
from contextlib import ExitStack
from pathlib import Path

import httpx
from exporting import COMPOSITE, bundle_url, committed, downloaded
from server_process import ADMINISTRATOR, ServerProcess, serving
from stock import IMPORTED
from vendor_site import READS_FROM_IT
from wire_clients import OFFLINE, SOFTWARE, Rest, connection, refusal_in, rest_session

from imagewright.formats.bundle import open_depot
from imagewright.formats.index import read_index, read_vendor_index
from imagewright.model.catalog import Catalog
from imagewright.model.compose import compose_spec
from imagewright.model.content import DepotContent
from imagewright.model.documents import effective_document
from imagewright.model.spec import SoftwareSpec

TOKEN = "0123456789-abc_DEF"
OFFERED = {"IMAGEWRIGHT_OFFER_DEPOT": "true"}


def mirrored(http: httpx.Client, root: str) -> bytes:
    """The depot as a zip, made of nothing but what its documents name."""
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as archive:

        def take(path: str) -> bytes:
            answer = http.get(f"{root}{path}")
            assert answer.status_code == 200, path
            if path not in archive.namelist():
                archive.writestr(path, answer.content)
            return answer.content

        for vendor in read_index(take("index.xml"), "index.xml"):
            for entry in read_vendor_index(take(vendor.path), vendor.path):
                take(entry.url)
    with open_depot(sink, "documents") as depot, zipfile.ZipFile(sink, "a") as archive:
        for vib in {vib.relative_path: vib for vib in depot.content.vibs}.values():
            answer = http.get(f"{root}{vib.relative_path}")
            assert answer.status_code == 200, vib.relative_path
            archive.writestr(vib.relative_path, answer.content)
    return sink.getvalue()


def originals(folder: Path) -> dict[str, DepotContent]:
    found = {}
    for name in IMPORTED:
        with (folder / name).open("rb") as file, open_depot(file, name) as depot:
            found[name] = depot.content
    return found


def test_another_reader_gets_the_same_images(fresh_stock: Path, depot_folder: Path) -> None:
    with serving(fresh_stock, settings=OFFERED) as server, connection(server) as http:
        copy = mirrored(http, "/depot/")
    spec = SoftwareSpec.from_document(COMPOSITE)
    expected = originals(depot_folder)
    with open_depot(io.BytesIO(copy), "copy") as depot:
        assert depot.content.not_understood == ()
        assert {depot.copy_vib(vib).ref for vib in depot.content.vibs} == {
            vib.ref for content in expected.values() for vib in content.vibs
        }
        found = compose_spec(spec, Catalog.of({"copy": depot.content}))
        vendors = {(bundle.vendor, bundle.vendor_code) for bundle in depot.content.bundles}
    assert effective_document(found) == effective_document(compose_spec(spec, Catalog.of(expected)))
    assert vendors == {
        (bundle.vendor, bundle.vendor_code) for content in expected.values() for bundle in content.bundles
    }


def synchronised(rest: Rest, index: str) -> None:
    """Names an online depot and reads it."""
    rest.result("POST", "/esx/settings/depots/online", 201, json={"location": index})
    task = rest.task("POST", "/esx/settings/depots?action=sync&vmw-task=true")
    assert task["status"] == "SUCCEEDED", task


def test_a_second_server_composes_and_exports_the_same_image(
    fresh_stock: Path, users_data: Path, tmp_path: Path
) -> None:
    """And a third one that has the second one as its depot: VIBs come down the chain when they are needed."""
    chain = [fresh_stock, *(Path(shutil.copytree(users_data, tmp_path / name)) for name in ("second", "third"))]
    settings = OFFERED | READS_FROM_IT | {"IMAGEWRIGHT_DEPOT_TOKEN": TOKEN}
    with ExitStack() as stack:
        seen = []
        index = None
        for data in chain:
            server = stack.enter_context(serving(data, ["--no-tls"], settings))
            rest = stack.enter_context(rest_session(server, ADMINISTRATOR))
            if index is not None:
                synchronised(rest, index)
                assert rest.result("GET", OFFLINE, 200) == {}
            index = f"{server.url}/depot/{TOKEN}/index.xml"
            spec = committed(rest, "The same")
            seen.append((spec, rest))
        look = "effective-components"
        images = [rest.result("GET", f"{SOFTWARE}/{spec}/{look}", 200) for spec, rest in seen]
        assert images[1] == images[2] == images[0]
        # The third first, so that nothing has been fetched for it yet.
        spec, rest = seen[2]
        exported = downloaded(rest, bundle_url(rest, spec))
        assert exported == downloaded(seen[0][1], bundle_url(seen[0][1], seen[0][0]))


def test_with_a_token_there_is_nothing_without_it(fresh_stock: Path) -> None:
    settings = OFFERED | {"IMAGEWRIGHT_DEPOT_TOKEN": TOKEN}
    with serving(fresh_stock, settings=settings) as server, connection(server) as http:
        assert b"<vendorList>" in http.get(f"/depot/{TOKEN}/index.xml").content
        for path in ("index.xml", f"{TOKEN}x/index.xml", f"{TOKEN[:-1]}/index.xml", f"/{TOKEN}/index.xml", TOKEN, ""):
            refusal_in(http.get(f"/depot/{path}"), 404, "OPERATION_NOT_FOUND")


def test_off_by_default(stocked_server: ServerProcess) -> None:
    with connection(stocked_server) as http:
        refusal_in(http.get("/depot/index.xml"), 404, "OPERATION_NOT_FOUND")


def test_what_is_not_there(fresh_stock: Path) -> None:
    with serving(fresh_stock, settings=OFFERED) as server, connection(server) as http:
        for path in ("nothing.xml", "vib20/x/y.vib", "%2e%2e/index.xml", "index.xml/"):
            url = httpx.URL(f"{server.url}/depot/").copy_with(raw_path=f"/depot/{path}".encode())
            refusal_in(http.get(url), 404, "OPERATION_NOT_FOUND")


def test_what_a_reader_has_is_not_sent_again_until_it_changes(fresh_stock: Path) -> None:
    with (
        serving(fresh_stock, settings=OFFERED) as server,
        connection(server) as http,
        rest_session(server, ADMINISTRATOR) as rest,
    ):
        first = http.get("/depot/index.xml")
        assert (first.headers["content-type"], first.headers["accept-ranges"]) == ("application/xml", "bytes")
        known = {"if-none-match": first.headers["etag"]}
        assert http.get("/depot/index.xml", headers=known).status_code == 304
        head = http.head("/depot/index.xml")
        assert (head.headers["etag"], head.content) == (first.headers["etag"], b"")
        for depot in rest.result("GET", OFFLINE, 200):
            rest.task("DELETE", f"{OFFLINE}/{depot}?vmw-task=true", json={"force": True})
        assert http.get("/depot/index.xml", headers=known).status_code == 200
