"""The library: ids, unique names, history, compare and set."""

from __future__ import annotations

from dataclasses import replace

import pytest
from stored_values import after, all_at_once, library_spec, spec_of

from imagewright.app.ports import StaleRevision
from imagewright.model.library import LibrarySpec, SpecVersion
from imagewright.storage.database import DatabaseStorage


def test_specification_comes_back_with_its_first_version(storage: DatabaseStorage) -> None:
    spec, first = library_spec("Blades", orchestrator_owner="com.example", owner_data="data", locked_by="sddc")
    with storage.write() as unit:
        added = unit.library.add(spec, first)
    assert added == replace(spec, id="software-spec-1")
    with storage.read() as unit:
        assert unit.library.get("software-spec-1") == added
        assert unit.library.versions("software-spec-1") == [replace(first, spec_id="software-spec-1")]
        assert unit.library.get("1") is unit.library.get("software-spec-01") is None


def test_display_name_is_unique_exactly(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        unit.library.add(*library_spec("Blades"))
        unit.library.add(*library_spec("blades"))
        unit.library.add(*library_spec("Blades "))
    with pytest.raises(StaleRevision, match="'Blades'"), storage.write() as unit:
        unit.library.add(*library_spec("Blades"))
    with storage.read() as unit:
        assert len(unit.library.list()) == 3


def test_rename_to_a_name_that_is_taken(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        unit.library.add(*library_spec("Blades"))
        other = unit.library.add(*library_spec("Racks"))
    with pytest.raises(StaleRevision, match="'Blades'"), storage.write() as unit:
        unit.library.save(replace(other, display_name="Blades"))


def test_save_compares_and_sets_the_revision(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        first = unit.library.add(*library_spec("Blades"))
        spec = spec_of("9.0")
        change = replace(first, spec=spec, image_hash=spec.image_hash, version=2, modified=after(5), locked_by="x")
        second = unit.library.save(change)
        assert second == replace(change, revision=2)
        assert unit.library.get(first.id) == second
        with pytest.raises(StaleRevision, match="revision 1"):
            unit.library.save(first)


def test_history_is_oldest_first_and_each_version_is_written_once(storage: DatabaseStorage) -> None:
    spec, first = library_spec("Blades")
    with storage.write() as unit:
        added = unit.library.add(spec, first)
        first = replace(first, spec_id=added.id)
        second = replace(first, version=2, author="bob", time=after(60), message="second", spec=spec_of("9.0"))
        unit.library.add_version(second)
        assert unit.library.versions(added.id) == [first, second]
    with pytest.raises(StaleRevision, match="version 2"), storage.write() as unit:
        unit.library.add_version(replace(second, author="carol"))


def test_filters_and_hash(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        blades = unit.library.add(*library_spec("Blades", "8.0", orchestrator_owner="com.example"))
        racks = unit.library.add(*library_spec("Racks", "8.0"))
        edge = unit.library.add(*library_spec("Edge", "9.0"))
    with storage.read() as unit:
        assert unit.library.list() == [blades, racks, edge]
        assert unit.library.list(display_names=["Edge", "Blades", "none"]) == [blades, edge]
        assert unit.library.list(orchestrator_owners=["com.example"]) == [blades]
        assert unit.library.list(orchestrator_owners=["com.example"], display_names=["Edge"]) == []
        assert unit.library.with_hash(spec_of("8.0").image_hash) == [blades, racks]
        assert unit.library.with_hash("") == []


def test_ids_are_in_the_order_of_their_numbers(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        for number in range(11):
            unit.library.add(*library_spec(f"Blades {number}"))
    with storage.read() as unit:
        assert [spec.id for spec in unit.library.list()] == [f"software-spec-{number}" for number in range(1, 12)]


def test_current_versions_of_those_that_exist(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        blades = unit.library.add(*library_spec("Blades"))
        racks = unit.library.add(*library_spec("Racks"))
        unit.library.save(replace(racks, version=4))
        asked = [blades.id, racks.id, "software-spec-99", "-1"]
        assert unit.library.current_versions(asked) == {blades.id: 1, racks.id: 4}
        assert unit.library.current_versions([]) == {}


def test_delete_takes_the_history_along_and_the_id_is_not_used_again(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        spec = unit.library.add(*library_spec("Blades"))
        assert unit.library.delete(spec.id)
        assert not unit.library.delete(spec.id)
        assert unit.library.versions(spec.id) == []
        assert unit.library.add(*library_spec("Blades")).id == "software-spec-2"


def test_of_two_commits_at_once_one_wins_and_no_half_of_the_other_is_left(storage: DatabaseStorage) -> None:
    with storage.write() as unit:
        spec = unit.library.add(*library_spec("Blades"))

    def commit(number: int) -> LibrarySpec:
        content = spec_of(f"9.{number}")
        version = SpecVersion(spec.id, 2, "Blades", f"user-{number}", after(1), "", content, content.image_hash)
        with storage.write() as unit:
            unit.library.add_version(version)
            return unit.library.save(replace(spec, spec=content, image_hash=content.image_hash, version=2))

    outcomes = all_at_once(6, commit)
    (won,) = [outcome for outcome in outcomes if isinstance(outcome, LibrarySpec)]
    assert sum(isinstance(outcome, StaleRevision) for outcome in outcomes) == 5
    with storage.read() as unit:
        assert unit.library.get(spec.id) == won
        assert [version.spec for version in unit.library.versions(spec.id)] == [spec_of("8.0"), won.spec]
