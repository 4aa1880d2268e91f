"""Synchronising online depots, through the whole application, with a vendor's server on this machine."""

from __future__ import annotations

import hashlib

import pytest
from depot_bench import Server, Site
from online_site import Vendor, depot_of, followed, synchronised, unpacked

from imagewright.cli import sample_depot as sample
from imagewright.contract.services import depots_online as online
from imagewright.contract.services import depots_online_content as content
from imagewright.model.errors import NotFound


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
    assert {add_on.name for add_on in site.catalog().add_ons} == {sample.BETA}
    after = depot_of(site, bad_depot)
    assert after.trouble.endswith("answered 404 Not Found. Check the location; a token in it may have expired.")
    assert (after.synchronised, after.attempted) == (before.synchronised, depot_of(site, good_depot).attempted)

    bad.offer(bundles[sample.BASE_9_1_0_FILE])
    assert synchronised(site) is None
    assert base_images(site) == [sample.BASE_9_1_0]
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
