"""Depots: content that comes back as it was, shared VIBs, and the catalogue."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from threading import Event, Thread

import pytest
import sqlalchemy as sa
from any_content import any_content
from hypothesis import HealthCheck, given, settings
from stored_values import NOON, add_depot, all_at_once, content_of, depot_of, sha256_of, undone, vib_of

from imagewright.app.ports import StaleRevision, Upload
from imagewright.model.catalog import Catalog
from imagewright.model.content import DepotContent, NotUnderstood, Vib
from imagewright.storage import schema
from imagewright.storage.database import DatabaseStorage


def catalog(storage: DatabaseStorage) -> Catalog:
    """The catalogue as of now."""
    with storage.read() as unit:
        return unit.depots.catalog()


@settings(
    max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None
)
@given(content=any_content, other=any_content)
def test_content_comes_back_as_it_was(storage: DatabaseStorage, content: DepotContent, other: DepotContent) -> None:
    with undone(storage) as unit:
        first = unit.depots.add(depot_of("first"), content)
        second = unit.depots.add(depot_of("second"), other)
        assert unit.depots.content(first.id) == content
        assert unit.depots.content(second.id) == other


def test_a_vib_of_the_time_before_signatures_were_kept_can_be_read(storage: DatabaseStorage) -> None:
    with undone(storage) as unit:
        vib = vib_of("a")
        depot = unit.depots.add(depot_of("bundle"), content_of(vib))
        (stored,) = unit._connection.execute(sa.select(sa.cast(schema.vibs.c.document, sa.Text()))).scalars()
        document = json.loads(stored)
        del document["signature"], document["file_missing"]
        unit._connection.execute(sa.text("UPDATE vibs SET document = :document"), {"document": json.dumps(document)})
        assert unit.depots.content(depot.id).vibs == (vib,)


def test_depot_comes_back_as_it_was(storage: DatabaseStorage) -> None:
    new = depot_of("bundle", description="Drivers", location="https://example.com/a.zip", file_id="f", ownerdata="{}")
    with storage.write() as unit:
        depot = unit.depots.add(new, DepotContent((), (NotUnderstood("a.xml", "is no XML"),)))
    assert depot == replace(new, id="1")
    with storage.read() as unit:
        assert unit.depots.get("1") == unit.depots.with_bundle(sha256_of("bundle")) == depot
        assert unit.depots.list() == [depot]
        assert unit.depots.content("1").not_understood == (NotUnderstood("a.xml", "is no XML"),)
        assert unit.depots.get("2") is unit.depots.with_bundle(sha256_of("other")) is None
        assert unit.depots.content("2") == DepotContent(())


def test_same_bundle_is_imported_once(storage: DatabaseStorage) -> None:
    add_depot(storage, "bundle", vib_of("a"))
    with pytest.raises(StaleRevision, match="imported in the meantime"):
        add_depot(storage, "bundle", vib_of("a"))
    with storage.read() as unit:
        assert len(unit.depots.list()) == 1


def test_checksums_of_files_stay_as_long_as_their_vibs(storage: DatabaseStorage) -> None:
    shared, own, other = vib_of("shared"), vib_of("own"), vib_of("other")
    depot = add_depot(storage, "first", shared, own)
    with storage.write() as unit:
        unit.depots.keep_crcs({shared.sha256: 0, own.sha256: 0xFFFFFFFF, sha256_of("bundle"): 17})
    # The same file described in another way, which comes later and brings no checksum.
    add_depot(storage, "second", replace(shared, summary="Another text"))
    with storage.read() as unit:
        asked = {shared.sha256, own.sha256, other.sha256, sha256_of("bundle")}
        assert unit.depots.crcs(asked) == {shared.sha256: 0, own.sha256: 0xFFFFFFFF}
        assert unit.depots.crcs([]) == {}
        assert unit.depots.crcs([f"{number}" for number in range(1200)] + [own.sha256]) == {own.sha256: 0xFFFFFFFF}
    with storage.write() as unit:
        unit.depots.keep_crcs({})
        unit.depots.delete(depot.id)
        assert unit.depots.crcs([own.sha256]) == {}


def test_vib_stays_as_long_as_one_depot_has_it(storage: DatabaseStorage) -> None:
    shared, own = vib_of("shared"), vib_of("own")
    first, second = add_depot(storage, "first", shared, own), add_depot(storage, "second", shared)
    with storage.write() as unit:
        assert unit.owned_blobs() == {shared.sha256, own.sha256}
        assert unit.depots.delete(first.id)
        assert unit.owned_blobs() == {shared.sha256}
        assert unit.depots.content(first.id) == DepotContent(())
        assert unit.depots.content(second.id) == content_of(shared)
        assert unit.depots.delete(second.id)
        assert unit.owned_blobs() == frozenset()


def test_deleted_depot_leaves_no_row_behind(storage: DatabaseStorage, database_url: str) -> None:
    depot = add_depot(storage, "bundle", vib_of("a"), vib_of("b"))
    with storage.write() as unit:
        assert unit.depots.delete(depot.id)
        assert not unit.depots.delete(depot.id)
    engine = sa.create_engine(database_url)
    with engine.connect() as connection:
        left = {
            table.name
            for table in schema.metadata.sorted_tables
            if connection.execute(sa.select(sa.func.count()).select_from(table)).scalar()
        }
    engine.dispose()
    assert left == {"counters"}
    assert add_depot(storage, "again").id == "2"


def test_two_depots_that_describe_one_file_differently(storage: DatabaseStorage) -> None:
    honest, liar = vib_of("a"), replace(vib_of("a"), version="99", summary="not what it is")
    first, second = add_depot(storage, "first", honest), add_depot(storage, "second", liar)
    with storage.read() as unit:
        assert unit.depots.content(first.id) == content_of(honest)
        assert unit.depots.content(second.id) == content_of(liar)
        assert unit.owned_blobs() == {honest.sha256}


def test_uploads_own_their_blobs_and_vibs_without_checksum_none(storage: DatabaseStorage) -> None:
    add_depot(storage, "bundle", replace(vib_of("a"), sha256=""))
    with storage.write() as unit:
        unit.uploads.add(Upload("f", "alice", "a.zip", sha256_of("upload"), 1, NOON))
        assert unit.owned_blobs() == {sha256_of("upload")}


# --- the catalogue ---------------------------------------------------------------------------------------------------


def test_catalog_is_the_same_object_until_a_depot_comes_or_goes(storage: DatabaseStorage) -> None:
    first = add_depot(storage, "first", vib_of("a"))
    old = catalog(storage)
    assert catalog(storage) is old
    second = add_depot(storage, "second", vib_of("b"))
    new = catalog(storage)
    assert catalog(storage) is new
    assert list(new.depots) == [first.id, second.id]
    with storage.write() as unit:
        unit.depots.delete(first.id)
    assert list(catalog(storage).depots) == [second.id]


def test_revision_grows_whenever_a_depot_comes_or_goes(storage: DatabaseStorage) -> None:
    revisions = []
    for name in ("first", "second"):
        depot = add_depot(storage, name)
        with storage.read() as unit:
            revisions.append(unit.depots.catalog_revision())
    with storage.write() as unit:
        unit.depots.delete(depot.id)
        unit.depots.delete(depot.id)
        revisions.append(unit.depots.catalog_revision())
    assert revisions == sorted(set(revisions))


def test_only_the_new_depot_is_read(storage: DatabaseStorage) -> None:
    first = add_depot(storage, "first", vib_of("a"))
    before = catalog(storage)
    add_depot(storage, "second", vib_of("b"))
    assert catalog(storage).depots[first.id] is before.depots[first.id]


def test_undone_import_is_in_no_catalog(storage: DatabaseStorage) -> None:
    add_depot(storage, "first", vib_of("a"))
    with undone(storage) as unit:
        lost = unit.depots.add(depot_of("undone"), content_of(vib_of("never")))
        assert unit.depots.catalog().depots[lost.id] == content_of(vib_of("never"))
    assert list(catalog(storage).depots) == ["1"]
    # The catalogue gets the revision that was undone, and on SQLite the depot the id.
    kept = add_depot(storage, "kept", vib_of("b"))
    assert (kept.id == lost.id) == (storage.engines.writer.dialect.name == "sqlite")
    assert catalog(storage).depots[kept.id] == content_of(vib_of("b"))


def test_transaction_sees_the_catalog_of_its_time(storage: DatabaseStorage) -> None:
    first = add_depot(storage, "first", vib_of("a"))
    with storage.read() as old:
        assert old.depots.catalog_revision() == 1
        with storage.write() as unit:
            unit.depots.delete(first.id)
        add_depot(storage, "second", vib_of("b"))
        assert list(catalog(storage).depots) == ["2"]
        assert list(old.depots.catalog().depots) == ["1"]
    assert list(catalog(storage).depots) == ["2"]


def test_another_process_sees_what_this_one_imports(
    storage: DatabaseStorage, open_again: Callable[[], DatabaseStorage]
) -> None:
    other = open_again()
    assert list(catalog(other).depots) == []
    add_depot(storage, "first", vib_of("a"))
    assert list(catalog(other).depots) == ["1"]


def test_many_threads_get_one_catalog(storage: DatabaseStorage) -> None:
    add_depot(storage, "first", *(vib_of(f"v{number}") for number in range(200)))
    catalogs = all_at_once(8, lambda _: catalog(storage))
    assert len({id(one) for one in catalogs}) == 1


def test_catalog_that_is_there_is_had_while_another_is_made(
    storage: DatabaseStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_depot(storage, "first", vib_of("a"))
    with storage.read() as old:
        there = old.depots.catalog()
        add_depot(storage, "second", vib_of("b"))
        begun, go_on = Event(), Event()
        made = Catalog.of

        def slowly(depots: dict[str, DepotContent]) -> Catalog:
            begun.set()
            assert go_on.wait(10)
            return made(depots)

        monkeypatch.setattr(Catalog, "of", slowly)
        thread = Thread(target=catalog, args=(storage,))
        thread.start()
        assert begun.wait(10)
        assert old.depots.catalog() is there
        go_on.set()
        thread.join()


def test_many_vibs_are_looked_up_in_pieces(storage: DatabaseStorage) -> None:
    vibs: list[Vib] = [vib_of(f"v{number}") for number in range(1200)]
    first = add_depot(storage, "first", *vibs)
    second = add_depot(storage, "second", *vibs, vib_of("one-more"))
    with storage.read() as unit:
        assert unit.depots.content(first.id).vibs == tuple(vibs)
        assert unit.depots.content(second.id).vibs == (*vibs, vib_of("one-more"))
