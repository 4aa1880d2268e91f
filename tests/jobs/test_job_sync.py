"""Synchronising online depots, through the whole application, with a vendor's server on this machine."""

from __future__ import annotations

import hashlib

import pytest
from depot_bench import Server, Site
from online_site import Vendor, depot_of, followed, synchronised, unpacked

from imagewright.app.online_depots import define_system_depots
from imagewright.cli import sample_depot as sample
from imagewright.contract.services import cis_tasks, depots
from imagewright.contract.services import depots_online as online
from imagewright.contract.services import depots_online_content as content
from imagewright.model.errors import Canceled, NotFound
from imagewright.model.library import DepotSource, OnlineDepot


@pytest.fixture
def vendor(web: Server) -> Vendor:
    return Vendor(web)


def base_images(site: Site) -> list[str]:
    return [image.version for image in site.catalog().base_images]


def test_what_a_depot_offers_is_in_the_catalogue_after_a_sync_and_no_vib_is_fetched(
    site: Site, vendor: Vendor, bundles: dict[str, bytes]
) -> None:
    depot = followed(site, vendor.offer(bundles[sample.BASE_8_0_3_FILE]))
    assert base_images(site) == []
    assert site.call(content.get, depot=depot).metadata_bundles == {}

    assert synchronised(site) is None

    assert base_images(site) == [sample.BASE_8_0_3]
    assert site.depots() == [], "an online depot is no offline depot"
    documents = [data for name, data in unpacked(bundles[sample.BASE_8_0_3_FILE]).items() if not name.endswith(".vib")]
    assert site.blobs() == {hashlib.sha256(data).hexdigest() for data in documents}
    (bundle,) = next(iter(site.call(content.get, depot=depot).metadata_bundles.values()))
    assert [image.version for image in bundle.base_images] == [sample.BASE_8_0_3]
    state = depot_of(site, depot)
    assert state.trouble == ""
    assert state.synchronised == state.attempted is not None


def test_a_depot_that_cannot_be_read_keeps_what_it_had_and_the_others_are_up_to_date(
    site: Site, web: Server, bundles: dict[str, bytes]
) -> None:
    good, bad = Vendor(web, "good"), Vendor(web, "bad")
    bad_depot = followed(site, bad.offer(bundles[sample.BASE_8_0_3_FILE]))
    good_depot = followed(site, good.offer(bundles[sample.ALPHA_FILE]))
    assert synchronised(site) is None
    before = depot_of(site, bad_depot)

    bad.offer(bundles[sample.BASE_9_1_0_FILE])
    (archive,) = bad.archives
    del web.files[archive]
    good.offer(bundles[sample.BETA_FILE])
    error = synchronised(site)

    assert error is not None
    assert error.error_type == "ERROR"
    summary, told = (message.text for message in error.messages)
    assert summary.startswith("1 of 2 depots could not be synchronised.")
    assert told.startswith(f"Depot {bad_depot}: {web.url(archive)} answered 404 Not Found.")
    assert base_images(site) == [sample.BASE_8_0_3]
    assert {add_on.name for add_on in site.catalog().add_ons} == {sample.ALPHA, sample.BETA}
    after = depot_of(site, bad_depot)
    assert after.trouble.endswith("answered 404 Not Found. Check the location; a token in it may have expired.")
    assert (after.synchronised, after.attempted) == (before.synchronised, depot_of(site, good_depot).attempted)

    bad.offer(bundles[sample.BASE_9_1_0_FILE])
    assert synchronised(site) is None
    assert base_images(site) == [sample.BASE_8_0_3, sample.BASE_9_1_0]
    assert depot_of(site, bad_depot).trouble == ""


def test_a_deleted_depot_goes_with_its_content_and_its_files(
    site: Site, vendor: Vendor, bundles: dict[str, bytes]
) -> None:
    depot = followed(site, vendor.offer(bundles[sample.BASE_8_0_3_FILE]))
    assert synchronised(site) is None

    assert site.ended(site.call(online.delete_task, depot=depot, spec=None)).error is None

    assert base_images(site) == []
    assert site.blobs() == set()
    with pytest.raises(NotFound, match=depot):
        site.call(online.get, depot=depot)


def test_what_is_withdrawn_stays_until_a_sync_with_cleanup(
    site: Site, vendor: Vendor, bundles: dict[str, bytes]
) -> None:
    followed(site, vendor.offer(bundles[sample.BASE_8_0_3_FILE]))
    assert synchronised(site) is None
    (old,) = (web_bytes for path, web_bytes in vendor.web.files.items() if path in vendor.archives)
    vendor.offer(bundles[sample.BASE_9_1_0_FILE])
    assert synchronised(site) is None
    assert base_images(site) == [sample.BASE_8_0_3, sample.BASE_9_1_0]
    assert hashlib.sha256(old).hexdigest() not in site.blobs(), "documents that are not current are not kept"

    assert synchronised(site, cleanup=True) is None
    assert base_images(site) == [sample.BASE_9_1_0]


