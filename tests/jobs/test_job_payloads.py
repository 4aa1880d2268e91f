"""Files of VIBs of online depots: fetched when they are needed, and only as their metadata describe them."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import pytest
from depot_bench import Site
from moody_site import MoodySite, moody_site
from online_site import followed, synchronised, unpacked

from imagewright.app.payloads import fetch_vibs
from imagewright.cli import sample_depot as sample
from imagewright.contract.services import depots_online as online
from imagewright.model.content import Vib
from imagewright.model.errors import Canceled, ResourceInaccessible


@pytest.fixture
def vendor(bundles: dict[str, bytes]) -> Iterator[MoodySite]:
    files = {f"main/{name}": data for name, data in unpacked(bundles[sample.DRIVERS_FILE]).items()}
    with moody_site(files) as site:
        yield site


@pytest.fixture
def depot(site: Site, vendor: MoodySite) -> str:
    depot = followed(site, vendor.url("main/index.xml"))
    assert synchronised(site) is None
    return depot


def vibs(site: Site) -> tuple[Vib, ...]:
    return site.catalog().vibs


def fetch(site: Site, *wanted: Vib) -> list[tuple[int, int]]:
    """Fetches VIBs and tells what was reported."""
    seen: list[tuple[int, int]] = []
    fetch_vibs(site.storage, site.services, wanted, lambda done, whole: seen.append((done, whole)))
    return seen


def is_here(site: Site, vib: Vib) -> bool:
    if not site.services.blobs.exists(vib.sha256):
        return False
    with site.services.blobs.open(vib.sha256) as file:
        return hashlib.sha256(file.read()).hexdigest() == vib.sha256


def path_of(vib: Vib) -> str:
    return f"main/{vib.relative_path}"


def test_what_is_needed_is_fetched_once(site: Site, vendor: MoodySite, depot: str) -> None:
    first, *others = vibs(site)
    assert others
    assert not is_here(site, first)

    assert fetch(site, first)[-1] == (first.size, first.size)

    assert is_here(site, first)
    assert not any(is_here(site, vib) for vib in others)
    assert fetch(site, first, *others)
    assert all(is_here(site, vib) for vib in vibs(site))
    assert vendor.statuses(path_of(first)) == [200]
    assert fetch(site, *vibs(site)) == [], "what is here costs nothing"


def test_fetched_files_stay_when_the_depot_is_read_again_and_go_with_it(
    site: Site, vendor: MoodySite, depot: str
) -> None:
    fetch(site, *vibs(site))
    assert synchronised(site) is None
    assert site.vib_blobs() <= site.blobs()

    assert site.ended(site.call(online.delete_task, depot=depot, spec=None)).error is None
    assert site.blobs() == set()


def test_a_broken_connection_is_gone_on_with(site: Site, vendor: MoodySite, depot: str) -> None:
    vib = vibs(site)[0]
    vendor.moods[path_of(vib)].append("break")
    fetch(site, vib)
    assert is_here(site, vib)
    assert vendor.statuses(path_of(vib)) == [200, 206]


def test_files_that_count_from_the_root_are_found(site: Site, vendor: MoodySite, bundles: dict[str, bytes]) -> None:
    """The index of the vendor lies in a folder, as vendors have it; the VIBs lie in the root, as in bundles."""
    files = {f"root/{name}": data for name, data in unpacked(bundles[sample.SOLUTION_FILE]).items()}
    for name in [name for name in files if name.endswith((".zip", "vendor-index.xml"))]:
        files[name.replace("root/", "root/vendor/")] = files.pop(name)
    index = files["root/index.xml"]
    files["root/index.xml"] = index.replace(b"vendor-index.xml", b"vendor/vendor-index.xml")
    vendor.files = files
    followed(site, vendor.url("root/index.xml"))
    assert synchronised(site) is None

    (vib,) = vibs(site)
    fetch(site, vib)

    assert is_here(site, vib)
    asked = [request.path for request in vendor.requests if request.path.endswith(".vib")]
    assert asked == [f"root/vendor/{vib.relative_path}", f"root/{vib.relative_path}"]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda data: data[:-1] + bytes([data[-1] ^ 1]), "size or SHA-256 differ"),
        (lambda data: data[:-1], "size or SHA-256 differ"),
        (lambda data: data + b"x", "has more bytes than the"),
        (lambda data: None, "answered 404 Not Found"),
    ],
)
def test_another_file_than_the_metadata_describe_is_refused(
    site: Site, vendor: MoodySite, depot: str, change: object, said: str
) -> None:
    vib = vibs(site)[0]
    data = change(vendor.files.pop(path_of(vib)))  # type: ignore[operator]
    if data is not None:
        vendor.files[path_of(vib)] = data

    with pytest.raises(ResourceInaccessible) as caught:
        fetch(site, vib)

    text = str(caught.value)
    assert text.startswith(f"The file of VIB {vib.id} cannot be fetched from depot {depot}: ")
    assert said in text
    assert vib.sha256 not in set(site.services.blobs.names())


def test_one_that_cannot_be_had_ends_the_others_too(site: Site, vendor: MoodySite, depot: str) -> None:
    last = vibs(site)[-1]
    vendor.moods[path_of(last)].append("404")
    with pytest.raises(ResourceInaccessible, match=last.name):
        fetch(site, *vibs(site))


def test_fetching_can_be_cancelled(site: Site, depot: str) -> None:
    def refuse(_done: int, _whole: int) -> None:
        raise Canceled.because("test", "enough")

    with pytest.raises(Canceled, match="enough"):
        fetch_vibs(site.storage, site.services, vibs(site), refuse)


def test_a_disabled_depot_is_not_asked(site: Site, vendor: MoodySite, depot: str) -> None:
    known = vibs(site)
    site.call(online.update, depot=depot, spec=online.UpdateSpec(enabled=False))
    vendor.requests.clear()
    assert fetch(site, *known) == []
    assert vendor.requests == []
