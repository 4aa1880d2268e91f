"""Depots that are read where they lie: their records, their content as it is replaced, and what of it is offered."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from stored_values import NOON, add_depot, content_of, sha256_of, undone, vib_of

from imagewright.app.ports import StaleRevision
from imagewright.model.content import DepotContent, Vib
from imagewright.model.library import DepotSource, OnlineDepot, OnlineDocument
from imagewright.storage.database import DatabaseStorage

LOCATION = "https://example.com/main/index.xml"
NEW = OnlineDepot("", DepotSource.ONLINE, LOCATION, NOON, "jane", "Drivers", "{}")


def added(storage: DatabaseStorage, depot: OnlineDepot = NEW) -> OnlineDepot:
    with storage.write() as unit:
        return unit.online_depots.add(depot)


def filled(storage: DatabaseStorage, depot: OnlineDepot, *vibs: Vib) -> OnlineDepot:
    documents = [OnlineDocument("index.xml", sha256_of("index"), '"1"', "yesterday")]
    with storage.write() as unit:
        return unit.online_depots.replace_content(replace(depot, synchronised=NOON), content_of(*vibs), documents)


def offered(storage: DatabaseStorage) -> list[Vib]:
    with storage.read() as unit:
        return list(unit.depots.catalog().vibs)


def test_a_depot_comes_back_as_it_was_and_is_none_of_the_offline_ones(storage: DatabaseStorage) -> None:
    offline = add_depot(storage, "bundle", vib_of("a"))
    depot = added(storage)
    assert depot == replace(NEW, id="2")
    with storage.read() as unit:
        assert unit.online_depots.get("2") == unit.online_depots.with_location(LOCATION) == depot
        assert unit.online_depots.list() == [depot]
        assert unit.online_depots.get("2", DepotSource.UMDS) is unit.online_depots.get("1") is None
        assert unit.online_depots.with_location("https://example.com/") is None
        assert unit.depots.list() == [offline]
        assert unit.depots.get("2") is unit.depots.with_bundle(sha256_of(LOCATION)) is None
        assert unit.depots.content("2") == DepotContent(())


def test_a_location_is_read_once(storage: DatabaseStorage) -> None:
    added(storage)
    with pytest.raises(StaleRevision, match="taken the place"):
        added(storage, replace(NEW, description="other"))


def test_there_is_one_umds_depot_and_it_can_move(storage: DatabaseStorage) -> None:
    added(storage)
    umds = added(storage, replace(NEW, source=DepotSource.UMDS))
    with pytest.raises(StaleRevision, match="taken the place"):
        added(storage, replace(NEW, source=DepotSource.UMDS, location="https://example.com/other"))
    with storage.write() as unit:
        moved = unit.online_depots.save(replace(umds, location="https://example.com/other", description="new"))
    with storage.read() as unit:
        assert unit.online_depots.list(DepotSource.UMDS) == [moved]
        assert (moved.location, moved.description, moved.revision) == ("https://example.com/other", "new", 2)
        assert [depot.location for depot in unit.online_depots.list()] == [LOCATION]


def test_content_is_replaced_with_its_documents(storage: DatabaseStorage) -> None:
    depot = filled(storage, added(storage), vib_of("old"), vib_of("kept"))
    assert {vib.name for vib in offered(storage)} == {"old", "kept"}
    depot = filled(storage, depot, vib_of("kept"), vib_of("new"))
    assert {vib.name for vib in offered(storage)} == {"kept", "new"}
    with storage.read() as unit:
        assert unit.online_depots.get(depot.id) == depot
        assert depot.synchronised == NOON
        assert unit.depots.content(depot.id) == content_of(vib_of("kept"), vib_of("new"))
        (document,) = unit.online_depots.documents(depot.id)
        assert (document.path, document.etag, document.last_modified) == ("index.xml", '"1"', "yesterday")
        assert unit.owned_blobs() == {sha256_of("index"), vib_of("kept").sha256, vib_of("new").sha256}


def test_replacing_leaves_the_content_of_others_alone(storage: DatabaseStorage) -> None:
    offline = add_depot(storage, "bundle", vib_of("shared"))
    depot = filled(storage, added(storage), vib_of("shared"))
    filled(storage, depot)
    with storage.read() as unit:
        assert unit.depots.content(offline.id) == content_of(vib_of("shared"))
    assert [vib.name for vib in offered(storage)] == ["shared"]


def test_what_is_replaced_in_vain_is_seen_by_nobody(storage: DatabaseStorage) -> None:
    depot = filled(storage, added(storage), vib_of("old"))
    with undone(storage) as unit:
        unit.online_depots.replace_content(depot, content_of(vib_of("new")), ())
        assert [vib.name for vib in unit.depots.catalog().vibs] == ["new"]
    assert [vib.name for vib in offered(storage)] == ["old"]
    filled(storage, depot, vib_of("newer"))
    assert [vib.name for vib in offered(storage)] == ["newer"]


def test_a_disabled_depot_keeps_its_content_and_offers_nothing(storage: DatabaseStorage) -> None:
    depot = filled(storage, added(storage), vib_of("a"))
    with storage.write() as unit:
        depot = unit.online_depots.save(replace(depot, enabled=False))
        assert not unit.depots.catalog().vibs
    assert not offered(storage)
    with storage.write() as unit:
        assert unit.depots.content(depot.id) == content_of(vib_of("a"))
        assert vib_of("a").sha256 in unit.owned_blobs()
        unit.online_depots.save(replace(depot, enabled=True))
    assert [vib.name for vib in offered(storage)] == ["a"]


def test_the_catalogue_stays_when_only_the_record_changes(storage: DatabaseStorage) -> None:
    depot = filled(storage, added(storage), vib_of("a"))
    with storage.read() as unit:
        before = unit.depots.catalog()
    with storage.write() as unit:
        unit.online_depots.save(replace(depot, attempted=NOON + timedelta(hours=1), trouble="answered 404 Not Found."))
    with storage.read() as unit:
        assert unit.depots.catalog() is before
        assert unit.online_depots.list()[0].trouble == "answered 404 Not Found."


def test_a_change_of_what_somebody_else_has_changed_is_refused(storage: DatabaseStorage) -> None:
    depot = added(storage)
    filled(storage, depot, vib_of("a"))
    with pytest.raises(StaleRevision, match="no longer at revision 1"), storage.write() as unit:
        unit.online_depots.save(replace(depot, enabled=False))
    with pytest.raises(StaleRevision, match="no longer at revision 1"), storage.write() as unit:
        unit.online_depots.replace_content(depot, content_of(vib_of("b")), ())
    assert [vib.name for vib in offered(storage)] == ["a"]


def test_a_deleted_depot_leaves_nothing_behind(storage: DatabaseStorage) -> None:
    depot = filled(storage, added(storage), vib_of("a"))
    with storage.write() as unit:
        assert unit.depots.delete(depot.id)
    with storage.read() as unit:
        assert unit.owned_blobs() == frozenset()
        assert unit.online_depots.get(depot.id) is None
        assert list(unit.online_depots.documents(depot.id)) == []
    assert not offered(storage)
    assert added(storage).id == "2"