def test_a_cleanup_that_fails_takes_nothing_away(site: Site, vendor: Vendor, bundles: dict[str, bytes]) -> None:
    followed(site, vendor.offer(bundles[sample.BASE_8_0_3_FILE]))
    assert synchronised(site) is None
    vendor.withdraw()
    assert synchronised(site, cleanup=True) is not None
    assert base_images(site) == [sample.BASE_8_0_3]


def test_a_disabled_depot_offers_nothing_is_not_read_and_comes_back(
    site: Site, vendor: Vendor, bundles: dict[str, bytes]
) -> None:
    depot = followed(site, vendor.offer(bundles[sample.BASE_8_0_3_FILE]))
    assert synchronised(site) is None
    site.call(online.update, depot=depot, spec=online.UpdateSpec(enabled=False))
    assert base_images(site) == []
    vendor.withdraw()
    assert synchronised(site) is None, "what is disabled is not asked"
    site.call(online.update, depot=depot, spec=online.UpdateSpec(enabled=True))
    assert base_images(site) == [sample.BASE_8_0_3]


def test_the_umds_depot_is_read_instead_of_the_others(site: Site, web: Server, bundles: dict[str, bytes]) -> None:
    followed(site, Vendor(web, "online").offer(bundles[sample.BASE_8_0_3_FILE]))
    location = Vendor(web, "umds").offer(bundles[sample.BASE_9_1_0_FILE])
    with site.storage.write() as uow:
        umds = OnlineDepot("", DepotSource.UMDS, location, site.now(), "jane")
        uow.online_depots.add(umds)
    assert synchronised(site) is None
    assert base_images(site) == [sample.BASE_9_1_0]


def test_system_defined_depots_are_those_of_the_settings(site: Site, vendor: Vendor) -> None:
    ours, theirs = vendor.location, vendor.location + "?theirs"
    named = followed(site, ours)
    define_system_depots(site.storage, [ours, theirs], site.now())

    found = site.call(online.list_)
    assert {depot.location: (depot.system_defined, depot.owner) for depot in found.values()} == {
        ours: (True, "jane"),
        theirs: (True, None),
    }
    define_system_depots(site.storage, [ours, theirs], site.now())
    assert site.call(online.list_) == found

    define_system_depots(site.storage, [theirs], site.now())
    site.call(online.delete, depot=named, spec=None)
    assert [depot.location for depot in site.call(online.list_).values()] == [theirs]


# --- others at the same time -----------------------------------------------------------------------------------------


def test_a_depot_that_is_deleted_while_it_is_read_stays_deleted(
    site: Site, web: Server, vendor: Vendor, bundles: dict[str, bytes]
) -> None:
    depot = followed(site, vendor.offer(bundles[sample.BASE_8_0_3_FILE]))
    task = held_up(site, web)
    site.call(online.delete, depot=depot, spec=None)
    web.may_answer.set()
    assert site.ended(task).error is None
    assert base_images(site) == []
    assert site.blobs() == set()


def test_a_depot_that_is_disabled_while_it_is_read_stays_as_it_was(
    site: Site, web: Server, vendor: Vendor, bundles: dict[str, bytes]
) -> None:
    depot = followed(site, vendor.offer(bundles[sample.BASE_8_0_3_FILE]))
    task = held_up(site, web)
    site.call(online.update, depot=depot, spec=online.UpdateSpec(enabled=False))
    web.may_answer.set()
    assert site.ended(task).error is None
    assert depot_of(site, depot).synchronised is None


def test_a_description_that_is_changed_meanwhile_is_kept(
    site: Site, web: Server, vendor: Vendor, bundles: dict[str, bytes]
) -> None:
    depot = followed(site, vendor.offer(bundles[sample.BASE_8_0_3_FILE]))
    task = held_up(site, web)
    site.call(online.update, depot=depot, spec=online.UpdateSpec(description="new"))
    web.may_answer.set()
    assert site.ended(task).error is None
    assert site.call(online.get, depot=depot).description == "new"
    assert base_images(site) == [sample.BASE_8_0_3]


def test_a_cancelled_sync_changes_nothing_and_leaves_nothing(
    site: Site, web: Server, vendor: Vendor, bundles: dict[str, bytes]
) -> None:
    depot = followed(site, vendor.offer(bundles[sample.BASE_8_0_3_FILE]))
    task = held_up(site, web)
    site.call(cis_tasks.cancel, task=task)
    web.may_answer.set()
    assert isinstance(site.failure(task), Canceled)
    assert depot_of(site, depot).attempted is None
    assert site.blobs() == set()


def held_up(site: Site, web: Server) -> str:
    """A sync that waits for the answer to its first request."""
    web.asked.clear()
    web.may_answer.clear()
    task = str(site.call(depots.sync, spec=None))
    if not site.runners:
        site.start()
    assert web.asked.wait(20)
    return task
